package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/experiment"
)

// handPublished is of another size than the hand-made set of 56 clips.
var handPublished = Published{Sets: []PublishedSet{
	{
		Dataset: "synth-mosi", Split: "test", Profile: "mmsa", N: 100, Source: "a table", Protocol: "best of five", Metrics: []string{"Mult_acc_7", "MAE"},
		Rows: []PublishedRow{{Model: "Net", Inputs: "aligned", Note: "withdrawn", Values: []float64{35.5, 94.88}}},
	},
	{Dataset: "elsewhere", Split: "test", Profile: "mmsa", N: 56, Source: "s", Protocol: "p", Metrics: []string{"MAE"}, Rows: []PublishedRow{{Model: "Net", Values: []float64{1}}}},
}}

// By hand from the hand-made result: one system under two profiles, the oracle under
// the experiment's own, and what is published of its dataset.
func TestMainResults(t *testing.T) {
	r := handMade()
	r.Setup.Axes = append(r.Setup.Axes, experiment.Axis{Name: "money", Unit: "USD per clip"})
	r.Systems[0].Costs = append(r.Systems[0].Costs, 0.0025)
	table, err := MainResults("synth", []*experiment.Result{r}, handPublished)
	if err != nil {
		t.Fatal(err)
	}
	const flops = "1.00e+10 (hypothesis)"
	want := [][]string{
		{
			"synth-mosi", "mmsa", "hand: small one alone (small)", "ours", "56", "", "", "", "", "", "", "n/a", "0.7123 [0.6000, 0.8500]", "",
			"0.00", "0.000", flops, "n/a", "2.500 USD",
		},
		{"synth-mosi", "mmsa", "published: Net (aligned)", "published, other n", "100", "", "", "", "", "", "", "35.50", "0.9488", "", "", "", "", "", ""},
		{
			"synth-mosi", "polarity", "hand: small one alone (small)", "ours", "50", "", "", "70.00 [60.00, 80.00]", "", "", "", "", "", "",
			"0.00", "0.000", flops, "n/a", "2.500 USD",
		},
		{
			"synth-mosi", "polarity", "hand: oracle select (control)", "ours, control", "50", "", "", "90.00 [82.00, 96.00]", "", "", "", "", "", "",
			"100.00", "1.000", "7.00e+13 (hypothesis)", "n/a", "n/a",
		},
	}
	if diff := cmp.Diff(want, table.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	notes := strings.Join(table.Notes, "\n")
	for _, want := range []string{
		"n/a in hand: mmsa Mult_acc_7, of small one alone (small): no scores.",
		"Published, synth-mosi test by profile mmsa: a table; best of five; its 100 clips are not as many as ours.",
		"Published, synth-mosi, Net: withdrawn.",
		"Hypotheses in the numbers of hand: weights, 1−u; τ, the threshold.",
		`ms per clip n/a where the config has no cost axis "ms", since nothing was measured or estimated: hand.`,
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not in the notes:\n%s", want, notes)
		}
	}
	if strings.Contains(notes, "elsewhere") {
		t.Error("notes on a dataset without an experiment")
	}
}

func TestMainResultsKnowsItsMetrics(t *testing.T) {
	r := handMade()
	r.Profiles[0].Metrics[0].Name = "Acc_9"
	_, err := MainResults("synth", []*experiment.Result{r}, Published{})
	if want := "main table: metric Acc_9 of profile mmsa has no column"; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
}
