package report

import (
	"fmt"
	"slices"

	"uacs/figures"
	"uacs/harness/experiment"
)

// hull is the upper convex hull of accuracy over cost, by ascending cost, of all that
// could be deployed: every point of every curve that is no control, both models alone,
// and every system with a cross-fitted threshold. It ends at the highest accuracy. The
// thresholds of curves are chosen on the clips they are judged on.
func hull(r *experiment.Result, x axis) []figures.Place {
	var all []figures.Place
	for _, c := range r.Curves {
		if c.Role != "measure" && c.Role != "fusion" || isControl(r, c) {
			continue
		}
		for _, p := range c.Points {
			all = append(all, figures.Place{X: x.point(p), Y: 100 * float64(p.Accuracy)})
		}
	}
	for _, s := range r.Systems {
		if !s.Control && (s.Threshold == experiment.CrossFitted || s.Measure == "") {
			all = append(all, figures.Place{X: x.system(s), Y: 100 * float64(s.Accuracy.Value)})
		}
	}
	return upperHull(all)
}

// upperHull returns the corners of the upper convex hull from the cheapest place to
// the highest, none of fewer than two.
func upperHull(all []figures.Place) []figures.Place {
	slices.SortFunc(all, func(a, b figures.Place) int {
		switch {
		case a.X < b.X || a.X == b.X && a.Y > b.Y:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	var out []figures.Place
	for _, p := range all {
		if len(out) > 0 && p.Y <= out[len(out)-1].Y { // no better, and no cheaper
			continue
		}
		for len(out) > 1 && below(out[len(out)-2], out[len(out)-1], p) {
			out = out[:len(out)-1]
		}
		out = append(out, p)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// below reports whether b lies on or below the line from a to c.
func below(a, b, c figures.Place) bool {
	return float64((b.Y-a.Y)*(c.X-a.X)) <= float64((c.Y-a.Y)*(b.X-a.X))
}

// budgets are the shares of the large model's cost that figures mark.
var budgets = []float64{0.1, 0.5}

// guides marks the budgets on a compute axis. On the axis of calls the ticks do.
func guides(r *experiment.Result, x axis) []figures.Guide {
	large := r.Alone("large-only")
	if large == nil || x.share {
		return nil
	}
	var out []figures.Guide
	for _, b := range budgets {
		out = append(out, figures.Guide{Name: fmt.Sprintf("%.0f %%", 100*b), X: b * x.system(*large)})
	}
	return out
}
