package selective

import (
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// Brier returns the Brier score of the probabilities of an event: the mean of
// (p − o)², o = 1 if the event came and 0 if not. It lies in [0,1], lower is
// better; 1/4 for a constant p of 1/2. It is brier_score_loss of scikit-learn
// 1.2.1.
//
// Source: Brier, Verification of Forecasts Expressed in Terms of Probability
// (1950).
func Brier(p []float64, event []bool) (float64, error) {
	if err := checkProbabilities("Brier", p, len(event)); err != nil {
		return math.NaN(), err
	}
	return meanInOrder(p, func(i int) float64 {
		d := p[i]
		if event[i] {
			d = 1 - d
		}
		return float64(d * d)
	}), nil
}

// SklearnClip is the clip of log_loss in scikit-learn 1.2.1 for float64, 2⁻⁵².
const SklearnClip = 0x1p-52

// NLL returns the negative log-likelihood (log loss) of the probabilities of an
// event, in nats: the mean of −ln p where the event came and −ln(1−p) where not.
// It lies in [0,∞], lower is better; ln 2 for a constant p of 1/2. Probabilities
// are clipped to [clip, 1−clip] first, clip in [0,1/2); with 0 a certainty that
// failed makes it +Inf. With [SklearnClip] it is log_loss of scikit-learn 1.2.1.
func NLL(p []float64, event []bool, clip float64) (float64, error) {
	if err := checkProbabilities("NLL", p, len(event)); err != nil {
		return math.NaN(), err
	}
	if !(clip >= 0 && clip < 0.5) {
		return invalid("NLL: a clip of %v is not in [0,1/2)", clip)
	}
	return meanInOrder(p, func(i int) float64 {
		q := min(max(p[i], clip), 1-clip)
		if event[i] {
			return -ln(q)
		}
		return -ln(1 - q)
	}), nil
}

// ClassBrier returns the Brier score over classes: the mean over clips of
// Σ_k (p_k − [k is the class])². It lies in [0,2]; for two classes it is twice
// [Brier]. Rows of probs are distributions over the same classes, which sum to 1
// within 1e-4, and class gives the place of the true one.
func ClassBrier(probs [][]float64, class []int) (float64, error) {
	if err := checkRows("ClassBrier", probs, class); err != nil {
		return math.NaN(), err
	}
	scores := make([]float64, len(probs))
	for i, row := range probs {
		terms := make([]float64, len(row))
		for k, p := range row {
			if k == class[i] {
				p = 1 - p
			}
			terms[k] = float64(p * p)
		}
		scores[i] = detsum.Sum(terms)
	}
	return sortedMean(scores), nil
}

// ClassNLL returns the negative log-likelihood over classes, in nats: the mean of
// −ln of the true class's probability, which is raised to clip if below it. Rows
// are as for [ClassBrier], clip as for [NLL]. log_loss of scikit-learn 1.2.1 with
// its default clip of 2⁻⁵² clips and rescales whole rows: a difference of
// rounding.
func ClassNLL(probs [][]float64, class []int, clip float64) (float64, error) {
	if err := checkRows("ClassNLL", probs, class); err != nil {
		return math.NaN(), err
	}
	if !(clip >= 0 && clip < 0.5) {
		return invalid("ClassNLL: a clip of %v is not in [0,1/2)", clip)
	}
	scores := make([]float64, len(probs))
	for i, row := range probs {
		scores[i] = -ln(max(row[class[i]], clip))
	}
	return sortedMean(scores), nil
}

// rowTolerance is how far a row's sum may be from one: what package sample allows.
const rowTolerance = 1e-4

func checkRows(name string, probs [][]float64, class []int) error {
	switch {
	case len(probs) != len(class):
		return fmt.Errorf("%s: %d rows for %d classes", name, len(probs), len(class))
	case len(probs) == 0:
		return fmt.Errorf("%s: no clips", name)
	}
	for i, row := range probs {
		if len(row) != len(probs[0]) {
			return fmt.Errorf("%s: row %d has %d classes, the first %d", name, i, len(row), len(probs[0]))
		}
		if class[i] < 0 || class[i] >= len(row) {
			return fmt.Errorf("%s: class %d of clip %d is not one of %d", name, class[i], i, len(row))
		}
		for k, p := range row {
			if !(p >= 0 && p <= 1) {
				return fmt.Errorf("%s: probability %d of clip %d is %v", name, k, i, p)
			}
		}
		if sum := detsum.Sum(row); math.Abs(sum-1) > rowTolerance {
			return fmt.Errorf("%s: the probabilities of clip %d sum to %v", name, i, sum)
		}
	}
	return nil
}

// meanInOrder returns the mean of score over the clips in ascending order of
// score.
func meanInOrder(p []float64, score func(i int) float64) float64 {
	scores := make([]float64, len(p))
	for i := range p {
		scores[i] = score(i)
	}
	return sortedMean(scores)
}

// sortedMean sorts x and returns its mean: the same bits whatever the order.
func sortedMean(x []float64) float64 {
	slices.Sort(x)
	return detsum.Mean(x)
}
