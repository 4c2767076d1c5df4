package metric

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// Summary is one metric over several runs of the same system.
type Summary struct {
	// Name is the metric's name in its profile.
	Name string
	// Mean is the mean over the runs and Std their population standard deviation
	// (divided by the number of runs, not by one less), as MMSA reports; NaN
	// where the metric is not available in every run.
	Mean, Std float64
	// Runs is the number of runs.
	Runs int
	// NA says why Mean and Std are NaN; empty when they are not.
	NA string
}

// Summarise returns mean and population standard deviation of every metric over
// runs that differ in their seed, in the profile's order. The runs must be of
// one profile and one label scale. A metric that is n/a in any run is n/a, so
// that no mean is over fewer runs than the next. MMSA rounds each run's numbers
// ([Printed]) before it averages; this does not, which matters at most in the
// fifth decimal.
func Summarise(runs []Result) ([]Summary, error) {
	if len(runs) == 0 {
		return nil, fmt.Errorf("no runs to summarise")
	}
	first := runs[0]
	for i, r := range runs {
		if r.Profile != first.Profile || r.Kind != first.Kind || len(r.Values) != len(first.Values) {
			return nil, fmt.Errorf("run %d is of profile %s/%v, run 0 of %s/%v", i, r.Profile, r.Kind, first.Profile, first.Kind)
		}
	}
	all := make([]Summary, len(first.Values))
	for m, v := range first.Values {
		x, reason, without := make([]float64, len(runs)), "", 0
		for i, r := range runs {
			if r.Values[m].Name != v.Name {
				return nil, fmt.Errorf("metric %d is %s in run %d and %s in run 0", m, r.Values[m].Name, i, v.Name)
			}
			if x[i] = r.Values[m].Value; math.IsNaN(x[i]) {
				without++
				reason = r.Values[m].NA
			}
		}
		all[m] = Summary{Name: v.Name, Runs: len(runs)}
		all[m].Mean, all[m].Std = MeanStd(x)
		if without > 0 {
			all[m].NA = fmt.Sprintf("n/a in %d of %d runs: %s", without, len(runs), reason)
		}
	}
	return all, nil
}

// MeanStd returns the mean of x and its population standard deviation (ddof 0).
// Both are NaN for an empty x or one that holds a NaN.
func MeanStd(x []float64) (mean, std float64) {
	mean = detsum.Mean(x)
	deviations := make([]float64, len(x))
	for i, v := range x {
		deviations[i] = v - mean
	}
	return mean, math.Sqrt(detsum.Dot(deviations, deviations) / float64(len(x)))
}
