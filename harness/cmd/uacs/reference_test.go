package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"uacs/harness/calibrate"
	"uacs/harness/fusion"
	"uacs/harness/importer"
	"uacs/harness/metric"
	"uacs/harness/model/chat"
	"uacs/harness/route"
	"uacs/harness/selective"
	"uacs/harness/uncertainty"
	"uacs/internal/golden"
	"uacs/internal/schema"
)

// docs/reference.md is what the registries, the command line and the schemas say of
// themselves; go test -update writes it.
func TestReferenceIsGenerated(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# Reference

Generated from the registries, the command line and the config types by ` + "`go test ./harness/cmd/uacs -update`" + `; a test fails if it
is not what they say. In formulas p are class probabilities over bins with centres c, y is a score, u an uncertainty.
[concepts.md](concepts.md) says what the words mean.

[Commands](#commands) · [Measures](#uncertainty-measures) · [Calibrations](#calibrations) · [Fusions](#fusions) · [Routing rules](#routing-rules) ·
[Selective metrics](#selective-metrics) · [Metric profiles](#metric-profiles) · [Importers](#importers) · [Files](#files)
`)
	commandReference(&b)
	measureReference(&b)
	calibrationReference(&b)
	fusionReference(&b)
	ruleReference(&b)
	selectiveReference(&b)
	profileReference(&b)
	importerReference(&b)
	schemaReference(t, &b)
	golden.Check(t, filepath.Join("..", "..", "..", "docs", "reference.md"), b.Bytes())
}

// entry is one item of a registry: its name, a word in brackets if it has one, its
// sentence, and pairs of a heading and a text, of which empty ones are left out.
func entry(w io.Writer, name, mark, doc string, facts ...string) {
	fmt.Fprintf(w, "- **`%s`**", name)
	if mark != "" {
		fmt.Fprintf(w, " (%s)", mark)
	}
	fmt.Fprintf(w, ": %s", inline(doc))
	for i := 0; i+1 < len(facts); i += 2 {
		if facts[i+1] != "" {
			fmt.Fprintf(w, "\n  - *%s:* %s", facts[i], inline(facts[i+1]))
		}
	}
	fmt.Fprintln(w)
}

// code sets a formula as code, which Markdown leaves alone.
func code(formula string) string {
	if formula == "" {
		return ""
	}
	fence := "`"
	if strings.Contains(formula, "`") {
		fence = "``"
	}
	return fence + strings.Join(strings.Fields(formula), " ") + fence
}

// tag is what Markdown would take for the beginning of a tag.
var tag = regexp.MustCompile(`<[a-zA-Z/!]`)

// inline is text on one line; outside of code Markdown would read * and < as marks.
func inline(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if strings.Contains(text, "`") {
		return text
	}
	text = strings.ReplaceAll(text, "*", `\*`)
	return tag.ReplaceAllString(text, `\$0`)
}

func control(is bool) string {
	if is {
		return "control"
	}
	return ""
}

func interval(r [2]float64) string {
	end := func(x float64) string {
		switch {
		case math.IsInf(x, 1):
			return "∞"
		case math.IsInf(x, -1):
			return "−∞"
		}
		return strings.Replace(fmt.Sprint(x), "-", "−", 1)
	}
	return "[" + end(r[0]) + ", " + end(r[1]) + "]"
}

func measureReference(w io.Writer) {
	fmt.Fprintf(w, "\n## Uncertainty measures\n\n%s. A clip without an answer has +∞. Your own: [howto-notebook.md](howto-notebook.md).\n\n",
		strings.ToUpper(uncertainty.Orientation[:1])+uncertainty.Orientation[1:])
	for _, m := range uncertainty.All() {
		entry(w, m.Name, control(m.Control), m.Doc, "Formula", code(m.Formula), "Needs", m.Needs, "Range", interval(m.Range), "Cost", m.Cost, "Source", m.Citation)
	}
}

func calibrationReference(w io.Writer) {
	fmt.Fprint(w, "\n## Calibrations\n\nEach turns an uncertainty into the probability that the answer is wrong.\n\n")
	for _, m := range calibrate.All() {
		mark := "may reorder clips"
		if m.Monotone {
			mark = "keeps the order, but for ties"
		}
		entry(w, m.Name, mark, m.Doc, "Formula", code(m.Formula), "Source", m.Citation)
	}
}

func fusionReference(w io.Writer) {
	fmt.Fprint(w, "\n## Fusions\n\nWhat becomes of an escalated clip.\n\n")
	for _, s := range fusion.All() {
		entry(w, s.Name, control(s.Control), s.Doc, "Formula", code(s.Formula), "Needs", fusionNeeds(s), "Cost", s.Cost, "Source", s.Citation)
	}
}

func fusionNeeds(s fusion.Strategy) string {
	var out []string
	for _, need := range []struct {
		set  bool
		what string
	}{
		{s.NeedsScores, "scores of both models"},
		{s.NeedsProbs, "probabilities of both over the same bins"},
		{s.NeedsVariance, "variances of both"},
		{s.NeedsSecond, "a second inference"},
		{s.NeedsTau, "a threshold on the large model"},
		{s.NeedsOther, "second answers of other clips"},
		{s.NeedsTraining, "clips to learn from"},
	} {
		if need.set {
			out = append(out, need.what)
		}
	}
	return strings.Join(out, ", ")
}

func ruleReference(w io.Writer) {
	fmt.Fprint(w, "\n## Routing rules\n\nHow the threshold is chosen. [howto-threshold.md](howto-threshold.md) says which to take.\n\n")
	for _, r := range route.All() {
		entry(w, r.Name, control(r.Control), r.Doc, "Formula", code(r.Formula), "Reads", r.Reads, "Guarantee", r.Guarantee, "Source", r.Citation)
	}
}

func selectiveReference(w io.Writer) {
	fmt.Fprint(w, "\n## Selective metrics\n\nHow good an uncertainty, a probability or a curve is.\n\n")
	for _, d := range selective.Definitions() {
		mark := "higher is better"
		if d.LowerIsBetter {
			mark = "lower is better"
		}
		entry(w, d.Name, mark, d.Doc, "Formula", code(d.Formula), "Range", d.Range, "Chance", d.Chance, "Function", code("selective."+d.Function), "Source", d.Citation)
	}
}

func profileReference(w io.Writer) {
	fmt.Fprint(w, "\n## Metric profiles\n\nThe same answers score differently by different rules, so every number names its profile.\n")
	for _, p := range metric.Profiles() {
		fmt.Fprintf(w, "\n### %s\n\n%s\n\nSource: %s.\n", p.Name, inline(p.Doc), strings.TrimSuffix(inline(p.Source), "."))
		mosi, sims := p.Metrics(metric.MOSI), p.Metrics(metric.SIMS)
		sections := []struct {
			title   string
			kind    metric.Kind
			metrics []metric.Definition
		}{{"MOSI and MOSEI, labels in [−3, 3]", metric.MOSI, mosi}, {"CH-SIMS and CH-SIMS v2, labels in [−1, 1]", metric.SIMS, sims}}
		if sameMetrics(mosi, sims) {
			sections = sections[:1]
			sections[0].title = "All datasets"
		}
		for _, s := range sections {
			fmt.Fprintf(w, "\n%s; headline `%s`:\n\n", s.title, p.Headline(s.kind))
			for _, d := range s.metrics {
				entry(w, d.Name, "", d.Doc, "Formula", code(d.Formula), "Zero", d.Zero, "Rounding", d.Rounding)
			}
		}
	}
}

func sameMetrics(a, b []metric.Definition) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Doc != b[i].Doc || a[i].Formula != b[i].Formula || a[i].Zero != b[i].Zero {
			return false
		}
	}
	return true
}

func importerReference(w io.Writer) {
	fmt.Fprint(w, "\n## Importers\n\nFormats that `uacs import` and `configs/predictors.yaml` know.\n\n")
	for _, m := range importer.All() {
		entry(w, m.Name, "", m.Doc)
	}
}

func commandReference(w io.Writer) {
	fmt.Fprint(w, "\n## Commands\n\nExit codes: 0 done, 1 failed, 2 the command line is wrong. An error is one line on standard error, often followed by a hint.\n")
	var c cli
	parser := kong.Must(&c, kong.Name("uacs"), kong.Exit(func(int) {}))
	leaves := parser.Model.Leaves(true)
	shared := sharedFlags(leaves)
	const head = "\n| argument or flag | default | meaning |\n|---|---|---|\n"
	fmt.Fprint(w, "\nFlags of many commands:\n", head)
	for _, row := range shared {
		fmt.Fprintln(w, row)
	}
	for _, leaf := range leaves {
		fmt.Fprintf(w, "\n### %s\n\n%s\n", leaf.FullPath(), inline(leaf.Help))
		if detail := strings.TrimSpace(leaf.Detail); detail != "" {
			fmt.Fprintf(w, "\n```text\n%s\n```\n", detail)
		}
		var own, also []string
		for _, row := range commandRows(leaf) {
			if slices.Contains(shared, row) {
				also = append(also, strings.Fields(row)[1])
				continue
			}
			own = append(own, row)
		}
		if len(own) > 0 {
			fmt.Fprint(w, head, strings.Join(own, "\n"), "\n")
		}
		if len(also) > 0 {
			fmt.Fprintf(w, "\nAlso %s.\n", strings.Join(also, ", "))
		}
	}
}

// sharedFlags are the rows that more than five commands have, in order of appearance.
func sharedFlags(leaves []*kong.Node) (shared []string) {
	count := map[string]int{}
	for _, leaf := range leaves {
		for _, row := range commandRows(leaf) {
			if count[row]++; count[row] == 6 {
				shared = append(shared, row)
			}
		}
	}
	return shared
}

func commandRows(leaf *kong.Node) (rows []string) {
	row := func(name, value, help string) {
		cell := strings.NewReplacer("|", `\|`)
		if value != "" {
			value = code(value)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", cell.Replace(name), cell.Replace(value), cell.Replace(inline(help))))
	}
	for _, p := range leaf.Positional {
		row(p.Summary(), p.Default, p.Help)
	}
	for _, flags := range leaf.AllFlags(true) {
		for _, f := range flags {
			if f.Name == "help" {
				continue
			}
			name := "--" + f.Name
			if f.Short != 0 {
				name = "-" + string(f.Short) + ", " + name
			}
			if f.PlaceHolder != "" {
				name += "=" + f.PlaceHolder
			}
			row(name, f.Default, f.Help)
		}
	}
	return rows
}

func schemaReference(t *testing.T, w io.Writer) {
	fmt.Fprint(w, "\n## Files\n\nFile formats that users write. `uacs schema NAME` prints the JSON schema; a key that is not listed is an error.\n")
	for _, s := range schemas {
		data, err := s.make()
		if err != nil {
			t.Fatal(err)
		}
		schemaTable(t, w, s.name, "Schema: `"+s.file+"`.", data)
	}
	endpoint, err := schema.Of[chat.Endpoint]("A server of a language model, and how it is asked")
	if err != nil {
		t.Fatal(err)
	}
	prompt, err := schema.Of[chat.Prompt]("The wording of a question, its second rounds and its answers")
	if err != nil {
		t.Fatal(err)
	}
	schemaTable(t, w, "endpoint", "Files: `configs/endpoints/*.yaml`, see [endpoints.md](endpoints.md).", endpoint)
	schemaTable(t, w, "prompt", "Files: `configs/prompts/*.yaml`.", prompt)
}

// schemaTable lists the keys of one format, in the order of its type.
func schemaTable(t *testing.T, w io.Writer, name, where string, data []byte) {
	t.Helper()
	var node schemaNode
	if err := json.Unmarshal(data, &node); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(w, "\n### %s\n\n%s. %s\n\n", name, strings.TrimSuffix(inline(node.Title), "."), where)
	fmt.Fprint(w, "| key | needed | meaning |\n|---|---|---|\n")
	schemaRows(t, w, "", node)
}

// schemaNode is what the tables show of a JSON schema.
type schemaNode struct {
	Title, Description string
	Required           []string
	Properties         json.RawMessage
	Items              *schemaNode
}

func schemaRows(t *testing.T, w io.Writer, path string, node schemaNode) {
	if node.Items != nil {
		schemaRows(t, w, path+"[]", *node.Items)
	}
	if len(node.Properties) == 0 {
		return
	}
	if path != "" {
		path += "."
	}
	d := json.NewDecoder(bytes.NewReader(node.Properties))
	if _, err := d.Token(); err != nil { // the opening brace
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var child schemaNode
		if err := d.Decode(&child); err != nil {
			t.Fatal(err)
		}
		needed := ""
		if slices.Contains(node.Required, key.(string)) {
			needed = "yes"
		}
		name := path + key.(string)
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", name, needed, strings.ReplaceAll(inline(child.Description), "|", `\|`))
		schemaRows(t, w, name, child)
	}
}
