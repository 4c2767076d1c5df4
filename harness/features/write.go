package features

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"

	"uacs/harness/pickle"
	"uacs/harness/tensor"
	"uacs/internal/hint"
)

// Pool says how frames become one row of features.
type Pool string

// The ways to pool.
const (
	NoPool     Pool = ""       // all frames are kept
	PoolFrames Pool = "frames" // mean over the frames that are no padding
	PoolPadded Pool = "padded" // mean over all frames, as MMSA's need_normalized does
)

// Recipe is what [Write] changes. The zero Recipe changes nothing but the type
// of the numbers. What it names is what MMSA's own loader does without saying
// so (thuiar/MMSA, data_loader.py).
type Recipe struct {
	// NegInf replaces -inf in audio by 0, and nothing else: neither +inf, nor
	// NaN, nor -inf elsewhere.
	NegInf bool
	// Pool replaces audio and vision by means of their frames; NaN becomes 0 then.
	Pool Pool
	// Shuffle, if not nil, shuffles valid and test by this seed. MMSA shuffles them
	// in an order that depends on torch; this stands for it where one asks whether
	// order matters.
	Shuffle *uint64
}

// Names lists the options in force, as recorded in a file.
func (r Recipe) Names() []string {
	var names []string
	if r.NegInf {
		names = append(names, "neg-inf-to-zero")
	}
	if r.Pool != NoPool {
		names = append(names, "pool="+string(r.Pool))
	}
	if r.Shuffle != nil {
		names = append(names, fmt.Sprintf("shuffle=%d", *r.Shuffle))
	}
	return names
}

// layout names the form of the files that Write makes.
const layout = "uacs-features/1"

// Keys of the metadata of a file that Write made.
const (
	metaLayout = "layout"
	metaSource = "source_sha256"
	metaFormat = "source_format"
	metaRecipe = "recipe"
	metaNotes  = "notes"
)

// Write writes a safetensors file: for each split, SPLIT/NAME holds the features
// as 32-bit floats and the labels as 64-bit floats, SPLIT/id and SPLIT/raw_text
// hold JSON arrays of strings as bytes, filled up with spaces so that
// [tensor.Tensor.View] works. The metadata names the source by digest, a hex
// SHA-256, and says what recipe changed and how often, and which keys were left out. Same set, digest and
// recipe, same bytes. A set with problems, and one of
// which there is nothing to write, is refused.
func Write(w io.Writer, s *Set, digest string, r Recipe) error {
	if err := s.Usable(); err != nil {
		return err
	}
	var parts []tensor.Part
	notes := append([]string(nil), s.Notes...)
	notes = append(notes, LeftOut(s)...)
	for _, p := range s.Splits {
		order := r.order(p)
		for _, a := range p.Arrays {
			part, note, err := r.features(p, a, order)
			if err != nil {
				return fmt.Errorf("%s: %s/%s: %w", s.Name, p.Name, a.Name, err)
			}
			parts = append(parts, part)
			notes = append(notes, note...)
		}
		parts = append(parts, columnsOf(p, order)...)
	}
	if len(parts) == 0 {
		return hint.Add(fmt.Errorf("%s: nothing in it is features, labels, ids or texts: there is nothing to write", s.Name), "uacs data import --check lists what it holds")
	}
	buffered := bufio.NewWriterSize(w, 1<<20)
	err := tensor.WriteSafetensors(buffered, map[string]string{
		metaLayout: layout, metaSource: digest, metaFormat: string(s.Format),
		metaRecipe: strings.Join(r.Names(), " "), metaNotes: strings.Join(notes, "\n"),
	}, parts)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return buffered.Flush()
}

// LeftOut says what of a set [Write] does not write, a line for each key.
func LeftOut(s *Set) []string {
	var lines []string
	for _, p := range s.Splits {
		for _, o := range p.Others {
			lines = append(lines, p.Name+": not copied: "+o)
		}
	}
	return lines
}

// Made reports whether s is a file that Write made from a source of the given
// digest by the recipe.
func Made(s *Set, digest string, r Recipe) bool {
	return IsCopy(s) && s.Metadata[metaSource] == digest && s.Metadata[metaRecipe] == strings.Join(r.Names(), " ")
}

// IsCopy reports whether s is a file that Write made, from whatever source.
func IsCopy(s *Set) bool { return s.Metadata[metaLayout] == layout }

// order is the order in which the samples of a split are written.
func (r Recipe) order(p *Split) []int {
	order := make([]int, p.Len())
	for i := range order {
		order[i] = i
	}
	if r.Shuffle != nil && (p.Name == "valid" || p.Name == "test") {
		rng := rand.New(rand.NewPCG(*r.Shuffle, uint64(len(p.Name))))
		rng.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
	}
	return order
}

// features is the part of one modality. Arrays of a file without splits may have
// other numbers of samples; they keep their order.
func (r Recipe) features(p *Split, a Array, order []int) (tensor.Part, []string, error) {
	n := a.Tensor.Len()
	if n != len(order) {
		order = Recipe{}.order(&Split{Arrays: []Array{a}})
	}
	shape := append([]int(nil), a.Tensor.Shape()...)
	pool := r.Pool != NoPool && len(shape) == 3 && (isAudio(a.Name) || isVision(a.Name))
	negInf := r.NegInf && isAudio(a.Name)
	var notes []string
	if negInf {
		c, err := a.Tensor.Count()
		if err != nil {
			return tensor.Part{}, nil, err
		}
		notes = append(notes, fmt.Sprintf("%s: %s: %d values of -inf became 0", p.Name, a.Name, c.NegInf))
	}
	if d := a.Tensor.DType(); d != "<f4" && d != ">f4" && d != "<f2" && d != ">f2" {
		notes = append(notes, fmt.Sprintf("%s: %s: dtype %s became float32", p.Name, a.Name, d))
	}
	if pool {
		shape = []int{shape[0], shape[2]}
		notes = append(notes, fmt.Sprintf("%s: %s: mean over frames (%s)", p.Name, a.Name, r.Pool))
	}
	write := func(w io.Writer) error {
		row := make([]float32, a.Tensor.Row())
		var out []byte
		for _, i := range order {
			if err := a.Tensor.Read(i, row); err != nil {
				return err
			}
			if negInf {
				ZeroNegInf(row)
			}
			values := row
			if pool {
				values = r.mean(a, i, row)
			}
			out = appendFloats(out[:0], values)
			if _, err := w.Write(out); err != nil {
				return err
			}
		}
		return nil
	}
	return tensor.Part{Name: p.Name + "/" + a.Name, DType: "<f4", Shape: shape, Write: write}, notes, nil
}

func isAudio(name string) bool  { return name == "audio" || name == "acoustic" }
func isVision(name string) bool { return name == "vision" || name == "visual" || name == "video" }

// ZeroNegInf replaces -inf by 0 in place and returns how often.
func ZeroNegInf(row []float32) int {
	n := 0
	for i, v := range row {
		if math.IsInf(float64(v), -1) {
			row[i] = 0
			n++
		}
	}
	return n
}

func appendFloats(data []byte, values []float32) []byte {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

// mean pools one sample.
func (r Recipe) mean(a Array, i int, row []float32) []float32 {
	shape := a.Tensor.Shape()
	frames := shape[1]
	if r.Pool == PoolFrames {
		frames = trueFrames(a, i, row)
	}
	out := Mean(row[:frames*shape[2]], shape[2])
	for k, v := range out {
		if v != v {
			out[k] = 0
		}
	}
	return out
}

// trueFrames is how many frames are no padding: as the lengths of the file say,
// or, where there are none, those up to the last that is not zero.
func trueFrames(a Array, i int, row []float32) int {
	if a.Lengths != nil {
		return a.Frames(i)
	}
	width := a.Tensor.Shape()[2]
	_, trail := zeroEdges(row, width)
	return a.Tensor.Shape()[1] - trail
}

// Mean returns the mean of frames of the given width, summed in order in 64
// bits; zeros if there is no frame.
func Mean(frames []float32, width int) []float32 {
	out := make([]float32, width)
	if len(frames) < width || width == 0 {
		return out
	}
	sum := make([]float64, width)
	for i, v := range frames {
		sum[i%width] += float64(v)
	}
	for k := range out {
		out[k] = float32(sum[k] / float64(len(frames)/width))
	}
	return out
}

// columnsOf are the parts of ids, texts, labels and lengths.
func columnsOf(p *Split, order []int) []tensor.Part {
	var parts []tensor.Part
	words := func(name string, all []string) {
		if all == nil {
			return
		}
		sorted := make([]string, len(order))
		for i, k := range order {
			sorted[i] = all[k]
		}
		text, err := json.Marshal(sorted)
		for len(text)%64 != 0 { // the floats that follow stay aligned
			text = append(text, ' ')
		}
		write := func(w io.Writer) error {
			if err != nil {
				return err
			}
			_, err := w.Write(text)
			return err
		}
		parts = append(parts, tensor.Part{Name: p.Name + "/" + name, DType: "|u1", Shape: []int{len(text)}, Write: write})
	}
	numbers := func(name string, n int, value func(int) float64) {
		data := make([]byte, 0, 8*n)
		for i := range n {
			k := i
			if n == len(order) {
				k = order[i]
			}
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(value(k)))
		}
		parts = append(parts, tensor.Part{Name: p.Name + "/" + name, DType: "<f8", Shape: []int{n}, Write: func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		}})
	}
	words("id", p.IDs)
	words("raw_text", p.Texts)
	for _, l := range p.Labels {
		numbers(l.Name, len(l.Values), func(i int) float64 { return l.Values[i] })
	}
	for _, a := range p.Arrays {
		if a.Lengths != nil {
			numbers(a.Name+lengthsSuffix, len(a.Lengths), func(i int) float64 { return float64(a.Lengths[i]) })
		}
	}
	return parts
}

// readSafetensors reads a file that Write made, or any other as one part.
func (s *Set) readSafetensors(data []byte) error {
	f, err := tensor.ReadSafetensors(data)
	if err != nil {
		return err
	}
	s.Metadata = f.Metadata
	ours := f.Metadata[metaLayout] == layout
	if ours && f.Metadata[metaNotes] != "" {
		s.Notes = strings.Split(f.Metadata[metaNotes], "\n")
	}
	for _, name := range f.Names() {
		a, err := f.Array(name)
		if err != nil {
			return err
		}
		split, key := "all", name
		if before, after, ok := strings.Cut(name, "/"); ok && ours {
			split, key = before, after
		}
		p, ok := s.Split(split)
		if !ok {
			p = &Split{Name: split}
			s.Splits = append(s.Splits, p)
		}
		if ours && (key == "id" || key == "raw_text") {
			if err := p.words(key, a); err != nil {
				return fmt.Errorf("array %q: %w", name, err)
			}
			continue
		}
		s.field(p, key, a)
	}
	return nil
}

// words decodes a JSON array of strings.
func (p *Split) words(key string, a *pickle.Array) error {
	data, err := a.Bytes()
	if err != nil {
		return err
	}
	words := []string{}
	if err := json.Unmarshal(data, &words); err != nil {
		return err
	}
	if key == "id" {
		p.IDs = words
	} else {
		p.Texts = words
	}
	return nil
}
