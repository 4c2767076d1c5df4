package features

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// check lists the problems of a set that has been read.
func (s *Set) check() {
	seen := map[string]place{}
	samples, empty := 0, true
	for _, p := range s.Splits {
		s.attach(p)
		samples += p.Len()
		empty = empty && len(p.Arrays)+len(p.Labels) == 0 && p.IDs == nil && p.Texts == nil
		if s.Format == MMSA && p.Len() == 0 {
			s.problem("%s: no samples", p.Name)
			continue
		}
		s.checkSizes(p)
		s.checkIDs(p, seen)
		s.checkLabels(p)
		s.checkTexts(p)
	}
	s.compareSplits()
	wraps := s.Format == Pickle || s.Format == NPZ || s.Format == NPY // may hold anything
	switch {
	case samples > 0 || s.Format == MMSA:
	case empty && wraps:
		s.note("nothing in it is features, labels, ids or texts of samples")
	default:
		s.problem("no samples")
	}
}

// compareSplits looks for a modality that some splits lack or have in another
// width.
func (s *Set) compareSplits() {
	if len(s.Splits) < 2 {
		return
	}
	type first struct {
		split string
		shape []int
	}
	seen := map[string]first{}
	var names []string
	for _, p := range s.Splits {
		for _, a := range p.Arrays {
			shape := a.Tensor.Shape()
			before, ok := seen[a.Name]
			switch last := len(shape) - 1; {
			case !ok:
				seen[a.Name], names = first{p.Name, shape}, append(names, a.Name)
			case len(before.shape) != len(shape):
				s.problem("%s: %s has shape %s, in %s it is %s", p.Name, a.Name, times(shape), before.split, times(before.shape))
			case last > 0 && before.shape[last] != shape[last]:
				s.problem("%s: %s has %d columns, in %s it has %d", p.Name, a.Name, shape[last], before.split, before.shape[last])
			}
		}
	}
	for _, p := range s.Splits {
		for _, name := range names {
			_, ok := p.Array(name)
			other := slices.ContainsFunc(p.Others, func(o string) bool { return strings.HasPrefix(o, name+": ") })
			if !ok && !other && p.Len() > 0 {
				s.problem("%s: no %s, which %s has", p.Name, name, seen[name].split)
			}
		}
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

// place is where an id stands.
type place struct {
	split string
	row   int
}

func (p place) String() string { return fmt.Sprintf("%s row %d", p.split, p.row) }

// checkIDs looks for ids given twice, in this split and those before it.
func (s *Set) checkIDs(p *Split, seen map[string]place) {
	twice := 0
	first := ""
	for i, id := range p.IDs {
		here := place{p.Name, i}
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
