package metric

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// scoreRule prepares scores and labels for MAE and Corr. They stay in float64:
// the sources subtract in float32 and average in an order that depends on the
// machine, which moves the seventh digit.
type scoreRule struct {
	// limit clips scores and labels to [-limit,limit]; 0 clips nothing.
	limit float64
	// nonZero drops the clips whose label is 0.
	nonZero bool
}

func (r scoreRule) counts(y float64) bool { return !r.nonZero || float32(y) != 0 }

func (r scoreRule) clip(v float64) float64 {
	if r.limit == 0 {
		return v
	}
	return math.Min(math.Max(v, -r.limit), r.limit)
}

// lacking returns why there is no number, "" if there is one.
func (r scoreRule) lacking(a Answers) string {
	if missing := a.countMissing(); missing > 0 {
		return fmt.Sprintf("%d of %d answers are missing", missing, len(a.Truth))
	}
	if reason := a.lacking(Answers.score, "score"); reason != "" {
		return reason
	}
	for _, y := range a.Truth {
		if r.counts(y) {
			return ""
		}
	}
	return emptyReason(len(a.Truth))
}

// meanAbsolute is the mean of |p-y|.
type meanAbsolute struct{ scoreRule }

func (m meanAbsolute) perClip(a Answers) (value []float64, counted []bool, reason string) {
	if reason := m.lacking(a); reason != "" {
		return nil, nil, reason
	}
	value, counted = make([]float64, len(a.Truth)), make([]bool, len(a.Truth))
	for i, y := range a.Truth {
		if counted[i] = m.counts(y); counted[i] {
			value[i] = math.Abs(m.clip(a.Score[i]) - m.clip(y))
		}
	}
	return value, counted, ""
}

func (m meanAbsolute) of(a Answers) outcome { return meanOf(m, a) }

// pearson is Pearson's correlation of scores and labels.
type pearson struct{ scoreRule }

func (m pearson) of(a Answers) outcome {
	if reason := m.lacking(a); reason != "" {
		return outcome{value: math.NaN(), reason: reason}
	}
	var x, y []float64
	for i, label := range a.Truth {
		if m.counts(label) {
			x, y = append(x, m.clip(a.Score[i])), append(y, m.clip(label))
		}
	}
	reason := ""
	switch {
	case len(x) < 2:
		reason = "fewer than two clips"
	case constant(x):
		reason = "constant prediction"
	case constant(y):
		reason = "constant label"
	}
	if reason != "" {
		return outcome{value: math.NaN(), n: len(x), reason: reason}
	}
	return outcome{value: correlation(x, y), n: len(x)}
}

func constant(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}

// correlation returns Pearson's r of two slices that are not constant, within
// [-1,1].
func correlation(x, y []float64) float64 {
	x, y = centred(x), centred(y)
	r := detsum.Dot(x, y) / math.Sqrt(detsum.Dot(x, x)*detsum.Dot(y, y))
	return math.Min(math.Max(r, -1), 1)
}

// centred returns x less its mean, divided by its largest deviation so that no
// square under- or overflows.
func centred(x []float64) []float64 {
	mean := detsum.Mean(x)
	out, largest := make([]float64, len(x)), 0.0
	for i, v := range x {
		out[i] = v - mean
		largest = math.Max(largest, math.Abs(out[i]))
	}
	for i := range out {
		out[i] /= largest
	}
	return out
}

// undefined is a metric that the profile has no rule for.
type undefined struct{ reason string }

func (m undefined) of(Answers) outcome { return outcome{value: math.NaN(), reason: m.reason} }

func (m undefined) perClip(Answers) (value []float64, counted []bool, reason string) {
	return nil, nil, m.reason
}
