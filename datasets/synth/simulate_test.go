package synth

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"uacs/harness/sample"
)

// The tolerance of every comparison here: a measured share lies within
// tolerance standard errors of the exact one, plus a few clips. The standard error
// is Estimand.StdErr for the clips per video that were drawn, itself exact by
// enumeration (binomial within videos of one latent, plus the variance between
// latents times the sum of squared sizes). For a normal variable one comparison
// fails at 5 with probability 6e-7; one seed makes some 250 comparisons that
// move together, so 40 seeds fail with probability below 0.6 %, and the seeds are
// fixed: what passes once passes always. The extra term 25/(3n), from Bernstein's
// inequality at 5 deviations, covers shares of a few clips, whose counts are
// not normal.
const tolerance = 5

func within(got float64, e Estimand, clips []int, scored float64) bool {
	n := float64(count(clips)) * scored
	return math.Abs(got-e.Value) <= tolerance*e.StdErr(clips)+tolerance*tolerance/(3*n)
}

func count(x []int) (sum int) {
	for _, v := range x {
		sum += v
	}
	return sum
}

// measurement is what a harness would measure on the test split: it reads the
// records and labels only, never Truth.
type measurement struct {
	clips                []int // per video
	nonzero              float64
	small, large, second float64
	oracle               float64
	rate, rateScored     map[string][]float64 // at the exact thresholds
	accuracy             map[string][]float64
}

// uncertainties are the two measures from a small record.
var uncertainties = map[string]func(p *sample.Prediction) float64{
	Entropy: func(p *sample.Prediction) float64 {
		h := 0.0
		for _, q := range p.Probs {
			if q > 0 {
				h -= q * math.Log(q)
			}
		}
		return h / math.Log(float64(len(p.Probs)))
	},
	DistanceToNeutral: func(p *sample.Prediction) float64 { return -math.Abs(*p.Score) },
}

// right returns 1 where p, or the small record where p is a refusal, has the
// label's sign.
func right(p, small *sample.Prediction, label float64) float64 {
	if !p.OK() {
		p = small
	}
	if sample.PolarityOf(*p.Score) == sample.PolarityOf(label) {
		return 1
	}
	return 0
}

// measure evaluates the test split of s at the thresholds of e. uncertain[i] is
// the index of the small record whose uncertainty clip i is deferred by: i, but
// for controls.
func measure(s *Set, e *Exact, uncertain []int) measurement {
	m := measurement{rate: map[string][]float64{}, rateScored: map[string][]float64{}, accuracy: map[string][]float64{}}
	videos := map[string]int{}
	var n, scored float64
	for i, x := range s.Samples {
		if x.Split != sample.Test {
			continue
		}
		at, ok := videos[x.Video]
		if !ok {
			at = len(m.clips)
			videos[x.Video], m.clips = at, append(m.clips, 0)
		}
		m.clips[at]++
		n++
		if x.Label == 0 {
			continue
		}
		scored++
		small, large := right(&s.Small[i], nil, x.Label), right(&s.Large[i], &s.Small[i], x.Label)
		m.small += small
		m.large += large
		m.oracle += max(small, large)
		m.second += right(&s.Second[i], &s.Small[i], x.Label)
	}
	m.nonzero = scored / n
	for _, v := range []*float64{&m.small, &m.large, &m.oracle, &m.second} {
		*v /= scored
	}
	for _, c := range e.Curves {
		m.curve(s, &c, uncertain, n, scored)
	}
	return m
}

// curve buckets the clips by the first point of c that defers them and sums.
func (m *measurement) curve(s *Set, c *Curve, uncertain []int, n, scored float64) {
	k := len(c.Points)
	all, some, gain := make([]float64, k), make([]float64, k), make([]float64, k)
	for i, x := range s.Samples {
		if x.Split != sample.Test {
			continue
		}
		u := uncertainties[c.Uncertainty](&s.Small[uncertain[i]])
		at, _ := slices.BinarySearchFunc(c.Points[1:], u, func(p Point, u float64) int {
			return cmp.Compare(u, *p.Threshold-sameUncertainty) // thresholds fall
		})
		at = min(at+1, k-1)
		all[at]++
		if x.Label != 0 {
			some[at]++
			gain[at] += right(&s.Large[i], &s.Small[i], x.Label) - right(&s.Small[i], nil, x.Label)
		}
	}
	var a, b, g float64
	for j := range k {
		a, b, g = a+all[j], b+some[j], g+gain[j]
		m.rate[c.Uncertainty] = append(m.rate[c.Uncertainty], a/n)
		m.rateScored[c.Uncertainty] = append(m.rateScored[c.Uncertainty], b/scored)
		m.accuracy[c.Uncertainty] = append(m.accuracy[c.Uncertainty], m.small+g/scored)
	}
}

func identity(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}

// simulation runs f on the measurements of independent seeds, in their order.
func simulation(t *testing.T, c Config, seeds int, f func(seed int, m measurement)) {
	if testing.Short() {
		seeds = min(seeds, 4)
	}
	e := enumerate(t, c)
	results := make([]measurement, seeds)
	var wg sync.WaitGroup
	limit := make(chan struct{}, 2)
	for i := range seeds {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			c := c
			c.Seed = uint64(1000 + i)
			if s, err := Generate(c); err == nil { // the config was valid for Enumerate
				results[i] = measure(s, e, identity(len(s.Samples)))
			}
		})
	}
	wg.Wait()
	for i, m := range results {
		f(i, m)
	}
}

// enlarged returns c with a test split of n clips and as few others as it may have.
func enlarged(c Config, n, videos int) Config {
	c.Clips, c.Videos = Sizes{1, 1, n}, Sizes{1, 1, videos}
	if c.SharedVideos {
		c.Clips, c.Videos = Sizes{videos, videos, n}, Sizes{videos, videos, videos}
	}
	return c
}

// The promise of the package: measured curves are the exact ones but for
// sampling, at 20,000 test clips for 20 seeds, at the real sizes, and in few
// videos, where the variance between videos is most of the error.
func TestMeasuredIsExact(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
	}{
		{"mosi 20000", enlarged(MOSI(), 20_000, 400)},
		{"sims 20000", enlarged(SIMS(), 20_000, 400)},
		{"mosi as it is", MOSI()},
		{"sims as it is", SIMS()},
		{"mosi 25 videos", enlarged(MOSI(), 5_000, 25)},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := enumerate(t, c.config)
			squares := map[string]float64{}
			seeds := 0
			simulation(t, c.config, 20, func(seed int, m measurement) {
				seeds++
				compareAll(t, e, m, seed, squares)
			})
			// The mean of n squared normal deviates has variance 2/n: 5 deviations
			// again. From 20 seeds on, below 0.2 is as unlikely (chi-square, 20
			// degrees of freedom: 2e-5), and would say that the errors are too large.
			high, low := 1+tolerance*math.Sqrt(2/float64(seeds)), 0.0
			if seeds >= 20 {
				low = 0.2
			}
			for name, sum := range squares {
				if mean := sum / float64(seeds); mean > high || mean < low {
					t.Errorf("%s: mean squared deviation %.2f squared standard errors, want 1 (%.2f to %.2f)", name, mean, low, high)
				}
			}
		})
	}
}

// compareAll holds every value of e to m and adds squared deviations.
func compareAll(t *testing.T, e *Exact, m measurement, seed int, squares map[string]float64) {
	t.Helper()
	check := func(name string, got float64, want Estimand, scored float64, square bool) {
		if !within(got, want, m.clips, scored) {
			t.Errorf("seed %d: %s %.4f, exact %.4f, standard error %.4f", seed, name, got, want.Value, want.StdErr(m.clips))
		}
		if square {
			z := (got - want.Value) / want.StdErr(m.clips)
			squares[name] += z * z
		}
	}
	check("nonzero", m.nonzero, e.Nonzero, 1, true)
	check("small", m.small, e.Small, e.Nonzero.Value, true)
	check("large", m.large, e.Large, e.Nonzero.Value, true)
	check("second", m.second, e.Second, e.Nonzero.Value, true)
	check("oracle", m.oracle, e.Oracle, e.Nonzero.Value, true)
	for _, c := range e.Curves {
		for i, p := range c.Points {
			name := fmt.Sprintf("%s point %d", c.Uncertainty, i)
			middle := i == len(c.Points)/2
			check(name+" rate", m.rate[c.Uncertainty][i], p.Rate, 1, middle)
			check(name+" rate of scored", m.rateScored[c.Uncertainty][i], p.RateScored, e.Nonzero.Value, middle)
			check(name+" accuracy", m.accuracy[c.Uncertainty][i], p.Accuracy, e.Nonzero.Value, middle)
		}
	}
}

// The test above can fail: deferring by other clips' uncertainties gives the
// random line and not the curve, and other clips' answers give neither.
func TestShufflingDestroysTheCurve(t *testing.T) {
	c := enlarged(MOSI(), 20_000, 400)
	e, s := enumerate(t, c), generate(t, c)
	rng := rand.New(rand.NewPCG(7, 7))
	order := identity(len(s.Samples))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	m := measure(s, e, order)
	for _, curve := range e.Curves {
		worst := 0.0
		for i, p := range curve.Points {
			got := m.accuracy[curve.Uncertainty][i]
			worst = max(worst, math.Abs(got-p.Accuracy.Value)/p.Accuracy.StdErr(m.clips))
			line := p.Accuracy
			line.Value = e.Random(m.rateScored[curve.Uncertainty][i])
			if !within(got, line, m.clips, e.Nonzero.Value) {
				t.Errorf("%s point %d: %.4f with shuffled uncertainties, random line %.4f", curve.Uncertainty, i, got, line.Value)
			}
		}
		if worst <= tolerance {
			t.Errorf("%s: shuffled uncertainties stay within %.1f standard errors of the curve", curve.Uncertainty, worst)
		}
	}

	shuffled := *s
	shuffled.Small = make([]sample.Prediction, len(order))
	for i, j := range order {
		shuffled.Small[i] = s.Small[j]
	}
	if m := measure(&shuffled, e, identity(len(order))); within(m.small, e.Small, m.clips, e.Nonzero.Value) {
		t.Errorf("shuffled answers are right in %.4f, exact %.4f", m.small, e.Small.Value)
	}
}
