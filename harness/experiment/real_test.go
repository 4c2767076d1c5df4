package experiment

import (
	"os"
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
