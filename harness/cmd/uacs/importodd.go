package main

import (
	"fmt"
	"math"

	"uacs/harness/experiment"
	"uacs/harness/metric"
	"uacs/harness/sample"
)

// noteOdd tells of answers that are well formed and yet can hardly be meant: a score
// outside the dataset's label scale, and a log-probability above 0.
func noteOdd(a *app, dataset string, records []sample.Prediction) error {
	kind, err := metric.KindOf(dataset)
	if err != nil {
		return err
	}
	half := experiment.HalfRange(kind)
	far, above := 0, 0
	var farther, first *sample.Prediction
	for i := range records {
		p := &records[i]
		if p.OK() && p.Score != nil && math.Abs(*p.Score) > half {
			if far++; farther == nil || math.Abs(*p.Score) > math.Abs(*farther.Score) {
				farther = p
			}
		}
		if positiveLogprob(p) {
			if above++; first == nil {
				first = p
			}
		}
	}
	if far > 0 {
		a.note(fmt.Sprintf("%d scores are outside the label scale from %g to %g, such as %g of clip %s: are they on another scale?",
			far, -half, half, *farther.Score, farther.ID))
	}
	if above > 0 {
		a.note(fmt.Sprintf("%d answers have a log-probability above 0, the first is that about clip %s: natural logarithms of probabilities are not", above, first.ID))
	}
	return nil
}

func positiveLogprob(p *sample.Prediction) bool {
	for _, x := range p.TokenLogprobs {
		if x > 0 {
			return true
		}
	}
	for _, x := range p.LabelLogprobs {
		if x > 0 {
			return true
		}
	}
	return false
}
