package features

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"uacs/harness/pickle"
	"uacs/harness/tensor"
	"uacs/internal/csvtable"
)

// largestText is the greatest CSV, TSV or JSON lines file that is read; it is
// held in memory several times over.
const largestText = 1 << 29

// readTable reads CSV or TSV. The first row is a header if none of its cells is
// a number and the table has a number elsewhere; columns without one are named
// by their position from 0. A column "split" tells the splits apart. "label" and
// "label_…" are labels; the other columns of numbers alone are the features: of the
// modality that their name begins with, see [modalityOf], or else named "columns". An
// empty cell is NaN, but a row whose cells of a modality are all empty lacks it, and is
// zeros there. With MMSA's header it is label.csv.
func (s *Set) readTable(data []byte) error {
	if len(data) > largestText {
		return fmt.Errorf("%d bytes of text; this reader takes %d", len(data), largestText)
	}
	rows, err := s.records(data)
	if err != nil {
		return err
	}
	names := make([]string, len(rows[0]))
	for k := range names {
		names[k] = fmt.Sprint(k)
	}
	if header(rows) {
		names, rows = rows[0], rows[1:]
	}
	if slices.Contains(names, "video_id") && slices.Contains(names, "clip_id") && slices.Contains(names, "mode") {
		s.Format = LabelCSV
		return s.labelCSV(names, rows)
	}
	return s.parts(names, rows)
}

// parts files a table: as one part, or by its column split.
func (s *Set) parts(names []string, rows [][]string) error {
	numeric := make([]bool, len(names))
	for k := range numeric {
		numeric[k] = numericColumn(rows, k)
		if !numeric[k] && !textNames[names[k]] && !idNames[names[k]] {
			s.strayWord(names[k], rows, k)
		}
	}
	at := slices.Index(names, "split")
	if at < 0 {
		p := &Split{Name: "all"}
		s.Splits = []*Split{p}
		return s.columns(p, names, rows, numeric)
	}
	names = slices.Clone(names)
	names[at] = ""
	bySplit := map[string][][]string{}
	for i, row := range rows {
		name := row[at]
		if name != "train" && name != "valid" && name != "test" {
			return fmt.Errorf("record %d: split %.40q is none of train, valid, test", i+2, name)
		}
		bySplit[name] = append(bySplit[name], row)
	}
	for _, name := range []string{"train", "valid", "test"} {
		if bySplit[name] == nil {
			continue
		}
		p := &Split{Name: name}
		s.Splits = append(s.Splits, p)
		if err := s.columns(p, names, bySplit[name], numeric); err != nil {
			return err
		}
	}
	return nil
}

// records parses the file; all rows must be equally long.
func (s *Set) records(data []byte) ([][]string, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord = false
	if s.Format == TSV {
		r.Comma = '\t'
		r.LazyQuotes = true
	}
	var rows [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // names the line
		}
		for k, cell := range row {
			if !utf8.ValidString(cell) {
				line, _ := r.FieldPos(k)
				return nil, fmt.Errorf("line %d: column %d is not valid UTF-8", line, k+1)
			}
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, errors.New("line 1: no rows")
	}
	return rows, nil
}

// header reports whether the first row names the columns.
func header(rows [][]string) bool {
	for _, cell := range rows[0] {
		if isNumber(cell) || cell == "" {
			return false
		}
	}
	if len(rows) == 1 {
		return true
	}
	return slices.ContainsFunc(rows[1], isNumber)
}

func isNumber(cell string) bool {
	_, ok := number(cell)
	return ok
}

// number parses a cell; NaN and infinities are numbers here.
func number(cell string) (float64, bool) {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "nan":
		return nan, true
	case "inf", "+inf", "infinity":
		return inf, true
	case "-inf", "-infinity":
		return -inf, true
	}
	return csvtable.ParseNumber(cell)
}

// columns files the columns of a table by what they hold; one without a name is
// used already.
func (s *Set) columns(p *Split, names []string, rows [][]string, isNumeric []bool) error {
	numeric := map[string][]int{} // of each array
	for k, name := range names {
		if name == "" {
			continue
		}
		if isNumeric[k] {
			if textNames[name] || idNames[name] {
				s.note("column %s holds numbers alone", name)
			}
			if name == "label" || strings.HasPrefix(name, "label_") {
				p.Labels = append(p.Labels, Labels{name, columnNumbers(rows, k)})
				continue
			}
			array := modalityOf(name)
			numeric[array] = append(numeric[array], k)
			continue
		}
		words := make(pickle.List, len(rows))
		for i, row := range rows {
			words[i] = row[k]
		}
		s.field(p, name, words)
	}
	for _, array := range []string{"text", "audio", "vision", otherColumns} {
		if len(numeric[array]) == 0 {
			continue
		}
		if err := s.numbers(p, array, rows, numeric[array]); err != nil {
			return err
		}
	}
	return nil
}

// numbers files columns of numbers as the features of that name.
func (s *Set) numbers(p *Split, array string, rows [][]string, columns []int) error {
	data := make([]byte, 0, 4*len(rows)*len(columns))
	lacking := 0
	for _, row := range rows {
		if array != otherColumns && !slices.ContainsFunc(columns, func(k int) bool { return row[k] != "" }) {
			lacking++
			data = append(data, make([]byte, 4*len(columns))...)
			continue
		}
		for _, k := range columns {
			data = appendFloat32(data, row[k])
		}
	}
	if lacking > 0 {
		s.note("%s: %d of %d rows have no %s", p.Name, lacking, len(rows), array)
	}
	a, err := pickle.NewArray("<f4", []int{len(rows), len(columns)}, false, data)
	if err != nil {
		return err
	}
	t, err := tensor.New(a, nil)
	p.Arrays = append(p.Arrays, Array{Name: array, Tensor: t})
	return err
}

// otherColumns names the features of a table whose columns name no modality.
const otherColumns = "columns"

// columnPrefixes are what the names of columns begin with.
var columnPrefixes = []struct{ prefix, modality string }{
	{"text", "text"},
	{"language", "text"},
	{"audio", "audio"},
	{"acoustic", "audio"},
	{"vision", "vision"},
	{"visual", "vision"},
}

// modalityOf returns the features that a column of numbers belongs to. "text_0",
// "audio.mfcc1" and "visual3" begin with a modality, and more that is no letter
// follows; NAME_lengths are no features of NAME.
func modalityOf(column string) string {
	for _, p := range columnPrefixes {
		rest, ok := strings.CutPrefix(column, p.prefix)
		next, _ := utf8.DecodeRuneInString(rest)
		if ok && rest != "" && !unicode.IsLetter(next) && !strings.HasSuffix(column, lengthsSuffix) {
			return p.modality
		}
	}
	return otherColumns
}

// numericColumn reports whether a column holds numbers and empty cells, and at
// least one number.
func numericColumn(rows [][]string, k int) bool {
	any := false
	for _, row := range rows {
		if row[k] == "" {
			continue
		}
		if !isNumber(row[k]) {
			return false
		}
		any = true
	}
	return any
}

// strayWord reports a word in a column that holds numbers but for a tenth of its
// cells: the column would be none of the features.
func (s *Set) strayWord(name string, rows [][]string, k int) {
	words, cells, first := 0, 0, 0
	for i, row := range rows {
		if row[k] == "" {
			continue
		}
		if cells++; !isNumber(row[k]) {
			if words++; words == 1 {
				first = i
			}
		}
	}
	if words > 0 && 10*words <= cells {
		s.problem("row %d: column %s: %.40q is no number, and %d of %d cells are", first, name, rows[first][k], cells-words, cells)
	}
}

func columnNumbers(rows [][]string, k int) []float64 {
	out := make([]float64, len(rows))
	for i, row := range rows {
		v, ok := number(row[k])
		if !ok {
			v = nan
		}
		out[i] = v
	}
	return out
}

// labelCSV reads MMSA's label.csv: the id is video_id$_$clip_id, the split is
// the mode, label_T is regression_labels_T.
func (s *Set) labelCSV(names []string, rows [][]string) error {
	at := map[string]int{}
	for k, name := range names {
		at[name] = k
	}
	for _, name := range []string{"text", "label"} {
		if _, ok := at[name]; !ok {
			return fmt.Errorf("line 1: no column %s", name)
		}
	}
	bySplit := map[string][][]string{}
	for i, row := range rows {
		mode := row[at["mode"]]
		if mode != "train" && mode != "valid" && mode != "test" {
			return fmt.Errorf("record %d: mode %.40q is none of train, valid, test", i+2, mode)
		}
		if !isNumber(row[at["label"]]) {
			return fmt.Errorf("record %d: label %.40q is no number", i+2, row[at["label"]])
		}
		bySplit[mode] = append(bySplit[mode], row)
	}
	for _, mode := range []string{"train", "valid", "test"} {
		part := bySplit[mode]
		if part == nil {
			s.note("no row of mode %s", mode)
			continue
		}
		p := &Split{Name: mode}
		for _, row := range part {
			p.IDs = append(p.IDs, row[at["video_id"]]+"$_$"+row[at["clip_id"]])
			p.Texts = append(p.Texts, row[at["text"]])
		}
		for k, name := range names {
			if suffix, ok := strings.CutPrefix(name, "label"); ok && (suffix == "" || suffix[0] == '_') {
				p.Labels = append(p.Labels, Labels{regression + suffix, columnNumbers(part, k)})
			}
		}
		s.Splits = append(s.Splits, p)
	}
	return nil
}

func appendFloat32(data []byte, cell string) []byte {
	v, ok := number(cell)
	if !ok {
		v = nan
	}
	return binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
}
