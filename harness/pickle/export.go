package pickle

import "fmt"

type exportState uint8

const (
	untouched exportState = iota
	underWay
	finished
)

// exporter turns the machine's values into the public ones, each container
// once, and enforces the limits that only the whole shape can break.
type exporter struct {
	limits Limits
	spent  int64 // bytes allocated, about
}

// charge books n bytes for the value made at an offset.
func (e *exporter) charge(at, n int) error {
	if int64(n) > e.limits.Memory-e.spent {
		return fmt.Errorf("offset %d: the values need more than %d bytes of memory", at, e.limits.Memory)
	}
	e.spent += int64(n)
	return nil
}

// bytes returns bytes that stand by themselves, which all places that share l
// share.
func (e *exporter) bytes(l *latin1) ([]byte, error) {
	if l.whole != nil {
		return l.whole, nil
	}
	n := l.length()
	if err := e.charge(l.at, n); err != nil {
		return nil, err
	}
	var err error
	l.whole, err = l.decode(0, n)
	return l.whole, err
}

// value exports v, which lies depth containers deep. It returns how many values
// a walk over v meets and how many levels of containers v has.
func (e *exporter) value(v any, depth int) (out any, places int64, height int, err error) {
	switch v := v.(type) {
	case *text:
		out, err := e.text(v)
		return out, 1, 0, err
	case *latin1:
		out, err := e.bytes(v)
		return out, 1, 0, err
	case *node:
		if err := e.node(v, depth); err != nil {
			return nil, 0, 0, err
		}
		return v.out, v.places, v.height, nil
	case *dtypeObject:
		return DType(v.String()), 1, 0, nil
	case *arrayObject:
		return e.array(v, depth)
	case *global:
		return nil, 0, 0, fmt.Errorf("offset %d: the result holds the function or class %s itself", v.at, v.name)
	}
	return v, 1, 0, nil
}

func (e *exporter) node(n *node, depth int) error {
	if n.kind == movedNode {
		return fmt.Errorf("offset %d: %v is used as a list", n.at, n.kind)
	}
	if n.state == underWay {
		return fmt.Errorf("offset %d: %v contains itself", n.at, n.kind)
	}
	if depth+max(n.height, 1) > e.limits.Depth {
		return fmt.Errorf("offset %d: values nested deeper than %d levels", n.at, e.limits.Depth)
	}
	if n.state == finished {
		return nil
	}
	n.state, n.places, n.height = underWay, 1, 1
	for i, item := range n.items {
		out, places, height, err := e.value(item, depth+1)
		if err != nil {
			return err
		}
		n.items[i] = out
		n.height = max(n.height, height+1)
		// Neither term exceeds the limit, so the sum does not overflow.
		if n.places += places; n.places > e.limits.Values {
			return fmt.Errorf("offset %d: a walk over %v would meet more than %d values", n.at, n.kind, e.limits.Values)
		}
	}
	var err error
	n.out, err = n.public()
	n.state = finished
	return err
}

// public returns the public form of a node whose items are public already.
func (n *node) public() (any, error) {
	switch n.kind {
	case listNode:
		return List(n.items), nil
	case tupleNode:
		return Tuple(n.items), nil
	case setNode:
		if err := n.distinct(1); err != nil {
			return nil, err
		}
		return Set(n.items), nil
	}
	if err := n.distinct(2); err != nil {
		return nil, err
	}
	return newDict(n.items), nil
}

// distinct checks every step-th item: a key or an element must be a plain value
// and occur once.
func (n *node) distinct(step int) error {
	var seen map[any]struct{}
	if len(n.items) > fewKeys*step {
		seen = make(map[any]struct{}, len(n.items)/step)
	}
	for i := 0; i < len(n.items); i += step {
		key := n.items[i]
		switch key.(type) {
		case nil, bool, int64, float64, string:
		default:
			return fmt.Errorf("offset %d: %v with a key that is neither a str nor a number", n.at, n.kind)
		}
		if n.occurs(key, i, step, seen) {
			return fmt.Errorf("offset %d: %v holds the key %.80q twice", n.at, n.kind, fmt.Sprint(key))
		}
	}
	return nil
}

// occurs reports whether key is among the keys before item i: by seen, to which
// it adds key, or by a search where seen is nil as the keys are few.
func (n *node) occurs(key any, i, step int, seen map[any]struct{}) bool {
	if seen != nil {
		_, twice := seen[key]
		seen[key] = struct{}{}
		return twice
	}
	for k := 0; k < i; k += step {
		if n.items[k] == key {
			return true
		}
	}
	return false
}

// array exports an array object. An object array counts as a container of its
// elements, any other as one value.
func (e *exporter) array(v *arrayObject, depth int) (out any, places int64, height int, err error) {
	if v.array == nil {
		return nil, 0, 0, fmt.Errorf("offset %d: an array that was never filled", v.at)
	}
	if v.objects == nil {
		return v.array, 1, 0, nil
	}
	if err := e.node(v.objects, depth); err != nil {
		return nil, 0, 0, err
	}
	objects := v.objects.out.(List)
	if n, _ := elements(v.array.Shape); n != len(objects) {
		return nil, 0, 0, fmt.Errorf("offset %d: an object array of %d elements holds %d", v.at, n, len(objects))
	}
	v.array.objects = objects
	return v.array, v.objects.places, v.objects.height, nil
}
