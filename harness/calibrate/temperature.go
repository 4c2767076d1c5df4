package calibrate

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// TemperatureScaling takes the uncertainty for an error probability and sharpens or
// flattens it with one number: temperature scaling of the two classes right and
// wrong. An uncertainty outside [0,1] is cut to it, with a warning. It keeps ½
// where it is; for class probabilities of more classes see [FitTemperature].
var TemperatureScaling = register(Method{
	Name:     "temperature",
	Doc:      "The uncertainty as an error probability, its log-odds divided by a temperature.",
	Formula:  "σ(logit(u)/T), T in [0.01,100] of least cross-entropy",
	Citation: "Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks (ICML 2017), in the binary case",
	Monotone: true,
	fit: func(groups []group) Calibration {
		rows := make([]targeted, len(groups))
		for i, g := range groups {
			rows[i] = targeted{[]float64{0, logOdds(g.u)}, []float64{float64(g.n - g.wrong), float64(g.wrong)}}
		}
		beta, warnings := bestBeta(rows)
		return Calibration{
			Params:   []Param{{"temperature", 1 / beta}},
			Warnings: append(cutWarning(groups), warnings...),
			at:       func(u float64) float64 { return sigmoid(float64(beta * logOdds(u))) },
		}
	},
})

// logOdds returns ln(u/(1−u)), u cut to [0,1] and kept from its ends as probabilities
// are by [leastProb]. The smaller of u and 1−u is rounded to 40 bits: such steps
// outweigh the last bits of logarithm and exponential, so that the order is kept.
func logOdds(u float64) float64 {
	u = inUnit(u)
	fraction, exponent := math.Frexp(min(u, 1-u))
	small := math.Ldexp(math.Round(fraction*(1<<40))/(1<<40), exponent)
	odds := math.Log(max(small, leastProb)) - math.Log(1-small)
	if u > 0.5 {
		return -odds
	}
	return odds
}

// Temperature is a fitted temperature for class probabilities.
type Temperature struct {
	// T is the temperature, in [0.01,100]: above 1 the model was too sure.
	T float64
	// N counts the answers learnt from, Unanswered the error records left out.
	N, Unanswered int
	// NLLBefore and NLL are the mean negative log-probability, in nats, of the true
	// class before and after, on the answers learnt from.
	NLLBefore, NLL float64
	// Warnings are caveats to print beside any number made with this temperature.
	Warnings []string
}

// Temperatures are searched between these ends. A best value at an end means that
// the model's order of the classes is always, or never, of use.
const (
	coldest = 0.01
	hottest = 100
)

// leastProb stands for smaller probabilities, whose logarithm would outweigh
// everything else: softmax outputs that were rounded to 0.
const leastProb = 1e-12

// FitTemperature finds the temperature of least cross-entropy for class
// probabilities: probs[i] are those of answer i, class[i] the index of the true
// class. Probabilities below 1e-12 count as 1e-12. The search is by bisection on
// the slope of a convex function, so it depends on no start. No answers, slices of
// different length, fewer than two classes, a class that does not exist, and numbers
// that are no probabilities are errors.
func FitTemperature(probs [][]float64, class []int) (Temperature, error) {
	if len(probs) != len(class) {
		return Temperature{}, fmt.Errorf("calibrate temperature: %d distributions for %d classes", len(probs), len(class))
	}
	if len(probs) == 0 {
		return Temperature{}, fmt.Errorf("calibrate temperature: no answers to learn from")
	}
	rows := make([]targeted, len(probs))
	for i, p := range probs {
		if err := checkDistribution(p); err != nil {
			return Temperature{}, fmt.Errorf("calibrate temperature: answer %d: %w", i, err)
		}
		if class[i] < 0 || class[i] >= len(p) {
			return Temperature{}, fmt.Errorf("calibrate temperature: answer %d: class %d of %d", i, class[i], len(p))
		}
		target := make([]float64, len(p))
		target[class[i]] = 1
		rows[i] = targeted{logs(p), target}
	}
	beta, warnings := bestBeta(rows)
	n := float64(len(rows))
	return Temperature{T: 1 / beta, N: len(rows), NLLBefore: loss(rows, 1) / n, NLL: loss(rows, beta) / n, Warnings: warnings}, nil
}

func checkDistribution(p []float64) error {
	if len(p) < 2 {
		return fmt.Errorf("%d classes", len(p))
	}
	for k, q := range p {
		if !(q >= 0 && q <= 1) {
			return fmt.Errorf("probability %d is %v", k, q)
		}
	}
	if sum := detsum.Sum(p); math.Abs(sum-1) > 1e-3 {
		return fmt.Errorf("the probabilities' sum is %v, not 1", sum)
	}
	return nil
}

// FitTemperatureToLabels is [FitTemperature] with the true class taken from labels
// on the label scale: the [NearestBin]. Error records are left out and counted; an
// answer without probabilities, and a label that is not finite, are errors.
func FitTemperatureToLabels(answers []*sample.Prediction, labels []float64) (Temperature, error) {
	if len(answers) != len(labels) {
		return Temperature{}, fmt.Errorf("calibrate temperature: %d answers for %d labels", len(answers), len(labels))
	}
	var probs [][]float64
	var class []int
	unanswered := 0
	for i, p := range answers {
		if !p.OK() {
			unanswered++
			continue
		}
		if p.Probs == nil || len(p.Bins) != len(p.Probs) {
			return Temperature{}, fmt.Errorf("calibrate temperature: clip %s: no probs over bins", p.ID)
		}
		if math.IsNaN(labels[i]) || math.IsInf(labels[i], 0) {
			return Temperature{}, fmt.Errorf("calibrate temperature: clip %s: the label is %v", p.ID, labels[i])
		}
		probs, class = append(probs, p.Probs), append(class, NearestBin(p.Bins, labels[i]))
	}
	t, err := FitTemperature(probs, class)
	t.Unanswered = unanswered
	return t, err
}

// NearestBin returns the index of the bin nearest to y; of two equally near the one
// nearer to neutral, and of −c and c the first. There must be a bin.
func NearestBin(bins []float64, y float64) int {
	best := 0
	for k, c := range bins {
		d, least := math.Abs(c-y), math.Abs(bins[best]-y)
		if d < least || d == least && math.Abs(c) < math.Abs(bins[best]) {
			best = k
		}
	}
	return best
}

// Probs returns the probabilities p at temperature T: p_k^(1/T), normalised.
func (t Temperature) Probs(p []float64) []float64 { return scaled(logs(p), 1/t.T) }

// ErrorProbability returns the probability, after scaling, that the likeliest class
// is not the true one.
func (t Temperature) ErrorProbability(p []float64) float64 { return 1 - slices.Max(t.Probs(p)) }

// Scale returns a copy of a prediction with Probs at temperature T, and the
// temperature under "temperature_scaling" in Params. A Score stays as the model gave
// it, even if it was the old probabilities' mean. A prediction without Probs is
// returned as it is.
func (t Temperature) Scale(p *sample.Prediction) *sample.Prediction {
	if p.Probs == nil {
		return p
	}
	q := *p
	q.Probs = t.Probs(p.Probs)
	q.Params = maps.Clone(p.Params)
	if q.Params == nil {
		q.Params = map[string]any{}
	}
	q.Params["temperature_scaling"] = t.T
	return &q
}

// targeted is the log-probabilities of some classes, and how many answers with
// these were of each class.
type targeted struct {
	logp, target []float64
}

func logs(p []float64) []float64 {
	l := make([]float64, len(p))
	for k, q := range p {
		l[k] = math.Log(max(q, leastProb))
	}
	return l
}

// scaled returns the softmax of beta·logp.
func scaled(logp []float64, beta float64) []float64 {
	top := slices.Max(logp)
	p := make([]float64, len(logp))
	for k, l := range logp {
		p[k] = math.Exp(float64(beta * (l - top)))
	}
	total := detsum.Sum(p)
	for k := range p {
		p[k] /= total
	}
	return p
}

// loss is the cross-entropy of the targets at inverse temperature beta, in nats.
func loss(rows []targeted, beta float64) float64 {
	terms := make([]float64, len(rows))
	for i, r := range rows {
		p := scaled(r.logp, beta)
		for k, n := range r.target {
			if n > 0 {
				terms[i] -= float64(n * math.Log(max(p[k], math.SmallestNonzeroFloat64)))
			}
		}
	}
	return detsum.Sum(terms)
}

// lossSlope is the derivative of [loss]: the mean log-probability that the model
// expects minus the one that the truth has. It never falls as beta rises.
func lossSlope(rows []targeted, beta float64) float64 {
	terms := make([]float64, len(rows))
	for i, r := range rows {
		expected := detsum.Dot(scaled(r.logp, beta), r.logp)
		terms[i] = float64(detsum.Sum(r.target)*expected) - detsum.Dot(r.target, r.logp)
	}
	return detsum.Sum(terms)
}

// bestBeta returns the inverse temperature of least loss. The loss is convex in it,
// so bisection of its slope ends at the one minimum, at full precision.
func bestBeta(rows []targeted) (beta float64, warnings []string) {
	low, high := 1.0/hottest, 1.0/coldest
	flat := 0.0 // what rounding can leave of a slope of 0
	for _, r := range rows {
		flat += float64(1e-12 * detsum.Sum(r.target))
	}
	falls, rises := lossSlope(rows, low) < -flat, lossSlope(rows, high) > flat
	switch {
	case !falls && !rises:
		return 1, []string{"no answer prefers a class: every temperature fits alike"}
	case !falls:
		return low, []string{fmt.Sprintf("the temperature is at the end of its range, %v: the classes' order is of no use", float64(hottest))}
	case !rises:
		return high, []string{fmt.Sprintf("the temperature is at the end of its range, %v: the classes' order is never wrong", coldest)}
	}
	for {
		mid := low + float64((high-low)/2)
		if mid <= low || mid >= high {
			return low, nil
		}
		if lossSlope(rows, mid) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
}
