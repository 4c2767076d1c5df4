package experiment

import (
	"fmt"
	"slices"
	"strings"
)

// caution is a doubt about one or more of a result's numbers.
type caution struct {
	text string
	of   []string
}

// warn notes a doubt about the whole result, once.
func (r *runner) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(r.warnings, w) {
		r.warnings = append(r.warnings, w)
	}
}

// caution notes doubts about the number of that name.
func (r *runner) caution(of string, texts []string) {
	for _, text := range texts {
		i := slices.IndexFunc(r.cautions, func(c caution) bool { return c.text == text })
		if i < 0 {
			i = len(r.cautions)
			r.cautions = append(r.cautions, caution{text: text})
		}
		if !slices.Contains(r.cautions[i].of, of) {
			r.cautions[i].of = append(r.cautions[i].of, of)
		}
	}
}

// cautioned returns each doubt with the names of the numbers it is about, without
// names where it is about every system.
func (r *runner) cautioned() []string {
	var out []string
	for _, c := range r.cautions {
		if len(c.of) >= len(r.result.Systems) {
			out = append(out, c.text)
			continue
		}
		out = append(out, c.text+": "+strings.Join(c.of, "; "))
	}
	return out
}
