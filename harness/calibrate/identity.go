package calibrate

import "fmt"

// Identity takes the uncertainty for the error probability: what a calibration has
// to beat.
var Identity = register(Method{
	Name:     "identity",
	Doc:      "The uncertainty itself, cut to [0,1]: no calibration.",
	Formula:  "min(1, max(0, u))",
	Citation: "reference point",
	Monotone: true,
	fit: func(groups []group) Calibration {
		return Calibration{Warnings: cutWarning(groups), at: inUnit}
	},
})

func inUnit(u float64) float64 { return min(1, max(0, u)) }

// cutWarning says how many uncertainties are no probabilities.
func cutWarning(groups []group) []string {
	n, _ := count(groups)
	outside := 0
	for _, g := range groups {
		if g.u != inUnit(g.u) {
			outside += g.n
		}
	}
	if outside == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d uncertainties are outside [0,1] and were cut to it", outside, n)}
}
