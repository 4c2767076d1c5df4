package own

import (
	"fmt"
	"math"

	"uacs/harness/model/onnx"
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// leastLog is the log-probability of what float32 rounds to 0, its smallest number
// being about e^−103.
const leastLog = -104

// read returns the answer of row i of an output, as the fields of a prediction that say
// it. A number that is not finite, and probabilities that are none, are errors.
func (o *Output) read(t onnx.Tensor, i int) (sample.Prediction, error) {
	var p sample.Prediction
	x, k := t.Floats(), o.K()
	if len(x) < (i+1)*k {
		return p, fmt.Errorf("output %s has %d numbers for %d clips, %d each were expected", o.Name, len(x), i+1, k)
	}
	row := make([]float64, k)
	for j := range row {
		row[j] = float64(x[i*k+j])
		if math.IsNaN(row[j]) || math.IsInf(row[j], 0) {
			return p, fmt.Errorf("output %s: number %d is %v", o.Name, j, row[j])
		}
	}
	if o.Kind == Regression {
		p.Score = &row[0]
		return p, nil
	}
	if err := o.probabilities(row); err != nil {
		return p, err
	}
	if o.Kind == Bins {
		products := make([]float64, k)
		for j := range row {
			products[j] = row[j] * o.Centres[j]
		}
		score := detsum.Sum(products)
		p.Bins, p.Probs, p.Score = o.Centres, row, &score
		return p, nil
	}
	best := 0
	p.LabelLogprobs = map[string]float64{}
	for j, label := range o.Labels {
		if row[j] > row[best] {
			best = j
		}
		p.LabelLogprobs[label] = max(math.Log(row[j]), leastLog)
	}
	p.Label = o.Labels[best]
	return p, nil
}

// probabilities makes row sum to 1: by a softmax of logits, else by dividing away what
// float32 rounded.
func (o *Output) probabilities(row []float64) error {
	if o.Logits {
		top := math.Inf(-1)
		for _, x := range row {
			top = max(top, x)
		}
		for j := range row {
			row[j] = math.Exp(row[j] - top)
		}
	}
	for j, x := range row {
		if x < 0 {
			return fmt.Errorf("output %s: probability %d is %v: if it is a logit, say logits: true", o.Name, j, x)
		}
	}
	sum := detsum.Sum(row)
	if !o.Logits && math.Abs(sum-1) > 1e-3 {
		return fmt.Errorf("output %s: probabilities sum to %.4g: if they are logits, say logits: true", o.Name, sum)
	}
	for j := range row {
		row[j] /= sum
	}
	return nil
}
