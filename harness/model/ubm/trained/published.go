package trained

import (
	"fmt"
	"slices"
	"strings"

	"uacs/harness/metric"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/robust"
	"uacs/harness/sample"
)

// Published is a row that others have printed about one split of one dataset.
type Published struct {
	Model, Inputs, Note, Source, Protocol string
	N                                     int
	// Metrics name the columns, Values are 100 times the metric.
	Metrics []string
	Values  []float64
}

// besides is what the card of a model of frames shows besides its numbers.
type besides struct {
	rows  []Published
	table *robust.Table
}

// published returns the rows that a config asks for.
func (s *Source) published(c *ubm.Config) ([]Published, error) {
	if len(c.Published) == 0 {
		return nil, nil
	}
	if s.Published == nil {
		return nil, fmt.Errorf("published: there is no list of published results here")
	}
	return s.Published(c.Datasets[0], c.Profile, c.Published)
}

// sections are those of the card.
func (b *besides) sections(q *ubm.Quality) []string {
	var out []string
	if len(b.rows) > 0 && q != nil {
		out = append(out, besidePublished(b.rows, q))
	}
	if b.table != nil {
		out = append(out, b.table.Markdown())
	}
	return out
}

// besidePublished is the section with published rows beside ours of the test split.
func besidePublished(rows []Published, q *ubm.Quality) string {
	var b strings.Builder
	b.WriteString("## Beside published rows\n\n")
	fmt.Fprintf(&b, "Values times 100, test split. Published rows are as printed; ours are of n = %d clips. The row of single members "+
		"is the one to compare: mean and population standard deviation over trainings.\n\n", q.Clips)
	columns := rows[0].Metrics
	b.WriteString("| | n |")
	for _, name := range columns {
		fmt.Fprintf(&b, " %s |", name)
	}
	fmt.Fprintf(&b, "\n|---|---:|%s\n", strings.Repeat("---:|", len(columns)))
	for _, r := range rows {
		fmt.Fprintf(&b, "| published: %s %s | %d |", r.Model, r.Inputs, r.N)
		for _, name := range columns {
			k := slices.Index(r.Metrics, name)
			if k < 0 {
				b.WriteString(" – |")
				continue
			}
			fmt.Fprintf(&b, " %.2f |", r.Values[k])
		}
		b.WriteString("\n")
	}
	ours(&b, "ours: single members", q, columns, func(m ubm.Measured) string {
		if len(m.Members) == 0 {
			return "n/a: one member"
		}
		mean, std := metric.MeanStd(m.Members)
		return fmt.Sprintf("%.2f ± %.2f", 100*mean, 100*std)
	})
	ours(&b, "ours: ensemble", q, columns, func(m ubm.Measured) string {
		if m.Value == nil {
			return "n/a"
		}
		return fmt.Sprintf("%.2f", 100**m.Value)
	})
	b.WriteString("\n")
	seen := map[string]bool{}
	for _, r := range rows {
		for _, line := range []string{r.Source + ": " + r.Protocol, r.Note} {
			if line != "" && !seen[line] {
				seen[line] = true
				fmt.Fprintf(&b, "- %s\n", strings.TrimSpace(line))
			}
		}
	}
	b.WriteString("\n")
	return b.String()
}

func ours(b *strings.Builder, name string, q *ubm.Quality, columns []string, cell func(ubm.Measured) string) {
	fmt.Fprintf(b, "| %s | %d |", name, q.Clips)
	for _, column := range columns {
		k := slices.IndexFunc(q.Metrics, func(m ubm.Measured) bool { return m.Name == column })
		if k < 0 {
			b.WriteString(" – |")
			continue
		}
		fmt.Fprintf(b, " %s |", cell(q.Metrics[k]))
	}
	b.WriteString("\n")
}

// testOf is the quality that published rows are compared with.
func testOf(r *Result) *ubm.Quality { return r.Quality[sample.Test] }
