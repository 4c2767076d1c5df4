package pickle

import "math/bits"

// dtypeObject is a numpy dtype under way: made by numpy.dtype(name, …), given
// its byte order by BUILD.
type dtypeObject struct {
	dtype
	ordered bool
}

// longestName is more than any dtype's name has.
const longestName = 64

// newDType answers numpy.dtype('f8', align, copy).
func (m *machine) newDType(args []any) (any, error) {
	if len(args) < 1 || len(args) > 3 {
		return nil, m.fail("numpy.dtype with %d arguments", len(args))
	}
	name, ok := args[0].(*text)
	if !ok {
		return nil, m.fail("numpy.dtype of %s: structured dtypes are not supported", describe(args[0]))
	}
	if len(name.raw) > longestName { // copying it again and again would take for ever
		return nil, m.fail("numpy.dtype of a str of %d bytes", len(name.raw))
	}
	d, ordered, err := parseDType(string(name.raw))
	if err != nil {
		return nil, m.fail("%w", err)
	}
	return &dtypeObject{d, ordered}, nil
}

// setDTypeState applies numpy's (3, byte order, subdtype, names, fields, size,
// alignment, flags), size being -1 where the name gives it.
func (m *machine) setDTypeState(d *dtypeObject, state []any) error {
	if len(state) != 8 || state[0] != int64(3) {
		return m.fail("a numpy dtype with a state of %d parts: only plain dtypes are supported", len(state))
	}
	for _, part := range state[2:5] {
		if part != nil {
			return m.fail("structured dtypes and subarrays are not supported")
		}
	}
	size, ok := state[5].(int64)
	if !ok || d.kind != 'O' && size != -1 && size != int64(d.size) {
		return m.fail("dtype %v with a state of another size", d)
	}
	order, ok := state[1].(*text)
	if !ok || len(order.raw) > longestName {
		return m.fail("the byte order of a dtype is %s, not a str of one character", describe(state[1]))
	}
	switch o := string(order.raw); {
	case o == "<" && d.hasOrder():
		d.big = false
	case o == ">" && d.hasOrder():
		d.big = true
	case o == "|" && !d.hasOrder():
	default:
		return m.fail("dtype %v with byte order %.5q", d, o)
	}
	d.ordered = true
	return nil
}

// dtypeArg returns the dtype in v if its byte order is known.
func (m *machine) dtypeArg(v any) (dtype, error) {
	d, ok := v.(*dtypeObject)
	if !ok {
		return dtype{}, m.fail("a numpy value needs a dtype, found %s", describe(v))
	}
	if !d.ordered {
		return dtype{}, m.fail("a numpy value whose dtype names no byte order")
	}
	return d.dtype, nil
}

// scalar answers numpy.core.multiarray.scalar(dtype, bytes).
func (m *machine) scalar(args []any) (any, error) {
	if len(args) != 2 {
		return nil, m.fail("numpy's scalar with %d arguments", len(args))
	}
	d, err := m.dtypeArg(args[0])
	if err != nil {
		return nil, err
	}
	raw, ok, err := m.payload(args[1])
	if err != nil {
		return nil, err
	}
	if !ok || d.kind == 'O' || len(raw) != d.size {
		return nil, m.fail("a numpy scalar of dtype %v needs %d bytes, found %s of %d", d, d.size, describe(args[1]), len(raw))
	}
	v, err := d.item(raw)
	if err != nil {
		return nil, m.fail("a numpy scalar: %w", err)
	}
	if s, ok := v.(string); ok {
		return &text{raw: []byte(s), python2: true, at: m.at}, m.charge(textBytes + int64(len(s)))
	}
	return v, nil
}

// payload returns the raw bytes of a value: bytes, or a str of Python 2.
func (m *machine) payload(v any) (raw []byte, ok bool, err error) {
	switch v := v.(type) {
	case []byte:
		return v, true, nil
	case *text:
		return v.raw, v.python2, nil
	case *latin1:
		n := v.length()
		if err := m.charge(int64(n)); err != nil {
			return nil, false, err
		}
		raw, err = v.decode(0, n)
		return raw, err == nil, err
	}
	return nil, false, nil
}

// arrayObject is a numpy array under way: made empty, filled by BUILD.
type arrayObject struct {
	at      int
	array   *Array // nil until filled
	objects *node  // the list of an object array's elements
}

// reconstruct answers numpy.core.multiarray._reconstruct(ndarray, (0,), b'b'),
// an empty array that BUILD fills.
func (m *machine) reconstruct(args []any) (any, error) {
	if len(args) != 3 {
		return nil, m.fail("numpy's _reconstruct with %d arguments", len(args))
	}
	if class, ok := args[0].(*global); !ok || class.name != ndarrayClass {
		return nil, m.fail("numpy's _reconstruct of %s, not of numpy.ndarray", describe(args[0]))
	}
	return &arrayObject{at: m.at}, nil
}

// setArrayState applies numpy's (1, shape, dtype, Fortran order, data), the data
// being raw bytes or, for objects, a list in C order.
func (m *machine) setArrayState(a *arrayObject, state []any) error {
	if a.array != nil {
		return m.fail("an array is filled twice")
	}
	if len(state) != 5 || state[0] != int64(1) {
		return m.fail("an array with a state of %d parts, not numpy's version 1 of 5 parts", len(state))
	}
	d, err := m.dtypeArg(state[2])
	if err != nil {
		return err
	}
	fortran, ok := state[3].(bool)
	if !ok {
		return m.fail("an array whose order is %s, not a bool", describe(state[3]))
	}
	shape, err := m.shape(state[1])
	if err != nil {
		return err
	}
	if d.kind == 'O' {
		return m.fillObjects(a, shape, state[4])
	}
	if spelt, ok := state[4].(*latin1); ok {
		a.array, err = m.newSpeltArray(d, shape, fortran, spelt)
		return err
	}
	raw, ok, err := m.payload(state[4])
	if err != nil {
		return err
	}
	if !ok {
		return m.fail("the data of an array of dtype %v is %s, not bytes", d, describe(state[4]))
	}
	a.array, err = m.newArray(d, shape, fortran, raw)
	return err
}

func (m *machine) fillObjects(a *arrayObject, shape []int, data any) error {
	list, ok := data.(*node)
	if !ok || list.kind != listNode {
		return m.fail("the elements of an object array are %s, not a list", describe(data))
	}
	n, err := elements(shape)
	if err != nil {
		return m.fail("%w", err)
	}
	if n != len(list.items) {
		return m.fail("an object array of shape %v holds %d elements", shape, len(list.items))
	}
	// Its elements stand in C order whatever order the flag names.
	a.array, a.objects = newArray(dtype{kind: 'O'}, shape, false, nil), list
	return nil
}

// fromBuffer answers numpy.core.numeric._frombuffer(data, dtype, shape, order),
// as protocol 5 writes contiguous arrays.
func (m *machine) fromBuffer(args []any) (any, error) {
	if len(args) != 4 && (len(args) != 5 || args[4] != nil) {
		return nil, m.fail("numpy's _frombuffer with %d arguments", len(args))
	}
	raw, ok := args[0].([]byte)
	if !ok {
		return nil, m.fail("numpy's _frombuffer of %s", describe(args[0]))
	}
	d, err := m.dtypeArg(args[1])
	if err != nil {
		return nil, err
	}
	shape, err := m.shape(args[2])
	if err != nil {
		return nil, err
	}
	fortran := isText(args[3], "F")
	if !fortran && !isText(args[3], "C") {
		return nil, m.fail("numpy's _frombuffer with an order other than C and F")
	}
	a := &arrayObject{at: m.at}
	a.array, err = m.newArray(d, shape, fortran, raw)
	return a, err
}

func (m *machine) newArray(d dtype, shape []int, fortran bool, raw []byte) (*Array, error) {
	if err := checkData(d, shape, len(raw)); err != nil {
		return nil, m.fail("%w", err)
	}
	return newArray(d, shape, fortran, raw), nil
}

// newSpeltArray makes an array whose bytes are spelt as text. That the text
// has the right length is checked roughly here, and exactly when it is read.
func (m *machine) newSpeltArray(d dtype, shape []int, fortran bool, l *latin1) (*Array, error) {
	n, err := elements(shape)
	if err != nil {
		return nil, m.fail("%w", err)
	}
	hi, size := bits.Mul64(uint64(n), uint64(d.size))
	if length := uint64(len(l.raw)); hi != 0 || size > length || size < length/2 {
		return nil, m.fail("an array of shape %v and dtype %v cannot be spelt by a str of %d bytes", shape, d, length)
	}
	a := newArray(d, shape, fortran, nil)
	a.spelt = &window{l, 0, int(size)}
	return a, nil
}

func (m *machine) shape(v any) ([]int, error) {
	tuple, ok := v.(*node)
	if !ok || tuple.kind != tupleNode {
		return nil, m.fail("the shape of an array is %s, not a tuple", describe(v))
	}
	shape := make([]int, len(tuple.items))
	for i, item := range tuple.items {
		n, ok := item.(int64)
		if !ok || int64(int(n)) != n {
			return nil, m.fail("the shape of an array holds %s", describe(item))
		}
		shape[i] = int(n)
	}
	return shape, nil
}
