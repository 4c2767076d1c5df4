package pickle

// kind says what a node is.
type kind uint8

const (
	listNode kind = iota
	tupleNode
	dictNode
	setNode
	movedNode // a list whose elements a set took over
)

func (k kind) String() string {
	return [...]string{"a list", "a tuple", "a dict", "a set", "a list that became a set"}[k]
}

// node is a container under way. Lists, dicts and sets may still grow, so the
// public value is made from it only when the whole program has run.
type node struct {
	kind  kind
	at    int   // the offset it was made at
	items []any // elements; of a dict, keys and values in turn

	state  exportState
	out    any   // the public value, once finished
	places int64 // values a walk meets, itself included
	height int   // levels of nesting, 1 for a flat container
}

// newNode makes a container that holds a copy of items.
func (m *machine) newNode(k kind, items []any) (*node, error) {
	if k == dictNode && len(items)%2 != 0 {
		return nil, m.fail("opcode %s needs pairs, found %d values", m.name, len(items))
	}
	if err := m.charge(nodeBytes + slotBytes*int64(len(items))); err != nil {
		return nil, err
	}
	n := &node{kind: k, at: m.at}
	if len(items) > 0 {
		n.items = append(make([]any, 0, len(items)), items...)
	}
	return n, nil
}

func (m *machine) pushNode(k kind, items []any) error {
	n, err := m.newNode(k, items)
	if err != nil {
		return err
	}
	return m.push(n)
}

func emptyNode(k kind) func(*machine) error {
	return func(m *machine) error { return m.pushNode(k, nil) }
}

func tupleOf(n int) func(*machine) error {
	return func(m *machine) error {
		items, err := m.pop(n)
		if err != nil {
			return err
		}
		return m.pushNode(tupleNode, items)
	}
}

func marked(k kind) func(*machine) error {
	return func(m *machine) error {
		items, err := m.popMark()
		if err != nil {
			return err
		}
		return m.pushNode(k, items)
	}
}

// extendOne adds the n topmost values to the container below them.
func extendOne(k kind, n int) func(*machine) error {
	return func(m *machine) error {
		items, err := m.pop(n)
		if err != nil {
			return err
		}
		return m.extendTop(k, items)
	}
}

// extend adds the values above the mark to the container below it.
func extend(k kind) func(*machine) error {
	return func(m *machine) error {
		items, err := m.popMark()
		if err != nil {
			return err
		}
		return m.extendTop(k, items)
	}
}

func (m *machine) extendTop(k kind, items []any) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	n, ok := v.(*node)
	if !ok || n.kind != k {
		return m.fail("opcode %s needs %v below its values, found %s", m.name, k, describe(v))
	}
	if k == dictNode && len(items)%2 != 0 {
		return m.fail("opcode %s needs pairs, found %d values", m.name, len(items))
	}
	if err := m.charge(slotBytes * int64(len(items))); err != nil {
		return err
	}
	n.items = append(n.items, items...)
	return nil
}

// describe names the type of a value of the machine, for errors.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64:
		return "an int"
	case float64:
		return "a float"
	case []byte, *latin1:
		return "bytes"
	case *text:
		return "a str"
	case *node:
		return v.kind.String()
	case *dtypeObject:
		return "a numpy dtype"
	case *arrayObject:
		return "a numpy array"
	case *global:
		return "the function or class " + v.name
	}
	panic("pickle: a value the machine does not make")
}
