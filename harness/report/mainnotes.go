package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/harness/experiment"
)

var notANumber = experiment.Number(math.NaN())

// reasons says why metrics have no value: each reason once, with where it holds.
type reasons struct {
	order []reasonOf
	where map[reasonOf][2][]string // systems, metrics
}

type reasonOf struct{ experiment, text string }

func (r *reasons) add(text, experiment, system, metric string) {
	key := reasonOf{experiment, text}
	if r.where == nil {
		r.where = map[reasonOf][2][]string{}
	}
	at, ok := r.where[key]
	if !ok {
		r.order = append(r.order, key)
	}
	for i, name := range []string{system, metric} {
		if !slices.Contains(at[i], name) {
			at[i] = append(at[i], name)
		}
	}
	r.where[key] = at
}

// everySystem is how many systems an experiment has under each profile: the small
// model, the large one and the cascade.
const everySystem = 3

// notes names the systems where a reason does not hold for all, and puts experiments
// together that share the rest.
func (r *reasons) notes() []string {
	var rest []string
	experiments := map[string][]string{}
	for _, key := range r.order {
		systems, metrics := r.where[key][0], r.where[key][1]
		note := strings.Join(metrics, ", ")
		if len(systems) < everySystem {
			note += ", of " + strings.Join(systems, ", ")
		}
		note += ": " + key.text
		if experiments[note] == nil {
			rest = append(rest, note)
		}
		experiments[note] = append(experiments[note], key.experiment)
	}
	for i, note := range rest {
		rest[i] = fmt.Sprintf("n/a in %s: %s.", strings.Join(experiments[note], ", "), note)
	}
	return rest
}

// mainNotes say how to read the table, and what is a hypothesis in which experiment.
func mainNotes(results []*experiment.Result) []string {
	notes := []string{
		"A profile is one project's rule set; numbers of different profiles do not compare. \"0 a label too\": clips with a label of 0 count, as one of both classes; \"labels not 0\": they are dropped.",
		"n: clips that count; where two numbers stand, the smaller one is of the metrics that drop labels of 0 (under mai-lab MAE and Corr are among them). Accuracies and F1 in per cent, MAE in label units.",
	}
	if len(results) > 0 {
		s := results[0].Setup
		of := fmt.Sprintf("%s %% percentile bootstrap by video, %d replicates", trim(100*float64(s.Level)), s.Replicates)
		for _, r := range results {
			if r.Setup.Level != s.Level || r.Setup.Replicates != s.Replicates {
				of = "percentile bootstrap by video; level and replicates as in each experiment's config"
			}
		}
		notes = append(notes, "Intervals: "+of+"; the same draws for all metrics and systems of an experiment. Published numbers come without intervals and prices.")
	}
	notes = append(notes,
		"Cascade: the experiment's headline, threshold cross-fitted by video. Oracle select could not be deployed: it takes the right answer wherever one of both models has it. Published rows are other models' and enter no statistic of ours.",
		"Escalated %, calls and prices are means over the clips that the experiment's own profile counts.")
	for _, r := range results {
		if len(r.Setup.Hypotheses) > 0 {
			notes = append(notes, fmt.Sprintf("Hypotheses in the numbers of %s: %s.", r.Setup.Name, strings.Join(r.Setup.Hypotheses, "; ")))
		}
	}
	return notes
}

// costNotes say where prices come from and why some are absent.
func costNotes(results []*experiment.Result) []string {
	var notes []string
	for _, r := range results {
		for _, a := range r.Setup.Axes {
			kind := "Cost"
			if a.Hypothesis {
				kind = "Cost, hypothesis"
			}
			notes = append(notes, fmt.Sprintf("%s, %s: %s: %s.", kind, r.Setup.Name, a.Unit, a.Source))
		}
	}
	for _, axis := range []struct{ name, title string }{{"flops", "FLOPs per clip"}, {"ms", "ms per clip"}, {"money", "Money per 1,000 clips"}} {
		var without []string
		for _, r := range results {
			if !slices.ContainsFunc(r.Setup.Axes, func(a experiment.Axis) bool { return a.Name == axis.name }) {
				without = append(without, r.Setup.Name)
			}
		}
		if len(without) > 0 {
			notes = append(notes, fmt.Sprintf("%s n/a where the config has no cost axis %q, since nothing was measured or estimated: %s.", axis.title, axis.name, strings.Join(without, ", ")))
		}
	}
	return notes
}
