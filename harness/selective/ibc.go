package selective

import "math"

// IBC returns the incremental benefit per cost of a system over the small model:
// (P − P_small)/(C − C_small), in quality per unit of cost. At the small model's
// cost it is [ErrUndefined], and close to it, it is dominated by noise: a cascade
// that defers one clip can have any IBC.
//
// Source: Aggarwal et al., AutoMix (NeurIPS 2024); its code at 7541a7e.
func IBC(system, small Operating) (float64, error) {
	if err := checkPoints("IBC", []Operating{system, small}); err != nil {
		return math.NaN(), err
	}
	if system.Cost == small.Cost {
		return undefined("IBC", "the system costs what the small model costs, %v", small.Cost)
	}
	return (system.Quality - small.Quality) / (system.Cost - small.Cost), nil
}

// IBCLift returns the relative gain of a system's [IBC] over that of the large
// model alone: (IBC − IBC_large)/IBC_large. 0 is the line between both models,
// that is random deferral; it is a ratio, which AutoMix prints in per cent. Where
// the large model is no better than the small one, or no dearer, it is
// [ErrUndefined]: its sign would mean nothing.
//
// Source: as IBC.
func IBCLift(system, small, large Operating) (float64, error) {
	base, err := IBC(large, small)
	if err != nil {
		return math.NaN(), err
	}
	own, err := IBC(system, small)
	if err != nil {
		return math.NaN(), err
	}
	if large.Quality <= small.Quality || large.Cost <= small.Cost {
		return undefined("IBCLift", "the large model is no better or no dearer than the small one")
	}
	return (own - base) / base, nil
}
