package features

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/golden"
)

// The report of a file by hand: one -inf, one NaN, padding, a length beyond the
// array, a constant column.
func TestInspect(t *testing.T) {
	s := open(t, write(t, "mmsa.pkl", mmsa()))
	r, err := Inspect(s)
	if err != nil {
		t.Fatal(err)
	}
	r.Name = "mmsa.pkl"
	golden.Check(t, "testdata/inspect.txt", []byte(r.String()))
}

func TestSet(t *testing.T) {
	s := open(t, write(t, "mmsa.pkl", mmsa()))
	if s.Format != MMSA || len(s.Splits) != 3 || s.Usable() != nil {
		t.Fatalf("%s, %d splits, %v", s.Format, len(s.Splits), s.Usable())
	}
	test, _ := s.Split("test")
	if diff := cmp.Diff([]string{"c$_$1", "c$_$2"}, test.IDs); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"it was fine", "so bad"}, test.Texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{0, -1.5}, test.Label()); diff != "" {
		t.Errorf("label (-want +got):\n%s", diff)
	}
	audio, _ := test.Array("audio")
	if audio.Frames(0) != 2 || audio.Frames(1) != 3 {
		t.Errorf("frames %d and %d, want 2 and 3 (the array's, not the named 9)", audio.Frames(0), audio.Frames(1))
	}
	row := make([]float32, audio.Tensor.Row())
	if err := audio.Tensor.Read(0, row); err != nil || !cmp.Equal(row, []float32{1, 7, 3, 7, 0, 0}) {
		t.Errorf("audio %v, %v", row, err)
	}
}

// Each fault is a problem that names split, key and row.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"unequal numbers", mmsa("vision", pyArray([]int{3, 1, 1}, 1, 2, 3)), []string{"train: vision has 3 samples, id has 2"}},
		{"id twice", mmsa("id", pyStrs("a$_$1", "a$_$1")), []string{`train row 1: id "a$_$1" is also that of train row 0`}},
		{"id in two splits", mmsa("id", pyStrs("c$_$1", "c$_$2")), []string{`test row 0: id "c$_$1" is also that of train row 0; and 1 more ids occur twice`}},
		{"label NaN", mmsa("regression_labels", pyArray([]int{2}, 1, math.NaN())), []string{"train: regression_labels: row 1 is NaN"}},
		{"no label", mmsa("regression_labels", ""), []string{"train: no regression_labels"}},
		{"no text", mmsa("raw_text", ""), []string{"train: no raw_text"}},
		{"no id", mmsa("id", ""), []string{"train: no id"}},
		{"wrong dtype", mmsa("audio", pyStrs("x", "y")), []string{"train: audio is a list of 2, not an array of numbers"}},
		{"negative length", mmsa("audio_lengths", pyList(pyInt(-1), pyInt(1))), []string{"train: audio_lengths: row 0 is -1, no number of frames"}},
		{
			"no samples", mmsa("id", "]", "raw_text", "]", "annotations", "]", "regression_labels", pyArray([]int{0}), "audio_lengths", "]",
				"audio", pyArray([]int{0, 3, 2}), "vision", pyArray([]int{0, 1, 1}), "text", pyArray([]int{0, 2, 1})),
			[]string{"train: no samples"},
		},
		{"no vision in train", mmsa("vision", ""), []string{"train: no vision, which valid has"}},
		{"another width in train", mmsa("vision", pyArray([]int{2, 1, 2}, 1, 2, 3, 4)), []string{"valid: vision has 1 columns, in train it has 2", "test: vision has 1 columns, in train it has 2"}},
		{"no frames in train", mmsa("vision", pyArray([]int{2, 3}, 1, 2, 3, 4, 5, 6)), []string{"valid: vision has shape 2×1×1, in train it is 2×3", "test: vision has shape 2×1×1, in train it is 2×3"}},
		{"no samples in npy", npyFile("(0, 3)", ""), []string{"no samples"}},
		{"a word among numbers", "id,a,b\n" + strayCSV(), []string{`row 7: column b: "three" is no number, and 11 of 12 cells are`}},
		{"no test", pyFile(pyDict("train", split("a"), "valid", split("b"))), []string{"the file has no test"}},
		{"test is no dict", pyFile(pyDict("train", split("a"), "valid", split("b"), "test", "]")), []string{"test is a list of 0, not a dict", "the file has no test"}},
	} {
		s := open(t, write(t, "f.pkl", c.in))
		if diff := cmp.Diff(c.want, s.Problems); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if s.Usable() == nil {
			t.Errorf("%s: usable", c.name)
		}
	}
}

// strayCSV has a word among the numbers of a column.
func strayCSV() string {
	var b strings.Builder
	for i := range 12 {
		cell := "2"
		if i == 7 {
			cell = "three"
		}
		fmt.Fprintf(&b, "x%d,1,%s\n", i, cell)
	}
	return b.String()
}

// A config beside the arrays does not count.
func TestConfigDoesNotCount(t *testing.T) {
	lens := pyList(pyInt(2), pyInt(500), pyInt(1))
	in := pyFile(pyDict("train", split("a"), "valid", split("b"), "test", split("c"), "config", pyDict("seq_lens", lens), "extra", "N"))
	s := open(t, write(t, "f.pkl", in))
	want := []string{"key extra is left out: None", "the file's config says 500 frames of audio, the array has 3; the array counts"}
	if diff := cmp.Diff(want, s.Notes[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// notFeatures are files that are nothing, and how that is said.
func notFeatures() []struct{ name, in, want string } {
	return []struct{ name, in, want string }{
		{"empty", "", "offset 0: the file is empty"},
		{"zeros", strings.Repeat("\x00", 100), "offset 0: not a feature file of any known format"},
		{"prose", "hello", "line 1: text, but neither CSV, TSV nor JSON lines"},
		{"truncated", mmsa()[:300], "offset 265: opcode GLOBAL needs a line, but no newline follows"},
		{"calls a function", "\x80\x04cos\nsystem\n" + pyStr("id") + "\x85R.", `offset 2: global "os system" is not on the allow-list`},
		{"recursive", "\x80\x04]q\x00h\x00a.", "offset 2: a list contains itself"},
		{"2^62 bytes", "\x80\x04\x8e\x00\x00\x00\x00\x00\x00\x00\x40.", "offset 2: bytes of 4611686018427387904 bytes, but 1 remain"},
		{"memo bomb", "\x80\x04]" + strings.Repeat("2\x86", 200) + ".", "offset 202: values nested deeper than 100 levels"},
		{"ragged CSV", "a,b\n1,2\n3\n", "record on line 3: wrong number of fields"},
		{"bad UTF-8 in CSV", "a,b\n1,\xff\n", "offset 0: not a feature file of any known format"},
		{"JSON of another kind", `{"a": 1}`, "line 1: not a line of MMLA: it needs query, response and one video"},
		{"broken JSON", "{\"a\": \n", "line 1: unexpected end of JSON input"},
		{"label.csv with another mode", "video_id,clip_id,text,label,mode\na,1,x,0.5,dev\n", `record 2: mode "dev" is none of train, valid, test`},
		{"csv with another split", "split,a\ndev,1\n", `record 2: split "dev" is none of train, valid, test`},
	}
}

func TestNotAFeatureFile(t *testing.T) {
	for _, c := range notFeatures() {
		path := write(t, "f", c.in)
		_, err := Open(path)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		if got := strings.TrimPrefix(err.Error(), path+": "); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.name, got, c.want)
		}
	}
}

// A file cut anywhere is an error that names the file and the offset.
func TestTruncated(t *testing.T) {
	in := mmsa()
	path := write(t, "f.pkl", "")
	for n := 2; n < len(in); n += 7 {
		if err := os.WriteFile(path, []byte(in[:n]), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.HasPrefix(err.Error(), path+": offset ") {
			t.Errorf("%d of %d bytes: %v", n, len(in), err)
		}
	}
}

// A bit flipped anywhere gives an error or a set that can be inspected.
func TestBitFlips(t *testing.T) {
	in := []byte(mmsa())
	path := write(t, "f.pkl", "")
	for i := 0; i < len(in); i += 5 {
		flipped := bytes.Clone(in)
		flipped[i] ^= 1 << (i % 8)
		if err := os.WriteFile(path, flipped, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			continue
		}
		if _, err := Inspect(s); err != nil {
			t.Logf("offset %d: %v", i, err)
		}
		s.Close()
	}
}

// 10 GB of zeros behind a header are an error, at once.
func TestSparseFile(t *testing.T) {
	for _, begin := range []string{"", "\x80\x04", "\x80\x04c", "\x80\x02S'", "\x80\x04X\xff\xff\xff\xff", "a,b\n1,2\n", "{\"query\":\"\"}\n", "\x93NUMPY\x01\x00", "PK\x03\x04", "\x02\x00\x00\x00\x00\x00\x00\x00{}"} {
		path := write(t, "f", begin)
		if err := os.Truncate(path, 10<<30); err != nil {
			t.Skip("no sparse files here")
		}
		if _, err := Open(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%q: %v", begin, err)
		}
	}
}

// npyFile makes a file of float32.
func npyFile(shape, data string) string {
	header := "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header + data
}

// npzFile makes an archive of one member, which is not compressed.
func npzFile(t testing.TB, name, member string) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
	if err == nil {
		_, err = w.Write([]byte(member))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

type specimen struct {
	name, in string
	format   Format
	want     string // splits, arrays, labels, ids and texts
}

// specimens are files of every format but MMSA's pickle and HDF5.
func specimens(t testing.TB) []specimen {
	return []specimen{
		{"npy", npyFile("(2,)", "12345678"), NPY, "all 2: the array[2]"},
		{"npz", npzFile(t, "audio", npyFile("(1, 2)", "12345678")), NPZ, "all 1: audio[1 2]"},
		{"npy of two columns", npyFile("(1, 2)", "12345678"), NPY, "all 1: the array[1 2]"},
		{"pickle of arrays", pyFile(pyDict("acoustic", pyArray([]int{1, 2, 1}, 1, 2), "labels", pyArray([]int{1}, 3))), Pickle, "all 1: acoustic[1 2 1] labels[1]"},
		{"pickle of a tuple", pyFile(pyArray([]int{1, 2}, 1, 2) + "K\x02\x86"), Pickle, "all 1: 0[1 2]"},
		{"csv with header", "id,a,b\nx_1,1,2\nx_2,,-inf\n", CSV, "all 2: columns[2 2] ids"},
		{"csv with splits", "split,id,label,a\ntest,x_1,1,1\ntrain,x_2,2,2\ntest,x_3,-1,3\n", CSV, "train 1: columns[1 1] label[1] ids; test 2: columns[2 1] label[2] ids"},
		{"csv without", "1,2,3\n4,5,6\n", CSV, "all 2: columns[2 3]"},
		{"tsv", "text\tlabel\nit is \"fine\t1.5\nno\t-1\n", TSV, "all 2: label[2] texts"},
		{
			"label.csv", "\ufeffvideo_id,clip_id,text,label,label_T,annotation,mode\r\n-a,0001,\"x, y\",1,,Positive,train\r\n-a,0002,z,0,1,Neutral,test\r\n",
			LabelCSV, "train 1: regression_labels[1] regression_labels_T[1] ids texts; test 1: regression_labels[1] regression_labels_T[1] ids texts",
		},
		{
			"MMLA", `{"query":"... the speaker says: not bad Based on the text ...","response":"sentiment: positive","videos":["/x/MOSI/video/MOSI_ab$_$3.mp4"]}` + "\n",
			MMLA, "all 1: polarity[1] ids texts",
		},
	}
}

func TestOtherFormats(t *testing.T) {
	for _, c := range specimens(t) {
		s := open(t, write(t, "f", c.in))
		if got := outline(s); s.Format != c.format || got != c.want {
			t.Errorf("%s: %s, %s; want %s, %s", c.name, s.Format, got, c.format, c.want)
		}
		if err := s.Usable(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.format == MMLA && (s.Splits[0].IDs[0] != "ab$_$3" || s.Splits[0].Texts[0] != "not bad") {
			t.Errorf("%s: %v %v", c.name, s.Splits[0].IDs, s.Splits[0].Texts)
		}
	}
}

// Names from the file cannot steer a terminal.
func TestReportIsPrintable(t *testing.T) {
	s := open(t, write(t, "f.pkl", pyFile(pyDict("\x1b[2J", pyArray([]int{1, 2}, 1, 2)))))
	r, err := Inspect(s)
	if err != nil || strings.Contains(r.String(), "\x1b") || !strings.Contains(r.String(), `\u001b[2J`) {
		t.Errorf("%v\n%s", err, r)
	}
}
