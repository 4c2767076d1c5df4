package selective

import (
	"math"

	"uacs/internal/detsum"
)

// AURC returns the area under the curve of selective risk against coverage, by
// the trapezoid rule over the points of [RiskCoverage], in units of loss; lower
// is better. A constant u gives the mean loss.
//
// The trapezoid joins the ends of a tie group by a straight line. Where risk
// rises with coverage, as it should, that lies below the risk of keeping a random
// part of the group: an uncertainty with few distinct values is flattered.
// [MeanRiskAURC] and [AUGRC] do not flatter it. It is
// RiskCoverageStats.aurc of fd-shifts c4467ae without its display factor 1000.
//
// Source: Geifman, Uziel and El-Yaniv, Bias-Reduced Uncertainty Estimation (ICLR
// 2019); Jaeger et al., A Call to Reflect on Evaluation Practices (ICLR 2023).
func AURC(u, loss []float64) (float64, error) {
	r, err := rank("AURC", u, loss)
	if err != nil {
		return math.NaN(), err
	}
	return area(r.curve(), func(p RiskPoint) float64 { return p.Selective }), nil
}

// area integrates a risk over coverage by the trapezoid rule.
func area(points []RiskPoint, risk func(RiskPoint) float64) float64 {
	terms := make([]float64, 0, len(points))
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		terms = append(terms, float64((b.Coverage-a.Coverage)*(risk(a)+risk(b)))/2)
	}
	return detsum.Sum(terms)
}

// EAURC returns [AURC] less that of the best ranking of the same losses, as
// fd-shifts c4467ae has it. For losses of 0 and 1 the best is the closed form
//
//	r + (1−r) ln(1−r),  r the mean loss,
//
// which is the limit for many clips; otherwise it is the AURC of the losses in
// ascending order.
//
// It is a difference of two conventions and can fall below 0: on n clips the
// trapezoid of the best ranking is less than the closed form by the order of
// 1/n², and ties can take as much as the closed form's excess over r²/2.
// [EAURCFinite] and [EMeanRiskAURC] have no such defect without ties.
func EAURC(u, loss []float64) (float64, error) {
	if !binary(loss) {
		return EAURCFinite(u, loss)
	}
	a, err := AURC(u, loss)
	if err != nil {
		return math.NaN(), err
	}
	return a - closedFormAURC(detsum.Mean(loss)), nil
}

// closedFormAURC is the AURC of perfect confidences on infinitely many clips.
func closedFormAURC(r float64) float64 {
	if r == 1 { // the limit of (1−r) ln(1−r) is 0
		return 1
	}
	return r + float64((1-r)*ln(1-r))
}

// EAURCFinite returns [AURC] less the AURC of the same clips ranked by their
// loss without ties. It is at least 0 if u has no ties, 0 for a perfect ranking.
// Ties can take it below 0, see [AURC].
func EAURCFinite(u, loss []float64) (float64, error) {
	a, err := AURC(u, loss)
	if err != nil {
		return math.NaN(), err
	}
	return a - area(ideal(loss).curve(), func(p RiskPoint) float64 { return p.Selective }), nil
}
