package ablation

import (
	"math"

	"uacs/harness/experiment"
	"uacs/harness/panel"
)

// The types of results that packages experiment and ablation share.
type (
	// Number is a float64 of six decimals, null where it does not exist.
	Number = experiment.Number
	// Estimate is a number with its interval.
	Estimate = experiment.Estimate
	// Paired compares a cascade with one model alone on the same clips.
	Paired = experiment.Paired
	// StageCount is a row of a flow table.
	StageCount = experiment.StageCount
)

var (
	notANumber = Number(math.NaN())
	noEstimate = Estimate{Value: notANumber, Lo: notANumber, Hi: notANumber}
)

// Cell is the result of one cell. It holds aggregates only: no number belongs to
// a single clip.
type Cell struct {
	// Key is the digest of everything the cell depends on.
	Key string `json:"key"`
	// Tier, Dataset and Split say where the clips are from; the labels and
	// surrogate are those of the pair's roles.
	Tier      string `json:"tier"`
	Pair      string `json:"pair"`
	Dataset   string `json:"dataset"`
	Split     string `json:"split"`
	Small     string `json:"small"`
	Large     string `json:"large"`
	Second    string `json:"second,omitempty"`
	Surrogate string `json:"surrogate,omitempty"`
	Failures  string `json:"failures"`

	Profile     string            `json:"profile"`
	Quality     string            `json:"quality"` // the headline accuracy's name in the profile
	Seed        uint64            `json:"seed"`
	Uncertainty panel.Uncertainty `json:"uncertainty"`
	Measure     string            `json:"measure"`
	Calibration string            `json:"calibration"`
	Fusion      string            `json:"fusion"`
	// Control marks a cell that could not be deployed: its claims are not tested.
	Control bool `json:"control"`
	// NA says why the cell does not apply; it then has no numbers.
	NA string `json:"na,omitempty"`

	// Clips counts the split's clips, Dropped those that left by the failures
	// policy, N those that the quality counts, in Videos clusters.
	Clips        int `json:"clips"`
	Dropped      int `json:"dropped"`
	N            int `json:"n"`
	Videos       int `json:"videos"`
	SmallFailed  int `json:"small_failed"`
	LargeFailed  int `json:"large_failed"`
	SecondFailed int `json:"second_failed"`

	Folds      int    `json:"folds"`
	Replicates int    `json:"replicates"`
	Level      Number `json:"level"`

	*Numbers

	// Warnings are caveats to print beneath any table with this cell.
	Warnings []string `json:"warnings,omitempty"`
	// InputsSHA256 is the digest of the inputs' digests.
	InputsSHA256 string `json:"inputs_sha256"`
}

// Numbers are the numbers of a cell that applies. Intervals are percentile
// intervals over replicates that resample videos, the same replicates in all
// cells of a pair, profile and seed.
type Numbers struct {
	SmallAlone Alone `json:"small_alone"`
	LargeAlone Alone `json:"large_alone"`

	// AUROCError is how well the uncertainty finds the small model's errors,
	// AUROCGain how well it finds the clips that escalation corrects.
	AUROCError Estimate `json:"auroc_error"`
	AUROCGain  Estimate `json:"auroc_gain"`
	// AUDC is the area under the deferral curve; the others are that area less the
	// accuracy of the small model alone, of the large one alone, and of deferring at
	// random.
	AUDC         Estimate `json:"audc"`
	AUDCVsSmall  Estimate `json:"audc_vs_small"`
	AUDCVsLarge  Estimate `json:"audc_vs_large"`
	AUDCVsRandom Estimate `json:"audc_vs_random"`
	// APGR and CPT are undefined in replicates in which escalating everything is no
	// better than nothing; Defined is the share of the replicates in which they are.
	APGR    Estimate `json:"apgr"`
	CPT20   Estimate `json:"cpt20"`
	CPT50   Estimate `json:"cpt50"`
	CPT80   Estimate `json:"cpt80"`
	Defined Number   `json:"apgr_defined"`
	// Thresholds is the number of operating points of the curve.
	Thresholds int `json:"thresholds"`
	// OracleAccuracy is the curve's highest point, OracleDeferred the share it
	// defers: a threshold chosen on the clips it is judged on.
	OracleAccuracy Number `json:"oracle_threshold_accuracy"`
	OracleDeferred Number `json:"oracle_threshold_deferred"`
	// Flips counts what escalating every clip does to the small model's answers.
	Flips Flips `json:"flips"`
	// Selective are the measures of package selective.
	Selective []Named `json:"selective"`
	Curve     Curve   `json:"curve"`
	// Policies are the cascade under each of the plan's rules.
	Policies []Policy `json:"policies"`
}

// Alone is one model for all clips.
type Alone struct {
	Right    int      `json:"right"`
	Accuracy Estimate `json:"accuracy"`
}

// Flips counts clips that were wrong and are right, right and are wrong, and the
// others.
type Flips struct {
	Corrected int `json:"corrected"`
	Broken    int `json:"broken"`
	Unchanged int `json:"unchanged"`
}

// Named is a number with the name of its measure; NA says why there is none.
type Named struct {
	Name  string `json:"name"`
	Value Number `json:"value"`
	NA    string `json:"na,omitempty"`
}

// Curve is the deferral curve at the plan's rates; Lo and Hi bound the accuracy
// pointwise, First and Second are calls per clip.
type Curve struct {
	Rate     []Number `json:"rate"`
	Accuracy []Number `json:"accuracy"`
	Lo       []Number `json:"lo"`
	Hi       []Number `json:"hi"`
	First    []Number `json:"first_calls"`
	Second   []Number `json:"second_calls"`
}

// Policy is a cell's cascade with thresholds chosen by a rule, on other videos
// than those it is judged on.
type Policy struct {
	// Label is the rule's with its knobs, Rule its name.
	Label   string `json:"label"`
	Rule    string `json:"rule"`
	Control bool   `json:"control"`
	// NA says why the rule chose nothing.
	NA string `json:"na,omitempty"`
	// TunedOn says what the choice was made on.
	TunedOn  string   `json:"tuned_on"`
	Right    int      `json:"right"`
	Accuracy Estimate `json:"accuracy"`
	// Deferred is the share of clips escalated, First and Second the calls per clip,
	// Costs the mean prices in the order of the pair's axes.
	Deferred Number   `json:"deferred"`
	First    Number   `json:"first_calls"`
	Second   Number   `json:"second_calls"`
	Costs    []Number `json:"costs"`
	VsSmall  *Paired  `json:"vs_small,omitempty"`
	VsLarge  *Paired  `json:"vs_large,omitempty"`
	// Stages counts the clips that ended in each stage.
	Stages []StageCount `json:"stages,omitempty"`

	// Oracle is what the same rule chooses on the clips it is judged on, an oracle
	// threshold; Gap is its accuracy less the honest one, Believed the accuracy that
	// the honest choices expected less the one they got.
	Oracle   OracleChoice `json:"oracle_threshold"`
	Gap      Number       `json:"optimism_gap"`
	Believed Number       `json:"believed_gap"`
	// Guarantee is what the rule promises about clips it has not seen.
	Guarantee string   `json:"guarantee"`
	Warnings  []string `json:"warnings,omitempty"`
}

// OracleChoice is a choice made on all counted clips: what a deployment of this
// cascade on like clips would set, and an accuracy that is too good.
type OracleChoice struct {
	// Threshold is on the signal, "" for the uncertainty; null if it is infinite,
	// and All then says whether everything or nothing is deferred.
	Signal    string `json:"signal,omitempty"`
	Threshold Number `json:"threshold"`
	All       string `json:"all,omitempty"`
	TauLarge  Number `json:"tau_large"`
	Accuracy  Number `json:"accuracy"`
	Deferred  Number `json:"deferred"`
	First     Number `json:"first_calls"`
	Second    Number `json:"second_calls"`
}
