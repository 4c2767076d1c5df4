package reproduce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/internal/hint"
)

const predictorList = `predictors:
  - {name: small, dataset: synth-mosi, format: synth, model: small, source: generated}
  - {name: large, dataset: synth-mosi, format: synth, model: large, source: generated}
  - {name: public-small, dataset: mosi, format: jsonl, path: none, source: nobody}
`

// experimentFile is a small experiment. The last lines may be replaced.
const experimentFile = `name: NAME
title: SYNTHETIC test set, two models
tier: synth
dataset: synth-mosi
small: {predictor: small, label: Small}
large: {predictor: large, label: Large}
measures: [entropy]
fusions: [replace]
headline: {measure: entropy, fusion: replace}
costs:
  - {name: calls, unit: calls, small: 1, large: 10, source: counted}
seed: 3
replicates: 100
folds: 5
`

const publicFile = `name: pub
title: A public set, two models
tier: public
dataset: mosi
small: {predictor: public-small, label: Small}
large: {predictor: public-small, label: Large}
measures: [entropy]
fusions: [replace]
headline: {measure: entropy, fusion: replace}
costs:
  - {name: calls, unit: calls, small: 1, large: 10, source: counted}
seed: 3
`

// project makes a project's folder with the named synthetic experiments and a
// public one, whose data is absent.
func project(t *testing.T, names ...string) Options {
	t.Helper()
	root := t.TempDir()
	put(t, root, "configs/predictors.yaml", predictorList)
	put(t, root, "configs/experiments/pub.yaml", publicFile)
	for _, name := range names {
		put(t, root, "configs/experiments/"+name+".yaml", strings.Replace(experimentFile, "NAME", name, 1))
	}
	return Options{Root: root, Out: filepath.Join(root, "out"), Cache: filepath.Join(root, "cache")}
}

func put(t *testing.T, root, file, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func reproduce(t *testing.T, o Options) Summary {
	t.Helper()
	s, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tree reads every file below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func same(t *testing.T, how string, want, got map[string]string) {
	t.Helper()
	for path, data := range want {
		if got[path] != data {
			t.Errorf("%s: %s differs", how, path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d files, want %d", how, len(got), len(want))
	}
}

// The same bytes come from scratch, with one processor, with a cache, from the
// cache, after a run that was stopped, after artefacts were deleted or damaged,
// and whatever is wrong with an entry of the cache.
func TestSameBytesHoweverMade(t *testing.T) {
	o := project(t, "a", "b")
	put(t, o.Root, claimsFile, "claims:\n  - claim: c\n    source: s\n    tests:\n"+
		"      - {experiment: a, measure: entropy, fusion: replace, against: small, question: better}\n"+
		"      - {experiment: pub, measure: entropy, fusion: replace, against: small, question: better}\n")
	scratch := o
	scratch.Cache = ""
	if s := reproduce(t, scratch); s.Ran != 2 || s.Cached != 0 || s.Same != 0 || len(s.Plan.Skipped) != 1 {
		t.Errorf("from scratch: %+v", s)
	}
	want := tree(t, o.Out)
	if len(want) != 2*(2+4*4+9*3)+3*4+3+1 { // two experiments of records, four tables and nine figures; overview, main table, claims; overview figure; manifest
		t.Errorf("%d files", len(want))
	}

	old := runtime.GOMAXPROCS(1)
	serial := scratch
	serial.Out = filepath.Join(o.Root, "serial")
	reproduce(t, serial)
	runtime.GOMAXPROCS(old)
	same(t, "with one processor", want, tree(t, serial.Out))

	stopped(t, o)
	again := o
	again.Out = filepath.Join(o.Root, "resumed")
	if s := reproduce(t, again); s.Cached == 0 {
		t.Errorf("nothing of the stopped run was used: %+v", s)
	}
	same(t, "resumed", want, tree(t, again.Out))

	if s := reproduce(t, o); s.Cached != 2 || s.Ran != 0 || s.Written != 0 || len(s.Changes) != 0 {
		t.Errorf("from the cache: %+v", s)
	}
	same(t, "from the cache", want, tree(t, o.Out))

	if err := os.Remove(filepath.Join(o.Out, "results/tables/a-flow.md")); err != nil {
		t.Fatal(err)
	}
	put(t, o.Out, "figures/out/b.svg", "<svg/>")
	if s := reproduce(t, o); s.Written != 2 || len(s.Changes) != 0 {
		t.Errorf("after damage: %+v", s)
	}
	same(t, "after damage", want, tree(t, o.Out))
}

// stopped runs until the first experiment is finished.
func stopped(t *testing.T, o Options) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o.Out = filepath.Join(o.Root, "stopped")
	o.Finished = func(Done) { cancel() }
	// Both may have been computed by then: the run then ends well.
	if _, err := Run(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// Anew computes what the cache holds, with the same outcome, and leaves it for the run
// after it.
func TestAnew(t *testing.T) {
	o := project(t, "a")
	reproduce(t, o)
	for _, c := range []struct {
		anew        bool
		ran, cached int
	}{{true, 1, 0}, {false, 0, 1}} {
		o.Anew = c.anew
		if s := reproduce(t, o); s.Ran != c.ran || s.Cached != c.cached || s.Written != 0 {
			t.Errorf("anew %v: %d ran, %d from the cache, %d files written", c.anew, s.Ran, s.Cached, s.Written)
		}
	}
}

// Whatever is wrong with an entry makes it absent, and the next run makes it anew.
func TestDamagedCache(t *testing.T) {
	o := project(t, "a")
	reproduce(t, o)
	want := tree(t, o.Out)
	store := cache{dir: o.Cache}
	good, err := os.ReadFile(store.path("a"))
	if err != nil {
		t.Fatal(err)
	}
	var e entry
	if err := json.Unmarshal(good, &e); err != nil {
		t.Fatal(err)
	}
	if _, ok := store.get("a", e.Key); !ok {
		t.Fatal("the entry of the run is not there")
	}
	empty := fmt.Sprintf(`{"Key":%q,"SHA256":%q,"Files":[]}`, e.Key, sumHex([]byte("[]")))
	for name, data := range map[string]string{
		"empty":     "",
		"no JSON":   "artefacts",
		"no files":  empty,
		"another":   strings.Replace(string(good), `"Key":"`, `"Key":"0`, 1),
		"a bit":     strings.Replace(string(good), `"Data":"e`, `"Data":"f`, 1),
		"truncated": string(good[:len(good)/2]),
	} {
		if data == string(good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		put(t, o.Cache, "a.json", data)
		if _, ok := store.get("a", e.Key); ok {
			t.Errorf("%s: the entry was used", name)
		}
	}
	put(t, o.Cache, "a.json", string(good[:len(good)/2]))
	if s := reproduce(t, o); s.Ran != 1 || s.Written != 0 {
		t.Errorf("with a damaged entry: %+v", s)
	}
	same(t, "with a damaged entry", want, tree(t, o.Out))
	if again, err := os.ReadFile(store.path("a")); err != nil || !bytes.Equal(good, again) {
		t.Errorf("the entry was not made anew: err = %v", err)
	}
}

// A changed config, list of predictors or own file of predictions is another key.
func TestCacheKnowsItsInputs(t *testing.T) {
	o := project(t, "a")
	own := `{"dataset":"synth-mosi","split":"test","id":"video_0063_0001","model":"m","round":1,"modalities":[],"score":SCORE}` + "\n"
	put(t, o.Root, "configs/own.jsonl", strings.Replace(own, "SCORE", "1", 1))
	put(t, o.Root, "configs/predictors.yaml", predictorList+"  - {name: own, dataset: synth-mosi, format: jsonl, file: own.jsonl, source: me}\n")
	config := strings.NewReplacer("NAME", "a", "{predictor: large, ", "{predictor: own, ").Replace(experimentFile)
	put(t, o.Root, "configs/experiments/a.yaml", config)
	for _, step := range []struct {
		name, file, text string
		ran              int
	}{
		{"first", "configs/own.jsonl", strings.Replace(own, "SCORE", "1", 1), 1},
		{"unchanged", "configs/own.jsonl", strings.Replace(own, "SCORE", "1", 1), 0},
		{"own file", "configs/own.jsonl", strings.Replace(own, "SCORE", "-1", 1), 1},
		{"config", "configs/experiments/a.yaml", config + "level: 0.9\n", 1},
		{"unchanged again", "configs/experiments/a.yaml", config + "level: 0.9\n", 0},
	} {
		put(t, o.Root, step.file, step.text)
		if s := reproduce(t, o); s.Ran != step.ran {
			t.Errorf("%s: %d ran, want %d", step.name, s.Ran, step.ran)
		}
	}
}

// What is wrong before anything has run is said before anything runs.
func TestErrorsBeforeTheRun(t *testing.T) {
	for _, c := range []struct {
		name       string
		change     func(t *testing.T, o *Options)
		want, hint string
	}{
		{"foreign line in the manifest", func(t *testing.T, o *Options) {
			put(t, o.Out, report.ManifestPath, strings.Repeat("a", 64)+"  results/x\nhello\n")
		}, "results/MANIFEST.sha256:2: not a SHA-256, two spaces and a path", "correct the line, or remove the file: it is made anew"},
		{"a file where the folder belongs", func(t *testing.T, o *Options) { put(t, o.Root, "out", "") }, "", ""},
		{"results cannot be a folder", func(t *testing.T, o *Options) {
			o.Out = filepath.Join(o.Root, "configs", "predictors.yaml", "x")
		}, "", ""},
		{"unknown experiment", func(_ *testing.T, o *Options) { o.Only = []string{"a", "nope"} }, `no experiment is named "nope"`, "the experiments are a, pub"},
		{"experiment whose data is absent", func(_ *testing.T, o *Options) { o.Only = []string{"pub"} }, "pub: dataset mosi: file does not exist", "uacs data get mosi"},
		{"no project", func(_ *testing.T, o *Options) { o.Root = filepath.Join(o.Root, "nowhere") }, "open configs/predictors.yaml: no such file or directory", ""},
		{"claim about no experiment", func(t *testing.T, o *Options) {
			put(t, o.Root, claimsFile, "claims:\n  - {claim: c, source: s, tests: [{experiment: q, against: small, question: better}]}\n")
		}, `configs/claims.yaml: claim "c": no experiment is named "q"`, ""},
		{"published without a source", func(t *testing.T, o *Options) {
			put(t, o.Root, publishedFile, strings.Replace(publishedList, "a paper", "''", 1))
		}, "configs/published.yaml: table 1: source is required", ""},
		{"broken config", func(t *testing.T, o *Options) {
			put(t, o.Root, "configs/experiments/c.yaml", "name: c\nfold: 3\n")
		}, "configs/experiments/c.yaml:2: unknown key fold\n    fold: 3", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := project(t, "a")
			c.change(t, &o)
			o.Started = func(Plan) { t.Error("the run was started") }
			_, err := Run(context.Background(), o)
			if err == nil {
				t.Fatal("no error")
			}
			if c.want != "" && err.Error() != c.want {
				t.Errorf("err = %v, want %s", err, c.want)
			}
			if c.hint != "" && hint.Of(err) != c.hint {
				t.Errorf("hint %q, want %q", hint.Of(err), c.hint)
			}
		})
	}
}

// An experiment that fails ends the run with its error; it is not reported as
// finished, and nothing is written.
func TestExperimentThatFails(t *testing.T) {
	o := project(t, "a")
	put(t, o.Root, "configs/experiments/bad.yaml", strings.NewReplacer("NAME", "bad", "folds: 5", "folds: 500").Replace(experimentFile))
	o.Finished = func(d Done) {
		if d.Result.Setup.Name != "a" {
			t.Errorf("%s was reported", d.Result.Setup.Name)
		}
	}
	_, err := Run(context.Background(), o)
	if want := "bad: route: 31 videos cannot be dealt to 500 folds"; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
	if got := tree(t, o.Out); len(got) != 0 {
		t.Errorf("%d files were written", len(got))
	}
}

// Finished is told about the experiments in the order of the configs.
func TestReportsInOrder(t *testing.T) {
	o := project(t, "b", "a")
	var names []string
	o.Finished = func(d Done) { names = append(names, d.Result.Setup.Name) }
	s := reproduce(t, o)
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" {
		t.Error(diff)
	}
	if s.Plan.Tier != "synth" {
		t.Errorf("tier %s", s.Plan.Tier)
	}
	var only []string
	o.Only, o.Finished = []string{"b", "a", "b"}, func(d Done) { only = append(only, d.Result.Setup.Name) }
	reproduce(t, o)
	if diff := cmp.Diff([]string{"b", "a"}, only); diff != "" {
		t.Errorf("named experiments, one of them twice:\n%s", diff)
	}
}

// lines makes a manifest of paths.
func lines(paths ...string) string {
	m := report.Manifest{}
	for _, p := range paths {
		m.Add(report.File{Path: p, Data: []byte(p)})
	}
	return string(m.Bytes())
}

// A run without the public data keeps what the manifest says of it, and drops
// what it says of experiments that are no more.
func TestManifestLinesThatStay(t *testing.T) {
	kept := []string{"results/records/pub.jsonl", "results/tables/pub-flow.md", "results/tables/pub-flow.html", "figures/out/pub.svg", "results/tables/overview-public.csv", "results/tables/main-results-public.tex", "results/tables/checks.csv"}
	gone := []string{"results/records/removed.jsonl", "results/tables/a-old.md", "results/notes.txt"}
	o := project(t, "a")
	put(t, o.Out, report.ManifestPath, lines(append(kept, gone...)...))
	s := reproduce(t, o)
	m, err := readManifest(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range kept {
		if m[p] == "" {
			t.Errorf("the line of %s went", p)
		}
	}
	changes := strings.Join(s.Changes, "\n")
	for _, p := range gone {
		if m[p] != "" || !strings.Contains(changes, "gone      "+p) {
			t.Errorf("the line of %s stayed, or was not reported", p)
		}
	}
	if m["results/tables/overview-synth.md"] == "" {
		t.Error("no overview of the tier")
	}
}

// An experiment asked for by name leaves all lines of others and makes no
// overview; of its own lines those stay that it makes.
func TestManifestOfNamedExperiments(t *testing.T) {
	others := []string{"results/records/b.jsonl", "results/records/removed.jsonl", "results/tables/overview-synth.md", "results/notes.txt"}
	o := project(t, "a", "b")
	o.Only = []string{"a"}
	put(t, o.Out, report.ManifestPath, lines(append(others, "results/tables/a-flow.md", "results/records/a-exact.json")...))
	config := strings.NewReplacer("NAME", "a", "seed: 3", "seed: 3\nfailures: wrong").Replace(experimentFile) // has no exact values
	put(t, o.Root, "configs/experiments/a.yaml", config)
	reproduce(t, o)
	m, err := readManifest(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range others {
		if m[p] == "" {
			t.Errorf("the line of %s went", p)
		}
	}
	if m["results/records/a-exact.json"] != "" {
		t.Error("a line stayed whose artefact is no longer made")
	}
	if _, err := os.Stat(filepath.Join(o.Out, "results/tables/overview-synth.md")); err == nil {
		t.Error("an overview of one experiment was written")
	}
}

func TestKeeps(t *testing.T) {
	config := func(name, tier string) experiment.Config { return experiment.Config{Name: name, Tier: tier} }
	synthOnly := Plan{Tier: "synth", Configs: []experiment.Config{config("s", "synth")}, Skipped: []Skipped{{Config: config("p", "public")}}}
	part := Plan{Tier: "public", Configs: []experiment.Config{config("p", "public"), config("s", "synth")}, Skipped: []Skipped{{Config: config("q", "public")}}}
	noPublic := Plan{Tier: "synth", Configs: []experiment.Config{config("s", "synth")}}
	for _, c := range []struct {
		name string
		plan Plan
		only []string
		path string
		want bool
	}{
		{"made in this run", synthOnly, nil, "results/records/s.jsonl", false},
		{"skipped", synthOnly, nil, "results/records/p.jsonl", true},
		{"skipped figure", synthOnly, nil, "figures/out/p.svg", true},
		{"removed", synthOnly, nil, "results/records/r.jsonl", false},
		{"overview of the tier that is absent", synthOnly, nil, "results/tables/overview-public.md", true},
		{"checks of the tier that is absent", synthOnly, nil, "results/tables/checks.csv", true},
		{"overview made in this run", synthOnly, nil, "results/tables/overview-synth.md", false},
		{"overview made of a part of the tier", part, nil, "results/tables/overview-public.md", false},
		{"skipped in a part of the tier", part, nil, "results/tables/q-flow.md", true},
		{"overview of a tier that is no more", noPublic, nil, "results/tables/overview-public.md", false},
		{"others, by name", noPublic, []string{"s"}, "results/records/r.jsonl", true},
		{"overview, by name", noPublic, []string{"s"}, "results/tables/overview-synth.md", true},
		{"its own, by name", noPublic, []string{"s"}, "results/records/s-exact.json", false},
	} {
		s := Summary{Plan: c.plan}
		if got := s.keeps(c.path, Options{Only: c.only}); got != c.want {
			t.Errorf("%s: keeps %v", c.name, got)
		}
	}
}

const publishedList = `published:
  - dataset: synth-mosi
    split: test
    profile: mmsa
    n: 1
    source: a paper
    protocol: by hand
    metrics: [MAE]
    rows: [{model: Theirs, values: [94.88]}]
`

// Published rows stand in the main table of their tier and change nothing else.
func TestPublishedRows(t *testing.T) {
	o := project(t, "a")
	reproduce(t, o)
	without := tree(t, o.Out)
	put(t, o.Root, publishedFile, publishedList)
	reproduce(t, o)
	with := tree(t, o.Out)
	for file, data := range with {
		main := strings.HasPrefix(file, "results/tables/main-results-synth.")
		if changed := data != without[file]; changed != (main || file == report.ManifestPath) {
			t.Errorf("%s: changed %v", file, changed)
		}
		if main && (!strings.Contains(data, "published: Theirs") || strings.Contains(without[file], "published: ")) {
			t.Errorf("%s has no published row", file)
		}
	}
	if with["results/tables/main-results-synth.html"] == "" {
		t.Error("no main table as HTML")
	}
}

// What every result is made from is in the table of the tier, and what could not
// be run is named there.
func TestOverviewNamesWhatIsAbsent(t *testing.T) {
	files, err := report.OverviewFiles("public", nil, Plan{Skipped: []Skipped{{Config: experiment.Config{Name: "q", Tier: "public"}}, {Config: experiment.Config{Name: "s", Tier: "synth"}}}}.absent("public"))
	if err != nil || !strings.Contains(string(files[0].Data), "Not run, for want of data: q.\n") {
		t.Errorf("err = %v:\n%s", err, files[0].Data)
	}
}
