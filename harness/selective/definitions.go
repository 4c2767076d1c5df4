package selective

import (
	"fmt"
	"slices"
	"strings"
)

// Definition is a measure with its parameters fixed, as a table prints it.
type Definition struct {
	// Name is how configs and tables call the measure, Function the function of
	// this package behind it, whose doc has the details.
	Name, Function string
	// Doc is one sentence for people, Formula the definition, Range where values
	// lie, Chance what an uninformative input gives, Citation the source.
	Doc, Formula, Range, Chance, Citation string
	// LowerIsBetter is set for losses; otherwise higher is better.
	LowerIsBetter bool

	// OfRanking computes the measure from uncertainties and losses, OfEvents from
	// probabilities and events. At most one is set; a measure of operating points
	// or of several classes has neither.
	OfRanking func(u, loss []float64) (float64, error)
	OfEvents  func(p []float64, event []bool) (float64, error)
}

// Definitions returns the measures, those of rankings first, then those of
// probabilities, then those of operating points.
func Definitions() []Definition {
	return slices.Concat(rankingDefinitions, eventDefinitions, operatingDefinitions)
}

// ByName returns the definition called name.
func ByName(name string) (Definition, error) {
	var names []string
	for _, d := range Definitions() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return Definition{}, fmt.Errorf("selective measure %q is not one of %s", name, strings.Join(names, ", "))
}

const (
	geifman = "Geifman, Uziel and El-Yaniv (ICLR 2019); fd-shifts c4467ae"
	traub   = "Traub et al. (NeurIPS 2024); fd-shifts c4467ae"
	malinin = "Malinin and Gales (ICLR 2021); lm-polygraph efea882 with an exact random baseline"
)

var rankingDefinitions = []Definition{
	{
		Name: "auprc", Function: "AveragePrecision", OfRanking: averagePrecisionOfErrors,
		Doc:     "Average precision of the uncertainty as a detector of wrong answers; losses must be 0 or 1.",
		Formula: "Σ_t (R_t − R_{t−1}) P_t over distinct u, highest first", Range: "(0,1]", Chance: "share of wrong answers",
		Citation: "average_precision_score, scikit-learn 1.2.1",
	},
	{
		Name: "aurc", Function: "AURC", OfRanking: AURC, LowerIsBetter: true,
		Doc:     "Area under selective risk over coverage, tie groups joined by the trapezoid rule.",
		Formula: "∫ (loss of kept / kept) d coverage", Range: "[least loss, greatest loss]", Chance: "mean loss",
		Citation: geifman,
	},
	{
		Name: "e-aurc", Function: "EAURC", OfRanking: EAURC, LowerIsBetter: true,
		Doc:     "AURC less the closed form of the best ranking; few clips or many ties can take it below 0.",
		Formula: "AURC − (r + (1−r) ln(1−r)) for losses of 0 and 1", Range: "about [0,1)", Chance: "−(1−r) ln(1−r)",
		Citation: geifman,
	},
	{
		Name: "e-aurc-finite", Function: "EAURCFinite", OfRanking: EAURCFinite, LowerIsBetter: true,
		Doc:     "AURC less that of the same clips in the order of their losses.",
		Formula: "AURC − AURC of ascending losses", Range: "≥ 0 without ties", Chance: "mean loss − AURC of ascending losses",
		Citation: geifman,
	},
	{
		Name: "aurc-mean-risk", Function: "MeanRiskAURC", OfRanking: MeanRiskAURC, LowerIsBetter: true,
		Doc:     "Mean of the cumulative risks, ties in random order in expectation.",
		Formula: "(1/n) Σ_k (1/k) Σ_{i≤k} loss_i, surest first", Range: "[least loss, greatest loss]", Chance: "mean loss",
		Citation: "rcc-auc, lm-polygraph efea882, without its rescaling of losses",
	},
	{
		Name: "e-aurc-mean-risk", Function: "EMeanRiskAURC", OfRanking: EMeanRiskAURC, LowerIsBetter: true,
		Doc:     "Mean of the cumulative risks less that of the same losses in ascending order.",
		Formula: "aurc-mean-risk − aurc-mean-risk of ascending losses", Range: "≥ 0", Chance: "mean loss − that of ascending losses",
		Citation: "Geifman, Uziel and El-Yaniv (ICLR 2019)",
	},
	{
		Name: "augrc", Function: "AUGRC", OfRanking: AUGRC, LowerIsBetter: true,
		Doc:     "Area under joint risk over coverage: the mean loss of silent failures.",
		Formula: "∫ (loss of kept / n) d coverage", Range: "[r²/2, r−r²/2] for losses of 0 and 1", Chance: "r/2",
		Citation: traub,
	},
	{
		Name: "e-augrc", Function: "EAUGRC", OfRanking: EAUGRC, LowerIsBetter: true,
		Doc:     "AUGRC less that of the same losses in ascending order.",
		Formula: "AUGRC − r²/2 for losses of 0 and 1", Range: "[0, r(1−r)] for losses of 0 and 1", Chance: "r(1−r)/2",
		Citation: traub,
	},
	{
		Name: "prr", Function: "PRR", OfRanking: func(u, loss []float64) (float64, error) { return PRR(u, loss, 1) },
		Doc:     "Prediction–rejection ratio over all rejection rates.",
		Formula: "(A_u − A_random)/(A_oracle − A_random)", Range: "≤ 1", Chance: "0",
		Citation: malinin,
	},
	{
		Name: "prr-0.5", Function: "PRR", OfRanking: func(u, loss []float64) (float64, error) { return PRR(u, loss, 0.5) },
		Doc:     "Prediction–rejection ratio over rejection rates up to one half.",
		Formula: "(A_u − A_random)/(A_oracle − A_random)", Range: "≤ 1", Chance: "0",
		Citation: malinin,
	},
	{
		Name: "spearman", Function: "Spearman", OfRanking: Spearman,
		Doc:     "Spearman's rank correlation of uncertainty and loss.",
		Formula: "Pearson's r of the mid-ranks", Range: "[−1,1]", Chance: "0",
		Citation: "spearmanr, SciPy 1.10.1",
	},
	{
		Name: "kendall-tau-b", Function: "KendallTauB", OfRanking: KendallTauB,
		Doc:     "Kendall's τ-b of uncertainty and loss.",
		Formula: "(C − D)/√((n₀ − n₁)(n₀ − n₂))", Range: "[−1,1]", Chance: "0",
		Citation: "kendalltau, SciPy 1.10.1",
	},
}

// The binnings of the registered calibration errors.
var (
	rightClosed20 = Binning{RightClosed, 20}
	leftClosed20  = Binning{LeftClosed, 20}
)

var eventDefinitions = []Definition{
	{
		Name: "ece-right-20", Function: "ECE", LowerIsBetter: true,
		OfEvents: func(p []float64, event []bool) (float64, error) { return ECE(p, event, rightClosed20) },
		Doc:      "Expected calibration error, 20 bins of equal width closed on the right, the first also on the left.",
		Formula:  "Σ_b n_b/n |mean p − share of events|", Range: "[0,1]", Chance: "none",
		Citation: "ece, lm-polygraph efea882; calibration_curve(strategy=uniform), scikit-learn 1.2.1",
	},
	{
		Name: "ece-left-20", Function: "ECE", LowerIsBetter: true,
		OfEvents: func(p []float64, event []bool) (float64, error) { return ECE(p, event, leftClosed20) },
		Doc:      "Expected calibration error, 20 bins of equal width closed on the left, the last also on the right.",
		Formula:  "Σ_b n_b/n |mean p − share of events|", Range: "[0,1]", Chance: "none",
		Citation: "fd-shifts c4467ae but for probabilities on an edge, see LeftClosed",
	},
	{
		Name: "ece-mass-15", Function: "AdaptiveECE", LowerIsBetter: true,
		OfEvents: func(p []float64, event []bool) (float64, error) { return AdaptiveECE(p, event, 15) },
		Doc:      "Expected calibration error over 15 bins of equal mass, edges at quantiles.",
		Formula:  "Σ_b n_b/n |mean p − share of events|", Range: "[0,1]", Chance: "none",
		Citation: "Nguyen and O'Connor (EMNLP 2015); calibration_curve(strategy=quantile), scikit-learn 1.2.1",
	},
	{
		Name: "mce-right-20", Function: "MCE", LowerIsBetter: true,
		OfEvents: func(p []float64, event []bool) (float64, error) { return MCE(p, event, rightClosed20) },
		Doc:      "Greatest calibration error of a bin, bins as for ece-right-20.",
		Formula:  "max_b |mean p − share of events|", Range: "[0,1]", Chance: "none",
		Citation: "Naeini, Cooper and Hauskrecht (AAAI 2015)",
	},
	{
		Name: "brier", Function: "Brier", LowerIsBetter: true, OfEvents: Brier,
		Doc:     "Brier score of the probability of the event.",
		Formula: "mean (p − o)²", Range: "[0,1]", Chance: "s(1−s) at p = s, the share of events",
		Citation: "brier_score_loss, scikit-learn 1.2.1",
	},
	{
		Name: "nll", Function: "NLL", LowerIsBetter: true,
		OfEvents: func(p []float64, event []bool) (float64, error) { return NLL(p, event, SklearnClip) },
		Doc:      "Negative log-likelihood of the event in nats, probabilities clipped to [2⁻⁵², 1−2⁻⁵²].",
		Formula:  "mean −(o ln p + (1−o) ln(1−p))", Range: "[0,36.1]", Chance: "entropy of the share of events",
		Citation: "log_loss, scikit-learn 1.2.1",
	},
	{
		Name: "class-brier", Function: "ClassBrier", LowerIsBetter: true,
		Doc:     "Brier score over several classes.",
		Formula: "mean Σ_k (p_k − [k = y])²", Range: "[0,2]", Chance: "1 − 1/K at p = 1/K",
		Citation: "Brier (1950)",
	},
	{
		Name: "class-nll", Function: "ClassNLL", LowerIsBetter: true,
		Doc:     "Negative log-likelihood over several classes in nats.",
		Formula: "mean −ln p_y", Range: "[0,∞]", Chance: "ln K at p = 1/K",
		Citation: "log_loss, scikit-learn 1.2.1",
	},
}

var operatingDefinitions = []Definition{
	{
		Name: "aiq-max", Function: "AIQOverMax",
		Doc:     "Area under the non-decreasing hull over cost, over the greatest cost of all compared routers.",
		Formula: "(1/c_max) ∫_{c_1}^{c_max} hull dc", Range: "below the best quality", Chance: "none",
		Citation: "RouterBench 30e0925, evaluation/AIQ.py",
	},
	{
		Name: "aiq-range", Function: "AIQOverRange",
		Doc:     "The same area over the range of costs it spans.",
		Formula: "(1/(c_max − c_1)) ∫_{c_1}^{c_max} hull dc", Range: "that of quality", Chance: "none",
		Citation: "Hu et al., RouterBench (2024)",
	},
	{
		Name: "ibc", Function: "IBC",
		Doc:     "Quality gained over the small model per unit of cost.",
		Formula: "(P − P_s)/(C − C_s)", Range: "any", Chance: "that of the large model",
		Citation: "Aggarwal et al., AutoMix (NeurIPS 2024)",
	},
	{
		Name: "ibc-lift", Function: "IBCLift",
		Doc:     "Relative gain in quality per cost over the large model alone.",
		Formula: "(IBC − IBC_L)/IBC_L", Range: "any", Chance: "0",
		Citation: "Aggarwal et al., AutoMix (NeurIPS 2024); automix 7541a7e",
	},
	{
		Name: "eth-auc", Function: "ETHAUC",
		Doc:     "Mean quality between the costs of the cheapest and the dearest model.",
		Formula: "(1/(c_hi − c_lo)) ∫ quality dc", Range: "that of quality", Chance: "mean of both models' qualities",
		Citation: "Dekoninck, Baader and Vechev (ICML 2025); cascade-routing 1788b90",
	},
	{
		Name: "eth-max-gap", Function: "ETHMaxGap",
		Doc:     "Greatest height of a point above the hull of the single models.",
		Formula: "max(0, max_i q_i − hull(c_i))", Range: "≥ 0", Chance: "0",
		Citation: "cascade-routing 1788b90",
	},
	{
		Name: "arena-score", Function: "ArenaScore",
		Doc:     "Weighted harmonic mean of quality and cheapness on a log scale of cost.",
		Formula: "(1+β) A C/(β A + C), C = ln(c_max/c)/ln(c_max/c_min)", Range: "[0,1]", Chance: "none",
		Citation: "RouterArena 4714a9a, router_evaluation/compute_scores.py",
	},
	{
		Name: "deferral-ratio", Function: "DeferralRatio",
		Doc:     "Share of the perfect deferral's gain over a random one.",
		Formula: "(A − A_random)/(A_oracle − A_random)", Range: "≤ 1", Chance: "0",
		Citation: "in the manner of Rabanser et al., Gatekeeper (2025)",
	},
}
