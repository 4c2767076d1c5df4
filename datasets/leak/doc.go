// Package leak asks of a dataset and its features what a careful reviewer would:
// do clips of one video, or nearly the same words, stand in training and in
// test; do the features predict the test labels better than any model that has
// not seen them could; do two sources agree about the labels; is the majority
// the same in every split.
//
// Each check returns [Row]s, which [Table] prints; a Row that a reader must not
// overlook is flagged. Nothing here proves that data is clean.
//
// Most readers want [Videos], [Texts] and [Probe].
package leak

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"uacs/harness/sample"
)

// Row is the outcome of one check.
type Row struct {
	// Check names the check: videos, texts, probe, labels or balance.
	Check string `json:"check"`
	// Where names what was looked at, such as "train-test" or "text".
	Where string `json:"where"`
	// Value is the outcome as printed.
	Value string `json:"value"`
	// N is how many clips or videos the check had to do with.
	N int `json:"n"`
	// Flag is true if the outcome casts doubt on numbers made from the data.
	Flag bool `json:"flag"`
	// Note says in a sentence what the outcome means, if there is more to say.
	Note string `json:"note,omitzero"`
}

// Table prints rows, a line each, the flagged ones marked in the first column.
func Table(rows []Row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tcheck\twhere\tvalue\tn\tnote")
	for _, r := range rows {
		mark := ""
		if r.Flag {
			mark = "!"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", mark, r.Check, r.Where, r.Value, r.N, r.Note)
	}
	w.Flush() // to memory: it cannot fail
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// Flagged counts the flagged rows.
func Flagged(rows []Row) int {
	n := 0
	for _, r := range rows {
		if r.Flag {
			n++
		}
	}
	return n
}

var splits = []sample.Split{sample.Train, sample.Valid, sample.Test}

// pairs are the pairs of splits, and whether the second is tested on what is
// learnt from the first.
var pairs = []struct{ a, b sample.Split }{{sample.Train, sample.Valid}, {sample.Train, sample.Test}, {sample.Valid, sample.Test}}

// Videos counts, for each pair of splits, the videos that have clips in both:
// speaker, room and topic are then the same in both. A pair is flagged if there
// is one.
func Videos(clips []sample.Sample) []Row {
	in := map[sample.Split]map[string]bool{}
	for _, s := range splits {
		in[s] = map[string]bool{}
	}
	for i := range clips {
		if of := in[clips[i].Split]; of != nil {
			of[clips[i].Video] = true
		}
	}
	var rows []Row
	for _, p := range pairs {
		shared := 0
		for v := range in[p.a] {
			if in[p.b][v] {
				shared++
			}
		}
		if len(in[p.a]) == 0 || len(in[p.b]) == 0 {
			continue
		}
		r := Row{Check: "videos", Where: fmt.Sprintf("%s-%s", p.a, p.b), Value: fmt.Sprintf("%d shared", shared), N: len(in[p.b]), Flag: shared > 0}
		if shared > 0 {
			r.Note = fmt.Sprintf("speakers of %d of the %d videos of %s are known from %s", shared, len(in[p.b]), p.b, p.a)
		}
		rows = append(rows, r)
	}
	return rows
}
