package lineage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/datasets"
	"uacs/harness/experiment"
	"uacs/harness/report"
)

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// project is a made-up project with one experiment, one ablation and an overview.
func project(t *testing.T) fstest.MapFS {
	t.Helper()
	config := []byte("name: one\n")
	pinned := datasets.FilesOf(datasets.Manifests())[0]
	var records bytes.Buffer
	err := experiment.WriteRecords(&records, &experiment.Result{Setup: experiment.Setup{
		Name: "one", Title: "One", Tier: "public", Config: "configs/experiments/one.yaml", ConfigSHA256: sha(config),
		Hypotheses: []string{"a guess"},
		Inputs:     []experiment.Input{{Path: pinned.Path, SHA256: pinned.SHA256}, {Path: "own.jsonl", SHA256: "00ff"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	plan := `{"kind":"plan","name":"grid","title":"Grid","tier":"synth","plan":"configs/ablations/grid.yaml","plan_sha256":"` + sha([]byte("plan")) + `"}
{"kind":"panel","inputs_sha256":"aa"}
{"kind":"panel","inputs_sha256":"aa"}
`
	files := fstest.MapFS{
		"configs/experiments/one.yaml": {Data: config},
		"configs/ablations/grid.yaml":  {Data: []byte("another plan")},
	}
	manifest := report.Manifest{}
	for name, data := range map[string]string{
		"results/records/one.jsonl":                records.String(),
		"results/records/ablation-grid.jsonl":      plan,
		"results/tables/one-systems.csv":           "tier,system,accuracy %\npublic,small alone,\"81.20 [79.00, 83.00]\"\n",
		"results/tables/ablation-grid.csv":         "tier,pair,accuracy\nsynth,p,81.20\n",
		"results/tables/overview-public.csv":       "tier,experiment,cascade %\npublic,one,81.20\n",
		"figures/out/one.svg":                      "<svg/>",
		"results/records/sensitivity-s.jsonl":      `{"name":"s","title":"A study","tier":"public","experiment":"one"}`,
		"results/tables/sensitivity-s-summary.csv": "a\n",
		"results/models/small.md":                  "# Small\n\n| dataset | mosi |\n| data digest | 00aa |\n| epochs | 7 |\n",
		"figures/out/model-small-learning.svg":     "<svg/>",
	} {
		files[name] = &fstest.MapFile{Data: []byte(data)}
		manifest.Add(report.File{Path: name, Data: []byte(data)})
	}
	files[report.ManifestPath] = &fstest.MapFile{Data: manifest.Bytes()}
	return files
}

func TestTraceExperiment(t *testing.T) {
	files := project(t)
	pinned := datasets.FilesOf(datasets.Manifests())[0]
	want := Lineage{
		Artefact: "figures/out/one.svg", State: Same, Of: "experiment one", Title: "One", Tier: "public",
		Config: "configs/experiments/one.yaml", ConfigSHA256: sha([]byte("name: one\n")), ConfigState: Same,
		Records: "results/records/one.jsonl", Hypotheses: []string{"a guess"}, Command: "uacs reproduce one",
		Inputs: []Source{
			{pinned.Path, pinned.SHA256, pinned.Repository, pinned.Commit, pinned.Licence},
			{Path: "own.jsonl", SHA256: "00ff"},
		},
	}
	for _, name := range []string{"figures/out/one.svg", "one.svg", "one", "figures/out/one.png", "./figures/out/one.pdf"} {
		got, err := Trace(files, name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What changed since the results were made is said.
func TestTraceStates(t *testing.T) {
	files := project(t)
	files["figures/out/one.svg"].Data = []byte("<svg>edited</svg>")
	delete(files, "configs/experiments/one.yaml")
	l, err := Trace(files, "one.svg")
	if err != nil || l.State != Changed || l.ConfigState != Absent {
		t.Errorf("states %q and %q, %v", l.State, l.ConfigState, err)
	}
	l, err = Trace(files, "ablation-grid.csv")
	if err != nil || l.State != Same || l.ConfigState != Changed || l.Of != "ablation grid" || !cmp.Equal(l.InputsSHA256, []string{"aa"}) {
		t.Errorf("ablation: %+v, %v", l, err)
	}
	l, err = Trace(files, "overview-public.csv")
	if err != nil || l.Records != "" || l.Command != "uacs reproduce" || len(l.From) != 1 || l.From[0].Of != "experiment one" || l.From[0].ConfigState != Absent || len(l.Inputs) != 2 {
		t.Errorf("overview: %+v, %v", l, err)
	}
	for _, name := range []string{"small.md", "model-small-learning.png"} {
		l, err = Trace(files, name)
		if err != nil || l.State != Same || l.Command != "uacs train small" || l.Config != "configs/models/small.yaml" ||
			l.Title != "Small" || !cmp.Equal(l.Card, []string{"dataset: mosi", "data digest: 00aa"}) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
	l, err = Trace(files, "sensitivity-s-summary.csv")
	if err != nil || l.Command != "uacs sensitivity s" || l.Records != "results/records/sensitivity-s.jsonl" || l.Title != "A study" ||
		len(l.From) != 1 || l.From[0].Of != "experiment one" || len(l.Inputs) != 2 {
		t.Errorf("a study: %+v, %v", l, err)
	}
	if _, err := Trace(files, "two.svg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown artefact: %v", err)
	}
	files["results/records/one.jsonl"].Data = []byte("{\n")
	if _, err := Trace(files, "one.svg"); err == nil {
		t.Error("broken records are traced")
	}
}

// A number is found where it is printed, experiments first, and nowhere else.
func TestFind(t *testing.T) {
	files := project(t)
	places, err := Find(files, "+81.20%")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range places {
		got = append(got, fmt.Sprintf("%s:%d %s | %s | %s", p.Path, p.Line, p.Row, p.Column, p.Cell))
	}
	want := []string{
		"results/tables/one-systems.csv:2 public, small alone | accuracy % | 81.20 [79.00, 83.00]",
		"results/tables/overview-public.csv:2 public, one | cascade % | 81.20",
		"results/tables/ablation-grid.csv:2 synth, p | accuracy | 81.20",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	for _, absent := range []string{"81.2", "1.20", "81"} {
		if _, err := Find(files, absent); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", absent, err)
		}
	}
	if IsNumber("one.svg") || IsNumber("") || !IsNumber("-0.5") || !IsNumber("1e-3") {
		t.Error("IsNumber")
	}
}
