package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/policy"
)

// shown is how many of the best cascades a table has for each rule.
const shown = 3

// sections are the tables of a panel, in the order in which they are read.
func (p *pairing) sections(parts []policy.Part) []section {
	if len(p.cells) == 0 {
		return []section{{title: "No cell applies", notes: p.reasons()}}
	}
	sections := []section{p.byRule(), p.measures(), p.fusions(), p.parts(parts), p.rules(), p.flow()}
	if len(p.table.Spreads) > 0 && p.leads() {
		sections = append(sections, p.spreads())
	}
	return sections
}

// marked prints a difference in points with the mark of its Holm p.
func marked(q *experiment.Paired) string {
	if q == nil {
		return ""
	}
	return points(q.Difference) + stars(float64(q.HolmP))
}

// both prints a sign-flip p and, in brackets, its Holm p.
func both(q *experiment.Paired) string {
	return pValue(q.FlipP) + " (" + pValue(q.HolmP) + ")"
}

// stars is the sign of a p-value; a NaN has none.
func stars(p float64) string {
	switch {
	case p < 0.01:
		return "**"
	case p < 0.05:
		return "*"
	}
	return ""
}

// callsOf prints the calls of both rounds.
func callsOf(first, second ablation.Number) string {
	if second != 0 {
		return decimals(first) + " + " + decimals(second)
	}
	return decimals(first)
}

// guarantee says in a word whether a rule promises something here.
func (e entry) guarantee() string {
	switch {
	case strings.HasPrefix(e.Guarantee, "none") || e.Guarantee == "":
		return "none"
	case e.Deferred == 1:
		return "empty"
	}
	return "yes"
}

// alone adds a row for either model alone; cells pads it to the table's width.
func (p *pairing) alone(s *section, row func(name string, a ablation.Alone, calls string) []string) {
	c := p.first()
	s.add(row(c.Small+" alone (small)", c.SmallAlone, "0.000")...)
	s.add(row(c.Large+" alone (large)", c.LargeAlone, "1.000")...)
}

// byRule is the best cascades under each rule.
func (p *pairing) byRule() section {
	s := section{title: "Best cascades by routing rule", columns: []Column{
		{"rule", false},
		{"cascade", false},
		{"accuracy %", true},
		{"calls per clip", true},
		{"over small", true},
		{"over large", true},
		{"p, small (Holm)", true},
		{"p, large (Holm)", true},
		{"guarantee", false},
	}}
	p.alone(&s, func(name string, a ablation.Alone, calls string) []string {
		return []string{"", name, interval(a.Accuracy), calls, "", "", "", "", ""}
	})
	values := []float64{math.NaN(), math.NaN()}
	for _, label := range p.labels() {
		for i, e := range p.best(label, cascading) {
			if i == shown {
				break
			}
			s.add(label, e.called(), interval(e.Accuracy), callsOf(e.Policy.First, e.Policy.Second), marked(e.VsSmall), marked(e.VsLarge),
				both(e.VsSmall), both(e.VsLarge), e.guarantee())
			values = append(values, float64(e.Accuracy.Value))
		}
	}
	s.boldest(2, values)
	s.notes = append(p.smallest(),
		fmt.Sprintf("p: two-sided sign-flip test over videos, unadjusted, in brackets Holm. The %d best of each rule among %d cascades that could be deployed; cascades with the same numbers share a row. A sum of calls is first plus second round.", shown, p.claims()),
		"Guarantee: \"yes\" if the rule bounds the error rate of the clips that the small model keeps, as if clips of one video were independent; \"empty\" if it found none to keep; the table of routing rules has the words.")
	return s
}

// claims counts the cells that could be deployed.
func (p *pairing) claims() (n int) {
	for _, c := range p.cells {
		if !c.Control {
			n++
		}
	}
	return n
}

// controlled appends a mark to a name.
func controlled(name string, control bool) string {
	if control {
		return name + " (control)"
	}
	return name
}

// measures ranks the measures under the reference fusion.
func (p *pairing) measures() section {
	s := section{title: "Uncertainty measures, fusion " + p.fusion, columns: []Column{
		{"measure", false},
		{"AUDC %", true},
		{"over random deferral", true},
		{"AUROC of error", true},
		{"AUROC of gain", true},
		{"accuracy %", true},
		{"calls per clip", true},
		{"over large", true},
	}}
	var cells []*ablation.Cell
	for _, c := range p.cells {
		if plain(c) && c.Fusion == p.fusion {
			cells = append(cells, c)
		}
	}
	slices.SortStableFunc(cells, func(a, b *ablation.Cell) int {
		return compareNumbers(-float64(a.AUDC.Value), -float64(b.AUDC.Value))
	})
	var areas, accuracies []float64
	for _, c := range cells {
		e, ok := under(c, p.rule)
		row := []string{
			controlled(c.Measure, c.Control), interval(c.AUDC), points(c.AUDCVsRandom), bracketed(c.AUROCError), bracketed(c.AUROCGain),
		}
		area, accuracy := float64(c.AUDC.Value), math.NaN()
		if ok {
			row = append(row, interval(e.Accuracy), callsOf(e.Policy.First, e.Policy.Second), marked(e.VsLarge))
			accuracy = float64(e.Accuracy.Value)
		} else {
			row = append(row, "n/a", "n/a", "n/a")
		}
		if c.Control {
			area, accuracy = math.NaN(), math.NaN()
		}
		s.add(row...)
		areas, accuracies = append(areas, area), append(accuracies, accuracy)
	}
	s.boldest(1, areas)
	s.boldest(5, accuracies)
	s.merge()
	s.asides = p.reasons()
	s.notes = []string{
		"AUDC is the area under the deferral curve, over all thresholds; accuracy, calls and points are those of rule " + p.rule + ".",
		"AUROC of error: does the measure rank the small model's errors first; of gain: the clips that escalation corrects; 0.5 is chance. Measures with the same numbers share a row.",
	}
	return s
}

// bracketed prints an estimate with three decimals.
func bracketed(e ablation.Estimate) string {
	return fmt.Sprintf("%s [%s, %s]", decimals(e.Value), decimals(e.Lo), decimals(e.Hi))
}

// reasons say which measures do not apply, grouped by what they lack.
func (p *pairing) reasons() []string {
	has := map[string]bool{}
	for _, c := range p.cells {
		has[c.Measure] = true
	}
	var order []string
	by := map[string][]string{}
	for _, c := range p.empty {
		if why := reason(c.NA); !has[c.Measure] {
			if by[why] == nil {
				order = append(order, why)
			}
			if !slices.Contains(by[why], c.Measure) {
				by[why] = append(by[why], c.Measure)
			}
		}
	}
	var out []string
	for _, why := range order {
		out = append(out, fmt.Sprintf("Not applicable, %s: %s.", why, strings.Join(by[why], ", ")))
	}
	return out
}

// reason shortens why a cell has no numbers to what many cells share.
func reason(na string) string {
	if _, after, ok := strings.Cut(na, "not applicable: "); ok {
		na = after
	}
	na, _, _ = strings.Cut(na, " (first: ")
	return oneClip.ReplaceAllString(na, "")
}

// oneClip names the first clip that lacks something.
var oneClip = regexp.MustCompile(`clip \d+ "[^"]*": `)

// fusions ranks the fusions under the reference measure.
func (p *pairing) fusions() section {
	s := section{title: "Fusions, measure " + p.measure, columns: []Column{
		{"fusion", false}, {"accuracy %", true}, {"calls per clip", true}, {"over small", true}, {"over large", true}, {"AUDC %", true},
	}}
	entries := p.entries(func(c *ablation.Cell) bool { return plain(c) && c.Measure == p.measure })
	var values []float64
	for _, e := range entries {
		s.add(controlled(e.Fusion, e.Cell.Control), interval(e.Accuracy), callsOf(e.Policy.First, e.Policy.Second), marked(e.VsSmall), marked(e.VsLarge), interval(e.AUDC))
		if values = append(values, float64(e.Accuracy.Value)); e.control() {
			values[len(values)-1] = math.NaN()
		}
	}
	s.boldest(1, values)
	s.merge()
	s.asides = p.lacking()
	s.notes = []string{
		fmt.Sprintf("Rule %s. %s has the largest AUDC with %s among measures that could be deployed. Fusions with the same numbers share a row.", p.rule, p.measure, p.fusion),
	}
	return s
}

// entries are the cells that pass, under the first rule, most accurate first.
func (p *pairing) entries(pass func(*ablation.Cell) bool) []entry {
	var out []entry
	for _, c := range p.cells {
		if e, ok := under(c, p.rule); ok && pass(c) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int {
		if a.Right != b.Right {
			return b.Right - a.Right
		}
		return compareNumbers(a.calls(), b.calls())
	})
	return out
}

// lacking says which fusions do not apply, grouped by what they lack.
func (p *pairing) lacking() []string {
	var order []string
	by := map[string][]string{}
	for _, c := range p.empty {
		if !plain(c) || c.Measure != p.measure {
			continue
		}
		why := strings.NewReplacer("fusion "+c.Fusion+": ", "", c.Fusion+" accepts", "it accepts", ": "+c.Fusion, "").Replace(reason(c.NA))
		if by[why] == nil {
			order = append(order, why)
		}
		by[why] = append(by[why], c.Fusion)
	}
	var out []string
	for _, why := range order {
		out = append(out, fmt.Sprintf("Not applicable, %s: %s.", why, strings.Join(by[why], ", ")))
	}
	return out
}

// parts compares U-ACS with what is left without each of its parts.
func (p *pairing) parts(parts []policy.Part) section {
	s := section{title: "Parts of the cascade", columns: []Column{
		{"cascade", false},
		{"change", false},
		{"accuracy %", true},
		{"calls per clip", true},
		{"points against the whole", true},
		{"Holm p", true},
		{"corrected", true},
		{"broken", true},
	}}
	base, removed := "", 0
	for _, q := range parts {
		if name := q.Base.String(); name != base {
			base = name
			s.add(name, "none: the whole", interval(q.B.Accuracy), callsOf(ablation.Number(q.B.First), ablation.Number(q.B.Second)), "", "", "", "")
		}
		if q.NA != "" {
			s.add("", q.Change, "n/a", "", "", "", "", "")
			removed++
			continue
		}
		s.add("", controlled(q.Change, q.A.Control), interval(q.A.Accuracy), callsOf(ablation.Number(q.A.First), ablation.Number(q.A.Second)),
			points(q.Difference)+stars(q.HolmP), pValue(ablation.Number(q.HolmP)), strconv.Itoa(q.Corrected), strconv.Itoa(q.Broken))
	}
	if len(parts) == 0 {
		s.notes = []string{"Not compared: the data was not at hand, or no cascade applies."}
		return s
	}
	s.notes = []string{
		fmt.Sprintf("Paired with the whole on the same clips, rule %s for both; a negative difference says that the part is worth having. Holm p: sign-flip test over videos, adjusted over this section.", p.rule),
		"Corrected and broken count clips that only the changed cascade, and only the whole, gets right.",
	}
	if !slices.ContainsFunc(parts, func(q policy.Part) bool { return strings.HasPrefix(q.Base.Fusion, "uacs-") }) {
		s.notes = append(s.notes, "Neither version of U-ACS applies to this pair (the table of fusions says why): the base is plain replacement.")
	}
	if removed > 0 {
		s.notes = append(s.notes, fmt.Sprintf("n/a (%d): the answers lack what the changed cascade needs.", removed))
	}
	return s
}

// rules compares the routing rules on the reference cascade and on the best one.
func (p *pairing) rules() section {
	s := section{title: "Routing rules", columns: []Column{
		{"cascade", false},
		{"rule", false},
		{"escalated %", true},
		{"calls per clip", true},
		{p.axes[0], true},
		{"expected %", true},
		{"achieved %", true},
		{"oracle threshold %", true},
		{"optimism gap", true},
		{"guarantee", false},
	}}
	var words []string
	for _, c := range p.exemplars() {
		for i := range c.Policies {
			e := entry{Cell: c, Policy: &c.Policies[i]}
			if e.Policy.NA != "" {
				s.add(cellName(c), e.Label, "n/a", "", "", "", "", "", "", "")
				words = append(words, fmt.Sprintf("%s: n/a, %s.", e.Label, e.Policy.NA))
				continue
			}
			s.add(cellName(c), e.Label, percent(e.Deferred), callsOf(e.Policy.First, e.Policy.Second), price(e.Costs[0]), percent(e.Accuracy.Value+e.Believed), interval(e.Accuracy),
				percent(e.Oracle.Accuracy), signed(e.Gap), e.guarantee())
			words = append(words, fmt.Sprintf("%s: tuned on %s; guarantee %s.", e.Label, tunedOn(e.TunedOn), e.Guarantee))
		}
	}
	s.notes = []string{
		"Large model calls are per clip; the column beside them is the price on the pair's first compute axis. Expected is what the rule believed on the clips it chose on; achieved is on the others. The oracle threshold is what the same rule chooses on the clips it is judged on; the optimism gap is how many points that flatters. A guarantee holds for each fold's choice by itself; its words are those for a choice on all clips.",
	}
	for _, w := range words {
		if !slices.Contains(s.notes, w) {
			s.notes = append(s.notes, w)
		}
	}
	return s
}

// tunedOn leaves out the number of clips, which differs by fold.
func tunedOn(text string) string {
	basis, on, ok := strings.Cut(text, " (")
	if i := strings.LastIndex(on, ", "); ok && i >= 0 && strings.HasSuffix(on, " clips)") {
		return on[:i] + ", " + basis
	}
	return text
}

// signed prints a difference of fractions in points.
func signed(x ablation.Number) string {
	if x > 0 {
		return "+" + percent(x)
	}
	return percent(x)
}

// exemplars are the reference cascade and the most accurate one under the first
// rule.
func (p *pairing) exemplars() []*ablation.Cell {
	var out []*ablation.Cell
	for _, c := range p.cells {
		if plain(c) && c.Measure == p.measure && c.Fusion == p.fusion {
			out = append(out, c)
		}
	}
	if best := p.best(p.rule, cascading); len(best) > 0 && !slices.Contains(out, best[0].Cell) {
		out = append(out, best[0].Cell)
	}
	return out
}

// flow is where clips end and what that does to the small model's answers.
func (p *pairing) flow() section {
	s := section{title: "Flow of clips, and flips", columns: []Column{
		{"cascade", false}, {"stage", false}, {"clips", true}, {"share %", true}, {"right", true}, {"accuracy %", true},
	}}
	for _, c := range p.exemplars() {
		e, ok := under(c, p.rule)
		if !ok {
			continue
		}
		for _, stage := range e.Stages {
			s.add(cellName(c), stage.Stage, strconv.Itoa(stage.Clips), percent(share(stage.Clips, c.N)), strconv.Itoa(stage.Right), percent(share(stage.Right, stage.Clips)))
		}
		s.add(cellName(c), "all", strconv.Itoa(c.N), percent(1), strconv.Itoa(e.Right), percent(e.Accuracy.Value))
		s.notes = append(s.notes, fmt.Sprintf("Flips of the small model's answers by %s: %d corrected, %d broken; if every clip were escalated: %d corrected, %d broken, %d unchanged.",
			cellName(c), e.VsSmall.Corrected, e.VsSmall.Broken, c.Flips.Corrected, c.Flips.Broken, c.Flips.Unchanged))
	}
	s.notes = append([]string{"Rule " + p.rule + "."}, s.notes...)
	return s
}

func share(k, n int) ablation.Number { return ablation.Number(float64(k) / float64(n)) }
