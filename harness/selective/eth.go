package selective

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// ETHAUC returns the area under the curve of a router between the costs of the
// cheapest and the dearest single model, over their difference: the mean
// quality, higher is better. Points are joined by straight lines in order of
// cost, with no hull. If the router's cheapest point is dearer than the cheapest
// model, the curve begins at that model's cost with the worst quality of all
// single models; after its dearest point it is flat. Points outside the range
// only give the curve its value at the ends.
//
// It is an error if no point lies within the range, and [ErrUndefined] if all
// models cost the same.
//
// Source: Dekoninck, Baader and Vechev, A Unified Approach to Routing and
// Cascading for LLMs (ICML 2025); auc_all of cascade-routing 1788b90, which is
// the same but for points outside the range only.
func ETHAUC(points, models []Operating) (float64, error) {
	if err := checkPoints("ETHAUC", points); err != nil {
		return math.NaN(), err
	}
	if err := checkPoints("ETHAUC", models); err != nil {
		return math.NaN(), err
	}
	lo, hi, worst := models[0].Cost, models[0].Cost, models[0].Quality
	for _, m := range models {
		lo, hi, worst = min(lo, m.Cost), max(hi, m.Cost), min(worst, m.Quality)
	}
	if lo == hi {
		return undefined("ETHAUC", "all models cost %v", lo)
	}
	curve := slices.Clone(points)
	slices.SortFunc(curve, func(a, b Operating) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Quality, b.Quality))
	})
	if curve[0].Cost > lo {
		curve = slices.Insert(curve, 0, Operating{lo, worst})
	}
	if last := curve[len(curve)-1]; last.Cost < hi {
		curve = append(curve, Operating{hi, last.Quality})
	}
	if !slices.ContainsFunc(points, func(p Operating) bool { return p.Cost >= lo && p.Cost <= hi }) {
		return invalid("ETHAUC: no operating point costs between %v and %v", lo, hi)
	}
	return detsum.Sum(trapezoid(cut(curve, lo, hi))) / (hi - lo), nil
}

// cut returns the part of a curve between two costs that it spans, with its
// values there as end points.
func cut(curve []Operating, lo, hi float64) []Operating {
	var out []Operating
	for i, p := range curve {
		if i > 0 {
			before := curve[i-1]
			for _, edge := range []float64{lo, hi} {
				if before.Cost < edge && edge < p.Cost {
					out = append(out, Operating{edge, between(before, p, edge)})
				}
			}
		}
		if p.Cost >= lo && p.Cost <= hi {
			out = append(out, p)
		}
	}
	return out
}

// ETHMaxGap returns the greatest height of a router's points above the [Hull] of
// the single models, in units of quality, higher is better; 0 if none is above.
// Beyond the ends of the hull its first and last lines are continued. A hull of
// one model has no lines: the gap is [ErrUndefined].
//
// Source: max_diff of cascade-routing 1788b90.
func ETHMaxGap(points, models []Operating) (float64, error) {
	if err := checkPoints("ETHMaxGap", points); err != nil {
		return math.NaN(), err
	}
	hull, err := Hull(models)
	if err != nil {
		return invalid("ETHMaxGap: %w", err)
	}
	if len(hull) < 2 {
		return undefined("ETHMaxGap", "one model, %v, is cheapest and best", hull[0])
	}
	gap := 0.0
	for _, p := range points {
		k := 1
		for k < len(hull)-1 && hull[k].Cost < p.Cost {
			k++
		}
		gap = max(gap, p.Quality-between(hull[k-1], hull[k], p.Cost))
	}
	return gap, nil
}

// String writes a point as cost and quality.
func (o Operating) String() string { return fmt.Sprintf("(cost %v, quality %v)", o.Cost, o.Quality) }
