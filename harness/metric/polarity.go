package metric

import "fmt"

const polaritySource = "this project"

// The rules for models that answer with a word. Labels of 0 are dropped; the
// answer is right if its polarity is the sign of the label, and a neutral answer
// is wrong. In F1 a neutral answer is an answer of neither class. The stated
// polarity counts; without one, the sign of the score does.
func init() {
	rule := classRule{
		class: signs, names: []string{"negative", "positive"},
		value: Answers.statedSign, what: "polarity", nonZero: true,
	}
	const zero = "labels of 0 are dropped; a neutral answer is wrong"
	acc := binaryAccuracy("Acc_2", rule, "sign(v)", zero, polaritySource)
	acc.measure = polarityAccuracy{accuracy{rule}}
	defs := []Definition{
		acc,
		binaryF1("F1", weightedF1{classRule: rule}, "sign(v)", zero, polaritySource),
	}
	register(&Profile{
		Name:     "polarity",
		Doc:      "For answers in words: non-zero labels only, a neutral answer is wrong.",
		Source:   polaritySource,
		headline: map[Kind]string{MOSI: "Acc_2", SIMS: "Acc_2"},
		metrics:  map[Kind][]Definition{MOSI: defs, SIMS: defs},
	})
}

// polarityAccuracy warns how many of the wrong answers are merely neutral.
type polarityAccuracy struct{ accuracy }

func (m polarityAccuracy) of(a Answers) outcome {
	out := m.accuracy.of(a)
	if out.reason != "" {
		return out
	}
	pred, _, counted, _ := m.classes(a)
	neutral := 0
	for i, c := range counted {
		if c && pred[i] == noClass && !a.missing(i) {
			neutral++
		}
	}
	if neutral > 0 {
		out.warnings = append(out.warnings, fmt.Sprintf("%d of %d counted answers are neutral and count as wrong", neutral, out.n))
	}
	return out
}
