package experiment

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	checkCorners(t, r)
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

// checkCorners compares the corners' intervals, calls and costs with those of the two
// models alone, which are judged elsewhere with the same draws. A clip that is settled
// is called for at most once more, and only where answers are doubted.
func checkCorners(t *testing.T, r *Result) {
	t.Helper()
	s, last := r.Surface, len(r.Surface.Escalated)-1
	for _, corner := range []struct {
		system string
		column int
	}{{"small-only", 0}, {"large-only", last}} {
		want, column := r.Alone(corner.system), corner.column
		got := Estimate{s.Accuracy[0][column], s.Lo[0][column], s.Hi[0][column]}
		if diff := gocmp.Diff(want.Accuracy, got, closely); diff != "" {
			t.Errorf("corner of %s (-system +surface):\n%s", corner.system, diff)
		}
		if diff := gocmp.Diff(want.First, s.First[column], closely); diff != "" || s.Second[0][column] != 0 {
			t.Errorf("calls of %s: second %v, first (-system +surface):\n%s", corner.system, s.Second[0][column], diff)
		}
		var costs []Number
		for _, p := range s.Prices {
			costs = append(costs, p.Clip+s.First[column]*p.First+s.Second[0][column]*p.Second)
		}
		if diff := gocmp.Diff(want.Costs, costs, closely); diff != "" {
			t.Errorf("costs of %s (-system +surface):\n%s", corner.system, diff)
		}
	}
	for row := range s.Doubted {
		for column := range s.Escalated {
			a, lo, hi, second := s.Accuracy[row][column], s.Lo[row][column], s.Hi[row][column], s.Second[row][column]
			if lo > a || a > hi || second < 0 || second > s.First[column] || (row > 0 && second < s.Second[row-1][column]) {
				t.Fatalf("cell %d, %d: accuracy %v from %v to %v, %v second calls", row, column, a, lo, hi, second)
			}
		}
	}
}

// closely allows for rounding in the last bits.
var closely = cmpopts.EquateApprox(1e-12, 1e-12)
