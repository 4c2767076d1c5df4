package figures

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A cascade is made-up clips: whether the small and the large model are right
// about each, and how hard it is.
type cascade struct {
	small, large []bool
	hard         []float64
	rng          *rand.Rand
}

func newCascade(seed uint64, n int) *cascade {
	c := &cascade{rng: rand.New(rand.NewPCG(seed, 1))}
	for range n {
		h := c.rng.Float64()
		c.hard = append(c.hard, h)
		c.small = append(c.small, c.rng.Float64() < 0.97-0.46*h*h)
		c.large = append(c.large, c.rng.Float64() < 0.93-0.12*h)
	}
	return c
}

// order sorts the clips for escalation by a measure that knows the difficulty
// with the given quality from 0 to 1; below 0 it is the oracle.
func (c *cascade) order(quality float64) []int {
	u := make([]float64, len(c.hard))
	order := make([]int, len(u))
	for i := range u {
		order[i] = i
		u[i] = quality*c.hard[i] + (1-quality)*c.rng.Float64()
		if quality < 0 {
			u[i] = number(c.large[i]) - number(c.small[i])
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(u[b], u[a]) })
	return order
}

func number(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

// curve returns the accuracy for every number of escalated clips; x turns their
// share into compute. A Measure has a band of 1.96 standard errors.
func (c *cascade) curve(name string, role Role, quality float64, x func(share float64) float64) Curve {
	order := c.order(quality)
	n := float64(len(order))
	right := 0.0
	for _, ok := range c.small {
		right += number(ok)
	}
	out := Curve{Name: name, Role: role}
	for k := 0; ; k++ {
		p := right / n
		half := 196 * math.Sqrt(p*(1-p)/n)
		out.X = append(out.X, x(float64(k)/n))
		out.Y = append(out.Y, 100*p)
		if role == Measure {
			out.Lo = append(out.Lo, 100*p-half)
			out.Hi = append(out.Hi, 100*p+half)
		}
		if k == len(order) {
			return out
		}
		right += number(c.large[order[k]]) - number(c.small[order[k]])
	}
}

func share(s float64) float64 { return s }

// flops is a made-up cost: a small model of 3e7 and a large one of 2e12.
func flops(s float64) float64 { return 3e7 + 2e12*s }

// ends returns the two single models of a curve.
func ends(c Curve) []Point {
	last := len(c.X) - 1
	return []Point{
		{Name: "Small model only", X: c.X[0], Y: c.Y[0], Lo: c.Lo[0], Hi: c.Hi[0]},
		{Name: "LLM only", X: c.X[last], Y: c.Y[last], Lo: c.Lo[last], Hi: c.Hi[last]},
	}
}

// chosen returns the k-th place of a curve as a chosen threshold.
func chosen(c Curve, k int) Mark {
	return Mark{Name: "Chosen threshold", X: c.X[k], Y: c.Y[k], Lo: c.Lo[k], Hi: c.Hi[k], XLo: c.X[k-40], XHi: c.X[k+40]}
}

// crowded returns five measures, random and oracle.
func crowded() AccuracyCompute {
	clips := newCascade(11, 1034)
	f := AccuracyCompute{
		Title:     "Five measures of uncertainty",
		Subtitle:  "n = 1034 clips; bands and bars: 95 % intervals",
		XLabel:    "Clips answered by the LLM (%)",
		YLabel:    "Binary accuracy (%)",
		ShareX:    true,
		Synthetic: true,
	}
	for i, name := range []string{"Entropy", "Margin", "MC dropout", "Vote entropy", "Verbalised"} {
		f.Curves = append(f.Curves, clips.curve(name, Measure, 0.9-0.15*float64(i), share))
	}
	f.Points = ends(f.Curves[0])
	f.Curves = append(f.Curves, clips.curve("Random", Random, 0, share), clips.curve("Oracle", Oracle, -1, share))
	return f
}

// panelOf turns a figure into a panel of a grid.
func panelOf(f AccuracyCompute, title string) AccuracyCompute {
	f.Title, f.Subtitle, f.Footer, f.YLabel = title, "", "", ""
	return f
}
