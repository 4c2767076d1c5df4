package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/figures"
)

// By hand: (1, 71) lies below the line from (0, 70) to (2, 78), (3, 60) is worse and
// dearer, and at 2 the higher of both counts.
func TestUpperHull(t *testing.T) {
	got := upperHull([]figures.Place{{X: 3, Y: 60}, {X: 2, Y: 78}, {X: 0, Y: 70}, {X: 1, Y: 71}, {X: 2, Y: 75}, {X: 4, Y: 80}})
	want := []figures.Place{{X: 0, Y: 70}, {X: 2, Y: 78}, {X: 4, Y: 80}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hull (-want +got):\n%s", diff)
	}
	if got := upperHull([]figures.Place{{X: 0, Y: 70}, {X: 1, Y: 60}}); got != nil {
		t.Errorf("a hull of one corner: %v", got)
	}
}

// No point of a drawn curve and no chosen point lies above the hull.
func TestHullHoldsTheCurves(t *testing.T) {
	r := handMade()
	x := shareAxis(r)
	h := hull(r, x)
	if len(h) < 2 {
		t.Fatalf("hull %v", h)
	}
	best := h[len(h)-1].Y
	for _, s := range r.Systems {
		if !s.Control && s.Threshold == "cross-fitted by video" && 100*float64(s.Accuracy.Value) > best {
			t.Errorf("%s is above the hull", s.Name)
		}
	}
	if g := guides(r, x); g != nil {
		t.Errorf("guides on the axis of calls: %v", g)
	}
}
