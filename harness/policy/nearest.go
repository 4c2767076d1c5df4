package policy

import (
	"fmt"
	"math"

	"uacs/harness/route"
)

// nothing says why no candidate meets the goal, and what comes nearest.
func (s *search) nothing() error {
	switch g := s.goal; {
	case g.Budget != nil:
		return &NoPolicy{
			Why:     fmt.Sprintf("no policy costs at most %v %s", *g.Budget, s.axis.Unit),
			Nearest: fmt.Sprintf("the small model alone at %.6g", s.axis.Mean(0, 0)),
		}
	case g.MaxRisk != nil:
		return s.leastRisk()
	}
	return s.mostAccurate()
}

// mostAccurate names the cascade that is right most often at any threshold.
func (s *search) mostAccurate() error {
	best, at := math.Inf(-1), 0
	for i, c := range s.list {
		for _, v := range c.variants {
			curve, err := route.NewCurve(v)
			if err != nil {
				return err
			}
			if top := curve.Best().Quality; top > best+tie {
				best, at = top, i
			}
		}
	}
	return &NoPolicy{
		Why:     fmt.Sprintf("no policy is right about at least %.2f %% of the clips at hand", 100**s.goal.MinAccuracy),
		Nearest: fmt.Sprintf("%s with %.2f %% at its best threshold", s.list[at].ref, 100*best),
	}
}

// leastRisk names the least risk that can be promised, in steps of one per cent.
func (s *search) leastRisk() error {
	all := make([]bool, s.panel.N)
	for i := range all {
		all[i] = true
	}
	asked := *s.goal.MaxRisk
	why := fmt.Sprintf("no threshold of %d measures keeps a risk of at most %v with probability %v", s.ranked, asked, 1-s.goal.Delta)
	for per := int(math.Floor(100*asked)) + 1; per < 100; per++ {
		risk := float64(per) / 100
		s.goal.MaxRisk = &risk
		best, ok, err := s.choose(all)
		if err != nil {
			return err
		}
		if ok {
			return &NoPolicy{Why: why, Nearest: fmt.Sprintf("a risk of %v, by %s, which keeps %.1f %% of the clips",
				risk, s.list[best.place].ref.Measure, 100*(1-best.choice.Expected.Rate))}
		}
	}
	return &NoPolicy{Why: why, Nearest: "to escalate every clip"}
}
