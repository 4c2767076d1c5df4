package metric

import (
	"fmt"
	"math"

	"uacs/harness/sample"
)

// Answers are one system's answers beside the labels, one element per clip. All
// slices that are not nil have the length of Truth.
type Answers struct {
	// Score is the predicted sentiment on the label scale; NaN where the answer
	// has no numeric score. A nil Score means that no answer has one.
	Score []float64
	// Polarity is the answer's sign. It stands in for the sign of a score that
	// is NaN, and it is what the polarity profile looks at first. A nil Polarity
	// means the signs of Score.
	Polarity []sample.Polarity
	// Missing marks clips that got no usable answer. Such a clip belongs to no
	// class: every accuracy counts it as wrong, F1 scores keep it in the support
	// of its label, and MAE and Corr read n/a. Its Score and Polarity are not
	// looked at. A nil Missing means that every clip has an answer. To leave
	// clips out or to answer them otherwise is the caller's policy.
	Missing []bool
	// Truth is the label. NaN and infinities are errors.
	Truth []float64
}

// check rejects answers that no metric may see.
func (a Answers) check() error {
	n := len(a.Truth)
	for _, f := range []struct {
		name string
		len  int
		nil  bool
	}{
		{"scores", len(a.Score), a.Score == nil},
		{"polarities", len(a.Polarity), a.Polarity == nil},
		{"missing marks", len(a.Missing), a.Missing == nil},
	} {
		if !f.nil && f.len != n {
			return fmt.Errorf("%d %s for %d labels", f.len, f.name, n)
		}
	}
	if a.Score == nil && a.Polarity == nil && n > 0 {
		return fmt.Errorf("neither scores nor polarities for %d labels", n)
	}
	for i, y := range a.Truth {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("label %d is %v", i, y)
		}
		if math.IsInf(a.score(i), 0) {
			return fmt.Errorf("score %d is %v", i, a.score(i))
		}
	}
	return nil
}

// missing reports whether clip i got no usable answer.
func (a Answers) missing(i int) bool { return a.Missing != nil && a.Missing[i] }

// score returns the score of clip i, NaN if it has none.
func (a Answers) score(i int) float64 {
	if a.Score == nil || a.missing(i) {
		return math.NaN()
	}
	return a.Score[i]
}

// scoreSign returns the number whose sign answers clip i: its score, else its
// polarity. It is NaN if there is neither.
func (a Answers) scoreSign(i int) float64 {
	if s := a.score(i); !math.IsNaN(s) || a.Polarity == nil {
		return s
	}
	return float64(a.Polarity[i])
}

// statedSign is scoreSign for models that answer in words: the polarity counts
// before the score.
func (a Answers) statedSign(i int) float64 {
	if a.Polarity == nil {
		return a.score(i)
	}
	return float64(a.Polarity[i])
}

// lacking returns why value cannot be had for every clip, "" if it can. Clips
// without any answer are not its business.
func (a Answers) lacking(value func(Answers, int) float64, what string) string {
	without := 0
	for i := range a.Truth {
		if !a.missing(i) && math.IsNaN(value(a, i)) {
			without++
		}
	}
	if without == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d answers have no %s", without, len(a.Truth), what)
}

// countMissing returns how many clips got no usable answer.
func (a Answers) countMissing() int {
	n := 0
	for i := range a.Truth {
		if a.missing(i) {
			n++
		}
	}
	return n
}

// warnings returns what a reader of any metric of these answers must know.
func (a Answers) warnings(kind Kind) []string {
	var all []string
	contradicting, outside, labels := 0, 0, 0
	for i, y := range a.Truth {
		s := a.score(i)
		if a.Polarity != nil && !math.IsNaN(s) && sample.PolarityOf(s) != a.Polarity[i] {
			contradicting++
		}
		if math.Abs(s) > kind.limit() {
			outside++
		}
		if math.Abs(y) > kind.limit() {
			labels++
		}
	}
	add := func(n int, format string, args ...any) {
		if n > 0 {
			all = append(all, fmt.Sprintf("%d of %d ", n, len(a.Truth))+fmt.Sprintf(format, args...))
		}
	}
	add(a.countMissing(), "answers are missing and count as wrong")
	add(contradicting, "answers state a polarity that is not the sign of their score")
	add(outside, "scores lie outside [-%[1]g,%[1]g]", kind.limit())
	add(labels, "labels lie outside [-%[1]g,%[1]g]", kind.limit())
	return all
}
