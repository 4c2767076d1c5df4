package pickle

import (
	"strings"
	"unicode/utf8"

	"uacs/internal/hint"
)

// global is a function or class of the allow-list. One without call is only
// ever named, as an argument.
type global struct {
	name string
	call func(m *machine, args []any) (any, error)
	at   int // the offset it was named at
}

// ndarrayClass is the one class that numpy names as an argument.
const ndarrayClass = "numpy ndarray"

// allowed is everything a pickle may name: module, space, name.
var allowed = map[string]func(*machine, []any) (any, error){
	ndarrayClass:                          nil,
	"numpy dtype":                         (*machine).newDType,
	"numpy.core.multiarray _reconstruct":  (*machine).reconstruct,
	"numpy._core.multiarray _reconstruct": (*machine).reconstruct,
	"numpy.core.multiarray scalar":        (*machine).scalar,
	"numpy._core.multiarray scalar":       (*machine).scalar,
	"numpy.core.numeric _frombuffer":      (*machine).fromBuffer,
	"numpy._core.numeric _frombuffer":     (*machine).fromBuffer,
	"_codecs encode":                      (*machine).encode,
	"__builtin__ bytes":                   (*machine).emptyBytes,
	"builtins bytes":                      (*machine).emptyBytes,
	"__builtin__ set":                     (*machine).newSet,
	"builtins set":                        (*machine).newSet,
	"__builtin__ frozenset":               (*machine).newSet,
	"builtins frozenset":                  (*machine).newSet,
}

// asPlainData tells the reader of a refusal what to do about it.
func asPlainData(err error) error {
	return hint.Add(err, "load the file with Python where you trust it, and save plain lists, dicts, strings, numbers and numpy arrays")
}

func (m *machine) global() error {
	module, name, err := m.twoLines()
	if err != nil {
		return err
	}
	return m.pushGlobal(module, name)
}

func (m *machine) stackGlobal() error {
	parts, err := m.pop(2)
	if err != nil {
		return err
	}
	module, ok1 := parts[0].(*text)
	name, ok2 := parts[1].(*text)
	if !ok1 || !ok2 {
		return m.fail("opcode STACK_GLOBAL needs two strs, found %s and %s", describe(parts[0]), describe(parts[1]))
	}
	return m.pushGlobal(module.raw, name.raw)
}

// inst always fails; it reads the name it would call to say so.
func (m *machine) inst() error {
	module, name, err := m.twoLines()
	if err != nil {
		return err
	}
	return asPlainData(m.fail("opcode INST is refused: it would call %s", printable(module, name)))
}

func (m *machine) twoLines() (module, name []byte, err error) {
	if module, err = m.line(); err != nil {
		return nil, nil, err
	}
	name, err = m.line()
	return module, name, err
}

func (m *machine) pushGlobal(module, name []byte) error {
	key := printable(module, name)
	call, ok := allowed[key]
	if !ok {
		return asPlainData(m.fail("global %q is not on the allow-list", key))
	}
	if err := m.charge(objectBytes); err != nil {
		return err
	}
	return m.push(&global{key, call, m.at})
}

// printable joins a global's two names, cut to a length that fits a message.
func printable(module, name []byte) string {
	const longest = 200
	cut := func(b []byte) string { return string(b[:min(len(b), longest)]) }
	s := cut(module) + " " + cut(name)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// reduce calls a global of the allow-list with a tuple of arguments.
func (m *machine) reduce() error {
	pair, err := m.pop(2)
	if err != nil {
		return err
	}
	callee, ok := pair[0].(*global)
	if !ok {
		return m.fail("opcode REDUCE would call %s", describe(pair[0]))
	}
	args, ok := pair[1].(*node)
	if !ok || args.kind != tupleNode {
		return m.fail("opcode REDUCE needs a tuple of arguments, found %s", describe(pair[1]))
	}
	if callee.call == nil {
		return asPlainData(m.fail("global %q may be named, but not called", callee.name))
	}
	if err := m.charge(objectBytes); err != nil {
		return err
	}
	v, err := callee.call(m, args.items)
	if err != nil {
		return err
	}
	return m.push(v)
}

// build gives the state on top of the stack to the object below it.
func (m *machine) build() error {
	pair, err := m.pop(2)
	if err != nil {
		return err
	}
	object, state := pair[0], pair[1]
	tuple, ok := state.(*node)
	if !ok || tuple.kind != tupleNode {
		return m.fail("opcode BUILD needs a tuple as state, found %s", describe(state))
	}
	switch o := object.(type) {
	case *dtypeObject:
		err = m.setDTypeState(o, tuple.items)
	case *arrayObject:
		err = m.setArrayState(o, tuple.items)
	default:
		err = m.fail("opcode BUILD on %s", describe(object))
	}
	if err != nil {
		return err
	}
	return m.push(object)
}

// encode turns a str back into the bytes that protocol 2 writes as Latin-1 text:
// _codecs.encode(text, 'latin1'). Long ones are decoded where they are used.
func (m *machine) encode(args []any) (any, error) {
	if len(args) != 2 || !isText(args[1], "latin1") && !isText(args[1], "latin-1") {
		return nil, m.fail("_codecs.encode needs a str and 'latin1'")
	}
	t, ok := args[0].(*text)
	if !ok || t.python2 {
		return nil, m.fail("_codecs.encode of %s", describe(args[0]))
	}
	if t.encoded != nil {
		return t.encoded, nil
	}
	if len(t.raw) >= lazySize {
		t.encoded = &latin1{raw: t.raw, at: t.at, release: m.release}
		return t.encoded, m.charge(objectBytes)
	}
	n := characters(t.raw)
	if err := m.charge(int64(n)); err != nil {
		return nil, err
	}
	out, ok := toLatin1(t.raw, n)
	if !ok {
		return nil, m.fail("_codecs.encode: a character is beyond Latin-1")
	}
	t.encoded = out
	return out, nil
}

// emptyBytes answers bytes(), which is how protocol 2 writes no bytes.
func (m *machine) emptyBytes(args []any) (any, error) {
	if len(args) != 0 {
		return nil, m.fail("bytes() with %d arguments", len(args))
	}
	return []byte{}, nil
}

// newSet answers set([…]), the way protocols before 4 write sets. The list is made
// for this call and moves into the set: copying would let a short file, calling
// again and again with one long list, allocate much.
func (m *machine) newSet(args []any) (any, error) {
	if len(args) == 1 {
		if list, ok := args[0].(*node); ok && list.kind == listNode {
			set := &node{kind: setNode, at: m.at, items: list.items}
			list.kind, list.items = movedNode, nil
			return set, nil
		}
	}
	return nil, m.fail("a set needs one list of elements")
}
