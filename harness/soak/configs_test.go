package soak

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"uacs/harness/ablation"
	"uacs/harness/cascade"
	"uacs/harness/experiment"
	"uacs/harness/model/chat"
	"uacs/harness/model/ubm"
	"uacs/harness/report"
	"uacs/harness/sample"
	"uacs/harness/sensitivity"
	"uacs/internal/hint"
)

// load drops what a reader of configs returns.
func load[T any](read func(fs.FS, string) (T, error)) func(fs.FS, string) error {
	return func(fsys fs.FS, file string) error {
		_, err := read(fsys, file)
		return err
	}
}

// configs are the kinds of configs, each with the file of the first version.
var configs = []struct {
	file string
	load func(fs.FS, string) error
}{
	{"experiments/synth-mosi.yaml", load(experiment.LoadConfig)},
	{"live/synth-mosi-live.yaml", load(cascade.Load)},
	{"ablations/synth-mosi-grid.yaml", load(ablation.LoadPlan)},
	{"models/synth-mosi-ubm.yaml", load(ubm.LoadConfig)},
	{"endpoints/vllm.yaml", load(chat.LoadEndpoint)},
	{"prompts/score-en.yaml", load(chat.LoadPrompt)},
	{"sensitivity/synth-mosi.yaml", load(sensitivity.LoadPlan)},
	{"predictors.yaml", load(experiment.LoadPredictors)},
}

// Configs of the first version are read today, whether or not they name their version;
// one of a version to come is refused with a word on what to do, whatever it holds.
func TestFirstConfigsAreRead(t *testing.T) {
	for _, c := range configs {
		t.Run(c.file, func(t *testing.T) {
			text := bytesOf(t, first+"/configs/"+c.file)
			if err := c.load(os.DirFS(first+"/configs"), c.file); err != nil {
				t.Error(err)
			}
			if err := c.load(fstest.MapFS{c.file: {Data: []byte("schema: 1\n" + text)}}, c.file); err != nil {
				t.Error(err)
			}
			err := c.load(fstest.MapFS{c.file: {Data: []byte(text + "\nschema: 2\nkey_to_come: 1\n")}}, c.file)
			if err == nil || hint.Of(err) != "update uacs" || !strings.Contains(err.Error(), "schema version 2") {
				t.Errorf("a config of version 2: %v", err)
			}
		})
	}
}

// Results of the first version are read today, and those of a version to come refused.
func TestFirstResultsAreRead(t *testing.T) {
	text := bytesOf(t, first+"/records.jsonl")
	r, err := experiment.ReadRecords(strings.NewReader(text), "records.jsonl")
	if err != nil || r.Setup.Name != "synth-mosi" || len(r.Systems) != 1 || len(r.Measures) != 1 || len(r.Curves) != 1 || len(r.Profiles) != 1 || r.Diagnosis == nil {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = experiment.ReadRecords(strings.NewReader(strings.Replace(text, "{", `{"schema":2,"to_come":1,`, 1)), "records.jsonl")
	if err == nil || hint.Of(err) != "update uacs" || !strings.HasPrefix(err.Error(), "records.jsonl:1: ") {
		t.Errorf("records of version 2: %v", err)
	}
	_, _, err = sample.ReadPredictions(strings.NewReader(strings.Replace(bytesOf(t, first+"/predictions.jsonl"), "{", `{"schema":2,"to_come":1,`, 1)), "p.jsonl")
	if err == nil || hint.Of(err) != "update uacs" || !strings.HasPrefix(err.Error(), "p.jsonl:1: ") {
		t.Errorf("predictions of version 2: %v", err)
	}
	if s, err := sensitivity.ReadRecord([]byte(bytesOf(t, first+"/sensitivity.jsonl")), "sensitivity.jsonl"); err != nil || s == nil {
		t.Errorf("sensitivity: %v", err)
	}
	if _, err := cascade.ReadMeasured("measured.json", []byte(bytesOf(t, first+"/measured.json"))); err != nil {
		t.Errorf("measured: %v", err)
	}
	data := []byte(bytesOf(t, first+"/MANIFEST.sha256"))
	if m, err := report.ParseManifest("MANIFEST.sha256", data); err != nil || !bytes.Equal(m.Bytes(), data) {
		t.Errorf("manifest: %v", err)
	}
}
