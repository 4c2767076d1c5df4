package report

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/experiment"
)

var handClaims = []Claim{
	{Claim: "The cascade beats the small model", Source: "by hand", Tests: []ClaimTest{
		{Experiment: "hand", Measure: "entropy", Fusion: "replace", Against: "small", Question: "better"},
		{Experiment: "elsewhere", Measure: "entropy", Fusion: "replace", Against: "small", Question: "better"},
	}},
	{Claim: "and the large one", Source: "by hand", Tests: []ClaimTest{
		{Experiment: "hand", Measure: "entropy", Fusion: "replace", Against: "large", Question: "better"},
	}},
	{Claim: "It does so everywhere", Source: "by hand", WhyNot: "everywhere is far"},
}

// By hand from the hand-made result: against small the gain is significant,
// against large it is not. What has no test stands in the public tier's table,
// what is of an experiment that did not run stands in none.
func TestClaims(t *testing.T) {
	for tier, want := range map[string][][]string{
		"synth": {
			{"The cascade beats the small model", "reproduced", "hand", "entropy + replace", "small one alone", "+12.00 [3.00, 21.00]", "<0.0001", "42.00", "by hand"},
			{"and the large one", "not shown", "hand", "entropy + replace", "large one alone", "+6.00 [-1.00, 13.00]", "0.2000", "42.00", "by hand"},
		},
		"public": {{"It does so everywhere", "not testable", "everywhere is far", "", "", "", "", "", "by hand"}},
	} {
		results := []*experiment.Result{handMade()}
		if tier == "public" {
			results = nil
		}
		table, err := Claims(tier, handClaims, results)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, table.Rows); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tier, diff)
		}
	}
	gone := []Claim{{Claim: "c", Source: "s", Tests: []ClaimTest{{Experiment: "hand", Measure: "gini", Fusion: "replace", Against: "small", Question: "better"}}}}
	_, err := Claims("synth", gone, []*experiment.Result{handMade()})
	if want := `claim "c": experiment hand has no system gini + replace`; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
}

// By hand, with a threshold that may give up 0.02.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name        string
		against     string
		gain, p, up experiment.Number
		want        Verdict
	}{
		{"significant gain", "small", 0.01, 0.0499, 0.4, Reproduced},
		{"no significant gain", "small", 0.01, 0.05, 0.4, NotShown},
		{"significant loss", "large", -0.03, 0.0499, 0.4, Contradicted},
		{"loss that was allowed", "large", -0.02, 0.0001, 0.4, NotShown},
		{"no significant loss", "large", -0.03, 0.5, 0.4, NotShown},
		{"no difference", "large", 0, 0.001, 0.4, NotShown},
		{"no p", "large", 0.01, na, 0.4, NotShown},
		{"everything escalated beats small", "small", 0.1, 0.001, 1, NotShown},
		{"everything escalated beats large", "large", 0.1, 0.001, 1, Reproduced},
	} {
		r := &experiment.Result{Setup: experiment.Setup{Tolerance: 0.02}}
		got := ClaimTest{Against: c.against}.verdict(r, experiment.System{Deferred: c.up}, &experiment.Paired{Difference: estimate(c.gain, 0, 0), HolmP: c.p})
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestLoadClaims(t *testing.T) {
	load := func(text string) ([]Claim, error) {
		return LoadClaims(fstest.MapFS{"c.yaml": {Data: []byte("claims:\n" + text)}}, "c.yaml")
	}
	const test = "{experiment: e, measure: m, fusion: f, against: large, question: better}"
	got, err := load("  - {claim: c, source: s, tests: [" + test + "]}\n  - {claim: d, source: s, why_not: w}\n")
	if err != nil || len(got) != 2 || got[0].Tests[0].Against != "large" || got[1].WhyNot != "w" {
		t.Errorf("claims %v, err = %v", got, err)
	}
	for _, c := range []struct{ name, entry, want string }{
		{"unknown key", "{claim: c, sauce: s}", "c.yaml:2: unknown key sauce"},
		{"no source", "{claim: c, why_not: w}", "c.yaml: claim 1: claim and source are required"},
		{"neither tests nor reason", "{claim: c, source: s}", `c.yaml: claim "c": either tests or why_not is required`},
		{"both", "{claim: c, source: s, why_not: w, tests: [" + test + "]}", `c.yaml: claim "c": either tests or why_not is required`},
		{"against", "{claim: c, source: s, tests: [{against: all, question: better}]}", `c.yaml: claim "c": against: "all" is not small or large`},
		{"question", "{claim: c, source: s, tests: [{against: large, question: worse}]}", `c.yaml: claim "c": question: "worse" is not better`},
	} {
		if _, err := load("  - " + c.entry + "\n"); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}
