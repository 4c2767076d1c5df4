package selective

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"uacs/harness/metric"
)

// readTable reads a table of expected values under testdata.
func readTable(t *testing.T, path string, table any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, table); err != nil {
		t.Fatal(err)
	}
}

// check compares a result with the peer's value.
func check(t *testing.T, what string, i int, want float64, got float64, err error) {
	t.Helper()
	if err != nil || !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
		t.Errorf("case %d, %s: %v, %v, want %v", i, what, got, err, want)
	}
}

func isOne(x []float64) []bool {
	out := make([]bool, len(x))
	for i, v := range x {
		out[i] = v == 1
	}
	return out
}

// testdata/cases.json was written by cases.py with scikit-learn 1.2.1, SciPy
// 1.10.1 and NumPy 1.24.2.
func TestRankingsAgreeWithPeers(t *testing.T) {
	var table struct {
		Rankings []struct {
			U, Wrong, Loss    []float64
			AP, AUROC         float64
			Spearman, Kendall []float64
		}
	}
	readTable(t, "testdata/cases.json", &table)
	if len(table.Rankings) == 0 {
		t.Fatal("no cases")
	}
	for i, c := range table.Rankings {
		got, err := AveragePrecision(c.U, isOne(c.Wrong))
		check(t, "average precision", i, c.AP, got, err)
		for k, loss := range [][]float64{c.Wrong, c.Loss} {
			got, err = Spearman(c.U, loss)
			check(t, "Spearman", i, c.Spearman[k], got, err)
			got, err = KendallTauB(c.U, loss)
			check(t, "Kendall", i, c.Kendall[k], got, err)
		}
		// AUGRC by its identity with scikit-learn's roc_auc_score.
		r := 0.0
		for _, l := range c.Wrong {
			r += l / float64(len(c.Wrong))
		}
		got, err = AUGRC(c.U, c.Wrong)
		check(t, "AUGRC", i, r*r/2+r*(1-r)*(1-c.AUROC), got, err)
		got, err = metric.AUROC(c.U, isOne(c.Wrong))
		check(t, "AUROC", i, c.AUROC, got, err)
	}
}

func TestCalibrationAgreesWithScikitLearn(t *testing.T) {
	var table struct {
		Events []struct {
			P                 []float64
			Event             []bool
			Brier, NLL        float64
			Uniform, Quantile map[string][2]float64
		}
		Classes []struct {
			Probs      [][]float64
			Class      []int
			NLL, Brier float64
		}
	}
	readTable(t, "testdata/cases.json", &table)
	if len(table.Events) == 0 || len(table.Classes) == 0 {
		t.Fatal("no cases")
	}
	for i, c := range table.Events {
		got, err := Brier(c.P, c.Event)
		check(t, "Brier", i, c.Brier, got, err)
		got, err = NLL(c.P, c.Event, SklearnClip)
		check(t, "NLL", i, c.NLL, got, err)
		for rule, want := range map[BinRule]map[string][2]float64{RightClosed: c.Uniform, EqualMass: c.Quantile} {
			for count, want := range want {
				n, _ := strconv.Atoi(count)
				got, err = ECE(c.P, c.Event, Binning{rule, n})
				check(t, "ECE "+count, i, want[0], got, err)
				got, err = MCE(c.P, c.Event, Binning{rule, n})
				check(t, "MCE "+count, i, want[1], got, err)
			}
		}
	}
	for i, c := range table.Classes {
		got, err := ClassBrier(c.Probs, c.Class)
		check(t, "class Brier", i, c.Brier, got, err)
		got, err = ClassNLL(c.Probs, c.Class, SklearnClip)
		check(t, "class NLL", i, c.NLL, got, err)
	}
}

// toolRanking is what fd-shifts and lm-polygraph make of one column of losses.
type toolRanking struct {
	Loss             []float64
	AURC, AUGRC, RCC float64
	PRR1             toolPRR `json:"prr_1.0"`
	PRR05            toolPRR `json:"prr_0.5"`
}

// toolPRR is PRR with lm-polygraph's random baseline and with its expected
// value; that is nil where nothing is to be gained.
type toolPRR struct {
	Shuffled float64
	Exact    *float64
}

// testdata/tools.json was written by tools.py, which runs the functions of the
// published tools themselves; their commits are in it.
func TestRankingsAgreeWithTools(t *testing.T) {
	var table struct {
		Rankings []struct {
			U           []float64
			Tied        bool
			Wrong, Loss toolRanking
		}
	}
	readTable(t, "testdata/tools.json", &table)
	if len(table.Rankings) == 0 {
		t.Fatal("no cases")
	}
	for i, c := range table.Rankings {
		for _, x := range []toolRanking{c.Wrong, c.Loss} {
			got, err := AURC(c.U, x.Loss)
			check(t, "AURC", i, x.AURC, got, err)
			got, err = AUGRC(c.U, x.Loss)
			check(t, "AUGRC", i, x.AUGRC, got, err)
			if c.Tied {
				continue
			}
			got, err = MeanRiskAURC(c.U, x.Loss)
			check(t, "mean risk", i, x.RCC, got, err)
			for share, want := range map[float64]toolPRR{1: x.PRR1, 0.5: x.PRR05} {
				got, err = PRR(c.U, x.Loss, share)
				if want.Exact == nil {
					if err == nil {
						t.Errorf("case %d: PRR %v where there is nothing to gain", i, got)
					}
					continue
				}
				check(t, "PRR", i, *want.Exact, got, err)
				// The shuffles are within a few hundredths on sets as small as these.
				if math.Abs(got-want.Shuffled) > 0.02 {
					t.Errorf("case %d: PRR %v, by shuffles %v", i, got, want.Shuffled)
				}
			}
		}
	}
}

func TestECEAgreesWithLMPolygraph(t *testing.T) {
	var table struct {
		ECE []struct {
			P     []float64
			Event []bool
			ECE   map[string]float64
		}
	}
	readTable(t, "testdata/tools.json", &table)
	for i, c := range table.ECE {
		for count, want := range c.ECE {
			n, _ := strconv.Atoi(count)
			got, err := ECE(c.P, c.Event, Binning{RightClosed, n})
			check(t, "ECE "+count, i, want, got, err)
		}
	}
}

func TestCurvesAgreeWithTools(t *testing.T) {
	var table struct {
		Curves []struct {
			Points, Models [][2]float64
			MaxCost        float64 `json:"max_cost"`
			AIQ            float64
			ETHAUC         float64 `json:"eth_auc"`
			ETHMaxGap      float64 `json:"eth_max_gap"`
		}
		Arena []struct{ Quality, Cost, Score float64 }
	}
	readTable(t, "testdata/tools.json", &table)
	if len(table.Curves) == 0 || len(table.Arena) == 0 {
		t.Fatal("no cases")
	}
	operating := func(x [][2]float64) []Operating {
		var out []Operating
		for _, p := range x {
			out = append(out, Operating{p[0], p[1]})
		}
		return out
	}
	for i, c := range table.Curves {
		points, models := operating(c.Points), operating(c.Models)
		got, err := AIQOverMax(points, c.MaxCost)
		check(t, "AIQ", i, c.AIQ, got, err)
		got, err = ETHAUC(points, models)
		check(t, "ETH AUC", i, c.ETHAUC, got, err)
		got, err = ETHMaxGap(points, models)
		check(t, "ETH gap", i, c.ETHMaxGap, got, err)
	}
	for i, c := range table.Arena {
		got, err := ArenaScore(c.Quality, c.Cost, RouterArenaScale)
		check(t, "arena score", i, c.Score, got, err)
	}
}
