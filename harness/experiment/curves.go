package experiment

import (
	"errors"
	"math"

	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
)

var notANumber = Number(math.NaN())

// curveRates are the deferral rates at which curves are kept: every per cent,
// and some below the first for logarithmic axes. A point per clip would publish
// the clips' own values.
var curveRates = func() []float64 {
	rates := []float64{0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005}
	for i := 1; i <= 100; i++ {
		rates = append(rates, float64(i)/100)
	}
	return rates
}()

// judgeMeasures judges every measure with the headline fusion.
func (r *runner) judgeMeasures() error {
	for _, name := range r.h.Config.Measures {
		m := Measure{Name: name, Control: isControl(name), NA: r.na[name]}
		if m.NA != "" {
			m.blank()
			r.result.Measures = append(r.result.Measures, m)
			continue
		}
		d, err := r.draw(name, r.headline)
		if err != nil {
			return err
		}
		if err := m.fill(d); err != nil {
			return err
		}
		r.result.Measures = append(r.result.Measures, m)
	}
	return nil
}

// drawn is a deferral curve with its sampling error.
type drawn struct {
	clips route.Clips
	curve route.Curve
	band  route.Band
}

// draw returns the curve of a measure with a fusion, drawn once. Of several
// thresholds on the large model it takes the config's first, and says so.
func (r *runner) draw(measure string, s fusion.Strategy) (drawn, error) {
	key := measure + " + " + s.Name
	if d, ok := r.drawings[key]; ok {
		return d, nil
	}
	if taus := r.taus(s); len(taus) > 1 {
		r.warn("the curves of fusion %s are drawn at %v, the first threshold of tau_large; systems choose among all", s.Name, taus[0])
	}
	variants, err := r.variants(s, measure)
	if err != nil {
		return drawn{}, err
	}
	d := drawn{clips: variants[0]}
	if d.curve, err = route.NewCurve(d.clips); err != nil {
		return drawn{}, err
	}
	if d.band, err = route.NewBand(d.clips, r.clusters, curveRates, r.plan(StreamBootstrap)); err != nil {
		return drawn{}, err
	}
	r.drawings[key] = d
	return d, nil
}

// blank sets the numbers of a measure that does not apply.
func (m *Measure) blank() {
	for _, x := range []*Number{&m.AUROCError, &m.AUROCGain, &m.APGR, &m.CPT20, &m.CPT50, &m.CPT80, &m.OracleAccuracy, &m.OracleDeferred} {
		*x = notANumber
	}
	m.AUDC = Estimate{notANumber, notANumber, notANumber}
}

// fill computes the numbers of a measure from its curve.
func (m *Measure) fill(d drawn) (err error) {
	m.AUDC = estimate(d.band.AUDC)
	if m.AUROCError, err = auroc(d.clips, func(i int) bool { return d.clips.Keep[i] == 0 }); err != nil {
		return err
	}
	if m.AUROCGain, err = auroc(d.clips, func(i int) bool { return d.clips.Defer[i] > d.clips.Keep[i] }); err != nil {
		return err
	}
	if m.APGR, err = undefined(d.curve.APGR()); err != nil {
		return err
	}
	for _, cpt := range []struct {
		share float64
		dst   *Number
	}{{0.2, &m.CPT20}, {0.5, &m.CPT50}, {0.8, &m.CPT80}} {
		if *cpt.dst, err = undefined(d.curve.CPT(cpt.share)); err != nil {
			return err
		}
	}
	best := d.curve.Best()
	m.OracleAccuracy, m.OracleDeferred = Number(best.Quality), Number(best.Rate)
	return nil
}

// undefined turns a number that does not exist for want of a gap into n/a.
func undefined(x float64, err error) (Number, error) {
	if errors.Is(err, route.ErrNoGap) {
		return notANumber, nil
	}
	return Number(x), err
}

// auroc is metric.AUROC with n/a where there is only one class.
func auroc(c route.Clips, positive func(clip int) bool) (Number, error) {
	is := make([]bool, len(c.U))
	for i := range is {
		is[i] = positive(i)
	}
	a, err := metric.AUROC(c.U, is)
	if errors.Is(err, metric.ErrOneClass) {
		return notANumber, nil
	}
	return Number(a), err
}

// curves draws the measures with the headline fusion, the other fusions with
// the headline measure, and the two references.
func (r *runner) curves() error {
	c := r.h.Config
	for _, measure := range c.Measures {
		if r.na[measure] == "" {
			if err := r.addCurve(measure, r.headline, "measure"); err != nil {
				return err
			}
		}
	}
	for _, name := range c.Fusions {
		s, err := r.h.strategyByName(name)
		if err != nil {
			return err
		}
		// A strategy with a second threshold has a surface, not a curve.
		if name == c.Headline.Fusion || s.NeedsTau || r.applicable(s) != nil {
			continue
		}
		if err := r.addCurve(c.Headline.Measure, s, "fusion"); err != nil {
			return err
		}
	}
	return r.references()
}

// addCurve adds one deferral curve with its band.
func (r *runner) addCurve(measure string, s fusion.Strategy, role string) error {
	d, err := r.draw(measure, s)
	if err != nil {
		return err
	}
	out := Curve{Name: measure + " + " + s.Name, Measure: measure, Fusion: s.Name, Role: role, Points: r.points(d.curve)}
	for i := range out.Points {
		out.Points[i].Lo, out.Points[i].Hi = Number(d.band.Lo[i]), Number(d.band.Hi[i])
	}
	r.result.Curves = append(r.result.Curves, out)
	return nil
}

// references adds the curves of random deferral and of the oracle router.
func (r *runner) references() error {
	d, err := r.draw(r.h.Config.Headline.Measure, r.headline)
	if err != nil {
		return err
	}
	oracle, err := route.Oracle(d.clips)
	if err != nil {
		return err
	}
	r.result.Curves = append(r.result.Curves,
		Curve{Name: "random", Measure: "random", Fusion: r.headline.Name, Role: "random", Points: r.points(d.curve.Random())},
		Curve{Name: "oracle", Measure: "oracle", Fusion: r.headline.Name, Role: "oracle", Points: r.points(oracle)})
	return nil
}

// points reads a curve at the kept rates, without a band.
func (r *runner) points(curve route.Curve) []CurvePoint {
	out := make([]CurvePoint, len(curveRates))
	for i, rate := range curveRates {
		p := curve.At(rate)
		out[i] = CurvePoint{
			Rate: Number(rate), Accuracy: Number(p.Quality), Lo: notANumber, Hi: notANumber,
			First: Number(p.First), Second: Number(p.Second),
		}
		for _, axis := range r.h.Config.Costs {
			out[i].Costs = append(out[i].Costs, Number(axis.Mean(p.First, p.Second)))
		}
	}
	return out
}

// profiles scores the two models and the headline cascade under every profile,
// on all clips.
func (r *runner) profiles() error {
	small, err := r.escalate(fusion.SmallOnly, noTau)
	if err != nil {
		return err
	}
	large, err := r.escalate(fusion.LargeOnly, noTau)
	if err != nil {
		return err
	}
	var scored []metric.Answers
	for _, p := range metric.Profiles() {
		for _, sys := range []struct {
			name string
			*answered
		}{{smallAlone, small}, {largeAlone, large}, {r.result.Cascade().Name, r.cascade}} {
			answers := r.h.answers(answersOf(sys.outcomes))
			res, err := metric.Evaluate(p.Name, r.h.Kind, answers)
			if err != nil {
				return err
			}
			out := Profile{System: sys.name, Profile: p.Name, Warnings: res.Warnings}
			for _, v := range res.Values {
				out.Metrics = append(out.Metrics, MetricValue{Name: v.Name, Value: Number(v.Value), N: v.N, NA: v.NA})
			}
			r.result.Profiles, scored = append(r.result.Profiles, out), append(scored, answers)
		}
	}
	return r.intervals(scored)
}

func isControl(measure string) bool {
	m, err := uncertainty.ByName(measure)
	return err == nil && m.Control
}
