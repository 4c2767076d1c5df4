package pickle

import (
	"runtime"
	"strings"
	"testing"

	"uacs/internal/hint"
)

// hostile are pickles that must be refused, and how.
var hostile = []struct{ name, in, want string }{
	{"empty", "", "offset 0: the pickle is empty"},
	{"no STOP", proto2 + "N", "offset 3: the pickle ends without a STOP opcode"},
	{"system", proto2 + "cposix\nsystem\nX\x02\x00\x00\x00id\x85R.", `offset 2: global "posix system" is not on the allow-list`},
	{"system, protocol 4", proto4 + "\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.", `offset 14: global "os system" is not on the allow-list`},
	{"eval", proto2 + "c__builtin__\neval\n.", `offset 2: global "__builtin__ eval" is not on the allow-list`},
	{"dotted name through numpy", proto4 + "\x8c\x05numpy\x8c\x09os.system\x93.", `offset 20: global "numpy os.system" is not on the allow-list`},
	{"name with a space", "cnumpy.core.multiarray scalar\n\n.", `offset 0: global "numpy.core.multiarray scalar " is not on the allow-list`},
	{"a long name is cut", "c" + strings.Repeat("m", 500) + "\nx\n.", `offset 0: global "` + strings.Repeat("m", 200) + ` x" is not on the allow-list`},
	{"INST", "(iposix\nsystem\n.", "offset 1: opcode INST is refused: it would call posix system"},
	{"OBJ", "(No.", "offset 2: opcode OBJ is refused: this reader builds no objects"},
	{"NEWOBJ", proto2 + "cnumpy\nndarray\n)\x81.", "offset 18: opcode NEWOBJ is refused: this reader builds no objects"},
	{"NEWOBJ_EX", proto4 + "\x92.", "offset 2: opcode NEWOBJ_EX is refused: this reader builds no objects"},
	{"EXT1", proto2 + "\x82\x01.", "offset 2: opcode EXT1 is refused: this reader builds no objects"},
	{"persistent id", "Pid\n.", "offset 0: opcode PERSID is refused: this reader builds no objects"},
	{"out-of-band buffer", "\x80\x05\x97.", "offset 2: opcode NEXT_BUFFER is refused: this reader builds no objects"},
	{"no opcode", "\xff.", "offset 0: byte 0xff is no pickle opcode"},
	{"REDUCE of a class", proto2 + "cnumpy\nndarray\n)R.", `offset 18: global "numpy ndarray" may be named, but not called`},
	{"REDUCE of a str", "U\x01a)R.", "offset 4: opcode REDUCE would call a str"},
	{"REDUCE without a tuple", "c_codecs\nencode\n]R.", "offset 17: opcode REDUCE needs a tuple of arguments, found a list"},
	{"encode without arguments", "c_codecs\nencode\n)R.", "offset 17: _codecs.encode needs a str and 'latin1'"},
	{"encode to another codec", "c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R.", "offset 31: _codecs.encode needs a str and 'latin1'"},
	{"encode beyond Latin-1", "c_codecs\nencode\nX\x02\x00\x00\x00\xc4\x80X\x06\x00\x00\x00latin1\x86R.", "offset 35: _codecs.encode: a character is beyond Latin-1"},
	{"bytes of a size", "c__builtin__\nbytes\nK\x09\x85R.", "offset 22: bytes() with 1 arguments"},
	{"set of a str", "c__builtin__\nset\nU\x01a\x85R.", "offset 21: a set needs one list of elements"},
	{"BUILD on a list", "])b.", "offset 2: opcode BUILD on a list"},
	{"BUILD with a dict", "]}b.", "offset 2: opcode BUILD needs a tuple as state, found a dict"},
	{"a class as result", "cnumpy\nndarray\n.", "offset 0: the result holds the function or class numpy ndarray itself"},

	{"2^62 bytes", proto4 + "\x8e\x00\x00\x00\x00\x00\x00\x00\x40.", "offset 2: bytes of 4611686018427387904 bytes, but 1 remain"},
	{"2^64-1 bytes of text", proto4 + "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "offset 2: a str of 18446744073709551615 bytes, but 1 remain"},
	{"4 GB str", "T\xff\xff\xff\xff.", "offset 0: a str of 4294967295 bytes, but 1 remain"},
	{"4 GB int", "\x8b\xff\xff\xff\x7f.", "offset 0: an int of 2147483647 bytes, but 1 remain"},
	{"2^62 byte frame", proto4 + "\x95\x00\x00\x00\x00\x00\x00\x00\x40.", "offset 2: a frame of 4611686018427387904 bytes, but 1 remain"},
	{"int beyond 64 bits", "\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.", "offset 0: an int of 9 bytes is beyond 64 bits"},
	{"decimal beyond 64 bits", "L9223372036854775808L\n.", `offset 0: "9223372036854775808" is not a 64-bit int`},
	{"a line of digits", "I" + strings.Repeat("9", 1000) + "\n.", "offset 0: an int of 1000 digits is beyond 64 bits"},
	{"a line without end", "S'" + strings.Repeat("a", 1<<20) + "'\n.", "offset 0: opcode STRING with a line of more than 1048576 bytes"},
	{"no newline", "I12.", "offset 0: opcode INT needs a line, but no newline follows"},

	{"protocol 6", "\x80\x06N.", "offset 0: protocol 6; this reader knows 2 to 5"},
	{"PROTO later", "N\x80\x02.", "offset 1: opcode PROTO is allowed at the start only"},
	{"trailing bytes", "N.N.", "offset 2: 2 bytes follow the end of the pickle"},
	{"values left", "NN.", "offset 2: STOP with 2 values and 0 open marks on the stack, not one value"},
	{"mark left", "N(.", "offset 2: STOP with 1 values and 1 open marks on the stack, not one value"},
	{"nothing to pop", "0.", "offset 0: opcode POP needs 1 values on the stack, found 0"},
	{"pop through a mark", "N(0.", "offset 2: opcode POP needs 1 values on the stack, found 0"},
	{"no mark", "NNt.", "offset 2: opcode TUPLE needs a mark on the stack"},
	{"APPEND to a tuple", ")Na.", "offset 2: opcode APPEND needs a list below its values, found a tuple"},
	{"SETITEMS without a pair", "}(NNNu.", "offset 5: opcode SETITEMS needs pairs, found 3 values"},
	{"DICT without a pair", "(Nd.", "offset 2: opcode DICT needs pairs, found 1 values"},
	{"unset memo", "h\x05.", "offset 0: memo index 5 was never set"},
	{"gap of a memo counted from 1", "Nq\x01h\x00.", "offset 3: memo index 0 was never set"},
	{"negative memo index", "Np-1\n.", "offset 1: memo index -1 is negative"},
	{"memo beyond 32 bits", "Np4294967296\n.", "offset 1: memo index 4294967296 is beyond 32 bits"},
	{"broken UTF-8", "X\x01\x00\x00\x00\xff.", "offset 0: a str is not valid UTF-8"},
	{"no quotes", "Sabc\n.", "offset 0: a string literal without its quotes"},
	{"broken escape", `S'\q'` + "\n.", "offset 0: a string literal with a broken escape"},
	{"surrogate", `V\ud800` + "\n.", "offset 0: a str with a broken escape"},

	{"list in itself", "]q\x00h\x00a.", "offset 0: a list contains itself"},
	{"dict in itself", "}q\x00Nh\x00s.", "offset 0: a dict contains itself"},
	{"list in itself through a tuple", "]q\x00(h\x00tq\x01a.", "offset 0: a list contains itself"},
	{"key twice", "}(U\x01aNU\x01aNu.", `offset 0: a dict holds the key "a" twice`},
	{"element twice", "\x8f(K\x01K\x01\x90.", `offset 0: a set holds the key "1" twice`},
	{"tuple as key", "})Ns.", "offset 0: a dict with a key that is neither a str nor a number"},
	{"list as element", "\x8f(]\x90.", "offset 0: a set with a key that is neither a str nor a number"},

	{"a list that became a set", "c__builtin__\nset\n]q\x00\x85Rh\x00\x86.", "offset 17: a list that became a set is used as a list"},
	{"a list made a set twice", "c__builtin__\nset\n]\x85q\x00Rc__builtin__\nset\nh\x00R.", "offset 41: a set needs one list of elements"},
	{"billion rows", strings.Replace(arrayF4, "K\x03\x85c", "J\x00\x00\x00\x40\x85c", 1), "offset 136: an array of shape [1073741824] and dtype <f4 has 12 bytes of data"},
	{"array never filled", emptyArray + ".", "offset 58: an array that was never filled"},
	{"array filled twice", strings.TrimSuffix(arrayF4, ".") + ")b.", "offset 135: an array is filled twice"},
	{"array of another class", "cnumpy.core.multiarray\n_reconstruct\n(NNNtR.", "offset 41: numpy's _reconstruct of None, not of numpy.ndarray"},
	{"negative size", strings.Replace(arrayF4, "K\x03\x85c", "J\xff\xff\xff\xff\x85c", 1), "offset 136: shape [-1] has a negative size"},
	{"wrong size", strings.Replace(arrayF4, "K\x03\x85c", "K\x04\x85c", 1), "offset 133: an array of shape [4] and dtype <f4 has 12 bytes of data"},
	{
		"2^124 elements", strings.Replace(arrayF4, "K\x03\x85c", "\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x40\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x40\x86c", 1),
		"offset 151: shape [4611686018427387904 4611686018427387904] is beyond any memory",
	},
	{"object array without its objects", strings.Replace(objects0, "]}\x8c\x01aK\x01sa", "]", 1), "offset 117: an object array of shape [] holds 0 elements"},
	{"dtype without byte order", "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\x00\x00\x00f4\x85RC\x04abcd\x86R.", "offset 59: a numpy value whose dtype names no byte order"},
	{"a dtype's name of 100 bytes", "cnumpy\ndtype\nX\x64\x00\x00\x00" + strings.Repeat("f", 100) + "\x85R.", "offset 119: numpy.dtype of a str of 100 bytes"},
	{"complex", "cnumpy\ndtype\nX\x02\x00\x00\x00c8\x85R.", `offset 21: dtype "c8" is not supported (this reader knows f2 f4 f8, i1 to i8, u1 to u8, b1, S, U and O)`},
	{"structured", strings.Replace(proto4+dtypeF4+".", "NNN", "N)N", 1), "offset 51: structured dtypes and subarrays are not supported"},
	{"scalar cut short", proto4 + "cnumpy.core.multiarray\nscalar\n" + dtypeF4 + "C\x03\x00\x00\xc0\x86R.", "offset 88: a numpy scalar of dtype <f4 needs 4 bytes, found bytes of 3"},
}

func TestHostileIsRefused(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			v, err := Unmarshal([]byte(c.in))
			if err == nil {
				t.Fatalf("no error, but %v", plain(v))
			}
			if got := err.Error(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRefusalOfAGlobalHasAHint(t *testing.T) {
	_, err := Unmarshal([]byte("cposix\nsystem\n."))
	if hint.Of(err) == "" {
		t.Errorf("no hint with %v", err)
	}
}

// An object array may lose or gain elements after it was filled, since the file
// can still reach the list.
func TestObjectArrayWhoseListGrows(t *testing.T) {
	in := emptyArray + "(K\x01" + ")" + dtypeO + "\x89" + "]q\x00" + "Na" + "t" + "b" + "h\x00Na0" + "."
	_, err := Unmarshal([]byte(in))
	if want := "offset 58: an object array of 1 elements holds 2"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Sixty tuples, each of the last one twice, take 2^60 steps to walk over.
func TestDoublingIsRefused(t *testing.T) {
	in := ")" + strings.Repeat("2\x86", 60) + "."
	_, err := Unmarshal([]byte(in))
	if want := "a walk over a tuple would meet more than 67108864 values"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Unmarshal([]byte(")" + strings.Repeat("2\x86", 10) + ".")); err != nil {
		t.Errorf("ten doublings: %v", err)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, in string
		fails    bool
	}{
		{"100 tuples", ")" + strings.Repeat("\x85", 99) + ".", false},
		{"101 tuples", ")" + strings.Repeat("\x85", 100) + ".", true},
		{"a million tuples", ")" + strings.Repeat("\x85", 1e6) + ".", true},
		{"100 lists", strings.Repeat("]", 100) + strings.Repeat("a", 99) + ".", false},
		{"101 lists", strings.Repeat("]", 101) + strings.Repeat("a", 100) + ".", true},
		// The memo gives a tower of 60 levels, first met at the top, again 60 deep.
		{"a shared tower on a tower", ")" + strings.Repeat("\x85", 59) + "q\x00h\x00" + strings.Repeat("\x85", 60) + "\x86.", true},
	} {
		_, err := Unmarshal([]byte(c.in))
		if c.fails != (err != nil) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "nested deeper than 100 levels") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLimitsHold(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limits   Limits
		want     string
	}{
		{"memory", strings.Repeat("]", 1000) + ".", Limits{Memory: 10000}, "offset 41: the values need more than 10000 bytes of memory"},
		{"values", "(NNNt.", Limits{Values: 3}, "offset 4: a walk over a tuple would meet more than 3 values"},
		{"depth", ")\x85.", Limits{Depth: 1}, "offset 0: values nested deeper than 1 levels"},
	} {
		_, err := UnmarshalWithin([]byte(c.in), c.limits)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// Short files stay cheap whatever they ask for; the worst known pattern takes
// about 200 bytes for each byte of input.
func TestMemoryIsInProportionToTheInput(t *testing.T) {
	const n = 100000
	for name, in := range map[string]string{
		"containers":      strings.Repeat("}", n),
		"marks":           strings.Repeat("(", n),
		"copies":          "N" + strings.Repeat("2", n),
		"far memo":        "N" + strings.Repeat("r\x00\xff\xff\xff", n/5),
		"rising memo":     "N" + strings.Repeat("\x94", n),
		"repeated decode": "X\x00\x80\x00\x00" + strings.Repeat("a", 1<<15) + "q\x000X\x06\x00\x00\x00latin1q\x010c_codecs\nencode\nq\x020" + strings.Repeat("h\x02h\x00h\x01\x86R", n/8),
		"repeated set":    "](" + strings.Repeat("N", n/2) + "e\x85q\x010cbuiltins\nset\nq\x020" + strings.Repeat("h\x02h\x01R", 100),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Unmarshal([]byte(in))
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("no error")
			}
			took := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d bytes for each byte of input: %v", took/uint64(len(in)), err)
			if took > 1000*uint64(len(in)) {
				t.Errorf("%d bytes allocated for an input of %d", took, len(in))
			}
		})
	}
}
