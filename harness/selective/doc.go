// Package selective judges uncertainties: how well they find the wrong answers,
// how well stated probabilities hold, and what a curve of quality against cost is
// worth. Its functions are pure and take plain slices.
//
// Three kinds of input, three groups of functions:
//
//   - an uncertainty u and a loss per clip ([AveragePrecision], [AURC], [AUGRC],
//     [PRR], [Spearman], …). Higher u = less sure; the clips with the highest u
//     are rejected first. A loss is 0 for right and 1 for wrong, or any finite
//     number that is better lower. u may be infinite, as for an answer that
//     failed. Only the order of u matters, and the order of the clips does not:
//     equal inputs in another order give the same bits.
//   - a probability per clip and whether the event came ([ECE], [Brier], [NLL],
//     …). An uncertainty in [0,1] becomes the probability of being right as 1−u.
//   - operating points of cost and quality ([AIQOverMax], [IBCLift], [ETHAUC], …).
//
// Published tools differ in ties, bins and baselines, and their numbers with
// them, so every function says what it does there and which tool, at which
// version, does the same. [Definitions] lists them for tables.
//
// Slices of different length, no clips, a NaN, and a number outside the range of
// its kind are errors. Where the numbers are good but the measure has no value
// for them, such as a precision without positives, the result is NaN and the
// error wraps [ErrUndefined]. A NaN never comes without an error.
//
// Deferral curves of two models are harness/route, AUROC is harness/metric, and
// intervals are harness/infer.
package selective

import (
	"errors"
	"fmt"
	"math"
)

// ErrUndefined says that a measure has no value for clips such as these; the
// error that wraps it gives the reason. Tables read "n/a".
var ErrUndefined = errors.New("undefined")

// undefined is the result where the numbers are good but have no answer.
func undefined(name, format string, args ...any) (float64, error) {
	return math.NaN(), fmt.Errorf("%s is %w: %s", name, ErrUndefined, fmt.Sprintf(format, args...))
}

// invalid is the result for inputs that are wrong in themselves.
func invalid(format string, args ...any) (float64, error) {
	return math.NaN(), fmt.Errorf(format, args...)
}
