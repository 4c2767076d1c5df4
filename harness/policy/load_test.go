package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

// What to deploy if at most three clips in ten may be sent to the large model.
func ExampleOfExperiment() {
	panel, err := OfExperiment("synth-mosi")
	if err != nil {
		fmt.Println(err)
		return
	}
	panel.Plan.Measures, panel.Plan.Fusions = []string{"distance-to-neutral"}, []string{"replace"}
	advice, err := panel.Recommend(Goal{Budget: new(0.3)})
	fmt.Println(advice.Ref, advice.Price <= 0.3, err)
	// Output: distance-to-neutral+replace true <nil>
}

// An experiment and a plan about the same models have the same clips.
func TestLoadAndOfExperimentAgree(t *testing.T) {
	a, err := Load("synth-mosi-grid")
	if err != nil {
		t.Fatal(err)
	}
	b, err := OfExperiment("synth-mosi")
	if err != nil {
		t.Fatal(err)
	}
	if a.N != b.N || a.Videos != b.Videos || a.Profile != b.Profile || a.Seed != b.Seed {
		t.Errorf("the plan has %d clips in %d videos, the experiment %d in %d", a.N, a.Videos, b.N, b.Videos)
	}
	for _, load := range []func(string) (*Panel, error){Load, OfExperiment} {
		if _, err := load("no-such"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("an unknown name: %v", err)
		}
	}
}
