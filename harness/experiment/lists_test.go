package experiment

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPredictorsErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "predictors:\n  - {name: a, data: mosi}\n", "configs/p.yaml:2: unknown key data\n"},
		{"no name", "predictors:\n  - {dataset: mosi, format: csv}\n", `configs/p.yaml: predictor "": name, dataset and format are required`},
		{"no format", "predictors:\n  - {name: ok, dataset: synth-mosi, format: synth, model: small}\n  - name: a\n    dataset: mosi\n", "configs/p.yaml:3: predictor \"a\": name, dataset and format are required\n      - name: a"},
		{"format", "predictors:\n  - {name: a, dataset: mosi, format: tsv, file: x}\n", `configs/p.yaml:2: predictor "a": import format "tsv" is not one of `},
		{"neither path nor file", "predictors:\n  - {name: a, dataset: mosi, format: jsonl}\n", `configs/p.yaml:2: predictor "a": one of path (below the data folder), file (beside this list) and trained (a model of configs/models) is required`},
		{"a trained model's format", "predictors:\n  - {name: a, dataset: mosi, format: csv, trained: m}\n", `configs/p.yaml:2: predictor "a": the predictions of a trained model have format jsonl, not csv`},
		{"both", "predictors:\n  - {name: a, dataset: mosi, format: jsonl, path: x, file: y}\n", `configs/p.yaml:2: predictor "a": one of path`},
		{"twice", "predictors:\n  - {name: a, dataset: mosi, format: jsonl, path: x}\n  - {name: a, dataset: sims, format: jsonl, path: x}\n", `configs/p.yaml:2: predictor "a": stands twice`},
		{"generated answers to a public dataset", "predictors:\n  - {name: a, dataset: mosi, format: synth, model: small}\n", `configs/p.yaml:2: predictor "a": format synth answers synth-mosi or synth-sims, not mosi`},
		{"generated answers from a file", "predictors:\n  - {name: a, dataset: synth-mosi, format: synth, model: small, file: x}\n", `configs/p.yaml:2: predictor "a": format synth has no file`},
		{"no such generated model", "predictors:\n  - {name: a, dataset: synth-mosi, format: synth, model: third}\n", `configs/p.yaml:2: predictor "a": model "third" is not small, large or second`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadPredictors(fstest.MapFS{"configs/p.yaml": {Data: []byte(c.text)}}, "configs/p.yaml")
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
	if _, err := LoadPredictors(fstest.MapFS{}, "p.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent list: err = %v", err)
	}
	p := Predictors{List: []Predictor{{Name: "a"}, {Name: "b"}}}
	if _, err := p.Find("c"); err == nil || err.Error() != `predictor "c" is not one of a, b` {
		t.Errorf("Find: err = %v", err)
	}
}

func TestChecksErrors(t *testing.T) {
	for _, c := range []struct{ name, entry, want string }{
		{"unknown key", "{quantity: q, dataset: mosi, larg: l}", "c.yaml:2: unknown key larg"},
		{"no quantity", "{dataset: mosi, large: l}", `c.yaml: check "": quantity and dataset are required`},
		{"no dataset", "{quantity: q, large: l}", `c.yaml:2: check "q": quantity and dataset are required`},
		{"no predictor", "{quantity: q, dataset: mosi}", `c.yaml:2: check "q": small or large is required`},
		{"defer alone", "{quantity: \"q, with a comma\", dataset: mosi, large: l, defer: 3}", `c.yaml:2: check "q, with a comma": a cascade needs all of small, large, measure and defer`},
		{"measure alone", "{quantity: q, dataset: mosi, small: s, large: l, measure: entropy}", `c.yaml:2: check "q": a cascade needs all`},
		{"negative", "{quantity: q, dataset: mosi, small: s, large: l, measure: entropy, defer: -1}", `c.yaml:2: check "q": defer: -1 is negative`},
		{"decision", "{quantity: q, dataset: mosi, large: l, decision: coin}", `c.yaml:2: check "q": decision "coin" is not`},
		{"measure", "{quantity: q, dataset: mosi, small: s, large: l, measure: gut, defer: 1}", `c.yaml:2: check "q": uncertainty measure "gut" is not`},
		{"fusion", "{quantity: q, dataset: mosi, large: l, fusion: vote}", `c.yaml:2: check "q": fusion strategy "vote" is not`},
		{"fusion of two rounds", "{quantity: q, dataset: mosi, large: l, fusion: uacs-v2}", `c.yaml:2: check "q": fusion uacs-v2 needs what a check has not`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadChecks(fstest.MapFS{"c.yaml": {Data: []byte("checks:\n  - " + c.entry + "\n")}}, "c.yaml")
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
}
