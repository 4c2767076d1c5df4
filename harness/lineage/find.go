package lineage

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"uacs/internal/hint"
)

// Place is a cell of a table.
type Place struct {
	Path string
	// Line is the line of the file, Row what its first cells say, Column the head.
	Line        int
	Row, Column string
	Cell        string
}

// number is a number as tables print it.
var number = regexp.MustCompile(`^[+\-−]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?$`)

// IsNumber reports whether arg is a number rather than the name of an artefact.
func IsNumber(arg string) bool { return number.MatchString(strings.TrimSpace(arg)) }

// Find returns the cells of the CSV tables that print the number, also as part of
// an interval: "89.90" is in "89.90 [87.19, 92.53]". It compares text: a table
// that rounds otherwise does not have it. The tables of experiments come first,
// those over several of them next, and last those of ablations, which have hundreds
// of thousands of numbers.
func Find(fsys fs.FS, text string) ([]Place, error) {
	manifest, err := readManifest(fsys)
	if err != nil {
		return nil, err
	}
	text = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSpace(text), "%"), "+")
	text = strings.ReplaceAll(text, "−", "-")
	var first, overviews, last []Place
	for _, file := range manifest.Paths() {
		if path.Ext(file) != ".csv" {
			continue
		}
		places, err := findIn(fsys, file, text)
		if err != nil {
			return nil, err
		}
		records, err := owner(manifest, file)
		switch {
		case err != nil:
			return nil, err
		case records == "":
			overviews = append(overviews, places...)
		case strings.HasPrefix(path.Base(file), "ablation-"):
			last = append(last, places...)
		default:
			first = append(first, places...)
		}
	}
	if all := slices.Concat(first, overviews, last); len(all) > 0 {
		return all, nil
	}
	return nil, hint.Add(notFound(fmt.Sprintf("no table prints %s", text)), "give it with as many decimals as the table does")
}

func findIn(fsys fs.FS, file, text string) ([]Place, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(data, []byte(text)) {
		return nil, nil
	}
	r := csv.NewReader(bytes.NewReader(data))
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var out []Place
	for n, row := range rows {
		for k, cell := range row {
			if n > 0 && k < len(rows[0]) && prints(cell, text) {
				out = append(out, Place{Path: file, Line: n + 1, Row: label(row), Column: rows[0][k], Cell: cell})
			}
		}
	}
	return out, nil
}

// prints reports whether one of the numbers of a cell is the text.
func prints(cell, text string) bool {
	for _, word := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" []();,", r) }) {
		if strings.TrimPrefix(word, "+") == text {
			return true
		}
	}
	return false
}

// label is what the first cells of a row say, up to three words that are no numbers.
func label(row []string) string {
	var words []string
	for _, cell := range row {
		if len(words) == 3 || len(cell) > 0 && (cell[0] >= '0' && cell[0] <= '9' || number.MatchString(cell)) {
			break
		}
		words = append(words, cell)
	}
	return strings.Join(words, ", ")
}
