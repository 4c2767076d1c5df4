package metric_test

import (
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/datasets"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/internal/detsum"
	"uacs/internal/mirror"
)

// labels returns the labels of a split of a public dataset, in file order.
func labels(t *testing.T, name string, split sample.Split) []float64 {
	t.Helper()
	d, err := datasets.Load(os.DirFS(mirror.Need(t)), name)
	if err != nil {
		t.Fatal(err)
	}
	var y []float64
	for _, s := range d.Split(split) {
		y = append(y, s.Label)
	}
	return y
}

// Constant predictors on the public test labels by the mmsa profile. The
// expected values were computed from the same labels by another program, in
// Python: percentages with two decimals, then MAE with four. A collapsed model is
// not a rare thing: MMSA's published ef_lstm row on SIMS (acc_2 69.37, acc_3
// 54.27, acc_5 21.23, F1 56.82) is that of the train mean.
func TestConstantPredictorsOnPublicLabels(t *testing.T) {
	mosi := []string{"Has0_acc_2", "Has0_F1_score", "Non0_acc_2", "Non0_F1_score", "Mult_acc_5", "Mult_acc_7", "MAE"}
	sims := []string{"Mult_acc_2", "F1_score", "Mult_acc_3", "Mult_acc_5", "MAE"}
	for _, c := range []struct {
		dataset            string
		kind               metric.Kind
		names              []string
		mean               float64 // of the train labels
		zero, train, minus []float64
	}{
		{
			"mosi", metric.MOSI, mosi, 0.2345,
			[]float64{44.75, 27.67, 57.77, 42.31, 15.45, 15.45, 1.4174},
			[]float64{44.75, 27.67, 42.23, 25.07, 15.45, 15.45, 1.4644},
			[]float64{55.25, 39.32, 57.77, 42.31, 21.14, 21.14, 1.4109},
		},
		{
			"mosei", metric.MOSI, mosi, 0.1463,
			[]float64{71.02, 58.99, 37.15, 20.12, 41.36, 41.36, 0.8384},
			[]float64{71.02, 58.99, 62.85, 48.51, 41.36, 41.36, 0.8413},
			[]float64{28.98, 13.02, 37.15, 20.12, 11.89, 11.89, 1.3827},
		},
		{
			"sims", metric.SIMS, sims, -0.1928,
			[]float64{69.37, 56.82, 15.10, 15.10, 0.6057},
			[]float64{69.37, 56.82, 54.27, 21.23, 0.5892},
			[]float64{69.37, 56.82, 54.27, 33.04, 0.8074},
		},
		{
			"simsv2", metric.SIMS, sims, -0.0816,
			[]float64{59.09, 43.90, 11.90, 11.90, 0.5392},
			[]float64{59.09, 43.90, 11.90, 11.90, 0.5437},
			[]float64{59.09, 43.90, 47.20, 21.95, 0.9347},
		},
	} {
		t.Run(c.dataset, func(t *testing.T) {
			truth := labels(t, c.dataset, sample.Test)
			mean := detsum.Mean(labels(t, c.dataset, sample.Train))
			if metric.Printed(mean) != c.mean {
				t.Errorf("train mean %v, want %v", mean, c.mean)
			}
			for score, want := range map[float64][]float64{0: c.zero, mean: c.train, -1: c.minus} {
				if diff := cmp.Diff(want, constantRow(t, c.kind, c.names, score, truth)); diff != "" {
					t.Errorf("constant %v (-want +got):\n%s", score, diff)
				}
			}
		})
	}
}

// constantRow evaluates a constant score and rounds as the expected tables do.
func constantRow(t *testing.T, kind metric.Kind, names []string, score float64, truth []float64) []float64 {
	t.Helper()
	scores := make([]float64, len(truth))
	for i := range scores {
		scores[i] = score
	}
	r, err := metric.Evaluate("mmsa", kind, metric.Answers{Score: scores, Truth: truth})
	if err != nil {
		t.Fatal(err)
	}
	if corr, _ := r.Get("Corr"); corr.NA != "constant prediction" {
		t.Errorf("Corr of the constant %v: %+v", score, corr)
	}
	row := make([]float64, len(names))
	for i, name := range names {
		v, _ := r.Get(name)
		if row[i] = metric.Printed(v.Value); name != "MAE" {
			row[i] = math.Round(v.Value*1e4) / 100
		}
	}
	return row
}

// The class of a label is seen from outside as the Mult_acc of a constant
// predictor in that class. Counts by the same Python program; rounding halves
// away from zero would give 47/155/148/96/120/98/22 on MOSI.
func TestClassCountsOfPublicLabels(t *testing.T) {
	for _, c := range []struct {
		dataset, metric string
		kind            metric.Kind
		centres         []float64
		want            []int
	}{
		{"mosi", "Mult_acc_7", metric.MOSI, []float64{-3, -2, -1, 0, 1, 2, 3}, []int{46, 156, 145, 106, 113, 100, 20}},
		{"mosei", "Mult_acc_7", metric.MOSI, []float64{-3, -2, -1, 0, 1, 2, 3}, []int{70, 399, 554, 1927, 1228, 440, 41}},
		{"sims", "Mult_acc_5", metric.SIMS, []float64{-1, -0.4, 0, 0.4, 1}, []int{151, 97, 69, 69, 71}},
	} {
		t.Run(c.dataset, func(t *testing.T) {
			truth := labels(t, c.dataset, sample.Test)
			got := make([]int, len(c.centres))
			for k, centre := range c.centres {
				scores := make([]float64, len(truth))
				for i := range scores {
					scores[i] = centre
				}
				right, _, err := metric.PerClip("mmsa", c.kind, c.metric, metric.Answers{Score: scores, Truth: truth})
				if err != nil {
					t.Fatal(err)
				}
				got[k] = int(detsum.Sum(right))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
