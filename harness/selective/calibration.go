package selective

import (
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// BinRule says how probabilities are put in bins.
type BinRule int

// The rules of published tools. Edges k/n are the correctly rounded quotients.
const (
	// RightClosed has n bins of equal width, (k/n, (k+1)/n], the first with 0:
	// calibration_curve(strategy="uniform") of scikit-learn 1.2.1 and ECE of
	// lm-polygraph efea882, whose default is 20 bins.
	RightClosed BinRule = iota
	// LeftClosed has n bins of equal width, [k/n, (k+1)/n), the last with 1: the
	// textbook np.digitize. fd-shifts c4467ae means this but stretches its edges by
	// 1e-8, so that a probability on an edge falls below it, as in RightClosed.
	LeftClosed
	// EqualMass has n bins between the quantiles k/n of the probabilities, by
	// linear interpolation, closed on the right:
	// calibration_curve(strategy="quantile") of scikit-learn 1.2.1. Where a
	// quantile falls on a clip, that clip is below the edge; in scikit-learn the
	// rounding of the quantile decides. Equal probabilities share a bin, so bins
	// may differ in size or be empty.
	EqualMass
)

// Binning is a rule with a number of bins.
type Binning struct {
	Rule  BinRule
	Count int
}

// Bin is the clips whose probability falls between two edges.
type Bin struct {
	// Lo and Hi are the edges.
	Lo, Hi float64
	// N counts the clips, at least one.
	N int
	// Mean is their mean probability, Share the share of them with the event.
	Mean, Share float64
}

// Reliability returns the bins that hold a clip, in ascending order: the points
// of a reliability diagram. p are probabilities in [0,1] and event says what came.
func Reliability(p []float64, event []bool, b Binning) ([]Bin, error) {
	if err := checkProbabilities("Reliability", p, len(event)); err != nil {
		return nil, err
	}
	if b.Count < 1 {
		return nil, fmt.Errorf("Reliability: %d bins", b.Count)
	}
	sorted := slices.Clone(p)
	slices.Sort(sorted)
	edges, err := b.edges(sorted)
	if err != nil {
		return nil, err
	}
	hits := make([]int, b.Count)
	for i, came := range event {
		if came {
			hits[b.place(edges, p[i])]++
		}
	}
	var bins []Bin
	for start := 0; start < len(sorted); {
		k, end := b.place(edges, sorted[start]), start
		for end < len(sorted) && b.place(edges, sorted[end]) == k {
			end++
		}
		n := end - start
		bins = append(bins, Bin{
			Lo: edges[k], Hi: edges[k+1], N: n,
			Mean: detsum.Mean(sorted[start:end]), Share: float64(hits[k]) / float64(n),
		})
		start = end
	}
	return bins, nil
}

// edges returns the Count+1 edges of the bins.
func (b Binning) edges(sorted []float64) ([]float64, error) {
	edges := make([]float64, b.Count+1)
	for k := range edges {
		switch b.Rule {
		case RightClosed, LeftClosed:
			edges[k] = float64(k) / float64(b.Count)
		case EqualMass:
			at := k * (len(sorted) - 1)
			edges[k] = sorted[at/b.Count]
			if rest := at % b.Count; rest > 0 {
				edges[k] += float64((sorted[at/b.Count+1] - edges[k]) * float64(rest) / float64(b.Count))
			}
		default:
			return nil, fmt.Errorf("Reliability: bin rule %d is not known", b.Rule)
		}
	}
	return edges, nil
}

// place returns the bin of a probability.
func (b Binning) place(edges []float64, p float64) int {
	inner := edges[1 : len(edges)-1]
	k, found := slices.BinarySearch(inner, p)
	if found && b.Rule == LeftClosed {
		k++
	}
	return k
}

// ECE returns the expected calibration error: the mean over clips of the
// distance, in the clip's bin, between mean probability and share of events. It
// lies in [0,1], lower is better, and depends on the bins, which belong to its
// name. Empty bins do not count.
//
// Source: Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities
// Using Bayesian Binning (AAAI 2015).
func ECE(p []float64, event []bool, b Binning) (float64, error) {
	bins, err := Reliability(p, event, b)
	if err != nil {
		return invalid("ECE: %w", err)
	}
	terms := make([]float64, len(bins))
	for i, bin := range bins {
		terms[i] = float64(float64(bin.N) / float64(len(p)) * math.Abs(bin.Mean-bin.Share))
	}
	return detsum.Sum(terms), nil
}

// MCE returns the maximum calibration error: the greatest distance, of all bins
// that hold a clip, between mean probability and share of events. It lies in
// [0,1], lower is better, and is at least the [ECE] of the same bins. A bin with
// a single clip can decide it.
func MCE(p []float64, event []bool, b Binning) (float64, error) {
	bins, err := Reliability(p, event, b)
	if err != nil {
		return invalid("MCE: %w", err)
	}
	worst := 0.0
	for _, bin := range bins {
		worst = max(worst, math.Abs(bin.Mean-bin.Share))
	}
	return worst, nil
}

// AdaptiveECE returns the [ECE] over bins of equal mass.
//
// Source: Nguyen and O'Connor, Posterior Calibration and Exploratory Analysis for
// Natural Language Processing Models (EMNLP 2015), with quantile edges.
func AdaptiveECE(p []float64, event []bool, bins int) (float64, error) {
	return ECE(p, event, Binning{EqualMass, bins})
}

// checkProbabilities reports columns that do not fit and what is no probability.
func checkProbabilities(name string, p []float64, events int) error {
	switch {
	case len(p) != events:
		return fmt.Errorf("%s: %d probabilities for %d events", name, len(p), events)
	case len(p) == 0:
		return fmt.Errorf("%s: no clips", name)
	}
	for i, q := range p {
		if !(q >= 0 && q <= 1) {
			return fmt.Errorf("%s: the probability of clip %d is %v", name, i, q)
		}
	}
	return nil
}
