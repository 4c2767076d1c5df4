package pickle

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Pieces of pickles, assembled by hand from the opcodes in Lib/pickletools.py.
const (
	proto2 = "\x80\x02"
	proto4 = "\x80\x04"

	// numpy.dtype('f4', False, True) with the state (3, '<', None, None, None,
	// -1, -1, 0): a float32, little-endian.
	dtypeF4 = "cnumpy\ndtype\n" + // GLOBAL
		"X\x02\x00\x00\x00f4" + "\x89\x88" + "\x87" + // BINUNICODE, NEWFALSE, NEWTRUE, TUPLE3
		"R" + // REDUCE
		"(K\x03X\x01\x00\x00\x00<NNN" + "J\xff\xff\xff\xff" + "J\xff\xff\xff\xff" + "K\x00t" + // MARK … BININT -1 … TUPLE
		"b" // BUILD

	// numpy.dtype('O') with the state (3, '|', None, None, None, -1, -1, 63).
	dtypeO = "cnumpy\ndtype\n" + "X\x01\x00\x00\x00O" + "\x89\x88" + "\x87" + "R" +
		"(K\x03X\x01\x00\x00\x00|NNN" + "J\xff\xff\xff\xff" + "J\xff\xff\xff\xff" + "K?t" + "b"

	// _reconstruct(ndarray, (0,), b'b'), which BUILD then fills.
	emptyArray = "cnumpy.core.multiarray\n_reconstruct\n" +
		"cnumpy\nndarray\n" + "K\x00\x85" + "C\x01b" + "\x87" + "R"

	// 1.5, -inf, -2 as little-endian float32.
	floats = "\x00\x00\xc0\x3f" + "\x00\x00\x80\xff" + "\x00\x00\x00\xc0"
)

// arrayF4 is the pickle of np.array([1.5, -inf, -2], dtype='<f4').
const arrayF4 = proto4 + emptyArray +
	"(K\x01" + "K\x03\x85" + dtypeF4 + "\x89" + "C\x0c" + floats + "t" + // (1, (3,), dtype, False, data)
	"b."

// objects0 is the pickle of a 0-d object array that holds {'a': 1}.
const objects0 = proto4 + emptyArray +
	"(K\x01" + ")" + dtypeO + "\x89" + "]" + "}\x8c\x01aK\x01s" + "a" + "t" + // (1, (), dtype, False, [{'a': 1}])
	"b."

// plain turns the result into types that cmp can compare, a dict into its pairs.
func plain(v any) any {
	list := func(items []any) []any {
		out := make([]any, len(items))
		for i, item := range items {
			out[i] = plain(item)
		}
		return out
	}
	switch v := v.(type) {
	case List:
		return List(list(v))
	case Tuple:
		return Tuple(list(v))
	case Set:
		return Set(list(v))
	case *Dict:
		var out [][2]any
		for key, value := range v.All() {
			out = append(out, [2]any{key, plain(value)})
		}
		return out
	case *Array:
		return array{v.DType, v.Shape, list(cellValues(v))}
	}
	return v
}

// array is the comparable form of an Array.
type array struct {
	DType  DType
	Shape  []int
	Values []any
}

// handMade are valid pickles with the value each stands for, by hand.
var handMade = []struct {
	name, in string
	want     any
}{
	{"None", proto2 + "N.", nil},
	{"True", proto2 + "\x88.", true},
	{"True, protocol 1 way", proto2 + "I01\n.", true},
	{"BININT1", proto2 + "K\xff.", int64(255)},
	{"BININT2", proto2 + "M\x00\x01.", int64(256)},
	{"BININT is signed", proto2 + "J\xfe\xff\xff\xff.", int64(-2)},
	{"LONG1 empty is 0", proto2 + "\x8a\x00.", int64(0)},
	{"LONG1 short, negative", proto2 + "\x8a\x01\x80.", int64(-128)},
	{"LONG1 with a sign byte", proto2 + "\x8a\x02\x80\x00.", int64(128)},
	{"LONG1 nine bytes, fits", proto2 + "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\x00.", int64(math.MaxInt64)},
	{"LONG4", proto2 + "\x8b\x02\x00\x00\x00\x00\x01.", int64(256)},
	{"INT of Python 2", proto2 + "I4294967296\n.", int64(1) << 32},
	{"LONG of Python 2", proto2 + "L-5L\n.", int64(-5)},
	{"BINFLOAT is big-endian", proto2 + "G\x3f\xf8\x00\x00\x00\x00\x00\x00.", 1.5},
	{"FLOAT", proto2 + "F-0.25\n.", -0.25},
	{"BINUNICODE", proto2 + "X\x03\x00\x00\x00\xe6\x83\x85.", "情"},
	{"SHORT_BINUNICODE", proto4 + "\x8c\x01a.", "a"},
	{"BINUNICODE8", proto4 + "\x8d\x01\x00\x00\x00\x00\x00\x00\x00a.", "a"},
	{"UNICODE, raw escapes", proto2 + "Va\xe9\\u60c5\\U0001f600\\n\n.", "aé情😀\\n"},
	{"SHORT_BINSTRING keeps its bytes", proto2 + "U\x02\xff\x00.", "\xff\x00"},
	{"BINSTRING", proto2 + "T\x01\x00\x00\x00a.", "a"},
	{"STRING with escapes", proto2 + `S'a\x00\\\'\n"'` + "\n.", "a\x00\\'\n\""},
	{"SHORT_BINBYTES", proto4 + "C\x02\xff\x00.", []byte{0xff, 0}},
	{"BINBYTES8", proto4 + "\x8e\x01\x00\x00\x00\x00\x00\x00\x00a.", []byte("a")},
	{"BYTEARRAY8", "\x80\x05\x96\x01\x00\x00\x00\x00\x00\x00\x00a.", []byte("a")},
	{"bytes of protocol 2", proto2 + "c_codecs\nencode\nX\x03\x00\x00\x00a\xc3\xbfX\x06\x00\x00\x00latin1\x86R.", []byte{'a', 0xff}},
	{"no bytes of protocol 2", proto2 + "c__builtin__\nbytes\n)R.", []byte{}},
	{"list by APPEND", proto2 + "]K\x01aK\x02a.", List{int64(1), int64(2)}},
	{"list by APPENDS", proto2 + "](K\x01K\x02e.", List{int64(1), int64(2)}},
	{"list by LIST", proto2 + "(K\x01K\x02l.", List{int64(1), int64(2)}},
	{"tuples", proto2 + "()K\x01\x85K\x01K\x02\x86K\x01K\x02K\x03\x87t.", Tuple{
		Tuple{}, Tuple{int64(1)}, Tuple{int64(1), int64(2)}, Tuple{int64(1), int64(2), int64(3)},
	}},
	{"dict by SETITEM", proto2 + "}X\x01\x00\x00\x00bK\x01sX\x01\x00\x00\x00aNs.", [][2]any{{"b", int64(1)}, {"a", nil}}},
	{"dict by SETITEMS", proto2 + "}(K\x07K\x01G\x3f\xf8\x00\x00\x00\x00\x00\x00K\x02u.", [][2]any{{int64(7), int64(1)}, {1.5, int64(2)}}},
	{"dict by DICT", proto2 + "(\x88K\x01d.", [][2]any{{true, int64(1)}}},
	{"set", proto4 + "\x8f(K\x02K\x01\x90.", Set{int64(2), int64(1)}},
	{"frozenset", proto4 + "(K\x02K\x01\x91.", Set{int64(2), int64(1)}},
	{"set of protocol 2", proto2 + "c__builtin__\nset\n](K\x01K\x02e\x85R.", Set{int64(1), int64(2)}},
	{"memo", proto2 + "]q\x000(h\x00j\x00\x00\x00\x00g0\nt.", Tuple{List{}, List{}, List{}}},
	{"memo counted from 1", proto2 + "]q\x01K\x05p2\n0h\x02ah\x010.", List{int64(5)}},
	{"memo far away", proto2 + "]r\xff\xff\xff\xff0j\xff\xff\xff\xff.", List{}},
	{"MEMOIZE", proto4 + "\x8c\x01a\x94h\x00\x86.", Tuple{"a", "a"}},
	{"DUP, POP, POP_MARK", proto2 + "K\x012K\x090(NN1\x86.", Tuple{int64(1), int64(1)}},
	{"FRAME", proto4 + "\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", nil},
	{"no PROTO", "N.", nil},
	{"array", arrayF4, array{"<f4", []int{3}, []any{1.5, math.Inf(-1), -2.0}}},
	{"object array", objects0, array{"|O", []int{}, []any{[][2]any{{"a", int64(1)}}}}},
	{"numpy 2 names its modules anew", strings.Replace(arrayF4, "numpy.core", "numpy._core", 1), array{"<f4", []int{3}, []any{1.5, math.Inf(-1), -2.0}}},
	{"array of protocol 5", "\x80\x05cnumpy.core.numeric\n_frombuffer\n(\x96\x0c\x00\x00\x00\x00\x00\x00\x00" + floats + dtypeF4 +
		"K\x01K\x03\x86\x8c\x01CtR.", array{"<f4", []int{1, 3}, []any{1.5, math.Inf(-1), -2.0}}},
	{"scalar", proto4 + "cnumpy.core.multiarray\nscalar\n" + dtypeF4 + "C\x04\x00\x00\xc0\x3f\x86R.", 1.5},
	{"dtype", proto4 + dtypeF4 + ".", DType("<f4")},
}

func TestHandMade(t *testing.T) {
	for _, c := range handMade {
		t.Run(c.name, func(t *testing.T) {
			got, err := Unmarshal([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, plain(got)); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

// A file cut short anywhere is an error, never a panic and never a value.
func TestEveryPrefixIsAnError(t *testing.T) {
	for _, c := range handMade {
		for n := range len(c.in) {
			if v, err := Unmarshal([]byte(c.in[:n])); err == nil {
				t.Errorf("%s: the first %d bytes give %v", c.name, n, v)
			}
		}
	}
}

// The payload of an array is not copied, so that a mapped file stays unread.
func TestArrayDataIsASliceOfTheInput(t *testing.T) {
	in := []byte(arrayF4)
	v, err := Unmarshal(in)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(arrayF4, floats)
	if got := v.(*Array).Data; &got[0] != &in[at] || len(got) != len(floats) {
		t.Error("Data is a copy")
	}
}

// Values that a file shares are shared in the result.
func TestSharedValuesStayShared(t *testing.T) {
	v, err := Unmarshal([]byte(proto2 + "]K\x01aq\x00h\x00\x86.")) // ([1], the same list)
	if err != nil {
		t.Fatal(err)
	}
	pair := v.(Tuple)
	if a, b := pair[0].(List), pair[1].(List); &a[0] != &b[0] {
		t.Error("the list was copied")
	}
}

func TestDictGet(t *testing.T) {
	var in strings.Builder
	in.WriteString(proto4 + "}(")
	for c := byte('a'); c <= 'z'; c++ {
		in.WriteString("\x8c\x01" + string(c) + "K" + string(c))
	}
	in.WriteString("K\x01Nu.")
	large, err := Unmarshal([]byte(in.String()))
	if err != nil {
		t.Fatal(err)
	}
	small, err := Unmarshal([]byte(proto4 + "}\x8c\x01zKzs."))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*Dict{large.(*Dict), small.(*Dict)} {
		if v, ok := d.Get("z"); !ok || v != int64('z') {
			t.Errorf("Get(z) = %v, %v in a dict of %d", v, ok, d.Len())
		}
		if v, ok := d.Get("nope"); ok || v != nil {
			t.Errorf("Get(nope) = %v, %v in a dict of %d", v, ok, d.Len())
		}
	}
	if _, err := large.(*Dict).Keys(); err == nil {
		t.Error("Keys of a dict with an int key: no error")
	}
	if keys, err := small.(*Dict).Keys(); err != nil || len(keys) != 1 || keys[0] != "z" {
		t.Errorf("Keys = %v, %v", keys, err)
	}
}
