package report

import (
	"fmt"
	"io/fs"
	"strings"

	"uacs/harness/experiment"
	"uacs/internal/strictyaml"
)

// Claim is something the paper says, with the comparisons that speak to it.
type Claim struct {
	Claim  string      `yaml:"claim"`
	Source string      `yaml:"source"`
	Tests  []ClaimTest `yaml:"tests"`
	// WhyNot says why a claim without tests cannot be tested.
	WhyNot string `yaml:"why_not"`
}

// ClaimTest is one comparison: a system of an experiment against a model alone.
type ClaimTest struct {
	Experiment string `yaml:"experiment"`
	Measure    string `yaml:"measure"`
	Fusion     string `yaml:"fusion"`
	// Against is small or large.
	Against string `yaml:"against"`
	// Question is better: is the system's accuracy higher?
	Question string `yaml:"question"`
}

// LoadClaims reads the list of claims, strictly.
func LoadClaims(fsys fs.FS, file string) ([]Claim, error) {
	var list struct {
		Claims []Claim `yaml:"claims"`
	}
	if err := strictyaml.ReadFile(fsys, file, &list); err != nil {
		return nil, err
	}
	for i, c := range list.Claims {
		if c.Claim == "" || c.Source == "" {
			return nil, fmt.Errorf("%s: claim %d: claim and source are required", file, i+1)
		}
		if (len(c.Tests) == 0) == (c.WhyNot == "") {
			return nil, fmt.Errorf("%s: claim %q: either tests or why_not is required", file, c.Claim)
		}
		for _, t := range c.Tests {
			if t.Against != "small" && t.Against != "large" {
				return nil, fmt.Errorf("%s: claim %q: against: %q is not small or large", file, c.Claim, t.Against)
			}
			if t.Question != "better" {
				return nil, fmt.Errorf("%s: claim %q: question: %q is not better", file, c.Claim, t.Question)
			}
		}
	}
	return list.Claims, nil
}

// ClaimFiles returns the table of claims of one tier.
func ClaimFiles(tier string, claims []Claim, results []*experiment.Result) ([]File, error) {
	t, err := Claims(tier, claims, results)
	if err != nil {
		return nil, err
	}
	return tableFiles("claims-"+tier, t)
}

// Verdict is what a comparison says about a claim.
type Verdict string

// The verdicts.
const (
	Reproduced   Verdict = "reproduced"
	Contradicted Verdict = "contradicted"
	NotShown     Verdict = "not shown"
	NotTestable  Verdict = "not testable"
)

// Claims is the table of the claims that can be judged with the results of one
// tier; those without tests stand in the table of the public tier.
func Claims(tier string, claims []Claim, results []*experiment.Result) (Table, error) {
	t := Table{Title: "Claims of the paper and what this data says", Tier: tier, Columns: []Column{
		{"claim", false},
		{"verdict", false},
		{"experiment", false},
		{"system", false},
		{"against", false},
		{"points [interval]", true},
		{"Holm p", true},
		{"escalated %", true},
		{"source", false},
	}}
	for _, c := range claims {
		if c.WhyNot != "" && tier == "public" {
			t.Rows = append(t.Rows, []string{c.Claim, string(NotTestable), c.WhyNot, "", "", "", "", "", c.Source})
		}
		for _, test := range c.Tests {
			row, err := test.row(c, results)
			if err != nil {
				return Table{}, err
			}
			if row != nil {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	t.Notes = []string{
		fmt.Sprintf("Reproduced: the system is better and Holm's p is below %v; against the small model it must not escalate everything. Contradicted: it is worse, by more than its threshold may give up for fewer calls, and p is below %v. Not shown: neither.", significant, significant),
		"Points: accuracy of the system minus that of the model it is compared with, threshold cross-fitted by video; interval by bootstrap over videos.",
		"None of these comparisons uses the paper's own models: a verdict is about the idea on the models at hand.",
	}
	return t, nil
}

// row judges one test; nil if its experiment is not among the results.
func (t ClaimTest) row(c Claim, results []*experiment.Result) ([]string, error) {
	for _, r := range results {
		if r.Setup.Name != t.Experiment {
			continue
		}
		for _, s := range r.Systems {
			if s.Measure != t.Measure || s.Fusion != t.Fusion || s.Threshold != experiment.CrossFitted {
				continue
			}
			paired, against := s.VsLarge, r.Setup.Large
			if t.Against == "small" {
				paired, against = s.VsSmall, r.Setup.Small
			}
			return []string{
				c.Claim, string(t.verdict(r, s, paired)), r.Setup.Name, s.Name, against + " alone",
				points(paired.Difference), pValue(paired.HolmP), percent(s.Deferred), c.Source,
			}, nil
		}
		return nil, fmt.Errorf("claim %q: experiment %s has no system %s", c.Claim, t.Experiment, strings.Join([]string{t.Measure, t.Fusion}, " + "))
	}
	return nil, nil
}

// verdict judges the claim that a system is better. A system that escalates
// everything is the large model: that it beats the small one says nothing of a
// cascade. One whose threshold may give up accuracy for fewer calls contradicts
// nothing by doing so.
func (t ClaimTest) verdict(r *experiment.Result, s experiment.System, p *experiment.Paired) Verdict {
	switch {
	case !(p.HolmP < significant): // n/a is not significant
		return NotShown
	case p.Difference.Value > 0 && (t.Against == "large" || s.Deferred <= everything):
		return Reproduced
	case p.Difference.Value < -r.Setup.Tolerance:
		return Contradicted
	}
	return NotShown
}
