package synth

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"uacs/internal/detsum"
)

func enumerate(t testing.TB, c Config) *Exact {
	t.Helper()
	e, err := Enumerate(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// eachExact runs f as a subtest on the exact values of the default configs.
func eachExact(t *testing.T, f func(t *testing.T, c Config, e *Exact)) {
	for _, c := range []Config{MOSI(), SIMS()} {
		t.Run(c.Name, func(t *testing.T) { f(t, c, enumerate(t, c)) })
	}
}

func TestTotalProbability(t *testing.T) {
	eachExact(t, func(t *testing.T, _ Config, e *Exact) {
		if math.Abs(e.Total-1) > 1e-12 {
			t.Errorf("total probability 1%+g", e.Total-1)
		}
		if sum := detsum.Sum(e.LabelProbs); math.Abs(sum-1) > 1e-12 {
			t.Errorf("label marginals sum to 1%+g", sum-1)
		}
	})
}

// The levels that the package comment promises, and their order.
func TestLevels(t *testing.T) {
	eachExact(t, func(t *testing.T, _ Config, e *Exact) {
		for _, v := range []struct {
			name      string
			got       float64
			low, high float64
		}{
			{"small", e.Small.Value, 0.75, 0.80},
			{"large", e.Large.Value, 0.84, 0.87},
			{"oracle", e.Oracle.Value, 0.92, 0.94},
			{"second", e.Second.Value, 0.90, 0.93},
			{"text ceiling", e.TextCeiling - e.Small.Value, 0, 0.01},
			{"full ceiling", e.FullCeiling - e.Large.Value, 0, 1},
		} {
			if v.got < v.low-1e-12 || v.got > v.high {
				t.Errorf("%s %.4f is not in [%v,%v]", v.name, v.got, v.low, v.high)
			}
		}
		if d := e.Small.Value + e.Gain.Value - e.Loss.Value - e.Large.Value; math.Abs(d) > 1e-12 {
			t.Errorf("small + gain - loss differs from large by %g", d)
		}
		if len(e.Warnings) > 0 {
			t.Errorf("warnings: %q", e.Warnings)
		}
	})
}

// Both curves begin at small, end at large, and lie between the references; the
// best point of the second is inside: more calls are not always better.
func TestCurves(t *testing.T) {
	eachExact(t, func(t *testing.T, _ Config, e *Exact) {
		for _, name := range []string{Entropy, DistanceToNeutral} {
			c := e.Curve(name)
			first, last := c.Points[0], c.Points[len(c.Points)-1]
			if first.Accuracy != e.Small || first.Rate.Value != 0 || first.Threshold != nil {
				t.Errorf("%s begins at %+v", name, first)
			}
			if math.Abs(last.Accuracy.Value-e.Large.Value) > 1e-12 || math.Abs(last.Rate.Value-1) > 1e-12 {
				t.Errorf("%s ends at %+v", name, last)
			}
			best := 0.0
			for i, p := range c.Points {
				best = max(best, p.Accuracy.Value)
				if p.Accuracy.Value > p.Oracle+1e-12 {
					t.Errorf("%s point %d is better than the oracle", name, i)
				}
				if i > 1 && *p.Threshold >= *c.Points[i-1].Threshold {
					t.Errorf("%s: thresholds do not fall at %d", name, i)
				}
			}
			if c.AUDC < c.RandomAUDC+0.005 || c.AUDC > c.OracleAUDC {
				t.Errorf("%s: area %.4f, random %.4f, oracle %.4f", name, c.AUDC, c.RandomAUDC, c.OracleAUDC)
			}
			if name == DistanceToNeutral && best < e.Large.Value+0.003 {
				t.Errorf("%s: best point %.4f is not above large %.4f", name, best, e.Large.Value)
			}
		}
		if e.Curve("no such") != nil {
			t.Error("an unknown curve is not nil")
		}
	})
}

// The area of the oracle against its own curve, summed in small steps.
func TestOracleArea(t *testing.T) {
	e := enumerate(t, MOSI())
	const steps = 100_000
	sum := 0.0
	for i := range steps {
		sum += e.OracleAt((float64(i) + 0.5) / steps)
	}
	if got := e.Curves[0].OracleAUDC; math.Abs(got-sum/steps) > 1e-8 {
		t.Errorf("oracle area %v, by steps %v", got, sum/steps)
	}
	if d := e.OracleAt(1) - e.Large.Value; math.Abs(d) > 1e-12 {
		t.Errorf("the oracle that must defer all is off large by %g", d)
	}
}

// In a world that is its own mirror image, classes of grades a and -a have one
// uncertainty: they are one point, with a warning. A text that leans to no side
// gets a neutral answer, not the sign of a rounding error.
func TestSymmetricConfigHasTiesAndNeutralAnswers(t *testing.T) {
	c := MOSI()
	c.Prior = [grades]float64{0.1, 0.2, 0.15, 0.1, 0.15, 0.2, 0.1}
	c.MoodTilt, c.Sarcasm, c.MarkerSincere = 0, 0, 0
	e := enumerate(t, c)
	if len(e.Warnings) == 0 {
		t.Error("no warning about classes that mirror each other")
	}
	m := newModel(c)
	for k := range constructions {
		if s := m.small[TextClass{Construction: Construction(k)}.index()].score; s != 0 {
			t.Errorf("%v: score %g of a text that leans to no side", Construction(k), s)
		}
	}
	for _, curve := range e.Curves {
		if n := len(curve.Points); n > 13 { // 12 = 3 constructions of sizes 0 to 3, and the start
			t.Errorf("%s has %d points", curve.Uncertainty, n)
		}
	}
}

// StdErr by hand: one clip a video gives the binomial variance; with clips of one
// video in step, the variance is that of as many draws as there are videos.
func TestStdErr(t *testing.T) {
	independent := Estimand{Value: 0.5, Within: 0.25}
	if got := independent.StdErr([]int{1, 1, 1, 1}); got != 0.25 {
		t.Errorf("independent: %v, want sqrt(0.25/4)", got)
	}
	inStep := Estimand{Value: 0.5, Between: 0.25}
	if got := inStep.StdErr([]int{5, 5, 5, 5}); got != 0.25 {
		t.Errorf("in step: %v, want sqrt(0.25/4)", got)
	}
	if got := independent.StdErr(nil); !math.IsNaN(got) {
		t.Errorf("of nothing: %v", got)
	}
	e := enumerate(t, MOSI())
	p := e.Small.Value
	if got, want := e.Small.Within+e.Small.Between, p*(1-p)/e.Nonzero.Value; math.Abs(got-want) > 1e-12 {
		t.Errorf("variance of one clip %v, binomial %v", got, want)
	}
}

// atom is one combination of all discrete variables but lapse and refusal.
type atom struct {
	p             float64
	g, t, a, v, w int
}

// kernel is the probability of i among n, proportional to r^|i-target|.
func kernel(n, i, target int, r float64) float64 {
	sum := 0.0
	for j := range n {
		sum += math.Pow(r, math.Abs(float64(j-target)))
	}
	return math.Pow(r, math.Abs(float64(i-target))) / sum
}

// gradeAndDifficulty is P(g, d) by steps 1, 2 and 4 of the package comment.
func gradeAndDifficulty(c Config, g, d int) float64 {
	weight := func(mood, g int) float64 {
		side := float64(cmp.Compare(g, 3))
		return c.Prior[g] * (1 + side*c.MoodTilt*float64(mood-1))
	}
	p := 0.0
	for mood := range moods {
		sum := 0.0
		for x := range grades {
			sum += weight(mood, x)
		}
		p += c.MoodShare[mood] * weight(mood, g) / sum
	}
	return p * ((1-c.NoisyShare)*c.ClearDifficulty[d] + c.NoisyShare*c.NoisyDifficulty[d])
}

// textGiven is P(t | g, d) by steps 5 and 6.
func textGiven(c Config, t TextClass, g, d int) float64 {
	r, share := c.TextSpread[d], 1-c.NegatedShare[d]-c.ContrastShare[d]
	switch t.Construction {
	case Negated:
		r, share = r+c.NegatedBlur*(1-r), c.NegatedShare[d]
	case Contrast:
		r, share = r+c.ContrastBlur*(1-r), c.ContrastShare[d]
	}
	meant := func(intended int, marker float64) float64 {
		switch {
		case t.Apparent <= 0:
			marker = 1
		case !t.Marker:
			marker = 1 - marker
		}
		return share * kernel(grades, t.Apparent+3, intended, r) * marker
	}
	if g >= 3 {
		return meant(g, c.MarkerSincere)
	}
	return (1-c.Sarcasm)*meant(g, c.MarkerSincere) + c.Sarcasm*meant(6-g, c.MarkerSarcastic)
}

// atoms enumerates the joint distribution a second time, from the steps of the
// package comment and not from the model's tables.
func atoms(c Config) (out []atom) {
	targets := [grades]int{0, 1, 1, 2, 3, 3, 4}
	for g := range grades {
		for d := range difficulties {
			var audio, vision, look [cues]float64
			for k := range cues {
				audio[k] = kernel(cues, k, targets[g], c.AudioSpread[d])
				vision[k] = kernel(cues, k, targets[g], c.VisionSpread[d])
				look[k] = kernel(cues, k, targets[g], c.LookSpread[d])
			}
			for t := range textClasses {
				p := gradeAndDifficulty(c, g, d) * textGiven(c, textClass(t), g, d)
				for i := range cues * cues * cues {
					a, v, w := i/25, i/5%5, i%5
					out = append(out, atom{p * audio[a] * vision[v] * look[w], g, t, a, v, w})
				}
			}
		}
	}
	return out
}

// byView sums atoms by what a model sees and returns the sign of the expected
// label for each view.
func byView(c Config, all []atom, view func(atom) [4]int) map[[4]int]int {
	centre := [grades]float64{-2.5, -1.4, -0.5, 0, 0.5, 1.4, 2.5} // mean of 2.0-3.0, 1.0-1.8, 0.2-0.8
	if c.Grid == GridSIMS {
		centre = [grades]float64{-1, -0.7, -0.3, 0, 0.3, 0.7, 1}
	}
	posterior, signs := map[[4]int][grades]float64{}, map[[4]int]int{}
	for _, x := range all {
		q := posterior[view(x)]
		q[x.g] += x.p
		posterior[view(x)] = q
	}
	for k, q := range posterior {
		mean := 0.0
		for g, p := range q {
			mean += p * centre[g]
		}
		signs[k] = cmp.Compare(mean, 0)
	}
	return signs
}

// The factored enumeration of Enumerate against the plain one.
func TestEnumerateAgainstPlainSum(t *testing.T) {
	eachExact(t, func(t *testing.T, c Config, e *Exact) {
		all := atoms(c)
		small := byView(c, all, func(x atom) [4]int { return [4]int{x.t} })
		large := byView(c, all, func(x atom) [4]int { return [4]int{x.t, x.a, x.v} })
		trusting := c
		trusting.Sarcasm = 0
		naive := byView(c, atoms(trusting), func(x atom) [4]int { return [4]int{x.t, x.a, x.v} })
		glance := byView(c, all, func(x atom) [4]int { return [4]int{x.v} })
		second := byView(c, all, func(x atom) [4]int { return [4]int{x.t, x.a, x.v, x.w} })
		var sum, scored, s, l, both, two float64
		for _, x := range all {
			sum += x.p
			want := cmp.Compare(x.g, 3)
			if want == 0 {
				continue
			}
			right := func(answer int) float64 {
				if answer == want {
					return 1
				}
				return 0
			}
			scored += x.p
			rs := right(small[[4]int{x.t}])
			rl := c.RefusalShare*rs + (1-c.RefusalShare)*((1-c.GlanceShare-c.NaiveShare)*right(large[[4]int{x.t, x.a, x.v}])+
				c.NaiveShare*right(naive[[4]int{x.t, x.a, x.v}])+c.GlanceShare*right(glance[[4]int{x.v}]))
			s += x.p * rs
			l += x.p * rl
			both += x.p * rs * rl
			two += x.p * (c.RefusalShare*rs + (1-c.RefusalShare)*right(second[[4]int{x.t, x.a, x.v, x.w}]))
		}
		for _, v := range []struct {
			name      string
			got, want float64
		}{
			{"total", e.Total, sum},
			{"nonzero", e.Nonzero.Value, scored},
			{"small", e.Small.Value, s / scored},
			{"large", e.Large.Value, l / scored},
			{"oracle", e.Oracle.Value, (s + l - both) / scored},
			{"second", e.Second.Value, two / scored},
		} {
			if math.Abs(v.got-v.want) > 1e-12 {
				t.Errorf("%s: %v, by plain sum %v", v.name, v.got, v.want)
			}
		}
	})
}

func TestExactIsJSON(t *testing.T) {
	e := enumerate(t, SIMS())
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Exact
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if back.Small != e.Small || len(back.Curves) != 2 || len(back.Curves[0].Points) != len(e.Curves[0].Points) {
		t.Errorf("JSON gives back %+v", back)
	}
}

// Whatever the knobs, probabilities sum to one, references hold and more
// information does not hurt an attentive model's ceiling.
func TestAnyConfig(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := SIMS()
		share := rapid.Float64Range(0, 0.5)
		spread := rapid.Float64Range(0.05, 0.95)
		levels := func(g *rapid.Generator[float64], name string) (l Levels) {
			copy(l[:], rapid.SliceOfN(g, difficulties, difficulties).Draw(rt, name))
			return l
		}
		c.Sarcasm, c.MarkerSarcastic, c.MarkerSincere = share.Draw(rt, "sarcasm"), share.Draw(rt, "mark"), share.Draw(rt, "marker")
		c.NaiveShare, c.GlanceShare, c.RefusalShare = share.Draw(rt, "naive"), share.Draw(rt, "glance"), share.Draw(rt, "refusal")
		c.MoodTilt, c.NoisyShare = share.Draw(rt, "tilt"), share.Draw(rt, "noisy")
		c.NegatedShare, c.ContrastShare = levels(share, "negated"), levels(share, "contrast")
		c.TextSpread, c.AudioSpread, c.VisionSpread = levels(spread, "text"), levels(spread, "audio"), levels(spread, "vision")
		c.LargeTemperature = rapid.Float64Range(0.3, 3).Draw(rt, "temperature")
		e, err := Enumerate(c)
		if err != nil {
			rt.Fatal(err)
		}
		if math.Abs(e.Total-1) > 1e-12 {
			rt.Fatalf("total 1%+g", e.Total-1)
		}
		if e.Small.Value > e.TextCeiling+1e-12 || e.TextCeiling > e.FullCeiling+1e-12 || e.Oracle.Value < max(e.Small.Value, e.Large.Value)-1e-12 {
			rt.Fatalf("small %v, text %v, full %v, oracle %v", e.Small.Value, e.TextCeiling, e.FullCeiling, e.Oracle.Value)
		}
		for _, curve := range e.Curves {
			if !slices.IsSortedFunc(curve.Points, func(a, b Point) int { return cmp.Compare(a.Rate.Value, b.Rate.Value) }) {
				rt.Fatalf("%s: rates do not rise", curve.Uncertainty)
			}
		}
	})
}

func BenchmarkEnumerate(b *testing.B) {
	for b.Loop() {
		if _, err := Enumerate(MOSI()); err != nil {
			b.Fatal(err)
		}
	}
}

// The table of the package comment, to its three digits.
func TestPackageCommentTable(t *testing.T) {
	var got [2][5]float64
	for i, c := range []Config{MOSI(), SIMS()} {
		e := enumerate(t, c)
		best := 0.0
		for _, p := range e.Curve(DistanceToNeutral).Points {
			best = max(best, p.Accuracy.Value)
		}
		for k, v := range []float64{e.Small.Value, e.Large.Value, best, e.Oracle.Value, e.Second.Value} {
			got[i][k] = math.Round(v*1000) / 1000
		}
	}
	want := [2][5]float64{{0.785, 0.848, 0.854, 0.933, 0.917}, {0.792, 0.854, 0.859, 0.940, 0.918}}
	if got != want {
		t.Errorf("the package comment says %v, enumeration %v", want, got)
	}
}
