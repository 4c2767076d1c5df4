package report

import (
	"fmt"

	"uacs/harness/experiment"
)

// Headlines is a short table of headline cascades side by side, a row for each
// result: both models alone, the cascade, and its difference to the large one.
// They are of one tier.
func Headlines(results ...*experiment.Result) Table {
	t := Table{Title: "Headline cascades", Columns: []Column{
		{"small", false},
		{"alone %", true},
		{"large", false},
		{"alone %", true},
		{"cascade", false},
		{"accuracy % [interval]", true},
		{"escalated %", true},
		{"calls per clip", true},
		{"points over large", true},
		{"Holm p", true},
	}}
	for _, r := range results {
		t.Tier = r.Setup.Tier
		t.Title = r.Setup.Title + ": headline cascades"
		s := r.Cascade()
		if s == nil {
			continue
		}
		versus := comparison(s.VsLarge)
		t.Rows = append(t.Rows, []string{
			r.Setup.Small, alone(r, "small-only"), r.Setup.Large, alone(r, "large-only"), s.Name, interval(s.Accuracy),
			percent(s.Deferred), decimals(s.First + s.Second), versus[0], versus[1],
		})
	}
	return t
}

func alone(r *experiment.Result, strategy string) string {
	s := r.Alone(strategy)
	if s == nil {
		return "n/a"
	}
	return percent(s.Accuracy.Value)
}

// Prices is the table of what the systems that could be deployed cost on the
// compute axis of that name, and what they save against the large model alone.
func Prices(r *experiment.Result, axis string) (Table, error) {
	place := -1
	for i, a := range r.Setup.Axes {
		if a.Name == axis {
			place = i
		}
	}
	large := r.Alone("large-only")
	if place < 0 || large == nil {
		return Table{}, fmt.Errorf("%s has no compute axis %q", r.Setup.Name, axis)
	}
	a := r.Setup.Axes[place]
	t := Table{Title: r.Setup.Title + ": what is saved", Tier: r.Setup.Tier, Columns: []Column{
		{"system", false}, {"accuracy % [interval]", true}, {"escalated %", true}, {a.Unit, true}, {"saved %", true}, {"points over large", true},
	}, Notes: []string{"Saved: against the large model alone; negative where a second round costs more. Thresholds cross-fitted by video. Prices: " + a.Source + "."}}
	if a.Hypothesis {
		t.Notes = append(t.Notes, "The prices are estimates.")
	}
	for _, s := range r.Systems {
		if s.Control {
			continue
		}
		saved := "n/a"
		if all := float64(large.Costs[place]); all > 0 {
			saved = fixed(100*(1-float64(s.Costs[place])/all), 1)
		}
		t.Rows = append(t.Rows, []string{
			systemName(r, s), interval(s.Accuracy), percent(s.Deferred), price(s.Costs[place]), saved, comparison(s.VsLarge)[0],
		})
	}
	return t, nil
}

// mostNotes is how many notes a short table keeps.
const mostNotes = 2

// Short returns the table with its first notes, those that say how to read it, and
// a line that counts the others.
func (t Table) Short() Table {
	if more := len(t.Notes) - mostNotes; more > 0 {
		t.Notes = append(t.Notes[:mostNotes:mostNotes], fmt.Sprintf("%d more notes, on data, intervals and hypotheses, stand in the table's Notes.", more))
	}
	return t
}
