package infer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// videos names n clips of the given number of videos, of uneven sizes.
func videos(rng *rand.Rand, clips, number int) []string {
	names := make([]string, clips)
	for i := range names {
		names[i] = fmt.Sprint(int(math.Sqrt(rng.Float64()) * float64(number)))
	}
	return names
}

// clustered draws 0/1 values whose chance depends on the video.
func clustered(rng *rand.Rand, names []string) []float64 {
	chance, x := map[string]float64{}, make([]float64, len(names))
	for i, name := range names {
		p, ok := chance[name]
		if !ok {
			p = 0.5 + 0.5*rng.Float64()
			chance[name] = p
		}
		if rng.Float64() < p {
			x[i] = 1
		}
	}
	return x
}

// Each cluster is drawn equally often: chi-square over 7 clusters, 6 degrees of
// freedom, stays below its 99.9 % point for this seed.
func TestDrawsAreUniform(t *testing.T) {
	total := make([]float64, 7)
	err := Resample(7, Plan{Seed: 11}, func(_ int, weight []int32) {
		sum := int32(0)
		for k, w := range weight {
			total[k] += float64(w)
			sum += w
		}
		if sum != 7 {
			t.Fatalf("weights %v sum to %d", weight, sum)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	chi2 := 0.0
	for _, n := range total {
		chi2 += (n - DefaultReplicates) * (n - DefaultReplicates) / DefaultReplicates
	}
	if limit := (distuv.ChiSquared{K: 6}).Quantile(0.999); chi2 > limit {
		t.Errorf("chi-square %v above %v: %v", chi2, limit, total)
	}
}

// Of 3·2^30 clusters, multiplication without rejection would draw those of one
// remainder by 3 twice as often as the others; 4 sigma of a third of 6000 is 146.
func TestDrawsRejectTheBias(t *testing.T) {
	const n = 3 << 30
	index, count := make([]uint32, 6000), [3]int{}
	newDraws(Plan{}, n).fill(index)
	for _, k := range index {
		if k >= n {
			t.Fatalf("drew %d of %d", k, n)
		}
		count[k%3]++
	}
	for _, k := range count {
		if k < 2000-146 || k > 2000+146 {
			t.Fatalf("remainders by 3 drawn %v times", count)
		}
	}
}

// The stream of draws is a promise: another order would silently change every
// published interval. The weights were recorded from this package.
func TestDrawsArePinned(t *testing.T) {
	var got [][]int32
	err := Resample(5, Plan{Replicates: 3, Seed: 1, Stream: 2}, func(_ int, weight []int32) {
		got = append(got, slices.Clone(weight))
	})
	want := [][]int32{{1, 1, 0, 3, 0}, {1, 1, 0, 3, 0}, {1, 1, 3, 0, 0}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
}

// Mean and Resample with one plan see the same draws: for whole numbers the
// replicates agree to the bit, and with them the interval.
func TestResampleGivesTheIntervalOfMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "data"), 0))
		names := videos(rng, rapid.IntRange(2, 60).Draw(t, "clips"), 12)
		c, x := NewClusters(names), clustered(rng, names)
		plan := Plan{Replicates: 200, Seed: rapid.Uint64().Draw(t, "seed"), Stream: rapid.Uint64().Draw(t, "stream"), Level: 0.8}
		got, err := Mean(c, x, nil, plan)
		if err != nil {
			t.Fatal(err)
		}
		sum, size, err := c.Sums(x, nil)
		if err != nil {
			t.Fatal(err)
		}
		var replicates []float64
		err = Resample(c.Len(), plan, func(_ int, weight []int32) {
			n, d := 0.0, 0.0
			for k, w := range weight {
				n += float64(w) * sum[k]
				d += float64(w) * size[k]
			}
			replicates = append(replicates, n/d)
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(replicates)
		tail := (1 - plan.Level) / 2
		if lo, hi := Quantile(replicates, tail), Quantile(replicates, 1-tail); got.Lo != lo || got.Hi != hi || got.B != 200 {
			t.Fatalf("Mean %+v, by weights [%v, %v]", got, lo, hi)
		}
	})
}

// Videos of one clip each are the clip bootstrap with the same draws, and a
// run repeated is the same run; another stream is another run.
func TestSingletonVideosAreTheClipBootstrap(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	names, x := make([]string, 100), make([]float64, 100)
	for i := range names {
		names[i], x[i] = fmt.Sprint("v", i), rng.NormFloat64()
	}
	run := func(c *Clusters, p Plan) Interval {
		got, err := Mean(c, x, nil, p)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	plan := Plan{Replicates: 500, Seed: 1}
	clip := run(Singletons(100), plan)
	if diff := cmp.Diff(clip, run(NewClusters(names), plan)); diff != "" {
		t.Errorf("(-by clip +by video of one clip):\n%s", diff)
	}
	if diff := cmp.Diff(clip, run(Singletons(100), plan)); diff != "" {
		t.Errorf("second run differs:\n%s", diff)
	}
	if clip.Method != "percentile bootstrap by clip" {
		t.Errorf("method %q", clip.Method)
	}
	plan.Stream = 1
	if other := run(Singletons(100), plan); other.Lo == clip.Lo {
		t.Error("another stream gave the same interval")
	}
}

// Shifting, scaling and negating the values does the same to the interval; the
// difference of a system and itself is 0, and b-a is -(a-b).
func TestIntervalEquivariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 40).Draw(t, "n")
		value := rapid.Float64Range(-10, 10)
		a := rapid.SliceOfN(value, n, n).Draw(t, "a")
		b := rapid.SliceOfN(value, n, n).Draw(t, "b")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "data"), 0))
		c, plan := NewClusters(videos(rng, n, 8)), Plan{Replicates: 100, Seed: 9}
		same := func(x, y Interval, scale, shift float64) bool {
			lo, hi := y.Lo, y.Hi
			if scale < 0 {
				lo, hi = hi, lo
			}
			for _, p := range [][2]float64{{x.Lo, lo}, {x.Hi, hi}, {x.Estimate, y.Estimate}} {
				if math.Abs(p[0]-(p[1]*scale+shift)) > 1e-11 {
					return false
				}
			}
			return math.Abs(x.SE-y.SE*math.Abs(scale)) < 1e-11
		}
		run := func(i Interval, err error) Interval {
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		base := run(Mean(c, a, nil, plan))
		moved := make([]float64, n)
		for i := range moved {
			moved[i] = 3 - 2*a[i]
		}
		if got := run(Mean(c, moved, nil, plan)); !same(got, base, -2, 3) {
			t.Fatalf("3-2x: %+v, x: %+v", got, base)
		}
		ab, ba := run(Difference(c, a, b, nil, plan)), run(Difference(c, b, a, nil, plan))
		if !same(ba, ab, -1, 0) {
			t.Fatalf("a-b %+v, b-a %+v", ab, ba)
		}
		if self := run(Difference(c, a, a, nil, plan)); self.Lo != 0 || self.Hi != 0 || self.SE != 0 {
			t.Fatalf("a-a: %+v", self)
		}
	})
}

// The bootstrap's standard error agrees with the closed form, which has the
// factor C/(C-1) that the bootstrap lacks. Their difference has a Monte Carlo
// error of 0.7 % at 10,000 replicates and one from linearising the ratio.
func TestBootstrapAgreesWithClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	names := videos(rng, 700, 70)
	x := clustered(rng, names)
	for name, c := range map[string]*Clusters{"by video": NewClusters(names), "by clip": Singletons(700)} {
		boot, err := Mean(c, x, nil, Plan{Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		closed, err := MeanSE(c, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		groups := float64(c.Len())
		if ratio := boot.SE * math.Sqrt(groups/(groups-1)) / closed.Clustered; math.Abs(ratio-1) > 0.04 {
			t.Errorf("%s: bootstrap %v, closed form %v, ratio %v", name, boot.SE, closed.Clustered, ratio)
		}
		if boot.Estimate != closed.Mean {
			t.Errorf("%s: means %v and %v", name, boot.Estimate, closed.Mean)
		}
	}
}

// With one cluster per clip the clustered standard error is the naive one.
func TestSingletonsHaveTheNaiveError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-5, 5), 2, 50).Draw(t, "x")
		se, err := MeanSE(Singletons(len(x)), x, nil)
		if err != nil || se.Clustered != se.Naive {
			t.Fatalf("%+v, %v", se, err)
		}
	})
}

// Over 400 simulated data sets of 30 videos with a strong common effect, 90 %
// intervals by video cover the true mean about as often as they say, those by
// clip far less often. The bounds are the binomial's 4-sigma band around 0.9,
// widened below for the known shortness of percentile intervals at 30 clusters.
func TestCoverage(t *testing.T) {
	const trials, truth = 400, 0.75
	rng := rand.New(rand.NewPCG(21, 0))
	covered := map[bool]int{}
	for trial := range trials {
		var names []string
		for v := range 30 {
			for range 1 + rng.IntN(19) {
				names = append(names, fmt.Sprint(v))
			}
		}
		x := clustered(rng, names)
		for byVideo, c := range map[bool]*Clusters{true: NewClusters(names), false: Singletons(len(names))} {
			got, err := Mean(c, x, nil, Plan{Replicates: 300, Level: 0.9, Seed: uint64(trial)})
			if err != nil {
				t.Fatal(err)
			}
			if got.Lo <= truth && truth <= got.Hi {
				covered[byVideo]++
			}
		}
	}
	byVideo, byClip := float64(covered[true])/trials, float64(covered[false])/trials
	t.Logf("coverage of 90%% intervals: by video %.3f, by clip %.3f", byVideo, byClip)
	if byVideo < 0.82 || byVideo > 0.96 {
		t.Errorf("by video %v", byVideo)
	}
	if byClip > 0.8 {
		t.Errorf("by clip %v: the simulation shows no clustering", byClip)
	}
}

// Under the null hypothesis P is about uniform: it falls below 0.1 in about a
// tenth of 500 simulations (4 sigma: 0.046 to 0.154), with whole videos swapped.
func TestSignFlipHoldsItsLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 0))
	rejected := 0
	const trials = 500
	for trial := range trials {
		var names []string
		var a, b []float64
		for v := range 20 {
			effect := rng.NormFloat64()
			for range 1 + rng.IntN(9) {
				names = append(names, fmt.Sprint(v))
				a, b = append(a, effect+0.3*rng.NormFloat64()), append(b, 0.3*rng.NormFloat64())
			}
		}
		got, err := SignFlip(NewClusters(names), a, b, nil, Plan{Replicates: 199, Seed: uint64(trial)})
		if err != nil {
			t.Fatal(err)
		}
		if got.P <= 0.1 {
			rejected++
		}
	}
	if share := float64(rejected) / trials; share < 0.046 || share > 0.154 {
		t.Errorf("rejected %v at level 0.1", share)
	}
}

// Patterns that tie in exact arithmetic tie here: tenths give the P of the whole
// numbers.
func TestSignFlipTies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.IntRange(-9, 9), 1, 9).Draw(t, "d")
		var d, tenths []float64
		for _, v := range whole {
			d, tenths = append(d, float64(v)), append(tenths, float64(v)/10)
		}
		c, zero := Singletons(len(d)), make([]float64, len(d))
		x, errX := SignFlip(c, d, zero, nil, Plan{})
		y, errY := SignFlip(c, tenths, zero, nil, Plan{})
		if errX != nil || errY != nil || x.P != y.P {
			t.Fatalf("%+v %v, tenths %+v %v", x, errX, y, errY)
		}
	})
}

// Holm's adjusted values keep the order of p, are at least p, at most the
// Bonferroni values, and do not depend on the order of the comparisons.
func TestHolmProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		got, err := Holm(p)
		if err != nil {
			t.Fatal(err)
		}
		reversed := slices.Clone(p)
		slices.Reverse(reversed)
		back, err := Holm(reversed)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(back)
		if !slices.Equal(got, back) {
			t.Fatalf("%v, reversed %v", got, back)
		}
		for i := range p {
			if got[i] < p[i] || got[i] > math.Min(1, float64(len(p))*p[i]) {
				t.Fatalf("p %v became %v of %d", p[i], got[i], len(p))
			}
			for j := range p {
				if p[i] < p[j] && got[i] > got[j] {
					t.Fatalf("%v and %v became %v and %v", p[i], p[j], got[i], got[j])
				}
			}
		}
	})
}
