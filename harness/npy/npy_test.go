package npy

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file assembles an .npy file by hand: version 1 unless major says otherwise,
// the header filled up with spaces as numpy does.
func file(major byte, header, data string) string {
	header += strings.Repeat(" ", 15-len(header)%16) + "\n"
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(header)))
	if major == 1 {
		length = length[:2]
	}
	return magic + string([]byte{major, 0}) + string(length) + header + data
}

const (
	headerF4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
	dataF4   = "\x00\x00\xc0\x3f\x00\x00\x00\xc0" // 1.5, -2
	headerO  = "{'descr': '|O', 'fortran_order': False, 'shape': (), }"

	// dictPickle is a 0-d object array that holds {'a': 1}, opcode by opcode as
	// protocol 3 writes it.
	dictPickle = "\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R" + // _reconstruct(ndarray, (0,), b'b')
		"(K\x01)cnumpy\ndtype\nX\x02\x00\x00\x00O8K\x00K\x01\x87R" + // (1, (), dtype('O8', 0, 1)
		"(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb" + // its state
		"\x89]}X\x01\x00\x00\x00aK\x01satb." // False, [{'a': 1}]) BUILD
)

func TestReadNumbers(t *testing.T) {
	for name, in := range map[string]string{
		"version 1":        file(1, headerF4, dataF4),
		"version 2":        file(2, headerF4, dataF4),
		"version 3":        file(3, headerF4, dataF4),
		"other key order":  file(1, "{'shape':(2,),'fortran_order':False,'descr':'<f4'}", dataF4),
		"double quotes":    file(1, `{"descr": "<f4", "fortran_order": False, "shape": (2,)}`, dataF4),
		"Python 2 longs":   file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2L,), }", dataF4),
		"Fortran, one row": file(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }", dataF4),
	} {
		t.Run(name, func(t *testing.T) {
			a, err := Read([]byte(in))
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Float64s()
			if diff := cmp.Diff([]float64{1.5, -2}, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestReadDict(t *testing.T) {
	a, err := Read([]byte(file(1, headerO, dictPickle)))
	if err != nil {
		t.Fatal(err)
	}
	item, err := a.Item()
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := item.(interface{ Get(string) (any, bool) }).Get("a"); !ok || got != int64(1) {
		t.Errorf("a = %v, %v", got, ok)
	}
}

func TestReadRefuses(t *testing.T) {
	header := func(h string) string { return file(1, h, dataF4) }
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "offset 0: not an .npy file: it does not begin with \\x93NUMPY and a version"},
		{"another file", "PK\x03\x04 and so on", "offset 0: not an .npy file: it does not begin with \\x93NUMPY and a version"},
		{"version 4", file(4, headerF4, dataF4), "offset 6: .npy version 4.0; this reader knows 1.0, 2.0 and 3.0"},
		{"no length", magic + "\x01\x00\x05", "offset 8: the file ends before its header"},
		{"header beyond the end", magic + "\x02\x00\xff\xff\xff\xff{", "offset 8: a header of 4294967295 bytes; 1 remain, and numpy allows 10000"},
		{"header beyond numpy's limit", file(2, headerF4+strings.Repeat(" ", 10000), dataF4), "offset 8: a header of 10064 bytes; 10072 remain, and numpy allows 10000"},
		{"data cut short", header(headerF4)[:len(header(headerF4))-1], "offset 74: an array of shape [2] and dtype <f4 has 7 bytes of data"},
		{"data follows", header(headerF4) + "x", "offset 74: an array of shape [2] and dtype <f4 has 9 bytes of data"},
		{"expression", header("{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,), }"), "offset 62: header: want a comma or a closing parenthesis"},
		{"call", header("__import__('os')"), `offset 10: header: want "{"`},
		{"key twice", header("{'descr': '<f4', 'descr': '<f4'}"), `offset 35: header: key "descr" twice`},
		{"unknown key", header("{'descr': '<f4', 'x': 1}"), `offset 31: header: unknown key "x"`},
		{"key missing", header("{'descr': '<f4', 'fortran_order': False}"), "offset 58: header: a header without all of descr, fortran_order and shape"},
		{"text after", header(headerF4 + "x"), "offset 67: header: text after the dict"},
		{"dict open", header("{'descr': '<f4'"), `offset 26: header: want "}"`},
		{"no dict after a comma", header("{'descr': '<f4',, }"), "offset 26: header: want a quoted string"},
		{"not a tuple", header("{'descr': '<f4', 'fortran_order': False, 'shape': (2)}"), "offset 63: header: want a tuple; (n) without a comma is none"},
		{"negative size", header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}"), "offset 61: header: want a size of at most 64 bits"},
		{"size beyond 64 bits", header("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,)}"), "offset 61: header: want a size of at most 64 bits"},
		{"2^62 elements", header("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,)}"), "offset 90: an array of shape [4611686018427387904] and dtype <f4 has 8 bytes of data"},
		{"order is a number", header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}"), "offset 44: header: want True or False"},
		{"structured", header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}"), "offset 20: header: structured dtypes are not supported"},
		{"escape", header(`{'descr': '\x3cf4'}`), "offset 21: header: a string that does not end, or with an escape"},
		{"string open", header("{'descr"), "offset 12: header: a string that does not end, or with an escape"},
		{"date", header("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,)}"), `offset 74: dtype "<M8[s]" is not supported (this reader knows f2 f4 f8, i1 to i8, u1 to u8, b1, S, U and O)`},
		{"objects that call", file(1, headerO, "cposix\nsystem\nX\x02\x00\x00\x00id\x85R."), `pickle at offset 74: offset 0: global "posix system" is not on the allow-list`},
		{"objects that are none", file(1, headerO, "N."), "pickle at offset 74: the header announces an object array, found <nil>"},
		{"objects of another shape", file(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", dictPickle), "pickle at offset 74: an array of shape [], but the header says [1]"},
		{"objects and more", file(1, headerO, dictPickle+"x"), "pickle at offset 74: offset 133: 1 bytes follow the end of the pickle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Read([]byte(c.in))
			if err == nil {
				t.Fatalf("no error, but an array of %s %v", a.DType, a.Shape)
			}
			if got := err.Error(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A file cut short anywhere is an error, never a panic and never an array.
func TestEveryPrefixIsAnError(t *testing.T) {
	for _, in := range []string{file(1, headerF4, dataF4), file(3, headerF4, dataF4), file(1, headerO, dictPickle)} {
		for n := range len(in) {
			if _, err := Read([]byte(in[:n])); err == nil {
				t.Errorf("the first %d bytes of %d give an array", n, len(in))
			}
		}
	}
}
