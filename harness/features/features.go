// Package features finds out what a file of features or labels is and what is in
// it, and writes a copy that can be mapped. It knows the pickles of MMSA and
// MMSA-FET, other pickles of arrays, .npy, .npz, safetensors, CSV and TSV of
// numbers, MMSA's label.csv and the JSON lines of MMLA; and, built with the tag
// hdf5, the .csd files of the CMU SDK. A C library reads those, in a process of its
// own, which damage in the file may end: see [HDF5Main]. [Join] makes one set of
// several .csd, which hold a modality each.
//
// A file is believed as far as its arrays go: sizes come from the arrays, not
// from a config beside them. What is wrong with it (features of unequal
// numbers of samples, an id twice, a label that is NaN) is listed in
// [Set].Problems, what is odd in Notes. What MMSA's own loader changes in silence
// is an option of [Recipe] here, and is recorded in the copy.
//
// Most readers want [Open], then [Inspect] and [Write].
package features

import (
	"fmt"
	"slices"

	"uacs/harness/tensor"
	"uacs/internal/hint"
)

// Format is a kind of file.
type Format string

// The formats that [Detect] tells apart.
const (
	MMSA        Format = "MMSA pickle" // a dict of train, valid and test
	Pickle      Format = "pickle"      // any other
	NPY         Format = "npy"
	NPZ         Format = "npz"
	Safetensors Format = "safetensors"
	CSV         Format = "csv"
	TSV         Format = "tsv"
	LabelCSV    Format = "label.csv"
	MMLA        Format = "MMLA JSON lines"
	HDF5        Format = "HDF5"
)

// Set is what a file holds. [Open] makes one, and [Join] one of several files; Close it after use. It is safe for
// concurrent use, but for Close.
type Set struct {
	Name   string // as given to Open
	Format Format
	// Splits are the parts of the file, train, valid and test first; one named
	// "all" where the file knows none.
	Splits []*Split
	// Metadata is what a safetensors file says about itself; else nil.
	Metadata map[string]string
	// Problems are faults that make numbers from this file worthless, and Notes
	// what a user should know; both in the order of the file.
	Problems, Notes []string

	mapped *tensor.Mapped // nil for a set that Join made, which knows size and digest
	size   int64
	digest string
	// verify reads what only a whole reading can tell; nil for most formats.
	verify func() error
}

// Split is one part of a Set. Everything in it is in the order of the file.
type Split struct {
	Name   string
	IDs    []string // as the file spells them; nil if there are none
	Texts  []string // nil if there are none
	Labels []Labels
	Arrays []Array
	// Others are the keys that hold something else, each with what it is.
	Others []string
}

// Labels is a number for each sample, such as regression_labels.
type Labels struct {
	Name   string
	Values []float64
}

// Array is one modality's features.
type Array struct {
	Name   string
	Tensor *tensor.Tensor
	// Lengths are the numbers of frames of each sample that the file names; nil if
	// it does not. They may exceed the frames that are there: see Frames.
	Lengths []int
}

// Frames returns how many frames of sample i are no padding as far as the file's
// lengths say, which the array bounds.
func (a Array) Frames(i int) int {
	all := 1
	if shape := a.Tensor.Shape(); len(shape) > 2 {
		all = shape[1]
	}
	if i < len(a.Lengths) && a.Lengths[i] >= 0 {
		return min(all, a.Lengths[i])
	}
	return all
}

// Len returns the number of samples: that of the ids or else of the first thing
// that is there.
func (s *Split) Len() int {
	switch {
	case s.IDs != nil:
		return len(s.IDs)
	case len(s.Arrays) > 0:
		return s.Arrays[0].Tensor.Len()
	case s.Texts != nil:
		return len(s.Texts)
	case len(s.Labels) > 0:
		return len(s.Labels[0].Values)
	}
	return 0
}

// Array returns the named features and whether they are there.
func (s *Split) Array(name string) (Array, bool) {
	i := slices.IndexFunc(s.Arrays, func(a Array) bool { return a.Name == name })
	if i < 0 {
		return Array{}, false
	}
	return s.Arrays[i], true
}

// Split returns the named part and whether it is there.
func (s *Set) Split(name string) (*Split, bool) {
	i := slices.IndexFunc(s.Splits, func(p *Split) bool { return p.Name == name })
	if i < 0 {
		return nil, false
	}
	return s.Splits[i], true
}

// Open maps a file, finds out what it is, and reads all but the features, which
// are read when they are used; it takes at most about 1 GB, and next to nothing
// for the usual file. An HDF5 file is read into memory, and for a moment twice; a
// file of text, of at most 512 MB, takes up to five times its size. A file that is
// none of the formats, or not wholly one of them, is an error that names the file
// and the offset or line.
func Open(name string) (*Set, error) {
	m, err := tensor.Open(name)
	if err != nil {
		return nil, err
	}
	s := &Set{Name: name, mapped: m}
	if err := m.Guard(s.read); err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	m.Release(m.Bytes())
	s.check()
	return s, nil
}

// Close ends the use of the file and of all that was read from it.
func (s *Set) Close() error {
	if s.mapped == nil {
		return nil
	}
	return s.mapped.Close()
}

// Size returns the bytes of the file, or of all that were joined.
func (s *Set) Size() int64 {
	if s.mapped == nil {
		return s.size
	}
	return int64(len(s.mapped.Bytes()))
}

func (s *Set) read() error {
	data := s.mapped.Bytes()
	format, err := Detect(data)
	if err != nil {
		return err
	}
	s.Format = format
	switch format {
	case Pickle:
		return s.readPickle(data)
	case NPY:
		return s.readNPY(data)
	case NPZ:
		return s.readNPZ(data)
	case Safetensors:
		return s.readSafetensors(data)
	case CSV, TSV:
		return s.readTable(data)
	case MMLA:
		return s.readMMLA(data)
	}
	return readHDF5(s)
}

// note and problem add a line.
func (s *Set) note(format string, args ...any) {
	s.Notes = append(s.Notes, fmt.Sprintf(format, args...))
}

func (s *Set) problem(format string, args ...any) {
	s.Problems = append(s.Problems, fmt.Sprintf(format, args...))
}

// Usable returns nil, or the first problem as an error whose hint counts the
// others.
func (s *Set) Usable() error {
	if len(s.Problems) == 0 {
		return nil
	}
	err := fmt.Errorf("%s: %s", s.Name, s.Problems[0])
	if more := len(s.Problems) - 1; more > 0 {
		return hint.Add(err, "%d more problems; uacs data import --check lists them", more)
	}
	return err
}
