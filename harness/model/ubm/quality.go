package ubm

import (
	"fmt"
	"slices"

	"uacs/harness/calibrate"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/selective"
)

// Calibration is how well probabilities hold. NLL (nats) and Brier are over the bins, the
// true one being the nearest to the label. ECE is that of the likeliest bin being the
// true one, over ten bins of equal width, closed at their right ends.
type Calibration struct {
	NLL   float64 `json:"nll"`
	Brier float64 `json:"brier"`
	ECE   float64 `json:"ece"`
}

// Quality is how good a model is on a split.
type Quality struct {
	Profile string `json:"profile"`
	// Clips and Videos count what was judged.
	Clips  int `json:"clips"`
	Videos int `json:"videos"`
	// Before and After are the calibration before and after the temperature.
	Before  Calibration `json:"before_temperature"`
	After   Calibration `json:"after_temperature"`
	Metrics []Measured  `json:"metrics"`
	// Warnings are caveats to print beside the numbers.
	Warnings []string `json:"warnings,omitempty"`
}

// Measured is one metric. Value is nil where there is none, and NA says why. Lo and Hi
// are the ends of the 95 % interval from resampling videos, nil for a metric that is
// no mean over clips. Members are the values of an ensemble's single members.
type Measured struct {
	Name    string    `json:"name"`
	N       int       `json:"n"`
	Value   *float64  `json:"value,omitempty"`
	NA      string    `json:"na,omitempty"`
	Lo      *float64  `json:"lo,omitempty"`
	Hi      *float64  `json:"hi,omitempty"`
	Members []float64 `json:"members,omitempty"`
}

// Judge measures the model, without Monte-Carlo passes, on the clips of a split that
// have features, by the config's profile. No clips are an error.
func (m *Model) Judge(part *Part) (*Quality, error) {
	if part.N() == 0 {
		return nil, fmt.Errorf("judge %s: no clips", m.Config.Name)
	}
	in, err := m.input(part)
	if err != nil {
		return nil, err
	}
	out := m.predict(in, true)
	q := &Quality{Profile: m.Config.Profile, Clips: part.N(), Videos: countDistinct(part.Videos)}
	if m.Config.Loss.Kind != AbsoluteError {
		if err := q.calibrate(m, part, m.predict(in, false), out); err != nil {
			return nil, fmt.Errorf("judge %s: %w", m.Config.Name, err)
		}
	}
	if err := q.measure(m, part, out); err != nil {
		return nil, fmt.Errorf("judge %s: %w", m.Config.Name, err)
	}
	return q, nil
}

// calibrate fills in the calibration before and after the temperature.
func (q *Quality) calibrate(m *Model, part *Part, raw, out *Output) (err error) {
	class := make([]int, part.N())
	for i, y := range part.Labels {
		class[i] = calibrate.NearestBin(m.Config.Bins, y)
	}
	if q.Before, err = calibrationOf(raw.Probs, class); err != nil {
		return err
	}
	q.After, err = calibrationOf(out.Probs, class)
	return err
}

// measure fills in the metrics.
func (q *Quality) measure(m *Model, part *Part, out *Output) error {
	kind, err := metric.KindOf(m.Dataset)
	if err != nil {
		return err
	}
	answers := metric.Answers{Score: out.Score, Truth: part.Labels}
	result, err := metric.Evaluate(q.Profile, kind, answers)
	if err != nil {
		return err
	}
	q.Warnings = result.Warnings
	clusters := infer.NewClusters(part.Videos)
	plan := infer.Plan{Replicates: m.Config.Replicates, Seed: m.Config.BootSeed}
	for _, v := range result.Values {
		x := Measured{Name: v.Name, N: v.N, NA: v.NA}
		if v.NA == "" {
			x.Value = &v.Value
		}
		// F1 and correlation are no means over clips: they have no interval here.
		if value, counted, err := metric.PerClip(q.Profile, kind, v.Name, answers); err == nil {
			i, err := infer.Mean(clusters, value, counted, plan)
			if err != nil {
				return err
			}
			x.Lo, x.Hi = &i.Lo, &i.Hi
			for _, w := range i.Warnings {
				if !slices.Contains(q.Warnings, w) {
					q.Warnings = append(q.Warnings, w)
				}
			}
		}
		q.Metrics = append(q.Metrics, x)
	}
	return q.members(m, part, out, kind)
}

// members fills in the metrics of the single members of an ensemble.
func (q *Quality) members(m *Model, part *Part, out *Output, kind metric.Kind) error {
	if len(m.members) == 1 {
		return nil
	}
	score := make([]float64, part.N())
	for j := range m.members {
		for i := range score {
			if out.MemberScores != nil {
				score[i] = out.MemberScores[i][j]
				continue
			}
			score[i] = expectation(out.MemberProbs[i][j], m.Config.Bins)
		}
		one, err := metric.Evaluate(q.Profile, kind, metric.Answers{Score: score, Truth: part.Labels})
		if err != nil {
			return err
		}
		for k, v := range one.Values {
			if v.NA == "" {
				q.Metrics[k].Members = append(q.Metrics[k].Members, v.Value)
			}
		}
	}
	return nil
}

func calibrationOf(probs [][]float64, class []int) (c Calibration, err error) {
	top, right := make([]float64, len(probs)), make([]bool, len(probs))
	for i, p := range probs {
		most := slices.Max(p)
		top[i], right[i] = min(most, 1), slices.Index(p, most) == class[i]
	}
	if c.NLL, err = selective.ClassNLL(probs, class, selective.SklearnClip); err != nil {
		return c, err
	}
	if c.Brier, err = selective.ClassBrier(probs, class); err != nil {
		return c, err
	}
	c.ECE, err = selective.ECE(top, right, selective.Binning{Rule: selective.RightClosed, Count: 10})
	return c, err
}

func countDistinct(names []string) int {
	seen := map[string]bool{}
	for _, n := range names {
		seen[n] = true
	}
	return len(seen)
}
