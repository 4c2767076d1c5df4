package datasets

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
	"uacs/internal/mirror"
)

// The tests of this file count the real data. Expected values were counted with
// a separate program (Python's csv module and a restricted unpickler) on the
// files of the manifests; class counts and split sizes agree with the corpora's
// papers and with MMSA's.

func public(t testing.TB, name string) *Dataset {
	t.Helper()
	d, err := Load(os.DirFS(mirror.Need(t)), name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPublicCounts(t *testing.T) {
	// Per split: clips, videos, negative, neutral, positive, different labels, without text.
	for _, c := range []struct {
		name             string
		splits           [3][7]int
		videos, distinct int
	}{
		{"mosi", [3][7]int{{1284, 52, 552, 53, 679, 50, 0}, {229, 10, 92, 13, 124, 41, 0}, {686, 31, 379, 30, 277, 51, 0}}, 93, 53},
		{"mosei", [3][7]int{{16326, 2249, 4738, 3540, 8048, 27, 84}, {1871, 300, 506, 433, 932, 25, 10}, {4659, 676, 1350, 1025, 2284, 23, 13}}, 3225, 28},
		{"sims", [3][7]int{{1368, 60, 742, 207, 419, 11, 0}, {456, 59, 248, 69, 139, 11, 0}, {457, 59, 248, 69, 140, 11, 0}}, 60, 11},
		{"simsv2", [3][7]int{{2722, 129, 1310, 318, 1094, 11, 0}, {647, 120, 325, 92, 230, 11, 0}, {1034, 142, 488, 123, 423, 12, 0}}, 145, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := public(t, c.name)
			var got [3][7]int
			var order []sample.Split
			for i, split := range sample.Splits {
				s := Summarize(d.Split(split))
				got[i] = [7]int{s.N, s.Videos, s.Negative, s.Neutral, s.Positive, s.Distinct, s.Textless}
			}
			if diff := cmp.Diff(c.splits, got); diff != "" {
				t.Errorf("splits (-want +got):\n%s", diff)
			}
			all := Summarize(d.Samples)
			if all.Videos != c.videos || all.Distinct != c.distinct {
				t.Errorf("%d videos, %d labels; want %d, %d", all.Videos, all.Distinct, c.videos, c.distinct)
			}
			if all.Min != d.Range[0] || all.Max != d.Range[1] {
				t.Errorf("labels from %v to %v, scale %v", all.Min, all.Max, d.Range)
			}
			for _, s := range d.Samples {
				order = append(order, s.Split)
			}
			if want := slices.Concat(slices.Repeat(sample.Splits[:1], c.splits[0][0]), slices.Repeat(sample.Splits[1:2], c.splits[1][0]), slices.Repeat(sample.Splits[2:], c.splits[2][0])); !slices.Equal(order, want) {
				t.Error("the samples are not in the order train, valid, test")
			}
		})
	}
}

// The videos that two splits share. Split at the last underscore, SIMS v2 would
// have 152 videos, of which train and test share 128; see clipParts.
func TestPublicVideosInTwoSplits(t *testing.T) {
	for _, c := range []struct {
		name                              string
		trainTest, trainValid, validTest  int
		lastUnderscore, sharedByTrainTest int
	}{
		{"mosi", 0, 0, 0, 93, 0},
		{"mosei", 0, 0, 0, 3225, 0},
		{"sims", 59, 59, 58, 60, 59},
		{"simsv2", 127, 119, 117, 152, 128},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := public(t, c.name)
			shared := func(a, b sample.Split, video func(sample.Sample) string) int {
				in := map[string]int{}
				for _, s := range d.Samples {
					switch s.Split {
					case a:
						in[video(s)] |= 1
					case b:
						in[video(s)] |= 2
					}
				}
				n := 0
				for _, both := range in {
					n += both / 3
				}
				return n
			}
			byVideo := func(s sample.Sample) string { return s.Video }
			byUnderscore := func(s sample.Sample) string { return s.ID[:strings.LastIndexByte(s.ID, '_')] }
			videos := map[string]bool{}
			for _, s := range d.Samples {
				videos[byUnderscore(s)] = true
			}
			got := [5]int{
				shared(sample.Train, sample.Test, byVideo), shared(sample.Train, sample.Valid, byVideo), shared(sample.Valid, sample.Test, byVideo),
				len(videos), shared(sample.Train, sample.Test, byUnderscore),
			}
			if want := [5]int{c.trainTest, c.trainValid, c.validTest, c.lastUnderscore, c.sharedByTrainTest}; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestPublicMOSEIText(t *testing.T) {
	d := public(t, "mosei")
	texts, videos, without := 0, map[string]bool{}, map[string]bool{}
	for _, s := range d.Samples {
		videos[s.Video] = true
		if s.Text == "" {
			without[s.Video] = true
		} else {
			texts++
		}
		if s.Text != s.TextEN {
			t.Fatalf("%s: two texts for one language", s.ID)
		}
	}
	if texts != 22749 || len(d.Unjoined) != 107 || len(videos)-len(without) != 3212 {
		t.Errorf("%d texts, %d unjoined clips, %d videos joined", texts, len(d.Unjoined), len(videos)-len(without))
	}
	want := []string{
		"107 of 22856 clips have no text: 13 of 3225 videos do not match those of mosei/ailiwood/label.csv in number and labels",
		"mosei/ailiwood/label.csv: 39 of 22788 texts belong to no clip",
	}
	if diff := cmp.Diff(want, d.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	for _, s := range d.Samples {
		if float64(float32(s.Label)) != s.Label {
			t.Fatalf("%s: the label %v is no float32", s.ID, s.Label)
		}
	}
}

// The text file as found: sizes by split, lost characters, no empty text.
func TestPublicMOSEITextFile(t *testing.T) {
	data, err := os.ReadFile(mirror.Need(t) + "/mosei/ailiwood/label.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, warnings, err := ReadLabelCSV("label.csv", data, "mosei", seven)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	lost, splits := 0, map[sample.Split]int{}
	for _, r := range rows {
		lost += strings.Count(r.Text, "\ufffd")
		splits[r.Split]++
	}
	if want := map[sample.Split]int{sample.Train: 16274, sample.Valid: 1861, sample.Test: 4653}; !cmp.Equal(want, splits) || lost != 47 {
		t.Errorf("splits %v, %d lost characters", splits, lost)
	}
}

// SIMS lies inside SIMS v2: every clip, with label, split and modality labels.
func TestPublicSIMSIsPartOfV2(t *testing.T) {
	sims, v2 := public(t, "sims"), public(t, "simsv2")
	index := indexByID(v2.Samples)
	for _, s := range sims.Samples {
		i, ok := index[s.ID]
		if !ok {
			t.Fatalf("%s is not in simsv2", s.ID)
		}
		o := v2.Samples[i]
		if o.Label != s.Label || o.Split != s.Split || o.Video != s.Video || o.Text == "" || o.LabelT != s.LabelT || o.LabelA != s.LabelA || o.LabelV != s.LabelV {
			t.Errorf("%s differs", s.ID)
		}
	}
	want := [][]string{{
		"every clip is also in simsv2, with the same label and split: the two test sets are not independent",
		"the labels from text, audio and video alone are those of simsv2, not CH-SIMS's own",
		"test speakers are known from training: 60 of 60 videos have clips in more than one split, 59 in train and test",
	}, {
		"2281 of the 4403 clips are all of sims, with the same label and split: the two test sets are not independent",
		"test speakers are known from training: 129 of 145 videos have clips in more than one split, 127 in train and test",
	}}
	if diff := cmp.Diff(want, [][]string{sims.Warnings, v2.Warnings}); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if len(sims.Samples) != 2281 || len(v2.Samples) != 4403 {
		t.Errorf("%d and %d clips", len(sims.Samples), len(v2.Samples))
	}
}

func TestPublicModalityLabels(t *testing.T) {
	// Negative, neutral and positive labels from text, audio and video alone.
	want := [3][3]int{{1946, 839, 1618}, {2012, 730, 1661}, {1964, 806, 1633}}
	var got [3][3]int
	differ := 0
	for _, s := range public(t, "simsv2").Samples {
		labels := [3]float64{s.LabelT, s.LabelA, s.LabelV}
		for i, x := range labels {
			if math.IsNaN(x) {
				t.Fatalf("%s lacks a label", s.ID)
			}
			got[i][sample.PolarityOf(x)+1]++
		}
		if p := sample.PolarityOf(labels[0]); p != sample.PolarityOf(labels[1]) || p != sample.PolarityOf(labels[2]) {
			differ++
		}
	}
	if got != want || differ != 1976 {
		t.Errorf("labels %v, signs differ in %d clips; want %v, 1976", got, differ, want)
	}
}

// The published data has no defect, and these notices.
func TestPublicCheck(t *testing.T) {
	for name, want := range map[string][]string{
		"mosi": {
			"127 labels are no multiple of 1/5, as published",
			"4 clips share 2 texts; of these texts 0 are in more than one split, 0 have labels of different signs",
			"the majority sign differs: train has 552 negative and 679 positive clips, test 379 and 277",
		},
		"mosei": {
			"107 clips without a text, as known",
			"28 clips in whose text U+FFFD stands for lost characters",
			"257 clips share 85 texts; of these texts 36 are in more than one split, 28 have labels of different signs",
		},
		"sims": {
			"1117 clips whose labels from text, audio and video alone differ in sign",
			"12 clips share 6 texts; of these texts 2 are in more than one split, 1 have labels of different signs",
			"60 of 60 videos have clips in more than one split, 59 in train and test, as published",
		},
		"simsv2": {
			"1 label is no multiple of 1/5, as published",
			"1976 clips whose labels from text, audio and video alone differ in sign",
			"18 clips share 9 texts; of these texts 4 are in more than one split, 1 have labels of different signs",
			"129 of 145 videos have clips in more than one split, 127 in train and test, as published",
		},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Check(os.DirFS(mirror.Need(t)), name)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range report.Findings {
				got = append(got, f.Message)
			}
			if diff := cmp.Diff(want, got); diff != "" || report.Defects() != 0 {
				t.Errorf("%d defects, findings (-want +got):\n%s", report.Defects(), diff)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, m := range Manifests() {
		b.Run(m.Name, func(b *testing.B) {
			for b.Loop() {
				public(b, m.Name)
			}
		})
	}
}
