package report

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"uacs/internal/golden"
	"uacs/internal/schema"
)

// The project's list loads, and every row of it says published in the table.
func TestPublishedOfTheProject(t *testing.T) {
	p, err := LoadPublished(os.DirFS("../.."), "configs/published.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, s := range p.Sets {
		rows[s.Dataset] = len(s.Rows)
	}
	// MMSA's tables have 11 models on MOSI and MOSEI and 13 on both SIMS.
	for dataset, want := range map[string]int{"mosi": 11, "mosei": 11, "sims": 13, "simsv2": 13} {
		if rows[dataset] != want {
			t.Errorf("%s: %d rows, want %d", dataset, rows[dataset], want)
		}
	}
}

// MMSA's row of EF-LSTM on CH-SIMS is the constant answer of the training mean, whose
// metrics on the real labels are known: 69.37, 54.27, 21.23 and 56.82.
func TestPublishedRowThatIsConstant(t *testing.T) {
	p, err := LoadPublished(os.DirFS("../.."), "configs/published.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Sets {
		if s.Dataset != "sims" {
			continue
		}
		if row := s.Rows[0]; row.Model != "EF-LSTM" || !slices.Equal(row.Values[:4], []float64{69.37, 54.27, 21.23, 56.82}) || row.Note == "" {
			t.Errorf("%+v", row)
		}
		return
	}
	t.Error("no table of CH-SIMS")
}

func TestPublishedSchema(t *testing.T) {
	data, err := schema.Of[Published]("Results that others have published")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.FromSlash("../../configs/published.schema.json"), data)
}

// published is a list with one table; entries replace its keys.
func published(replace ...string) string {
	text := `published:
  - dataset: mosi
    split: test
    profile: mmsa
    n: 686
    source: a paper
    protocol: by hand
    metrics: [MAE, Corr]
    rows:
      - {model: A, inputs: aligned, values: [94.88, 66.9]}
      - {model: A, inputs: unaligned, values: [95, -1]}
`
	return strings.NewReplacer(replace...).Replace(text)
}

func TestLoadPublished(t *testing.T) {
	load := func(text string) (Published, error) {
		return LoadPublished(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, "p.yaml")
	}
	p, err := load(published())
	if err != nil || len(p.Sets) != 1 || p.Sets[0].Rows[1].Values[1] != -1 {
		t.Errorf("%v, err = %v", p, err)
	}
	twice := published() + strings.TrimPrefix(published(), "published:\n")
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", published("protocol:", "protokoll:"), "p.yaml:7: unknown key protokoll"},
		{"no source", published("source: a paper", "source: ''"), "p.yaml: table 1: source is required"},
		{"no clips", published("n: 686", "n: 0"), "p.yaml: table 1: n: 0 clips"},
		{"no metrics", published("[MAE, Corr]", "[]"), "p.yaml: table 1: metrics and rows are required"},
		{"unknown metric", published("Corr", "Acc_9"), `p.yaml: table 1: metrics: "Acc_9" is no metric of profile mmsa`},
		{"unknown profile", published("mmsa", "mine"), `p.yaml: table 1: metrics: "MAE" is no metric of profile mine`},
		{"metric twice", published("Corr", "MAE"), "p.yaml: table 1: metrics: MAE stands twice"},
		{"no model", published("model: A, inputs: aligned", "inputs: aligned"), "p.yaml: table 1: row 1: model is required"},
		{"model twice", published("unaligned", "aligned"), "p.yaml: table 1: row 2: A stands twice"},
		{"too few values", published("94.88, ", ""), "p.yaml: table 1: A: 1 values for 2 metrics"},
		{"negative MAE", published("94.88", "-1"), "p.yaml: table 1: A: MAE is -1, outside [0,600]"},
		{"correlation above one", published("66.9", "669"), "p.yaml: table 1: A: Corr is 669, outside [-100,100]"},
		{"no number", published("66.9", ".nan"), "p.yaml: table 1: A: Corr is NaN, outside [-100,100]"},
		{"table twice", twice, "p.yaml: table 2: mosi by profile mmsa of the same source stands twice"},
	} {
		if _, err := load(c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

// By hand: an accuracy is printed in per cent, MAE and Corr as they are.
func TestPublishedCells(t *testing.T) {
	for column, want := range map[int]string{0: "94.88", maeColumn: "0.9488"} {
		if got := mainCell(column, estimate(0.9488, na, na)); got != want {
			t.Errorf("column %s: %s, want %s", mainMetrics[column], got, want)
		}
	}
	if got := mainCell(8, estimate(-0.5, -0.6, 0.1)); got != "-0.5000 [-0.6000, 0.1000]" {
		t.Error(got)
	}
}
