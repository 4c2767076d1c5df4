package tensor

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"uacs/harness/pickle"
	"uacs/internal/hint"
)

// longestHeader is the format's own limit.
const longestHeader = 100_000_000

// dtypes are the types of the format that numpy has too. BF16 and the types of
// 8 bits and below are left out.
var dtypes = map[string]pickle.DType{
	"F64": "<f8", "F32": "<f4", "F16": "<f2",
	"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
	"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
	"BOOL": "|b1",
}

// Safetensors is a file of named arrays. It is safe for concurrent use.
type Safetensors struct {
	// Metadata is what the file says about itself.
	Metadata map[string]string

	names  []string
	arrays map[string]*pickle.Array
}

// entry is one array in the header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

// ReadSafetensors reads the header of a file. The arrays are slices of data,
// which must stay in place, unchanged, as long as they are used. Arrays that
// overlap, leave gaps or reach beyond the file, unknown dtypes, and a shape that
// does not fit its bytes are errors; those of the layout name the byte offset.
//
// The format is that of huggingface/safetensors: eight bytes of length, a JSON
// header, the arrays back to back.
func ReadSafetensors(data []byte) (*Safetensors, error) {
	if len(data) < 8 {
		return nil, errors.New("offset 0: no safetensors file: it is shorter than 8 bytes")
	}
	n := binary.LittleEndian.Uint64(data)
	if rest := uint64(len(data) - 8); n > rest || n > longestHeader {
		return nil, fmt.Errorf("offset 0: a header of %d bytes; %d follow, and the format allows %d", n, rest, longestHeader)
	}
	header, body := data[8:8+n], data[8+n:]
	entries, metadata, err := parseHeader(header)
	if err != nil {
		return nil, err
	}
	s := &Safetensors{Metadata: metadata, arrays: map[string]*pickle.Array{}}
	for name := range entries {
		s.names = append(s.names, name)
	}
	// Back to back in the order of the file; of two at one place the empty first.
	sort.Slice(s.names, func(i, j int) bool {
		a, b := entries[s.names[i]], entries[s.names[j]]
		if c := slices.Compare(a.Offsets, b.Offsets); c != 0 {
			return c < 0
		}
		return s.names[i] < s.names[j]
	})
	return s, s.cut(entries, body, 8+n)
}

// parseHeader reads the JSON object of the header.
func parseHeader(header []byte) (map[string]entry, map[string]string, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(header, &raw); err != nil {
		return nil, nil, fmt.Errorf("offset 8: the header: %w", err)
	}
	var metadata map[string]string
	entries := map[string]entry{}
	// In order, for the error to be the same each time.
	for _, name := range sortedKeys(raw) {
		if name == "__metadata__" {
			if err := json.Unmarshal(raw[name], &metadata); err != nil {
				return nil, nil, fmt.Errorf("offset 8: the header: __metadata__: %w", err)
			}
			continue
		}
		var e entry
		d := json.NewDecoder(bytes.NewReader(raw[name]))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			return nil, nil, fmt.Errorf("offset 8: the header: array %.80q: %w", name, err)
		}
		if len(e.Offsets) != 2 || e.Offsets[0] > e.Offsets[1] {
			return nil, nil, fmt.Errorf("offset 8: the header: array %.80q: data_offsets %v are no range", name, e.Offsets)
		}
		entries[name] = e
	}
	return entries, metadata, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// cut makes the arrays, which must fill body, whose offset in the file is base.
func (s *Safetensors) cut(entries map[string]entry, body []byte, base uint64) error {
	end := uint64(0)
	for _, name := range s.names {
		e := entries[name]
		switch {
		case e.Offsets[0] != end:
			return fmt.Errorf("offset %d: array %.80q begins at %d of the data, not at %d where the last one ends", base, name, e.Offsets[0], end)
		case e.Offsets[1] > uint64(len(body)):
			return fmt.Errorf("offset %d: array %.80q ends at %d of the data, which has %d bytes", base+end, name, e.Offsets[1], len(body))
		}
		d, known := dtypes[e.DType]
		if !known {
			return fmt.Errorf("offset %d: array %.80q: dtype %.20q is not supported", base+end, name, e.DType)
		}
		a, err := pickle.NewArray(d, e.Shape, false, body[end:e.Offsets[1]:e.Offsets[1]])
		if err != nil {
			return fmt.Errorf("offset %d: array %.80q: %w", base+end, name, err)
		}
		s.arrays[name], end = a, e.Offsets[1]
	}
	if rest := uint64(len(body)) - end; rest > 0 {
		return fmt.Errorf("offset %d: %d bytes follow the last array", base+end, rest)
	}
	return nil
}

// Names returns the names of the arrays in the order of the file.
func (s *Safetensors) Names() []string { return append([]string(nil), s.names...) }

// Array returns an array. The hint of the error for an unknown name lists the
// known ones.
func (s *Safetensors) Array(name string) (*pickle.Array, error) {
	a, ok := s.arrays[name]
	if !ok {
		return nil, hint.Add(fmt.Errorf("no array %q in the file", name), "its arrays are: %s", strings.Join(s.names, ", "))
	}
	return a, nil
}

// Part is an array to write. Write must write exactly the bytes of its elements,
// in C order and little-endian.
type Part struct {
	Name  string
	DType pickle.DType
	Shape []int
	Write func(io.Writer) error
}

// WriteSafetensors writes arrays in the given order. The first begins at a
// multiple of 64 bytes, and each of the others too if those before it have such
// sizes. The bytes depend on the arguments alone. Names given twice, dtypes that
// the format does not have, and a Write of another length are errors; what was
// written before the error is of no use.
func WriteSafetensors(w io.Writer, metadata map[string]string, parts []Part) error {
	header, sizes, err := formatHeader(metadata, parts)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for i, p := range parts {
		c := &counter{w: w}
		if err := p.Write(c); err != nil {
			return fmt.Errorf("array %q: %w", p.Name, err)
		}
		if c.n != sizes[i] {
			return fmt.Errorf("array %q: %d bytes were written, its shape %v of %s needs %d", p.Name, c.n, p.Shape, p.DType, sizes[i])
		}
	}
	return nil
}

// counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// formatHeader returns the length and the header, filled up with spaces, and
// the bytes of each array.
func formatHeader(metadata map[string]string, parts []Part) ([]byte, []int64, error) {
	fields := map[string]any{}
	if len(metadata) > 0 {
		fields["__metadata__"] = metadata
	}
	sizes := make([]int64, len(parts))
	end := int64(0)
	for i, p := range parts {
		code, size, err := typeCode(p.DType)
		if err != nil {
			return nil, nil, fmt.Errorf("array %q: %w", p.Name, err)
		}
		if _, twice := fields[p.Name]; twice {
			return nil, nil, fmt.Errorf("array %q is given twice", p.Name)
		}
		for _, n := range p.Shape {
			size *= int64(n)
		}
		sizes[i] = size
		fields[p.Name] = entry{code, append([]int{}, p.Shape...), []uint64{uint64(end), uint64(end + size)}}
		end += size
	}
	text, err := json.Marshal(fields) // sorts the keys
	if err != nil {
		return nil, nil, err
	}
	for (len(text)+8)%64 != 0 {
		text = append(text, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), sizes, nil
}

// typeCode returns the format's name of a dtype and its bytes.
func typeCode(d pickle.DType) (code string, size int64, err error) {
	for name, known := range dtypes {
		if known == d {
			return name, int64(d[2] - '0'), nil
		}
	}
	return "", 0, fmt.Errorf("dtype %q has no place in a safetensors file", d)
}
