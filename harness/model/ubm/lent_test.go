package ubm

import (
	"math"
	"testing"
)

// Lent clips whose labels are shifted teach what the features mean, and not the shift:
// it goes into their own offset.
func TestLentClipsHaveTheirOwnOffset(t *testing.T) {
	own := madeUp(t, []string{"audio"}, 60, 60, 200)
	more := madeUp(t, []string{"audio"}, 1500, 10, 10)
	d := own
	d.Train = more.Train
	d.Train.Datasets = make([]string, 1500)
	for i := range d.Train.Datasets {
		d.Train.Datasets[i] = d.Dataset
		if i >= 300 {
			d.Train.Datasets[i] = "synth-other"
			d.Train.Labels[i] = min(d.Train.Labels[i]+1, 3)
		}
	}
	c := madeUpConfig([]string{"audio"})
	c.Optimiser.Epochs, c.Lent = 25, 0.5
	m, _ := mustTrain(t, c, d)
	out, err := m.Predict(d.Test.Features)
	if err != nil {
		t.Fatal(err)
	}
	bias := 0.0
	for i, y := range d.Test.Labels {
		bias += (out.Score[i] - y) / float64(len(d.Test.Labels))
	}
	if math.Abs(bias) > 0.35 {
		t.Errorf("scores are %.2f above the labels on average: lent labels are 1 above", bias)
	}
}
