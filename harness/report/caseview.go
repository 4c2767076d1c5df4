package report

import (
	"fmt"
	"strconv"

	"uacs/harness/experiment"
)

// Steps tells the way of one clip through the headline cascade of an experiment,
// step by step. It holds the clip's text: of public data it must not be published.
func Steps(c experiment.Config, told experiment.Case) Table {
	t := Table{
		Title: fmt.Sprintf("%s, clip %s: %s + %s", c.Title, told.ID, c.Headline.Measure, c.Headline.Fusion), Tier: c.Tier,
		Columns: []Column{{"step", false}, {"what", false}, {"polarity", false}, {"score", true}, {"right", false}},
		Rows:    [][]string{{"clip", told.Text, "", strconv.FormatFloat(told.Label, 'f', 2, 64), ""}},
		Notes:   []string{told.Why},
	}
	reply := func(step, who string, r experiment.Reply) {
		if r.Error != "" {
			who += ": " + r.Error
		}
		t.Rows = append(t.Rows, []string{step, who, r.Polarity, r.Score.String(), yes(r.Right)})
	}
	reply("small answer", c.Small.Label, told.Small)
	for i, m := range c.Measures {
		if m == c.Headline.Measure {
			t.Rows = append(t.Rows, []string{"doubt", m + " against its threshold " + told.Threshold.String(), "", told.U[i].String(), ""})
		}
	}
	reply("large answer", c.Large.Label, told.Large)
	t.Rows = append(t.Rows, []string{"confidence", "uncertainty of " + c.Large.Label, "", told.ULarge.String(), ""})
	if told.Second != nil {
		r := *told.Second
		t.Rows = append(t.Rows, []string{"second answer", c.Second.Label, r.Polarity, r.Score.String(), ""})
	}
	t.Rows = append(t.Rows, []string{"cascade", "ends as " + told.Stage, told.Polarity, "", yes(told.Right)})
	return t
}

func yes(right bool) string {
	if right {
		return "yes"
	}
	return "no"
}
