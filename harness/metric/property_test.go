package metric

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"uacs/harness/sample"
)

// drawAnswers draws labels on the datasets' grids and scores that sit on, near
// and away from the edges of the rules.
func drawAnswers(t *rapid.T, kind Kind) Answers {
	limit := kind.limit()
	label := rapid.Custom(func(t *rapid.T) float64 {
		return float64(rapid.IntRange(int(-10*limit), int(10*limit)).Draw(t, "tenths")) / 10
	})
	score := rapid.OneOf(
		label, rapid.Float64Range(-1.3*limit, 1.3*limit),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1e-12, -1e-12, 0.1, -0.1, 0.7, 0.5, -0.5, 1.5, 2.5, 1e-60}),
	)
	truth := rapid.SliceOfN(label, 1, 30).Draw(t, "truth")
	a := Answers{Truth: truth, Score: make([]float64, len(truth))}
	for i := range a.Score {
		a.Score[i] = score.Draw(t, "score")
	}
	if rapid.Bool().Draw(t, "some missing") {
		a.Missing = rapid.SliceOfN(rapid.Bool(), len(truth), len(truth)).Draw(t, "missing")
	}
	return a
}

func drawKind(t *rapid.T) Kind { return rapid.SampledFrom([]Kind{MOSI, SIMS}).Draw(t, "kind") }

// secondClass is a second implementation of every classing, on decimal text and
// rational numbers. Its classes are names.
func secondClass(rule string, v float64) string {
	exact := new(big.Rat).SetFloat64(float64(float32(v)))
	switch rule {
	case ">=0":
		return strconv.FormatBool(exact.Sign() >= 0)
	case ">0":
		return strconv.FormatBool(exact.Sign() > 0)
	case "sign":
		return strconv.Itoa(exact.Sign())
	case "3", "2":
		limit, _ := strconv.Atoi(rule)
		edge := big.NewRat(int64(limit), 1)
		if exact.Cmp(edge) > 0 {
			return rule
		}
		if exact.Cmp(new(big.Rat).Neg(edge)) < 0 {
			return "-" + rule
		}
		text := new(big.Float).SetRat(exact).Text('f', 0) // halves to even
		if text == "-0" {
			text = "0"
		}
		return text
	}
	class := 0
	for _, edge := range map[string][]float32{"sims3": {-.1, .1}, "sims5": {-.7, -.1, .1, .7}}[rule] {
		if exact.Cmp(new(big.Rat).SetFloat64(float64(edge))) > 0 {
			class++
		}
	}
	return strconv.Itoa(class)
}

// confusion counts clips by label class and answer class. A missing answer is in class "".
func confusion(a Answers, rule string, nonZero bool) (counts map[[2]string]int64, n int64) {
	counts = map[[2]string]int64{}
	for i, y := range a.Truth {
		if nonZero && y == 0 {
			continue
		}
		answer := ""
		if !a.missing(i) {
			answer = secondClass(rule, a.Score[i])
		}
		counts[[2]string{secondClass(rule, y), answer}]++
		n++
	}
	return counts, n
}

func secondAccuracy(counts map[[2]string]int64, n int64) float64 {
	var right int64
	for key, k := range counts {
		if key[0] == key[1] {
			right += k
		}
	}
	f, _ := big.NewRat(right, n).Float64()
	return f
}

// secondF1 goes by precision and recall in rational arithmetic.
func secondF1(counts map[[2]string]int64, n int64, side int) float64 {
	total := new(big.Rat)
	margins := [2]map[string]int64{{}, {}}
	for key, k := range counts {
		margins[0][key[0]] += k
		margins[1][key[1]] += k
	}
	for class, labels := range margins[0] {
		tp, answers := counts[[2]string{class, class}], margins[1][class]
		if tp == 0 {
			continue
		}
		precision, recall := big.NewRat(tp, answers), big.NewRat(tp, labels)
		product := new(big.Rat).Mul(precision, recall)
		f1 := product.Mul(product.Quo(product, new(big.Rat).Add(precision, recall)), big.NewRat(2, 1))
		total.Add(total, f1.Mul(f1, big.NewRat(margins[side][class], n)))
	}
	f, _ := total.Float64()
	return f
}

// Every class metric of every profile agrees with the second implementation.
func TestAgreesWithSecondImplementation(t *testing.T) {
	type rule struct {
		class   string
		nonZero bool
		f1      bool
		side    int
	}
	rules := map[string]map[Kind]map[string]rule{
		"mmsa": {
			MOSI: {
				"Has0_acc_2": {class: ">=0"}, "Has0_F1_score": {class: ">=0", f1: true},
				"Non0_acc_2": {class: ">0", nonZero: true}, "Non0_F1_score": {class: ">0", nonZero: true, f1: true},
				"Mult_acc_5": {class: "2"}, "Mult_acc_7": {class: "3"},
			},
			SIMS: {
				"Mult_acc_2": {class: ">0"}, "F1_score": {class: ">0", f1: true},
				"Mult_acc_3": {class: "sims3"}, "Mult_acc_5": {class: "sims5"},
			},
		},
		"mai-lab": {
			MOSI: {"Acc_7": {class: "3"}, "Acc_2": {class: ">=0", nonZero: true}, "F1": {class: ">=0", nonZero: true, f1: true}},
			SIMS: {"Acc_2": {class: ">=0", nonZero: true}, "F1": {class: ">=0", nonZero: true, f1: true}},
		},
		"mult": {
			MOSI: {
				"Acc_7": {class: "3"}, "Acc_5": {class: "2"},
				"Acc_2": {class: ">0", nonZero: true}, "F1": {class: ">0", nonZero: true, f1: true, side: 1},
			},
			SIMS: {"Acc_2": {class: ">0", nonZero: true}, "F1": {class: ">0", nonZero: true, f1: true, side: 1}},
		},
		"polarity": {
			MOSI: {"Acc_2": {class: "sign", nonZero: true}, "F1": {class: "sign", nonZero: true, f1: true}},
			SIMS: {"Acc_2": {class: "sign", nonZero: true}, "F1": {class: "sign", nonZero: true, f1: true}},
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		kind := drawKind(t)
		a := drawAnswers(t, kind)
		for profile, kinds := range rules {
			result, err := Evaluate(profile, kind, a)
			if err != nil {
				t.Fatal(err)
			}
			for name, r := range kinds[kind] {
				got, _ := result.Get(name)
				counts, n := confusion(a, r.class, r.nonZero)
				if n == 0 {
					if got.NA == "" {
						t.Fatalf("%s %s: %v without clips", profile, name, got.Value)
					}
					continue
				}
				want := secondAccuracy(counts, n)
				if r.f1 {
					want = secondF1(counts, n, r.side)
				}
				if !(math.Abs(got.Value-want) < 1e-14) || int64(got.N) != n {
					t.Fatalf("%s %s: %v over %d, want %v over %d", profile, name, got.Value, got.N, want, n)
				}
			}
		}
	})
}

// MAE and Corr agree with 200-bit arithmetic by the raw-moment formula.
func TestMomentsAgreeWithBigFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswers(t, MOSI)
		a.Missing = nil
		result, err := Evaluate("mmsa", MOSI, a)
		if err != nil {
			t.Fatal(err)
		}
		big200 := func(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }
		mul := func(x, y *big.Float) *big.Float { return new(big.Float).Mul(x, y) }
		n := big200(float64(len(a.Truth)))
		sp, sy, spp, syy, spy, sad := big200(0), big200(0), big200(0), big200(0), big200(0), big200(0)
		for i := range a.Truth {
			p, y := big200(a.Score[i]), big200(a.Truth[i])
			sp.Add(sp, p)
			sy.Add(sy, y)
			spp.Add(spp, mul(p, p))
			syy.Add(syy, mul(y, y))
			spy.Add(spy, mul(p, y))
			sad.Add(sad, new(big.Float).Abs(new(big.Float).Sub(p, y)))
		}
		want, _ := new(big.Float).Quo(sad, n).Float64()
		if mae, _ := result.Get("MAE"); math.Abs(mae.Value-want) > 1e-14 {
			t.Fatalf("MAE %v, want %v", mae.Value, want)
		}
		central := func(sxy, sx, sy *big.Float) *big.Float { return new(big.Float).Sub(mul(n, sxy), mul(sx, sy)) }
		vp, vy := central(spp, sp, sp), central(syy, sy, sy)
		corr, _ := result.Get("Corr")
		if vp.Sign() == 0 || vy.Sign() == 0 {
			if corr.NA == "" {
				t.Fatalf("Corr of a constant is %v", corr.Value)
			}
			return
		}
		scale, _ := new(big.Float).Quo(vp, big200(1)).Float64()
		if scale < 1e-18 { // deviations below the spacing of the scores' mean
			return
		}
		root := new(big.Float).Sqrt(mul(vp, vy))
		want, _ = new(big.Float).Quo(central(spy, sp, sy), root).Float64()
		if math.Abs(corr.Value-want) > 1e-9 {
			t.Fatalf("Corr %v, want %v", corr.Value, want)
		}
	})
}

// The order of the clips is of no consequence.
func TestPermutationInvariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := drawKind(t)
		a := drawAnswers(t, kind)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		order := rng.Perm(len(a.Truth))
		b := Answers{}
		for _, i := range order {
			b.Truth, b.Score = append(b.Truth, a.Truth[i]), append(b.Score, a.Score[i])
			if a.Missing != nil {
				b.Missing = append(b.Missing, a.Missing[i])
			}
		}
		for _, p := range Profiles() {
			x, errX := Evaluate(p.Name, kind, a)
			y, errY := Evaluate(p.Name, kind, b)
			if errX != nil || errY != nil {
				t.Fatal(errX, errY)
			}
			for i := range x.Values {
				same := x.Values[i].NA == y.Values[i].NA && x.Values[i].N == y.Values[i].N &&
					(x.Values[i].NA != "" || math.Abs(x.Values[i].Value-y.Values[i].Value) < 1e-9)
				if !same {
					t.Fatalf("%s: %+v, permuted %+v", p.Name, x.Values[i], y.Values[i])
				}
			}
		}
	})
}

// A monotone change of the scores that crosses no edge of a two-class rule moves
// no two-class metric; the polarities of the scores alone give the same.
func TestSignMetricsSeeOnlyTheSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := drawKind(t)
		a := drawAnswers(t, kind)
		power := rapid.SampledFrom([]float64{0.25, 0.5}).Draw(t, "power")
		scaled, words := a, a
		scaled.Score, words.Score = slices.Clone(a.Score), nil
		for i, s := range a.Score {
			if float32(s) != 0 {
				scaled.Score[i] = math.Copysign(math.Pow(math.Abs(s), power), s)
			}
			words.Polarity = append(words.Polarity, sample.PolarityOf(float64(float32(s))))
		}
		for _, p := range Profiles() {
			want, _, err := Correct(p.Name, kind, a)
			for _, other := range []Answers{scaled, words} {
				got, _, otherErr := Correct(p.Name, kind, other)
				if (err == nil) != (otherErr == nil) || !slices.Equal(got, want) {
					t.Fatalf("%s: %v %v, want %v %v", p.Name, got, otherErr, want, err)
				}
			}
		}
	})
}

// The mean of a per-clip vector is the metric, for every averaging metric.
func TestPerClipMeanIsTheMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := drawKind(t)
		a := drawAnswers(t, kind)
		for _, p := range Profiles() {
			result, err := Evaluate(p.Name, kind, a)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range p.Metrics(kind) {
				if !d.Averages() {
					continue
				}
				want, _ := result.Get(d.Name)
				value, counted, err := PerClip(p.Name, kind, d.Name, a)
				if (err != nil) != (want.NA != "") {
					t.Fatalf("%s %s: %v, %+v", p.Name, d.Name, err, want)
				}
				sum, n := 0.0, 0
				for i, v := range value {
					sum += v
					if counted[i] {
						n++
					} else if v != 0 {
						t.Fatalf("%s %s: clip %d does not count and has %v", p.Name, d.Name, i, v)
					}
				}
				if err == nil && (n != want.N || math.Abs(sum/float64(n)-want.Value) > 1e-12) {
					t.Fatalf("%s %s: mean %v over %d, want %+v", p.Name, d.Name, sum/float64(n), n, want)
				}
			}
		}
	})
}

// AUROC agrees with counting all pairs, and with gonum's ROC curve; -u has the
// complement, and strictly increasing changes of u are of no consequence.
func TestAUROCProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		u := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return float64(rapid.IntRange(-5, 5).Draw(t, "u")) / 4
		}), n, n).Draw(t, "u")
		positive := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "positive")
		got, err := AUROC(u, positive)
		if errors.Is(err, ErrOneClass) {
			if slices.Contains(positive, true) && slices.Contains(positive, false) {
				t.Fatal(err)
			}
			return
		}
		won, pairs := 0, 0
		for i := range u {
			for j := range u {
				if positive[i] && !positive[j] {
					pairs += 2
					won += 1 + cmp.Compare(u[i], u[j])
				}
			}
		}
		if want := float64(won) / float64(pairs); got != want || err != nil {
			t.Fatalf("AUROC %v, %v, by pairs %v", got, err, want)
		}
		negated, stretched := make([]float64, n), make([]float64, n)
		for i, v := range u {
			negated[i], stretched[i] = -v, math.Exp(v)
		}
		if other, _ := AUROC(negated, positive); math.Abs(other-(1-got)) > 1e-15 {
			t.Fatalf("AUROC of -u %v, of u %v", other, got)
		}
		if other, _ := AUROC(stretched, positive); other != got {
			t.Fatalf("AUROC of exp(u) %v, of u %v", other, got)
		}
		stat.SortWeightedLabeled(u, positive, nil)
		tpr, fpr, _ := stat.ROC(nil, u, positive, nil)
		if area := integrate.Trapezoidal(fpr, tpr); math.Abs(area-got) > 1e-12 {
			t.Fatalf("AUROC %v, gonum %v", got, area)
		}
	})
}
