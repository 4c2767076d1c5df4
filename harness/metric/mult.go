package metric

const multSource = "yaohungt/Multimodal-Transformer 029afeb src/eval_metrics.py"

// The rules of MulT's eval_mosei_senti, called as its train.py does, with
// exclude_zero.
//
// MAE and Corr are over all clips, not clipped; Acc_7 and Acc_5 clip to [-3,3]
// and [-2,2] and round halves to even. Acc_2 and F1 drop labels of 0 and split
// into v > 0 and v <= 0, so that an answer of exactly 0 is negative. f1_score
// gets answers and labels in swapped order, which leaves each class's F1 alone
// but weights it by how often the class is answered. On [-1,1] labels the rules
// carry over but for Acc_7 and Acc_5.
func init() {
	non0 := classRule{
		class: above(0), names: []string{"<= 0", "> 0"},
		value: Answers.scoreSign, what: "score or polarity", nonZero: true,
	}
	mae := absoluteError("MAE", scoreRule{}, "over all clips, not clipped", multSource)
	corr := pearsonOf("Corr", scoreRule{}, "over all clips, not clipped", multSource)
	acc7, acc5 := roundedAccuracy("Acc_7", 3, multSource), roundedAccuracy("Acc_5", 2, multSource)
	f1 := binaryF1("F1", weightedF1{classRule: non0, byPrediction: true}, "(v > 0)", zeroDropped, multSource)
	acc2 := binaryAccuracy("Acc_2", non0, "(v > 0)", zeroDropped, multSource)
	register(&Profile{
		Name:     "mult",
		Doc:      "The rules of MulT, copied by many model repositories: F1 is weighted by the answers.",
		Source:   multSource,
		headline: map[Kind]string{MOSI: "Acc_2", SIMS: "Acc_2"},
		metrics: map[Kind][]Definition{
			MOSI: {mae, corr, acc7, acc5, f1, acc2},
			SIMS: {mae, corr, notOnScale(acc7, SIMS), notOnScale(acc5, SIMS), f1, acc2},
		},
	})
}
