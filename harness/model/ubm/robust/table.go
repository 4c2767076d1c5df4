package robust

import (
	"fmt"
	"slices"
	"strings"

	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/model/ubm"
)

// Number is a mean over clips with the 95 % interval from resampling videos.
type Number struct {
	Value float64 `json:"value"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
	N     int     `json:"n"`
}

// Row is one metric under one condition. Gain is the paired difference First − Second.
type Row struct {
	Condition string `json:"condition"`
	Metric    string `json:"metric"`
	First     Number `json:"first"`
	Second    Number `json:"second"`
	Gain      Number `json:"gain"`
}

// Table is what two models are worth under all conditions on one split.
type Table struct {
	Split  string `json:"split"`
	Clips  int    `json:"clips"`
	Videos int    `json:"videos"`
	// FirstDropout and SecondDropout are the models' modality dropout in training.
	FirstDropout  float64  `json:"first_modality_dropout"`
	SecondDropout float64  `json:"second_modality_dropout"`
	Rows          []Row    `json:"rows"`
	Warnings      []string `json:"warnings,omitempty"`
}

// Compare judges two models of the same modalities on a part, named split, under the
// conditions of the first one's config: the headline accuracy of its profile and the mean
// absolute error.
func Compare(first, second *ubm.Model, part *ubm.Part, split string) (*Table, error) {
	c := &first.Config
	kind, err := metric.KindOf(first.Dataset)
	if err != nil {
		return nil, err
	}
	profile, err := metric.Lookup(c.Profile)
	if err != nil {
		return nil, err
	}
	t := &Table{Split: split, Clips: part.N(), FirstDropout: c.Dropout.Modality, SecondDropout: second.Config.Dropout.Modality}
	j := judge{
		profile: c.Profile, kind: kind, truth: part.Labels, clusters: infer.NewClusters(part.Videos),
		plan: infer.Plan{Replicates: c.Replicates, Seed: c.BootSeed}, table: t,
	}
	t.Videos = j.clusters.Len()
	for _, condition := range Conditions(c.Modalities, c.Robustness.SNR) {
		spoilt := condition.Apply(first, part, c.Robustness.Seed)
		a, err := first.PredictPart(&spoilt)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", condition.Name, err)
		}
		b, err := second.PredictPart(&spoilt)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", condition.Name, err)
		}
		for _, name := range []string{profile.Headline(kind), "MAE"} {
			if err := j.row(condition.Name, name, a.Score, b.Score); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", condition.Name, name, err)
			}
		}
	}
	return t, nil
}

type judge struct {
	profile  string
	kind     metric.Kind
	truth    []float64
	clusters *infer.Clusters
	plan     infer.Plan
	table    *Table
}

func (j *judge) row(condition, name string, a, b []float64) error {
	x, counted, err := metric.PerClip(j.profile, j.kind, name, metric.Answers{Score: a, Truth: j.truth})
	if err != nil {
		return err
	}
	y, _, err := metric.PerClip(j.profile, j.kind, name, metric.Answers{Score: b, Truth: j.truth})
	if err != nil {
		return err
	}
	r := Row{Condition: condition, Metric: name}
	for _, of := range []struct {
		to  *Number
		run func() (infer.Interval, error)
	}{
		{&r.First, func() (infer.Interval, error) { return infer.Mean(j.clusters, x, counted, j.plan) }},
		{&r.Second, func() (infer.Interval, error) { return infer.Mean(j.clusters, y, counted, j.plan) }},
		{&r.Gain, func() (infer.Interval, error) { return infer.Difference(j.clusters, x, y, counted, j.plan) }},
	} {
		i, err := of.run()
		if err != nil {
			return err
		}
		*of.to = Number{i.Estimate, i.Lo, i.Hi, i.Clips}
		for _, w := range i.Warnings {
			if !slices.Contains(j.table.Warnings, w) {
				j.table.Warnings = append(j.table.Warnings, w)
			}
		}
	}
	j.table.Rows = append(j.table.Rows, r)
	return nil
}

// Markdown returns the table as a section of a model card.
func (t *Table) Markdown() string {
	var b strings.Builder
	b.WriteString("## Missing and noisy modalities\n\n")
	fmt.Fprintf(&b, "The %s split, %d clips of %d videos, changed in the way the row says; 95 %% intervals by resampling videos. "+
		"This model was trained with modality dropout %v. Beside it stands a second one, alike but for a modality dropout of %v. "+
		"The last column is the paired difference, this model minus the second: above 0 is better for an accuracy, below 0 for MAE.\n\n",
		t.Split, t.Clips, t.Videos, t.FirstDropout, t.SecondDropout)
	fmt.Fprintf(&b, "| clips | metric | n | dropout %v | dropout %v | difference |\n|---|---|---:|---|---|---|\n", t.FirstDropout, t.SecondDropout)
	for _, r := range t.Rows {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %s |\n", r.Condition, r.Metric, r.First.N, r.First, r.Second, r.Gain.signed())
	}
	b.WriteString("\n")
	for _, w := range t.Warnings {
		fmt.Fprintf(&b, "- %s\n", w)
	}
	if len(t.Warnings) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

func (n Number) String() string { return fmt.Sprintf("%.4f (%.4f to %.4f)", n.Value, n.Lo, n.Hi) }

func (n Number) signed() string { return fmt.Sprintf("%+.4f (%+.4f to %+.4f)", n.Value, n.Lo, n.Hi) }
