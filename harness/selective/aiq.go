package selective

import (
	"math"

	"uacs/internal/detsum"
)

// AIQOverMax returns RouterBench's average improvement in quality as its code
// computes it: the area under [Hull], continued flat to maxCost, over maxCost. It
// is in units of quality, higher is better. maxCost is the greatest cost on the
// hulls of all routers that are compared, so it belongs beside the number:
// a dearer router changes everybody's. The area begins at the router's own
// cheapest point, so whatever costs something loses the area to its left.
//
// maxCost must be positive and no less than the cost of the hull's last point.
//
// Source: RouterBench 30e0925, evaluation/AIQ.py.
func AIQOverMax(points []Operating, maxCost float64) (float64, error) {
	a, _, err := hullArea("AIQOverMax", points, maxCost)
	if err != nil {
		return math.NaN(), err
	}
	if !(maxCost > 0) {
		return undefined("AIQOverMax", "the greatest cost is %v", maxCost)
	}
	return a / maxCost, nil
}

// AIQOverRange returns the same area over the range of costs it spans, from the
// router's cheapest point to maxCost: the mean quality over that range, as the
// paper defines AIQ. It does not punish the cost of the cheapest point, and of two
// routers with different cheapest points it averages over different ranges. A
// range of 0 is [ErrUndefined].
//
// Source: Hu et al., RouterBench (2024).
func AIQOverRange(points []Operating, maxCost float64) (float64, error) {
	a, cheapest, err := hullArea("AIQOverRange", points, maxCost)
	if err != nil {
		return math.NaN(), err
	}
	if maxCost == cheapest {
		return undefined("AIQOverRange", "the only cost is %v", maxCost)
	}
	return a / (maxCost - cheapest), nil
}

func hullArea(name string, points []Operating, maxCost float64) (area, cheapest float64, err error) {
	hull, err := Hull(points)
	if err != nil {
		return 0, 0, err
	}
	last := hull[len(hull)-1]
	if !(maxCost >= last.Cost) || math.IsInf(maxCost, 1) {
		_, err := invalid("%s: the greatest cost %v is below the hull's %v, or infinite", name, maxCost, last.Cost)
		return 0, 0, err
	}
	hull = append(hull, Operating{maxCost, last.Quality})
	return detsum.Sum(trapezoid(hull)), hull[0].Cost, nil
}
