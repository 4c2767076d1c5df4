package features

import (
	"path/filepath"
	"testing"

	"uacs/internal/mirror"
)

// The real public files: what they are, and aggregates that numpy 1.24, pandas
// and h5py report.
func TestRealFiles(t *testing.T) {
	dir := mirror.Need(t)
	for _, c := range []struct {
		name   string
		format Format
		want   string
	}{
		{"mosi/sclstm/input/audio.pickle", Pickle, "all 62: 0[62 63 73] 1[62 63] 2[31 63 73] 3[31 63] 5[62] 6[31]"},
		{"mosi/sclstm/data/text/text_train0.csv", CSV, "all 1447: columns[1447 101]"},
		{"mosi/cm-bert/test.tsv", TSV, "all 686: label[686] texts"},
		{"mosei/ailiwood/label.csv", LabelCSV, "train 16274: regression_labels[16274] ids texts; valid 1861: regression_labels[1861] ids texts; test 4653: regression_labels[4653] ids texts"},
		{"mmla/MOSI/test.jsonl", MMLA, "all 686: polarity[686] ids texts"},
		{"mosei/umons/d_test.pkl", Pickle, "all 0:"},
		{"merbench/cmumosi-process/label.npz", NPZ, "all 0:"},
	} {
		s := open(t, filepath.Join(dir, c.name))
		if s.Format != c.format || outline(s) != c.want {
			t.Errorf("%s: %s, %s\nwant %s, %s", c.name, s.Format, outline(s), c.format, c.want)
		}
	}
}

// 195 values of -inf in acoustic, as numpy 2 counts them, and nowhere else.
func TestRealNegInf(t *testing.T) {
	s := open(t, filepath.Join(mirror.Need(t), "mosei/jugal/val_data.pkl"))
	r, err := Inspect(s)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, a := range r.Arrays {
		total += a.NegInf
		if a.Shape[0] != 264 || a.NegInf > 0 && a.Name != "acoustic" {
			t.Errorf("%s: shape %v, %d times -inf", a.Name, a.Shape, a.NegInf)
		}
	}
	if total != 195 {
		t.Errorf("%d times -inf, want 195", total)
	}
}
