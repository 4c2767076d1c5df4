package experiment

import "slices"

// CurveRates returns the deferral rates at which curves are kept: every per cent,
// and some below the first for logarithmic axes.
func CurveRates() []float64 { return slices.Clone(curveRates) }

// WeightByName returns how averaging turns an uncertainty into a weight:
// confidence or inverse-uncertainty.
func WeightByName(name string) (func(u float64) float64, error) { return weightByName(name) }

// AtKey puts file and line before an error about the value under a key of a YAML
// file, and the line beneath it. The key is a dotted path.
func AtKey(file string, data []byte, key string, err error) error {
	return atKey(file, data, keyError{key, err})
}

// Predictors are the names of the predictors that the config's roles refer to.
func (c *Config) Predictors() []string {
	var names []string
	for _, r := range c.roles() {
		names = append(names, r.Predictor)
	}
	return names
}
