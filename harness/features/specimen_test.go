package features

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The opcodes of protocol 4 that Python's pickler writes, without its memo.

func pyStr(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func pyInt(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

func pyList(items ...string) string { return "](" + strings.Join(items, "") + "e" }

func pyStrs(words ...string) string {
	items := make([]string, len(words))
	for i, w := range words {
		items[i] = pyStr(w)
	}
	return pyList(items...)
}

// pyDict makes a dict of keys and values in turn; values are opcodes.
func pyDict(pairs ...string) string {
	out := "}("
	for i := 0; i < len(pairs); i += 2 {
		out += pyStr(pairs[i]) + pairs[i+1]
	}
	return out + "u"
}

func pyFile(root string) string { return "\x80\x04" + root + "." }

// pyArray makes a float32 array.
func pyArray(shape []int, values ...float64) string {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
	}
	sizes := "("
	for _, n := range shape {
		sizes += pyInt(n)
	}
	return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01" + sizes + "t" +
		"cnumpy\ndtype\n" + pyStr("f4") + "\x89\x88\x87R(K\x03" + pyStr("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" +
		"B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + string(data) + "tb"
}

// split makes one of two clips: text 2×2×1, audio 2×3×2 with lengths, labels.
// changes replaces or, with "", removes keys.
func split(prefix string, changes ...string) string {
	fields := []string{
		"raw_text", pyStrs("it was fine", "so bad"),
		"audio", pyArray([]int{2, 3, 2}, 1, 7, 3, 7, 0, 0, math.Inf(-1), 7, 0, 0, 0, 0),
		"vision", pyArray([]int{2, 1, 1}, 5, math.NaN()),
		"id", pyStrs(prefix+"$_$1", prefix+"$_$2"),
		"text", pyArray([]int{2, 2, 1}, 1, 2, 3, 4),
		"annotations", pyStrs("Neutral", "Negative"),
		"regression_labels", pyArray([]int{2}, 0, -1.5),
		"audio_lengths", pyList(pyInt(2), pyInt(9)),
	}
	for c := 0; c < len(changes); c += 2 {
		for i := 0; i < len(fields); i += 2 {
			if fields[i] != changes[c] {
				continue
			}
			if fields[i+1] = changes[c+1]; changes[c+1] == "" {
				fields = append(fields[:i], fields[i+2:]...)
				break
			}
		}
	}
	return pyDict(fields...)
}

func mmsa(train ...string) string {
	return pyFile(pyDict("train", split("a", train...), "valid", split("b"), "test", split("c")))
}

func write(t testing.TB, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string) *Set {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
