package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/sample"
)

// clipsOf are made-up answers in up to four videos, at times without score, without
// any answer, or with a polarity of its own.
func clipsOf(t *rapid.T, limit int) (metric.Answers, []string) {
	var a metric.Answers
	var videos []string
	odd := rapid.IntRange(0, 3).Draw(t, "how odd") // 0 and 1: every answer has a score
	for i := range rapid.IntRange(1, 12).Draw(t, "clips") {
		label := func(what string) float64 {
			return float64(rapid.IntRange(-2*limit, 2*limit).Draw(t, fmt.Sprint(what, i))) / 2
		}
		videos = append(videos, fmt.Sprint("v", rapid.IntRange(0, 3).Draw(t, "video")))
		score := 1.5 * label("score")
		a.Truth = append(a.Truth, label("label"))
		a.Missing = append(a.Missing, odd == 3 && rapid.IntRange(0, 5).Draw(t, "missing") == 0)
		a.Polarity = append(a.Polarity, sample.PolarityOf(score))
		if odd >= 2 && rapid.IntRange(0, 5).Draw(t, "no score") == 0 {
			score = math.NaN()
		}
		a.Score = append(a.Score, score)
	}
	return a, videos
}

// clipsDrawn are the clips of a replicate, each as often as its video was drawn.
func clipsDrawn(a metric.Answers, c *infer.Clusters, weight []int32) metric.Answers {
	out := metric.Answers{Score: []float64{}}
	for i := range a.Truth {
		for range weight[c.Of(i)] {
			out.Truth, out.Score = append(out.Truth, a.Truth[i]), append(out.Score, a.Score[i])
			out.Polarity, out.Missing = append(out.Polarity, a.Polarity[i]), append(out.Missing, a.Missing[i])
		}
	}
	return out
}

// Every interval is that of the metric computed anew on each replicate's clips.
func TestProfileIntervalsAgainstEvaluate(t *testing.T) {
	plan := infer.Plan{Replicates: 50, Level: 0.9, Seed: 3, Stream: 4}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]metric.Kind{metric.MOSI, metric.SIMS}).Draw(t, "kind")
		a, videos := clipsOf(t, map[metric.Kind]int{metric.MOSI: 3, metric.SIMS: 1}[kind])
		for _, profile := range metric.Profiles() {
			whole, err := metric.Evaluate(profile.Name, kind, a)
			if err != nil {
				t.Fatal(err)
			}
			c := infer.NewClusters(videos)
			tally, p := newTally(c), Profile{Profile: profile.Name}
			for _, v := range whole.Values {
				p.Metrics = append(p.Metrics, MetricValue{Name: v.Name, Value: Number(v.Value), N: v.N, NA: v.NA, Lo: notANumber, Hi: notANumber})
			}
			for j := range p.Metrics {
				if m := &p.Metrics[j]; m.NA == "" {
					if err := tally.metric(&p, m, ruleOf{profile.Name, kind, a}); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := tally.resample(plan); err != nil {
				t.Fatal(err)
			}
			bruteForce(t, &p, kind, a, c, plan)
		}
	})
}

func bruteForce(t *rapid.T, p *Profile, kind metric.Kind, a metric.Answers, c *infer.Clusters, plan infer.Plan) {
	values := map[string][]float64{}
	err := infer.Resample(c.Len(), plan, func(_ int, weight []int32) {
		res, err := metric.Evaluate(p.Profile, kind, clipsDrawn(a, c, weight))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range res.Values {
			if v.NA == "" {
				values[v.Name] = append(values[v.Name], v.Value)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Metrics {
		want := values[m.Name]
		slices.Sort(want)
		lo, hi := infer.Quantile(want, 0.05), infer.Quantile(want, 0.95)
		if m.NA != "" {
			lo, hi = math.NaN(), math.NaN()
		}
		if !near(float64(m.Lo), lo) || !near(float64(m.Hi), hi) {
			t.Fatalf("%s of %s: [%v, %v], want [%v, %v]", m.Name, p.Profile, m.Lo, m.Hi, lo, hi)
		}
		lost := m.NA == "" && len(want) < plan.Replicates
		if said := slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.HasPrefix(w, m.Name+": ") }); said != lost {
			t.Fatalf("%s of %s: %d replicates have a value, warnings %q", m.Name, p.Profile, len(want), p.Warnings)
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 || math.IsNaN(a) && math.IsNaN(b) }

// Four equal videos make every replicate the data: each interval is its value. The
// accuracy of the experiment has the interval of its system.
func TestProfileIntervalsByHand(t *testing.T) {
	r := mustRun(t, tinyConfig(), fourVideos)
	if len(r.Profiles) == 0 {
		t.Fatal("no profiles")
	}
	for _, p := range r.Profiles {
		for _, m := range p.Metrics {
			if !near(float64(m.Lo), float64(m.Value)) || !near(float64(m.Hi), float64(m.Value)) {
				t.Errorf("%s of %s, %s: %v [%v, %v]", m.Name, p.Profile, p.System, m.Value, m.Lo, m.Hi)
			}
		}
	}
	r = mustRun(t, tinyConfig(), append(slices.Clone(fourVideos), row{"v5", 1, -1, -1, -1}, row{"v6", 0, -1, -1, -1}))
	for _, p := range r.Profiles {
		for _, m := range p.Metrics {
			if p.Profile == "polarity" && m.Name == "Acc_2" && p.System == smallAlone {
				if want := r.Alone("small-only").Accuracy; m.Lo != want.Lo || m.Hi != want.Hi {
					t.Errorf("interval [%v, %v] of the profile, [%v, %v] of the system", m.Lo, m.Hi, want.Lo, want.Hi)
				}
			}
		}
	}
}

// Sums that are not the metric are found out.
func TestProfileIntervalsCheckTheirSums(t *testing.T) {
	a := metric.Answers{Score: []float64{1, -1}, Truth: []float64{1, 1}}
	m := MetricValue{Name: "F1", Value: 0.5}
	err := newTally(infer.NewClusters([]string{"a", "b"})).metric(&Profile{}, &m, ruleOf{"mult", metric.MOSI, a})
	if err == nil || !strings.HasPrefix(err.Error(), "sums over videos give 0.33") {
		t.Errorf("err = %v", err)
	}
}
