package pickle

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// spell writes bytes as protocol 2 of Python 3 does: a str of their Latin-1
// characters, and the call that encodes it.
func spell(raw []byte) string {
	text := make([]rune, len(raw))
	for i, c := range raw {
		text[i] = rune(c)
	}
	s := string(text)
	return "c_codecs\nencode\nX" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s + "X\x06\x00\x00\x00latin1\x86R"
}

// speltArray is a pickle of an |u1 array of rows × 8, spelt.
func speltArray(rows int, spelt string) []byte {
	shape := "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(rows))) + "K\x08\x86"
	dtype := "cnumpy\ndtype\nX\x02\x00\x00\x00u1\x85R(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
	return []byte(emptyArray + "(K\x01" + shape + dtype + "\x89" + spelt + "tb.")
}

// Any bytes come back, whole and row by row, across blocks.
func TestSpeltBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 6000).Draw(t, "rows")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		raw := make([]byte, rows*8)
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		v, err := Unmarshal(speltArray(rows, spell(raw)))
		if err != nil {
			t.Fatal(err)
		}
		a := v.(*Array)
		if got, err := a.Bytes(); err != nil || !bytes.Equal(got, raw) || a.Len() != len(raw) {
			t.Fatalf("%d bytes differ, %v", len(raw), err)
		}
		i := rapid.IntRange(0, rows-1).Draw(t, "row")
		row, err := a.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := row.Bytes(); err != nil || !bytes.Equal(got, raw[8*i:8*i+8]) {
			t.Fatalf("row %d: %v, %v", i, got, err)
		}
	})
}

// Readers on several goroutines count the characters once.
func TestSpeltBytesConcurrently(t *testing.T) {
	v, err := Unmarshal(speltArray(4000, spell(bytes.Repeat([]byte{0xe9}, 32000))))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			row, err := v.(*Array).Row(i * 500)
			if err != nil {
				t.Error(err)
				return
			}
			if x, err := row.Ints(); err != nil || x[7] != 0xe9 {
				t.Error(x, err)
			}
		})
	}
	wg.Wait()
}

// What is wrong with a long text shows where it is used, with the offset of the
// text; that it cannot be of the right length at all shows at once.
func TestSpeltBytesThatAreNone(t *testing.T) {
	latin := strings.Repeat("\xc3\xa9", 160)
	text := func(s string) string {
		return "c_codecs\nencode\nX" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s + "X\x06\x00\x00\x00latin1\x86R"
	}
	for _, c := range []struct {
		name, text string
		rows       int
		want       string
	}{
		{"beyond Latin-1", strings.Replace(latin, "\xc3\xa9", "\xc4\x80", 1), 20, "offset 135: _codecs.encode: a str that is not valid UTF-8 or holds a character beyond Latin-1"},
		{"broken UTF-8", strings.Replace(latin, "\xc3\xa9", "\xc3\xc3", 1), 20, "offset 135: _codecs.encode: a str that is not valid UTF-8 or holds a character beyond Latin-1"},
		{"too few characters", latin, 21, "offset 135: an array of 168 bytes is spelt by a str of 160 characters"},
		{"far too many characters", latin, 2, "offset 474: an array of shape [2 8] and dtype |u1 cannot be spelt by a str of 320 bytes"},
		{"far too few characters", latin, 41, "offset 474: an array of shape [41 8] and dtype |u1 cannot be spelt by a str of 320 bytes"},
	} {
		v, err := Unmarshal(speltArray(c.rows, text(c.text)))
		if err == nil {
			_, err = v.(*Array).Float64s()
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got  %v\nwant %s", c.name, err, c.want)
		}
	}
	long := text(strings.Repeat("é", 200))
	if v, err := Unmarshal([]byte(long + ".")); err != nil || !bytes.Equal(v.([]byte), bytes.Repeat([]byte{0xe9}, 200)) {
		t.Errorf("long bytes by themselves: %v, %v", v, err)
	}
	shared, err := Unmarshal([]byte("(" + long + "2t."))
	if err != nil {
		t.Fatal(err)
	}
	if pair := shared.(Tuple); &pair[0].([]byte)[0] != &pair[1].([]byte)[0] {
		t.Error("shared bytes were decoded twice")
	}
	if _, err := UnmarshalWithin([]byte(long+"."), Limits{Memory: 1000}); err == nil {
		t.Error("more memory than the limit")
	}
}

// Release hears of parts of the input only.
func TestReleaseHearsOfWhatWasRead(t *testing.T) {
	in := speltArray(1<<18, spell(make([]byte, 1<<21)))
	total := 0
	v, err := Reader{Release: func(part []byte) { total += len(part) }}.Unmarshal(in)
	if err != nil || total != 0 {
		t.Fatalf("%v; %d bytes released before anything was read", err, total)
	}
	if _, err := v.(*Array).Row(0); err != nil {
		t.Fatal(err)
	}
	if _, err := v.(*Array).Bytes(); err != nil || total != 2<<21 {
		t.Errorf("%v; %d bytes released, want each twice", err, total)
	}
}
