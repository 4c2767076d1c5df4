package calibrate

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawPairs draws pairs of both kinds, many of them tied.
func drawPairs(t *rapid.T) (u []float64, bad []bool) {
	near := rapid.Map(rapid.IntRange(-9, 9), func(i int) float64 { return 0.5 + float64(i)*0x1p-53 })
	value := rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}), near)
	u = rapid.SliceOfN(value, 2, 60).Draw(t, "u")
	bad = rapid.SliceOfN(rapid.Bool(), len(u), len(u)).Draw(t, "wrong")
	bad[0], bad[1] = true, false
	return u, bad
}

// Every method gives probabilities, the same for the pairs in any order; the
// monotone ones never fall.
func TestProbabilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, bad := drawPairs(t)
		at := append(rapid.SliceOf(rapid.Float64Range(-5, 5)).Draw(t, "at"), u...)
		for _, v := range slices.Clone(at) { // the last bit is where a curve might fall
			at = append(at, math.Nextafter(v, 9), math.Nextafter(v, -9))
		}
		at = append(at, math.Inf(-1), -1e300, 1e300, math.Inf(1))
		slices.Sort(at)
		order := rapid.Permutation(upTo(len(u))).Draw(t, "order")
		shuffled, shuffledBad := make([]float64, len(u)), make([]bool, len(u))
		for i, k := range order {
			shuffled[i], shuffledBad[i] = u[k], bad[k]
		}
		for _, m := range All() {
			c, err := m.Fit(u, bad)
			if err != nil {
				t.Fatal(err)
			}
			again, err := m.Fit(shuffled, shuffledBad)
			if err != nil {
				t.Fatal(err)
			}
			p := c.Apply(at)
			if !slices.Equal(p, again.Apply(at)) {
				t.Errorf("%s depends on the order of the pairs", m.Name)
			}
			if m.Monotone && !slices.IsSorted(p) {
				t.Errorf("%s falls: %v at %v", m.Name, p, at)
			}
			for i := range p {
				if !(p[i] >= 0 && p[i] <= 1) {
					t.Errorf("%s at %v is %v", m.Name, at[i], p[i])
				}
			}
		}
	})
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func squaredError(c Calibration, u []float64, bad []bool) float64 {
	sum := 0.0
	for i := range u {
		d := c.At(u[i]) - float64(b2i(bad[i]))
		sum += d * d
	}
	return sum
}

// On what it was fitted on, isotonic regression is no worse than any other
// monotone method, and its mean is the share of wrong answers.
func TestIsotonicIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, bad := drawPairs(t)
		c, err := Isotonic.Fit(u, bad)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, v := range u {
			sum += c.At(v)
		}
		if math.Abs(sum-float64(c.Wrong)) > 1e-9 {
			t.Errorf("probabilities add up to %v for %d wrong answers", sum, c.Wrong)
		}
		for _, m := range All() {
			if other, err := m.Fit(u, bad); err != nil || m.Monotone && squaredError(c, u, bad) > squaredError(other, u, bad)+1e-9 {
				t.Errorf("%s is better: %v, %v (%v)", m.Name, squaredError(other, u, bad), squaredError(c, u, bad), err)
			}
		}
	})
}

// A curve that depends on u only through its order or a linear map of it moves
// with u.
func TestEquivariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, bad := drawPairs(t)
		moved := make([]float64, len(u))
		for i, v := range u {
			u[i] = math.Round(v*1024) / 1024 // so that what follows is exact
			moved[i] = 8*u[i] + 1024
		}
		for _, m := range []Method{Isotonic, Platt, Histogram} {
			a, errA := m.Fit(u, bad)
			b, errB := m.Fit(moved, bad)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			for i := range u {
				if math.Abs(a.At(u[i])-b.At(moved[i])) > 1e-9 {
					t.Errorf("%s: %v at %v, %v at %v", m.Name, a.At(u[i]), u[i], b.At(moved[i]), moved[i])
				}
			}
		}
	})
}

// No other temperature has a smaller loss, and the order of the classes stays.
func TestTemperatureIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(1, 20).Draw(t, "n"), rapid.IntRange(2, 7).Draw(t, "K")
		var probs [][]float64
		var class []int
		for range n {
			logits := rapid.SliceOfN(rapid.Float64Range(-5, 5), k, k).Draw(t, "logits")
			probs = append(probs, scaled(logits, 1))
			class = append(class, rapid.IntRange(0, k-1).Draw(t, "class"))
		}
		fitted, err := FitTemperature(probs, class)
		if err != nil {
			t.Fatal(err)
		}
		rows := make([]targeted, n)
		for i, p := range probs {
			rows[i] = targeted{logs(p), make([]float64, k)}
			rows[i].target[class[i]] = 1
		}
		other := math.Exp(rapid.Float64Range(math.Log(coldest), math.Log(hottest)).Draw(t, "ln T"))
		if rival := loss(rows, 1/other) / float64(n); rival < fitted.NLL-1e-9 || fitted.NLLBefore < fitted.NLL-1e-9 {
			t.Errorf("T = %v has loss %v, T = %v has %v, T = 1 has %v", fitted.T, fitted.NLL, other, rival, fitted.NLLBefore)
		}
		p, q := probs[0], fitted.Probs(probs[0])
		for i := range p {
			for j := range p {
				if p[i] < p[j]*(1-1e-9) && q[i] > q[j] {
					t.Errorf("the order of %v is lost in %v", p, q)
				}
			}
		}
	})
}
