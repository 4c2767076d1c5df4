package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/route"
)

// Surface is a cascade with two thresholds over all of their values: on the small
// model, which decides what is escalated, and on the large one, which decides what
// is accepted as confident. It is that of U-ACS v2 with the headline measure.
type Surface struct {
	Measure      string `json:"measure"`
	LargeMeasure string `json:"large_measure"`
	Fusion       string `json:"fusion"`
	// Escalated are the columns: the share of clips above the first threshold,
	// ascending. Doubted are the rows: the share of the large model's answers above
	// the second, ascending.
	Escalated []Number `json:"escalated"`
	Doubted   []Number `json:"doubted"`
	// Accuracy has a row for each of Doubted. Lo and Hi bound it where both thresholds
	// stay as they are: a percentile bootstrap by video with the run's draws.
	Accuracy [][]Number `json:"accuracy"`
	Lo       [][]Number `json:"lo"`
	Hi       [][]Number `json:"hi"`
	// First are the first-round calls per clip of each column, Second the second-round
	// calls per clip, with a row for each of Doubted.
	First  []Number   `json:"first_calls"`
	Second [][]Number `json:"second_calls"`
	// Prices say what a cell costs, in the order of the run's axes.
	Prices []Price `json:"prices"`
	// Hull are the points of the upper convex hull of accuracy over calls, by
	// ascending calls. They are chosen on the clips they are judged on: oracle
	// thresholds.
	Hull []SurfacePoint `json:"hull"`
	// Note says how many thresholds there are, and how many of them are kept.
	Note string `json:"note"`
}

// Price is what a clip costs on one axis: Clip at the small model, and First and
// Second for each call of the large one.
type Price struct {
	Clip   Number `json:"clip"`
	First  Number `json:"first_call"`
	Second Number `json:"second_call"`
}

// SurfacePoint is a pair of thresholds, told by what they do.
type SurfacePoint struct {
	Escalated Number `json:"escalated"`
	Doubted   Number `json:"doubted"`
	Accuracy  Number `json:"accuracy"`
	First     Number `json:"first_calls"`
	Second    Number `json:"second_calls"`
}

// surfaceSteps is how many values of a threshold a surface keeps at most: enough
// for a figure, too few to read single clips from.
const surfaceSteps = 51

// surface adds the two-threshold surface, if the config names U-ACS v2.
func (r *runner) surface() error {
	c := r.h.Config
	if !slices.Contains(c.Fusions, fusion.UACSv2.Name) || r.applicable(fusion.UACSv2) != nil {
		return nil
	}
	stages, err := r.stages(fusion.UACSv2)
	if err != nil {
		return err
	}
	whole, err := route.NewSurface(stages, 0)
	if err != nil {
		return fmt.Errorf("surface: %w", err)
	}
	coarse, err := route.NewSurface(stages, surfaceSteps)
	if err != nil {
		return fmt.Errorf("surface: %w", err)
	}
	band, err := coarse.Band(stages, r.clusters, r.plan(StreamBootstrap))
	if err != nil {
		return fmt.Errorf("surface: %w", err)
	}
	s := &Surface{Measure: c.Headline.Measure, LargeMeasure: c.LargeMeasure, Fusion: fusion.UACSv2.Name, Note: coarse.Note()}
	s.fill(coarse, band)
	for _, tau := range coarse.Large {
		s.Doubted = append(s.Doubted, above(stages.Large, tau))
	}
	for _, axis := range c.Costs {
		s.Prices = append(s.Prices, Price{Clip: Number(axis.Small), First: Number(axis.Large), Second: Number(cmp.Or(axis.Second, axis.Large))})
	}
	_, hull, err := whole.Frontier(nil)
	if err != nil {
		return fmt.Errorf("surface: %w", err)
	}
	for _, p := range hull {
		s.Hull = append(s.Hull, SurfacePoint{
			Escalated: Number(p.Rate), Doubted: above(stages.Large, p.TauLarge),
			Accuracy: Number(p.Quality), First: Number(p.First), Second: Number(p.Second),
		})
	}
	r.result.Surface = s
	return nil
}

// fill sets the cells, and the columns' shares and first calls.
func (s *Surface) fill(f route.Surface, band route.SurfaceBand) {
	for row := range f.Small {
		s.Escalated, s.First = append(s.Escalated, Number(f.At(row, 0).Rate)), append(s.First, Number(f.At(row, 0).First))
	}
	for column := range f.Large {
		var accuracy, lo, hi, second []Number
		for row := range f.Small {
			cell := f.At(row, column)
			below, above := band.At(row, column)
			accuracy, second = append(accuracy, Number(cell.Quality)), append(second, Number(cell.Second))
			lo, hi = append(lo, Number(below)), append(hi, Number(above))
		}
		s.Accuracy, s.Second = append(s.Accuracy, accuracy), append(s.Second, second)
		s.Lo, s.Hi = append(s.Lo, lo), append(s.Hi, hi)
	}
}

// stages are the counted clips as a cascade with two thresholds sees them: with
// every answer of the large model accepted, and with none.
func (r *runner) stages(s fusion.Strategy) (route.Stages, error) {
	accepted, err := r.escalate(s, math.Inf(1))
	if err != nil {
		return route.Stages{}, err
	}
	settled, err := r.escalate(s, math.Inf(-1))
	if err != nil {
		return route.Stages{}, err
	}
	out := route.Stages{
		Small: pick(r.allU[r.h.Config.Headline.Measure], r.counted), Large: pick(r.allULarge, r.counted),
		Keep: r.keep, Accept: pick(accepted.right, r.counted), Settle: pick(settled.right, r.counted),
	}
	for _, i := range r.counted {
		first, second := calls(settled.outcomes[i])
		out.First, out.Second = append(out.First, first), append(out.Second, second)
	}
	return out, nil
}

// above returns the share of u above tau.
func above(u []float64, tau float64) Number {
	n := 0
	for _, v := range u {
		n += b2i(v > tau)
	}
	return Number(float64(n) / float64(len(u)))
}
