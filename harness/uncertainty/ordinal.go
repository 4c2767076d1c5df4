package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// hasBins reports whether p has the probabilities of two or more classes that
// have a place on the label scale.
func hasBins(p *sample.Prediction) bool {
	return len(p.Probs) >= 2 && len(p.Bins) == len(p.Probs)
}

// polarityShares returns the probabilities of a negative, a neutral and a
// positive class: of bins below, at and above 0.
func polarityShares(p *sample.Prediction) []float64 {
	var parts [3][]float64
	for k, q := range p.Probs {
		side := 1 + int(sample.PolarityOf(p.Bins[k]))
		parts[side] = append(parts[side], q)
	}
	return []float64{detsum.Sum(parts[0]), detsum.Sum(parts[1]), detsum.Sum(parts[2])}
}

// binaryEntropy is the entropy in bits of an event of probability q.
func binaryEntropy(q float64) float64 {
	q = inUnit(q)
	return inUnit(-(xlogx(q) + xlogx(1-q)) / math.Ln2)
}
