package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"uacs/harness/experiment"
)

// fixed prints a number with so many decimals, or n/a; never as minus zero.
func fixed(x float64, decimals int) string {
	if math.IsNaN(x) {
		return "n/a"
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// percent prints a fraction in per cent with two decimals.
func percent(x experiment.Number) string { return fixed(100*float64(x), 2) }

// interval prints an estimate in per cent with its interval.
func interval(e experiment.Estimate) string {
	return fmt.Sprintf("%s [%s, %s]", percent(e.Value), percent(e.Lo), percent(e.Hi))
}

// points prints a difference in points with its sign and interval.
func points(e experiment.Estimate) string {
	if e.Value > 0 {
		return "+" + interval(e)
	}
	return interval(e)
}

// decimals prints a number with three decimals, or n/a.
func decimals(x experiment.Number) string { return fixed(float64(x), 3) }

// pValue prints a p-value with four decimals, never as zero.
func pValue(p experiment.Number) string {
	switch {
	case math.IsNaN(float64(p)):
		return "n/a"
	case p < 0.0001:
		return "<0.0001"
	}
	return fixed(float64(p), 4)
}

// price prints a cost with three decimals, one that is large or small with three
// significant digits.
func price(x experiment.Number) string {
	if x != 0 && (math.Abs(float64(x)) >= 1e4 || math.Abs(float64(x)) < 1e-3) {
		return strconv.FormatFloat(float64(x), 'e', 2, 64)
	}
	return fixed(float64(x), 3)
}

// Systems is the main table of an experiment: one row per way to answer the
// clips.
func Systems(r *experiment.Result) Table {
	t := Table{Title: r.Setup.Title + ": systems", Tier: r.Setup.Tier, Columns: []Column{
		{"system", false},
		{"threshold", false},
		{"right", true},
		{"n", true},
		{"accuracy % [interval]", true},
		{"escalated %", true},
		{"first calls per clip", true},
		{"second calls per clip", true},
	}}
	for _, a := range r.Setup.Axes {
		t.Columns = append(t.Columns, Column{a.Unit, true})
	}
	t.Columns = append(t.Columns,
		Column{"points over small alone", true}, Column{"Holm p, small", true},
		Column{"points over large alone", true}, Column{"Holm p, large", true}, Column{"McNemar p, large", true})
	for _, s := range r.Systems {
		row := []string{
			systemName(r, s), string(s.Threshold), strconv.Itoa(s.Right), strconv.Itoa(r.Setup.N), interval(s.Accuracy),
			percent(s.Deferred), decimals(s.First), decimals(s.Second),
		}
		for _, c := range s.Costs {
			row = append(row, price(c))
		}
		small, large := comparison(s.VsSmall), comparison(s.VsLarge)
		t.Rows = append(t.Rows, append(row, small[0], small[1], large[0], large[1], large[2]))
	}
	t.Notes = append(systemNotes(r), setupNotes(r.Setup)...)
	return t
}

// systemName says which models a system's name stands for.
func systemName(r *experiment.Result, s experiment.System) string {
	switch {
	case s.Measure == "" && s.Fusion == "small-only":
		return r.Setup.Small + " alone (small)"
	case s.Measure == "" && s.Fusion == "large-only":
		return r.Setup.Large + " alone (large)"
	case s.Headline:
		return s.Name + " (headline)"
	case s.Control:
		return s.Name + " (control)"
	}
	return s.Name
}

// comparison prints a difference, its Holm p and its McNemar p.
func comparison(p *experiment.Paired) [3]string {
	if p == nil {
		return [3]string{"", "", ""}
	}
	return [3]string{points(p.Difference), pValue(p.HolmP), pValue(p.McNemarP)}
}

func systemNotes(r *experiment.Result) []string {
	notes := []string{
		"Thresholds \"cross-fitted by video\" were chosen on the other folds; an \"oracle threshold\" was chosen on the clips it is judged on and is too good.",
		"Holm p: two-sided sign-flip test over videos, adjusted over all comparisons of systems that could be deployed; controls are n/a. McNemar p: exact, against large alone, clips taken as independent.",
	}
	s := r.Setup
	switch {
	case s.LargeFailed == 0:
	case s.Failures == string(experiment.FallbackSmall):
		notes = append(notes, fmt.Sprintf("%s alone is answered by the small model where it gave no usable answer (%d of %d clips).", s.Large, s.LargeFailed, s.Clips))
	case s.Failures == string(experiment.Wrong):
		notes = append(notes, fmt.Sprintf("Where %s gave no usable answer (%d of %d clips), a clip that is escalated counts as wrong.", s.Large, s.LargeFailed, s.Clips))
	}
	return notes
}

// setupNotes are the caveats that stand under every table of an experiment.
func setupNotes(s experiment.Setup) []string {
	notes := []string{
		fmt.Sprintf("%s %s: %d clips, %d left out by policy, n = %d counted by profile %s (%s), %d videos.",
			s.Dataset, s.Split, s.Clips, s.Dropped, s.N, s.Profile, s.Quality, s.Videos),
		failedNote(s),
		fmt.Sprintf("Intervals: %s %% percentile bootstrap by video, %d replicates, seed %d.", trim(100*float64(s.Level)), s.Replicates, s.Seed),
		fmt.Sprintf("Thresholds: fewest calls within %s points of the best accuracy, chosen on the other of %d folds of videos.", trim(100*float64(s.Tolerance)), s.Folds),
	}
	if s.Surrogate != "" {
		notes = append(notes, fmt.Sprintf("Second round: %s stands in for %s.", s.Second, s.Surrogate))
	}
	for _, a := range s.Axes {
		kind := "Cost"
		if a.Hypothesis {
			kind = "Cost, hypothesis"
		}
		notes = append(notes, fmt.Sprintf("%s: %s: %s.", kind, a.Unit, a.Source))
	}
	if len(s.Hypotheses) > 0 {
		notes = append(notes, "Hypotheses (the paper's abstract leaves them open): "+strings.Join(s.Hypotheses, "; ")+".")
	}
	for _, w := range s.Warnings {
		notes = append(notes, "Note: "+w+".")
	}
	return append(notes, fmt.Sprintf("Config %s, SHA-256 %.12s; %d input files.", s.Config, s.ConfigSHA256, len(s.Inputs)))
}

// failedNote counts the clips without a usable answer.
func failedNote(s experiment.Setup) string {
	second := ""
	if s.Second != "" {
		second = fmt.Sprintf(", second round %d", s.SecondFailed)
	}
	return fmt.Sprintf("No usable answer: small model %d, large model %d%s of %d clips; policy %s.", s.SmallFailed, s.LargeFailed, second, s.Clips, s.Failures)
}

func trim(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

// Measures is the table of uncertainty measures of an experiment.
func Measures(r *experiment.Result) Table {
	t := Table{Title: r.Setup.Title + ": uncertainty measures", Tier: r.Setup.Tier, Columns: []Column{
		{"measure", false},
		{"AUROC of error", true},
		{"AUROC of gain", true},
		{"AUDC % [interval]", true},
		{"APGR", true},
		{"CPT 20", true},
		{"CPT 50", true},
		{"CPT 80", true},
		{"oracle threshold accuracy %", true},
		{"at escalated %", true},
		{"why not", false},
	}}
	for _, m := range r.Measures {
		name := m.Name
		if m.Control {
			name += " (control)"
		}
		t.Rows = append(t.Rows, []string{
			name, decimals(m.AUROCError), decimals(m.AUROCGain), interval(m.AUDC), decimals(m.APGR),
			decimals(m.CPT20), decimals(m.CPT50), decimals(m.CPT80), percent(m.OracleAccuracy), percent(m.OracleDeferred), m.NA,
		})
	}
	t.Notes = append([]string{
		"Fusion: " + r.Setup.Headline.Fusion + ". AUROC of error: does the measure rank the small model's errors first; of gain: the clips that escalation corrects.",
		"AUDC: area under the deferral curve; APGR and CPT are relative to the gap between both models and n/a if the large one alone is no better.",
	}, setupNotes(r.Setup)...)
	return t
}

// Profiles is the table of the two models and the headline cascade under every
// metric profile. Metrics of a profile stand in its own order.
func Profiles(r *experiment.Result) Table {
	t := Table{Title: r.Setup.Title + ": metric profiles", Tier: r.Setup.Tier, Columns: []Column{
		{"profile", false}, {"system", false}, {"metric", false}, {"value", true}, {"interval", true}, {"n", true}, {"why not", false},
	}}
	for _, p := range r.Profiles {
		for _, m := range p.Metrics {
			bounds := ""
			if m.Lo == m.Lo && m.Hi == m.Hi {
				bounds = fmt.Sprintf("[%s, %s]", number(m.Lo), number(m.Hi))
			}
			t.Rows = append(t.Rows, []string{p.Profile, profileSystem(r, p.System), m.Name, number(m.Value), bounds, strconv.Itoa(m.N), m.NA})
		}
	}
	t.Notes = append([]string{"Accuracies and F1 are fractions, MAE is in label units. A profile is one project's rule set; numbers of different profiles do not compare."}, profileNotes(r)...)
	t.Notes = append(t.Notes, setupNotes(r.Setup)...)
	return t
}

// profileNotes says of each system what holds for its metrics: what holds under
// every profile, without the names of the profiles.
func profileNotes(r *experiment.Result) []string {
	var notes []string
	under := map[string][]string{} // the profiles that a note stands under
	all := map[string]bool{}
	for _, p := range r.Profiles {
		all[p.Profile] = true
		for _, w := range p.Warnings {
			note := profileSystem(r, p.System) + ": " + w
			if under[note] == nil {
				notes = append(notes, note)
			}
			under[note] = append(under[note], p.Profile)
		}
	}
	for i, note := range notes {
		if profiles := under[note]; len(profiles) < len(all) {
			note = strings.Join(profiles, ", ") + ": " + note
		}
		notes[i] = "Note: " + note + "."
	}
	return notes
}

func profileSystem(r *experiment.Result, name string) string {
	for _, s := range r.Systems {
		if s.Name == name && s.Threshold != experiment.OracleTau {
			return systemName(r, s)
		}
	}
	return name
}

func number(x experiment.Number) string { return fixed(float64(x), 4) }

// Flow is the table of where clips end and what each exit is worth.
func Flow(r *experiment.Result) Table {
	t := Table{Title: r.Setup.Title + ": flow of clips", Tier: r.Setup.Tier, Columns: []Column{
		{"system", false}, {"threshold", false}, {"stage", false}, {"clips", true}, {"right", true}, {"accuracy %", true},
	}}
	for _, s := range r.Systems {
		for _, c := range s.Stages {
			share := experiment.Number(float64(c.Right) / float64(c.Clips))
			t.Rows = append(t.Rows, []string{systemName(r, s), string(s.Threshold), c.Stage, strconv.Itoa(c.Clips), strconv.Itoa(c.Right), percent(share)})
		}
	}
	t.Notes = setupNotes(r.Setup)
	return t
}

// Overview is one row per experiment of a tier: both models and the headline.
// absent names the experiments of the tier that could not be run.
func Overview(tier string, results []*experiment.Result, absent []string) Table {
	t := Table{Title: "Overview: the small model, the large model and the cascade", Tier: tier, Columns: []Column{
		{"experiment", false},
		{"small", false},
		{"large", false},
		{"n", true},
		{"small alone %", true},
		{"large alone %", true},
		{"cascade", false},
		{"cascade % [interval]", true},
		{"escalated %", true},
		{"calls per clip", true},
		{"points over large alone", true},
		{"Holm p", true},
		{"either right %", true},
	}}
	for _, r := range results {
		row := []string{
			r.Setup.Name, r.Setup.Small, r.Setup.Large, strconv.Itoa(r.Setup.N),
			accuracy(r.Alone("small-only")), accuracy(r.Alone("large-only")),
		}
		row = append(row, overviewCascade(r.Cascade())...)
		t.Rows = append(t.Rows, append(row, accuracy(r.Alone("oracle-select"))))
	}
	t.Notes = []string{
		"Accuracy is that of the n clips which the experiment's metric profile counts. The cascade's threshold is cross-fitted by video. Intervals: percentile bootstrap by video. Holm p: sign-flip test over videos, adjusted within the experiment.",
		"Each experiment's own tables say how answers became polarities, what is a hypothesis and what was odd in the data.",
	}
	if len(absent) > 0 {
		t.Notes = append(t.Notes, "Not run, for want of data: "+strings.Join(absent, ", ")+".")
	}
	return t
}

// overviewCascade fills the columns about the headline.
func overviewCascade(s *experiment.System) []string {
	if s == nil {
		return make([]string, 6)
	}
	large := comparison(s.VsLarge)
	return []string{s.Name, interval(s.Accuracy), percent(s.Deferred), decimals(s.First + s.Second), large[0], large[1]}
}

func accuracy(s *experiment.System) string {
	if s == nil {
		return ""
	}
	return percent(s.Accuracy.Value)
}
