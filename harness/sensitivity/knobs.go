package sensitivity

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/model/ubm"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
)

// setting is everything a variant of the study depends on.
type setting struct {
	Config experiment.Config
	// Model is the small model's, nil if the experiment's own answers.
	Model *ubm.Config
	// Zero is what a neutral answer of either model is read as: neutral, negative or
	// positive; "band x" reads every answer as neutral whose score is within x of 0. Second says whose answers stand for the second inference: own for the
	// experiment's, or large or small for the first answers of that model.
	Zero, Second string
}

// copied returns a setting that shares nothing with s which a knob writes to.
func (s setting) copied() setting {
	if s.Model != nil {
		m := *s.Model
		s.Model = &m
	}
	return s
}

// knob turns one choice.
type knob struct {
	doc string
	// training says that the small model must be trained again.
	training bool
	set      func(s *setting, value string) error
}

// Keys lists what can be varied, in alphabetical order.
func Keys() []string { return slices.Sorted(maps.Keys(knobs)) }

// Doc says what a key of [Keys] is, "" for none.
func Doc(key string) string { return knobs[key].doc }

var knobs = map[string]knob{
	"bins":        {"class centres, equally spaced over the label scale", true, setBins},
	"target":      {"what distribution a label is trained towards", true, setTarget},
	"loss":        {"what training minimises", true, setLoss},
	"mae":         {"weight of the error of the mean in the loss", true, setNumber(func(s *setting, x float64) { s.Model.Loss.MAE = x })},
	"network":     {"how the modalities become one output", true, setText(func(s *setting, v string) { s.Model.Fusion = ubm.Fusion(v) })},
	"temperature": {"whether probabilities are scaled to the valid split", true, setSwitch(func(s *setting, on bool) { s.Model.Temperature = on })},
	"seeds":       {"seeds of the members: what chance alone does", true, setSeeds},

	"measure":       {"the small model's uncertainty", false, setMeasure},
	"large-measure": {"the large model's uncertainty", false, setLargeMeasure},
	"fusion":        {"what becomes of an escalated clip", false, setFusion},
	"weights":       {"how averaging turns uncertainty into weight", false, setWeights},
	"tau-large":     {"thresholds on the large model to choose from", false, setTauLarge},
	"tolerance":     {"accuracy that a threshold may give up for fewer calls", false, setNumber(func(s *setting, x float64) { s.Config.Tolerance = x })},
	"folds":         {"folds of videos for choosing thresholds", false, setFolds},
	"deal":          {"seed that deals videos to folds", false, setDeal},
	"zero":          {"what a neutral answer counts as, and what is neutral", false, setZero},
	"profile":       {"metric profile whose accuracy is the quality", false, setProfile},
	"failures":      {"what becomes of clips without an answer", false, setFailures},
	"large-rule":    {"how the large model's answer becomes a polarity", false, setLargeRule},
	"large-score":   {"how the large model's answer becomes a score", false, setText(func(s *setting, v string) { s.Config.Large.Score = scoreRule(v) })},
	"second":        {"whose answers stand for the second inference", false, setWord([]string{"own", "large", "small"}, func(s *setting, v string) { s.Second = v })},
}

func setText(set func(*setting, string)) func(*setting, string) error {
	return func(s *setting, v string) error { set(s, v); return nil }
}

func setWord(words []string, set func(*setting, string)) func(*setting, string) error {
	return func(s *setting, v string) error {
		if !slices.Contains(words, v) {
			return fmt.Errorf("%q is not one of %s", v, strings.Join(words, ", "))
		}
		set(s, v)
		return nil
	}
}

func setSwitch(set func(*setting, bool)) func(*setting, string) error {
	return func(s *setting, v string) error {
		if v != "on" && v != "off" {
			return fmt.Errorf("%q is not on or off", v)
		}
		set(s, v == "on")
		return nil
	}
}

func setNumber(set func(*setting, float64)) func(*setting, string) error {
	return func(s *setting, v string) error {
		x, err := number(v)
		if err == nil {
			set(s, x)
		}
		return err
	}
}

func number(v string) (float64, error) {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is not a finite number", v)
	}
	return x, nil
}

// setBins spaces as many centres as the value says between the outer ones.
func setBins(s *setting, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 2 || n > 101 {
		return fmt.Errorf("%q is not a number of bins from 2 to 101", v)
	}
	lo, hi := s.Model.Bins[0], s.Model.Bins[len(s.Model.Bins)-1]
	bins := make([]float64, n)
	for i := range bins { // rounded, for 0.1 steps to be those of a config
		bins[i] = math.Round((lo+(hi-lo)*float64(i)/float64(n-1))*1e9) / 1e9
	}
	s.Model.Bins = bins
	return nil
}

// setTarget reads hard, two-hot, or gaussian with a width.
func setTarget(s *setting, v string) error {
	kind, width, _ := strings.Cut(v, " ")
	t := ubm.TargetConfig{Kind: ubm.TargetKind(kind)}
	if width != "" {
		var err error
		if t.Width, err = number(width); err != nil {
			return err
		}
	}
	s.Model.Target = t
	return nil
}

func setLoss(s *setting, v string) error {
	s.Model.Loss.Kind = ubm.LossKind(v)
	return nil
}

func setSeeds(s *setting, v string) error {
	s.Model.Seeds = nil
	for _, word := range strings.Fields(v) {
		seed, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a list of seeds", v)
		}
		s.Model.Seeds = append(s.Model.Seeds, seed)
	}
	return nil
}

func setMeasure(s *setting, v string) error {
	if _, err := uncertainty.ByName(v); err != nil {
		return err
	}
	s.Config.Headline.Measure = v
	return nil
}

func setLargeMeasure(s *setting, v string) error {
	if _, err := uncertainty.ByName(v); err != nil {
		return err
	}
	s.Config.LargeMeasure = v
	return nil
}

func setFusion(s *setting, v string) error {
	if _, err := fusion.ByName(v); err != nil {
		return err
	}
	s.Config.Headline.Fusion = v
	return nil
}

func setWeights(s *setting, v string) error {
	if _, err := experiment.WeightByName(v); err != nil {
		return err
	}
	s.Config.Weights = v
	return nil
}

// setTauLarge reads thresholds parted by blanks.
func setTauLarge(s *setting, v string) error {
	s.Config.TauLarge = nil
	for _, word := range strings.Fields(v) {
		x, err := number(word)
		if err != nil {
			return err
		}
		s.Config.TauLarge = append(s.Config.TauLarge, x)
	}
	return nil
}

func setFolds(s *setting, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 2 {
		return fmt.Errorf("%q is not a number of folds from 2 on", v)
	}
	s.Config.Folds = n
	return nil
}

func setDeal(s *setting, v string) error {
	seed, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a seed", v)
	}
	s.Config.Seed = seed
	return nil
}

func setZero(s *setting, v string) error {
	if _, _, err := zeroRule(v); err != nil {
		return err
	}
	s.Zero = v
	return nil
}

// zeroRule returns the polarity of a neutral answer, and the band, in label units, in
// which an answer is neutral whatever polarity it has; negative for none.
func zeroRule(v string) (as sample.Polarity, band float64, err error) {
	switch v {
	case "neutral":
		return sample.Neutral, -1, nil
	case "negative":
		return sample.Negative, -1, nil
	case "positive":
		return sample.Positive, -1, nil
	}
	width, ok := strings.CutPrefix(v, "band ")
	if !ok {
		return 0, 0, fmt.Errorf("%q is not neutral, negative, positive or a band", v)
	}
	if band, err = number(width); err == nil && band < 0 {
		err = fmt.Errorf("a band of %v is negative", band)
	}
	return sample.Neutral, band, err
}

func setProfile(s *setting, v string) error {
	if _, err := metric.Lookup(v); err != nil {
		return err
	}
	s.Config.Profile = v
	return nil
}

func setFailures(s *setting, v string) error {
	f := experiment.Failures(v)
	if f != experiment.FallbackSmall && f != experiment.Wrong && f != experiment.Drop {
		return fmt.Errorf("%q is not fallback-small, wrong or drop", v)
	}
	s.Config.Failures = f
	return nil
}

func setLargeRule(s *setting, v string) error {
	if _, err := sample.DecisionByName(v); err != nil {
		return err
	}
	s.Config.Large.Decision = v
	return nil
}

// scoreRule reads none as no rule: a value is never empty.
func scoreRule(v string) experiment.ScoreRule {
	if v == "none" {
		return experiment.NoScore
	}
	return experiment.ScoreRule(v)
}
