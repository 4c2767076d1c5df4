package report

import (
	"errors"
	"fmt"
	"math"

	"uacs/harness/experiment"
	"uacs/harness/policy"
)

// Advices is the table of what to deploy for each goal, with what it promises. A
// goal that nothing meets has a row that says what comes nearest; any other error
// ends the table.
func Advices(b *policy.Panel, goals ...policy.Goal) (Table, error) {
	t := Table{
		Title: fmt.Sprintf("%s, pair %s: what to deploy", b.Plan.Title, b.Pair.Name), Tier: b.Plan.Tier,
		Columns: []Column{
			{"goal", false},
			{"deploy", false},
			{"escalate above", true},
			{"accuracy % [interval]", true},
			{"escalated %", true},
			{"price of a clip", true},
		},
		Notes: []string{"Accuracy, escalated and price: the whole choice, of cascade and threshold, made on the other videos. Threshold: chosen on all."},
	}
	for _, g := range goals {
		row, err := advice(b, g)
		if err != nil {
			return Table{}, err
		}
		last := len(row) - 1
		t.Notes = append(t.Notes, fmt.Sprintf("Guarantee for the goal \"%s\": %s.", row[0], row[last]))
		t.Rows = append(t.Rows, row[:last])
	}
	return t, nil
}

func advice(b *policy.Panel, g policy.Goal) ([]string, error) {
	a, err := b.Recommend(g)
	var none *policy.NoPolicy
	switch {
	case errors.As(err, &none):
		return []string{goalText(b, g), "nothing: " + none.Why, "", "", "", "", "none; the nearest is " + none.Nearest}, nil
	case err != nil:
		return nil, err
	}
	tau := experiment.Number(a.Threshold).String()
	switch {
	case math.IsInf(a.Threshold, -1):
		tau = "always"
	case math.IsInf(a.Threshold, 1):
		tau = "never"
	}
	return []string{
		goalText(b, g), a.Ref.String(), tau, interval(a.Honest.Accuracy), percent(experiment.Number(a.Honest.Deferred)),
		fmt.Sprintf("%.4g %s", a.HonestPrice, a.Unit), a.Guarantee,
	}, nil
}

// goalText says a goal in words.
func goalText(b *policy.Panel, g policy.Goal) string {
	switch {
	case g.Budget != nil:
		return fmt.Sprintf("at most %.4g %s", *g.Budget, unit(b, g.Axis))
	case g.MaxRisk != nil:
		return fmt.Sprintf("kept clips wrong in at most %.4g %%, with probability %.4g", 100**g.MaxRisk, 1-g.Delta)
	case g.MinAccuracy != nil:
		return fmt.Sprintf("accuracy of at least %.4g %%", 100**g.MinAccuracy)
	}
	return "no goal"
}

// unit is that of a pair's compute axis, of its first one if name is empty.
func unit(b *policy.Panel, name string) string {
	for _, a := range b.Pair.Costs {
		if name == "" || a.Name == name {
			return a.Unit
		}
	}
	return name
}
