package experiment

import (
	"encoding/json"
	"regexp"
	"strconv"

	"uacs/datasets/synth"
	"uacs/harness/fusion"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
)

// exact returns the truth about a cascade of the generated models, nil where
// enumeration does not know it: for other answers, another policy for refusals,
// or a profile to which a neutral answer is not wrong.
func exact(c Config, predictors Predictors) (*synth.Exact, error) {
	for _, role := range []struct {
		name, model, decision string
	}{{c.Small.Predictor, "small", c.Small.Decision}, {c.Large.Predictor, "large", c.Large.Decision}} {
		p, err := predictors.Find(role.name)
		if err != nil {
			return nil, err
		}
		byScore := role.decision == "score" || role.decision == "auto" || role.decision == ""
		if p.Format != synthFormat || p.Model != role.model || !byScore {
			return nil, nil
		}
	}
	if c.Failures != FallbackSmall || c.Profile != "polarity" {
		return nil, nil
	}
	config, err := synthConfig(c.Dataset)
	if err != nil {
		return nil, err
	}
	return synth.Enumerate(config)
}

// exactNames are the enumeration's names of our measures.
var exactNames = map[string]string{
	uncertainty.Entropy.Name:           synth.Entropy,
	uncertainty.DistanceToNeutral.Name: synth.DistanceToNeutral,
}

// exact adds what is true of the distribution that the clips were drawn from:
// its values and, where the headline is a cascade that was enumerated, its curve.
// Rates are shares of the clips with a label other than 0, as in measured curves.
func (r *runner) exact() error {
	if r.h.Exact == nil {
		return nil
	}
	data, err := json.Marshal(r.h.Exact)
	if err != nil {
		return err
	}
	r.result.Exact = roundNumbers(data)
	headline := r.h.Config.Headline
	enumerated := r.h.Exact.Curve(exactNames[headline.Measure])
	if enumerated == nil || headline.Fusion != fusion.Replace.Name {
		return nil
	}
	var curve route.Curve
	for _, p := range enumerated.Points {
		rate := p.RateScored.Value
		curve.Points = append(curve.Points, route.Point{Rate: rate, Quality: p.Accuracy.Value, First: rate})
	}
	r.result.Curves = append(r.result.Curves, Curve{
		Name: "exact", Measure: headline.Measure, Fusion: headline.Fusion, Role: "exact", Points: r.points(curve),
	})
	for _, w := range r.h.Exact.Warnings {
		r.warn("exact curves: %s", w)
	}
	return nil
}

// jsonStringOrNumber matches the strings and numbers of a JSON document, from
// its beginning on.
var jsonStringOrNumber = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*`)

// roundNumbers returns a JSON document with every number as [Number] prints it:
// six decimals are the same on every machine.
func roundNumbers(data []byte) []byte {
	return jsonStringOrNumber.ReplaceAllFunc(data, func(token []byte) []byte {
		if token[0] == '"' {
			return token
		}
		x, err := strconv.ParseFloat(string(token), 64)
		if err != nil { // out of range: no number that we write
			return token
		}
		return []byte(Number(x).String())
	})
}
