package experiment

import (
	"encoding/json"
	"math"
	"strconv"
)

// Number is a float64 as results print it: six decimals, and null for a
// NaN, which means that the number does not exist. Six decimals are the same on
// every machine; the last bits of a float64 need not be.
type Number float64

// MarshalJSON writes the rounded number, or null.
func (x Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
		return []byte("null"), nil
	}
	return []byte(x.String()), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (x *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*x = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(x))
}

// String returns the number in at most six decimals if it is below a million
// when so rounded, else in six significant digits; "n/a" for NaN. What it
// returns, read and printed again, is the same.
func (x Number) String() string {
	f := float64(x)
	rounded := math.RoundToEven(f*1e6) / 1e6
	switch {
	case math.IsNaN(f):
		return "n/a"
	case math.Abs(rounded) >= 1e6:
		return strconv.FormatFloat(f, 'g', 6, 64)
	case rounded == 0: // not −0
		return "0"
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// Estimate is a number with its interval.
type Estimate struct {
	Value Number `json:"value"`
	Lo    Number `json:"lo"`
	Hi    Number `json:"hi"`
}

// Result is everything an experiment found. Tables, figures and records are made
// from it and from nothing else.
type Result struct {
	Setup    Setup     `json:"setup"`
	Systems  []System  `json:"systems"`
	Measures []Measure `json:"measures"`
	Curves   []Curve   `json:"curves"`
	Profiles []Profile `json:"profiles"`
	// Surface is the cascade over both thresholds; nil where there is only one.
	Surface *Surface `json:"surface,omitempty"`
	// Diagnosis is what the headline cascade and its models get right and wrong.
	Diagnosis *Diagnosis `json:"diagnosis,omitempty"`
	// Exact is what is true of a synthetic distribution, [synth.Exact] as JSON with
	// numbers of six decimals; nil where the experiment has no such truth.
	Exact json.RawMessage `json:"exact,omitempty"`
}

// Alone returns the system that treats every clip alike by the named strategy,
// such as small-only; nil if there is none.
func (r *Result) Alone(strategy string) *System {
	return r.find(func(s *System) bool { return s.Measure == "" && s.Fusion == strategy })
}

// Cascade returns the headline system, nil if there is none.
func (r *Result) Cascade() *System {
	return r.find(func(s *System) bool { return s.Headline })
}

func (r *Result) find(is func(*System) bool) *System {
	for i := range r.Systems {
		if is(&r.Systems[i]) {
			return &r.Systems[i]
		}
	}
	return nil
}

// Setup says what was evaluated, and on what.
type Setup struct {
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Tier         string   `json:"tier"`
	Dataset      string   `json:"dataset"`
	Split        string   `json:"split"`
	Profile      string   `json:"profile"`
	Quality      string   `json:"quality"` // the headline accuracy's name in the profile
	Small        string   `json:"small"`
	Large        string   `json:"large"`
	Second       string   `json:"second,omitempty"`
	Surrogate    string   `json:"surrogate,omitempty"`
	Headline     Headline `json:"headline"`
	Failures     string   `json:"failures"`
	Clips        int      `json:"clips"`   // clips of the split
	Dropped      int      `json:"dropped"` // of these, left out by the failures policy
	N            int      `json:"n"`       // clips that the quality counts
	Videos       int      `json:"videos"`  // clusters among them
	SmallFailed  int      `json:"small_failed"`
	LargeFailed  int      `json:"large_failed"`
	SecondFailed int      `json:"second_failed,omitempty"`
	Folds        int      `json:"folds"`
	Tolerance    Number   `json:"tolerance"`
	Seed         uint64   `json:"seed"`
	Replicates   int      `json:"replicates"`
	Level        Number   `json:"level"`
	Axes         []Axis   `json:"axes"`
	Hypotheses   []string `json:"hypotheses"`
	Warnings     []string `json:"warnings"`
	Config       string   `json:"config"`
	ConfigSHA256 string   `json:"config_sha256"`
	// Changes say in what the cohort was not the config's, see [Cohort.WithMeasure];
	// such a result is not among the project's own.
	Changes []string `json:"changes,omitempty"`
	Inputs  []Input  `json:"inputs"`
}

// Axis is a compute axis, as in package cost.
type Axis struct {
	Name       string `json:"name"`
	Unit       string `json:"unit"`
	Source     string `json:"source"`
	Hypothesis bool   `json:"hypothesis"`
	Log        bool   `json:"log"`
}

// Threshold says how a system's threshold was chosen.
type Threshold string

// The ways.
const (
	NoThreshold Threshold = "none"
	CrossFitted Threshold = "cross-fitted by video"
	OracleTau   Threshold = "oracle threshold" // chosen on the clips it is judged on
)

// System is one way to answer all clips, judged. Measure is empty for a system
// that treats every clip alike.
type System struct {
	Name      string    `json:"name"`
	Measure   string    `json:"measure,omitempty"`
	Fusion    string    `json:"fusion,omitempty"`
	Threshold Threshold `json:"threshold"`
	// Control marks a system that could not be deployed.
	Control bool `json:"control"`
	// Headline marks the cascade that the experiment's title is about.
	Headline bool `json:"headline"`
	// Right counts the clips answered rightly, of N of the run.
	Right    int      `json:"right"`
	Accuracy Estimate `json:"accuracy"`
	// Deferred is the share of the N clips that are escalated, First and Second the
	// calls per clip.
	Deferred Number `json:"deferred"`
	First    Number `json:"first_calls"`
	Second   Number `json:"second_calls"`
	// Costs are the mean prices per clip, in the order of the run's axes.
	Costs []Number `json:"costs"`
	// VsSmall and VsLarge compare with either model alone; nil for those models.
	VsSmall *Paired `json:"vs_small,omitempty"`
	VsLarge *Paired `json:"vs_large,omitempty"`
	// Stages counts the clips that ended in each stage of the cascade.
	Stages []StageCount `json:"stages,omitempty"`
}

// StageCount is a row of the flow table.
type StageCount struct {
	Stage string `json:"stage"`
	Clips int    `json:"clips"`
	Right int    `json:"right"`
}

// Paired compares two systems on the same clips.
type Paired struct {
	// Difference is this system's accuracy minus the other's.
	Difference Estimate `json:"difference"`
	// Corrected and Broken count the clips that only this, and only the other, got right.
	Corrected int `json:"corrected"`
	Broken    int `json:"broken"`
	// McNemarP is exact and takes clips as independent; FlipP flips the signs of
	// whole videos; HolmP is FlipP adjusted for all the experiment's comparisons.
	McNemarP Number `json:"mcnemar_p"`
	FlipP    Number `json:"signflip_p"`
	HolmP    Number `json:"holm_p"`
}

// Measure judges one uncertainty measure, with the headline fusion.
type Measure struct {
	Name    string `json:"name"`
	Control bool   `json:"control"`
	// NA says why the measure does not apply; the numbers are then null.
	NA string `json:"na,omitempty"`
	// AUROCError is how well the measure finds the small model's errors,
	// AUROCGain how well it finds the clips that escalation corrects.
	AUROCError Number   `json:"auroc_error"`
	AUROCGain  Number   `json:"auroc_gain"`
	AUDC       Estimate `json:"audc"`
	APGR       Number   `json:"apgr"`
	CPT20      Number   `json:"cpt20"`
	CPT50      Number   `json:"cpt50"`
	CPT80      Number   `json:"cpt80"`
	// OracleAccuracy is the curve's highest point: a threshold chosen on the
	// clips it is judged on. OracleDeferred is the share it defers.
	OracleAccuracy Number `json:"oracle_threshold_accuracy"`
	OracleDeferred Number `json:"oracle_threshold_deferred"`
}

// Curve is a deferral curve at fixed deferral rates.
type Curve struct {
	Name    string `json:"name"`
	Measure string `json:"measure"`
	Fusion  string `json:"fusion"`
	// Role is measure, fusion, random, oracle, or exact for the curve that is true
	// of a synthetic distribution.
	Role   string       `json:"role"`
	Points []CurvePoint `json:"points"`
}

// CurvePoint is one point of a curve; Lo and Hi bound its accuracy.
type CurvePoint struct {
	Rate     Number `json:"rate"`
	Accuracy Number `json:"accuracy"`
	Lo       Number `json:"lo"`
	Hi       Number `json:"hi"`
	First    Number `json:"first_calls"`
	Second   Number `json:"second_calls"`
	// Costs are the prices per clip, in the order of the run's axes.
	Costs []Number `json:"costs"`
}

// Profile is one system under every metric of one profile.
type Profile struct {
	System  string        `json:"system"`
	Profile string        `json:"profile"`
	Metrics []MetricValue `json:"metrics"`
	// Warnings are what a reader of these metrics must know.
	Warnings []string `json:"warnings,omitempty"`
}

// MetricValue is one metric; NA says why it has no value. Lo and Hi bound its
// interval, a percentile bootstrap by video; both are n/a where there is none.
type MetricValue struct {
	Name  string `json:"name"`
	Value Number `json:"value"`
	Lo    Number `json:"lo"`
	Hi    Number `json:"hi"`
	N     int    `json:"n"`
	NA    string `json:"na,omitempty"`
}
