package report

import (
	"bytes"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/ablation"
	"uacs/harness/cost"
	"uacs/harness/experiment"
	"uacs/harness/panel"
	"uacs/harness/policy"
	"uacs/internal/golden"
)

var nan = ablation.Number(math.NaN())

// around is an estimate with an interval of one tenth to either side.
func around(v float64) ablation.Estimate {
	return ablation.Estimate{Value: ablation.Number(v), Lo: ablation.Number(v - 0.1), Hi: ablation.Number(v + 0.1)}
}

// handPaired is a difference with a Holm p; what it says of clips is made up.
func handPaired(d, holm float64) *experiment.Paired {
	return &experiment.Paired{Difference: around(d), Corrected: 4, Broken: 1, McNemarP: 0.375, FlipP: ablation.Number(holm / 10), HolmP: ablation.Number(holm)}
}

// handCell is a cell whose two rules get right and right−1 of ten clips right.
func handCell(measure, fusion string, right int, control bool) ablation.Cell {
	accuracy := float64(right) / 10
	policyOf := func(label string, right int, guarantee string, holm float64) ablation.Policy {
		p := ablation.Policy{
			Label: label, Rule: label, Control: control, TunedOn: "cross-fitted (other videos of mosi test, 8 clips)", Right: right,
			Accuracy: around(float64(right) / 10), Deferred: 0.5, First: 0.5, Second: 0.1, Costs: []ablation.Number{0.6},
			VsSmall: handPaired(accuracy-0.6, holm), VsLarge: handPaired(accuracy-0.7, 2*holm),
			Stages: []ablation.StageCount{{Stage: "kept", Clips: 5, Right: 4}, {Stage: "replaced", Clips: 5, Right: right - 4}},
			Oracle: ablation.OracleChoice{Threshold: 0.4, TauLarge: nan, Accuracy: ablation.Number(accuracy + 0.05)}, Gap: 0.05, Believed: 0.02,
			Guarantee: guarantee, Warnings: []string{fmt.Sprintf("only %d videos", right)},
		}
		if control {
			p.VsSmall.HolmP, p.VsLarge.HolmP = nan, nan
		}
		return p
	}
	c := blankCell(measure, fusion, control)
	c.Numbers = &ablation.Numbers{
		SmallAlone: ablation.Alone{Right: 6, Accuracy: around(0.6)}, LargeAlone: ablation.Alone{Right: 7, Accuracy: around(0.7)},
		AUROCError: around(0.8), AUROCGain: around(0.7), AUDC: around(accuracy - 0.1), AUDCVsRandom: around(0.02),
		APGR: around(0.5), CPT50: around(0.3), Flips: ablation.Flips{Corrected: 3, Broken: 1, Unchanged: 6},
		Policies: []ablation.Policy{
			policyOf("best-with-tolerance", right, "none: made up", 0.004),
			policyOf("risk 0.2 at 0.1", right-1, "the risk is at most 0.2 & bounded", 0.04),
		},
	}
	return c
}

func blankCell(measure, fusion string, control bool) ablation.Cell {
	return ablation.Cell{
		Key: strings.Repeat("0123456789abcdef", 4), Tier: "synth", Pair: "hand", Dataset: "mosi", Split: "test", Small: "small_1", Large: "large & co",
		Failures: "fallback-small", Profile: "polarity", Quality: "Acc_2", Seed: 7, Uncertainty: panel.Own, Measure: measure, Calibration: "none",
		Fusion: fusion, Control: control, Clips: 12, N: 10, Videos: 5, LargeFailed: 1, Folds: 5, Replicates: 10000, Level: 0.95,
		Warnings: []string{"the clips are made up"}, InputsSHA256: "00",
	}
}

// handTable has three measures, of which one is a control and one does not apply,
// and three fusions, two of them with the same numbers.
func handTable() *ablation.Table {
	na := blankCell("vote-entropy", "replace", false)
	na.NA = `uncertainty vote-entropy: not applicable: 12 of 12 answers have no votes (first: "clip 1")`
	swapped := handCell("entropy", "replace", 7, true)
	swapped.Uncertainty = panel.Swapped
	return &ablation.Table{
		Name: "hand", Title: "SYNTHETIC hand-made grid", Tier: "synth", Plan: "configs/ablations/hand.yaml", PlanSHA256: strings.Repeat("ab", 32),
		Hypotheses: []string{"tolerance"},
		Pairs: []ablation.Pair{{Name: "hand", Dataset: "mosi", Costs: []cost.Axis{
			{Name: "calls", Unit: "calls per clip", Large: 1, Source: "counted"}, {Name: "flops", Unit: "FLOPs", Small: 1, Large: 2, Source: "a guess", Hypothesis: true},
		}}},
		Cells: []ablation.Cell{
			handCell("entropy", "replace", 8, false), handCell("entropy", "mean", 9, false), handCell("entropy", "large-only", 8, false),
			handCell("margin", "replace", 7, false), handCell("random", "replace", 6, true), na, swapped,
		},
		Counts: ablation.Counts{Cells: 7, Done: 7, NotApplicable: 1, Controls: 2, Comparisons: 16},
	}
}

func handParts() map[string][]policy.Part {
	ref := func(measure, fusion string) policy.Ref {
		return policy.Ref{Measure: measure, Uncertainty: panel.Own, Calibration: "none", Fusion: fusion}
	}
	base := ref("entropy", "uacs-v2")
	whole := policy.Played{Ref: base, Right: 8, Accuracy: around(0.8), Deferred: 0.5, First: 0.5, Second: 0.1}
	part := policy.Part{Change: "no agreement rule", Base: base, HolmP: 0.03}
	part.A = policy.Played{Ref: ref("entropy", "uacs-no-agreement"), Accuracy: around(0.6), First: 0.5, Second: 0.5}
	part.B, part.Difference, part.Broken, part.FlipP, part.McNemarP = whole, around(-0.2), 2, 0.03, 0.5
	missing := policy.Part{Change: "no averaging", Base: base, NA: "not applicable: made up"}
	missing.B = whole
	return map[string][]policy.Part{"hand": {part, missing}}
}

func TestAblationFiles(t *testing.T) {
	files, err := AblationFiles(handTable(), handParts())
	if err != nil {
		t.Fatal(err)
	}
	again, err := AblationFiles(handTable(), handParts())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if f.Derived { // a view of the SVG
			continue
		}
		golden.Check(t, filepath.Join("testdata", path.Base(f.Path)), f.Data)
		if !bytes.Equal(f.Data, again[i].Data) {
			t.Errorf("%s differs when made again", f.Path)
		}
		if !BelongsToAblation(f.Path, "hand") || BelongsToAblation(f.Path, "han") || Belongs(f.Path, "hand") {
			t.Errorf("%s: whose is it?", f.Path)
		}
	}
	counts, err := AblationCounts(files[0].Data)
	if err != nil || counts != handTable().Counts {
		t.Errorf("counts read back are %+v, %v", counts, err)
	}
	if _, err := AblationCounts([]byte(`{"kind":"cell"}`)); err == nil {
		t.Error("records without a plan have counts")
	}
}

// The screen, narrow and wide: no line but notes is wider than asked for.
func TestWriteTop(t *testing.T) {
	for _, width := range []int{80, 160} {
		var b bytes.Buffer
		if err := WriteTop(&b, handTable(), 3, width); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, fmt.Sprintf("testdata/ablation-top-%d.txt", width), b.Bytes())
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > width && !strings.HasPrefix(line, "note:") && !strings.Contains(line, "comparisons") {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
	}
}

// A table of which no cell applies, and one whose grid is not complete.
func TestAblationWithoutNumbers(t *testing.T) {
	table := handTable()
	table.Cells = table.Cells[5:6]
	table.Missing = []ablation.Spec{{}}
	table.Counts = ablation.Counts{Cells: 2, Done: 1, NotApplicable: 1}
	files, err := AblationFiles(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"No cell applies", "12 of 12 answers have no votes: vote-entropy", "INCOMPLETE: 1 cells"} {
		if !strings.Contains(string(files[1].Data), want) {
			t.Errorf("%q is not in the Markdown", want)
		}
	}
	if Reference(table, "hand") != "" || Reference(handTable(), "hand") != "entropy" || Reference(handTable(), "other") != "" {
		t.Error("the reference measure is another")
	}
	var b bytes.Buffer
	if err := WriteTop(&b, table, 3, 80); err != nil || !strings.Contains(b.String(), "no cell applies") || !strings.Contains(b.String(), "INCOMPLETE, 1") {
		t.Errorf("%v: %s", err, &b)
	}
}

// By hand: 140 comparisons at 10000 patterns can reach 140/10001 = 0.014, 1000 only 0.1.
func TestSmallestHolmP(t *testing.T) {
	table := handTable()
	for _, c := range []struct{ comparisons, notes int }{{140, 0}, {1000, 1}} {
		table.Counts.Comparisons = c.comparisons
		if got := panelsOf(table)[0].smallest(); len(got) != c.notes {
			t.Errorf("%d comparisons: %v", c.comparisons, got)
		}
	}
}

// Rows that differ in their names alone become one, and the bold moves with them.
func TestMergeRows(t *testing.T) {
	s := section{rows: [][]string{{"a", "1"}, {"b", "1"}, {"c (control)", "1"}, {"d", "2"}}}
	s.boldest(1, []float64{1, 1, math.NaN(), 2})
	s.merge()
	want := [][]string{{"a, b", "1"}, {"c (control)", "1"}, {"d", "2"}}
	if diff := cmp.Diff(want, s.rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[[2]int]bool{{2, 1}: true}, s.bold); diff != "" {
		t.Errorf("bold (-want +got):\n%s", diff)
	}
}
