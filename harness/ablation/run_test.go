package ablation

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"uacs/harness/experiment"
	"uacs/harness/panel"
	"uacs/internal/golden"
	"uacs/internal/hint"
	"uacs/internal/schema"
)

// small is a plan over the generated models that takes a moment.
const small = `name: small
title: A small plan
tier: synth
pairs:
  - name: one
    dataset: synth-sims
    small: {predictor: synth-sims-small, decision: score, label: Text model}
    large: {predictor: synth-sims-large, decision: score, label: Multimodal model}
    second: {predictor: synth-sims-second, decision: score, label: Second look}
    large_measure: entropy
    tau_large: [0.6, 0.4]
    costs: [{name: calls, unit: calls, small: 0, large: 1, source: counted}]
profiles: [polarity, mmsa]
seeds: [1, 2]
uncertainties: [own, shuffled]
measures: [entropy, vote-entropy, oracle, random]
calibrations: [none, isotonic]
fusions: [replace, uacs-v1, stacking-logistic]
rules: [{rule: best-with-tolerance}, {rule: target-share, share: 0.3}]
rates: [0, 0.5, 1]
replicates: 600
`

func loadSmall(t *testing.T) (Plan, experiment.Predictors) {
	t.Helper()
	p, err := LoadPlan(fstest.MapFS{"p.yaml": {Data: []byte(small)}}, "p.yaml")
	if err != nil {
		t.Fatal(err)
	}
	predictors, err := experiment.LoadPredictors(os.DirFS("../.."), "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p, predictors
}

func expand(t *testing.T) (Grid, experiment.Predictors) {
	t.Helper()
	p, predictors := loadSmall(t)
	g, err := Expand(p, predictors, nil)
	if err != nil {
		t.Fatal(err)
	}
	return g, predictors
}

// merged runs a store to its end and returns the table's cells as bytes.
func merged(t *testing.T, g Grid, stores ...string) []byte {
	t.Helper()
	var parts [][]Cell
	for _, dir := range stores {
		cells, err := ReadStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, cells)
	}
	table, err := Merge(g, parts...)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Missing) > 0 {
		t.Fatalf("%d of %d cells are missing", len(table.Missing), table.Counts.Cells)
	}
	var b bytes.Buffer
	if err := WriteCells(&b, table.Cells); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func runShard(t *testing.T, g Grid, predictors experiment.Predictors, dir string, s Shard) Summary {
	t.Helper()
	sum, err := Run(context.Background(), g, Options{Shard: s, Store: dir, Predictors: predictors, SyncEvery: 7})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// One process, several shards, a run that was cut short at any byte, and one
// processor all leave the same cells behind.
func TestHowItRanLeavesNoTrace(t *testing.T) {
	g, predictors := expand(t)
	serial := t.TempDir()
	sum := runShard(t, g, predictors, serial, Shard{})
	if want := 2 * 2 * 2 * 4 * 2 * 3; sum.Total != want || sum.Run != want || sum.NotApplicable == 0 {
		t.Errorf("%+v of %d cells", sum, want)
	}
	want := merged(t, g, serial)
	file := filepath.Join(serial, shardFile(Shard{}))
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	t.Run("again", func(t *testing.T) {
		if sum := runShard(t, g, predictors, serial, Shard{}); sum.Run != 0 || sum.Stored != sum.Total {
			t.Errorf("a finished store was run again: %+v", sum)
		}
	})
	t.Run("sharded", func(t *testing.T) {
		var stores []string
		for i := range 3 {
			stores = append(stores, t.TempDir())
			runShard(t, g, predictors, stores[i], Shard{I: i, N: 3})
		}
		if !bytes.Equal(want, merged(t, g, stores...)) {
			t.Error("three shards differ from one run")
		}
		slices.Reverse(stores)
		if !bytes.Equal(want, merged(t, g, append(stores, serial, stores[0])...)) {
			t.Error("the order and number of the parts change the table")
		}
	})
	t.Run("killed", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		dir := t.TempDir()
		for range 3 {
			cut := written[:rng.IntN(len(written))]
			if err := os.WriteFile(filepath.Join(dir, shardFile(Shard{})), cut, 0o644); err != nil {
				t.Fatal(err)
			}
			runShard(t, g, predictors, dir, Shard{})
			got, err := os.ReadFile(filepath.Join(dir, shardFile(Shard{})))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(written, got) {
				t.Errorf("cut at byte %d and resumed, the file differs", len(cut))
			}
		}
	})
	t.Run("one processor", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		dir := t.TempDir()
		runShard(t, g, predictors, dir, Shard{})
		if !bytes.Equal(want, merged(t, g, dir)) {
			t.Error("one processor gives other numbers than several")
		}
	})
}

func TestRunStopsWithItsContext(t *testing.T) {
	g, predictors := expand(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Run(ctx, g, Options{Store: dir, Predictors: predictors, Progress: func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	cells, err := ReadStore(dir)
	if err != nil || len(cells) < 5 || len(cells) == len(g.Cells) {
		t.Errorf("%d of %d cells are stored, %v", len(cells), len(g.Cells), err)
	}
}

// The order of cells is documented, keys differ, and depend on what numbers
// depend on and on nothing else.
func TestExpand(t *testing.T) {
	g, predictors := expand(t)
	keys := map[string]bool{}
	for _, s := range g.Cells {
		keys[s.Key] = true
	}
	if len(keys) != len(g.Cells) || len(g.Cells[0].Key) != 64 {
		t.Errorf("%d cells have %d keys", len(g.Cells), len(keys))
	}
	last := g.Cells[len(g.Cells)-1]
	if g.Cells[0].Fusion != "replace" || g.Cells[1].Fusion != "uacs-v1" || g.Cells[3].Calibration != "isotonic" ||
		g.Cells[6].Measure != "vote-entropy" || last.Profile != "mmsa" || last.Seed != 2 || last.Uncertainty != panel.Shuffled {
		t.Errorf("the first cells are %+v, the last is %+v", g.Cells[:7], last)
	}
	for _, c := range []struct {
		name   string
		change func(*Plan)
		same   bool
	}{
		{"title", func(p *Plan) { p.Title = "Other" }, true},
		{"hypotheses", func(p *Plan) { p.Hypotheses = []string{"x"} }, true},
		{"more measures", func(p *Plan) { p.Measures = append(p.Measures, "margin") }, true},
		{"replicates", func(p *Plan) { p.Replicates++ }, false},
		{"tolerance", func(p *Plan) { p.Tolerance = 0.01 }, false},
		{"costs", func(p *Plan) { p.Pairs[0].Costs[0].Large = 2 }, false},
		{"decision", func(p *Plan) { p.Pairs[0].Large.Decision = "label" }, false},
		{"a rule", func(p *Plan) { p.Rules = append(p.Rules, Rule{Rule: "random", Share: 0.1}) }, false},
	} {
		p, _ := loadSmall(t)
		c.change(&p)
		other, err := Expand(p, predictors, nil)
		if err != nil {
			t.Fatal(err)
		}
		if (other.Cells[0].Key == g.Cells[0].Key) != c.same {
			t.Errorf("%s: key equal is %v", c.name, !c.same)
		}
	}
}

func TestExpandSkipsAbsentData(t *testing.T) {
	p, predictors := loadSmall(t)
	p.Tier, p.Pairs[0].Dataset = "public", "sims"
	p.Pairs[0].Small.Predictor, p.Pairs[0].Large.Predictor, p.Pairs[0].Second = "sims-regressors", "sims-gpt4v-multi", nil
	g, err := Expand(p, predictors, fstest.MapFS{})
	if err != nil || len(g.Cells) != 0 || len(g.Skipped) != 1 {
		t.Errorf("%d cells, skipped %v, %v", len(g.Cells), g.Skipped, err)
	}
}

func TestMerge(t *testing.T) {
	g, predictors := expand(t)
	dir := t.TempDir()
	runShard(t, g, predictors, dir, Shard{})
	cells, err := ReadStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	table, err := Merge(g, cells[:len(cells)-1])
	if err != nil || len(table.Missing) != 1 || table.Missing[0].Key != cells[len(cells)-1].Key {
		t.Errorf("missing %v, %v", table.Missing, err)
	}
	if table, err = Merge(g, cells); err != nil {
		t.Fatal(err)
	}
	c := table.Counts
	if c.Done != c.Cells || c.NotApplicable == 0 || c.Controls == 0 || c.Comparisons == 0 {
		t.Errorf("counts %+v", c)
	}
	for _, c := range table.Cells {
		if c.Numbers == nil {
			continue
		}
		for _, p := range c.Policies {
			if has := p.VsLarge.HolmP == p.VsLarge.HolmP; has == p.Control || has && p.VsLarge.HolmP < p.VsLarge.FlipP {
				t.Errorf("%s + %s, %s: Holm's p is %v of %v, control %v", c.Measure, c.Fusion, p.Label, p.VsLarge.HolmP, p.VsLarge.FlipP, p.Control)
			}
		}
	}
	if len(table.Spreads) == 0 || table.Spreads[0].Seeds != 2 || !(table.Spreads[0].Min <= table.Spreads[0].Mean) {
		t.Errorf("spreads %v", table.Spreads)
	}
	again, err := Merge(g, table.Cells, cells)
	if err != nil || again.Counts != table.Counts {
		t.Errorf("a merged table merged again: %v, %v", again, err)
	}
	other := slices.Clone(cells[:1])
	other[0].N++
	if _, err := Merge(g, cells, other); err == nil || !strings.Contains(err.Error(), "stands twice with different numbers") {
		t.Errorf("two cells of one key: %v", err)
	}
}

// By hand: the mean of 1 and 3 is 2, their population deviation 1.
func TestSpread(t *testing.T) {
	s := Spread{}.over([]float64{1, 3})
	if s.Mean != 2 || s.SD != 1 || s.Min != 1 || s.Max != 3 || s.Seeds != 2 {
		t.Errorf("%+v", s)
	}
}

func TestReadCellsErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want, hint string }{
		"unknown field": {"{\"key\":\"a\",\"colour\":1}\n", "f:1: json: unknown field", "later version of uacs"},
		"no key":        {"{\"key\":\"a\"}\n{}\n", "f:2: a cell without a key", ""},
		"broken":        {"{\"key\":\"a\"}\n{\"key\n{\"key\":\"b\"}\n", "f:2:", ""},
	} {
		_, _, err := ReadCells(strings.NewReader(c.text), "f")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(hint.Of(err), c.hint) {
			t.Errorf("%s: %v, hint %q", name, err, hint.Of(err))
		}
	}
	cells, whole, err := ReadCells(strings.NewReader("{\"key\":\"a\"}\n{\"key\":\"b\"}"), "f")
	if err != nil || len(cells) != 1 || whole != 12 {
		t.Errorf("torn: %d cells, %d bytes, %v", len(cells), whole, err)
	}
}

func FuzzReadCells(f *testing.F) {
	f.Add([]byte("{\"key\":\"a\",\"policies\":[{\"label\":\"x\"}],\"curve\":{\"rate\":[0,null]}}\n"))
	f.Add([]byte("{\"key\":\"a\"}\n{\"ke"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cells, whole, err := ReadCells(bytes.NewReader(data), "f")
		if err != nil {
			return
		}
		if whole > int64(len(data)) {
			t.Fatalf("%d whole bytes of %d", whole, len(data))
		}
		var b bytes.Buffer
		if err := WriteCells(&b, cells); err != nil {
			t.Fatal(err)
		}
		if again, _, err := ReadCells(&b, "g"); err != nil || len(again) != len(cells) {
			t.Fatalf("%d cells written and %d read: %v", len(cells), len(again), err)
		}
	})
}

func TestParseShard(t *testing.T) {
	if s, err := ParseShard("2/5"); err != nil || s != (Shard{I: 1, N: 5}) || s.String() != "2/5" || shardFile(s) != "cells-2-of-5.jsonl" {
		t.Errorf("%v, %v", s, err)
	}
	for _, text := range []string{"", "0/3", "4/3", "1", "1/0", "a/b", "1/2x", " 1/2"} {
		if _, err := ParseShard(text); err == nil {
			t.Errorf("%q is a shard", text)
		}
	}
}

func TestPlanErrors(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"an unknown key", "tier: synth", "tier: synth\ncolour: red", "p.yaml:4: unknown key colour"},
		{"a wrong tier", "tier: synth", "tier: gold", "p.yaml:3: tier: \"gold\" is not public or synth"},
		{"a name that is no file name", "name: small", "name: a/b", "p.yaml:1: name: \"a/b\" may hold"},
		{"an unknown measure", "[entropy, ", "[entropie, ", "p.yaml:16: measures: uncertainty measure \"entropie\""},
		{"a measure twice", "[entropy, ", "[entropy, entropy, ", "p.yaml:16: measures: entropy stands twice"},
		{"an unknown fusion", "[replace, ", "[retain, ", "p.yaml:18: fusions: fusion strategy \"retain\""},
		{"an unknown calibration", "[none, ", "[some, ", "p.yaml:17: calibrations: "},
		{"an unknown uncertainty", "[own, ", "[mine, ", "p.yaml:15: uncertainties: \"mine\" is not own, swapped or shuffled"},
		{"no seed", "seeds: [1, 2]", "seeds: []", "p.yaml:14: seeds: at least one is required"},
		{"an unknown rule", "{rule: target-share", "{rule: guess", "p.yaml:19: rules: routing rule \"guess\""},
		{"a rule twice", "{rule: target-share, share: 0.3}", "{rule: best-with-tolerance}", "rules: best-with-tolerance stands twice"},
		{"a rule on no axis", "share: 0.3}", "share: 0.3, axis: joules}", "pair one has no compute axis \"joules\""},
		{"rates out of order", "rates: [0, 0.5", "rates: [0.5, 0", "p.yaml:20: rates: "},
		{"few replicates", "replicates: 600", "replicates: 9", "p.yaml:21: replicates: 9 is fewer than 100"},
		{"a pair without a label", "label: Text model", "score: net-vote", "p.yaml:4: pairs: one: small.label is required"},
		{"an unknown dataset", "dataset: synth-sims", "dataset: iemocap", "p.yaml:4: pairs: one: dataset \"iemocap\""},
		{"no costs", "    costs: [{name: calls, unit: calls, small: 0, large: 1, source: counted}]\n", "", "costs: at least one compute axis is required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(small, c.from) {
				t.Fatalf("the plan has no %q", c.from)
			}
			text := strings.Replace(small, c.from, c.to, 1)
			_, err := LoadPlan(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, "p.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// The committed plans are sound, and the committed schema is that of the code; go
// test -update writes it.
func TestCommittedPlans(t *testing.T) {
	plans, err := LoadPlans(os.DirFS("../.."), "configs/ablations")
	if err != nil || len(plans) == 0 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	data, err := schema.Of[Plan]("A plan of uacs ablate")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "../../configs/ablation.schema.json", data)
}
