package features

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"uacs/harness/tensor"
	"uacs/internal/hint"
)

// ArrayReport is what [Inspect] found in one modality of one split.
type ArrayReport struct {
	Split, Name string
	DType       string
	Shape       []int
	// Counts leaves the padding out, which is zeros: a column that is constant but
	// for it is constant.
	tensor.Counts
	// For features of samples × frames × columns, else zero: Lead and Trail count
	// the frames of zeros at the beginning and the end of samples, over all of
	// them; Empty the samples of zeros only; Frames the least, middle and greatest
	// number of frames without the trailing zeros.
	Lead, Trail, Empty int64
	FrameRange         [3]int
	// OtherLength counts the samples whose length, as the file names it, is not
	// the frames without the trailing zeros.
	OtherLength int
}

// LabelReport is what [Inspect] found in one kind of labels of one split.
type LabelReport struct {
	Split, Name              string
	N, NaN                   int
	Negative, Zero, Positive int
	Min, Max                 float64 // of the numbers; NaN if there is none
	Distinct                 int
}

// Report is what is in a file. [Inspect] makes it.
type Report struct {
	Name   string
	Format Format
	Bytes  int64
	Digest string // hex SHA-256 of the file
	// Known says which published file has this digest, "" for none that the
	// package knows.
	Known  string
	Arrays []ArrayReport
	Labels []LabelReport
	// Others are the keys that hold something else, after the split's name.
	Others          []string
	Splits          []string // name, number of samples, and which of ids, texts and lengths there are
	Problems, Notes []string
}

// Inspect reads a set through: its digest, the checksums of a zip archive, each
// number of each modality, each label. It holds one sample at a time.
func Inspect(s *Set) (*Report, error) {
	r := &Report{Name: s.Name, Format: s.Format, Bytes: s.Size(), Problems: s.Problems, Notes: s.Notes}
	var err error
	if r.Digest, err = s.Digest(); err != nil {
		return nil, err
	}
	r.Known = Known(r.Digest)
	if s.verify != nil {
		if err := s.mapped.Guard(s.verify); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	for _, p := range s.Splits {
		r.Splits = append(r.Splits, outlineOf(p))
		for _, a := range p.Arrays {
			report, err := inspectArray(p.Name, a)
			if err != nil {
				return nil, fmt.Errorf("%s: %s/%s: %w", s.Name, p.Name, a.Name, err)
			}
			r.Arrays = append(r.Arrays, report)
		}
		for _, l := range p.Labels {
			r.Labels = append(r.Labels, inspectLabels(p.Name, l))
		}
		for _, o := range p.Others {
			r.Others = append(r.Others, p.Name+": "+o)
		}
	}
	return r, nil
}

// outlineOf names a split, its samples, and the keys that no table of a report has a
// line for.
func outlineOf(p *Split) string {
	var keys []string
	if p.IDs != nil {
		keys = append(keys, "id")
	}
	if p.Texts != nil {
		keys = append(keys, "raw_text")
	}
	for _, a := range p.Arrays {
		if a.Lengths != nil {
			keys = append(keys, a.Name+lengthsSuffix)
		}
	}
	outline := fmt.Sprintf("%s %d", p.Name, p.Len())
	if keys != nil {
		outline += " (" + strings.Join(keys, ", ") + ")"
	}
	return outline
}

// Digest returns the hex SHA-256 of the file; that of a joined set depends on the
// digests of its files, the clips and the options.
func (s *Set) Digest() (string, error) {
	if s.mapped == nil {
		return s.digest, nil
	}
	const piece = 1 << 22
	h := sha256.New()
	err := s.mapped.Guard(func() error {
		for data := s.mapped.Bytes(); len(data) > 0; {
			n := min(piece, len(data))
			h.Write(data[:n])
			s.mapped.Release(data[:n])
			data = data[n:]
		}
		return nil
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

func inspectArray(split string, a Array) (ArrayReport, error) {
	shape := a.Tensor.Shape()
	r := ArrayReport{Split: split, Name: a.Name, DType: string(a.Tensor.DType()), Shape: shape}
	counter := tensor.NewCounter(shape)
	row := make([]float32, a.Tensor.Row())
	var lengths []int
	for i := range a.Tensor.Len() {
		if err := a.Tensor.Read(i, row); err != nil {
			return r, err
		}
		if len(shape) != 3 || len(row) == 0 {
			counter.Add(row)
			continue
		}
		lead, trail := zeroEdges(row, shape[2])
		r.Trail += int64(trail)
		if trail == shape[1] {
			r.Empty++
		} else {
			r.Lead += int64(lead)
		}
		if trail < shape[1] {
			counter.Add(row[lead*shape[2] : (shape[1]-trail)*shape[2]])
		}
		lengths = append(lengths, shape[1]-trail)
		if i < len(a.Lengths) && a.Lengths[i] != shape[1]-trail {
			r.OtherLength++
		}
	}
	r.Counts = counter.Counts()
	if len(lengths) > 0 {
		slices.Sort(lengths)
		r.FrameRange = [3]int{lengths[0], lengths[len(lengths)/2], lengths[len(lengths)-1]}
	}
	return r, nil
}

// zeroEdges counts the frames of zeros at the beginning and the end; if all are
// zero both are their number.
func zeroEdges(row []float32, width int) (lead, trail int) {
	if width == 0 {
		return 0, 0
	}
	zero := func(v float32) bool { return v == 0 }
	first := slices.IndexFunc(row, func(v float32) bool { return !zero(v) })
	frames := len(row) / width
	if first < 0 {
		return frames, frames
	}
	last := len(row) - 1
	for zero(row[last]) {
		last--
	}
	return first / width, frames - 1 - last/width
}

func inspectLabels(split string, l Labels) LabelReport {
	r := LabelReport{Split: split, Name: l.Name, N: len(l.Values), Min: nan, Max: nan}
	distinct := map[float64]bool{}
	for _, v := range l.Values {
		switch {
		case math.IsNaN(v):
			r.NaN++
			continue
		case v < 0:
			r.Negative++
		case v > 0:
			r.Positive++
		default:
			r.Zero++
		}
		distinct[v] = true
		if !(v >= r.Min) {
			r.Min = v
		}
		if !(v <= r.Max) {
			r.Max = v
		}
	}
	r.Distinct = len(distinct)
	return r
}

// String prints the report for people: what the file is, a line for each
// modality and each kind of labels, and then notes and problems.
func (r *Report) String() string {
	var b strings.Builder
	known := r.Known
	if known == "" {
		known = "unknown file"
	}
	fmt.Fprintf(&b, "%s: %s, %d bytes\nsha256 %s: %s\nsamples: %s\n", r.Name, r.Format, r.Bytes, r.Digest, known, strings.Join(r.Splits, ", "))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if len(r.Arrays) > 0 {
		fmt.Fprintln(w, "\nsplit\tfeatures\tdtype\tshape\tframes\tpadding\tempty\tnan\t+inf\t-inf\tconstant")
	}
	for _, a := range r.Arrays {
		frames, padding, empty := "", "", ""
		if len(a.Shape) == 3 {
			frames = fmt.Sprintf("%d/%d/%d", a.FrameRange[0], a.FrameRange[1], a.FrameRange[2])
			padding = fmt.Sprintf("%.1f%%", 100*float64(a.Trail)/float64(max(1, a.Shape[0]*a.Shape[1])))
			empty = fmt.Sprint(a.Empty)
		}
		constant := ""
		if a.Columns > 0 {
			constant = fmt.Sprintf("%d of %d", a.Constant, a.Columns)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", a.Split, a.Name, a.DType, times(a.Shape), frames, padding, empty, a.NaN, a.PosInf, a.NegInf, constant)
	}
	w.Flush() // to memory: it cannot fail
	if len(r.Labels) > 0 {
		fmt.Fprintln(w, "\nsplit\tlabels\tn\tnan\tnegative\tzero\tpositive\tmin\tmax\tdistinct")
	}
	for _, l := range r.Labels {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%.4g\t%.4g\t%d\n", l.Split, l.Name, l.N, l.NaN, l.Negative, l.Zero, l.Positive, l.Min, l.Max, l.Distinct)
	}
	w.Flush()
	for _, part := range []struct {
		name  string
		lines []string
	}{{"other", r.Others}, {"note", r.lengthNotes()}, {"note", r.Notes}, {"problem", r.Problems}} {
		for i, line := range part.lines {
			if i == 0 {
				fmt.Fprintln(&b)
			}
			fmt.Fprintf(&b, "%s: %s\n", part.name, line)
		}
	}
	return hint.Printable(b.String())
}

// lengthNotes say where padding and named lengths do not agree.
func (r *Report) lengthNotes() []string {
	var notes []string
	for _, a := range r.Arrays {
		if a.OtherLength > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s%s differs from the frames without trailing zeros in %d of %d samples", a.Split, a.Name, lengthsSuffix, a.OtherLength, a.Shape[0]))
		}
		if a.Lead > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s: %d frames of zeros stand at the beginning of samples", a.Split, a.Name, a.Lead))
		}
	}
	return notes
}

func times(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, "×")
}
