package reproduce

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/ablation"
	"uacs/harness/report"
	"uacs/internal/hint"
)

// gridFile is a small ablation plan.
const gridFile = `name: NAME
title: SYNTHETIC test grid
tier: synth
pairs:
  - name: pair
    dataset: synth-mosi
    small: {predictor: small, label: Small}
    large: {predictor: large, label: Large}
    costs:
      - {name: calls, unit: calls, large: 1, source: counted}
seeds: [3]
measures: [entropy, random, vote-entropy]
fusions: [replace, mean]
replicates: 100
`

const publicGrid = `name: pubgrid
title: A public grid
tier: public
pairs:
  - name: pair
    dataset: mosi
    small: {predictor: public-small, label: Small}
    large: {predictor: public-small, label: Large}
    costs:
      - {name: calls, unit: calls, large: 1, source: counted}
seeds: [3]
measures: [entropy]
fusions: [replace]
`

func gridProject(t *testing.T) Options {
	t.Helper()
	o := project(t, "a")
	o.Cache = filepath.Join(o.Root, "cache", "experiments")
	put(t, o.Root, ablationsDir+"/grid.yaml", strings.Replace(gridFile, "NAME", "grid", 1))
	put(t, o.Root, ablationsDir+"/pubgrid.yaml", publicGrid)
	return o
}

// Ablation plans run after the experiments; the same bytes come from scratch, with a
// store, from the cache, and with a store whose cells another program left.
func TestAblationsAreReproduced(t *testing.T) {
	o := gridProject(t)
	var told []Ablated
	o.Ablated = func(d Ablated) { told = append(told, d) }
	first := reproduce(t, o)
	want := tree(t, o.Out)
	if len(first.Ablations) != 1 || len(told) != 1 || told[0].Cached || told[0].Counts.Cells != 6 || told[0].Counts.NotApplicable != 2 ||
		len(first.Plan.SkippedAblations) != 1 {
		t.Errorf("ablations %+v, told %+v, skipped %+v", first.Ablations, told, first.Plan.SkippedAblations)
	}
	for _, file := range []string{"results/records/ablation-grid.jsonl", "results/tables/ablation-grid.md", "results/tables/ablation-grid.tex", "results/tables/ablation-grid.csv"} {
		if want[file] == "" || !strings.Contains(want[report.ManifestPath], file) {
			t.Errorf("%s is not written, or not in the manifest", file)
		}
	}
	second := reproduce(t, o)
	if !second.Ablations[0].Cached || second.Ablations[0].Counts != first.Ablations[0].Counts || second.Written != 0 || len(second.Changes) != 0 {
		t.Errorf("the second run: %+v", second)
	}
	store := filepath.Join(o.Root, "cache", "ablations", "grid")
	put(t, store, "program", "another program")
	put(t, store, "cells-1-of-1.jsonl", "{}\n") // would be refused if it were read
	put(t, o.Cache, "ablation-grid.json", "damaged")
	o.Out = filepath.Join(o.Root, "again")
	reproduce(t, o)
	same(t, "another program's store", want, tree(t, o.Out))
	o.Cache, o.Out = "", filepath.Join(o.Root, "scratch")
	reproduce(t, o)
	same(t, "from scratch", want, tree(t, o.Out))
}

// Lines of the manifest stay for a plan whose data is absent, and for all plans if
// experiments are asked for by name; those of a plan that is no more go.
func TestManifestKeepsAblations(t *testing.T) {
	o := gridProject(t)
	const line = "0000000000000000000000000000000000000000000000000000000000000000  results/tables/ablation-"
	put(t, o.Out, report.ManifestPath, line+"gone.md\n"+line+"grid.md\n"+line+"pubgrid.md\n")
	o.Only = []string{"a"}
	reproduce(t, o)
	if m := tree(t, o.Out)[report.ManifestPath]; !strings.Contains(m, line+"gone.md") || !strings.Contains(m, line+"grid.md") {
		t.Errorf("by name the manifest is\n%s", m)
	}
	o.Only = nil
	reproduce(t, o)
	m := tree(t, o.Out)[report.ManifestPath]
	if strings.Contains(m, "gone.md") || strings.Contains(m, line+"grid.md") || !strings.Contains(m, line+"pubgrid.md") {
		t.Errorf("the manifest is\n%s", m)
	}
}

// Shards, judged by runs of their own, give the table of one run.
func TestShardsGiveTheSameTable(t *testing.T) {
	o := gridProject(t)
	root := os.DirFS(o.Root)
	plans, err := AblationPlans(root, []string{"grid"})
	if err != nil {
		t.Fatal(err)
	}
	predictors, err := LoadPredictors(root)
	if err != nil {
		t.Fatal(err)
	}
	files := func(a Ablation) (out string) {
		_, table, err := a.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		made, err := a.Files(table)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range made {
			out += f.Path + "\n" + string(f.Data)
		}
		return out
	}
	serial := files(Ablation{Plan: plans[0], Predictors: predictors})
	store := filepath.Join(t.TempDir(), "shards")
	for i := range 3 {
		a := Ablation{Plan: plans[0], Predictors: predictors, Store: store, Shard: ablation.Shard{I: i, N: 3}}
		sum, table, err := a.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if sum.Run != sum.Total || i < 2 && len(table.Missing) == 0 {
			t.Errorf("shard %d: %+v, %d missing", i+1, sum, len(table.Missing))
		}
	}
	if merged := files(Ablation{Plan: plans[0], Predictors: predictors, Store: store}); merged != serial {
		t.Error("three shards give other files than one run")
	}
}

func TestAblationPlans(t *testing.T) {
	o := gridProject(t)
	_, err := AblationPlans(os.DirFS(o.Root), []string{"gird"})
	if err == nil || err.Error() != `no ablation plan is named "gird"` || hint.Of(err) != "the plans are grid, pubgrid" {
		t.Errorf("an unknown plan: %v, hint %q", err, hint.Of(err))
	}
	if plans, err := AblationPlans(os.DirFS(t.TempDir()), nil); err != nil || plans != nil {
		t.Errorf("a project without plans: %v, %v", plans, err)
	}
}
