package experiment

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
)

// goodConfig is the text of a config that is right. Cases change one line.
const goodConfig = `# a comment
name: demo
title: Demo set, two models
tier: synth
dataset: synth-mosi
split: test
profile: polarity
small:
  predictor: synth-mosi-small
  decision: score
  label: Small
large:
  predictor: synth-mosi-large
  label: Large
  score: net-vote
second:
  predictor: synth-mosi-second
  label: Second
failures: fallback-small
measures: [entropy, margin]
fusions: [replace, uacs-v2]
large_measure: entropy
tau_large: [0.5]
weights: confidence
headline: {measure: entropy, fusion: replace}
tolerance: 0
costs:
  - name: calls
    unit: calls
    small: 1
    large: 2
    source: counted
folds: 5
seed: 1
replicates: 1000
level: 0.95
hypotheses: []
`

func load(text string) (Config, error) {
	return LoadConfig(fstest.MapFS{"e.yaml": {Data: []byte(text)}}, "e.yaml")
}

func TestLoadConfig(t *testing.T) {
	c, err := load(goodConfig)
	if err != nil {
		t.Fatal(err)
	}
	if c.Small.Label != "Small" || c.Large.Score != NetVoteScore || c.Second.Label != "Second" || c.File != "e.yaml" || len(c.Digest) != 64 {
		t.Errorf("config %+v", c)
	}
	short := goodConfig
	for _, key := range []string{"split: test", "profile: polarity", "failures: fallback-small", "weights: confidence", "folds: 5", "replicates: 1000", "level: 0.95"} {
		short = strings.Replace(short, key+"\n", "", 1)
	}
	d, err := load(short)
	if err != nil {
		t.Fatal(err)
	}
	if d.Split != "test" || d.Profile != "polarity" || d.Failures != FallbackSmall || d.Weights != "confidence" || d.Folds != 5 || d.Replicates != 10_000 || d.Level != 0.95 {
		t.Errorf("defaults %+v", d)
	}
}

// Each case replaces one line of goodConfig, or two that stand together. The
// expected line is that of the key or, where the key is gone, of the key above.
func TestConfigErrors(t *testing.T) {
	const known = "[^\n]*"
	for _, c := range []struct{ name, old, new, want, hint string }{
		{"unknown key", "tolerance: 0", "tolerence: 0", "e.yaml:26: unknown key tolerence\n    tolerence: 0", ""},
		{"wrong type", "folds: 5", "folds: many", "e.yaml:33: cannot construct !!str `many` into int\n    folds: many", ""},
		{"no name", "name: demo", "", "e.yaml: name: is required", ""},
		{"name no file can have", "name: demo", "name: Demo/1", "e.yaml:2: name: \"Demo/1\" may hold a-z, 0-9 and - only: it becomes a file name\n    name: Demo/1", ""},
		{"no title", "title: Demo set, two models", "", "e.yaml: title: is required", ""},
		{"tier", "tier: synth", "tier: gold", "e.yaml:4: tier: \"gold\" is not public or synth\n    tier: gold", ""},
		{"tier of another dataset", "tier: synth", "tier: public", "e.yaml:4: tier: public is not the tier of dataset synth-mosi\n    tier: public", ""},
		{"synth tier of a public dataset", "dataset: synth-mosi", "dataset: mosi", "e.yaml:4: tier: synth is not the tier of dataset mosi\n    tier: synth", ""},
		{"no dataset", "dataset: synth-mosi", "", "e.yaml: dataset: is required", ""},
		{"dataset", "dataset: synth-mosi", "dataset: iemocap", "e.yaml:5: dataset: dataset \"iemocap\" has no known label scale" + known, ""},
		{"split", "split: test", "split: dev", "e.yaml:6: split: \"dev\" is not train, valid or test\n    split: dev", ""},
		{"profile", "profile: polarity", "profile: best", "e.yaml:7: profile: unknown metric profile \"best\" (known: " + known, ""},
		{"no small predictor", "  predictor: synth-mosi-small\n", "", "e.yaml:8: small.predictor: is required\n    small:", ""},
		{"small decision", "  decision: score", "  decision: coin", "e.yaml:10: small.decision: decision \"coin\" is not auto, " + known, ""},
		{"no small label", "  label: Small\n", "", "e.yaml:8: small.label: is required\n    small:", ""},
		{"no large label", "  label: Large\n", "", "e.yaml:12: large.label: is required\n    large:", ""},
		{"one label for both", "  label: Large", "  label: Small", "e.yaml:14: large.label: \"Small\" is the small model's label too: figures could not tell them apart\n      label: Small", ""},
		{"score rule", "  score: net-vote", "  score: guess", "e.yaml:15: large.score: \"guess\" is not net-vote or ranking\n      score: guess", ""},
		{"no second label", "  label: Second\n", "", "e.yaml:16: second.label: is required\n    second:", ""},
		{"failures", "failures: fallback-small", "failures: ignore", "e.yaml:19: failures: \"ignore\" is not fallback-small, wrong or drop\n    failures: ignore", ""},
		{"measure", "measures: [entropy, margin]", "measures: [entropy, gut]", "e.yaml:20: measures: uncertainty measure \"gut\" is not one of " + known, ""},
		{"measure twice", "measures: [entropy, margin]", "measures: [entropy, entropy]", "e.yaml:20: measures: entropy stands twice\n    measures: [entropy, entropy]", ""},
		{"fusion", "fusions: [replace, uacs-v2]", "fusions: [replace, vote]", "e.yaml:21: fusions: fusion strategy \"vote\" is not one of " + known, ""},
		{"fusion twice", "fusions: [replace, uacs-v2]", "fusions: [replace, replace]", "e.yaml:21: fusions: replace stands twice\n    fusions: [replace, replace]", ""},
		{"a baseline", "fusions: [replace, uacs-v2]", "fusions: [replace, large-only]", "e.yaml:21: fusions: large-only is no cascade; every experiment judges it anyway\n    fusions: [replace, large-only]", "remove it"},
		{"fusion that asks twice", "second:\n  predictor: synth-mosi-second\n  label: Second\n", "", "e.yaml:18: fusions: uacs-v2 asks a second time\n    fusions: [replace, uacs-v2]", "name a predictor with second answers under second"},
		{"fusion without a threshold", "tau_large: [0.5]", "tau_large: []", "e.yaml:21: fusions: uacs-v2 accepts a confident answer\n    fusions: [replace, uacs-v2]", "say under large_measure and tau_large when an answer is confident"},
		{"fusion without a large measure", "large_measure: entropy", "", "e.yaml:21: fusions: uacs-v2 accepts a confident answer\n    fusions: [replace, uacs-v2]", "say under large_measure and tau_large when an answer is confident"},
		{"large measure", "large_measure: entropy", "large_measure: gut", "e.yaml:22: large_measure: uncertainty measure \"gut\" is not one of " + known, ""},
		{"threshold", "tau_large: [0.5]", "tau_large: [.nan]", "e.yaml:23: tau_large: NaN is not a finite number\n    tau_large: [.nan]", ""},
		{"weights", "weights: confidence", "weights: equal", "e.yaml:24: weights: \"equal\" is not confidence or inverse-uncertainty\n    weights: equal", ""},
		{"no headline", "headline: {measure: entropy, fusion: replace}", "", "e.yaml: headline.measure: is required", ""},
		{"headline measure", "headline: {measure: entropy, fusion: replace}", "headline: {measure: gini, fusion: replace}", "e.yaml:25: headline.measure: \"gini\" is not among measures\n    headline: {measure: gini, fusion: replace}", "add it to measures"},
		{"headline fusion", "headline: {measure: entropy, fusion: replace}", "headline:\n  measure: entropy\n  fusion: mean", "e.yaml:27: headline.fusion: \"mean\" is not among fusions\n      fusion: mean", "add it to fusions"},
		{"tolerance", "tolerance: 0", "tolerance: 1", "e.yaml:26: tolerance: 1 is not in [0,1)\n    tolerance: 1", ""},
		{"no number as tolerance", "tolerance: 0", "tolerance: .nan", "e.yaml:26: tolerance: NaN is not in [0,1)\n    tolerance: .nan", ""},
		{"no costs", "costs:\n  - name: calls\n    unit: calls\n    small: 1\n    large: 2\n    source: counted\n", "", "e.yaml: costs: at least one compute axis is required", ""},
		{"costs", "    large: 2", "    large: 0", "e.yaml:27: costs: cost axis calls: large must be above 0\n    costs:", ""},
		{"infinite cost", "    large: 2", "    large: .inf", "e.yaml:27: costs: cost axis calls: a price is +Inf\n    costs:", ""},
		{"cost that vanishes", "    small: 1", "    small: 1e-7", "e.yaml:27: costs: cost axis calls: a price of 1e-07 vanishes in results, which have six decimals\n    costs:", "count in a smaller unit"},
		{"cost twice", "folds: 5", "  - {name: calls, unit: c, small: 1, large: 2, source: s}\nfolds: 5", "e.yaml:27: costs: cost axis calls stands twice\n    costs:", ""},
		{"folds", "folds: 5", "folds: 1", "e.yaml:33: folds: 1 is fewer than 2\n    folds: 1", ""},
		{"replicates", "replicates: 1000", "replicates: 99", "e.yaml:35: replicates: 99 is fewer than 100: an interval needs tails\n    replicates: 99", ""},
		{"level", "level: 0.95", "level: 95", "e.yaml:36: level: 95 is not between 0 and 1\n    level: 95", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(goodConfig, c.old) {
				t.Fatalf("the config has no %q", c.old)
			}
			_, err := load(strings.Replace(goodConfig, c.old, c.new, 1))
			if err == nil {
				t.Fatal("no error")
			}
			got := err.Error()
			if begin, ok := strings.CutSuffix(c.want, known); ok {
				got, c.want = got[:min(len(got), len(begin))], begin
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if got := hint.Of(err); got != c.hint {
				t.Errorf("hint %q, want %q", got, c.hint)
			}
		})
	}
}

// A control cannot be what an experiment is about: its tests are no claims.
func TestHeadlineIsNoControl(t *testing.T) {
	for _, c := range []struct{ lists, headline, want string }{
		{"measures: [entropy, random]\nfusions: [replace]\n", "headline: {measure: random, fusion: replace}", "e.yaml:25: headline.measure: random is a control: no cascade to report"},
		{"measures: [entropy]\nfusions: [oracle-select]\n", "headline: {measure: entropy, fusion: oracle-select}", "e.yaml:25: headline.fusion: oracle-select is a control: no cascade to report"},
	} {
		text := strings.Replace(goodConfig, "measures: [entropy, margin]\nfusions: [replace, uacs-v2]\n", c.lists, 1)
		text = strings.Replace(text, "headline: {measure: entropy, fusion: replace}", c.headline, 1)
		if _, err := load(text); err == nil || err.Error() != c.want+"\n    "+c.headline {
			t.Errorf("err = %v, want %s", err, c.want)
		}
	}
}

func TestLoadConfigs(t *testing.T) {
	other := strings.Replace(goodConfig, "name: demo", "name: other", 1)
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"in order of file", fstest.MapFS{"c/b.yaml": {Data: []byte(goodConfig)}, "c/a.yaml": {Data: []byte(other)}, "c/notes.txt": {}}, ""},
		{"name taken", fstest.MapFS{"c/a.yaml": {Data: []byte(goodConfig)}, "c/b.yaml": {Data: []byte(goodConfig)}}, "c/b.yaml: name: demo is taken by c/a.yaml"},
		{"none", fstest.MapFS{"c/notes.txt": {}}, "c: no experiment (*.yaml) in this folder"},
		{"one is wrong", fstest.MapFS{"c/a.yaml": {Data: []byte("name: x\nnmae: y\n")}}, "c/a.yaml:2: unknown key nmae\n    nmae: y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := LoadConfigs(c.files, "c")
			if c.want != "" {
				if err == nil || err.Error() != c.want {
					t.Errorf("err = %v, want %s", err, c.want)
				}
				return
			}
			if err != nil || len(got) != 2 || got[0].Name != "other" || got[1].Name != "demo" {
				t.Errorf("configs %v, err = %v", got, err)
			}
		})
	}
}

// The lines of keys that stand more than once at different depths.
func TestLineOf(t *testing.T) {
	data := []byte("costs:\n  - small: 1\n    label: x\n# small: 2\nsmall:\n    predictor: p\n    nested:\n        label: deep\n\n    label: y\nlarge:\n    label: z\n")
	for key, want := range map[string]int{
		"costs": 1, "small": 5, "small.label": 10, "small.nested.label": 8, "large.label": 12, "small.score": 5, "second": 0, "second.label": 0, "label": 0,
	} {
		if got := lineOf(data, key); got != want {
			t.Errorf("%s stands in line %d, want %d", key, got, want)
		}
	}
}

func FuzzLoadConfig(f *testing.F) {
	f.Add([]byte(goodConfig))
	f.Add([]byte("name: [\n"))
	f.Add([]byte("small: &a {label: *a}\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = load(string(data)) // must return, with or without error
	})
}
