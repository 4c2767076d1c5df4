package features

import (
	"fmt"
	"math"
	"strings"
)

// check lists the problems of a set that has been read.
func (s *Set) check() {
	seen := map[string]string{}
	samples := 0
	for _, p := range s.Splits {
		s.attach(p)
		s.checkSizes(p)
		s.checkIDs(p, seen)
		s.checkLabels(p)
		s.checkTexts(p)
		samples += p.Len()
		if s.Format == MMSA && p.Len() == 0 {
			s.problem("%s: no samples", p.Name)
		}
	}
	if samples == 0 && s.Format != MMSA && s.Format != Pickle && s.Format != NPZ && s.Format != NPY {
		s.problem("no samples")
	}
}

// checkSizes compares the number of samples of everything in a split. Where
// there are neither splits nor ids, arrays of any sizes may stand side by side.
func (s *Set) checkSizes(p *Split) {
	if p.Name == "all" && p.IDs == nil {
		return
	}
	first, want := "", 0
	compare := func(name string, n int) {
		switch {
		case first == "":
			first, want = name, n
		case n != want:
			s.problem("%s: %s has %d samples, %s has %d", p.Name, name, n, first, want)
		}
	}
	if p.IDs != nil {
		compare("id", len(p.IDs))
	}
	if p.Texts != nil {
		compare("raw_text", len(p.Texts))
	}
	for _, a := range p.Arrays {
		compare(a.Name, a.Tensor.Len())
		if a.Lengths != nil {
			compare(a.Name+lengthsSuffix, len(a.Lengths))
		}
	}
	for _, l := range p.Labels {
		compare(l.Name, len(l.Values))
	}
}

// checkIDs looks for ids given twice, in this split and those before it.
func (s *Set) checkIDs(p *Split, seen map[string]string) {
	twice := 0
	first := ""
	for i, id := range p.IDs {
		here := fmt.Sprintf("%s row %d", p.Name, i)
		if id == "" {
			s.problem("%s: the id is empty", here)
			continue
		}
		before, known := seen[id]
		if !known {
			seen[id] = here
			continue
		}
		if twice++; twice == 1 {
			first = fmt.Sprintf("%s: id %.80q is also that of %s", here, id, before)
		}
	}
	switch {
	case twice == 1:
		s.problem("%s", first)
	case twice > 1:
		s.problem("%s; and %d more ids occur twice", first, twice-1)
	}
	if s.Format == MMSA && p.IDs == nil {
		s.problem("%s: no id", p.Name)
	}
}

// checkLabels looks for labels that are no numbers. Those of one modality alone
// may be missing.
func (s *Set) checkLabels(p *Split) {
	for _, l := range p.Labels {
		bad, first := 0, 0
		for i, v := range l.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				if bad++; bad == 1 {
					first = i
				}
			}
		}
		if bad == 0 {
			continue
		}
		line := fmt.Sprintf("%s: %s: row %d is %v", p.Name, l.Name, first, l.Values[first])
		if bad > 1 {
			line += fmt.Sprintf("; and %d more rows", bad-1)
		}
		if l.Name == regression || l.Name == "label" {
			s.problem("%s", line)
		} else {
			s.note("%s", line)
		}
	}
	if s.Format == MMSA && p.Label() == nil {
		s.problem("%s: no %s", p.Name, regression)
	}
}

func (s *Set) checkTexts(p *Split) {
	if s.Format == MMSA && p.Texts == nil {
		s.problem("%s: no raw_text", p.Name)
	}
	empty := 0
	for _, t := range p.Texts {
		if strings.TrimSpace(t) == "" {
			empty++
		}
	}
	if empty > 0 {
		s.note("%s: %d of %d texts are empty", p.Name, empty, len(p.Texts))
	}
}

// regression is MMSA's name of the label.
const regression = "regression_labels"

// Label returns the label of sentiment, nil if there is none: regression_labels,
// label or labels, the first of them.
func (p *Split) Label() []float64 {
	for _, name := range []string{regression, "label", "labels"} {
		for _, l := range p.Labels {
			if l.Name == name {
				return l.Values
			}
		}
	}
	return nil
}
