package route

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// AUDC returns the area under the deferral curve: the trapezoid integral of
// quality over the deferral rate from 0 to 1, in units of quality.
//
// Source: AUC-DF of Gupta et al., Language Model Cascades (ICLR 2024).
func (c Curve) AUDC() float64 {
	terms := make([]float64, 0, len(c.Points))
	for i := 1; i < len(c.Points); i++ {
		a, b := c.Points[i-1], c.Points[i]
		terms = append(terms, float64((b.Rate-a.Rate)*(a.Quality+b.Quality))/2)
	}
	return detsum.Sum(terms)
}

// ErrNoGap is why a number relative to the gap between both models has no value.
var ErrNoGap = fmt.Errorf("the large model alone is no better than the small one alone")

// gap returns the quality of the small model alone and how much better the
// large one alone is, or ErrNoGap.
func (c Curve) gap() (small, gap float64, err error) {
	small = c.Points[0].Quality
	gap = c.Points[len(c.Points)-1].Quality - small
	if gap <= qualityEpsilon {
		return small, 0, ErrNoGap
	}
	return small, gap, nil
}

// APGR returns the average performance gap recovered: the area between the
// curve and the small model over the area between the large and the small one.
// 0 is the small model, 0.5 random deferral, 1 the large model at no cost; a
// cascade that beats the large model may exceed 1. It is undefined, [ErrNoGap],
// if the large model is no better than the small one.
//
// Source: Ong et al., RouteLLM (2024), section 3.2.
func (c Curve) APGR() (float64, error) {
	small, gap, err := c.gap()
	if err != nil {
		return math.NaN(), err
	}
	return (c.AUDC() - small) / gap, nil
}

// CPT returns the call-performance threshold: the least deferral rate at which
// the share (in [0,1]) of the gap between the small and the large model is
// recovered, by linear interpolation. It is undefined, [ErrNoGap], like APGR.
//
// Source: Ong et al., RouteLLM (2024), section 3.2.
func (c Curve) CPT(share float64) (float64, error) {
	small, gap, err := c.gap()
	if err != nil {
		return math.NaN(), err
	}
	want := small + float64(share*gap)
	for i, p := range c.Points {
		if p.Quality < want-qualityEpsilon {
			continue
		}
		if i == 0 {
			return 0, nil
		}
		before := c.Points[i-1]
		return before.Rate + float64((p.Rate-before.Rate)*min(1, (want-before.Quality)/(p.Quality-before.Quality))), nil
	}
	return 1, nil // the last point recovers the whole gap by definition
}
