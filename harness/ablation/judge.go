package ablation

import (
	"errors"
	"fmt"
	"slices"

	"uacs/harness/bootstrap"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/selective"
	"uacs/harness/uncertainty"
)

// judge returns the cells of a unit, in the order of its specs. k is the caller's
// own kernel of the panel.
func (b *judged) judge(k *bootstrap.Kernel, specs []Spec) ([]Cell, error) {
	cells := make([]Cell, len(specs))
	for i, s := range specs {
		cells[i] = b.blank(s)
	}
	u, err := newUnit(b, specs)
	if panel.IsNotApplicable(err) {
		for i := range cells {
			cells[i].NA = err.Error()
		}
		return cells, nil
	}
	if err != nil {
		return nil, fmt.Errorf("measure %s, calibration %s: %w", specs[0].Measure, specs[0].Calibration, err)
	}
	if err := u.judge(k, cells); err != nil {
		return nil, fmt.Errorf("measure %s, calibration %s: %w", specs[0].Measure, specs[0].Calibration, err)
	}
	return cells, nil
}

// blank is a cell without numbers.
func (b *judged) blank(s Spec) Cell {
	p, h := b.pair, b.Cohort
	c := Cell{
		Key: s.Key, Tier: b.plan.Tier, Pair: p.Name, Dataset: p.Dataset, Split: string(p.Split),
		Small: p.Small.Label, Large: p.Large.Label, Failures: string(p.Failures),
		Profile: b.profile, Quality: b.Quality, Seed: b.seed, Uncertainty: s.Uncertainty, Measure: s.Measure,
		Calibration: s.Calibration, Fusion: s.Fusion,
		Clips: h.Total, Dropped: h.Dropped, N: len(b.Counted), Videos: b.Clusters.Len(),
		SmallFailed: h.SmallFailed, LargeFailed: h.LargeFailed, SecondFailed: h.SecondFailed,
		Folds: b.plan.Folds, Replicates: b.plan.Replicates, Level: Number(b.plan.Level), InputsSHA256: b.inputs,
	}
	if p.Second != nil {
		c.Second, c.Surrogate = p.Second.Label, p.Second.Surrogate
	}
	if f, err := fusion.ByName(s.Fusion); err == nil {
		c.Control = f.Control || s.Uncertainty != panel.Own
	}
	if m, err := uncertainty.ByName(s.Measure); err == nil {
		c.Control = c.Control || m.Control || panel.ReadsLarge(m)
	}
	return c
}

// judge fills in the cells: fusions first, then the bootstrap of all of them
// together, then each cell's own numbers.
func (u *unit) judge(k *bootstrap.Kernel, cells []Cell) error {
	var live []*Cell
	var made []panel.Fused
	var moves []bootstrap.Flips
	for i := range cells {
		s, err := fusion.ByName(cells[i].Fusion)
		if err != nil {
			return err
		}
		f, err := u.Fuse(s, u.signals)
		if panel.IsNotApplicable(err) {
			cells[i].NA = err.Error()
			continue
		}
		if err != nil {
			return err
		}
		live, made, moves = append(live, &cells[i]), append(made, f), append(moves, u.flips(f.Right[0]))
		cells[i].Warnings = slices.Concat(u.judged.warnings, u.warnings)
		if s.NeedsTraining {
			cells[i].warn("%s is cross-fitted by video: thresholds were chosen on clips that other folds' fits had seen", s.Name)
		}
		if s.NeedsTau && cells[i].Uncertainty == panel.Swapped {
			cells[i].warn("thresholds on the large model's uncertainty are applied to the small model's")
		}
	}
	if len(live) == 0 {
		return nil
	}
	var sel bootstrap.Selector
	rank := bootstrap.NewRanking(u.u, u.Clusters)
	bands, errs := k.Bands(rank, moves, u.Wrong)
	shared, err := u.shared(errs)
	if err != nil {
		return err
	}
	for i, c := range live {
		n := *shared
		c.Numbers = &n
		if err := u.fill(c, &sel, made[i], bands[i]); err != nil {
			return fmt.Errorf("fusion %s: %w", c.Fusion, err)
		}
	}
	return nil
}

func (c *Cell) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(c.Warnings, w) {
		c.Warnings = append(c.Warnings, w)
	}
}

// flips compares a column of all clips with the small model's.
func (b *judged) flips(right []float64) bootstrap.Flips {
	f := make(bootstrap.Flips, len(b.Counted))
	for k, i := range b.Counted {
		f[k] = int8(right[i] - b.Keep[k])
	}
	return f
}

// shared are the numbers that do not depend on the fusion.
func (u *unit) shared(errs bootstrap.Span) (*Numbers, error) {
	n := &Numbers{SmallAlone: u.small, LargeAlone: u.larger}
	var err error
	if n.AUROCError, err = auroc(u.u, u.Wrong, errs); err != nil {
		return nil, err
	}
	n.Selective, err = u.selective()
	return n, err
}

// auroc is an AUROC with its interval, n/a where there is only one class.
func auroc(u []float64, positive []bool, s bootstrap.Span) (Estimate, error) {
	a, err := metric.AUROC(u, positive)
	if errors.Is(err, metric.ErrOneClass) {
		return noEstimate, nil
	}
	return estimate(a, s), err
}

// estimate is a value with its interval.
func estimate(value float64, s bootstrap.Span) Estimate {
	return Estimate{Value: Number(value), Lo: Number(s.Lo), Hi: Number(s.Hi)}
}

// selective computes the measures of package selective that read a ranking or, if
// the uncertainty is one, the probability of being wrong.
func (u *unit) selective() ([]Named, error) {
	loss, right := make([]float64, len(u.u)), make([]bool, len(u.u))
	sure := make([]float64, len(u.u))
	unit := true
	for i, w := range u.Wrong {
		loss[i], right[i], sure[i] = float64(b2i(w)), !w, 1-u.u[i]
		unit = unit && u.u[i] >= 0 && u.u[i] <= 1
	}
	var out []Named
	for _, d := range selective.Definitions() {
		var v float64
		var err error
		switch {
		case d.OfRanking != nil:
			v, err = d.OfRanking(u.u, loss)
		case d.OfEvents == nil:
			continue
		case !unit:
			err = fmt.Errorf("%w: the uncertainty is no probability", selective.ErrUndefined)
		default:
			v, err = d.OfEvents(sure, right)
		}
		switch {
		case errors.Is(err, selective.ErrUndefined):
			out = append(out, Named{Name: d.Name, Value: notANumber, NA: err.Error()})
		case err != nil:
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		default:
			out = append(out, Named{Name: d.Name, Value: Number(v)})
		}
	}
	return out, nil
}

// fill computes a cell's own numbers.
func (u *unit) fill(c *Cell, sel *bootstrap.Selector, f panel.Fused, band bootstrap.Bands) error {
	variants := u.Variants(u.signals, f)
	curve, err := route.NewCurve(variants[0])
	if err != nil {
		return err
	}
	c.areas(curve, band)
	if err := c.thresholds(curve, band); err != nil {
		return err
	}
	up := make([]bool, len(u.Keep))
	for k, q := range variants[0].Defer {
		up[k] = q > u.Keep[k]
		c.Flips.Corrected += b2i(q > u.Keep[k])
		c.Flips.Broken += b2i(q < u.Keep[k])
	}
	c.Flips.Unchanged = len(up) - c.Flips.Corrected - c.Flips.Broken
	if c.AUROCGain, err = auroc(u.u, up, band.AUROCGain); err != nil {
		return err
	}
	c.Curve = points(u.plan.Rates, curve, band)
	for _, rule := range u.plan.Rules {
		p, err := u.policy(c.Control, sel, rule, f, variants)
		if err != nil {
			return fmt.Errorf("rule %s: %w", rule.String(), err)
		}
		c.Policies = append(c.Policies, p)
	}
	return nil
}

// areas fills in the areas under the curve.
func (c *Cell) areas(curve route.Curve, band bootstrap.Bands) {
	area, small := curve.AUDC(), curve.Points[0].Quality
	large, end := float64(c.LargeAlone.Accuracy.Value), curve.Points[len(curve.Points)-1].Quality
	c.AUDC, c.AUDCVsSmall = estimate(area, band.AUDC), estimate(area-small, band.VsSmall)
	c.AUDCVsLarge, c.AUDCVsRandom = estimate(area-large, band.VsLarge), estimate(area-(small+end)/2, band.VsRandom)
	c.Thresholds = len(curve.Points)
	best := curve.Best()
	c.OracleAccuracy, c.OracleDeferred = Number(best.Quality), Number(best.Rate)
}

// thresholds fills in the numbers relative to the gap between both ends.
func (c *Cell) thresholds(curve route.Curve, band bootstrap.Bands) error {
	c.Defined = Number(float64(band.APGR.N) / float64(c.Replicates))
	apgr, err := curve.APGR()
	if errors.Is(err, route.ErrNoGap) {
		c.APGR, c.CPT20, c.CPT50, c.CPT80 = noEstimate, noEstimate, noEstimate, noEstimate
		c.warn("escalating everything is no better than nothing: APGR and CPT have no value")
		return nil
	}
	if err != nil {
		return err
	}
	c.APGR = estimate(apgr, band.APGR)
	for i, dst := range []*Estimate{&c.CPT20, &c.CPT50, &c.CPT80} {
		v, err := curve.CPT(bootstrap.CPTShares[i])
		if err != nil {
			return err
		}
		*dst = estimate(v, band.CPT[i])
	}
	if lost := c.Replicates - band.APGR.N; lost > 0 {
		c.warn("APGR and CPT have no value in %d of %d replicates, in which escalating everything is no better than nothing: their intervals are of the others", lost, c.Replicates)
	}
	return nil
}

// points reads a curve at the rates.
func points(rates []float64, curve route.Curve, band bootstrap.Bands) Curve {
	var out Curve
	for i, rate := range rates {
		p := curve.At(rate)
		out.Rate, out.Accuracy = append(out.Rate, Number(rate)), append(out.Accuracy, Number(p.Quality))
		out.Lo, out.Hi = append(out.Lo, Number(band.Lo[i])), append(out.Hi, Number(band.Hi[i]))
		out.First, out.Second = append(out.First, Number(p.First)), append(out.Second, Number(p.Second))
	}
	return out
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
