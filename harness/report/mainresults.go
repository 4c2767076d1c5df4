package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/experiment"
)

// The columns of metrics in the main table.
var mainMetrics = []string{
	"Acc-2 %, 0 a label too", "F1 %, 0 a label too", "Acc-2 %, labels not 0", "F1 %, labels not 0",
	"Acc-3 %", "Acc-5 %", "Acc-7 %", "MAE", "Corr",
}

const maeColumn = 7 // from here on, numbers are no percentages

// mainColumn returns which of mainMetrics a profile's metric belongs to. Acc_2 and F1
// without a prefix drop labels of 0 in every profile that calls them so.
func mainColumn(profile, name string) (int, bool) {
	columns, known := map[string]map[string]int{
		"mmsa": {
			"Has0_acc_2": 0, "Mult_acc_2": 0, "Has0_F1_score": 1, "F1_score": 1, "Non0_acc_2": 2, "Non0_F1_score": 3,
			"Mult_acc_3": 4, "Mult_acc_5": 5, "Mult_acc_7": 6, "MAE": 7, "Corr": 8,
		},
		"mult":     {"Acc_2": 2, "F1": 3, "Acc_5": 5, "Acc_7": 6, "MAE": 7, "Corr": 8},
		"mai-lab":  {"Acc_2": 2, "F1": 3, "Acc_7": 6, "MAE": 7, "Corr": 8},
		"polarity": {"Acc_2": 2, "F1": 3},
	}[profile]
	if !known {
		return 0, false
	}
	c, ok := columns[name]
	return c, ok
}

// MainResults is the main table of a tier: for each dataset and metric profile the
// small model, the large model, the headline cascade and the oracle of every
// experiment, with what each costs, and beneath them what others have published.
// A metric of a profile that has no column is an error.
func MainResults(tier string, results []*experiment.Result, published Published) (Table, error) {
	m := mainTable{published: published}
	var datasets []string
	for _, r := range results {
		if !slices.Contains(datasets, r.Setup.Dataset) {
			datasets = append(datasets, r.Setup.Dataset)
		}
	}
	for _, d := range datasets {
		of := slices.DeleteFunc(slices.Clone(results), func(r *experiment.Result) bool { return r.Setup.Dataset != d })
		if err := m.dataset(d, of); err != nil {
			return Table{}, err
		}
	}
	t := Table{Title: "Main results", Tier: tier, Grouped: 2, Rows: m.rows}
	for _, name := range []string{"dataset", "profile", "system", "kind"} {
		t.Columns = append(t.Columns, Column{name, false})
	}
	t.Columns = append(t.Columns, Column{"n", true})
	for _, name := range mainMetrics {
		t.Columns = append(t.Columns, Column{name, true})
	}
	for _, name := range []string{"escalated %", "large-model calls per clip", "FLOPs per clip", "ms per clip", "money per 1,000 clips"} {
		t.Columns = append(t.Columns, Column{name, true})
	}
	t.Notes = slices.Concat(mainNotes(results), m.reasons.notes(), m.notes, costNotes(results))
	return t, nil
}

// MainResultsFiles returns the main table of a tier in every format.
func MainResultsFiles(tier string, results []*experiment.Result, published Published) ([]File, error) {
	t, err := MainResults(tier, results, published)
	if err != nil {
		return nil, err
	}
	return tableFiles(mainResults+tier, t)
}

// mainTable gathers the rows of the main table.
type mainTable struct {
	published Published
	rows      [][]string
	reasons   reasons
	notes     []string // about what is published
}

// dataset adds the rows of one dataset, profile by profile.
func (m *mainTable) dataset(name string, results []*experiment.Result) error {
	var profiles []string
	for _, r := range results {
		for _, p := range r.Profiles {
			if !slices.Contains(profiles, p.Profile) {
				profiles = append(profiles, p.Profile)
			}
		}
	}
	for _, profile := range profiles {
		clips := map[int]bool{} // how many clips our rows judge
		for _, r := range results {
			for _, p := range r.Profiles {
				if p.Profile != profile {
					continue
				}
				row, most, err := m.ours(r, p)
				if err != nil {
					return err
				}
				m.rows = append(m.rows, row)
				clips[most] = true
			}
			if oracle := r.Alone("oracle-select"); oracle != nil && profile == r.Setup.Profile {
				m.rows = append(m.rows, oracleRow(r, oracle))
			}
		}
		for _, s := range m.published.Sets {
			if s.Dataset == name && s.Profile == profile {
				m.theirs(s, clips)
			}
		}
	}
	return nil
}

// ours is one system of an experiment under one profile; most is the largest number
// of clips that one of its metrics counts.
func (m *mainTable) ours(r *experiment.Result, p experiment.Profile) (row []string, most int, err error) {
	cells := make([]string, len(mainMetrics))
	var counted []int
	for _, v := range p.Metrics {
		c, ok := mainColumn(p.Profile, v.Name)
		if !ok {
			return nil, 0, fmt.Errorf("main table: metric %s of profile %s has no column", v.Name, p.Profile)
		}
		cells[c] = mainCell(c, experiment.Estimate{Value: v.Value, Lo: v.Lo, Hi: v.Hi})
		switch {
		case v.NA != "":
			cells[c] = "n/a"
			m.reasons.add(v.NA, r.Setup.Name, profileSystem(r, p.System), p.Profile+" "+v.Name)
		case !slices.Contains(counted, v.N):
			counted = append(counted, v.N)
		}
	}
	slices.Sort(counted)
	slices.Reverse(counted)
	if len(counted) > 0 {
		most = counted[0]
	}
	return mainRow(r, p.Profile, systemOf(r, p.System), p.System, counted, cells), most, nil
}

// oracleRow is the choice of the right answer wherever one of both models has it,
// which is known for the experiment's own accuracy only.
func oracleRow(r *experiment.Result, s *experiment.System) []string {
	cells := make([]string, len(mainMetrics))
	if c, ok := mainColumn(r.Setup.Profile, r.Setup.Quality); ok {
		cells[c] = mainCell(c, s.Accuracy)
	}
	return mainRow(r, r.Setup.Profile, s, s.Name, []int{r.Setup.N}, cells)
}

// mainRow puts a row together; s may be nil, for a system without costs.
func mainRow(r *experiment.Result, profile string, s *experiment.System, name string, counted []int, cells []string) []string {
	kind := "ours"
	if s != nil && s.Control {
		kind = "ours, control"
	}
	var n []string
	for _, k := range counted {
		n = append(n, strconv.Itoa(k))
	}
	row := []string{r.Setup.Dataset, profile, r.Setup.Name + ": " + profileSystem(r, name), kind, strings.Join(n, "/")}
	return slices.Concat(row, cells, mainCosts(r, s))
}

// systemOf finds the system that a profile was computed of.
func systemOf(r *experiment.Result, name string) *experiment.System {
	for i, s := range r.Systems {
		if s.Name == name && s.Threshold != experiment.OracleTau {
			return &r.Systems[i]
		}
	}
	return nil
}

// mainCell prints a metric with its interval, if it has one.
func mainCell(column int, e experiment.Estimate) string {
	print := percent
	if column >= maeColumn {
		print = number
	}
	if e.Lo != e.Lo || e.Hi != e.Hi {
		return print(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", print(e.Value), print(e.Lo), print(e.Hi))
}

// mainCosts are the cells about escalation and price.
func mainCosts(r *experiment.Result, s *experiment.System) []string {
	if s == nil {
		return slices.Repeat([]string{"n/a"}, 5)
	}
	return []string{percent(s.Deferred), decimals(s.First + s.Second), axisCost(r, s, "flops", 1), axisCost(r, s, "ms", 1), axisCost(r, s, "money", 1000)}
}

// axisCost prints the price of so many clips on the named axis, n/a if the config has
// no such axis; of money it says in which unit.
func axisCost(r *experiment.Result, s *experiment.System, axis string, clips experiment.Number) string {
	i := slices.IndexFunc(r.Setup.Axes, func(a experiment.Axis) bool { return a.Name == axis })
	if i < 0 || i >= len(s.Costs) {
		return "n/a"
	}
	text := price(clips * s.Costs[i])
	if unit, _, _ := strings.Cut(r.Setup.Axes[i].Unit, " "); axis == "money" {
		text += " " + unit
	}
	if r.Setup.Axes[i].Hypothesis {
		text += " (hypothesis)"
	}
	return text
}

// theirs adds published rows. clips are the numbers of clips that ours judge.
func (m *mainTable) theirs(s PublishedSet, clips map[int]bool) {
	kind := "published"
	note := fmt.Sprintf("Published, %s %s by profile %s: %s; %s", s.Dataset, s.Split, s.Profile, s.Source, strings.TrimSuffix(s.Protocol, "."))
	if !clips[s.N] {
		kind = "published, other n"
		note += fmt.Sprintf("; its %d clips are not as many as ours", s.N)
	}
	m.notes = append(m.notes, note+".")
	for _, p := range s.Rows {
		name := "published: " + p.Model
		if p.Inputs != "" {
			name += " (" + p.Inputs + ")"
		}
		if p.Note != "" {
			m.notes = append(m.notes, fmt.Sprintf("Published, %s, %s: %s.", s.Dataset, p.Model, strings.TrimSuffix(p.Note, ".")))
		}
		cells := make([]string, len(mainMetrics))
		for k, v := range p.Values {
			c, _ := mainColumn(s.Profile, s.Metrics[k])
			cells[c] = mainCell(c, experiment.Estimate{Value: experiment.Number(v / 100), Lo: notANumber, Hi: notANumber})
		}
		row := []string{s.Dataset, s.Profile, name, kind, strconv.Itoa(s.N)}
		m.rows = append(m.rows, slices.Concat(row, cells, make([]string, 5)))
	}
}
