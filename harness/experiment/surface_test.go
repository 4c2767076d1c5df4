package experiment

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// The corners of the surface are systems judged elsewhere: nothing escalated is
// the small model alone, everything escalated and accepted the large one. Its
// best point is an oracle threshold, so no honest one is better.
func TestSurface(t *testing.T) {
	root := os.DirFS("../..")
	predictors, err := LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(root, "configs/experiments/synth-mosi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Replicates = 100
	h, err := Open(c, predictors, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	s := r.Surface
	last := len(s.Escalated) - 1
	if s.Escalated[0] != 0 || s.Escalated[last] != 1 || s.Doubted[0] != 0 || s.Doubted[len(s.Doubted)-1] != 1 {
		t.Errorf("axes run from %v to %v and %v to %v", s.Escalated[0], s.Escalated[last], s.Doubted[0], s.Doubted[len(s.Doubted)-1])
	}
	if len(s.Escalated) > surfaceSteps || len(s.Doubted) > surfaceSteps {
		t.Errorf("%d by %d values are kept, want %d at most", len(s.Escalated), len(s.Doubted), surfaceSteps)
	}
	small, large := r.Alone("small-only").Accuracy.Value, r.Alone("large-only").Accuracy.Value
	for row := range s.Doubted {
		if s.Accuracy[row][0] != small {
			t.Errorf("nothing escalated has accuracy %v, the small model alone %v", s.Accuracy[row][0], small)
		}
	}
	if s.Accuracy[0][last] != large {
		t.Errorf("everything escalated and accepted has accuracy %v, the large model alone %v", s.Accuracy[0][last], large)
	}
	for _, sys := range r.Systems {
		if best := s.Hull[len(s.Hull)-1]; sys.Fusion == s.Fusion && sys.Measure == s.Measure && sys.Accuracy.Value > best.Accuracy {
			t.Errorf("the honest %v is above the oracle threshold's %v", sys.Accuracy.Value, best.Accuracy)
		}
	}
	ascends := slices.IsSortedFunc(s.Hull, func(a, b SurfacePoint) int { return cmp.Compare(a.First+a.Second, b.First+b.Second) }) &&
		slices.IsSortedFunc(s.Hull, func(a, b SurfacePoint) int { return cmp.Compare(a.Accuracy, b.Accuracy) })
	if !ascends {
		t.Errorf("the hull does not ascend in calls and accuracy: %+v", s.Hull)
	}
	var b bytes.Buffer
	if err := WriteRecords(&b, r); err != nil {
		t.Fatal(err)
	}
	first := b.String()
	read, err := ReadRecords(&b, "f")
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := WriteRecords(&again, read); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(first, again.String()); diff != "" {
		t.Errorf("records (-written +read and written):\n%s", diff)
	}
}
