package metric

const mailabSource = "TmacMai/Multimodal-Information-Bottleneck 4893db6 MIB_github/main_mib.py"

// The rules of Mai's group, by test_score_model of their information-bottleneck
// code; the same function is in ZixianGao/EUAR train.py. It is the best stand-in
// for what the U-ACS paper leaves open.
//
// Acc_7 is over all clips: clip to [-3,3], round halves to even, compare. Then
// clips with a label of 0 are dropped, and MAE and Corr, too, are computed on
// the rest, not clipped. Acc_2 and F1 split the rest into v >= 0 and v < 0, so
// that an answer of exactly 0 is positive. Nothing is rounded but for printing.
// On [-1,1] labels the rules carry over but for Acc_7.
func init() {
	non0 := classRule{
		class: atLeastZero, names: []string{"< 0", ">= 0"},
		value: Answers.scoreSign, what: "score or polarity", nonZero: true,
	}
	rest := scoreRule{nonZero: true}
	acc7 := roundedAccuracy("Acc_7", 3, mailabSource)
	others := []Definition{
		binaryAccuracy("Acc_2", non0, "(v >= 0)", zeroAnswered, mailabSource),
		binaryF1("F1", weightedF1{classRule: non0}, "(v >= 0)", zeroAnswered, mailabSource),
		absoluteError("MAE", rest, "over non-zero labels, not clipped", mailabSource),
		pearsonOf("Corr", rest, "over non-zero labels, not clipped", mailabSource),
	}
	register(&Profile{
		Name:     "mai-lab",
		Doc:      "The rules of the group behind U-ACS: MAE and Corr on non-zero labels only.",
		Source:   mailabSource,
		headline: map[Kind]string{MOSI: "Acc_2", SIMS: "Acc_2"},
		metrics: map[Kind][]Definition{
			MOSI: append([]Definition{acc7}, others...),
			SIMS: append([]Definition{notOnScale(acc7, SIMS)}, others...),
		},
	})
}
