package policy

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"uacs/harness/cost"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
	"uacs/internal/detsum"
)

// Goal is what a deployment must keep to. Exactly one of Budget, MaxRisk and
// MinAccuracy is given.
type Goal struct {
	// Budget is the largest mean price of a clip, in units of the axis named Axis:
	// the most accurate policy within it is sought.
	Budget *float64
	// MaxRisk bounds the error rate of the clips that the small model keeps, with a
	// probability of at least 1−Delta: the fewest calls that promise it are sought.
	MaxRisk *float64
	Delta   float64
	// Unit is what the bound takes to be exchangeable; "" means clips.
	Unit route.Unit
	// MinAccuracy is the least accuracy, as a fraction: the cheapest policy that
	// reaches it is sought.
	MinAccuracy *float64
	// Axis is the compute axis that prices are in; "" means the pair's first.
	Axis string
}

// Advice is the policy to deploy and how good it can be expected to be.
type Advice struct {
	Ref  Ref
	Rule string
	// Threshold is on the measure: clips above it are escalated. It may be
	// infinite. TauLarge is the threshold on the large model's uncertainty, NaN for
	// a fusion that reads none.
	Threshold, TauLarge float64
	// TunedOn says what clips chose measure, fusion and threshold.
	TunedOn string
	// Expected is the operating point on those clips; its accuracy is too good.
	Expected route.Point
	Price    float64
	Axis     string
	Unit     string
	// Honest is what the same procedure, choosing measure, fusion and threshold on
	// the other folds, achieves; HonestPrice its price per clip. Of the named cascade
	// alone, Fixed is the accuracy when only the thresholds are chosen on the others.
	Honest      Played
	HonestPrice float64
	Fixed       experiment.Estimate
	// Candidates counts the cascades that were compared: those without calibration
	// that a threshold describes, and no controls.
	Candidates int
	Guarantee  string
	Warnings   []string
}

// NoPolicy says that nothing meets a goal, and what comes nearest.
type NoPolicy struct{ Why, Nearest string }

// Error implements error.
func (e *NoPolicy) Error() string { return e.Why + "; the nearest is " + e.Nearest }

// candidate is a cascade that could be deployed.
type candidate struct {
	ref      Ref
	variants []route.Clips
	taus     []float64
}

// found is a choice of one candidate.
type found struct {
	place  int
	choice route.Choice
	price  float64
}

// search is a goal with all that it takes to look for it.
type search struct {
	panel  *Panel
	goal   Goal
	axis   cost.Axis // that prices are in
	list   []candidate
	ranked int // measures among the candidates
}

// Recommend names the policy to deploy for a goal, chosen on all counted clips
// among the plan's cascades that are no controls. If nothing meets the goal the
// error is a [NoPolicy].
func (b *Panel) Recommend(g Goal) (*Advice, error) {
	s, err := b.search(g)
	if err != nil {
		return nil, err
	}
	all := make([]bool, b.N)
	for i := range all {
		all[i] = true
	}
	best, ok, err := s.choose(all)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, s.nothing()
	}
	c := s.list[best.place]
	a := &Advice{
		Ref: c.ref, Rule: s.rule(), Threshold: best.choice.Threshold, TauLarge: c.taus[best.choice.Variant],
		TunedOn:  fmt.Sprintf("all %d counted clips of %s in %d videos", b.N, b.on(""), b.Videos),
		Expected: best.choice.Expected, Price: best.price, Axis: s.axis.Name, Unit: s.axis.Unit,
		Candidates: len(s.list), Guarantee: s.guarantee(best.choice), Warnings: slices.Clone(best.choice.Warnings),
	}
	if err := s.honest(a, c); err != nil {
		return nil, err
	}
	a.caution(s)
	return a, nil
}

// search gathers the candidates.
func (b *Panel) search(g Goal) (*search, error) {
	if g.Axis == "" {
		g.Axis = b.Pair.Costs[0].Name
	}
	axis, err := b.Pair.Axis(g.Axis)
	if err != nil {
		return nil, err
	}
	s := &search{panel: b, goal: g, axis: axis}
	for _, name := range b.Plan.Measures {
		m, err := uncertainty.ByName(name)
		if err != nil {
			return nil, err
		}
		if m.Control || panel.ReadsLarge(m) {
			continue
		}
		if err := s.add(name); err != nil {
			return nil, err
		}
	}
	if len(s.list) == 0 {
		return nil, fmt.Errorf("%s: no cascade of pair %s applies that could be deployed", b.Plan.File, b.Pair.Name)
	}
	return s, nil
}

// add adds a measure's cascades. Learned fusions are left out: a threshold does
// not describe them.
func (s *search) add(measure string) error {
	ref := Ref{Measure: measure, Uncertainty: panel.Own, Calibration: panel.Uncalibrated}
	sig, err := s.panel.signals(ref)
	if errors.Is(err, ErrNotApplicable) {
		return nil
	}
	if err != nil {
		return err
	}
	before := len(s.list)
	for _, name := range s.panel.Plan.Fusions {
		f, err := fusion.ByName(name)
		if err != nil {
			return err
		}
		if f.Control || f.NeedsTraining || name == fusion.SmallOnly.Name || name == fusion.LargeOnly.Name {
			continue
		}
		ref.Fusion = name
		variants, taus, err := s.panel.variants(ref, sig)
		if errors.Is(err, ErrNotApplicable) {
			continue
		}
		if err != nil {
			return err
		}
		s.list = append(s.list, candidate{ref, variants, taus})
	}
	if len(s.list) > before {
		s.ranked++
	}
	return nil
}

// choose returns the best choice among all candidates on the clips in train, and
// false if none meets the goal.
func (s *search) choose(train []bool) (best found, ok bool, err error) {
	for i, c := range s.list {
		variants := make([]route.Clips, len(c.variants))
		for v := range c.variants {
			variants[v] = c.variants[v].Where(func(clip int) bool { return train[clip] })
		}
		choice, meets, err := s.of(variants)
		if err != nil {
			return found{}, false, fmt.Errorf("%s: %w", c.ref, err)
		}
		f := found{i, choice, s.axis.Mean(choice.Expected.First, choice.Expected.Second)}
		if meets && (!ok || s.better(f, best)) {
			best, ok = f, true
		}
	}
	return best, ok, nil
}

// of is the choice of one cascade, and whether it meets the goal.
func (s *search) of(variants []route.Clips) (route.Choice, bool, error) {
	o := route.RuleOptions{On: s.panel.on(""), Price: s.axis.Mean, Seed: s.panel.Seed, Unit: s.goal.Unit}
	switch g := s.goal; {
	case g.Budget != nil:
		if least := s.axis.Mean(0, 0); least > *g.Budget*(1+1e-12) {
			return route.Choice{}, false, nil
		}
		o.Budget = *g.Budget
		c, err := route.Budget.ChooseVariant(variants, o)
		return c, err == nil, err
	case g.MaxRisk != nil:
		// Several starts: a single one may lie among clips that tie for the least
		// uncertainty, where no threshold keeps any and the test cannot succeed.
		o.Alpha, o.Delta, o.Starts = *g.MaxRisk, g.Delta/float64(s.ranked), 4
		c, err := route.ConformalBinomial.ChooseVariant(variants, o)
		return c, err == nil && c.Expected.Rate < 1, err
	}
	return s.cheapest(variants)
}

// cheapest is the cheapest point that is accurate enough.
func (s *search) cheapest(variants []route.Clips) (best route.Choice, ok bool, err error) {
	least := math.Inf(1)
	for v, clips := range variants {
		curve, err := route.NewCurve(clips)
		if err != nil {
			return best, false, err
		}
		for _, p := range curve.Points {
			price := s.axis.Mean(p.First, p.Second)
			if p.Quality >= *s.goal.MinAccuracy-tie && price < least-tie*math.Abs(price) {
				best, least, ok = route.Choice{Rule: s.rule(), Variant: v, Threshold: p.Threshold, Expected: p}, price, true
			}
		}
	}
	return best, ok, nil
}

// tie is what rounding may do to a mean.
const tie = 1e-12

// better says which of two choices is to be preferred: under a budget the more
// accurate one, under a bound the one that keeps more clips, else the cheaper one.
// Of equals the first stands.
func (s *search) better(a, b found) bool {
	x, y := a.choice.Expected, b.choice.Expected
	order := [][2]float64{{-x.Quality, -y.Quality}, {a.price, b.price}}
	switch {
	case s.goal.MaxRisk != nil:
		order = slices.Insert(order, 0, [2]float64{x.Rate, y.Rate})
	case s.goal.MinAccuracy != nil:
		order[0], order[1] = order[1], order[0]
	}
	for _, o := range order {
		if d := o[0] - o[1]; math.Abs(d) > tie*max(1, math.Abs(o[1])) {
			return d < 0
		}
	}
	return false
}

func (s *search) rule() string {
	switch {
	case s.goal.Budget != nil:
		return route.Budget.Name
	case s.goal.MaxRisk != nil:
		return route.ConformalBinomial.Name
	}
	return "cheapest at a least accuracy"
}

// guarantee is what is promised about new clips.
func (s *search) guarantee(c route.Choice) string {
	if s.goal.MaxRisk == nil {
		if c.Guarantee != "" {
			return c.Guarantee
		}
		return "none: the accuracy was reached on the clips at hand"
	}
	return fmt.Sprintf("%s. Each of the %d measures was tested at %v/%d, so that it holds for the one chosen with probability at least %v",
		c.Guarantee, s.ranked, s.goal.Delta, s.ranked, 1-s.goal.Delta)
}

// honest runs the whole search on the other folds and judges what it chooses; then
// the same with the named cascade as the only candidate.
func (s *search) honest(a *Advice, named candidate) (err error) {
	if a.Honest, err = s.crossFit(); err != nil {
		return err
	}
	a.Honest.Ref, a.HonestPrice = a.Ref, s.axis.Mean(a.Honest.First, a.Honest.Second)
	one := *s
	one.list = []candidate{named}
	alone, err := one.crossFit()
	a.Fixed = alone.Accuracy
	return err
}

// crossFit searches for each fold on the others, and judges all choices together.
// Where nothing meets the goal the large model answers.
func (s *search) crossFit() (Played, error) {
	b := s.panel
	p := Played{quality: slices.Clone(b.clips.Large)}
	deferred, first, second := slices.Repeat([]float64{1}, b.N), slices.Repeat([]float64{1}, b.N), make([]float64, b.N)
	chosen, without, folds := map[int]bool{}, 0, slices.Max(b.clips.Folds)+1
	for fold := range folds {
		train := make([]bool, b.N)
		for i, f := range b.clips.Folds {
			train[i] = f != fold
		}
		best, ok, err := s.choose(train)
		if err != nil {
			return Played{}, err
		}
		if !ok {
			without++
			continue
		}
		chosen[best.place] = true
		c := s.list[best.place].variants[best.choice.Variant]
		for i, f := range b.clips.Folds {
			if f != fold {
				continue
			}
			p.quality[i], deferred[i], first[i] = c.Keep[i], 0, 0
			if c.U[i] > best.choice.Threshold {
				p.quality[i], deferred[i], first[i], second[i] = c.Defer[i], 1, c.First[i], c.Second[i]
			}
		}
	}
	if without > 0 {
		p.warn(fmt.Sprintf("for %d of %d folds nothing meets the goal on the others: there the large model answers", without, folds))
	}
	if len(chosen) > 1 {
		p.warn(fmt.Sprintf("the other folds choose %d different cascades: the choice among them is not sure", len(chosen)))
	}
	p.Deferred, p.First, p.Second = detsum.Mean(deferred), detsum.Mean(first), detsum.Mean(second)
	return p, b.judge(&p)
}

// caution adds the caveats that hold for every recommendation.
func (a *Advice) caution(s *search) {
	b := s.panel
	if b.Videos < b.N {
		a.Warnings = append(a.Warnings, fmt.Sprintf(
			"%d clips come from %d videos: clips of one video depend on each other, and new videos may differ more than new clips", b.N, b.Videos))
	}
	if s.goal.MinAccuracy != nil && float64(a.Honest.Accuracy.Value) < *s.goal.MinAccuracy {
		a.Warnings = append(a.Warnings, fmt.Sprintf("on videos it was not chosen on, the choice reaches %.2f %%, below the accuracy asked for", 100*float64(a.Honest.Accuracy.Value)))
	}
	if s.goal.Budget != nil && a.HonestPrice > *s.goal.Budget {
		a.Warnings = append(a.Warnings, fmt.Sprintf("on videos it was not chosen on, the choice costs %.4g, above the budget", a.HonestPrice))
	}
	a.Warnings = append(a.Warnings, a.Honest.Warnings...)
	var unique []string
	for _, w := range a.Warnings {
		if !slices.Contains(unique, w) {
			unique = append(unique, w)
		}
	}
	a.Warnings = unique
}
