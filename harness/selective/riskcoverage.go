package selective

import "math"

// RiskPoint is one operating point of a selective predictor: the clips with an
// uncertainty of at most Threshold are answered, the others rejected.
type RiskPoint struct {
	// Kept is how many clips are answered, Coverage the share of them.
	Kept     int
	Coverage float64
	// Threshold is the highest uncertainty kept, −Inf if nothing is.
	Threshold float64
	// Selective is the mean loss of the clips kept. At coverage 0 it has no value
	// of its own and repeats that of the next point.
	Selective float64
	// Joint is the loss of the clips kept over the number of all clips: for a loss
	// of 0 and 1, the share of clips that are wrong and answered.
	Joint float64
}

// RiskCoverage returns the risk–coverage curve, from coverage 0 to 1: one point
// for nothing kept and one for each distinct uncertainty. Clips that tie are
// kept together.
//
// The points are those of fd-shifts c4467ae (rc_stats_utils), in ascending
// rather than descending coverage. Its older metrics.py, which some papers used,
// cuts one clip into a tie group instead of before it and leaves out the point
// at coverage 0; its numbers differ.
func RiskCoverage(u, loss []float64) ([]RiskPoint, error) {
	r, err := rank("RiskCoverage", u, loss)
	if err != nil {
		return nil, err
	}
	return r.curve(), nil
}

func (r ranking) curve() []RiskPoint {
	n := float64(r.n)
	points := []RiskPoint{{Threshold: math.Inf(-1), Selective: r.sum[0] / float64(r.end[0])}}
	for g, end := range r.end {
		points = append(points, RiskPoint{
			Kept: end, Coverage: float64(end) / n, Threshold: r.u[g],
			Selective: r.sum[g] / float64(end), Joint: r.sum[g] / n,
		})
	}
	return points
}
