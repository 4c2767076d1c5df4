package experiment

import (
	"fmt"
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/route"
	"uacs/harness/sample"
)

// Diagnosis says where the headline cascade and its models are right and wrong.
// All of it counts clips: no number is one clip's own.
type Diagnosis struct {
	Histogram   Histogram         `json:"histogram"`
	Risk        []RiskCurve       `json:"risk"`
	Reliability []Calibration     `json:"reliability,omitempty"`
	Confusion   []ConfusionMatrix `json:"confusion"`
	Videos      []VideoCount      `json:"videos"`
	// BothRight to BothWrong compare the small model with the cascade.
	BothRight int `json:"both_right"`
	Broken    int `json:"broken"`
	Corrected int `json:"corrected"`
	BothWrong int `json:"both_wrong"`
}

// Histogram counts the small model's right and wrong answers by the headline
// measure, in bins of equal width.
type Histogram struct {
	Edges []Number `json:"edges"` // one more than there are bins
	Right []int    `json:"right"`
	Wrong []int    `json:"wrong"`
	// Outside counts clips whose uncertainty is not finite.
	Outside int `json:"outside,omitempty"`
	// Threshold is the median of the folds' thresholds; null if it is not finite.
	Threshold Number `json:"threshold"`
}

// RiskCurve is the small model's share of wrong answers among those it is least
// unsure of, over the share of clips that it so answers. Lo and Hi are the interval
// of Risk at each coverage, by bootstrap over videos.
type RiskCurve struct {
	Measure  string   `json:"measure"`
	Coverage []Number `json:"coverage"`
	Risk     []Number `json:"risk"`
	Lo       []Number `json:"lo"`
	Hi       []Number `json:"hi"`
}

// Calibration compares how sure a model says it is with how often it is right.
type Calibration struct {
	// Model is the role, small or large; Confidence says what was read as
	// probability: the class probabilities, the share of votes or the stated one.
	Model      string           `json:"model"`
	Confidence string           `json:"confidence"`
	Bins       []CalibrationBin `json:"bins"`
}

// CalibrationBin is the clips with a confidence from Lo to below Hi, the last bin
// with 1. Mean and Right are null in an empty bin. RightLo and RightHi are the
// interval of Right by bootstrap over videos, null where the clips are of fewer than
// five videos or all right or all wrong: resampling them would feign certainty.
type CalibrationBin struct {
	Lo      Number `json:"lo"`
	Hi      Number `json:"hi"`
	N       int    `json:"n"`
	Mean    Number `json:"mean"`
	Right   Number `json:"right"`
	RightLo Number `json:"right_lo"`
	RightHi Number `json:"right_hi"`
}

// ConfusionMatrix counts all clips of the split by true and answered polarity,
// both in the order negative, neutral, positive.
type ConfusionMatrix struct {
	System     string    `json:"system"`
	Counts     [3][3]int `json:"counts"`
	Unanswered int       `json:"unanswered,omitempty"`
}

// VideoCount is one video's counted clips and who has how many right. Videos are
// numbered in the order of the dataset.
type VideoCount struct {
	Clips   int `json:"clips"`
	Small   int `json:"small"`
	Cascade int `json:"cascade"`
}

const (
	histogramBins   = 20
	calibrationBins = 10
	leastVideos     = 5 // of a bin with an interval
)

// diagnose fills in the diagnosis of the headline.
func (r *runner) diagnose() error {
	small, err := r.escalate(fusion.SmallOnly, noTau)
	if err != nil {
		return err
	}
	large, err := r.escalate(fusion.LargeOnly, noTau)
	if err != nil {
		return err
	}
	d := &Diagnosis{Histogram: r.histogram(), Videos: r.videoCounts()}
	if d.Risk, err = r.riskCurves(); err != nil {
		return err
	}
	for _, m := range []struct {
		role    string
		records []*sample.Prediction
		*answered
	}{{"small", r.h.Small, small}, {"large", r.h.Large, large}} {
		c, ok, err := r.calibration(m.role, m.records, m.answered)
		if err != nil {
			return err
		}
		if ok {
			d.Reliability = append(d.Reliability, c)
		}
		d.Confusion = append(d.Confusion, r.confusion(m.role, m.answered))
	}
	d.Confusion = append(d.Confusion, r.confusion("cascade", r.cascade))
	for k, right := range pick(r.cascade.right, r.counted) {
		switch was, is := r.keep[k] == 1, right == 1; {
		case was && is:
			d.BothRight++
		case was:
			d.Broken++
		case is:
			d.Corrected++
		default:
			d.BothWrong++
		}
	}
	r.result.Diagnosis = d
	return nil
}

// histogram counts right and wrong by the headline measure.
func (r *runner) histogram() Histogram {
	u := pick(r.allU[r.h.Config.Headline.Measure], r.counted)
	h := Histogram{Right: make([]int, histogramBins), Wrong: make([]int, histogramBins), Threshold: r.typicalThreshold()}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range u {
		if finite(x) {
			lo, hi = min(lo, x), max(hi, x)
		}
	}
	if lo >= hi { // all alike, or none finite
		lo, hi = lo-0.5, lo+0.5
		if !finite(lo) {
			lo, hi = 0, 1
		}
	}
	for k := range histogramBins + 1 {
		h.Edges = append(h.Edges, Number(lo+(hi-lo)*float64(k)/histogramBins))
	}
	for k, x := range u {
		if !finite(x) {
			h.Outside++
			continue
		}
		bin := min(int(float64((x-lo)/(hi-lo))*histogramBins), histogramBins-1)
		if r.keep[k] == 1 {
			h.Right[bin]++
		} else {
			h.Wrong[bin]++
		}
	}
	return h
}

// typicalThreshold is the median of the thresholds that the folds chose.
func (r *runner) typicalThreshold() Number {
	taus := slices.Sorted(slices.Values(r.thresholds))
	if len(taus) == 0 || !finite(taus[len(taus)/2]) {
		return notANumber
	}
	return Number(taus[len(taus)/2])
}

// riskCurves draws risk over coverage for every measure that could be deployed.
// It is the deferral curve to somebody who is always right: what is still wrong
// is wrong among the clips that are kept.
func (r *runner) riskCurves() ([]RiskCurve, error) {
	perfect, none := make([]float64, len(r.counted)), make([]float64, len(r.counted))
	for i := range perfect {
		perfect[i] = 1
	}
	var out []RiskCurve
	for _, measure := range r.h.Config.Measures {
		if isControl(measure) || r.na[measure] != "" {
			continue
		}
		clips := route.Clips{U: pick(r.allU[measure], r.counted), Keep: r.keep, Defer: perfect, First: perfect, Second: none}
		c, err := r.riskCurve(clips)
		if err != nil {
			return nil, fmt.Errorf("risk of %s: %w", measure, err)
		}
		c.Measure = measure
		out = append(out, c)
	}
	return out, nil
}

// leastCoverage is the least coverage of a risk curve, in per cent: below it a
// handful of clips decide.
const leastCoverage = 5

func (r *runner) riskCurve(clips route.Clips) (c RiskCurve, err error) {
	curve, err := route.NewCurve(clips)
	if err != nil {
		return c, err
	}
	var rates []float64
	for percent := 100; percent >= leastCoverage; percent-- {
		rates = append(rates, 1-float64(percent)/100)
	}
	band, err := route.NewBand(clips, r.clusters, rates, r.plan(StreamBootstrap))
	if err != nil {
		return c, err
	}
	risk := func(quality, coverage float64) Number { return Number(max((1-quality)/coverage, 0)) }
	for k := len(rates) - 1; k >= 0; k-- {
		coverage := float64(leastCoverage+len(rates)-1-k) / 100
		c.Coverage = append(c.Coverage, Number(coverage))
		c.Risk = append(c.Risk, risk(curve.At(1-coverage).Quality, coverage))
		c.Lo, c.Hi = append(c.Lo, risk(band.Hi[k], coverage)), append(c.Hi, risk(band.Lo[k], coverage))
	}
	return c, nil
}

// calibration bins the counted clips by the confidence of a model's answers; ok is
// false if an answer comes without one.
func (r *runner) calibration(role string, records []*sample.Prediction, a *answered) (c Calibration, ok bool, err error) {
	c.Model = role
	sums, members := make([]float64, calibrationBins), make([][]bool, calibrationBins)
	for k := range members {
		members[k] = make([]bool, len(r.counted))
	}
	for k, i := range r.counted {
		answer := a.outcomes[i].Answer
		if records[i] == nil || !answer.OK {
			continue
		}
		sure, what := confidence(records[i], answer.Polarity)
		if what == "" || c.Confidence != "" && c.Confidence != what {
			return c, false, nil
		}
		c.Confidence = what
		bin := min(int(sure*calibrationBins), calibrationBins-1)
		members[bin][k] = true
		sums[bin] += sure
	}
	right := pick(a.right, r.counted)
	for k := range members {
		b, err := r.calibrationBin(members[k], sums[k], right)
		if err != nil {
			return c, false, fmt.Errorf("calibration of the %s model: %w", role, err)
		}
		b.Lo, b.Hi = Number(float64(k)/calibrationBins), Number(float64(k+1)/calibrationBins)
		c.Bins = append(c.Bins, b)
	}
	return c, c.Confidence != "", nil
}

// calibrationBin sums up the counted clips that are its members; sure is the sum of
// their confidences.
func (r *runner) calibrationBin(members []bool, sure float64, right []float64) (CalibrationBin, error) {
	b := CalibrationBin{Mean: notANumber, Right: notANumber, RightLo: notANumber, RightHi: notANumber}
	videos := map[int]bool{}
	hits := 0
	for k, is := range members {
		if is {
			b.N++
			videos[r.clusters.Of(k)] = true
			hits += b2i(right[k] == 1)
		}
	}
	if b.N == 0 {
		return b, nil
	}
	b.Mean, b.Right = Number(sure/float64(b.N)), Number(float64(hits)/float64(b.N))
	if len(videos) < leastVideos || hits == 0 || hits == b.N {
		return b, nil
	}
	interval, err := infer.Mean(r.clusters, right, members, r.plan(StreamBootstrap))
	b.RightLo, b.RightHi = Number(interval.Lo), Number(interval.Hi)
	return b, err
}

// confidence is how sure a record is of a polarity, from 0 to 1, and what says so;
// "" if nothing does.
func confidence(p *sample.Prediction, polarity sample.Polarity) (float64, string) {
	switch {
	case len(p.Probs) > 0 && len(p.Bins) == len(p.Probs):
		sure := 0.0
		for k, center := range p.Bins {
			if sample.PolarityOf(center) == polarity {
				sure += p.Probs[k]
			}
		}
		return min(sure, 1), "class probabilities"
	case len(p.Votes) > 0:
		votes, all := 0, 0
		for word, n := range p.Votes {
			all += n
			if said, ok := sample.ParsePolarity(word); ok && said == polarity {
				votes += n
			}
		}
		return float64(votes) / float64(max(all, 1)), "share of votes"
	case p.VerbalConfidence != nil:
		return *p.VerbalConfidence, "stated confidence"
	}
	return 0, ""
}

// confusion counts all clips, those that the profile does not count too.
func (r *runner) confusion(system string, a *answered) ConfusionMatrix {
	c := ConfusionMatrix{System: system}
	for i, s := range r.h.Clips {
		answer := a.outcomes[i].Answer
		if !answer.OK {
			c.Unanswered++
			continue
		}
		c.Counts[sample.PolarityOf(s.Label)+1][answer.Polarity+1]++
	}
	return c
}

// videoCounts counts by video.
func (r *runner) videoCounts() []VideoCount {
	var out []VideoCount
	place := map[string]int{}
	for k, i := range r.counted {
		video := r.h.Clips[i].Video
		if _, ok := place[video]; !ok {
			place[video] = len(out)
			out = append(out, VideoCount{})
		}
		v := &out[place[video]]
		v.Clips++
		v.Small += b2i(r.keep[k] == 1)
		v.Cascade += b2i(r.cascade.right[i] == 1)
	}
	return out
}
