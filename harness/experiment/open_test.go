package experiment

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/datasets/synth"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

const listOfOwn = `predictors:
  - {name: own-small, dataset: synth-mosi, format: jsonl, file: own/small.jsonl}
  - {name: own-large, dataset: synth-mosi, format: jsonl, file: own/large.jsonl}
  - {name: of-sims, dataset: synth-sims, format: jsonl, file: own/small.jsonl}
  - {name: synth-mosi-small, dataset: synth-mosi, format: synth, model: small}
  - {name: synth-mosi-large, dataset: synth-mosi, format: synth, model: large}
  - {name: elsewhere, dataset: synth-mosi, format: jsonl, path: some/folder}
`

// ownAnswers are hand-made files for the test split of synth-mosi, which has 686
// clips of which 646 have a label other than 0 (generated, pinned by package
// synth). Let k number those 646 from 0.
//
//   - small.jsonl answers all 686: rightly where k is even, so 323, and else with
//     the opposite sign. Its scores are nearest to neutral where k%10 is 3.
//   - large.jsonl has no line where k%10 is 9 (64 clips: 9, 19, ..., 639), an error
//     record where k%10 is 8 (64 clips), is right where k%10 is 0 to 3 (260: 65 tens
//     begin, of which the last has k = 640 to 645), and else wrong. Of the 40 clips
//     with label 0 it answers all.
func ownAnswers(t *testing.T) fstest.MapFS {
	t.Helper()
	set, err := synth.Generate(synth.MOSI())
	if err != nil {
		t.Fatal(err)
	}
	var small, large []sample.Prediction
	k := 0
	for _, s := range set.Samples {
		switch {
		case s.Split != sample.Test:
		case s.Label == 0:
			small, large = append(small, ownAnswer(s, "mine", 2)), append(large, ownAnswer(s, "theirs", 1))
		default:
			small = append(small, ownSmall(s, k))
			large = append(large, ownLarge(s, k)...)
			k++
		}
	}
	files := fstest.MapFS{"configs/predictors.yaml": {Data: []byte(listOfOwn)}}
	for name, records := range map[string][]sample.Prediction{"small": small, "large": large} {
		var b bytes.Buffer
		if err := sample.WritePredictions(&b, records); err != nil {
			t.Fatal(err)
		}
		files["configs/own/"+name+".jsonl"] = &fstest.MapFile{Data: b.Bytes()}
	}
	return files
}

func ownAnswer(s sample.Sample, model string, score float64) sample.Prediction {
	return sample.Prediction{Dataset: s.Dataset, Split: s.Split, ID: s.ID, Model: model, Round: 1, Score: &score}
}

func ownSmall(s sample.Sample, k int) sample.Prediction {
	score := math.Copysign(2, s.Label)
	if k%10 == 3 {
		score = math.Copysign(0.1, s.Label)
	}
	if k%2 == 1 {
		score = -score
	}
	return ownAnswer(s, "mine", score)
}

func ownLarge(s sample.Sample, k int) []sample.Prediction {
	p := ownAnswer(s, "theirs", math.Copysign(1, s.Label))
	switch {
	case k%10 == 9:
		return nil
	case k%10 == 8:
		p.Score, p.Error = nil, "refused"
	case k%10 > 3:
		*p.Score = -*p.Score
	}
	return []sample.Prediction{p}
}

func ownConfig(t *testing.T, files fs.FS) (Config, Predictors) {
	t.Helper()
	p, err := LoadPredictors(files, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := tinyConfig()
	c.Small.Predictor, c.Large.Predictor, c.Folds = "own-small", "own-large", 5
	return c, p
}

// Counts by hand from the description of ownAnswers. The cascade defers where
// k%10 is 3, 65 clips that small has wrong and large right: 3, 13, ..., 643.
//
//	fallback-small  n 646; large 260 + the failures with k%10 = 8, which small has
//	                right (64) = 324; either right: small 323 + k%10 of 1 and 3 (65+65)
//	wrong           n 646; large 260; either right as before
//	drop            128 clips leave, n 518; small 323 − 64 (k%10 = 8) = 259; large
//	                260; either right 259 + 130
func TestFailuresOfOwnFiles(t *testing.T) {
	files := ownAnswers(t)
	for _, want := range []struct {
		policy                                    Failures
		dropped, n, small, large, either, cascade int
	}{
		{FallbackSmall, 0, 646, 323, 324, 453, 388},
		{Wrong, 0, 646, 323, 260, 453, 388},
		{Drop, 128, 518, 259, 260, 389, 324},
	} {
		t.Run(string(want.policy), func(t *testing.T) {
			c, predictors := ownConfig(t, files)
			c.Failures = want.policy
			h, err := Open(c, predictors, nil)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(context.Background(), h)
			if err != nil {
				t.Fatal(err)
			}
			s := r.Setup
			if s.Clips != 686 || s.LargeFailed != 128 || s.SmallFailed != 0 || s.Dropped != want.dropped || s.N != want.n {
				t.Errorf("%d clips, %d and %d failed, %d dropped, n %d", s.Clips, s.SmallFailed, s.LargeFailed, s.Dropped, s.N)
			}
			got := []int{r.Alone("small-only").Right, r.Alone("large-only").Right, r.Alone("oracle-select").Right, r.Cascade().Right}
			if diff := cmp.Diff([]int{want.small, want.large, want.either, want.cascade}, got); diff != "" {
				t.Errorf("small, large, either, cascade right (-want +got):\n%s", diff)
			}
			if d := float64(r.Cascade().Deferred) * float64(want.n); d < 64.99 || d > 65.01 {
				t.Errorf("%v clips deferred, want 65", d)
			}
			if len(s.Inputs) != 2 || s.Inputs[0].Path != "own/small.jsonl" || r.Exact != nil {
				t.Errorf("inputs %v; exact %s", s.Inputs, r.Exact)
			}
			if !slices.Contains(s.Warnings, "theirs: no answer for 64 of 686 clips") {
				t.Errorf("warnings %q", s.Warnings)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	files := ownAnswers(t)
	files["configs/own/large.jsonl"] = &fstest.MapFile{Data: []byte("{\n")}
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"unknown predictor", func(c *Config) { c.Small.Predictor = "his" }, `tiny: predictor "his" is not one of own-small, own-large, of-sims`},
		{"predictor of another dataset", func(c *Config) { c.Small.Predictor = "of-sims" }, "tiny: predictor of-sims answers synth-sims, not synth-mosi"},
		{"broken file", func(*Config) {}, "tiny: predictor own-large: import: own/large.jsonl:1: "},
		{"no data folder", func(c *Config) { c.Large.Predictor = "elsewhere" }, "tiny: predictor elsewhere: some/folder: file does not exist"},
		{"dataset", func(c *Config) { c.Dataset = "synth-mosei" }, `tiny: dataset "synth-mosei" is not synth-mosi or synth-sims`},
		{"public data without a folder", func(c *Config) { c.Tier, c.Dataset = "public", "mosi" }, "tiny: dataset mosi: file does not exist"},
		{"no clips", func(c *Config) { c.Split = "none" }, "tiny: synth-mosi has no clip in split none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, predictors := ownConfig(t, files)
			c.change(&config)
			_, err := Open(config, predictors, nil)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
}

// Whether an experiment can run is known without reading, and what a cached
// result depends on is every file that it may read, in the synthetic tier too.
func TestReadyAndSources(t *testing.T) {
	files := ownAnswers(t)
	c, predictors := ownConfig(t, files)
	if err := Ready(c, predictors, nil); err != nil {
		t.Fatal(err)
	}
	before, err := Sources(c, predictors, nil)
	if err != nil || len(before) != 2 || before[0].Path != "own/small.jsonl" || before[1].Path != "own/large.jsonl" {
		t.Fatalf("sources %v, err = %v", before, err)
	}
	files["configs/own/large.jsonl"] = &fstest.MapFile{Data: []byte("{}\n")}
	after, err := Sources(c, predictors, nil)
	if err != nil || after[0] != before[0] || after[1] == before[1] {
		t.Errorf("sources after a change %v, err = %v", after, err)
	}
	c.Small.Predictor, c.Large.Predictor = "synth-mosi-small", "synth-mosi-large"
	if none, err := Sources(c, predictors, nil); err != nil || none != nil {
		t.Errorf("sources of generated answers: %v, err = %v", none, err)
	}
	folder := fstest.MapFS{"some/folder/b.jsonl": {Data: []byte("b")}, "some/folder/a/x.jsonl": {Data: []byte("x")}, "other": {}}
	c.Large.Predictor = "elsewhere"
	all, err := Sources(c, predictors, folder)
	if err != nil || len(all) != 2 || all[0].Path != "some/folder/a/x.jsonl" || all[1].Path != "some/folder/b.jsonl" {
		t.Errorf("sources of a folder: %v, err = %v", all, err)
	}
}

func TestNotReady(t *testing.T) {
	files := ownAnswers(t)
	delete(files, "configs/own/large.jsonl")
	c, predictors := ownConfig(t, files)
	for _, x := range []struct {
		name   string
		change func(*Config)
		hint   string
	}{
		{"own file", func(*Config) {}, "put the file beside the list of predictors"},
		{"no data folder", func(c *Config) { c.Large.Predictor = "elsewhere" }, "uacs data get synth-mosi"},
		{"dataset", func(c *Config) { c.Tier, c.Dataset = "public", "mosi" }, "uacs data get mosi"},
	} {
		config := c
		x.change(&config)
		err := Ready(config, predictors, nil)
		if !errors.Is(err, fs.ErrNotExist) || hint.Of(err) != x.hint {
			t.Errorf("%s: err = %v, hint %q", x.name, err, hint.Of(err))
		}
	}
	c.Small.Predictor = "his"
	if err := Ready(c, predictors, nil); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown predictor: err = %v: it must not pass for absent data", err)
	}
}

// The truth goes with the generated answers under the rules that the enumeration
// has, and with nothing else.
func TestExactOnlyWhereItIsTrue(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   bool
	}{
		{"as enumerated", func(*Config) {}, true},
		{"own answers", func(c *Config) { c.Large.Predictor = "own-large" }, false},
		{"policy wrong", func(c *Config) { c.Failures = Wrong }, false},
		{"another profile", func(c *Config) { c.Profile = "mmsa" }, false},
		{"another decision", func(c *Config) { c.Large.Decision = "label" }, false},
		{"roles swapped", func(c *Config) { c.Small, c.Large = c.Large, c.Small }, false},
	} {
		config, predictors := ownConfig(t, ownAnswers(t))
		config.Small.Predictor, config.Large.Predictor = "synth-mosi-small", "synth-mosi-large"
		c.change(&config)
		h, err := Open(config, predictors, nil)
		if err != nil || (h.Exact != nil) != c.want {
			t.Errorf("%s: exact %v, err = %v", c.name, h.Exact != nil, err)
		}
	}
}

// The committed configs can be read, and every predictor they name is there.
func TestCommittedConfigs(t *testing.T) {
	root := os.DirFS("../..")
	configs, err := LoadConfigs(root, "configs/experiments")
	if err != nil {
		t.Fatal(err)
	}
	predictors, err := LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range configs {
		err := Ready(c, predictors, nil)
		if c.Tier == "synth" && err != nil || c.Tier != "synth" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s without data: %v", c.Name, err)
		}
	}
	if _, err := LoadChecks(root, "configs/checks.yaml"); err != nil {
		t.Error(err)
	}
}

// A trained model's predictions are read from its folder among the trained ones;
// until it is trained, the hint is the command that trains it.
func TestTrainedPredictors(t *testing.T) {
	files := ownAnswers(t)
	list := Predictors{List: []Predictor{
		{Name: "small", Dataset: "synth-mosi", Format: "jsonl", Trained: "mine"},
		{Name: "large", Dataset: "synth-mosi", Format: "jsonl", Trained: "mine"},
	}}
	c := Config{Name: "e", Tier: "synth", Dataset: "synth-mosi", Small: Role{Predictor: "small"}, Large: Role{Predictor: "large"}}
	for name, folder := range map[string]fs.FS{"no folder": nil, "an empty folder": fstest.MapFS{}} {
		err := Ready(c, list.WithTrained(folder), nil)
		if !errors.Is(err, fs.ErrNotExist) || hint.Of(err) != "uacs train -c configs/models/mine.yaml" {
			t.Errorf("%s: err = %v, hint %q", name, err, hint.Of(err))
		}
	}
	folder := fstest.MapFS{"mine/predictions.jsonl": files["configs/own/small.jsonl"]}
	if err := Ready(c, list.WithTrained(folder), nil); err != nil {
		t.Errorf("trained: %v", err)
	}
	sources, err := Sources(c, list.WithTrained(folder), nil)
	if err != nil || len(sources) != 1 || sources[0].Path != "mine/predictions.jsonl" {
		t.Errorf("sources %v, %v", sources, err)
	}
	if got := list.Trained(); !slices.Equal(got, []string{"mine"}) {
		t.Errorf("trained models %v", got)
	}
}
