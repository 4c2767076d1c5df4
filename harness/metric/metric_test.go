package metric

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/sample"
)

var nan = math.NaN()

// values runs Evaluate and returns name -> value, and name -> reason where n/a.
func values(t testing.TB, profile string, kind Kind, a Answers) (got map[string]float64, na map[string]string, warnings []string) {
	t.Helper()
	r, err := Evaluate(profile, kind, a)
	if err != nil {
		t.Fatal(err)
	}
	got, na = map[string]float64{}, map[string]string{}
	for _, v := range r.Values {
		if math.IsNaN(v.Value) != (v.NA != "") {
			t.Errorf("%s: value %v with reason %q", v.Name, v.Value, v.NA)
		}
		if v.NA != "" {
			na[v.Name] = v.NA
		} else {
			got[v.Name] = v.Value
		}
	}
	return got, na, r.Warnings
}

// One small set of MOSI answers, scored by every profile. Expected values by hand:
//
//	label   -2   0    1     0.5   -1    0
//	score   -2.5 0    0     1     0.5  -1
//
// Acc_7 classes (labels -2 0 1 0 -1 0, scores -2 0 0 1 0 -1): 2 of 6 agree.
// Has0 (>= 0) classes: labels 0 1 1 1 0 1, scores 0 1 1 1 1 0: 4 of 6;
// F1(0) = 2*1/(2+2), F1(1) = 2*3/(4+4); weighted (2*0.5+4*0.75)/6.
// On the four non-zero labels "> 0" gives scores 0 0 1 1 for labels 0 1 1 0 and
// ">= 0" gives 0 1 1 1.
func TestProfilesByHand(t *testing.T) {
	a := Answers{
		Score: []float64{-2.5, 0, 0, 1, 0.5, -1},
		Truth: []float64{-2, 0, 1, 0.5, -1, 0},
	}
	// Deviations by hand: |p-y| = .5 0 1 .5 1.5 1.
	for _, c := range []struct {
		profile string
		want    map[string]float64
	}{
		{"mmsa", map[string]float64{
			"Has0_acc_2": 4. / 6, "Has0_F1_score": (2*0.5 + 4*0.75) / 6,
			"Non0_acc_2": 2. / 4, "Non0_F1_score": 0.5,
			"Mult_acc_5": 2. / 6, "Mult_acc_7": 2. / 6, "MAE": 4.5 / 6,
		}},
		{"mai-lab", map[string]float64{
			"Acc_7": 2. / 6, "Acc_2": 3. / 4, "F1": (2*2./3 + 2*4./5) / 4, "MAE": 3.5 / 4,
		}},
		{"mult", map[string]float64{
			"Acc_7": 2. / 6, "Acc_5": 2. / 6, "Acc_2": 2. / 4, "F1": 0.5, "MAE": 4.5 / 6,
		}},
		// The 0 for label 1 is wrong and of no class: TP(-)=1 of 2 labels, 1 answer; TP(+)=1 of 2 and 2.
		{"polarity", map[string]float64{"Acc_2": 2. / 4, "F1": (2*2./3 + 2*2./4) / 4}},
	} {
		t.Run(c.profile, func(t *testing.T) {
			got, _, _ := values(t, c.profile, MOSI, a)
			delete(got, "Corr") // against numpy in TestAgreesWithScikitLearn
			if diff := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// MulT's swapped arguments: labels + + + -, answers + - - -. Per class
// F1(+) = 2/(3+1), F1(-) = 2/(1+3), here 1/2 both; with answers + + - - it is
// F1(+) = 4/5, F1(-) = 2/3, weighted by labels 3:1 or by answers 2:2.
func TestSwappedWeights(t *testing.T) {
	a := Answers{Truth: []float64{1, 1, 1, -1}, Score: []float64{1, 1, -1, -1}}
	mmsa, _, _ := values(t, "mmsa", MOSI, a)
	mult, _, _ := values(t, "mult", MOSI, a)
	if got, want := mmsa["Non0_F1_score"], (3*4./5+2./3)/4; math.Abs(got-want) > 1e-15 {
		t.Errorf("mmsa: %v, want %v", got, want)
	}
	if got, want := mult["F1"], (2*4./5+2*2./3)/4; math.Abs(got-want) > 1e-15 {
		t.Errorf("mult: %v, want %v", got, want)
	}
}

// Edges by hand. float32(0.1) is above 0.1, so the float64 0.1 and the next few
// float64 above it share a class in float32 and would not in float64.
func TestClassEdges(t *testing.T) {
	three, five := above(-0.1, 0.1), above(-0.7, -0.1, 0.1, 0.7)
	seven, _ := rounded(3)
	for _, c := range []struct {
		name  string
		class func(float32) int
		v     float64
		want  int
	}{
		{"0.1 belongs below", three, 0.1, 1},
		{"0.1 and a hair, equal in float32", three, 0.1 + 1e-10, 1},
		{"next float32 above 0.1", three, float64(math.Nextafter32(0.1, 1)), 2},
		{"-0.1 belongs below", three, -0.1, 0},
		{"-0.7 belongs below", five, -0.7, 0},
		{"0.7 belongs below", five, 0.7, 3},
		{"one", five, 1, 4},
		{"0.5 to the even 0", seven, 0.5, 3},
		{"1.5 to the even 2", seven, 1.5, 5},
		{"-2.5 to the even -2", seven, -2.5, 1},
		{"beyond the scale", seven, 1e30, 6},
		{"a hair above 0.5, equal in float32", seven, 0.5 + 1e-10, 3},
		{"negative zero is at least zero", atLeastZero, math.Copysign(0, -1), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.class(float32(c.v)); got != c.want {
				t.Errorf("class of %v = %d, want %d", c.v, got, c.want)
			}
		})
	}
}

// SIMS clips before MAE and Corr: by hand, |1-1| and |-1-0|.
func TestSIMSClipsFirst(t *testing.T) {
	got, _, warnings := values(t, "mmsa", SIMS, Answers{Score: []float64{7, -7}, Truth: []float64{1, 0}})
	if got["MAE"] != 0.5 || got["Corr"] != 1 {
		t.Errorf("MAE %v, Corr %v, want 0.5, 1", got["MAE"], got["Corr"])
	}
	if want := []string{"2 of 2 scores lie outside [-1,1]"}; !cmp.Equal(warnings, want) {
		t.Errorf("warnings %q", warnings)
	}
}

func TestNotAvailable(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile string
		kind    Kind
		a       Answers
		want    map[string]string
		values  []string // the metrics that have a value
	}{
		{
			"empty", "mmsa", MOSI,
			Answers{},
			map[string]string{
				"Has0_acc_2": "no clips", "Has0_F1_score": "no clips", "Non0_acc_2": "no clips", "Non0_F1_score": "no clips",
				"Mult_acc_5": "no clips", "Mult_acc_7": "no clips", "MAE": "no clips", "Corr": "no clips",
			},
			nil,
		},
		{
			"words only", "mmsa", MOSI,
			Answers{Polarity: []sample.Polarity{1, -1}, Truth: []float64{1, -1}},
			map[string]string{
				"Mult_acc_5": "2 of 2 answers have no score", "Mult_acc_7": "2 of 2 answers have no score",
				"MAE": "2 of 2 answers have no score", "Corr": "2 of 2 answers have no score",
			},
			[]string{"Has0_F1_score", "Has0_acc_2", "Non0_F1_score", "Non0_acc_2"},
		},
		{
			"one word among scores", "mmsa", SIMS,
			Answers{Score: []float64{nan, -1}, Polarity: []sample.Polarity{1, -1}, Truth: []float64{1, -1}},
			map[string]string{
				"Mult_acc_3": "1 of 2 answers have no score", "Mult_acc_5": "1 of 2 answers have no score",
				"MAE": "1 of 2 answers have no score", "Corr": "1 of 2 answers have no score",
			},
			[]string{"F1_score", "Mult_acc_2"},
		},
		{
			"neither score nor word", "polarity", MOSI,
			Answers{Score: []float64{nan}, Truth: []float64{1}},
			map[string]string{"Acc_2": "1 of 1 answers have no polarity", "F1": "1 of 1 answers have no polarity"},
			nil,
		},
		{
			"only neutral labels", "polarity", SIMS,
			Answers{Score: []float64{1, 0}, Truth: []float64{0, 0}},
			map[string]string{"Acc_2": "no clip has a non-zero label", "F1": "no clip has a non-zero label"},
			nil,
		},
		{
			"constant prediction, and no seven classes", "mult", SIMS,
			Answers{Score: []float64{.1, .1}, Truth: []float64{1, -1}},
			map[string]string{
				"Corr": "constant prediction", "Acc_7": "Acc_7 has no rule for labels on [-1,1]", "Acc_5": "Acc_5 has no rule for labels on [-1,1]",
			},
			[]string{"Acc_2", "F1", "MAE"},
		},
		{
			"constant label", "mai-lab", MOSI,
			Answers{Score: []float64{1, 2, 3}, Truth: []float64{1, 1, 0}},
			map[string]string{"Corr": "constant label"},
			[]string{"Acc_2", "Acc_7", "F1", "MAE"},
		},
		{
			"one clip", "mai-lab", MOSI,
			Answers{Score: []float64{1}, Truth: []float64{1}},
			map[string]string{"Corr": "fewer than two clips"},
			[]string{"Acc_2", "Acc_7", "F1", "MAE"},
		},
		{
			"missing", "mai-lab", MOSI,
			Answers{Score: []float64{1, nan}, Truth: []float64{1, 2}, Missing: []bool{false, true}},
			map[string]string{"MAE": "1 of 2 answers are missing", "Corr": "1 of 2 answers are missing"},
			[]string{"Acc_2", "Acc_7", "F1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, na, _ := values(t, c.profile, c.kind, c.a)
			if diff := cmp.Diff(c.want, na); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			var names []string
			for name := range got {
				names = append(names, name)
			}
			slices.Sort(names)
			if diff := cmp.Diff(c.values, names); diff != "" {
				t.Errorf("metrics with a value (-want +got):\n%s", diff)
			}
		})
	}
}

// A missing answer is wrong in every accuracy. F1 by hand: labels + + -, answers
// + none -: F1(+) = 2/(2+1), F1(-) = 1, weighted 2:1; by answers 1:1 of 3.
func TestMissingCountsAsWrong(t *testing.T) {
	a := Answers{Score: []float64{1, 1, -1}, Missing: []bool{false, true, false}, Truth: []float64{1, 1, -1}}
	mmsa, _, warnings := values(t, "mmsa", MOSI, a)
	for _, name := range []string{"Has0_acc_2", "Non0_acc_2", "Mult_acc_5", "Mult_acc_7"} {
		if got := mmsa[name]; got != 2./3 {
			t.Errorf("%s = %v, want 2/3", name, got)
		}
	}
	if got, want := mmsa["Non0_F1_score"], (2*2./3+1)/3; math.Abs(got-want) > 1e-15 {
		t.Errorf("F1 = %v, want %v", got, want)
	}
	mult, _, _ := values(t, "mult", MOSI, a)
	if got, want := mult["F1"], (2./3+1)/3; math.Abs(got-want) > 1e-15 {
		t.Errorf("MulT's F1 = %v, want %v", got, want)
	}
	if want := []string{"1 of 3 answers are missing and count as wrong"}; !cmp.Equal(warnings, want) {
		t.Errorf("warnings %q", warnings)
	}
}

func TestWarnings(t *testing.T) {
	a := Answers{
		Score:    []float64{1, 1, nan, 4},
		Polarity: []sample.Polarity{1, -1, 0, 1},
		Truth:    []float64{1, 1, 1, 3.5},
	}
	_, _, got := values(t, "polarity", MOSI, a)
	want := []string{
		"1 of 4 answers state a polarity that is not the sign of their score",
		"1 of 4 scores lie outside [-3,3]",
		"1 of 4 labels lie outside [-3,3]",
		"Acc_2: 1 of 4 counted answers are neutral and count as wrong",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, _, got = values(t, "mmsa", MOSI, Answers{Score: []float64{1, 1}, Truth: []float64{1, -1}})
	want = []string{
		`Has0_F1_score: class "< 0" is never answered; its F1 counts as 0`,
		`Non0_F1_score: class "<= 0" is never answered; its F1 counts as 0`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	one := []float64{1}
	for _, c := range []struct {
		name    string
		profile string
		kind    Kind
		a       Answers
		want    string
	}{
		{"profile", "mosi", MOSI, Answers{}, `unknown metric profile "mosi" (known: mai-lab, mmsa, mult, polarity)`},
		{"kind", "mmsa", 0, Answers{}, "profile mmsa has no rules for label scale Kind(0)"},
		{"scores short", "mmsa", MOSI, Answers{Score: []float64{}, Truth: one}, "evaluate by profile mmsa: 0 scores for 1 labels"},
		{"polarities long", "mmsa", MOSI, Answers{Polarity: make([]sample.Polarity, 2), Truth: one}, "evaluate by profile mmsa: 2 polarities for 1 labels"},
		{"marks long", "mmsa", MOSI, Answers{Score: one, Missing: make([]bool, 2), Truth: one}, "evaluate by profile mmsa: 2 missing marks for 1 labels"},
		{"no answers", "mmsa", MOSI, Answers{Truth: one}, "evaluate by profile mmsa: neither scores nor polarities for 1 labels"},
		{"NaN label", "mmsa", MOSI, Answers{Score: one, Truth: []float64{nan}}, "evaluate by profile mmsa: label 0 is NaN"},
		{"infinite score", "mmsa", MOSI, Answers{Score: []float64{math.Inf(-1)}, Truth: one}, "evaluate by profile mmsa: score 0 is -Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Evaluate(c.profile, c.kind, c.a)
			if err == nil || err.Error() != c.want {
				t.Errorf("err = %v\nwant  %s", err, c.want)
			}
		})
	}
}

func TestPerClipErrors(t *testing.T) {
	a := Answers{Polarity: []sample.Polarity{1}, Truth: []float64{1}}
	for _, c := range []struct {
		name, profile, metric string
		kind                  Kind
		want                  string
	}{
		{"F1", "mmsa", "Has0_F1_score", MOSI, "Has0_F1_score of profile mmsa is not a mean over clips"},
		{"unknown", "mmsa", "Acc_2", MOSI, `profile mmsa has no metric "Acc_2" for label scale mosi`},
		{"without scores", "mmsa", "MAE", MOSI, "MAE by profile mmsa: n/a: 1 of 1 answers have no score"},
		{"not on this scale", "mult", "Acc_7", SIMS, "Acc_7 by profile mult: n/a: Acc_7 has no rule for labels on [-1,1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := PerClip(c.profile, c.kind, c.metric, a)
			if err == nil || err.Error() != c.want {
				t.Errorf("err = %v\nwant  %s", err, c.want)
			}
		})
	}
}

// Every registered metric says all that a table's reader needs.
func TestRegistryIsComplete(t *testing.T) {
	for _, p := range Profiles() {
		for _, kind := range []Kind{MOSI, SIMS} {
			seen := map[string]bool{}
			for _, d := range p.Metrics(kind) {
				if seen[d.Name] || d.Doc == "" || d.Formula == "" || d.Zero == "" || d.Rounding == "" || d.Source == "" {
					t.Errorf("%s/%v: incomplete or repeated: %+v", p.Name, kind, d)
				}
				seen[d.Name] = true
			}
			if !seen[p.Headline(kind)] || p.Doc == "" || p.Source == "" {
				t.Errorf("%s/%v: headline %q, doc %q", p.Name, kind, p.Headline(kind), p.Doc)
			}
		}
	}
}

func TestKindOf(t *testing.T) {
	for name, want := range map[string]Kind{"mosi": MOSI, "mosei": MOSI, "synth-mosi": MOSI, "sims": SIMS, "simsv2": SIMS, "synth-sims": SIMS} {
		if got, err := KindOf(name); got != want || err != nil {
			t.Errorf("KindOf(%s) = %v, %v", name, got, err)
		}
	}
	if _, err := KindOf("MOSI"); err == nil {
		t.Error("KindOf(MOSI) succeeded: names are lower case")
	}
}

func TestAUROC(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name     string
		u        []float64
		positive []bool
		want     float64
	}{ // by hand
		{"perfect", []float64{3, 1, 2}, []bool{true, false, true}, 1},
		{"reversed", []float64{1, 2}, []bool{true, false}, 0},
		{"all tied", []float64{5, 5, 5}, []bool{true, false, true}, 0.5},
		{"one tie of four pairs", []float64{1, 2, 2, 3}, []bool{false, true, false, true}, 3.5 / 4},
		{"infinities", []float64{-inf, inf, 0}, []bool{false, true, false}, 1},
		{"zeros of both signs tie", []float64{0, math.Copysign(0, -1)}, []bool{true, false}, 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := AUROC(c.u, c.positive); got != c.want || err != nil {
				t.Errorf("AUROC = %v, %v, want %v", got, err, c.want)
			}
		})
	}
	for _, positive := range [][]bool{nil, {true, true}, {false}} {
		if got, err := AUROC(make([]float64, len(positive)), positive); !math.IsNaN(got) || !errors.Is(err, ErrOneClass) {
			t.Errorf("one class %v: %v, %v", positive, got, err)
		}
	}
	if got, err := AUROC([]float64{1, nan}, []bool{true, false}); !math.IsNaN(got) || err == nil || errors.Is(err, ErrOneClass) {
		t.Errorf("NaN: %v, %v", got, err)
	}
	if _, err := AUROC([]float64{1}, nil); err == nil {
		t.Error("lengths 1 and 0 were accepted")
	}
}

func TestSummarise(t *testing.T) {
	run := func(acc float64, na string) Result {
		return Result{Profile: "mmsa", Kind: MOSI, Values: []Value{{Name: "Non0_acc_2", Value: acc, NA: na}}}
	}
	got, err := Summarise([]Result{run(0.8, ""), run(0.9, "")})
	// By hand: deviations of 0.05 each, divided by 2 runs.
	want := []Summary{{Name: "Non0_acc_2", Mean: 0.85, Std: 0.05, Runs: 2}}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-15)); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
	got, err = Summarise([]Result{run(0.8, ""), run(nan, "no clips")})
	want = []Summary{{Name: "Non0_acc_2", Mean: nan, Std: nan, Runs: 2, NA: "n/a in 1 of 2 runs: no clips"}}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
	other := run(1, "")
	other.Kind = SIMS
	for name, runs := range map[string][]Result{"none": nil, "two scales": {run(1, ""), other}} {
		if _, err := Summarise(runs); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// numpy: np.round(0.12345, 4) is 0.1234 (12345/100000 scaled is exactly 1234.5), np.round(0.55555, 4) is 0.5556.
func TestPrinted(t *testing.T) {
	for in, want := range map[float64]float64{0.12345: 0.1234, 0.55555: 0.5556, -1.00004: -1} {
		if got := Printed(in); got != want {
			t.Errorf("Printed(%v) = %v, want %v", in, got, want)
		}
	}
	if !math.IsNaN(Printed(nan)) {
		t.Error("Printed(NaN) is not NaN")
	}
}
