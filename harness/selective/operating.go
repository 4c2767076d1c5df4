package selective

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Operating is what a router costs and achieves at one setting: mean cost per
// clip, on any axis, and quality, higher better.
type Operating struct {
	Cost, Quality float64
}

// Hull returns the non-decreasing hull of points: the corners of the least
// concave curve on or above all of them, from the cheapest point to the best.
// Every quality on it can be had at its cost by mixing two settings at random. Of
// points with the same cost the best is taken; a dearer one that is no worse than
// the best stays, so that a flat end is kept.
//
// Source: Hu et al., RouterBench (2024). Its code at 30e0925 gives
// the same curve for three points or more and fails for fewer.
func Hull(points []Operating) ([]Operating, error) {
	if err := checkPoints("Hull", points); err != nil {
		return nil, err
	}
	sorted := slices.Clone(points)
	slices.SortFunc(sorted, func(a, b Operating) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(b.Quality, a.Quality))
	})
	var hull []Operating
	for _, p := range sorted {
		if len(hull) > 0 && hull[len(hull)-1].Cost == p.Cost {
			continue
		}
		for len(hull) > 1 && below(hull[len(hull)-2], hull[len(hull)-1], p) {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, p)
	}
	for len(hull) > 1 && hull[len(hull)-1].Quality < hull[len(hull)-2].Quality {
		hull = hull[:len(hull)-1]
	}
	return hull, nil
}

// below reports whether q lies on or below the line from a to b.
func below(a, q, b Operating) bool {
	return float64((q.Quality-a.Quality)*(b.Cost-a.Cost)) <= float64((b.Quality-a.Quality)*(q.Cost-a.Cost))
}

func checkPoints(name string, points []Operating) error {
	if len(points) == 0 {
		return fmt.Errorf("%s: no operating points", name)
	}
	for i, p := range points {
		for _, v := range []float64{p.Cost, p.Quality} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%s: point %d is %v", name, i, p)
			}
		}
	}
	return nil
}

// trapezoid integrates quality over cost between neighbours.
func trapezoid(points []Operating) []float64 {
	var terms []float64
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		terms = append(terms, float64((b.Cost-a.Cost)*(a.Quality+b.Quality))/2)
	}
	return terms
}

// between returns the quality on the line through a and b at a cost.
func between(a, b Operating, cost float64) float64 {
	return a.Quality + float64((cost-a.Cost)/(b.Cost-a.Cost)*(b.Quality-a.Quality))
}
