package selective

import "math"

// AUGRC returns the area under the curve of joint risk against coverage, the
// mean loss of silent failures over all working points, by the trapezoid rule
// over the points of [RiskCoverage]; lower is better. A constant u gives half
// the mean loss.
//
// For losses of 0 and 1 with mean r it lies in [r²/2, r−r²/2], and it is
// r²/2 + r(1−r)(1−AUROC) with the AUROC of u against error, exactly and with
// ties, unlike [AURC]. It is RiskCoverageStats.augrc of fd-shifts c4467ae without
// its display factor 1000.
//
// Source: Traub et al., Overcoming Common Flaws in the Evaluation of Selective
// Classification Systems (NeurIPS 2024).
func AUGRC(u, loss []float64) (float64, error) {
	r, err := rank("AUGRC", u, loss)
	if err != nil {
		return math.NaN(), err
	}
	return area(r.curve(), func(p RiskPoint) float64 { return p.Joint }), nil
}

// EAUGRC returns [AUGRC] less that of the same losses in ascending order, which
// for losses of 0 and 1 is the closed form r²/2. It is at least 0, with or
// without ties.
func EAUGRC(u, loss []float64) (float64, error) {
	a, err := AUGRC(u, loss)
	if err != nil {
		return math.NaN(), err
	}
	best := area(ideal(loss).curve(), func(p RiskPoint) float64 { return p.Joint })
	return max(0, a-best), nil // below 0 is rounding
}
