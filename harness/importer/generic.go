package importer

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

// JSONL reads predictions in their canonical encoding. Records of other splits
// or datasets are counted and left out.
var JSONL = register(Importer{
	Name: "jsonl",
	Doc:  "JSON lines in the canonical prediction schema: your own predictions.",
	read: readJSONL,
})

func readJSONL(r Request) (Import, error) {
	data, err := fs.ReadFile(r.FS, r.Path)
	if err != nil {
		return Import{}, err
	}
	all, warnings, err := sample.ReadPredictions(bytes.NewReader(data), r.Path)
	if err != nil {
		return Import{}, err
	}
	im := Import{Files: []string{r.Path}, Notes: warnings}
	asked, unasked := r.asked(), 0
	byModel := map[string][]sample.Prediction{}
	var order []string
	for _, p := range all {
		i, ok := asked[p.ID]
		if !ok || p.Dataset != r.Clips[i].Dataset || p.Split != r.Clips[i].Split {
			unasked++
			continue
		}
		if byModel[p.Model] == nil {
			order = append(order, p.Model)
			byModel[p.Model] = r.blank(p.Model, p.Revision, p.Modalities...)
		}
		records := byModel[p.Model]
		if records[i].Error != missing {
			return Import{}, hint.Add(
				fmt.Errorf("%s: model %s has two answers for clip %s (revisions, rounds or prompts differ)", r.Path, p.Model, p.ID),
				"give each revision, round and prompt a file or a model name of its own")
		}
		records[i] = p
	}
	for _, model := range order {
		im.Predictions = append(im.Predictions, byModel[model]...)
		im.noteMissing(byModel[model])
	}
	im.note(unasked, "records are for clips that are not in the split")
	if len(order) == 0 {
		return Import{}, hint.Add(fmt.Errorf("%s: none of %d records answers a clip of %s/%s", r.Path, len(all), r.Clips[0].Dataset, r.Clips[0].Split),
			"dataset, split and id of a record must be those of uacs data show")
	}
	return im, nil
}

// CSV reads predictions from any CSV file through a map from record fields to
// column names.
var CSV = register(Importer{
	Name: "csv",
	Doc:  "Any CSV with a column map: id and one of score, label or probs; model, error and raw are optional.",
	read: readCSV,
})

// csvFields are the record fields a column map may name. A field probs names
// columns by a prefix: probs: p_ takes p_-3, p_0, p_3 as bins −3, 0, 3.
var csvFields = []string{"id", "score", "label", "model", "error", "raw", "probs"}

func readCSV(r Request) (Import, error) {
	if err := checkColumnMap(r.Columns); err != nil {
		return Import{}, fmt.Errorf("%s: %w", r.Path, err)
	}
	data, err := fs.ReadFile(r.FS, r.Path)
	if err != nil {
		return Import{}, err
	}
	want := csvtable.Columns{Any: true}
	for _, field := range csvFields {
		if name := r.Columns[field]; name != "" && field != "probs" {
			want.Required = append(want.Required, name)
		}
	}
	bins, names, err := binColumns(data, r.Columns["probs"])
	if err != nil {
		return Import{}, fmt.Errorf("%s:1: %w", r.Path, err)
	}
	want.Required = append(want.Required, names...)
	table, err := csvtable.Open(r.Path, data, want)
	if err != nil {
		return Import{}, err
	}
	return collectCSV(r, table, bins, names)
}

func checkColumnMap(columns map[string]string) error {
	for field := range columns {
		if !slices.Contains(csvFields, field) {
			return fmt.Errorf("columns: %q is not one of %s", field, strings.Join(csvFields, ", "))
		}
	}
	if columns["id"] == "" || columns["score"] == "" && columns["label"] == "" && columns["probs"] == "" {
		return hint.Add(fmt.Errorf("columns: id and one of score, label, probs must be mapped"),
			"for instance columns: {id: sample_id, score: prediction}")
	}
	return nil
}

// binColumns finds the columns of the header that begin with prefix and go on
// with a number, in ascending order of that number.
func binColumns(data []byte, prefix string) (bins []float64, names []string, err error) {
	if prefix == "" {
		return nil, nil, nil
	}
	header, _, _ := strings.Cut(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	for _, name := range strings.Split(strings.TrimRight(header, "\r"), ",") {
		name = strings.Trim(name, `"`)
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		if bin, err := strconv.ParseFloat(rest, 64); err == nil {
			bins, names = append(bins, bin), append(names, name)
		}
	}
	if len(bins) < 2 {
		return nil, nil, fmt.Errorf("columns: fewer than two columns are named %s and a number", prefix)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(binOf(a, prefix), binOf(b, prefix)) })
	slices.Sort(bins)
	return bins, names, nil
}

func binOf(name, prefix string) float64 {
	x, _ := strconv.ParseFloat(strings.TrimPrefix(name, prefix), 64)
	return x
}

func collectCSV(r Request, table *csvtable.Table, bins []float64, probs []string) (Import, error) {
	asked, unasked := r.asked(), 0
	byModel, line := map[string][]sample.Prediction{}, map[string]int{}
	var order []string
	err := table.Each(func(row csvtable.Row) error {
		id := row.Text(r.Columns["id"])
		i, ok := asked[id]
		if !ok {
			unasked++
			return nil
		}
		model := row.Text(r.Columns["model"])
		if model == "" {
			model = "csv"
		}
		if byModel[model] == nil {
			order = append(order, model)
			byModel[model] = r.blank(model, "")
		}
		if first := line[model+"\x00"+id]; first > 0 {
			return row.Errorf("clip %s stands in line %d too", id, first)
		}
		line[model+"\x00"+id] = row.Line
		return fillCSV(&byModel[model][i], row, r.Columns, bins, probs)
	})
	if err != nil {
		return Import{}, err
	}
	im := Import{Files: []string{r.Path}}
	for _, model := range order {
		im.Predictions = append(im.Predictions, byModel[model]...)
		im.noteMissing(byModel[model])
	}
	im.note(unasked, "rows are for clips that are not in the split")
	if len(order) == 0 {
		return Import{}, hint.Add(fmt.Errorf("%s: no row answers a clip of %s/%s", r.Path, r.Clips[0].Dataset, r.Clips[0].Split),
			"the id column must hold the ids of uacs data show")
	}
	return im, nil
}

// fillCSV reads one row. An empty cell is an absent field; a label that is no
// polarity word is kept in Raw, as an error.
func fillCSV(p *sample.Prediction, row csvtable.Row, columns map[string]string, bins []float64, probs []string) error {
	p.Error, p.Raw = row.Text(columns["error"]), row.Text(columns["raw"])
	if name := columns["score"]; name != "" && row.Text(name) != "" {
		y, err := row.Number(name)
		if err != nil {
			return err
		}
		p.Score = &y
	}
	if word := row.Text(columns["label"]); word != "" {
		if _, ok := sample.ParsePolarity(strings.ToLower(word)); ok {
			p.Label = strings.ToLower(word)
		} else {
			p.Raw, p.Error = word, "unparseable: label "+strconv.Quote(word)
		}
	}
	for _, name := range probs {
		q, err := row.Number(name)
		if err != nil {
			return err
		}
		p.Bins, p.Probs = bins, append(p.Probs, q)
	}
	if p.Error == "" && p.Score == nil && p.Label == "" && p.Probs == nil {
		p.Error = "missing: the row has no answer"
	}
	if err := p.Validate(); err != nil {
		return row.Errorf("%w", err)
	}
	return nil
}
