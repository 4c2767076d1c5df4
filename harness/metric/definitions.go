package metric

import "fmt"

// The zero rules in words.
const (
	zeroIsPositive = "all clips count; 0 is positive, in labels and answers"
	zeroIsNegative = "all clips count; 0 is negative, in labels and answers"
	zeroDropped    = "labels of 0 are dropped; an answer of 0 is negative"
	zeroAnswered   = "labels of 0 are dropped; an answer of 0 is positive"
)

// The constructors below spell out the definitions that several profiles share.

func binaryAccuracy(name string, rule classRule, class, zero, source string) Definition {
	return Definition{
		Name: name, measure: accuracy{rule}, Zero: zero, Source: source,
		Doc:      "Share of clips whose answer has the sign of the label.",
		Formula:  fmt.Sprintf("mean [c(p) = c(y)], c(v) = %s", class),
		Rounding: "none; compared in float32",
	}
}

func binaryF1(name string, m weightedF1, class, zero, source string) Definition {
	weight := "the share of c among the labels"
	if m.byPrediction {
		weight = "the share of c among the answers (the arguments of f1_score are swapped in the source)"
	}
	return Definition{
		Name: name, measure: m, Zero: zero, Source: source,
		Doc:      "Weighted mean of the two classes' F1 scores; a class never answered has F1 0.",
		Formula:  fmt.Sprintf("sum over c of w(c) 2TP(c)/(labels(c)+answers(c)), w(c) %s, c(v) = %s", weight, class),
		Rounding: "none; compared in float32",
	}
}

func roundedAccuracy(name string, limit float64, source string) Definition {
	class, names := rounded(limit)
	return Definition{
		Name: name, NeedsScore: true, Source: source,
		measure:  accuracy{classRule{class: class, names: names, value: Answers.score, what: "score"}},
		Doc:      fmt.Sprintf("Share of clips whose score rounds to the same one of %d classes as the label.", len(names)),
		Formula:  fmt.Sprintf("mean [round(clip(p)) = round(clip(y))], clip to [-%[1]g,%[1]g]", limit),
		Zero:     "all clips count; 0 is its own class",
		Rounding: "halves to even, in float32, after clipping",
	}
}

func absoluteError(name string, rule scoreRule, over, source string) Definition {
	return Definition{
		Name: name, measure: meanAbsolute{rule}, NeedsScore: true, LowerIsBetter: true, Source: source,
		Doc:      "Mean absolute error in label units, " + over + ".",
		Formula:  "mean |p-y|",
		Zero:     zeroOf(rule),
		Rounding: "none; float64",
	}
}

func pearsonOf(name string, rule scoreRule, over, source string) Definition {
	return Definition{
		Name: name, measure: pearson{rule}, NeedsScore: true, Source: source,
		Doc:      "Pearson's correlation of scores and labels, " + over + ".",
		Formula:  "cov(p,y)/(sd(p) sd(y)); n/a when either is constant",
		Zero:     zeroOf(rule),
		Rounding: "none; float64",
	}
}

func zeroOf(rule scoreRule) string {
	if rule.nonZero {
		return "labels of 0 are dropped"
	}
	return "all clips count"
}

// notOnScale is a metric of the profile that makes no sense on a label scale.
func notOnScale(d Definition, kind Kind) Definition {
	d.measure = undefined{fmt.Sprintf("%s has no rule for labels on [-%[2]g,%[2]g]", d.Name, kind.limit())}
	return d
}
