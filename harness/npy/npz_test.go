package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
)

// archive zips members, given as name and content in turn.
func archive(t testing.TB, method uint16, members ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// A stored member's elements lie in the archive, a compressed one's are read.
func TestMapped(t *testing.T) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		data := archive(t, method, "z.npy", file(1, headerF4, dataF4))
		a, err := ReadNPZ(data)
		if err != nil {
			t.Fatal(err)
		}
		z, err := a.Mapped("z")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := z.Float64s(); err != nil || got[1] != -2 {
			t.Errorf("z = %v, %v", got, err)
		}
		at := bytes.Index(data, z.Data)
		shared := at >= 0 && &data[at] == &z.Data[0]
		if shared != (method == zip.Store) {
			t.Errorf("method %d: shared %v", method, shared)
		}
	}
	data := archive(t, zip.Store, "z.npy", "no array")
	a, err := ReadNPZ(data)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Mapped("z")
	if err == nil || !strings.HasPrefix(err.Error(), `member "z.npy" at offset 35: offset 0: not an .npy file`) {
		t.Errorf("got %v", err)
	}
}

func TestReadNPZ(t *testing.T) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		a, err := ReadNPZ(archive(t, method, "z.npy", file(1, headerF4, dataF4), "a.npy", file(1, headerO, dictPickle)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"z", "a"}, a.Names()); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
		z, err := a.Array("z")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := z.Float64s(); err != nil || len(got) != 2 || got[1] != -2 {
			t.Errorf("z = %v, %v", got, err)
		}
		objects, err := a.Array("a")
		if err != nil || objects.DType != "|O" {
			t.Errorf("a: %v", err)
		}
		_, err = a.Array("b")
		if err == nil || err.Error() != `no array "b" in the archive` || hint.Of(err) != "its arrays are: z, a" {
			t.Errorf("b: %v, hint %q", err, hint.Of(err))
		}
	}
}

// lie writes another uncompressed size into the directory of an archive of one
// member, at bytes 24 to 27 of the entry that begins with PK 1 2.
func lie(data []byte, size uint32) []byte {
	data = bytes.Clone(data)
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], size)
	return data
}

func TestReadNPZRefuses(t *testing.T) {
	small := file(1, headerF4, dataF4)
	zeros := strings.Repeat("\x00", 1<<20)
	bomb := archive(t, zip.Deflate, "a.npy", zeros)
	for _, c := range []struct {
		name   string
		in     []byte
		limits Limits
		want   string
	}{
		{"empty", nil, Limits{}, "not an .npz file: zip: not a valid zip file"},
		{"an .npy file", []byte(small), Limits{}, "not an .npz file: zip: not a valid zip file"},
		{"another member", archive(t, zip.Store, "a.txt", "x"), Limits{}, `member "a.txt" is not an .npy file`},
		{"a folder", archive(t, zip.Store, "a/", ""), Limits{}, `member "a/" is not an .npy file`},
		{"a name twice", archive(t, zip.Store, "a.npy", small, "a.npy", small), Limits{}, `member "a.npy" occurs twice`},
		{"a large member", bomb, Limits{Member: 1000}, `member "a.npy" decompresses to 1048576 bytes, more than 1000`},
		{"large members", archive(t, zip.Deflate, "a.npy", zeros, "b.npy", zeros), Limits{Total: 1 << 20}, "the members decompress to more than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadNPZWithin(c.in, c.limits)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestArrayRefusesABadMember(t *testing.T) {
	small := file(1, headerF4, dataF4)
	flipped := archive(t, zip.Store, "a.npy", small)
	flipped[bytes.Index(flipped, []byte(dataF4))] ^= 1
	bomb := archive(t, zip.Deflate, "a.npy", strings.Repeat("\x00", 1<<20))
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"wrong checksum", flipped, `member "a.npy": zip: checksum error`},
		{"more than announced", lie(bomb, 1000), `member "a.npy": zip: not a valid zip file`},
		{"less than announced", lie(bomb, 1<<30), `member "a.npy": unexpected EOF`},
		{"not an array", archive(t, zip.Deflate, "a.npy", "x"), `member "a.npy": offset 0: not an .npy file: it does not begin with \x93NUMPY and a version`},
		{"objects that call", archive(t, zip.Deflate, "a.npy", file(1, headerO, "cos\nsystem\n.")), `member "a.npy": pickle at offset 74: offset 0: global "os system" is not on the allow-list`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ReadNPZ(c.in)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Array("a")
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
