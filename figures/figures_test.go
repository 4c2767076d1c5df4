package figures

import (
	"bytes"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files instead of comparing")

// check renders fig as SVG and compares it with testdata/name.svg. The golden
// package of the harness is internal to it, so this is its counterpart here.
func check(t *testing.T, name string, fig Figure) {
	t.Helper()
	got, err := Render(fig, "svg")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".svg")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs (-want +got):\n%s", path, cmp.Diff(string(want), string(got)))
	}
	if len(got) > 150_000 {
		t.Errorf("%s has %d bytes; the limit is 150,000", name, len(got))
	}
}

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

// curve escalates in the order of a measure that knows the difficulty with the
// given quality from 0 to 1; below 0 it is the oracle. The band is 1.96 standard errors.
func (c *cascade) curve(name string, role Role, quality float64, x func(share float64) float64) Curve {
	n := len(c.hard)
	u := make([]float64, n)
	order := make([]int, n)
	for i := range u {
		order[i] = i
		u[i] = quality*c.hard[i] + (1-quality)*c.rng.Float64()
		if quality < 0 {
			u[i] = 1
			if c.small[i] {
				u[i]--
			}
			if !c.large[i] {
				u[i]--
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if u[a] > u[b] {
			return -1
		} else if u[a] < u[b] {
			return 1
		}
		return 0
	})
	right := 0
	for _, ok := range c.small {
		if ok {
			right++
		}
	}
	out := Curve{Name: name, Role: role}
	for k := 0; k <= n; k++ {
		p := float64(right) / float64(n)
		half := 196 * math.Sqrt(p*(1-p)/float64(n))
		out.X = append(out.X, x(float64(k)/float64(n)))
		out.Y = append(out.Y, 100*p)
		if role == Measure {
			out.Lo = append(out.Lo, 100*p-half)
			out.Hi = append(out.Hi, 100*p+half)
		}
		if k < n {
			i := order[k]
			if c.small[i] {
				right--
			}
			if c.large[i] {
				right++
			}
		}
	}
	return out
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

func twoMeasures(x func(float64) float64) AccuracyCompute {
	c := newCascade(7, 686)
	f := AccuracyCompute{
		Title:    "Entropy routing beats the LLM at a third of its cost",
		Subtitle: "n = 686 clips; bands and bars: 95 % intervals",
		Footer:   "Test split, cross-fitted by video. Config 4f1c2a, data 90be77.",
		XLabel:   "Clips answered by the LLM (%)", YLabel: "Binary accuracy (%)",
		ShareX: true, Synthetic: true,
		Curves: []Curve{
			c.curve("Entropy", Measure, 0.85, x),
			c.curve("Modality disagreement", Measure, 0.5, x),
			c.curve("Random", Random, 0, x),
			c.curve("Oracle", Oracle, -1, x),
		},
	}
	f.Points = ends(f.Curves[0])
	k := 240
	e := f.Curves[0]
	f.Marks = []Mark{{Name: "Chosen threshold", X: e.X[k], Y: e.Y[k], Lo: e.Lo[k], Hi: e.Hi[k], XLo: e.X[k-40], XHi: e.X[k+40]}}
	return f
}

func fiveMeasures(x func(float64) float64) AccuracyCompute {
	c := newCascade(11, 1034)
	f := twoMeasures(x)
	f.Title = "Five measures"
	f.Curves = []Curve{
		c.curve("Entropy", Measure, 0.9, x),
		c.curve("Margin", Measure, 0.75, x),
		c.curve("MC dropout", Measure, 0.6, x),
		c.curve("Vote entropy", Measure, 0.45, x),
		c.curve("Verbalised", Measure, 0.3, x),
		c.curve("Random", Random, 0, x),
		c.curve("Oracle", Oracle, -1, x),
	}
	f.Points = ends(f.Curves[0])
	f.Marks = nil
	return f
}

func TestLook(t *testing.T) {
	two, five := twoMeasures(share), fiveMeasures(share)
	log := twoMeasures(flops)
	log.ShareX, log.LogX, log.XLabel = false, true, "FLOPs per clip (log scale)"
	log.Marks = nil
	wide := five
	wide.Width = DoubleColumn
	widelog := fiveMeasures(flops)
	widelog.ShareX, widelog.LogX, widelog.XLabel = false, true, "FLOPs per clip (log scale)"
	widelog.Width = DoubleColumn
	strip := func(f AccuracyCompute, title string) AccuracyCompute {
		f.Title, f.Subtitle, f.Footer, f.YLabel, f.Width = title, "", "", "", SingleColumn
		return f
	}
	grid := Grid{
		Title: two.Title, Subtitle: two.Subtitle, Footer: two.Footer, YLabel: two.YLabel, Width: DoubleColumn,
		Panels: []AccuracyCompute{strip(two, "By calls"), strip(log, "By FLOPs")},
	}
	for name, f := range map[string]Figure{"two": two, "five": five, "log": log, "wide": wide, "widelog": widelog, "grid": grid} {
		for _, format := range Formats {
			if err := Save(f, filepath.Join("/tmp/fig", name+"."+format)); err != nil {
				t.Error(err)
			}
		}
	}
}
