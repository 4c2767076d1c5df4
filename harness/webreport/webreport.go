// Package webreport writes the interactive report: one HTML file that needs no
// network, in which the thresholds can be moved and every number and chart follows,
// tables sorted and filtered, and single clips looked into.
//
// Most readers want [Build]. The file may hold texts and answers of licensed
// clips: it is for the machine that it was made on, and must not be published
// unless its cases are left out.
package webreport

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"

	"uacs/harness/experiment"
)

// Page is what a report shows.
type Page struct {
	// Experiments stand in the order of the menu; there is at least one.
	Experiments []Experiment `json:"experiments"`
	Ablations   []Ablation   `json:"ablations"`
}

// Experiment is a result with what happened to each clip, which may be left out.
type Experiment struct {
	*experiment.Result
	Cases []experiment.Case `json:"cases,omitempty"`
	// Prompts are the words of the second round, by the id of the clip that has one.
	Prompts map[string]string `json:"prompts,omitempty"`
}

// Ablation is a table of cascades: the best of a plan.
type Ablation struct {
	Name    string     `json:"name"`
	Title   string     `json:"title"`
	Tier    string     `json:"tier"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	// Note says which rows were left out.
	Note string `json:"note"`
}

// Script is a JavaScript library that the report carries.
type Script struct {
	// Name, Version and Licence are printed at the end of the report.
	Name, Version, Licence string
	Code                   []byte
}

var (
	//go:embed report.html.tmpl
	layout string
	//go:embed report.css
	style string
	//go:embed report-charts.js
	charts string
	//go:embed report.js
	program string
)

var page = template.Must(template.New("report").Parse(layout))

// Build writes the report. scripts are vega, vega-lite and vega-interpreter, in this
// order; without scripts the report has its numbers and tables but no charts, and
// says so. Equal arguments give equal bytes.
func Build(w io.Writer, p Page, scripts []Script) error {
	if len(p.Experiments) == 0 {
		return errors.New("report: no experiment to show")
	}
	data, err := encode(p)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var code []template.JS
	var hashes, credits []string
	for _, s := range append(scripts, Script{Code: []byte(charts)}, Script{Code: []byte(program)}) {
		text, err := script(s)
		if err != nil {
			return fmt.Errorf("report: %s: %w", s.Name, err)
		}
		code = append(code, template.JS(text))
		hashes = append(hashes, "'sha256-"+hash(text)+"'")
		if s.Name != "" {
			credits = append(credits, fmt.Sprintf("%s %s (%s)", s.Name, s.Version, s.Licence))
		}
	}
	return page.Execute(w, map[string]any{
		"Policy":  "default-src 'none'; script-src " + strings.Join(hashes, " ") + "; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
		"Style":   template.CSS(style),
		"Data":    template.JS(data),
		"Scripts": code,
		"Charts":  len(scripts) > 0,
		"Credits": strings.Join(credits, ", "),
	})
}

// encode writes JSON that is safe inside a script element.
func encode(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(true) // no "</script>" can be in it
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// moduleHead and moduleTail are what an ES module of the interpreter begins and
// ends with; the report has no modules, so it takes the names from vega's bundle.
const (
	moduleHead = "import { ascending, isString, DisallowedObjectProperties } from 'vega-util';"
	moduleTail = "export { expression as expressionInterpreter };"
)

// script returns a library's code as it can stand in a script element.
func script(s Script) (string, error) {
	text := string(s.Code)
	if s.Name == "vega-interpreter" {
		if !strings.Contains(text, moduleHead) || !strings.Contains(text, moduleTail) {
			return "", errors.New("not the module that this report knows how to carry")
		}
		text = strings.Replace(text, moduleHead, "(function(){ const { ascending, isString, DisallowedObjectProperties } = vega;", 1)
		text = strings.Replace(text, moduleTail, "vega.expressionInterpreter = expression; })();", 1)
	}
	text = strings.ReplaceAll(text, "</script", `<\/script`)
	return "\n" + strings.TrimSpace(text) + "\n", nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}
