package pickle

import (
	"errors"
	"fmt"
)

// Unmarshal reads the one pickle that data holds, within the default [Limits].
// The package comment says which Go value each Python value becomes and that
// the result may share memory with data. Errors begin with "offset N: ", the
// byte at which the opcode in question begins. Bytes after the end of the pickle
// are an error.
func Unmarshal(data []byte) (any, error) { return Reader{}.Unmarshal(data) }

// UnmarshalWithin is [Unmarshal] within the given limits.
func UnmarshalWithin(data []byte, limits Limits) (any, error) {
	return Reader{Limits: limits}.Unmarshal(data)
}

// Reader reads pickles in other ways than [Unmarshal] does.
type Reader struct {
	// Limits bounds what is built.
	Limits Limits
	// Release, if not nil, is called with a part of the input that was read
	// through and is not needed soon, for the owner of mapped memory to give its
	// pages back. It may be called at any time that a result is in use, from any
	// goroutine that uses it.
	Release func(part []byte)
}

// Unmarshal reads the one pickle that data holds, as the function does.
func (r Reader) Unmarshal(data []byte) (any, error) {
	if len(data) == 0 {
		return nil, errors.New("offset 0: the pickle is empty")
	}
	m := &machine{data: data, limits: r.Limits.orDefault(), release: r.Release}
	root, err := m.run()
	if err != nil {
		return nil, err
	}
	e := &exporter{limits: m.limits, spent: m.spent}
	out, _, _, err := e.value(root, 0)
	return out, err
}

// machine is the stack machine a pickle is a program for. Its values are nil,
// bool, int64, float64, []byte, *latin1, *text, *node, *dtypeObject, *arrayObject and
// *global; export turns them into the public ones.
type machine struct {
	data    []byte
	pos     int    // of the next byte to read
	at      int    // of the opcode under way
	name    string // of the opcode under way
	stack   []any
	marks   []int // heights of the stack at the open MARKs, innermost last
	memo    memo
	limits  Limits
	release func([]byte) // see [Reader]
	spent   int64        // bytes allocated, about
	stopped bool
}

// run executes opcodes until STOP and returns the one value left.
func (m *machine) run() (any, error) {
	for m.pos < len(m.data) {
		m.at = m.pos
		op := &opcodes[m.data[m.pos]]
		m.pos++
		if op.run == nil {
			return nil, m.refuse(op)
		}
		m.name = op.name
		if err := m.charge(slotBytes); err != nil {
			return nil, err
		}
		if err := op.run(m); err != nil {
			return nil, err
		}
		if m.stopped {
			return m.result()
		}
	}
	return nil, fmt.Errorf("offset %d: the pickle ends without a STOP opcode", m.pos)
}

func (m *machine) refuse(op *opcode) error {
	if op.name == "" {
		return m.fail("byte 0x%02x is no pickle opcode", m.data[m.at])
	}
	return asPlainData(m.fail("opcode %s is refused: this reader builds no objects", op.name))
}

// result checks that the whole program was read and left exactly one value.
func (m *machine) result() (any, error) {
	if len(m.marks) > 0 || len(m.stack) != 1 {
		return nil, m.fail("STOP with %d values and %d open marks on the stack, not one value", len(m.stack), len(m.marks))
	}
	if rest := len(m.data) - m.pos; rest > 0 {
		return nil, fmt.Errorf("offset %d: %d bytes follow the end of the pickle", m.pos, rest)
	}
	return m.stack[0], nil
}

// fail returns an error at the opcode under way.
func (m *machine) fail(format string, args ...any) error {
	return fmt.Errorf("offset %d: %w", m.at, fmt.Errorf(format, args...))
}

// charge books n bytes against the memory limit before they are allocated.
func (m *machine) charge(n int64) error {
	if n > m.limits.Memory-m.spent {
		return m.fail("the values need more than %d bytes of memory", m.limits.Memory)
	}
	m.spent += n
	return nil
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

// fence is the height below which the opcode under way must not reach.
func (m *machine) fence() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

// top returns the topmost value without taking it.
func (m *machine) top() (any, error) {
	if len(m.stack) <= m.fence() {
		return nil, m.fail("opcode %s needs a value on the stack", m.name)
	}
	return m.stack[len(m.stack)-1], nil
}

// pop takes the n topmost values, in the order they were pushed. The slice is
// valid until the next push.
func (m *machine) pop(n int) ([]any, error) {
	cut := len(m.stack) - n
	if cut < m.fence() {
		return nil, m.fail("opcode %s needs %d values on the stack, found %d", m.name, n, len(m.stack)-m.fence())
	}
	items := m.stack[cut:]
	m.stack = m.stack[:cut]
	return items, nil
}

// popMark takes the values above the innermost mark, and the mark. The slice is
// valid until the next push.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, m.fail("opcode %s needs a mark on the stack", m.name)
	}
	cut := m.fence()
	m.marks = m.marks[:len(m.marks)-1]
	items := m.stack[cut:]
	m.stack = m.stack[:cut]
	return items, nil
}

// memo holds the values that the file may refer to again. Writers number them
// from 0 or 1 without gaps; other numbers go to a map, so that none of them can
// ask for a large table.
type memo struct {
	dense  []any
	sparse map[uint32]any
	count  uint32 // entries set
}

// unset fills the slot a writer skips that counts from 1.
type unset struct{}

func (t *memo) put(index uint32, v any) {
	if uint64(index) == uint64(len(t.dense)) && t.sparse == nil {
		t.dense = append(t.dense, v)
		t.count++
		return
	}
	if _, ok := t.get(index); !ok {
		t.count++
	}
	switch n := uint64(len(t.dense)); {
	case uint64(index) < n:
		t.dense[index] = v
	case uint64(index) == n:
		t.dense = append(t.dense, v)
	case uint64(index) == n+1:
		t.dense = append(t.dense, unset{}, v)
	default:
		if t.sparse == nil {
			t.sparse = map[uint32]any{}
		}
		t.sparse[index] = v
	}
}

func (t *memo) get(index uint32) (any, bool) {
	if uint64(index) < uint64(len(t.dense)) {
		v := t.dense[index]
		if _, gap := v.(unset); !gap {
			return v, true
		}
	}
	v, ok := t.sparse[index]
	return v, ok
}
