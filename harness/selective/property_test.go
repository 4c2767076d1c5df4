package selective

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/metric"
)

// drawRanking draws uncertainties with ties and infinities, and losses of 0 and
// 1, both of which occur.
func drawRanking(t *rapid.T) (u, loss []float64) {
	n := rapid.IntRange(2, 40).Draw(t, "n")
	levels := rapid.SampledFrom([]float64{-2, -0.5, 0, 0.1, 0.3, 0.5, 1, math.Inf(1)})
	u, loss = make([]float64, n), make([]float64, n)
	for i := range u {
		u[i], loss[i] = levels.Draw(t, "u"), float64(rapid.IntRange(0, 1).Draw(t, "loss"))
	}
	loss[0], loss[n-1] = 0, 1
	return u, loss
}

// drawLosses replaces losses of 0 and 1 by others, not all equal.
func drawLosses(t *rapid.T, loss []float64) []float64 {
	out := make([]float64, len(loss))
	for i, l := range loss {
		out[i] = l + float64(rapid.IntRange(-64, 63).Draw(t, "more"))/130
	}
	return out
}

func must(t *rapid.T, f func(u, loss []float64) (float64, error), u, loss []float64) float64 {
	v, err := f(u, loss)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Only the order of the uncertainties matters, and that of the clips does not,
// to the last bit.
func TestRankingInvariances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, loss := drawRanking(t)
		if rapid.Bool().Draw(t, "real losses") {
			loss = drawLosses(t, loss)
		}
		order := rapid.Permutation(orderOf(u)).Draw(t, "order")
		shuffledU, shuffledLoss, monotone := make([]float64, len(u)), make([]float64, len(u)), make([]float64, len(u))
		for k, i := range order {
			shuffledU[k], shuffledLoss[k] = u[i], loss[i]
		}
		for i, v := range u {
			monotone[i] = math.Atan(v)*3 - 7
		}
		for _, d := range rankingDefinitions {
			want, err := d.OfRanking(u, loss)
			for name, cols := range map[string][2][]float64{"monotone": {monotone, loss}, "shuffled": {shuffledU, shuffledLoss}} {
				got, again := d.OfRanking(cols[0], cols[1])
				if math.Float64bits(got) != math.Float64bits(want) || (err == nil) != (again == nil) {
					t.Fatalf("%s, %s: %v %v, was %v %v", d.Name, name, got, again, want, err)
				}
			}
		}
	})
}

// The bounds that the docs state.
func TestRankingBounds(t *testing.T) {
	const slack = 1e-12
	rapid.Check(t, func(t *rapid.T) {
		u, wrong := drawRanking(t)
		loss := drawLosses(t, wrong)
		r := 0.0
		for _, l := range wrong {
			r += l / float64(len(wrong))
		}
		aurc, augrc := must(t, AURC, u, wrong), must(t, AUGRC, u, wrong)
		if augrc < r*r/2-slack || augrc > r-r*r/2+slack || augrc > aurc+slack || aurc > 1+slack {
			t.Fatalf("r = %v: AUGRC %v, AURC %v", r, augrc, aurc)
		}
		// The closed form exceeds r²/2, the least that ties can make of it, by this.
		if e, excess := must(t, EAURC, u, wrong), r+(1-r)*math.Log(1-r)-r*r/2; e < -excess-slack {
			t.Fatalf("E-AURC %v is below −%v", e, excess)
		}
		for _, l := range [][]float64{wrong, loss} {
			if e := must(t, EMeanRiskAURC, u, l); e < 0 {
				t.Fatalf("excess mean risk %v", e)
			}
			if e := must(t, EAUGRC, u, l); e < 0 {
				t.Fatalf("E-AUGRC %v", e)
			}
			distinct := make([]float64, len(u))
			for k, i := range rapid.Permutation(orderOf(u)).Draw(t, "order") {
				distinct[i] = float64(k)
			}
			if e := must(t, EAURCFinite, distinct, l); e < -slack {
				t.Fatalf("finite E-AURC without ties %v", e)
			}
			for _, f := range []func(u, loss []float64) (float64, error){Spearman, KendallTauB} {
				if c, err := f(u, l); err == nil && math.Abs(c) > 1 {
					t.Fatalf("a correlation of %v", c)
				}
			}
			if p, err := PRR(u, l, 0.5); err == nil && p > 1+slack {
				t.Fatalf("PRR %v", p)
			}
		}
	})
}

// An uncertainty that is the loss, tie broken or not, is the optimum; one that is
// constant is chance.
func TestBestAndConstantRankings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, wrong := drawRanking(t)
		loss := drawLosses(t, wrong)
		constant := make([]float64, len(wrong))
		mean := 0.0
		for _, l := range loss {
			mean += l / float64(len(loss))
		}
		untied := make([]float64, len(loss))
		for k, i := range orderOf(loss) {
			untied[i] = float64(k)
		}
		share := 0.0
		for _, l := range wrong {
			share += l / float64(len(wrong))
		}
		prr := func(u, loss []float64) (float64, error) { return PRR(u, loss, 1) }
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"best E-AURC", must(t, EAURCFinite, untied, loss), 0},
			{"best mean risk", must(t, EMeanRiskAURC, loss, loss), 0},
			{"best E-AUGRC", must(t, EAUGRC, wrong, wrong), 0},
			{"best AUGRC", must(t, AUGRC, wrong, wrong), share * share / 2},
			{"best PRR", must(t, prr, loss, loss), 1},
			{"best PRR of errors", must(t, prr, wrong, wrong), 1},
			{"best AP", must(t, averagePrecisionOfErrors, wrong, wrong), 1},
			{"best Spearman", must(t, Spearman, loss, loss), 1},
			{"best Kendall", must(t, KendallTauB, loss, loss), 1},
			{"constant AURC", must(t, AURC, constant, loss), mean},
			{"constant mean risk", must(t, MeanRiskAURC, constant, loss), mean},
			{"constant AUGRC", must(t, AUGRC, constant, loss), mean / 2},
			{"constant PRR", must(t, prr, constant, loss), 0},
			{"constant AP", must(t, averagePrecisionOfErrors, constant, wrong), share},
		} {
			if math.Abs(c.got-c.want) > 1e-9 {
				t.Fatalf("%s: %v, want %v", c.name, c.got, c.want)
			}
		}
	})
}

// AUGRC = r²/2 + r(1−r)(1−AUROC), ties and all.
func TestAUGRCIsAUROC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, wrong := drawRanking(t)
		r := 0.0
		for _, l := range wrong {
			r += l / float64(len(wrong))
		}
		auroc, err := metric.AUROC(u, isOne(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := must(t, AUGRC, u, wrong), r*r/2+r*(1-r)*(1-auroc); math.Abs(got-want) > 1e-12 {
			t.Fatalf("AUGRC %v, by AUROC %v", got, want)
		}
	})
}

// permutations calls visit with every order of the places 0..n−1.
func permutations(n int, visit func([]int)) {
	var grow func(prefix []int)
	grow = func(prefix []int) {
		if len(prefix) == n {
			visit(prefix)
			return
		}
		for i := range n {
			if !slices.Contains(prefix, i) {
				grow(append(slices.Clone(prefix), i))
			}
		}
	}
	grow(nil)
}

// Ties in random order, in expectation: the mean over all orders of the clips that
// the uncertainties allow.
func TestTiesAreExpectations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "n")
		u, loss := make([]float64, n), make([]float64, n)
		for i := range u {
			u[i], loss[i] = float64(rapid.IntRange(0, 2).Draw(t, "u")), float64(rapid.IntRange(0, 3).Draw(t, "loss"))
		}
		rejected := rapid.IntRange(1, n).Draw(t, "rejected")
		risk, kept, orders := 0.0, 0.0, 0.0
		permutations(n, func(order []int) {
			if !slices.IsSortedFunc(order, func(a, b int) int { return int(u[a] - u[b]) }) {
				return
			}
			orders++
			sum := 0.0
			for k, i := range order {
				sum += loss[i]
				risk += sum / float64(k+1) / float64(n)
				if k >= n-rejected {
					kept += sum / float64(k+1) / float64(rejected)
				}
			}
		})
		if got := must(t, MeanRiskAURC, u, loss); math.Abs(got-risk/orders) > 1e-12 {
			t.Fatalf("mean risk %v, over all orders %v", got, risk/orders)
		}
		r, _ := rank("", u, loss)
		if got := r.rejectionLoss(rejected); math.Abs(got-kept/orders) > 1e-12 {
			t.Fatalf("loss under rejection %v, over all orders %v", got, kept/orders)
		}
	})
}

// PRR does not mind the unit and origin of the loss.
func TestPRRIsAffine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, wrong := drawRanking(t)
		scaled := make([]float64, len(wrong))
		a, b := rapid.Float64Range(0.1, 10).Draw(t, "a"), rapid.Float64Range(-5, 5).Draw(t, "b")
		for i, l := range wrong {
			scaled[i] = a*l + b
		}
		share := rapid.Float64Range(0.1, 1).Draw(t, "share")
		x, errX := PRR(u, wrong, share)
		y, errY := PRR(u, scaled, share)
		if errors.Is(errX, ErrUndefined) != errors.Is(errY, ErrUndefined) || errX == nil && math.Abs(x-y) > 1e-9 {
			t.Fatalf("%v %v, scaled %v %v", x, errX, y, errY)
		}
	})
}

// Kendall's pairs and Spearman's ranks, counted pair by pair.
func TestCorrelationsByPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, loss := drawRanking(t)
		for i := range loss {
			loss[i] += float64(rapid.IntRange(0, 2).Draw(t, "more"))
		}
		n := len(u)
		difference, inU, inLoss := 0.0, 0.0, 0.0
		rankU, rankLoss := make([]float64, n), make([]float64, n)
		for i := range n {
			for j := range n {
				a, b := float64(sign(u[i], u[j])), float64(sign(loss[i], loss[j]))
				difference, inU, inLoss = difference+a*b, inU+a*a, inLoss+b*b
				rankU[i], rankLoss[i] = rankU[i]+a, rankLoss[i]+b
			}
		}
		var xx, yy, xy float64 // ranks by pairs have mean 0
		for i := range n {
			xx, yy, xy = xx+rankU[i]*rankU[i], yy+rankLoss[i]*rankLoss[i], xy+rankU[i]*rankLoss[i]
		}
		tau, err := KendallTauB(u, loss)
		if (err == nil) != (inU*inLoss > 0) || err == nil && math.Abs(tau-difference/math.Sqrt(inU*inLoss)) > 1e-12 {
			t.Fatalf("τ %v, %v; by pairs %v", tau, err, difference/math.Sqrt(inU*inLoss))
		}
		rho, err := Spearman(u, loss)
		if (err == nil) != (xx*yy > 0) || err == nil && math.Abs(rho-xy/math.Sqrt(xx*yy)) > 1e-12 {
			t.Fatalf("ρ %v, %v; by pairs %v", rho, err, xy/math.Sqrt(xx*yy))
		}
	})
}

func sign(a, b float64) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0
}

// drawEvents draws probabilities, some on the edges of bins, and events.
func drawEvents(t *rapid.T) (p []float64, event []bool) {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	p, event = make([]float64, n), make([]bool, n)
	for i := range p {
		p[i] = rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 0.05, 0.1, 0.5, 1})).Draw(t, "p")
		event[i] = rapid.Bool().Draw(t, "event")
	}
	return p, event
}

// Each clip is in one bin and that bin is around it; ECE lies between that of a
// single bin and MCE.
func TestCalibrationBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, event := drawEvents(t)
		b := Binning{BinRule(rapid.IntRange(0, 2).Draw(t, "rule")), rapid.IntRange(1, 25).Draw(t, "bins")}
		bins, err := Reliability(p, event, b)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for i, bin := range bins {
			total += bin.N
			if bin.Mean < bin.Lo-1e-15 || bin.Mean > bin.Hi+1e-15 || i > 0 && bin.Lo < bins[i-1].Hi {
				t.Fatalf("bins %+v", bins)
			}
		}
		ece, _ := ECE(p, event, b)
		mce, _ := MCE(p, event, b)
		whole, _ := ECE(p, event, Binning{b.Rule, 1})
		if total != len(p) || ece > mce+1e-12 || mce > 1 || ece < whole-1e-12 {
			t.Fatalf("%d of %d clips, ECE %v, MCE %v, ECE of one bin %v", total, len(p), ece, mce, whole)
		}
	})
}

// The other event has the other probability, and bins that mirror each other are
// closed on opposite sides. Clips are moved off the edges, where 1−p rounds.
func TestCalibrationOfTheOtherEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, event := drawEvents(t)
		mirror, other, rows, class := make([]float64, len(p)), make([]bool, len(p)), make([][]float64, len(p)), make([]int, len(p))
		for i := range p {
			p[i] = math.Round(p[i]*1e6)/1e6 + 1e-8*float64(1-2*int(math.Round(p[i])))
			mirror[i], other[i], rows[i] = 1-p[i], !event[i], []float64{1 - p[i], p[i]}
			if event[i] {
				class[i] = 1
			}
		}
		right, _ := ECE(p, event, Binning{RightClosed, 10})
		left, _ := ECE(mirror, other, Binning{LeftClosed, 10})
		brier, _ := Brier(p, event)
		mirrored, _ := Brier(mirror, other)
		both, err := ClassBrier(rows, class)
		if err != nil || math.Abs(right-left) > 1e-9 || math.Abs(brier-mirrored) > 1e-9 || math.Abs(both-2*brier) > 1e-9 {
			t.Fatalf("ECE %v and %v, Brier %v, %v and over two classes %v, %v", right, left, brier, mirrored, both, err)
		}
	})
}

// The hull is, at each cost, the best that two points or one can be mixed to,
// counting cheaper points as available.
func TestHullIsTheBestMixture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := make([]Operating, rapid.IntRange(1, 8).Draw(t, "n"))
		for i := range points {
			points[i] = Operating{float64(rapid.IntRange(0, 9).Draw(t, "cost")), float64(rapid.IntRange(0, 20).Draw(t, "quality")) / 20}
		}
		hull, err := Hull(points)
		if err != nil {
			t.Fatal(err)
		}
		last := hull[len(hull)-1]
		for k := range 19 {
			cost := hull[0].Cost + (last.Cost-hull[0].Cost)*float64(k)/18
			best := math.Inf(-1)
			for _, a := range points {
				if a.Cost <= cost {
					best = max(best, a.Quality)
				}
				for _, b := range points {
					if a.Cost < cost && cost < b.Cost {
						best = max(best, between(a, b, cost))
					}
				}
			}
			got := last.Quality
			for i := 1; i < len(hull); i++ {
				if hull[i-1].Cost <= cost && cost <= hull[i].Cost {
					got = between(hull[i-1], hull[i], cost)
				}
			}
			if math.Abs(got-best) > 1e-9 {
				t.Fatalf("at cost %v the hull %v has %v, the best mixture %v", cost, hull, got, best)
			}
		}
		most := last.Cost + 1
		over, _ := AIQOverMax(points, most)
		mean, err := AIQOverRange(points, most)
		if err != nil || over > mean+1e-12 || mean > last.Quality+1e-12 || mean < hull[0].Quality-1e-12 {
			t.Fatalf("AIQ %v over max, %v over range, %v", over, mean, err)
		}
	})
}
