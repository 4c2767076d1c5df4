package fusion

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/sample"
)

// stackCase is a row of testdata/cases.json, which cases.py wrote with
// scikit-learn 1.2.1 and numpy 1.24.2: columns of two models, the first Train
// clips for the fit. A null is a NaN.
type stackCase struct {
	Penalty         float64
	Train           int
	Truth           []float64
	Score, U        [2][]*float64
	Polarity        [2][]sample.Polarity
	Ridge, Logistic []float64
}

func (s stackCase) clips() []Clip {
	out := make([]Clip, len(s.Truth))
	for i, y := range s.Truth {
		out[i] = Clip{
			Small:  Answer{Score: orNaN(s.Score[0][i]), Polarity: s.Polarity[0][i], OK: true},
			Large:  Answer{Score: orNaN(s.Score[1][i]), Polarity: s.Polarity[1][i], OK: true},
			USmall: orNaN(s.U[0][i]), ULarge: orNaN(s.U[1][i]), Truth: y, Key: fmt.Sprint(i),
		}
	}
	return out
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func readStackCases(t *testing.T) []stackCase {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct{ Cases []stackCase }
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Cases) == 0 {
		t.Fatal("testdata/cases.json is empty")
	}
	return table.Cases
}

func TestStackingAgreesWithScikitLearn(t *testing.T) {
	for k, c := range readStackCases(t) {
		clips := c.clips()
		for _, peer := range []struct {
			s    Strategy
			want []float64
		}{{StackingRidge, c.Ridge}, {StackingLogistic, c.Logistic}} {
			s, err := peer.s.Fit(clips[:c.Train], Training{Penalty: c.Penalty})
			if err != nil {
				t.Fatal(err)
			}
			for i, clip := range clips {
				if got := s.model.value(clip); math.Abs(got-peer.want[i]) > 1e-8 {
					t.Errorf("case %d, %s, clip %d: %v, want %v", k, s.Name, i, got, peer.want[i])
				}
				if got := s.Apply(clip, Params{}).Answer.Polarity; got != sample.PolarityOf(peer.want[i]) {
					t.Errorf("case %d, %s, clip %d: polarity %v of %v", k, s.Name, i, got, peer.want[i])
				}
			}
		}
	}
}

// By hand: one feature varies, the small score x = −1, 1 (its polarity is held
// at neutral), and its standardised values are x itself. Labels −2, 2 and
// penalty 2: w = Σxy/(Σx² + λ) = 4/4 = 1. Labels 0, 4 add an intercept of 2.
func TestRidgeByHand(t *testing.T) {
	for _, c := range []struct{ lo, hi, intercept float64 }{{-2, 2, 0}, {0, 4, 2}} {
		train := []Clip{{Truth: c.lo}, {Truth: c.hi}}
		for i := range train {
			train[i].Small = Answer{Score: float64(2*i - 1), OK: true}
			train[i].Large = polar(sample.Positive)
			train[i].USmall, train[i].ULarge = math.NaN(), 0.5
		}
		s, err := StackingRidge.Fit(train, Training{Penalty: 2})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Apply(Clip{Small: scored(3), Large: scored(1)}, Params{})
		if diff := cmp.Diff(Outcome{scored(3 + c.intercept), Averaged, 1}, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("labels %v, %v (-want +got):\n%s", c.lo, c.hi, diff)
		}
		learned := s.Coefficients()
		if len(learned) != len(featureNames)+1 || learned[0].Feature != "intercept" || learned[1].Feature != "small score" {
			t.Fatalf("coefficients %v", learned)
		}
		for i, want := range []float64{c.intercept, 1, 0, 0} {
			if math.Abs(learned[i].Weight-want) > 1e-12 {
				t.Errorf("%s = %v, want %v", learned[i].Feature, learned[i].Weight, want)
			}
		}
	}
}

// Separable data have no finite maximum likelihood; the penalty gives them one.
func TestLogisticOnSeparableClips(t *testing.T) {
	var train []Clip
	for i := range 20 {
		y := float64(2*(i%2) - 1)
		train = append(train, Clip{Small: scored(y), Large: scored(-y), USmall: 0.5, ULarge: 0.5, Truth: y})
	}
	s, err := StackingLogistic.Fit(train, Training{Penalty: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range train {
		if got := s.Apply(c, Params{}).Answer; got.Polarity != c.Small.Polarity || !math.IsNaN(got.Score) {
			t.Errorf("clip %d: %+v", i, got)
		}
	}
}

func TestFitErrors(t *testing.T) {
	pos, neg := with(agree, func(c *Clip) { c.Truth = 1 }), with(agree, func(c *Clip) { c.Truth = -1 })
	bad := with(agree, func(c *Clip) { c.Truth = math.NaN() })
	for _, c := range []struct {
		name, want string
		s          Strategy
		train      []Clip
		t          Training
	}{
		{"nothing", "fusion stacking-ridge: 0 usable training clips are fewer than 2", StackingRidge, nil, Training{}},
		{"only refusals", "fusion stacking-ridge: 0 usable training clips are fewer than 2", StackingRidge, []Clip{refused, refused}, Training{}},
		{"one polarity", "fusion stacking-logistic: 2 usable training clips with a polarity, 2 positive: both are needed", StackingLogistic, []Clip{pos, pos}, Training{}},
		{"no label", `fusion stacking-ridge: training clip 1 "a": label NaN`, StackingRidge, []Clip{pos, bad}, Training{}},
		{"penalty", "fusion stacking-ridge: penalty -1 is not positive", StackingRidge, []Clip{pos, neg}, Training{Penalty: -1}},
	} {
		if _, err := c.s.Fit(c.train, c.t); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

// A fitted strategy is none the wiser for clips that nothing can be learned
// from, and one that has nothing to learn is left as it is.
func TestFitPassesOverFailures(t *testing.T) {
	c := readStackCases(t)[1]
	clips := c.clips()
	a, err := StackingRidge.Fit(clips, Training{})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := StackingRidge.Fit(append([]Clip{refused, mute}, clips...), Training{})
	if diff := cmp.Diff(a.Coefficients(), b.Coefficients()); diff != "" {
		t.Error(diff)
	}
	if a.NeedsTraining || !StackingRidge.NeedsTraining || a.Name != StackingRidge.Name {
		t.Error("Fit did not return a fitted copy")
	}
	same, err := UACSv2.Fit(nil, Training{})
	if err != nil || same.Name != UACSv2.Name || same.Coefficients() != nil {
		t.Errorf("Fit of a fixed rule: %v, %v", same.Name, err)
	}
}

// The strategy of a fold must not depend on the fold's own labels.
func TestCrossFitDoesNotPeek(t *testing.T) {
	clips := readStackCases(t)[3].clips()
	folds := make([]int, len(clips))
	for i := range folds {
		folds[i] = i % 3
	}
	for _, s := range []Strategy{StackingRidge, StackingLogistic} {
		before, err := CrossFit(s, clips, folds, Training{})
		if err != nil || len(before) != 3 {
			t.Fatalf("%d strategies, %v", len(before), err)
		}
		for i := range clips {
			if folds[i] == 1 {
				clips[i].Truth = -clips[i].Truth
			}
		}
		after, _ := CrossFit(s, clips, folds, Training{})
		for k := range before {
			same := cmp.Equal(before[k].Coefficients(), after[k].Coefficients())
			if same != (k == 1) {
				t.Errorf("%s, fold %d: unchanged = %v after fold 1's labels changed", s.Name, k, same)
			}
		}
	}
	for name, folds := range map[string][]int{"length": {0}, "negative": make([]int, len(clips))} {
		if name == "negative" {
			folds[3] = -1
		}
		if _, err := CrossFit(StackingRidge, clips, folds, Training{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCheck(t *testing.T) {
	pair := []Clip{conflict, with(agree, func(c *Clip) { c.Key = "b" })}
	bare := func(change func(*Clip)) []Clip { return []Clip{pair[0], with(pair[1], change)} }
	for _, c := range []struct {
		name, want string
		s          Strategy
		clips      []Clip
		p          Params
	}{
		{"all there", "", UACSv1ShuffledSecond, pair, sure},
		{"a failed answer needs no score", "", Mean, append(pair, refused), sure},
		{"untrained", "fusion stacking-ridge: it must be fitted to training clips first", StackingRidge, pair, sure},
		{"no threshold", "fusion uacs-v2: the threshold on the large model is NaN", UACSv2, pair, Params{TauLarge: math.NaN()}},
		{"no share", "fusion mean: a share of 2 second rounds is outside [0,1]", Mean, pair, Params{SecondShare: 2}},
		{"no score", `fusion mean: clip 1 "b": an answer without a score`, Mean, bare(func(c *Clip) { c.Large = polar(sample.Positive) }), sure},
		{"no probabilities", `fusion linear-opinion-pool: clip 0 "a": no probabilities over the same bins`, LinearOpinionPool, pair, sure},
		{"no variance", `fusion inverse-variance-mean: clip 0 "a": an answer without a variance`, InverseVarianceMean, pair, sure},
		{"no key", `fusion uacs-v2-conflict-coin: clip 1 "": no key`, UACSv2ConflictCoin, bare(func(c *Clip) { c.Key = "" }), sure},
		{"one key", `fusion uacs-v2-conflict-coin: clips 0 and 1 have the same key "a"`, UACSv2ConflictCoin, bare(func(c *Clip) { c.Key = "a" }), sure},
		{"no second", "fusion uacs-v2: no clip has a second answer", UACSv2, []Clip{noSecond}, sure},
		{"no other", "fusion uacs-v2-shuffled-second: no clip has another clip's second answer", UACSv2ShuffledSecond, []Clip{noSecond}, sure},
	} {
		err := c.s.Check(c.clips, c.p)
		if got := fmt.Sprint(err); err == nil && c.want != "" || err != nil && got != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

// By hand: .2·(−1)² + .3·1² − (.1)² = .49; members 1, 2, 6 have mean 3 and
// squares 4+1+9 = 14, over two.
func TestVarianceOf(t *testing.T) {
	for _, c := range []struct {
		name string
		p    sample.Prediction
		want float64
	}{
		{"probabilities", sample.Prediction{Bins: []float64{-1, 0, 1}, Probs: []float64{0.2, 0.5, 0.3}, MemberScores: []float64{1, 9}}, 0.49},
		{"members", sample.Prediction{MemberScores: []float64{1, 2, 6}}, 7},
		{"one member", sample.Prediction{MemberScores: []float64{1}}, math.NaN()},
		{"neither", sample.Prediction{}, math.NaN()},
		{"error record", sample.Prediction{MemberScores: []float64{1, 2, 6}, Error: "refused"}, math.NaN()},
	} {
		if got := VarianceOf(&c.p); math.Abs(got-c.want) > 1e-15 && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
