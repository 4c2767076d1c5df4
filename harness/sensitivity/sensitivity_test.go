package sensitivity

import (
	"bytes"
	"context"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/sample"
	"uacs/internal/golden"
	"uacs/internal/hint"
)

const experimentYAML = `name: base
title: SYNTHETIC base
tier: synth
dataset: synth-mosi
small: {predictor: small, decision: score, label: Small}
large: {predictor: large, decision: score, label: Large}
second: {predictor: second, decision: score, label: Second}
measures: [entropy]
fusions: [uacs-v2]
large_measure: entropy
tau_large: [0.6]
headline: {measure: entropy, fusion: uacs-v2}
costs: [{name: calls, unit: calls, large: 1, source: counted}]
seed: 3
replicates: 200
`

const predictorsYAML = `predictors:
  - {name: small, dataset: synth-mosi, format: synth, model: small, source: made}
  - {name: large, dataset: synth-mosi, format: synth, model: large, source: made}
  - {name: second, dataset: synth-mosi, format: synth, model: second, source: made}
`

const modelYAML = `name: tiny
title: SYNTHETIC tiny model
tier: synth
datasets: [synth-mosi]
modalities: [audio, vision]
bins: [-3, 0, 3]
target: {kind: two-hot}
loss: {kind: cross-entropy}
hidden: 4
optimiser: {rate: 0.01, clip: 1, batch: 64, epochs: 1}
seeds: [1, 2]
`

const planYAML = `name: plan
title: SYNTHETIC plan
experiment: base
replicates: 200
vary:
  - {key: fusion, default: uacs-v2, values: [uacs-v2, replace]}
  - {key: measure, default: entropy, values: [entropy, vote-entropy]}
`

func place(t *testing.T, plan string) (Plan, Place) {
	t.Helper()
	root := fstest.MapFS{}
	for name, data := range map[string]string{
		"configs/experiments/base.yaml": experimentYAML, "configs/predictors.yaml": predictorsYAML, "configs/models/tiny.yaml": modelYAML, Dir + "/plan.yaml": plan,
	} {
		root[name] = &fstest.MapFile{Data: []byte(data)}
	}
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plans, err := LoadPlans(root)
	if err != nil {
		t.Fatal(err)
	}
	return plans[0], Place{Root: root, Predictors: predictors}
}

// The base is the experiment's headline, a value the experiment with that value; one
// that the small model's answers do not allow, votes, is kept with its reason.
func TestStudy(t *testing.T) {
	p, at := place(t, planYAML)
	r, err := Study(context.Background(), p, at)
	if err != nil {
		t.Fatal(err)
	}
	c, err := experiment.LoadConfig(at.Root, "configs/experiments/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := func(name string) experiment.Estimate {
		c.Fusions, c.Headline.Fusion = []string{name}, name
		h, err := experiment.Open(c, at.Predictors, nil)
		if err != nil {
			t.Fatal(err)
		}
		run, err := experiment.Run(context.Background(), h)
		if err != nil {
			t.Fatal(err)
		}
		return run.Cascade().VsLarge.Difference
	}
	near := cmp.Comparer(func(a, b experiment.Number) bool { return math.Abs(float64(a-b)) < 1e-6 })
	for _, k := range []struct {
		name string
		got  Outcome
	}{{"uacs-v2", r.Base}, {"uacs-v2", r.Tried[0].Outcomes[0]}, {"replace", r.Tried[0].Outcomes[1]}} {
		if diff := cmp.Diff(want(k.name), k.got.Gain, near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", k.name, diff)
		}
	}
	if na := r.Tried[1].Outcomes[1]; na.NA == "" || !strings.Contains(na.NA, "vote") {
		t.Errorf("vote-entropy of a model without votes: %+v", na)
	}
}

// A model is trained once for each choice about training; a second study, and one that
// finds the models of the first, have the same bytes.
func TestStudyTrains(t *testing.T) {
	p, at := place(t, strings.Replace(planYAML, "replicates", "model: tiny\nlabel: Tiny\nseeds: [1]\nreplicates", 1)+`  - {key: bins, default: "3", values: ["3", "5"]}
  - {key: seeds, default: "1", values: ["1", "2"]}
`)
	at.Encoder = func(context.Context, string) (trained.Encoder, error) { return trained.Encoder{}, fs.ErrNotExist }
	var first []byte
	for _, dir := range []string{"", t.TempDir(), "again"} {
		if dir != "again" {
			at.Models = dir
		}
		r, err := Study(context.Background(), p, at)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteRecord(&b, r); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
			if bins := r.Tried[2].Outcomes; bins[0].Gain != r.Base.Gain || bins[0].Small == bins[1].Small && bins[0].Calls == bins[1].Calls {
				t.Errorf("five bins are as three: %+v", bins)
			}
			continue
		}
		if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("models in %q: other bytes", dir)
		}
	}
	if made, err := os.ReadDir(at.Models); err != nil || len(made) != 3 { // 3 bins, 5 bins, seed 2
		t.Errorf("%d models, %v", len(made), err)
	}
}

// Each expected message follows from the rule in the plan's doc comments.
func TestLoadPlanErrors(t *testing.T) {
	for _, c := range []struct{ name, old, new, want, hint string }{
		{"unknown key", "key: fusion", "key: fusoin", `key "fusoin" is not known`, "the keys are bins, deal"},
		{"default not a value", "default: uacs-v2", "default: mean", `fusion: the default "mean" is not among the values`, ""},
		{"training without a model", "key: fusion", "key: bins", "bins is a choice about training", "name the small model"},
		{"value twice", "[uacs-v2, replace]", "[uacs-v2, uacs-v2]", `fusion: value "uacs-v2" is empty or stands twice`, ""},
		{"choice twice", "key: measure", "key: fusion", `the default "entropy" is not among`, ""},
		{"few replicates", "replicates: 200", "replicates: 20", "20 is fewer than 100", ""},
		{"a name that is no file's", "name: plan", "name: a/b", `"a/b" may hold a-z`, ""},
		{"label of no model", "replicates: 200", "label: x", "label and seeds are those of a model", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(planYAML, c.old, c.new, 1)
			if c.name == "choice twice" {
				text = planYAML + "  - {key: fusion, default: replace, values: [replace]}\n"
				c.want = "fusion stands twice"
			}
			_, err := LoadPlan(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, "p.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "p.yaml") || !strings.HasPrefix(hint.Of(err), c.hint) {
				t.Errorf("%v, hint %q; want %q, %q", err, hint.Of(err), c.want, c.hint)
			}
		})
	}
}

// Values that cannot be read, and a default that the experiment does not have, are
// errors before anything is computed.
func TestVariantErrors(t *testing.T) {
	for _, c := range []struct{ name, row, want string }{
		{"another default", `{key: tolerance, default: "0.1", values: ["0.1"]}`, `the default "0.1": is not what experiment and model have`},
		{"no number", `{key: tolerance, default: "0", values: ["0", many]}`, `"many" is not a finite number`},
		{"no fusion", `{key: zero, default: neutral, values: [neutral, up]}`, `"up" is not neutral, negative, positive or a band`},
		{"negative band", `{key: zero, default: neutral, values: [neutral, band -1]}`, "a band of -1 is negative"},
		{"no profile", `{key: profile, default: polarity, values: [polarity, own]}`, `unknown metric profile "own"`},
		{"one fold", `{key: folds, default: "5", values: ["5", "1"]}`, `"1" is not a number of folds`},
		{"no failure policy", `{key: failures, default: fallback-small, values: [fallback-small, hide]}`, `"hide" is not fallback-small`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, at := place(t, planYAML+"  - "+c.row+"\n")
			if _, err := Study(context.Background(), p, at); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// By hand: a neutral answer takes the word's polarity, a band makes small scores
// neutral, and a ranking that a rule read as positive with score 0 is only touched by a
// band.
func TestReadZero(t *testing.T) {
	answers := []fusion.Answer{
		{Score: 0, Polarity: sample.Neutral, OK: true},
		{Score: 0.2, Polarity: sample.Positive, OK: true},
		{Score: 0, Polarity: sample.Positive, OK: true},
		{Score: math.NaN(), Polarity: sample.Negative, OK: true},
		{Score: math.NaN()},
	}
	for word, want := range map[string][]sample.Polarity{
		"neutral": {0, 1, 1, -1, 0}, "negative": {-1, 1, 1, -1, 0}, "positive": {1, 1, 1, -1, 0}, "band 0": {0, 1, 0, -1, 0}, "band 0.2": {0, 0, 0, -1, 0},
	} {
		var got []sample.Polarity
		for _, a := range readZero(answers, word) {
			got = append(got, a.Polarity)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
}

// madeUp is a result of invented numbers.
func madeUp() *Result {
	outcome := func(key, value string, gain, lo, hi float64) Outcome {
		e := experiment.Estimate{Value: experiment.Number(gain), Lo: experiment.Number(lo), Hi: experiment.Number(hi)}
		return Outcome{Key: key, Setting: value, Gain: e, P: 0.04, Small: 0.7, Large: 0.8, Cascade: experiment.Number(math.Round(1e3*(0.8+gain)) / 1e3), Calls: 0.5, N: 100}
	}
	base := outcome("", "", 0.02, 0.01, 0.03)
	return &Result{
		Name: "made-up", Title: "SYNTHETIC, made-up numbers", Tier: "synth", Experiment: "base", Small: "Small", Large: "Large",
		Headline: experiment.Headline{Measure: "entropy", Fusion: "uacs-v2"}, Profile: "polarity", Level: 0.95, Replicates: 100, Base: base,
		Tried: []Tried{
			{Hypothesis{"bins", "7", []string{"3", "7"}}, Doc("bins"), []Outcome{outcome("bins", "3", 0.025, 0.01, 0.04), outcome("bins", "7", 0.02, 0.01, 0.03)}},
			{Hypothesis{"seeds", "1", []string{"1", "2"}}, Doc("seeds"), []Outcome{outcome("seeds", "1", 0.02, 0.01, 0.03), outcome("seeds", "2", 0.01, 0.002, 0.02)}},
			{Hypothesis{"fusion", "uacs-v2", []string{"uacs-v2", "replace", "mean", "mine"}}, Doc("fusion"), []Outcome{
				outcome("fusion", "uacs-v2", 0.02, 0.01, 0.03), outcome("fusion", "replace", 0, -0.01, 0.01), outcome("fusion", "mean", -0.03, -0.04, -0.02),
				{Key: "fusion", Setting: "mine", NA: "no votes"},
			}},
		},
		Warnings: []string{"Numbers are invented."}, Plan: "plan.yaml", SHA256: "00",
	}
}

// The bins move the gain by half a point, seeds by one: no more than chance.
func TestFiles(t *testing.T) {
	r := madeUp()
	files, err := Files(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.Derived && !Belongs(f.Path, "made-up") || Belongs(f.Path, "made") {
			t.Errorf("%s belongs to another plan", f.Path)
		}
	}
	back, err := ReadRecord(files[0].Data, "record")
	if diff := cmp.Diff(r, back); err != nil || diff != "" {
		t.Errorf("%v (-wrote +read):\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"fusion"}, r.Changing()); diff != "" {
		t.Errorf("changing (-want +got):\n%s", diff)
	}
	golden.Check(t, "testdata/table.md", Table(r).Markdown())
	golden.Check(t, "testdata/summary.md", Summary(r).Markdown())
}

func TestReadRecordErrors(t *testing.T) {
	for _, text := range []string{"", "{", `{"nmae":"x"}`, "{}\n{}"} {
		if _, err := ReadRecord([]byte(text), "r.jsonl"); err == nil || !strings.HasPrefix(err.Error(), "r.jsonl:") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The committed plans and the schema are those of the code.
func TestCommitted(t *testing.T) {
	root := os.DirFS("../..")
	plans, err := LoadPlans(root)
	if err != nil || len(plans) == 0 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	for _, p := range plans {
		base, err := p.base(root)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.variants(base); err != nil {
			t.Errorf("%s: %v", p.File, err)
		}
	}
	if _, err := LoadPlans(root, "none"); err == nil || hint.Of(err) == "" {
		t.Errorf("an unknown name: %v", err)
	}
	for _, key := range Keys() {
		if Doc(key) == "" {
			t.Errorf("%s has no doc", key)
		}
	}
}
