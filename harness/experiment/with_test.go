package experiment_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/cost"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/hint"
)

// A measure and a fusion of one's own are judged as registered ones are.
func ExampleCohort_WithMeasure() {
	h := experiment.Must(experiment.Load("synth-mosi"))
	timid := uncertainty.Func("timid", func(p *sample.Prediction) float64 { return -math.Abs(*p.Score) })
	trust := fusion.Func("trust", func(c fusion.Clip, _ fusion.Params) fusion.Outcome {
		return fusion.Outcome{Answer: c.Large, Stage: fusion.Replaced, Calls: 1}
	})
	h = h.WithMeasure(timid).WithFusion(trust).WithHeadline("timid", "trust")
	r := experiment.Must(experiment.Run(context.Background(), h))
	fmt.Println(r.Cascade().Name, r.Cascade().Threshold)
	// Output: timid + trust cross-fitted by video
}

func load(t *testing.T) *experiment.Cohort {
	t.Helper()
	h, err := experiment.Load("synth-mosi")
	if err != nil {
		t.Fatal(err)
	}
	h.Config.Replicates = 200
	return h
}

// Func of a registered formula, and of a registered fusion, gives the numbers of
// the registered ones: what is own takes the same way through the harness.
func TestOwnMeasureAndFusionAreJudgedAlike(t *testing.T) {
	h := load(t)
	want, err := experiment.Run(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	own := uncertainty.Func("own", func(p *sample.Prediction) float64 { return 1 - math.Abs(*p.Score)/3 })
	ownReplace := fusion.Func("own-replace", func(c fusion.Clip, _ fusion.Params) fusion.Outcome {
		return fusion.Outcome{Answer: c.Large, Stage: fusion.Replaced, Calls: 1}
	})
	got, err := experiment.Run(t.Context(), h.WithMeasure(own).WithFusion(ownReplace).WithHeadline("own", "own-replace"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := *want.Cascade(), *got.Cascade()
	b.Name, b.Measure, b.Fusion = a.Name, a.Measure, a.Fusion
	a.VsSmall, a.VsLarge, b.VsSmall, b.VsLarge = nil, nil, nil, nil // adjusted over another number of systems
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("registered and own (-want +got):\n%s", diff)
	}
	if slices.Contains(h.Config.Measures, "own") {
		t.Error("the cohort itself has changed")
	}
}

func TestWithLarge(t *testing.T) {
	h := load(t)
	same, err := h.WithLarge("the same", h.Large)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.LargeAnswers, same.LargeAnswers, cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })); diff != "" {
		t.Errorf("the same answers read otherwise (-want +got):\n%s", diff)
	}
	if _, err := h.WithLarge("too few", h.Large[1:]); err == nil {
		t.Error("too few answers are taken")
	}
	turned := slices.Clone(h.Large)
	slices.Reverse(turned)
	if _, err := h.WithLarge("turned", turned); err == nil || !strings.Contains(err.Error(), "about clip") {
		t.Errorf("answers to other clips: %v", err)
	}
}

// A prompt that hides the words is no better than one that shows them, and warns.
func TestAskGenerated(t *testing.T) {
	h := load(t)
	answers, err := h.AskGenerated(func(s sample.Sample) string { return s.Text })
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range answers {
		if want := h.Large[i]; p.ID != want.ID || !slices.Equal(p.Probs, want.Probs) {
			t.Fatalf("clip %s: the plain prompt gives another answer than the large model's about %s", p.ID, want.ID)
		}
	}
	h.Config.Tier = "public"
	if _, err := h.AskGenerated(func(sample.Sample) string { return "" }); err == nil || hint.Of(err) == "" {
		t.Errorf("public clips: %v", err)
	}
}

func TestColumnAndEscalated(t *testing.T) {
	h := load(t)
	u, err := h.Column(uncertainty.DistanceToNeutral)
	if err != nil {
		t.Fatal(err)
	}
	clips, err := h.Escalated()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range clips {
		if c.USmall != u[i] || c.Key != h.Clips[i].ID {
			t.Fatalf("clip %s has u = %v, its column %v", c.Key, c.USmall, u[i])
		}
	}
}

func TestWithCost(t *testing.T) {
	h := load(t).WithCost(cost.Axis{Name: "usd", Unit: "US dollars per clip", Small: 1, Large: 10, Source: "invented", Hypothesis: true})
	r, err := experiment.Run(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	s := r.Cascade()
	if got, want := s.Costs[len(s.Costs)-1], 1+10*s.First; math.Abs(float64(got-want)) > 1e-9 {
		t.Errorf("a clip costs %v, want %v", got, want)
	}
	if !slices.Contains(r.Setup.Hypotheses, "the prices of usd") {
		t.Error("an estimated price is no hypothesis")
	}
}

func TestLoadOfAnUnknownName(t *testing.T) {
	_, err := experiment.Load("no-such")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(hint.Of(err), "synth-mosi") {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
}

func TestLoadDataset(t *testing.T) {
	for _, name := range []string{"synth-sims", "synth-mosi"} {
		d, err := experiment.LoadDataset(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(d.Title, "SYNTHETIC") || len(d.Split(sample.Test)) == 0 {
			t.Errorf("%s: title %q, %d clips", name, d.Title, len(d.Samples))
		}
		for _, s := range d.Samples {
			if s.Label < d.Range[0] || s.Label > d.Range[1] {
				t.Fatalf("%s: label %v is not in %v", name, s.Label, d.Range)
			}
		}
	}
}

func TestMustPanicsWithTheHint(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		if err == nil || !strings.Contains(err.Error(), "look here") {
			t.Errorf("panicked with %v", err)
		}
	}()
	experiment.Must(0, hint.Add(errors.New("gone"), "look here"))
}
