package pickle

// opcode is one instruction of the machine. One without run is known and
// refused, one without name does not exist.
type opcode struct {
	name string
	run  func(*machine) error
}

var opcodes = [256]opcode{
	0x80: {"PROTO", (*machine).proto},
	0x95: {"FRAME", (*machine).frame},
	'.':  {"STOP", (*machine).stop},
	'(':  {"MARK", (*machine).mark},
	'0':  {"POP", (*machine).drop},
	'1':  {"POP_MARK", (*machine).dropMark},
	'2':  {"DUP", (*machine).dup},

	'N':  {"NONE", constant(nil)},
	0x88: {"NEWTRUE", constant(true)},
	0x89: {"NEWFALSE", constant(false)},
	'K':  {"BININT1", unsigned(1)},
	'M':  {"BININT2", unsigned(2)},
	'J':  {"BININT", (*machine).binInt},
	0x8a: {"LONG1", longInt(1)},
	0x8b: {"LONG4", longInt(4)},
	'G':  {"BINFLOAT", (*machine).binFloat},
	'I':  {"INT", (*machine).textInt},
	'L':  {"LONG", (*machine).textLong},
	'F':  {"FLOAT", (*machine).textFloat},

	'C':  {"SHORT_BINBYTES", rawBytes(1)},
	'B':  {"BINBYTES", rawBytes(4)},
	0x8e: {"BINBYTES8", rawBytes(8)},
	0x96: {"BYTEARRAY8", rawBytes(8)},
	'U':  {"SHORT_BINSTRING", python2Text(1)},
	'T':  {"BINSTRING", python2Text(4)},
	'S':  {"STRING", (*machine).quoted},
	0x8c: {"SHORT_BINUNICODE", unicodeText(1)},
	'X':  {"BINUNICODE", unicodeText(4)},
	0x8d: {"BINUNICODE8", unicodeText(8)},
	'V':  {"UNICODE", (*machine).rawUnicode},

	']':  {"EMPTY_LIST", emptyNode(listNode)},
	')':  {"EMPTY_TUPLE", emptyNode(tupleNode)},
	'}':  {"EMPTY_DICT", emptyNode(dictNode)},
	0x8f: {"EMPTY_SET", emptyNode(setNode)},
	0x85: {"TUPLE1", tupleOf(1)},
	0x86: {"TUPLE2", tupleOf(2)},
	0x87: {"TUPLE3", tupleOf(3)},
	't':  {"TUPLE", marked(tupleNode)},
	'l':  {"LIST", marked(listNode)},
	'd':  {"DICT", marked(dictNode)},
	0x91: {"FROZENSET", marked(setNode)},
	'a':  {"APPEND", extendOne(listNode, 1)},
	'e':  {"APPENDS", extend(listNode)},
	's':  {"SETITEM", extendOne(dictNode, 2)},
	'u':  {"SETITEMS", extend(dictNode)},
	0x90: {"ADDITEMS", extend(setNode)},

	'g':  {"GET", (*machine).textGet},
	'h':  {"BINGET", get(1)},
	'j':  {"LONG_BINGET", get(4)},
	'p':  {"PUT", (*machine).textPut},
	'q':  {"BINPUT", put(1)},
	'r':  {"LONG_BINPUT", put(4)},
	0x94: {"MEMOIZE", (*machine).memoize},

	'c':  {"GLOBAL", (*machine).global},
	0x93: {"STACK_GLOBAL", (*machine).stackGlobal},
	'i':  {"INST", (*machine).inst},
	'R':  {"REDUCE", (*machine).reduce},
	'b':  {"BUILD", (*machine).build},

	'P':  {"PERSID", nil},
	'Q':  {"BINPERSID", nil},
	'o':  {"OBJ", nil},
	0x81: {"NEWOBJ", nil},
	0x92: {"NEWOBJ_EX", nil},
	0x82: {"EXT1", nil},
	0x83: {"EXT2", nil},
	0x84: {"EXT4", nil},
	0x97: {"NEXT_BUFFER", nil},
	0x98: {"READONLY_BUFFER", nil},
}

// proto checks the protocol number. A pickle without it is read too: the
// opcodes say what they are.
func (m *machine) proto() error {
	v, err := m.uint(1)
	if err != nil {
		return err
	}
	if m.at != 0 {
		return m.fail("opcode PROTO is allowed at the start only")
	}
	if v < 2 || v > 5 {
		return m.fail("protocol %d; this reader knows 2 to 5", v)
	}
	return nil
}

// frame checks that the frame lies within the data. Its bounds mean nothing
// else to a reader that holds all bytes.
func (m *machine) frame() error {
	n, err := m.uint(8)
	if err != nil {
		return err
	}
	if rest := uint64(len(m.data) - m.pos); n > rest {
		return m.fail("a frame of %d bytes, but %d remain", n, rest)
	}
	return nil
}

func (m *machine) stop() error {
	m.stopped = true
	return nil
}

func (m *machine) mark() error {
	m.marks = append(m.marks, len(m.stack))
	return nil
}

func (m *machine) drop() error {
	_, err := m.pop(1)
	return err
}

func (m *machine) dropMark() error {
	_, err := m.popMark()
	return err
}

func (m *machine) dup() error {
	v, err := m.top()
	if err != nil {
		return err
	}
	return m.push(v)
}

func constant(v any) func(*machine) error {
	return func(m *machine) error { return m.push(v) }
}

func get(width int) func(*machine) error {
	return func(m *machine) error {
		index, err := m.uint(width)
		if err != nil {
			return err
		}
		return m.recall(index)
	}
}

func put(width int) func(*machine) error {
	return func(m *machine) error {
		index, err := m.uint(width)
		if err != nil {
			return err
		}
		return m.remember(index)
	}
}

func (m *machine) memoize() error { return m.remember(uint64(m.memo.count)) }

// remember files the topmost value under index, which fits 32 bits.
func (m *machine) remember(index uint64) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	if index != uint64(uint32(index)) {
		return m.fail("memo index %d is beyond 32 bits", index)
	}
	m.memo.put(uint32(index), v)
	return nil
}

func (m *machine) recall(index uint64) error {
	if index == uint64(uint32(index)) {
		if v, ok := m.memo.get(uint32(index)); ok {
			return m.push(v)
		}
	}
	return m.fail("memo index %d was never set", index)
}
