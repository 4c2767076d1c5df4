package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"uacs/harness/ablation"
	"uacs/harness/panel"
)

// The records of an ablation are JSON lines: a line for the plan, for each panel a
// line with what its cells share, then a line for each cell with numbers, and a
// line for each reason why others have none. Cells are summarised: curves at fixed
// rates, the measures of package selective and the tests of controls are left to
// the store.

type planRecord struct {
	Kind       string          `json:"kind"` // plan
	Name       string          `json:"name"`
	Title      string          `json:"title"`
	Tier       string          `json:"tier"`
	Hypotheses []string        `json:"hypotheses"`
	Plan       string          `json:"plan"`
	PlanSHA256 string          `json:"plan_sha256"`
	Counts     ablation.Counts `json:"counts"`
	Missing    int             `json:"missing"`
	Fields     string          `json:"fields"`
}

type panelRecord struct {
	Kind         string          `json:"kind"` // panel
	Pair         string          `json:"pair"`
	Profile      string          `json:"profile"`
	Seed         uint64          `json:"seed"`
	Dataset      string          `json:"dataset"`
	Split        string          `json:"split"`
	Small        string          `json:"small"`
	Large        string          `json:"large"`
	Second       string          `json:"second,omitempty"`
	Surrogate    string          `json:"surrogate,omitempty"`
	Failures     string          `json:"failures"`
	Quality      string          `json:"quality"`
	Clips        int             `json:"clips"`
	Dropped      int             `json:"dropped"`
	N            int             `json:"n"`
	Videos       int             `json:"videos"`
	SmallFailed  int             `json:"small_failed"`
	LargeFailed  int             `json:"large_failed"`
	SecondFailed int             `json:"second_failed"`
	Folds        int             `json:"folds"`
	Replicates   int             `json:"replicates"`
	Level        ablation.Number `json:"level"`
	SmallAlone   *ablation.Alone `json:"small_alone,omitempty"`
	LargeAlone   *ablation.Alone `json:"large_alone,omitempty"`
	Axes         []string        `json:"axes"`
	Warnings     []string        `json:"warnings,omitempty"`
	InputsSHA256 string          `json:"inputs_sha256"`
}

// triple is an estimate as [value, lo, hi].
type triple [3]ablation.Number

func of(e ablation.Estimate) triple { return triple{e.Value, e.Lo, e.Hi} }

type cellRecord struct {
	Kind        string            `json:"kind"` // cell
	Key         string            `json:"key"`  // its first 16 digits
	Uncertainty panel.Uncertainty `json:"uncertainty"`
	Measure     string            `json:"measure"`
	Calibration string            `json:"calibration"`
	Fusion      string            `json:"fusion"`
	Control     bool              `json:"control,omitempty"`
	AUROCError  triple            `json:"auroc_error"`
	AUROCGain   triple            `json:"auroc_gain"`
	AUDC        triple            `json:"audc"`
	VsRandom    triple            `json:"audc_vs_random"`
	APGR        triple            `json:"apgr"`
	CPT50       triple            `json:"cpt50"`
	Flips       [2]int            `json:"flips"`
	Policies    []policyRecord    `json:"policies"`
}

type policyRecord struct {
	Rule     string          `json:"rule"`
	NA       string          `json:"na,omitempty"`
	Right    int             `json:"right"`
	Accuracy triple          `json:"accuracy"`
	Deferred ablation.Number `json:"deferred"`
	First    ablation.Number `json:"first_calls"`
	Second   ablation.Number `json:"second_calls"`
	VsSmall  *pairedRecord   `json:"vs_small,omitempty"`
	VsLarge  *pairedRecord   `json:"vs_large,omitempty"`
	Gap      ablation.Number `json:"optimism_gap"`
	Believed ablation.Number `json:"believed_gap"`
}

type pairedRecord struct {
	Difference triple          `json:"difference"`
	Corrected  int             `json:"corrected"`
	Broken     int             `json:"broken"`
	FlipP      ablation.Number `json:"signflip_p"`
	HolmP      ablation.Number `json:"holm_p"`
}

type emptyRecord struct {
	Kind     string   `json:"kind"` // not-applicable
	Pair     string   `json:"pair"`
	Profile  string   `json:"profile"`
	Seed     uint64   `json:"seed"`
	Why      string   `json:"why"`
	Cells    int      `json:"cells"`
	Measures []string `json:"measures"`
	Fusions  int      `json:"fusions"`
}

// ablationRecords writes the records.
func ablationRecords(t *ablation.Table) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	lines := []any{planRecord{
		"plan", t.Name, t.Title, t.Tier, t.Hypotheses, t.Plan, t.PlanSHA256, t.Counts, len(t.Missing),
		"estimates are [value, lo, hi]; flips are [corrected, broken] if every clip were escalated; a cell's curve at fixed rates and its " +
			"measures of selective prediction are left out, as are the tests of controls; a cell belongs to the panel above it",
	}}
	for _, p := range panelsOf(t) {
		lines = append(lines, p.record())
		for _, c := range p.cells {
			lines = append(lines, recordOf(c))
		}
		for _, e := range p.emptyRecords() {
			lines = append(lines, e)
		}
	}
	for _, line := range lines {
		if err := enc.Encode(line); err != nil {
			return nil, fmt.Errorf("records of %s: %w", t.Name, err)
		}
	}
	return b.Bytes(), nil
}

func (p *pairing) record() panelRecord {
	c := p.first()
	r := panelRecord{
		Kind: "panel", Pair: p.pair, Profile: c.Profile, Seed: c.Seed, Dataset: c.Dataset, Split: c.Split, Small: c.Small, Large: c.Large,
		Second: c.Second, Surrogate: c.Surrogate, Failures: c.Failures, Quality: c.Quality, Clips: c.Clips, Dropped: c.Dropped, N: c.N,
		Videos: c.Videos, SmallFailed: c.SmallFailed, LargeFailed: c.LargeFailed, SecondFailed: c.SecondFailed, Folds: c.Folds,
		Replicates: c.Replicates, Level: c.Level, Axes: p.axes, Warnings: p.warnings(), InputsSHA256: c.InputsSHA256,
	}
	if c.Numbers != nil {
		r.SmallAlone, r.LargeAlone = &c.SmallAlone, &c.LargeAlone
	}
	return r
}

func recordOf(c *ablation.Cell) cellRecord {
	r := cellRecord{
		Kind: "cell", Key: fmt.Sprintf("%.16s", c.Key), Uncertainty: c.Uncertainty, Measure: c.Measure,
		Calibration: c.Calibration, Fusion: c.Fusion, Control: c.Control, AUROCError: of(c.AUROCError), AUROCGain: of(c.AUROCGain),
		AUDC: of(c.AUDC), VsRandom: of(c.AUDCVsRandom), APGR: of(c.APGR), CPT50: of(c.CPT50), Flips: [2]int{c.Numbers.Flips.Corrected, c.Numbers.Flips.Broken},
	}
	for _, q := range c.Policies {
		p := policyRecord{
			Rule: q.Label, NA: q.NA, Right: q.Right, Accuracy: of(q.Accuracy), Deferred: q.Deferred, First: q.First, Second: q.Second,
			Gap: q.Gap, Believed: q.Believed,
		}
		if q.VsSmall != nil && !q.Control {
			p.VsSmall = &pairedRecord{of(q.VsSmall.Difference), q.VsSmall.Corrected, q.VsSmall.Broken, q.VsSmall.FlipP, q.VsSmall.HolmP}
		}
		if q.VsLarge != nil && !q.Control {
			p.VsLarge = &pairedRecord{of(q.VsLarge.Difference), q.VsLarge.Corrected, q.VsLarge.Broken, q.VsLarge.FlipP, q.VsLarge.HolmP}
		}
		r.Policies = append(r.Policies, p)
	}
	return r
}

// emptyRecords groups the cells without numbers by why.
func (p *pairing) emptyRecords() []emptyRecord {
	var out []emptyRecord
	at := map[string]int{}
	fusions := map[string]map[string]bool{}
	for _, c := range p.empty {
		why := reason(c.NA)
		i, ok := at[why]
		if !ok {
			i = len(out)
			at[why], fusions[why] = i, map[string]bool{}
			out = append(out, emptyRecord{Kind: "not-applicable", Pair: p.pair, Profile: c.Profile, Seed: c.Seed, Why: why})
		}
		out[i].Cells++
		if !slices.Contains(out[i].Measures, c.Measure) {
			out[i].Measures = append(out[i].Measures, c.Measure)
		}
		fusions[why][c.Fusion] = true
		out[i].Fusions = len(fusions[why])
	}
	return out
}

// csvColumns are those of the CSV file: fractions, and n/a where there is no number.
var csvColumns = []string{
	"tier", "pair", "profile", "seed", "uncertainty", "measure", "calibration", "fusion", "control", "rule", "n", "right",
	"accuracy", "accuracy_lo", "accuracy_hi", "deferred", "first_calls", "second_calls",
	"over_small", "over_small_lo", "over_small_hi", "holm_p_small", "over_large", "over_large_lo", "over_large_hi", "holm_p_large",
	"optimism_gap", "guarantee", "auroc_error", "auroc_gain", "audc", "audc_lo", "audc_hi", "why_not",
}

// ablationCSV writes every cell with numbers under every rule.
func ablationCSV(t *ablation.Table) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(csvColumns); err != nil {
		return nil, err
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Numbers == nil {
			continue
		}
		for j := range c.Policies {
			if err := w.Write(csvRow(entry{Cell: c, Policy: &c.Policies[j]})); err != nil {
				return nil, err
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func csvRow(e entry) []string {
	c, p := e.Cell, e.Policy
	row := []string{
		c.Tier, c.Pair, c.Profile, strconv.FormatUint(c.Seed, 10), string(c.Uncertainty), c.Measure, c.Calibration, c.Fusion,
		strconv.FormatBool(p.Control), p.Label, strconv.Itoa(c.N),
	}
	if p.NA != "" {
		row = append(row, slices.Repeat([]string{""}, 15)...)
	} else {
		row = append(row, strconv.Itoa(p.Right), number(p.Accuracy.Value), number(p.Accuracy.Lo), number(p.Accuracy.Hi),
			number(p.Deferred), number(p.First), number(p.Second),
			number(p.VsSmall.Difference.Value), number(p.VsSmall.Difference.Lo), number(p.VsSmall.Difference.Hi), number(p.VsSmall.HolmP),
			number(p.VsLarge.Difference.Value), number(p.VsLarge.Difference.Lo), number(p.VsLarge.Difference.Hi), number(p.VsLarge.HolmP))
	}
	return append(row, number(p.Gap), e.guarantee(), number(c.AUROCError.Value), number(c.AUROCGain.Value),
		number(c.AUDC.Value), number(c.AUDC.Lo), number(c.AUDC.Hi), p.NA)
}
