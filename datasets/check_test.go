package datasets

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
	"uacs/internal/golden"
)

// sound returns a dataset without any defect, and the manifest that it fits.
func sound() (*Dataset, Manifest, corpus) {
	var samples []sample.Sample
	for i, split := range sample.Splits {
		for j, label := range []float64{-1.2, 0, 0.6, 2} {
			s := clips(split, fmt.Sprintf("v%d_%d", i, j+1), label)[0]
			s.Text = fmt.Sprintf("text %d of %d", j, i)
			s.TextEN = s.Text
			samples = append(samples, s)
		}
	}
	m := Manifest{
		Name: "made", Title: "Made by hand", Published: SplitSizes{Train: 4, Valid: 4, Test: 4},
		Labels: LabelScale{Min: -3, Max: 3, StepsPerUnit: 5, Note: "Labels of no data."},
	}
	return &Dataset{Name: "made", Title: m.Title, Samples: samples, Range: seven, Digest: "0123abcd"}, m, corpus{}
}

func TestInspect(t *testing.T) {
	type edit = func(*Dataset, *Manifest, *corpus)
	defect := func(check string, split sample.Split, message string, ids ...string) Finding {
		return Finding{Severity: SeverityDefect, Check: check, Split: split, Message: message, IDs: ids, Total: len(ids)}
	}
	notice := func(check, message string, ids ...string) Finding {
		return Finding{Severity: SeverityNotice, Check: check, Message: message, IDs: ids, Total: len(ids)}
	}
	for _, c := range []struct {
		name string
		edit edit
		want []Finding
	}{
		{"sound", func(*Dataset, *Manifest, *corpus) {}, nil},
		{"a clip lost", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples = d.Samples[:11] }, []Finding{
			defect("size", "test", "3 clips, published are 4"),
		}},
		{"unknown split", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[0].Split = "dev" }, []Finding{
			defect("size", "train", "3 clips, published are 4"), defect("size", "", "clips in no split", "v0_1"),
			defect("videos", "", "1 of 3 videos have clips in more than one split, 0 in train and test; by the published split 0 do", "v0"),
			defect("balance", "train", "0 negative, 1 neutral, 2 positive: one sign is missing"),
		}},
		{"labels not finite", func(d *Dataset, _ *Manifest, _ *corpus) {
			d.Samples[1].Label, d.Samples[9].Label = math.NaN(), math.Inf(1)
		}, []Finding{
			defect("labels", "train", "the label is not a finite number", "v0_2"),
			defect("labels", "test", "the label is not a finite number", "v2_2"),
		}},
		{"label out of range", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[3].Label = 4 }, []Finding{
			defect("labels", "train", "the label is outside [-3,3]", "v0_4"),
		}},
		{"label off the grid", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[3].Label = 0.25 }, []Finding{
			defect("grid", "", "1 label is no multiple of 1/5, published are 0", "v0_4"),
		}},
		{"label off the grid, as published", func(d *Dataset, m *Manifest, _ *corpus) {
			d.Samples[3].Label, m.Labels.OffGrid = 0.25, 1
		}, []Finding{notice("grid", "1 label is no multiple of 1/5, as published", "v0_4")}},
		{"id that contradicts video and clip", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[3].Clip = "04" }, []Finding{
			defect("ids", "train", "the id is not video, underscore, clip", "v0_4"),
		}},
		{"id twice", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[3].ID, d.Samples[3].Clip = "v0_1", "1" }, []Finding{
			defect("ids", "", "the id stands more than once", "v0_1", "v0_1"),
		}},
		{"ids that differ in case", func(d *Dataset, _ *Manifest, _ *corpus) {
			d.Samples[3].ID, d.Samples[3].Video, d.Samples[3].Clip = "V0_1", "V0", "1"
		}, []Finding{defect("ids", "", "ids differ in case only", "v0_1", "V0_1")}},
		{"ids that differ in zeros", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[3].ID, d.Samples[3].Clip = "v0_01", "01" }, []Finding{
			defect("ids", "", "ids differ in leading zeros only", "v0_1", "v0_01"),
		}},
		{"texts missing and damaged", func(d *Dataset, _ *Manifest, _ *corpus) {
			d.Samples[0].Text, d.Samples[5].TextEN, d.Samples[9].Text = " \n", "", "a\ufffdb"
		}, []Finding{
			defect("texts", "", "1 clip without a text, known are 0", "v0_1"),
			defect("texts", "valid", "the English text is empty, the other is not", "v1_2"),
			notice("texts", "1 clip in whose text U+FFFD stands for lost characters", "v2_2"),
		}},
		{"text missing, as known", func(d *Dataset, _ *Manifest, c *corpus) { d.Samples[0].Text, c.textless = "", 1 }, []Finding{
			notice("texts", "1 clip without a text, as known", "v0_1"),
		}},
		{"modality labels in part", func(d *Dataset, _ *Manifest, _ *corpus) {
			for i := range d.Samples {
				d.Samples[i].LabelT, d.Samples[i].LabelA, d.Samples[i].LabelV = 1, 1, 2
			}
			d.Samples[4].LabelA, d.Samples[5].LabelT, d.Samples[6].LabelV = math.NaN(), -5, -1
		}, []Finding{
			defect("modalities", "valid", "a label from text, audio or video alone is missing", "v1_1"),
			defect("modalities", "valid", "a label from text, audio or video alone is off the scale", "v1_2"),
			notice("modalities", "2 clips whose labels from text, audio and video alone differ in sign", "v1_2", "v1_3"),
		}},
		{"repeated texts", func(d *Dataset, _ *Manifest, _ *corpus) {
			d.Samples[0].Text, d.Samples[3].Text, d.Samples[8].Text = "same", "same", " same"
			d.Samples[6].Text, d.Samples[7].Text = "other", "other"
		}, []Finding{notice("repeats", "5 clips share 2 texts; of these texts 1 are in more than one split, 1 have labels of different signs",
			"v0_1", "v0_4", "v2_1", "v1_3", "v1_4")}},
		{"video in two splits", func(d *Dataset, _ *Manifest, _ *corpus) {
			d.Samples[11].Video, d.Samples[11].ID, d.Samples[11].Clip = "v0", "v0_9", "9"
		}, []Finding{
			defect("videos", "", "1 of 3 videos have clips in more than one split, 1 in train and test; by the published split 0 do", "v0"),
		}},
		{"video in two splits, as published", func(d *Dataset, _ *Manifest, c *corpus) {
			d.Samples[11].Video, d.Samples[11].ID, d.Samples[11].Clip = "v0", "v0_9", "9"
			c.crossing = 1
		}, []Finding{
			notice("videos", "1 of 3 videos have clips in more than one split, 1 in train and test, as published", "v0"),
		}},
		{"majority flips", func(d *Dataset, _ *Manifest, _ *corpus) { d.Samples[10].Label, d.Samples[9].Label = -0.6, -3 }, []Finding{
			notice("balance", "the majority sign differs: train has 1 negative and 2 positive clips, test 3 and 1"),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, m, known := sound()
			c.edit(d, &m, &known)
			got := inspect(d, m, known)
			if diff := cmp.Diff(c.want, got.Findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			defects := 0
			for _, f := range c.want {
				if f.Severity == SeverityDefect {
					defects++
				}
			}
			if got.Defects() != defects {
				t.Errorf("defects = %d, want %d", got.Defects(), defects)
			}
		})
	}
}

func TestSummarize(t *testing.T) {
	got := Summarize(clips(sample.Test, "a_1", -1.5, "a_2", 0.0, "b_1", math.NaN(), "b_2", 3.0, "b_3", math.Copysign(0, -1)))
	want := SplitSummary{ // by hand: labels -1.5, 0, 3, -0; the two zeros are one value
		N: 5, Videos: 2, Negative: 1, Neutral: 2, Positive: 1, Distinct: 3, Min: -1.5, Max: 3, Mean: 0.375, Textless: 5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(SplitSummary{}, Summarize(nil)); diff != "" {
		t.Errorf("summary of nothing (-want +got):\n%s", diff)
	}
}

// The text of a report with everything in it: caveats, a list of ids that is cut,
// a finding without ids.
func TestReportText(t *testing.T) {
	d, m, known := sound()
	d.Warnings = []string{"a caveat"}
	for i := range d.Samples {
		d.Samples[i].Text = ""
	}
	for i := range 13 {
		d.Samples = append(d.Samples, clips(sample.Test, fmt.Sprintf("w_%d", i), 1.0/3)...)
	}
	golden.Check(t, "testdata/report.txt", []byte(inspect(d, m, known).Text()))
}

func TestSplitTableWithoutPublished(t *testing.T) {
	got := SplitTable([]SplitSummary{{Split: "test", N: 2, Min: -2.0 / 3, Max: 1, Mean: 1.0 / 6}})
	if strings.Contains(got, "published") || !strings.Contains(got, "-0.6667    1  0.1667") {
		t.Errorf("table:\n%s", got)
	}
}
