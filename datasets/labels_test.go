package datasets

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
)

// The test writes label.npz as numpy does: pickles of protocol 3, put together
// here opcode by opcode, inside npy inside zip.

func pickled(opcodes ...string) string { return strings.Join(opcodes, "") }

func str(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func float(x float64) string {
	return "G" + string(binary.BigEndian.AppendUint64(nil, math.Float64bits(x)))
}

func dict(keysAndValues ...string) string { return "}(" + strings.Join(keysAndValues, "") + "u" }

func dtype(name, order string) string {
	return pickled("cnumpy\ndtype\n", str(name), "\x89\x88\x87R(K\x03", str(order), "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb")
}

func scalar(name string, little []byte) string {
	return pickled("cnumpy.core.multiarray\nscalar\n", dtype(name, "<"), "C", string(rune(len(little))), string(little), "\x86R")
}

func float32Scalar(x float32) string {
	return scalar("f4", binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
}

func float64Scalar(x float64) string {
	return scalar("f8", binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)))
}

// labelled is the value of one entry.
func labelled(value string) string { return dict(str("emo"), "K\x00", str("val"), value) }

// objectArray is an npy file with one pickled value.
func objectArray(value string) string {
	header := "{'descr': '|O', 'fortran_order': False, 'shape': (), }"
	header += strings.Repeat(" ", 127-10-len(header)) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header +
		pickled("\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01)",
			dtype("O8", "|"), "\x89]", value, "atb.")
}

// npz zips members, given as name and content.
func npz(t testing.TB, members ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i])
		if err == nil {
			_, err = f.Write([]byte(members[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// labelNPZ is label.npz with the given dicts of train, valid and test.
func labelNPZ(t testing.TB, train, valid, test string) []byte {
	return npz(t, "train_corpus.npy", objectArray(train), "val_corpus.npy", objectArray(valid), "test_corpus.npy", objectArray(test))
}

func TestReadLabels(t *testing.T) {
	data := labelNPZ(t,
		dict(str("b_v_2"), labelled(float64Scalar(-1.8)), str("b_v_01"), labelled(float(0.6))),
		dict(str("-x_0"), labelled("K\x01")),
		dict(str("z_9"), labelled(float32Scalar(-0.6666667))))
	got, err := readLabels("l.npz", data, "mosi", seven)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got {
		if !math.IsNaN(s.LabelT) || !math.IsNaN(s.LabelA) || !math.IsNaN(s.LabelV) || s.Text != "" {
			t.Errorf("%s has more than a label", s.ID)
		}
		lines = append(lines, fmt.Sprint(s.Dataset, " ", s.Split, " ", s.ID, " ", s.Video, " ", s.Clip, " ", s.Label))
	}
	want := []string{ // the order of the dict, and the float32 as it is stored
		"mosi train b_v_2 b_v 2 -1.8",
		"mosi train b_v_01 b_v 01 0.6",
		"mosi valid -x_0 -x 0 1",
		"mosi test z_9 z 9 -0.6666666865348816",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestReadLabelsRejects(t *testing.T) {
	good := func(id string) string { return dict(str(id), labelled(float(1))) }
	train := func(value string) []byte { return labelNPZ(t, value, good("b_1"), good("c_1")) }
	for _, c := range []struct {
		name string
		data []byte
		want string // the error contains it
		hint bool
	}{
		{"empty file", nil, "l.npz: ", true},
		{"not a zip", []byte("PK nothing of the kind"), "l.npz: ", true},
		{"cut in the middle", labelNPZ(t, good("a_1"), good("b_1"), good("c_1"))[:400], "l.npz: ", true},
		{"member missing", npz(t, "train_corpus.npy", objectArray(good("a_1"))), "val_corpus", true},
		{"member that is no npy", npz(t, "train_corpus.npy", "hello"), "train_corpus", true},
		{"member too many", npz(t, "train_corpus.npy", objectArray(good("a_1")), "test1_corpus.npy", objectArray(good("b_1"))), `l.npz: unknown array "test1_corpus"`, true},
		{"numbers for an object", npz(t, "train_corpus.npy", strings.Replace(objectArray("]"), "|O", "<f8", 1)), "train_corpus", true},
		{"list for a dict", train("]"), "l.npz: train_corpus: the array holds a pickle.List, not a dict", true},
		{"id that is a number", train(dict("K\x01", labelled(float(1)))), "l.npz: train_corpus: entry 0, 1: the id is a int64, not a string", false},
		{"id without clip", train(good("a")), `l.npz: train_corpus: entry 0, "a": id: "a" is not VIDEO_CLIP`, false},
		{"number for an entry", train(dict(str("a_1"), float(1))), `l.npz: train_corpus: entry 0, "a_1": a float64, not a dict with emo and val`, false},
		{"entry without a label", train(dict(str("a_1"), dict(str("emo"), "K\x00"))), `entry 0, "a_1": no val`, false},
		{"label that is text", train(dict(str("a_1"), labelled(str("1")))), `entry 0, "a_1": val: a string, not a number`, false},
		{"label NaN", train(dict(str("a_1"), labelled(float64Scalar(math.NaN())))), `entry 0, "a_1": val: NaN is not a finite number`, false},
		{"label infinite", train(dict(str("a_1"), labelled(float32Scalar(float32(math.Inf(-1)))))), `entry 0, "a_1": val: -Inf is not a finite number`, false},
		{"label out of range", train(dict(str("a_1"), labelled(float(1)), str("a_2"), labelled(float(-10)))), `l.npz: train_corpus: entry 1, "a_2": val: -10 is outside [-3,3]`, true},
		{"id in two splits", train(good("c_1")), `l.npz: test_corpus: entry 0, "c_1": the id stands in train too`, false},
		{"id twice in a split", train(dict(str("a_1"), labelled(float(1)), str("a_1"), labelled(float(1)))), `"a_1" twice`, true},
		{"code to run", train(pickled("cos\nsystem\n", str("true"), "\x85R")), "os system", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			samples, err := readLabels("l.npz", c.data, "mosi", seven)
			if err == nil || samples != nil {
				t.Fatalf("%d samples, error %v", len(samples), err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not contain %q", err, c.want)
			}
			if h := hint.Of(err); (h != "") != c.hint {
				t.Errorf("hint = %q", h)
			}
		})
	}
}

func FuzzReadLabels(f *testing.F) {
	f.Add(labelNPZ(f, dict(str("a_1"), labelled(float(1))), dict(str("b_1"), labelled(float32Scalar(-0.6666667))), dict()))
	f.Add(labelNPZ(f, "]", "}", "N"))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, err := readLabels("f", data, "mosi", seven)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, s := range samples {
			if seen[s.ID] || !(math.Abs(s.Label) <= 3) || s.Split == "" {
				t.Fatalf("accepted %+v", s)
			}
			seen[s.ID] = true
		}
	})
}
