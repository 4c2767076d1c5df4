package metric

const mmsaSource = "thuiar/MMSA a94e65d src/MMSA/utils/metricsTop.py"

// The rules of MMSA, the toolkit whose result tables most papers compare with.
//
// MOSI and MOSEI: MAE and Corr over all clips, not clipped. Mult_acc_7 and
// Mult_acc_5 clip scores and labels to [-3,3] and [-2,2], round halves to even
// and compare. Has0 metrics split both into v >= 0 and v < 0 over all clips;
// Non0 metrics drop labels of 0 and split into v > 0 and v <= 0, so that an
// answer of exactly 0 is negative.
//
// SIMS: scores and labels are clipped to [-1,1] before anything else, MAE and
// Corr included. Classes are half-open intervals, open below, cut at 0; at
// ±0.1; and at ±0.1, ±0.7; zero is therefore negative in Mult_acc_2, and the
// cuts are compared in float32.
//
// MMSA rounds every number to four decimals; see [Printed].
func init() {
	has0 := classRule{
		class: atLeastZero, names: []string{"< 0", ">= 0"},
		value: Answers.scoreSign, what: "score or polarity",
	}
	non0 := classRule{
		class: above(0), names: []string{"<= 0", "> 0"},
		value: Answers.scoreSign, what: "score or polarity", nonZero: true,
	}
	register(&Profile{
		Name:     "mmsa",
		Doc:      "The rules of the MMSA toolkit, whose tables most papers compare with.",
		Source:   mmsaSource,
		headline: map[Kind]string{MOSI: "Non0_acc_2", SIMS: "Mult_acc_2"},
		metrics: map[Kind][]Definition{
			MOSI: {
				binaryAccuracy("Has0_acc_2", has0, "(v >= 0)", zeroIsPositive, mmsaSource),
				binaryF1("Has0_F1_score", weightedF1{classRule: has0}, "(v >= 0)", zeroIsPositive, mmsaSource),
				binaryAccuracy("Non0_acc_2", non0, "(v > 0)", zeroDropped, mmsaSource),
				binaryF1("Non0_F1_score", weightedF1{classRule: non0}, "(v > 0)", zeroDropped, mmsaSource),
				roundedAccuracy("Mult_acc_5", 2, mmsaSource),
				roundedAccuracy("Mult_acc_7", 3, mmsaSource),
				absoluteError("MAE", scoreRule{}, "over all clips, not clipped", mmsaSource),
				pearsonOf("Corr", scoreRule{}, "over all clips, not clipped", mmsaSource),
			},
			SIMS: mmsaSIMS(),
		},
	})
}

func mmsaSIMS() []Definition {
	two := classRule{
		class: above(0), names: []string{"[-1,0]", "(0,1]"},
		value: Answers.scoreSign, what: "score or polarity",
	}
	three := classRule{
		class: above(-0.1, 0.1), names: []string{"[-1,-0.1]", "(-0.1,0.1]", "(0.1,1]"},
		value: Answers.score, what: "score",
	}
	five := classRule{
		class: above(-0.7, -0.1, 0.1, 0.7), names: []string{"[-1,-0.7]", "(-0.7,-0.1]", "(-0.1,0.1]", "(0.1,0.7]", "(0.7,1]"},
		value: Answers.score, what: "score",
	}
	clipped := scoreRule{limit: 1}
	return []Definition{
		binaryAccuracy("Mult_acc_2", two, "(v > 0)", zeroIsNegative, mmsaSource),
		intervalAccuracy("Mult_acc_3", three, "[-1,-0.1], (-0.1,0.1], (0.1,1]"),
		intervalAccuracy("Mult_acc_5", five, "[-1,-0.7], (-0.7,-0.1], (-0.1,0.1], (0.1,0.7], (0.7,1]"),
		binaryF1("F1_score", weightedF1{classRule: two}, "(v > 0)", zeroIsNegative, mmsaSource),
		absoluteError("MAE", clipped, "over all clips, p and y clipped to [-1,1]", mmsaSource),
		pearsonOf("Corr", clipped, "over all clips, p and y clipped to [-1,1]", mmsaSource),
	}
}

func intervalAccuracy(name string, rule classRule, intervals string) Definition {
	return Definition{
		Name: name, measure: accuracy{rule}, NeedsScore: true, Source: mmsaSource,
		Doc:      "Share of clips whose score falls in the interval of the label.",
		Formula:  "mean [interval(p) = interval(y)], intervals " + intervals + " of the values clipped to [-1,1]",
		Zero:     "a label or an answer of 0 is in the middle interval",
		Rounding: "none; the edges are compared in float32, each belongs to the interval below it",
	}
}
