package infer

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/stat/distuv"
)

var nan = math.NaN()

func TestClusters(t *testing.T) {
	c := NewClusters([]string{"b", "a", "b", "", "a"})
	if c.Len() != 3 || c.Clips() != 5 {
		t.Fatalf("%d clusters of %d clips, want 3 of 5", c.Len(), c.Clips())
	}
	var names []string
	for k := range c.Len() {
		names = append(names, c.Name(k))
	}
	if want := []string{"b", "a", ""}; !cmp.Equal(names, want) || c.Of(4) != 1 {
		t.Errorf("clusters %q in order of appearance, want %q; clip 4 is in %d", names, want, c.Of(4))
	}
	sum, size, err := c.Sums([]float64{1, 2, 4, 8, nan}, []bool{true, true, true, false, false})
	if err != nil || !cmp.Equal(sum, []float64{5, 2, 0}) || !cmp.Equal(size, []float64{2, 1, 0}) {
		t.Errorf("sums %v, sizes %v, %v", sum, size, err)
	}
}

func TestErrors(t *testing.T) {
	two := NewClusters([]string{"a", "b"})
	x := []float64{1, 2}
	for _, c := range []struct {
		name string
		run  func() error
		want string
	}{
		{"length", func() error { _, err := Mean(two, x[:1], nil, Plan{}); return err }, "bootstrap of a mean: 1 values for 2 clips"},
		{"marks", func() error { _, err := Mean(two, x, []bool{true}, Plan{}); return err }, "bootstrap of a mean: 1 counting marks for 2 clips"},
		{"NaN", func() error { _, err := Mean(two, []float64{nan, 1}, nil, Plan{}); return err }, "bootstrap of a mean: value of clip 0 is NaN"},
		{"nothing counts", func() error { _, err := Mean(two, x, make([]bool, 2), Plan{}); return err }, "bootstrap of a mean: no clip counts"},
		{"no clips", func() error { _, err := Mean(Singletons(0), nil, nil, Plan{}); return err }, "bootstrap of a mean: no clusters to resample"},
		{"level", func() error { _, err := Mean(two, x, nil, Plan{Level: 1}); return err }, "bootstrap of a mean: confidence level 1 is outside (0,1)"},
		{"replicates", func() error { _, err := Mean(two, x, nil, Plan{Replicates: -1}); return err }, "bootstrap of a mean: -1 replicates: not positive"},
		{"pair", func() error { _, err := Difference(two, x, x[:1], nil, Plan{}); return err }, "bootstrap of a difference: a pair of 2 and 1 values"},
		{"ratio", func() error { _, err := Ratio(x, x[:1], Plan{}); return err }, "2 numerators for 1 denominators"},
		{"infinite ratio", func() error { _, err := Ratio([]float64{math.Inf(1), 0}, x, Plan{}); return err }, "cluster 0 is +Inf/1"},
		{"resample nothing", func() error { return Resample(0, Plan{}, nil) }, "no clusters to resample"},
		{"standard error", func() error { _, err := MeanSE(two, x, make([]bool, 2)); return err }, "standard error of a mean: no clip counts"},
		{"flip", func() error { _, err := SignFlip(two, x, x, make([]bool, 2), Plan{}); return err }, "sign-flip test: no clip counts"},
		{"McNemar", func() error { _, err := McNemar(-1, 2); return err }, "McNemar: negative count (-1, 2)"},
		{"Discordant", func() error { _, _, err := Discordant(x, x, nil); return err }, "clip 1 is 2 and 2, not 0 or 1"},
		{"Discordant length", func() error { _, _, err := Discordant(x, x[:1], nil); return err }, "discordant clips of 2 and 1 answers, 0 counting marks"},
		{"Holm", func() error { _, err := Holm([]float64{0, 1.5}); return err }, "Holm: p-value 1 is 1.5, outside [0,1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(); err == nil || err.Error() != c.want {
				t.Errorf("err = %v\nwant  %s", err, c.want)
			}
		})
	}
}

func TestIntervalWarnings(t *testing.T) {
	many := make([]float64, 40)
	for i := range many {
		many[i] = float64(i % 2)
	}
	tenVideos := make([]string, 40)
	for i := range tenVideos {
		tenVideos[i] = string(rune('a' + i%10))
	}
	one := make([]bool, 40)
	one[0] = true
	for _, c := range []struct {
		name     string
		clusters *Clusters
		x        []float64
		counted  []bool
		want     []string
	}{
		{"none", Singletons(40), many, nil, nil},
		{"few clusters", NewClusters(tenVideos), many, nil, []string{"only 10 clusters: percentile intervals are too short below about 20"}},
		{"few clips", Singletons(25), many[:25], nil, []string{"only 25 clips"}},
		{"all equal", Singletons(40), make([]float64, 40), nil, []string{"all values are equal: the interval has no width and says nothing about the error"}},
		// A replicate misses one given cluster of 40 with probability (39/40)^40 = 0.363;
		// this seed gives 374 in 1000 (binomial sigma 15).
		{"one counted clip", Singletons(40), many, one, []string{
			"374 of 1000 replicates had no counted clip and were left out", "only 1 clips",
			"all values are equal: the interval has no width and says nothing about the error",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Mean(c.clusters, c.x, c.counted, Plan{Replicates: 1000, Seed: 14})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Warnings); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Clusters != c.clusters.Len() || !(got.Lo <= got.Estimate && got.Estimate <= got.Hi) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestMcNemar(t *testing.T) {
	got, err := McNemar(0, 0)
	want := McNemarTest{ExactP: 1, Chi2P: 1, Note: "the systems never differ; there is nothing to test"}
	if err != nil || got != want {
		t.Errorf("McNemar(0, 0) = %+v, %v", got, err)
	}
	// By hand: 2 (1 + 6) / 2^6.
	if got, _ = McNemar(1, 5); got.ExactP != 14./64 || got.Note == "" {
		t.Errorf("McNemar(1, 5) = %+v, want exact p 14/64 and a note", got)
	}
	// The incomplete beta function takes over without a jump, and gonum's
	// binomial agrees below that.
	for _, n := range []int{31, 500, exactBinomial - 1, exactBinomial} {
		k := n/2 - int(math.Sqrt(float64(n)))
		exact := binomialTails(k, n)
		if cdf := 2 * (distuv.Binomial{N: float64(n), P: 0.5}).CDF(float64(k)); math.Abs(exact-cdf) > 1e-9*cdf {
			t.Errorf("n %d: exact %v, gonum %v", n, exact, cdf)
		}
	}
}

func TestDiscordant(t *testing.T) {
	a, b := []float64{1, 1, 0, 0, 1}, []float64{1, 0, 1, 0, 0}
	onlyA, onlyB, err := Discordant(a, b, []bool{true, true, true, true, false})
	if onlyA != 1 || onlyB != 1 || err != nil {
		t.Errorf("Discordant = %d, %d, %v, want 1, 1", onlyA, onlyB, err)
	}
}

func TestHolm(t *testing.T) {
	for _, c := range []struct {
		name    string
		p, want []float64
	}{
		{"none", nil, nil},
		{"one", []float64{0.2}, []float64{0.2}},
		// English Wikipedia, "Holm-Bonferroni method", example.
		{"four", []float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		// pingouin's documentation of its holm function.
		{"five", []float64{.50, .003, .32, .054, .0003}, []float64{0.64, 0.012, 0.64, 0.162, 0.0015}},
		// By hand: three equal values all get 3p; NaN does not count, as NA in R.
		{"ties and a gap", []float64{0.02, nan, 0.02, 0.02}, []float64{0.06, nan, 0.06, 0.06}},
		{"capped", []float64{0.9, 0.8}, []float64{1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Holm(c.p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-15)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// By hand: clusters {1,1}, {0}, {1,0}; mean 3/5; residuals 2-6/5, 0-3/5, 1-6/5 =
// 0.8, -0.6, -0.2, squares 0.64+0.36+0.04 = 1.04; 3/2 * 1.04 / 25 = 0.0624.
// Naive: s² = (3*.16+2*.36)/4 = 0.3, /5 = 0.06.
func TestMeanSE(t *testing.T) {
	c := NewClusters([]string{"a", "a", "b", "c", "c", "d"})
	got, err := MeanSE(c, []float64{1, 1, 0, 1, 0, nan}, []bool{true, true, true, true, true, false})
	if err != nil {
		t.Fatal(err)
	}
	want := StandardError{
		Mean: 0.6, Naive: math.Sqrt(0.06), Clustered: math.Sqrt(0.0624), Clusters: 3, Clips: 5,
		Warnings: []string{"only 3 clusters: the clustered standard error is too small below about 20"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	single, err := MeanSE(NewClusters([]string{"a", "a"}), []float64{0, 1}, nil)
	if err != nil || !math.IsNaN(single.Clustered) || single.Naive != 0.5 {
		t.Errorf("one cluster: %+v, %v", single, err)
	}
}

func TestSignFlip(t *testing.T) {
	zero := make([]float64, 6)
	// By hand: differences 1 2 4 over three videos (the second of two clips); of
	// the 8 patterns only +++ and --- reach 7.
	c := NewClusters([]string{"a", "b", "c", "b", "d", "e"})
	got, err := SignFlip(c, []float64{1, 0.5, 4, 1.5, 0, 9}, zero, []bool{true, true, true, true, true, false}, Plan{})
	want := FlipTest{
		Difference: 7. / 5, P: 0.25, Exact: true, Patterns: 8, Clusters: 3,
		Warnings: []string{"the systems differ in only 3 videos: P cannot fall below 0.25"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
	got, err = SignFlip(c, zero, zero, nil, Plan{})
	want = FlipTest{P: 1, Exact: true, Patterns: 1, Warnings: []string{"the systems differ in no video; there is nothing to test"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("no difference (-want +got):\n%s%v", diff, err)
	}
}

// More than fifteen videos are drawn at random. With differences of 1 in size the
// statistic is binomial, and P is that of the exact McNemar test; 80 videos take
// more than one word of random bits.
func TestSignFlipAtRandom(t *testing.T) {
	const drawn = 100_000
	for _, c := range []struct{ plus, minus int }{{12, 4}, {50, 30}} {
		var d []float64
		for i := range c.plus + c.minus {
			d = append(d, 1)
			if i < c.minus {
				d[i] = -1
			}
		}
		got, err := SignFlip(Singletons(len(d)), d, make([]float64, len(d)), nil, Plan{Seed: 3, Replicates: drawn})
		want := binomialTails(c.minus, len(d))
		if err != nil || got.Exact || got.Patterns != drawn || math.Abs(got.P-want) > 4*math.Sqrt(want/drawn) {
			t.Errorf("%+v, %v, want P near %v", got, err, want)
		}
	}
}

// A statistic that no drawn pattern reaches has P 1/(1+B), never 0.
func TestSignFlipIsNeverZero(t *testing.T) {
	d := make([]float64, 200)
	for i := range d {
		d[i] = 1
	}
	got, err := SignFlip(Singletons(200), d, make([]float64, 200), nil, Plan{Replicates: 99})
	if err != nil || got.P != 0.01 {
		t.Errorf("%+v, %v, want P 0.01", got, err)
	}
}

func TestQuantileEdges(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		q    float64
		want float64
	}{
		{nil, 0.5, nan},
		{[]float64{1, 2}, -0.1, nan},
		{[]float64{1, 2}, nan, nan},
		{[]float64{1, 2}, 1, 2},
	} {
		if diff := cmp.Diff(c.want, Quantile(c.x, c.q), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("Quantile(%v, %v): %s", c.x, c.q, diff)
		}
	}
}
