package datasets

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Text returns the report for people: what the dataset is, its caveats, a table
// of the splits, then one line per finding with the ids beneath it. Same report,
// same text; it ends in a newline.
func (r *Report) Text() string {
	var b strings.Builder
	clips := 0
	for _, s := range r.Splits {
		clips += s.N
	}
	fmt.Fprintf(&b, "%s: %s, %s of %s, %d different labels\n", r.Name, r.Title, count(clips, "clip"), count(r.Videos, "video"), r.Distinct)
	fmt.Fprintf(&b, "digest %s\n", r.Digest)
	if r.Note != "" {
		fmt.Fprintf(&b, "note: %s\n", r.Note)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	fmt.Fprintf(&b, "\n%s\n", SplitTable(r.Splits))
	for _, f := range r.Findings {
		b.WriteString(f.text())
	}
	defects := r.Defects()
	fmt.Fprintf(&b, "%s: %s, %s\n", r.Name, count(defects, "defect"), count(len(r.Findings)-defects, "notice"))
	return b.String()
}

// text is one line and, if there are ids, a second.
func (f *Finding) text() string {
	where := f.Check
	if f.Split != "" {
		where += ", " + string(f.Split)
	}
	text := fmt.Sprintf("%s  %s: %s\n", f.Severity, where, f.Message)
	if f.Total == 0 {
		return text
	}
	text += "        " + strings.Join(f.IDs, " ")
	if more := f.Total - len(f.IDs); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + "\n"
}

// SplitTable returns a table with a line per split, columns in line. A Published
// of 0 on every line leaves that column out.
func SplitTable(splits []SplitSummary) string {
	published := 0
	for _, s := range splits {
		published += s.Published
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...any) { fmt.Fprintln(w, cellLine(cells, published > 0)) }
	line("split", "clips", "published", "videos", "negative", "neutral", "positive", "labels", "min", "max", "mean", "no text")
	for _, s := range splits {
		line(s.Split, s.N, s.Published, s.Videos, s.Negative, s.Neutral, s.Positive,
			s.Distinct, number(s.Min), number(s.Max), strconv.FormatFloat(s.Mean, 'f', 4, 64), s.Textless)
	}
	_ = w.Flush() // a strings.Builder does not fail
	return b.String()
}

// publishedCell is the index of the column that SplitTable may leave out.
const publishedCell = 2

func cellLine(cells []any, published bool) string {
	var b strings.Builder
	for i, c := range cells {
		if i != publishedCell || published {
			fmt.Fprintf(&b, "%v\t", c)
		}
	}
	return b.String()
}

// number shows a label to four decimals at most, without trailing zeros.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// FormatLabel returns a label for people: four decimals at most, "" for NaN.
func FormatLabel(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return number(x)
}
