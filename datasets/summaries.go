package datasets

import "uacs/harness/sample"

// Summaries counts each split, in the order of [sample.Splits]; Published is left
// empty.
func (d *Dataset) Summaries() []SplitSummary {
	var out []SplitSummary
	for _, split := range sample.Splits {
		s := Summarize(d.Split(split))
		s.Split = split
		out = append(out, s)
	}
	return out
}
