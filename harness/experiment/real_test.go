package experiment

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/mirror"
)

// The expected counts were found by hand-written Python on the same files: the
// project's reference notes on its data, sections 2 and 6.
func TestChecksOnRealData(t *testing.T) {
	data := os.DirFS(mirror.Need(t))
	root := os.DirFS("../..")
	checks, err := LoadChecks(root, "configs/checks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	predictors, err := LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := []Counted{
		{"MOSI, AffectGPT, strict plurality of seven votes", 506, 656},
		{"MOSEI, AffectGPT, strict plurality of seven votes", 2777, 3634},
		{"SIMS, AffectGPT, strict plurality of seven votes", 335, 388},
		{"SIMS v2, AffectGPT, strict plurality of seven votes", 785, 911},
		{"MOSI, AffectGPT, net vote", 522, 656},
		{"MOSEI, AffectGPT, net vote", 2970, 3634},
		{"SIMS, AffectGPT, net vote", 338, 388},
		{"SIMS v2, AffectGPT, net vote", 788, 911},
		{"SIMS v2, mean of three regressors", 781, 911},
		{"SIMS v2, replace, the 364 scores nearest to neutral deferred", 814, 911},
		{"SIMS v2, the same, the small answer kept where the vote is neutral", 821, 911},
		{"SIMS v2, either right (oracle of both)", 856, 911},
		{"MOSI, GPT-4V on text and video, first label that is not neutral", 556, 652},
		{"SIMS, GPT-4V on text and video, first label that is not neutral", 331, 385},
		{"MOSI, GPT-4V on text, first label that is not neutral", 544, 655},
		{"SIMS, GPT-4V on text, first label that is not neutral", 262, 388},
	}
	var got []Counted
	for _, c := range checks.List {
		counted, err := c.Count(predictors, data)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, counted)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
}

// What the committed experiments find on the real data. The counts of the models
// alone are those of the checks above, plus what the small model answers in place
// of a large one that failed; those of the cascades were pinned when they were
// first found, with thresholds cross-fitted by video.
func TestExperimentsOnRealData(t *testing.T) {
	data := os.DirFS(mirror.Need(t))
	root := os.DirFS("../..")
	predictors, err := LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type counts struct{ Clips, N, Videos, SmallFailed, LargeFailed, Small, Large, Either, Cascade int }
	for name, want := range map[string]counts{
		"mosi-affectgpt":   {686, 656, 31, 7, 0, 467, 522, 538, 522},
		"mosi-gpt4v":       {686, 656, 31, 1, 4, 544, 559, 616, 559},
		"sims-gpt4v":       {457, 388, 58, 0, 4, 335, 333, 373, 336},
		"simsv2-affectgpt": {1034, 911, 141, 0, 0, 781, 785, 856, 819},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := LoadConfig(root, "configs/experiments/"+name+".yaml")
			if err != nil {
				t.Fatal(err)
			}
			c.Replicates = 100 // counts do not depend on it
			if err := Ready(c, predictors, data); err != nil {
				t.Fatal(err)
			}
			h, err := Open(c, predictors, data)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(context.Background(), h)
			if err != nil {
				t.Fatal(err)
			}
			s := r.Setup
			got := counts{
				s.Clips, s.N, s.Videos, s.SmallFailed, s.LargeFailed, r.Alone("small-only").Right, r.Alone("large-only").Right,
				r.Alone("oracle-select").Right, r.Cascade().Right,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
			inputs, err := Sources(c, predictors, data)
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Inputs) == 0 {
				t.Error("no inputs")
			}
			for _, in := range h.Inputs {
				if !slices.Contains(inputs, in) {
					t.Errorf("%s was read, but is no source", in.Path)
				}
			}
		})
	}
}
