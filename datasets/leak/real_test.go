package leak

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"uacs/datasets"
	"uacs/harness/sample"
	"uacs/internal/mirror"
)

func load(t *testing.T, name string) *datasets.Dataset {
	t.Helper()
	d, err := datasets.Load(os.DirFS(mirror.Need(t)), name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(mirror.Need(t), "mosi/sclstm/data", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// utterance is what the published set of pooled MOSI features says of one clip:
// its features, and the part of the set's own split it is in.
type utterance struct {
	own      sample.Split
	features map[string][]float32
}

// utterances reads the set. The first column of text_train.csv and
// text_test.csv is a row number of transcripts.csv; the last of each feature
// file is a binary label.
func utterances(t *testing.T) map[string]*utterance {
	t.Helper()
	transcripts := readCSV(t, "transcripts.csv")
	all := map[string]*utterance{}
	for part, own := range map[string]sample.Split{"train": sample.Train, "test": sample.Test} {
		rows := readCSV(t, "text_"+part+".csv")
		ids := make([]string, len(rows))
		for i, row := range rows {
			n, err := strconv.Atoi(row[0])
			if err != nil {
				t.Fatal(err)
			}
			ids[i] = transcripts[n][0]
			all[ids[i]] = &utterance{own, map[string][]float32{}}
		}
		for _, modality := range []string{"text", "audio", "video"} {
			for i, row := range readCSV(t, modality+"/"+modality+"_"+part+"0.csv") {
				for _, cell := range row[:len(row)-1] {
					x, err := strconv.ParseFloat(cell, 32)
					if err != nil {
						t.Fatal(err)
					}
					u := all[ids[i]]
					u.features[modality] = append(u.features[modality], float32(x))
				}
			}
		}
	}
	return all
}

// Text and video features are activations of networks that were trained on the
// set's own training part, which holds most of the standard test clips: on the
// standard split they are caught, on their own they are clean. Audio is raw and
// clean on both. The accuracies to two digits are those of numpy 1.24 (its
// solve on standardised columns).
func TestPublishedFeaturesThatLeak(t *testing.T) {
	set := utterances(t)
	standard := load(t, "mosi").Samples
	own := make([]sample.Sample, len(standard))
	for i, s := range standard {
		s.Split = set[s.ID].own
		own[i] = s
	}
	for _, c := range []struct {
		modality string
		clips    []sample.Sample
		leaks    bool
		acc2     string // on test, two digits
	}{
		{"text", standard, true, "acc2 0.94"},
		{"video", standard, true, "acc2 0.80"},
		{"audio", standard, false, ""},
		{"text", own, false, "acc2 0.77"},
		{"video", own, false, ""},
		{"audio", own, false, ""},
	} {
		rows := make([][]float32, len(c.clips))
		for i := range c.clips {
			rows[i] = set[c.clips[i].ID].features[c.modality]
		}
		got, err := Probe(c.modality, c.clips, rows, ProbeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		test := got[len(got)-1]
		if (Flagged(got) > 0) != c.leaks || !strings.HasPrefix(test.Value, c.acc2) {
			t.Errorf("%s, want leak %v, %s:\n%s", c.modality, c.leaks, c.acc2, Table(got))
		}
	}
}

// What is known of the published splits: MOSI and MOSEI keep videos apart, and
// MOSI's majority flips; CH-SIMS shares all 60 videos, v2 130 of 152 between
// some splits.
func TestPublishedSplits(t *testing.T) {
	for name, want := range map[string]struct{ videos, flips int }{"mosi": {0, 1}, "mosei": {0, 0}, "sims": {3, 0}, "simsv2": {3, 0}} {
		d := load(t, name)
		if n := Flagged(Videos(d.Samples)); n != want.videos {
			t.Errorf("%s: %d pairs of splits share videos, want %d", name, n, want.videos)
		}
		if n := Flagged(Balance(d.Samples)); n != want.flips {
			t.Errorf("%s: %d splits have another majority, want %d\n%s", name, n, want.flips, Table(Balance(d.Samples)))
		}
		if len(Texts(d.Samples)) != 3 {
			t.Errorf("%s: %v", name, Texts(d.Samples))
		}
	}
}

// CH-SIMS is a part of CH-SIMS v2 with the same labels and split.
func TestLabelsOfTwoSources(t *testing.T) {
	rows := Labels(load(t, "sims").Samples, load(t, "simsv2").Samples)
	if rows[0].N != 2281 || Flagged(rows) != 0 || rows[4].Value != "2122" {
		t.Errorf("\n%s", Table(rows))
	}
}
