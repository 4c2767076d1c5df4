package experiment

import (
	"math"
	"os"
	"slices"
	"testing"

	"uacs/datasets/synth"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/route"
	"uacs/harness/sample"
)

// This file is the harness's proof. The synthetic datasets are drawn from a
// distribution whose deferral curves are known by enumeration (package synth), so
// that what experiments measure can be held against what is true.
//
// A measured share must lie within five standard errors of the exact one, plus
// 25/(3n) for shares of a few clips (Bernstein's inequality at five deviations).
// The standard error is [synth.Estimand.StdErr] for the sizes of the videos that
// were drawn, itself exact by enumeration. A normal variable leaves it with
// probability 6e-7; seeds are fixed, so what passes once passes always.
const deviations = 5

type truth struct {
	*synth.Exact
	clips  []int   // of each video
	scored float64 // clips with a label other than 0
}

// slack is what a measured share may be away from e.
func (x truth) slack(e synth.Estimand) float64 {
	return deviations*e.StdErr(x.clips) + deviations*deviations/(3*x.scored)
}

func (x truth) hold(t *testing.T, name string, got float64, want synth.Estimand) {
	t.Helper()
	if d := math.Abs(got - want.Value); !(d <= x.slack(want)) {
		t.Errorf("%s is %.4f, exact %.4f: %.4f away, %.4f allowed", name, got, want.Value, d, x.slack(want))
	}
}

// measured is an experiment on generated clips beside their truth.
type measured struct {
	*runner
	result *Result
	truth  truth
}

// measureSynth runs the committed experiment on the clips of a generator's config,
// with two measures, two controls and the plain fusion; once for all tests.
func measureSynth(t *testing.T, config synth.Config) measured {
	t.Helper()
	key := config.Revision()
	if _, ok := measurements[key]; !ok {
		measurements[key] = newMeasured(t, config)
	}
	return measurements[key]
}

var measurements = map[string]measured{}

func newMeasured(t *testing.T, config synth.Config) measured {
	t.Helper()
	c, err := LoadConfig(os.DirFS("../.."), "configs/experiments/"+config.Name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Replicates, c.Fusions, c.Measures = 400, []string{"replace"}, []string{"distance-to-neutral", "entropy", "random", "shuffled"}
	if c.Headline != (Headline{"distance-to-neutral", "replace"}) || c.Failures != FallbackSmall {
		t.Fatalf("the committed experiment has headline %v and policy %s", c.Headline, c.Failures)
	}
	h := synthCohort(t, c, config)
	r, err := newRunner(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{r.baselines, r.cascades, r.judgeMeasures, r.curves, r.exact} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	x := truth{Exact: h.Exact, scored: float64(len(r.counted))}
	size := map[string]int{}
	for _, s := range h.Clips {
		size[s.Video]++
	}
	for _, n := range size {
		x.clips = append(x.clips, n)
	}
	slices.Sort(x.clips)
	return measured{r, &r.result, x}
}

// synthCohort is what Open makes of a generated test split.
func synthCohort(t *testing.T, c Config, config synth.Config) *Cohort {
	t.Helper()
	set, err := synth.Generate(config)
	if err != nil {
		t.Fatal(err)
	}
	h := &Cohort{Config: c}
	if h.Exact, err = synth.Enumerate(config); err != nil {
		t.Fatal(err)
	}
	if h.Kind, err = metric.KindOf(config.Name); err != nil {
		t.Fatal(err)
	}
	h.HalfRange = halfRange(h.Kind)
	for _, s := range set.Samples {
		if s.Split == sample.Test {
			h.Clips = append(h.Clips, s)
		}
	}
	h.Total = len(h.Clips)
	for _, role := range c.roles() {
		answers := synthAnswers(Predictor{Model: role.key}, sample.Test, set)
		if err := h.fill(role, pointers(answers.predictions)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.applyFailures(); err != nil {
		t.Fatal(err)
	}
	return h
}

// enlarged is the config with a test split so large that errors are small.
func enlarged(c synth.Config) synth.Config {
	const clips, videos = 20_000, 400
	c.Clips, c.Videos = synth.Sizes{Train: 1, Valid: 1, Test: clips}, synth.Sizes{Train: 1, Valid: 1, Test: videos}
	if c.SharedVideos {
		c.Clips = synth.Sizes{Train: videos, Valid: videos, Test: clips}
		c.Videos = synth.Sizes{Train: videos, Valid: videos, Test: videos}
	}
	return c
}

func eachSynth(t *testing.T, f func(t *testing.T, m measured)) {
	for _, c := range []struct {
		name   string
		config synth.Config
	}{
		{"mosi as published", synth.MOSI()},
		{"sims as published", synth.SIMS()},
		{"mosi of 20000 clips", enlarged(synth.MOSI())},
		{"sims of 20000 clips", enlarged(synth.SIMS())},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.config.Clips.Test > 1000 {
				t.Skip("takes a second")
			}
			f(t, measureSynth(t, c.config))
		})
	}
}

// The two models, either of them, and what escalation gains and loses.
func TestSystemsAreExact(t *testing.T) {
	eachSynth(t, func(t *testing.T, m measured) {
		small, large, either := m.result.Alone("small-only"), m.result.Alone("large-only"), m.result.Alone("oracle-select")
		m.truth.hold(t, "small alone", float64(small.Accuracy.Value), m.truth.Small)
		m.truth.hold(t, "large alone", float64(large.Accuracy.Value), m.truth.Large)
		m.truth.hold(t, "either right", float64(either.Accuracy.Value), m.truth.Oracle)
		m.truth.hold(t, "share corrected", float64(large.VsSmall.Corrected)/m.truth.scored, m.truth.Gain)
		m.truth.hold(t, "share broken", float64(large.VsSmall.Broken)/m.truth.scored, m.truth.Loss)
	})
}

// At every threshold that the enumeration has, the measured curve defers the
// exact share of clips and reaches the exact accuracy.
func TestCurvesAreExactAtThresholds(t *testing.T) {
	eachSynth(t, func(t *testing.T, m measured) {
		for measure, name := range exactNames {
			d, err := m.draw(measure, fusion.Replace)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range m.truth.Curve(name).Points {
				got := d.curve.Points[0]
				if want.Threshold != nil {
					got = atThreshold(d.curve, m.uncertainty(measure, *want.Threshold))
				}
				m.truth.hold(t, measure+": share deferred", got.Rate, want.RateScored)
				m.truth.hold(t, measure+": accuracy", got.Quality, want.Accuracy)
			}
		}
	})
}

// uncertainty turns a threshold of the enumeration, which has minus the size of
// the score for the distance to neutral, into one of the measure.
func (m measured) uncertainty(measure string, threshold float64) float64 {
	if measure == "distance-to-neutral" {
		return 1 + threshold/m.h.HalfRange
	}
	return threshold
}

// atThreshold is the point that defers the clips of uncertainty u and more.
func atThreshold(c route.Curve, u float64) route.Point {
	i := slices.IndexFunc(c.Points, func(p route.Point) bool { return p.Threshold < u-1e-9 })
	return c.Points[i]
}

// At every published rate the published curve is the exact one. At a fixed rate
// the error of the threshold adds to that of the accuracy: the slope of the exact
// curve there times the error of the rate.
func TestPublishedCurveIsExact(t *testing.T) {
	eachSynth(t, func(t *testing.T, m measured) {
		points := m.truth.Curve(synth.DistanceToNeutral).Points
		headline, exact := m.curveOf("measure"), m.curveOf("exact")
		for i, p := range headline.Points {
			k := slices.IndexFunc(points, func(q synth.Point) bool { return q.RateScored.Value >= float64(p.Rate)-1e-9 })
			before, after := points[max(k-1, 0)], points[k]
			slope := 0.0
			if k > 0 {
				slope = math.Abs(after.Accuracy.Value-before.Accuracy.Value) / (after.RateScored.Value - before.RateScored.Value)
			}
			allowed := max(m.truth.slack(before.Accuracy), m.truth.slack(after.Accuracy)) +
				slope*max(m.truth.slack(before.RateScored), m.truth.slack(after.RateScored))
			if d := math.Abs(float64(p.Accuracy - exact.Points[i].Accuracy)); d > allowed {
				t.Errorf("at rate %v the published accuracy is %.4f, exact %.4f: %.4f away, %.4f allowed",
					p.Rate, p.Accuracy, exact.Points[i].Accuracy, d, allowed)
			}
		}
	})
}

func (m measured) curveOf(role string) Curve {
	return m.result.Curves[slices.IndexFunc(m.result.Curves, func(c Curve) bool { return c.Role == role })]
}

// The random line joins the two models. The oracle's curve climbs by one clip a
// call as long as there are gains, and stays where the enumeration's would have to
// take losses.
func TestReferencesAreExact(t *testing.T) {
	eachSynth(t, func(t *testing.T, m measured) {
		for _, p := range m.curveOf("random").Points {
			rate := float64(p.Rate)
			line := synth.Estimand{Value: m.truth.Random(rate)}
			allowed := (1-rate)*m.truth.slack(m.truth.Small) + rate*m.truth.slack(m.truth.Large)
			if d := math.Abs(float64(p.Accuracy) - line.Value); d > allowed {
				t.Errorf("random at %v is %.4f, exact %.4f: %.4f allowed", rate, p.Accuracy, line.Value, allowed)
			}
		}
		for _, p := range m.curveOf("oracle").Points {
			want := m.truth.OracleAt(min(float64(p.Rate), 1-m.truth.Loss.Value))
			allowed := m.truth.slack(m.truth.Small) + m.truth.slack(m.truth.Gain)
			if d := math.Abs(float64(p.Accuracy) - want); d > allowed {
				t.Errorf("oracle at %v is %.4f, exact %.4f: %.4f allowed", p.Rate, p.Accuracy, want, allowed)
			}
		}
	})
}

// The chosen threshold gives what the best exact one gives, but for the tolerance
// it may spend on fewer calls.
func TestChosenThresholdIsNearTheBest(t *testing.T) {
	eachSynth(t, func(t *testing.T, m measured) {
		best := synth.Estimand{}
		for _, p := range m.truth.Curve(synth.DistanceToNeutral).Points {
			if p.Accuracy.Value > best.Value {
				best = p.Accuracy
			}
		}
		got := float64(m.result.Cascade().Accuracy.Value)
		if below := best.Value - got; below > m.h.Config.Tolerance+m.truth.slack(best) || -below > m.truth.slack(best) {
			t.Errorf("cascade %.4f, best exact %.4f, tolerance %v, %.4f allowed", got, best.Value, m.h.Config.Tolerance, m.truth.slack(best))
		}
	})
}

// The proof can fail: shuffled uncertainties, and random ones, give the random
// line and not the curve.
func TestControlsAreTheRandomLine(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	m := measureSynth(t, enlarged(synth.MOSI()))
	exact := m.curveOf("exact")
	for _, control := range []string{"random", "shuffled"} {
		i := slices.IndexFunc(m.result.Curves, func(c Curve) bool { return c.Measure == control && c.Role == "measure" })
		worst := 0.0
		for k, p := range m.result.Curves[i].Points {
			line := m.truth.Random(float64(p.Rate))
			slack := max(m.truth.slack(m.truth.Small), m.truth.slack(m.truth.Large))
			if math.Abs(float64(p.Accuracy)-line) > slack {
				t.Errorf("%s at %v is %.4f, the random line %.4f", control, p.Rate, p.Accuracy, line)
			}
			worst = max(worst, math.Abs(float64(p.Accuracy-exact.Points[k].Accuracy))/slack)
		}
		if worst < 1.2 {
			t.Errorf("%s is at most %.1f times the slack away from the exact curve: the tests above prove little", control, worst)
		}
	}
}

// The bootstrap by video knows its own error: bands are as wide as the exact
// standard error says, within what 400 replicates and 400 videos allow.
func TestBandsAreAsWideAsTheyShouldBe(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	for _, c := range []synth.Config{enlarged(synth.MOSI()), enlarged(synth.SIMS())} {
		m := measureSynth(t, c)
		points := m.curveOf("measure").Points
		for _, end := range []struct {
			name string
			at   CurvePoint
			want synth.Estimand
		}{{"small", points[0], m.truth.Small}, {"large", points[len(points)-1], m.truth.Large}} {
			width := float64(end.at.Hi-end.at.Lo) / (2 * 1.96 * end.want.StdErr(m.truth.clips))
			if width < 0.8 || width > 1.25 {
				t.Errorf("%s: the band at %s is %.2f times as wide as the exact error", c.Name, end.name, width)
			}
		}
	}
}
