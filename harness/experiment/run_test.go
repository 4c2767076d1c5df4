package experiment

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/fusion"
)

// Four equal videos, so that every fold of videos chooses alike and every
// bootstrap replicate is the data. With u = 1−|small|/3, in each video:
//
//	clip  label  small        large         escalated by replace
//	a     −1     +0.3 wrong   −0.3 right    u 0.9, corrected
//	b     +2     −0.6 wrong   no answer     u 0.8, the small answer stands, wrong
//	c     +1     +1.2 right   −1   wrong    u 0.6, broken
//	d     −2     −1.8 right   −1   right    u 0.4, stays right
//	f     +3     +2.1 right   no answer     u 0.3, the small answer stands, right
//	e      0     −2.4         +1            u 0.2, not counted
//
// The second answers, read by U-ACS only, are right.
var fourVideos = func() []row {
	var rows []row
	for _, video := range []string{"v1", "v2", "v3", "v4"} {
		rows = append(
			rows,
			row{video, -1, 0.3, -0.3, -1},
			row{video, 2, -0.6, none, 1},
			row{video, 1, 1.2, -1, 1},
			row{video, -2, -1.8, -1, -1},
			row{video, 3, 2.1, none, 1},
			row{video, 0, -2.4, 1, 0},
		)
	}
	return rows
}()

func exactly(x float64) Estimate { return Estimate{Number(x), Number(x), Number(x)} }

// approximately compares numbers, which results hold before they are rounded.
var approximately = cmp.Options{
	cmp.Comparer(func(a, b Number) bool {
		return math.Abs(float64(a-b)) < 1e-9 || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
	}),
	cmpopts.EquateEmpty(),
}

// By hand: small right on c, d, f: 12 of 20. Large right on a, d and, through the
// small answer, f: 12 of 20. Deferring a alone is best: 16 of 20 for 0.2 calls, at
// 1 + 0.2·10. Large corrects a and breaks c in every video, a sum of 0: p = 1. The
// cascade gains one clip in each of four videos: p = 2/2⁴ by sign-flip and, with 4
// discordant clips to 0, 2/2⁴ by McNemar. Holm over three: 3·0.125, 3·0.125, 1.
func TestSystemsByHand(t *testing.T) {
	r := mustRun(t, tinyConfig(), fourVideos)
	gain := func() *Paired {
		return &Paired{Difference: exactly(0.2), Corrected: 4, McNemarP: 0.125, FlipP: 0.125, HolmP: 0.375}
	}
	control := func(p Paired) *Paired { p.HolmP = notANumber; return &p }
	want := []System{
		{
			Name: "small only", Fusion: "small-only", Threshold: NoThreshold, Right: 12, Accuracy: exactly(0.6), Costs: []Number{1},
			Stages: []StageCount{{"kept", 20, 12}},
		},
		{
			Name: "large only", Fusion: "large-only", Threshold: NoThreshold, Right: 12, Accuracy: exactly(0.6),
			Deferred: 1, First: 1, Costs: []Number{11},
			VsSmall: &Paired{Difference: exactly(0), Corrected: 4, Broken: 4, McNemarP: 1, FlipP: 1, HolmP: 1},
			Stages:  []StageCount{{"replaced", 12, 8}, {"fell-back", 8, 4}},
		},
		{
			Name: "oracle select", Fusion: "oracle-select", Threshold: NoThreshold, Control: true, Right: 16, Accuracy: exactly(0.8),
			Deferred: 1, First: 1, Costs: []Number{11}, VsSmall: control(*gain()), VsLarge: control(*gain()),
			Stages: []StageCount{{"kept", 8, 8}, {"replaced", 4, 4}, {"fell-back", 8, 4}},
		},
		{
			Name: "distance-to-neutral + replace", Measure: "distance-to-neutral", Fusion: "replace", Threshold: CrossFitted, Headline: true,
			Right: 16, Accuracy: exactly(0.8), Deferred: 0.2, First: 0.2, Costs: []Number{3}, VsSmall: gain(), VsLarge: gain(),
			Stages: []StageCount{{"kept", 16, 12}, {"replaced", 4, 4}},
		},
		{
			Name: "distance-to-neutral + replace", Measure: "distance-to-neutral", Fusion: "replace", Threshold: OracleTau, Control: true,
			Right: 16, Accuracy: exactly(0.8), Deferred: 0.2, First: 0.2, Costs: []Number{3},
			VsSmall: control(*gain()), VsLarge: control(*gain()), Stages: []StageCount{{"kept", 16, 12}, {"replaced", 4, 4}},
		},
	}
	if diff := cmp.Diff(want, r.Systems, approximately); diff != "" {
		t.Errorf("systems (-want +got):\n%s", diff)
	}
	s := r.Setup
	if s.Clips != 24 || s.N != 20 || s.Videos != 4 || s.SmallFailed != 0 || s.LargeFailed != 8 || s.Dropped != 0 {
		t.Errorf("setup counts %+v", s)
	}
	for _, w := range []string{
		"only 4 clusters: percentile intervals are too short below about 20",
		"only 20 clips",
		"the systems differ in no video; there is nothing to test: large only against small",
		"optimism gap of the headline: its oracle threshold is +0.00 points from the cross-fitted one",
	} {
		if !slices.Contains(s.Warnings, w) {
			t.Errorf("no warning %q in %q", w, s.Warnings)
		}
	}
}

// By hand, from the same clips: the curve is 0.6, 0.8, 0.8, 0.6, 0.6, 0.6 at
// rates 0, 0.2, ..., 1, its area 0.2·(0.7+0.8+0.7+0.6+0.6) = 0.68. a and b are the
// errors and have the largest u, a is the only gain and has the largest: both
// AUROC are 1. Without a gap between the models APGR and CPT do not exist. The
// oracle gains 0.2 with the first 0.2 and then stays.
func TestCurvesByHand(t *testing.T) {
	r := mustRun(t, tinyConfig(), fourVideos)
	want := Measure{
		Name: "distance-to-neutral", AUROCError: 1, AUROCGain: 1, AUDC: exactly(0.68),
		APGR: notANumber, CPT20: notANumber, CPT50: notANumber, CPT80: notANumber, OracleAccuracy: 0.8, OracleDeferred: 0.2,
	}
	if diff := cmp.Diff([]Measure{want}, r.Measures, approximately); diff != "" {
		t.Errorf("measures (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		role     string
		accuracy map[float64]float64 // by rate
	}{
		{"measure", map[float64]float64{0: 0.6, 0.1: 0.7, 0.2: 0.8, 0.4: 0.8, 0.5: 0.7, 0.6: 0.6, 1: 0.6}},
		{"random", map[float64]float64{0: 0.6, 0.3: 0.6, 1: 0.6}},
		{"oracle", map[float64]float64{0: 0.6, 0.1: 0.7, 0.2: 0.8, 0.5: 0.8, 1: 0.8}},
	} {
		i := slices.IndexFunc(r.Curves, func(x Curve) bool { return x.Role == c.role })
		for _, p := range r.Curves[i].Points {
			want, ok := c.accuracy[float64(p.Rate)]
			if ok && math.Abs(float64(p.Accuracy)-want) > 1e-9 {
				t.Errorf("%s curve at %v is %v, want %v", c.role, p.Rate, p.Accuracy, want)
			}
			if c.role != "oracle" && math.Abs(float64(p.Costs[0])-(1+10*float64(p.Rate))) > 1e-9 {
				t.Errorf("%s curve at %v costs %v", c.role, p.Rate, p.Costs[0])
			}
		}
	}
}

// By hand, under the other policies. Wrong: large alone is right on a and d, 8 of
// 20, and every cascade still defers a alone, 8 clips better than large: McNemar
// 2/2⁸, sign-flip 2/2⁴. The selecting oracle keeps what the small model has right.
// Drop: b and f leave; a, c, d remain, 12 clips, of which small has c, d and large
// a, d, and deferring a gives all.
func TestFailuresByHand(t *testing.T) {
	for _, c := range []struct {
		policy                               Failures
		n, dropped                           int
		small, large, oracle, cascade, gains int
		largeStages                          []StageCount
	}{
		{FallbackSmall, 20, 0, 12, 12, 16, 16, 4, []StageCount{{"replaced", 12, 8}, {"fell-back", 8, 4}}},
		{Wrong, 20, 0, 12, 8, 16, 16, 8, []StageCount{{"replaced", 12, 8}, {"unanswered", 8, 0}}},
		{Drop, 12, 8, 8, 8, 12, 12, 4, []StageCount{{"replaced", 12, 8}}},
	} {
		t.Run(string(c.policy), func(t *testing.T) {
			config := tinyConfig()
			config.Failures = c.policy
			r := mustRun(t, config, fourVideos)
			got := []int{
				r.Setup.N, r.Setup.Dropped, r.Alone("small-only").Right, r.Alone("large-only").Right, r.Alone("oracle-select").Right,
				r.Cascade().Right, r.Cascade().VsLarge.Corrected, r.Cascade().VsLarge.Broken, r.Setup.Clips, r.Setup.LargeFailed,
			}
			want := []int{c.n, c.dropped, c.small, c.large, c.oracle, c.cascade, c.gains, 0, 24, 8}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("n, dropped, small, large, oracle, cascade, corrected, broken, clips, failed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.largeStages, r.Alone("large-only").Stages); diff != "" {
				t.Errorf("flow of large alone (-want +got):\n%s", diff)
			}
			if p := r.Cascade().VsLarge.McNemarP; math.Abs(float64(p)-math.Ldexp(2, -c.gains)) > 1e-12 {
				t.Errorf("McNemar p = %v, want 2/2^%d", p, c.gains)
			}
		})
	}
}

// By hand: the large model's u is 1−|y|/3, 0.9 on a and 0.667 on c and d. At τ 0.5
// it is sure of none: a and c are conflicts and asked again, d agrees. At τ 0.95
// it is sure of a, which saves the second call. A second call costs as much as a
// first unless the axis says otherwise.
func TestSecondRoundByHand(t *testing.T) {
	for _, c := range []struct {
		name               string
		taus               []float64
		price              float64
		first, second, usd Number
		stages             []StageCount
	}{
		{"asked again", []float64{0.5}, 0, 0.2, 0.2, 5, []StageCount{{"kept", 16, 12}, {"requeried", 4, 4}}},
		{"asked again at its own price", []float64{0.5}, 4, 0.2, 0.2, 3.8, []StageCount{{"kept", 16, 12}, {"requeried", 4, 4}}},
		{"of two thresholds the cheaper", []float64{0.5, 0.95}, 0, 0.2, 0, 3, []StageCount{{"kept", 16, 12}, {"confident", 4, 4}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := tinyConfig()
			config.Second = &Role{Predictor: "2", Label: "second"}
			config.Fusions, config.Headline.Fusion = []string{"uacs-v2"}, "uacs-v2"
			config.LargeMeasure, config.TauLarge, config.Costs[0].Second = "distance-to-neutral", c.taus, c.price
			r := mustRun(t, config, fourVideos)
			s := r.Cascade()
			if diff := cmp.Diff(c.stages, s.Stages); diff != "" {
				t.Errorf("flow (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]Number{c.first, c.second, c.usd}, []Number{s.First, s.Second, s.Costs[0]}, approximately); diff != "" {
				t.Errorf("first, second, cost (-want +got):\n%s", diff)
			}
			const said = "the curves of fusion uacs-v2 are drawn at 0.5, the first threshold of tau_large; systems choose among all"
			if slices.Contains(r.Setup.Warnings, said) != (len(c.taus) > 1) {
				t.Errorf("warnings %q", r.Setup.Warnings)
			}
		})
	}
}

// A video all of whose clips have the label 0 may be the only one of its fold,
// whichever it is: its clips still get a policy, and n is as without it.
func TestFoldOfUncountedClips(t *testing.T) {
	rows := append(slices.Clone(fourVideos), row{"v5", 0, 0.1, 1, 0})
	alone := map[int]bool{}
	for seed := range uint64(40) {
		c := tinyConfig()
		c.Folds, c.Seed = 5, seed
		h, err := cohortOf(c, rows)
		if err != nil {
			t.Fatal(err)
		}
		runner, err := newRunner(h)
		if err != nil {
			t.Fatal(err)
		}
		alone[runner.allFolds[len(rows)-1]] = true
		r, err := Run(context.Background(), h)
		if err != nil {
			t.Fatal(err)
		}
		if r.Cascade().Right != 16 || r.Setup.N != 20 || r.Setup.Videos != 4 {
			t.Errorf("seed %d: %d right of %d in %d videos", seed, r.Cascade().Right, r.Setup.N, r.Setup.Videos)
		}
	}
	if len(alone) != 5 {
		t.Errorf("the seeds put the video into folds %v only", alone)
	}
}

func TestCohortsThatCannotBeJudged(t *testing.T) {
	zero := []row{{"v1", 0, 1, 1, 0}, {"v2", 0, 1, 1, 0}}
	oneCounted := append(slices.Clone(zero), row{"v1", 1, 1, 1, 0})
	silent := []row{{"v1", 1, 1, none, 0}, {"v2", 1, none, 1, 0}}
	for _, c := range []struct {
		name   string
		rows   []row
		change func(*Config)
		want   string
	}{
		{"one video", []row{{"v1", 1, 1, 1, 0}, {"v1", -1, 1, 1, 0}}, nil, "tiny: route: 1 videos cannot be dealt to 2 folds"},
		{"all labels zero", zero, nil, "no clip has a non-zero label"},
		{"counted clips in one fold", oneCounted, nil, "tiny: all 1 counted clips are in one of 2 folds of videos: no threshold can be chosen on others"},
		{"all dropped", silent, func(c *Config) { c.Failures = Drop }, "policy drop leaves none of 2 clips: 1 have no usable small answer, 1 no usable large one"},
		{"headline measure", fourVideos, func(c *Config) { c.Measures, c.Headline.Measure = []string{"entropy"}, "entropy" }, "headline measure entropy is"},
		{"headline fusion", fourVideos, func(c *Config) { c.Fusions, c.Headline.Fusion = []string{"stacking-ridge"}, "stacking-ridge" }, "headline: fusion stacking-ridge: it must be fitted"},
		{"large measure", fourVideos, func(c *Config) { c.LargeMeasure = "vote-margin" }, "vote-margin: not applicable"},
		{"rule that finds no answer", fourVideos, func(c *Config) { c.Large.Decision = "label" }, `clip v1_0: decision "label" finds no answer in the record`},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := tinyConfig()
			if c.change != nil {
				c.change(&config)
			}
			h, err := cohortOf(config, c.rows)
			if err == nil {
				_, err = Run(context.Background(), h)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("err = %v, want %q", err, c.want)
			}
		})
	}
}

// A large model that never answers costs calls and changes nothing, or is always
// wrong: it never makes the cascade call it.
func TestLargeModelThatNeverAnswers(t *testing.T) {
	rows := slices.Clone(fourVideos)
	for i := range rows {
		rows[i].large = none
	}
	for policy, right := range map[Failures]int{FallbackSmall: 12, Wrong: 0} {
		c := tinyConfig()
		c.Failures = policy
		r := mustRun(t, c, rows)
		if got := r.Alone("large-only").Right; got != right {
			t.Errorf("%s: large alone has %d right, want %d", policy, got, right)
		}
		if s := r.Cascade(); s.Right != 12 || s.Deferred != 0 {
			t.Errorf("%s: the cascade has %d right and defers %v", policy, s.Right, s.Deferred)
		}
	}
}

// A clip without a small answer is the least sure: it is deferred first, and
// counts as wrong where it is kept.
func TestSmallModelThatFails(t *testing.T) {
	rows := slices.Clone(fourVideos)
	for i := range rows {
		if rows[i].label == -2 { // clip d, which both had right
			rows[i].small = none
		}
	}
	r := mustRun(t, tinyConfig(), rows)
	if r.Setup.SmallFailed != 4 || r.Alone("small-only").Right != 8 {
		t.Errorf("%d failed, %d right; want 4 and 8", r.Setup.SmallFailed, r.Alone("small-only").Right)
	}
	// d, then a: 2 of 5 kept right (c, f) and 2 corrected.
	if s := r.Cascade(); s.Right != 16 || math.Abs(float64(s.Deferred)-0.4) > 1e-12 {
		t.Errorf("the cascade has %d right and defers %v, want 16 and 0.4", s.Right, s.Deferred)
	}
}

// A measure or fusion that does not apply is said to be n/a, and why; the rest
// is judged.
func TestNotApplicable(t *testing.T) {
	c := tinyConfig()
	c.Measures = append(c.Measures, "entropy")
	c.Fusions = append(c.Fusions, "stacking-ridge")
	r := mustRun(t, c, fourVideos)
	if m := r.Measures[1]; m.Name != "entropy" || !strings.Contains(m.NA, "24 of 24 answers have no probs") || !math.IsNaN(float64(m.AUDC.Lo)) {
		t.Errorf("measure %+v", m)
	}
	for _, s := range r.Systems {
		if s.Measure == "entropy" || s.Fusion == "stacking-ridge" {
			t.Errorf("%s was judged", s.Name)
		}
	}
	warnings := strings.Join(r.Setup.Warnings, "\n")
	for _, want := range []string{"measure entropy is not applicable: 24 of 24", "not applicable: fusion stacking-ridge"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no warning %q in:\n%s", want, warnings)
		}
	}
}

// Averages weigh by the headline measure: with 1/u the surer small model, u 0.3 of
// clip f against 0.667 of a large −1, wins where 1−u has them nearly even.
func TestWeightsOfAverages(t *testing.T) {
	for weights, want := range map[string]float64{
		"confidence":          (0.7*2.1 - 1.0/3) / (0.7 + 1.0/3),
		"inverse-uncertainty": (2.1/0.3 - 1.5) / (1/0.3 + 1.5),
	} {
		c := tinyConfig()
		c.Weights, c.LargeMeasure = weights, "distance-to-neutral"
		h, err := cohortOf(c, []row{{"v1", 3, 2.1, -1, 0}, {"v2", 1, 1, 1, 0}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := newRunner(h)
		if err != nil {
			t.Fatal(err)
		}
		e, err := r.escalate(fusion.ConfidenceWeightedMean, noTau)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.outcomes[0].Answer.Score; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", weights, got, want)
		}
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	h, err := cohortOf(tinyConfig(), fourVideos)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, h); err != context.Canceled {
		t.Errorf("err = %v", err)
	}
}
