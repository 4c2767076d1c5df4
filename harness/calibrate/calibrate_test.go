package calibrate

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
)

const (
	right = false
	wrong = true
)

// Expected values are by hand.
func TestMethods(t *testing.T) {
	// Shares of wrong answers: 0 at 0.1, 1 at 0.2, 0 at 0.3, 1 at 0.8 and ½ at 0.9.
	// The last two violate the order and pool to 2/3, as 0.2 and 0.3 do to ½.
	u := []float64{0.9, 0.1, 0.2, 0.3, 0.8, 0.9}
	bad := []bool{wrong, right, wrong, right, wrong, right}
	for _, c := range []struct {
		name   string
		method Method
		u      []float64
		wrong  []bool
		at     float64
		want   float64
	}{
		{"as it is", Identity, u, bad, 0.37, 0.37},
		{"cut above", Identity, u, bad, 1.5, 1},
		{"cut below", Identity, u, bad, -0.5, 0},

		{"first step", Isotonic, u, bad, 0.1, 0},
		{"below all", Isotonic, u, bad, -7, 0},
		{"just before the second step", Isotonic, u, bad, 0.2 - 1e-9, 0},
		{"at the second step", Isotonic, u, bad, 0.2, 0.5},
		{"between the steps", Isotonic, u, bad, 0.5, 0.5},
		{"third step", Isotonic, u, bad, 0.8, 2. / 3},
		{"above all", Isotonic, u, bad, 7, 2. / 3},

		{"seen", IsotonicLinear, u, bad, 0.1, 0},
		{"half way from 0.1 to 0.2", IsotonicLinear, u, bad, 0.15, 0.25},
		{"within a block", IsotonicLinear, u, bad, 0.25, 0.5},
		{"a fifth of the way from 0.3 to 0.8", IsotonicLinear, u, bad, 0.4, 0.5 + 0.2*(2./3-0.5)},
		{"above all", IsotonicLinear, u, bad, 7, 2. / 3},

		// Six answers make six bins of one, the two at 0.9 excepted.
		{"own bin", Histogram, u, bad, 0.2, 1},
		{"falls again", Histogram, u, bad, 0.35, 0},
		{"tied bin", Histogram, u, bad, 0.9, 0.5},

		// One of four answers at u = 0 is wrong, three of four at u = 1. Targets are
		// 5/6 and 1/6, so the means to fit are 1/3 and 2/3: logits ∓ ln 2.
		{"smoothed 1/4", Platt, []float64{0, 0, 0, 0, 1, 1, 1, 1}, []bool{wrong, right, right, right, wrong, wrong, wrong, right}, 0, 1. / 3},
		{"smoothed 3/4", Platt, []float64{0, 0, 0, 0, 1, 1, 1, 1}, []bool{wrong, right, right, right, wrong, wrong, wrong, right}, 1, 2. / 3},
		{"logit 3 ln 2 at u = 2", Platt, []float64{0, 0, 0, 0, 1, 1, 1, 1}, []bool{wrong, right, right, right, wrong, wrong, wrong, right}, 2, 8. / 9},
		// A threshold parts right from wrong: targets 1/3 and 2/3 keep the curve finite.
		{"parted, right", Platt, []float64{0, 1}, []bool{right, wrong}, 0, 1. / 3},
		{"parted, wrong", Platt, []float64{0, 1}, []bool{right, wrong}, 1, 2. / 3},
		// A fit that would fall is held flat, at the mean target.
		{"falling", Platt, []float64{0, 1}, []bool{wrong, right}, 0, 0.5},
		{"equal uncertainties", Platt, []float64{3, 3, 3}, []bool{wrong, right, right}, 3, (2./3 + 1./4 + 1./4) / 3},

		// At u = 0.8 two of three are wrong: log-odds ln 4 must become ln 2, so T = 2,
		// and u = 16/17 of log-odds ln 16 becomes 4/5.
		{"fitted", TemperatureScaling, []float64{.8, .8, .8}, []bool{wrong, right, wrong}, .8, 2. / 3},
		{"elsewhere", TemperatureScaling, []float64{.8, .8, .8}, []bool{wrong, right, wrong}, 16. / 17, 0.8},
		{"half stays half", TemperatureScaling, []float64{.8, .8, .8}, []bool{wrong, right, wrong}, .5, .5},
	} {
		t.Run(c.method.Name+"/"+c.name, func(t *testing.T) {
			if got := fit(t, c.method, c.u, c.wrong).At(c.at); math.Abs(got-c.want) > 1e-12 {
				t.Errorf("%s at %v = %v, want %v", c.method.Name, c.at, got, c.want)
			}
		})
	}
}

func TestKnots(t *testing.T) {
	u := []float64{1, 2, 3, 4, 4}
	bad := []bool{right, wrong, right, wrong, wrong}
	steps := []Knot{{1, 0}, {2, 0.5}, {4, 1}}
	if diff := cmp.Diff(steps, fit(t, Isotonic, u, bad).Knots); diff != "" {
		t.Errorf("isotonic (-want +got):\n%s", diff)
	}
	lines := []Knot{{1, 0}, {2, 0.5}, {3, 0.5}, {4, 1}}
	if diff := cmp.Diff(lines, fit(t, IsotonicLinear, u, bad).Knots); diff != "" {
		t.Errorf("isotonic-linear (-want +got):\n%s", diff)
	}
}

// A hundred answers fill ten bins of ten; the 30 ties among them are not parted.
func TestHistogramBins(t *testing.T) {
	var u []float64
	var bad []bool
	for i := range 100 {
		u, bad = append(u, float64(max(i, 29))), append(bad, i%10 < i/10)
	}
	c := fit(t, Histogram, u, bad)
	// Of each ten i/10 are wrong: 0+1+2 of the 30 ties, then 3, 4 … 9 of ten.
	want := []Knot{{29, 0.1}, {30, 0.3}, {40, 0.4}, {50, 0.5}, {60, 0.6}, {70, 0.7}, {80, 0.8}, {90, 0.9}}
	if diff := cmp.Diff(want, c.Knots); diff != "" {
		t.Errorf("bins (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"100 answers of 71 different uncertainties fill 8 of 10 bins"}, c.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestFitErrors(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name  string
		u     []float64
		wrong []bool
		want  string
	}{
		{"nothing", nil, nil, "calibrate isotonic: no answers to learn from among 0 pairs"},
		{"lengths", []float64{1}, nil, "calibrate isotonic: 1 uncertainties for 0 answers"},
		{"not a number", []float64{1, nan}, []bool{right, wrong}, "calibrate isotonic: pair 1: the uncertainty is NaN"},
		{"minus infinity", []float64{-inf}, []bool{right}, "calibrate isotonic: pair 0: the uncertainty is -Inf"},
		{"beyond use", []float64{1e200}, []bool{right}, "calibrate isotonic: pair 0: the uncertainty is 1e+200"},
		{"no answer that is right", []float64{inf}, []bool{right}, "calibrate isotonic: pair 0: an uncertainty of +Inf means no answer, which cannot be right"},
		{"no answers", []float64{inf, inf}, []bool{wrong, wrong}, "calibrate isotonic: no answers to learn from among 2 pairs"},
		{"all right", []float64{1, 2}, []bool{right, right}, "calibrate isotonic: all 2 answers are right: one class: there is nothing to tell apart"},
		{"all wrong but for one without an answer", []float64{1, inf}, []bool{wrong, wrong}, "calibrate isotonic: all 1 answers are wrong: one class: there is nothing to tell apart"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Isotonic.Fit(c.u, c.wrong)
			if err == nil || err.Error() != c.want {
				t.Errorf("err  = %v\nwant = %s", err, c.want)
			}
			if one := strings.Contains(c.want, "one class"); errors.Is(err, ErrOneClass) != one {
				t.Errorf("errors.Is(err, ErrOneClass) is not %v", one)
			}
		})
	}
}

// What has no answer is wrong for certain, and teaches nothing.
func TestUnanswered(t *testing.T) {
	u, bad := []float64{.2, .8, .3, .7}, []bool{right, wrong, wrong, right}
	more, worse := append(slices.Clone(u), math.Inf(1)), append(slices.Clone(bad), wrong)
	for _, m := range All() {
		without, with := fit(t, m, u, bad), fit(t, m, more, worse)
		if with.N != 4 || with.Wrong != 2 || with.Unanswered != 1 || with.Method != m.Name {
			t.Errorf("%s: %+v", m.Name, with)
		}
		if with.At(math.Inf(1)) != 1 || !math.IsNaN(with.At(math.NaN())) {
			t.Errorf("%s: +Inf gives %v, NaN gives %v", m.Name, with.At(math.Inf(1)), with.At(math.NaN()))
		}
		if a, b := without.At(.4), with.At(.4); a != b {
			t.Errorf("%s: %v, with an unanswered clip %v", m.Name, a, b)
		}
	}
}

func TestWarnings(t *testing.T) {
	u, falls := []float64{0, 0, 1, 1}, []bool{wrong, wrong, right, right}
	for _, c := range []struct {
		name   string
		method Method
		u      []float64
		wrong  []bool
		want   []string
	}{
		{"falling", Platt, u, falls, []string{"higher uncertainties are less often wrong (slope -2.2): the slope is held at 0"}}, // targets ¾ and ¼: slope −2 ln 3
		{"equal", Platt, []float64{3, 3}, []bool{right, wrong}, []string{"all uncertainties are equal: the slope is 0"}},
		{"outside", Identity, []float64{-1, 2, .5}, []bool{right, wrong, wrong}, []string{"2 of 3 uncertainties are outside [0,1] and were cut to it"}},
		{"never wrong", TemperatureScaling, []float64{.1, .9}, []bool{right, wrong}, []string{"the temperature is at the end of its range, 0.01: the classes' order is never wrong"}},
		{"of no use", TemperatureScaling, []float64{.1, .9}, []bool{wrong, right}, []string{"the temperature is at the end of its range, 100: the classes' order is of no use"}},
		{"flat", TemperatureScaling, []float64{.5, .5}, []bool{wrong, right}, []string{"no answer prefers a class: every temperature fits alike"}},
		{"few", Histogram, []float64{1, 2}, []bool{right, wrong}, []string{"2 answers of 2 different uncertainties fill 2 of 10 bins"}},
		{"fine", Isotonic, u, falls, nil},
	} {
		t.Run(c.method.Name+"/"+c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, fit(t, c.method, c.u, c.wrong).Warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRegistry(t *testing.T) {
	for _, m := range All() {
		if m.Name == "" || m.Doc == "" || m.Formula == "" || m.Citation == "" {
			t.Errorf("%q is not fully described: %+v", m.Name, m)
		}
		if got, err := ByName(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("ByName(%q) = %v, %v", m.Name, got.Name, err)
		}
	}
	_, err := ByName("tea-leaves")
	const want = `calibration method "tea-leaves" is not one of histogram, identity, isotonic, isotonic-linear, platt, temperature`
	if err == nil || err.Error() != want {
		t.Errorf("err = %v", err)
	}
}

func TestTemperatureToLabels(t *testing.T) {
	answer := func(id string, p ...float64) *sample.Prediction {
		return &sample.Prediction{ID: id, Bins: []float64{-1, 1}, Probs: p}
	}
	// Log-odds of ln 4 for a class that is right two times of three must become
	// ln 2, so that T = 2.
	answers := []*sample.Prediction{answer("v_1", .8, .2), answer("v_2", .8, .2), answer("v_3", .8, .2), {ID: "v_4", Error: "refused"}}
	got, err := FitTemperatureToLabels(answers, []float64{-1, -.7, .1, 1})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.T-2) > 1e-12 || got.N != 3 || got.Unanswered != 1 {
		t.Errorf("%+v, want T = 2 of 3 answers, 1 unanswered", got)
	}
	if p := got.ErrorProbability(answers[0].Probs); math.Abs(p-1./3) > 1e-12 {
		t.Errorf("error probability %v, want 1/3", p)
	}
	before := answers[0].Probs[0]
	scaled := got.Scale(answers[0])
	if answers[0].Probs[0] != before || math.Abs(scaled.Probs[0]-2./3) > 1e-12 || scaled.Params["temperature_scaling"] != got.T {
		t.Errorf("scaled %+v", scaled)
	}
	if p := answers[3]; got.Scale(p) != p {
		t.Error("a record without probs was changed")
	}
}

func TestTemperatureErrors(t *testing.T) {
	half := []float64{.5, .5}
	for _, c := range []struct {
		name  string
		probs [][]float64
		class []int
		want  string
	}{
		{"nothing", nil, nil, "calibrate temperature: no answers to learn from"},
		{"lengths", [][]float64{half}, nil, "calibrate temperature: 1 distributions for 0 classes"},
		{"one class", [][]float64{{1}}, []int{0}, "calibrate temperature: answer 0: 1 classes"},
		{"no such class", [][]float64{half, half}, []int{1, 2}, "calibrate temperature: answer 1: class 2 of 2"},
		{"not a number", [][]float64{{math.NaN(), 1}}, []int{0}, "calibrate temperature: answer 0: probability 0 is NaN"},
		{"logits", [][]float64{{-3, 4}}, []int{0}, "calibrate temperature: answer 0: probability 0 is -3"},
		{"sum", [][]float64{{.5, .25}}, []int{0}, "calibrate temperature: answer 0: the probabilities' sum is 0.75, not 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := FitTemperature(c.probs, c.class); err == nil || err.Error() != c.want {
				t.Errorf("err  = %v\nwant = %s", err, c.want)
			}
		})
	}
	for _, c := range []struct {
		name   string
		p      *sample.Prediction
		labels []float64
		want   string
	}{
		{"lengths", &sample.Prediction{ID: "v_1"}, nil, "calibrate temperature: 1 answers for 0 labels"},
		{"no probs", &sample.Prediction{ID: "v_1", Label: "positive"}, []float64{1}, "calibrate temperature: clip v_1: no probs over bins"},
		{"no label", &sample.Prediction{ID: "v_1", Bins: []float64{-1, 1}, Probs: half}, []float64{math.NaN()}, "calibrate temperature: clip v_1: the label is NaN"},
		{"only error records", &sample.Prediction{ID: "v_1", Error: "refused"}, []float64{1}, "calibrate temperature: no answers to learn from"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := FitTemperatureToLabels([]*sample.Prediction{c.p}, c.labels); err == nil || err.Error() != c.want {
				t.Errorf("err  = %v\nwant = %s", err, c.want)
			}
		})
	}
}

func TestNearestBin(t *testing.T) {
	bins := []float64{-1, -0.5, 0.5, 1}
	for _, c := range []struct {
		y    float64
		want int
	}{
		{-3, 0}, {-0.8, 0}, {-0.75, 1}, {0.75, 2}, {0.76, 3}, {0, 1}, {9, 3},
	} {
		if got := NearestBin(bins, c.y); got != c.want {
			t.Errorf("NearestBin(%v, %v) = %d, want %d", bins, c.y, got, c.want)
		}
	}
}

func TestCrossFit(t *testing.T) {
	// Without fold 0 the shares are 0 at 1 and 1 at 2; without fold 1 they are ½ at
	// both, pooled.
	u := []float64{1, 2, 1, 2, math.Inf(1)}
	bad := []bool{wrong, right, right, wrong, wrong}
	folds := []int{0, 0, 1, 1, 1}
	got, err := CrossFit(Isotonic, u, bad, folds)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{0, 1, 0.5, 0.5, 1}, got); diff != "" {
		t.Errorf("probabilities (-want +got):\n%s", diff)
	}
	fits, err := FitFolds(Isotonic, u, bad, folds)
	if err != nil || len(fits) != 2 || fits[0].Unanswered != 1 || fits[1].Unanswered != 0 || fits[1].N != 2 {
		t.Errorf("fits %+v, %v", fits, err)
	}
}

func TestCrossFitErrors(t *testing.T) {
	u, bad := []float64{1, 2, 3, 4}, []bool{wrong, right, right, right}
	for _, c := range []struct {
		name  string
		folds []int
		want  string
	}{
		{"lengths", []int{0}, "calibrate isotonic: 4 uncertainties, 4 answers, 1 entries of folds"},
		{"one fold", []int{0, 0, 0, 0}, "calibrate isotonic: one fold leaves nothing to learn from: there must be two or more"},
		{"negative fold", []int{0, 1, -1, 0}, "calibrate isotonic: fold -1: folds are numbered from 0"},
		{"gap", []int{0, 2, 0, 1 << 40}, "calibrate isotonic: folds 0 to 1099511627776, but only 3 of them have answers"},
		{"one class outside a fold", []int{0, 1, 0, 1}, "without fold 0: calibrate isotonic: all 2 answers are right: one class: there is nothing to tell apart"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := CrossFit(Isotonic, u, bad, c.folds); err == nil || err.Error() != c.want {
				t.Errorf("err  = %v\nwant = %s", err, c.want)
			}
		})
	}
	if _, err := CrossFit(Isotonic, nil, nil, nil); err == nil {
		t.Error("no answers were fitted")
	}
}
