package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The opcodes of Python's pickler that a small file of MMSA's layout needs.

func pickledStr(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func pickledFloat(x float64) string {
	return "G" + string(binary.BigEndian.AppendUint64(nil, math.Float64bits(x)))
}

func pickledList(items ...string) string { return "](" + strings.Join(items, "") + "e" }

func pickledStrs(words ...string) string {
	var items []string
	for _, w := range words {
		items = append(items, pickledStr(w))
	}
	return pickledList(items...)
}

func pickledDict(pairs ...string) string {
	out := "}("
	for i := 0; i < len(pairs); i += 2 {
		out += pickledStr(pairs[i]) + pairs[i+1]
	}
	return out + "u"
}

// pickledArray is a float32 array of zeros with n samples of one frame of one column.
func pickledArray(n int) string {
	size := "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01(" + size + "K\x01K\x01t" +
		"cnumpy\ndtype\n" + pickledStr("f4") + "\x89\x88\x87R(K\x03" + pickledStr("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" +
		"B" + string(binary.LittleEndian.AppendUint32(nil, uint32(4*n))) + string(make([]byte, 4*n)) + "tb"
}

// pickledMMSA is a file of two clips a split; changes replace keys of train, and ""
// removes them.
func pickledMMSA(changes map[string]string) string {
	split := func(prefix string, changes map[string]string) string {
		var pairs []string
		for _, f := range []struct{ key, value string }{
			{"id", pickledStrs(prefix+"$_$1", prefix+"$_$2")},
			{"raw_text", pickledStrs("it was fine", "so bad")},
			{"audio", pickledArray(2)},
			{"vision", pickledArray(2)},
			{"regression_labels", pickledList(pickledFloat(1), pickledFloat(-1))},
		} {
			if changed, ok := changes[f.key]; ok {
				f.value = changed
			}
			if f.value != "" {
				pairs = append(pairs, f.key, f.value)
			}
		}
		return pickledDict(pairs...)
	}
	return "\x80\x04" + pickledDict("train", split("a", changes), "valid", split("b", nil), "test", split("c", nil)) + "."
}

// badFiles are what a lab may bring by accident or somebody on purpose, and what is
// said of it after the file's name.
func badFiles() []struct{ name, in, want string } {
	whole := pickledMMSA(nil)
	flipped := []byte(whole)
	flipped[strings.Index(whole, "_reconstruct")] ^= 0x20
	change := func(key, value string) string { return pickledMMSA(map[string]string{key: value}) }
	at := strings.Index(whole, "]") // the first list of the first split
	return []struct{ name, in, want string }{
		{"truncated", whole[:len(whole)-40], fmt.Sprintf("offset %d: a str of 17 bytes, but 1 remain", strings.LastIndex(whole, pickledStr("regression_labels")))},
		{"bit-flipped", string(flipped), fmt.Sprintf(`offset %d: global "numpy.core.multiarray`, strings.Index(whole, "cnumpy.core"))},
		{"recursive", "\x80\x04]q\x00h\x00a.", "offset 2: a list contains itself"},
		{"memo bomb", "\x80\x04)" + strings.Repeat("q\x00h\x00h\x00\x86", 60) + ".", "offset "},
		{"2^62-length", whole[:at] + "\x8e\x00\x00\x00\x00\x00\x00\x00\x40" + whole[at:], fmt.Sprintf("offset %d: bytes of 4611686018427387904 bytes, but %d remain", at, len(whole)-at)},
		{"calls a function", "\x80\x04cposix\nsystem\n" + pickledStr("id") + "\x85R.", `offset 2: global "posix system" is not on the allow-list`},
		{"wrong dtype", change("audio", pickledStrs("x", "y")), "train: audio is a list of 2, not an array of numbers"},
		{"unequal N", change("vision", pickledArray(3)), "train: vision has 3 samples, id has 2"},
		{"duplicate id", change("id", pickledStrs("a$_$1", "a$_$1")), `train row 1: id "a$_$1" is also that of train row 0`},
		{"label NaN", change("regression_labels", pickledList(pickledFloat(1), pickledFloat(math.NaN()))), "train: regression_labels: row 1 is NaN"},
		{"text missing", change("raw_text", ""), "train: no raw_text"},
		{"0 samples", pickledMMSA(map[string]string{
			"id": "]", "raw_text": "]", "audio": pickledArray(0), "vision": pickledArray(0), "regression_labels": "]",
		}), "train: no "},
	}
}

// importing runs the command in this process and returns its exit code, what it said of
// errors, the bytes it allocated, and how long it took.
func importing(args ...string) (code int, said string, allocated uint64, took time.Duration) {
	var out, errs bytes.Buffer
	a := &app{Ctx: context.Background(), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	code = run(a, append([]string{"data", "import"}, args...))
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return code, errs.String(), after.TotalAlloc - before.TotalAlloc, took
}

// Each bad file ends with exit code 1 and a line that names the file and where in it,
// leaves no copy behind, and costs little.
func TestDataImportOfBadFiles(t *testing.T) {
	folder := t.TempDir()
	check := func(t *testing.T, path, want string) {
		t.Helper()
		code, said, allocated, took := importing(path)
		if code != 1 || !strings.HasPrefix(said, "uacs: error: "+path+": "+want) {
			t.Errorf("exit code %d, %swant %s", code, said, want)
		}
		if allocated > 32<<20 || took > 10*time.Second {
			t.Errorf("%d bytes allocated in %v", allocated, took)
		}
		if _, err := os.Stat(strings.TrimSuffix(path, ".pkl") + ".safetensors"); err == nil {
			t.Error("a copy was written")
		}
	}
	for _, c := range badFiles() {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(folder, c.name+".pkl")
			if err := os.WriteFile(path, []byte(c.in), 0o644); err != nil {
				t.Fatal(err)
			}
			check(t, path, c.want)
		})
	}
	for name, c := range map[string]struct{ begin, want string }{
		"zeros":      {"", "offset 0: not a feature file of any known format"},
		"a pickle":   {pickledMMSA(nil), fmt.Sprintf("offset %d: ", len(pickledMMSA(nil)))},
		"no newline": {"\x80\x04c", "offset 2: opcode GLOBAL with a line of more than 1048576 bytes"},
		"a text":     {"\x80\x04X\xff\xff\xff\xff", "offset 4294967302: byte 0x00 is no pickle opcode"},
		"a table":    {strings.Repeat("a,b\n", 2000), "10737418240 bytes of text; this reader takes"},
	} {
		t.Run("10 GB sparse, "+name, func(t *testing.T) {
			path := filepath.Join(folder, name+".pkl")
			if err := os.WriteFile(path, []byte(c.begin), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, 10<<30); err != nil {
				t.Skip("no sparse files here")
			}
			check(t, path, c.want)
		})
	}
}

// The file that the bad ones are made of is a good one.
func TestDataImportOfAGoodFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "good.pkl")
	if err := os.WriteFile(path, []byte(pickledMMSA(nil)), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, said, _, _ := importing(path); code != 0 {
		t.Errorf("exit code %d, %s", code, said)
	}
}
