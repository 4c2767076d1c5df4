package metric

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// noClass is the class of a clip without a usable answer, and of a neutral
// answer where only the two signs are classes. It equals no label's class.
const noClass = -1

// classRule turns scores and labels into classes. Both are rounded to float32
// first, the precision in which the sources compare; 0.1 is then float32(0.1)
// on both sides of a comparison.
type classRule struct {
	// class returns the class of a finite value, 0 to len(names)-1, or noClass.
	class func(v float32) int
	// names are the classes' names, for warnings.
	names []string
	// value is what is classed: Answers.score, scoreSign or statedSign; what
	// says its name, for reasons.
	value func(Answers, int) float64
	what  string
	// nonZero drops the clips whose label is 0.
	nonZero bool
}

// classes returns the classes of answers and labels, and which clips count.
func (r classRule) classes(a Answers) (pred, truth []int, counted []bool, reason string) {
	if reason = a.lacking(r.value, r.what); reason != "" {
		return nil, nil, nil, reason
	}
	n := len(a.Truth)
	pred, truth, counted = make([]int, n), make([]int, n), make([]bool, n)
	some := false
	for i, y := range a.Truth {
		counted[i] = !r.nonZero || float32(y) != 0
		some = some || counted[i]
		truth[i], pred[i] = r.class(float32(y)), noClass
		if !a.missing(i) {
			pred[i] = r.class(float32(r.value(a, i)))
		}
	}
	if !some {
		return nil, nil, nil, emptyReason(n)
	}
	return pred, truth, counted, ""
}

// emptyReason says why nothing is left to count among n clips.
func emptyReason(n int) string {
	if n == 0 {
		return "no clips"
	}
	return "no clip has a non-zero label"
}

// accuracy is the share of counted clips whose classes agree.
type accuracy struct{ classRule }

func (m accuracy) perClip(a Answers) (value []float64, counted []bool, reason string) {
	pred, truth, counted, reason := m.classes(a)
	if reason != "" {
		return nil, nil, reason
	}
	value = make([]float64, len(pred))
	for i := range pred {
		if counted[i] && pred[i] == truth[i] {
			value[i] = 1
		}
	}
	return value, counted, ""
}

func (m accuracy) of(a Answers) outcome { return meanOf(m, a) }

// meanOf is the mean over the counted clips of an averaged measure.
func meanOf(m averaged, a Answers) outcome {
	value, counted, reason := m.perClip(a)
	if reason != "" {
		return outcome{value: math.NaN(), reason: reason}
	}
	kept := keep(value, counted)
	return outcome{value: detsum.Mean(kept), n: len(kept)}
}

// keep returns the elements of x that counted marks.
func keep(x []float64, counted []bool) []float64 {
	kept := make([]float64, 0, len(x))
	for i, c := range counted {
		if c {
			kept = append(kept, x[i])
		}
	}
	return kept
}

// weightedF1 is the mean of the classes' F1 scores, weighted by how often each
// class is the label or, with byPrediction, the answer. F1 of a class is
// 2TP/(labels+answers) and so does not tell the two apart; a class that is never
// answered, or never right, has F1 0 and keeps its weight, as in scikit-learn.
type weightedF1 struct {
	classRule
	byPrediction bool
}

func (m weightedF1) of(a Answers) outcome {
	pred, truth, counted, reason := m.classes(a)
	if reason != "" {
		return outcome{value: math.NaN(), reason: reason}
	}
	// The last element counts noClass.
	k := len(m.names)
	right, answers, labels := make([]int, k+1), make([]int, k+1), make([]int, k+1)
	n := 0
	for i, c := range counted {
		if !c {
			continue
		}
		n++
		p, y := slot(pred[i], k), slot(truth[i], k)
		answers[p]++
		labels[y]++
		if p == y && p < k {
			right[p]++
		}
	}
	weight := labels
	if m.byPrediction {
		weight = answers
	}
	out := outcome{n: n}
	terms := make([]float64, k)
	for c := range k {
		if right[c] > 0 {
			f1 := float64(2*right[c]) / float64(labels[c]+answers[c])
			terms[c] = float64(weight[c]) * f1
		}
		if answers[c] == 0 && labels[c] > 0 {
			out.warnings = append(out.warnings,
				fmt.Sprintf("class %q is never answered; its F1 counts as 0", m.names[c]))
		}
	}
	out.value = detsum.Sum(terms) / float64(n)
	return out
}

// slot returns the index of class c in counts of k classes and noClass.
func slot(c, k int) int {
	if c == noClass {
		return k
	}
	return c
}

// rounded returns the classing that clips to [-limit,limit] and rounds to the
// nearest whole number, halves to the even one (numpy.round; Go's math.Round
// differs and moves 1.9 % of MOSI's test labels into another class).
func rounded(limit float64) (class func(v float32) int, names []string) {
	class = func(v float32) int {
		clipped := math.Min(math.Max(float64(v), -limit), limit)
		return int(math.RoundToEven(clipped) + limit)
	}
	for c := -limit; c <= limit; c++ {
		names = append(names, fmt.Sprintf("%g", c))
	}
	return class, names
}

// above returns the classing into values above each edge: class c holds the
// values in (edges[c-1], edges[c]], open to infinity at both ends. Edges ascend.
func above(edges ...float32) func(v float32) int {
	return func(v float32) int {
		c := 0
		for c < len(edges) && v > edges[c] {
			c++
		}
		return c
	}
}

// atLeastZero is the classing of the ">= 0" rule.
func atLeastZero(v float32) int {
	if v >= 0 {
		return 1
	}
	return 0
}

// signs is the classing of non-zero labels by sign; zero belongs to no class.
func signs(v float32) int {
	switch {
	case v < 0:
		return 0
	case v > 0:
		return 1
	}
	return noClass
}
