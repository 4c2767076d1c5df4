package importer

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

// CSV reads predictions from any CSV file through a map from record fields to
// column names, [Request.Columns]:
//
//   - id must be mapped, and one of score, label and probs;
//   - label is a polarity word; another word makes a record with an error and is
//     kept in Raw, unless columns for error and raw say more;
//   - probs is a prefix: p_ takes the columns p_-3, p_0, p_3 as the
//     probabilities of the bins -3, 0 and 3;
//   - model, error and raw are optional. Without a model column all answers are
//     those of [Request.Model]; with one, it is an empty cell that is an error.
//
// An empty cell is an absent field, and a row without any field is a record with
// an error. Other columns are not read.
var CSV = register(Importer{
	Name:   "csv",
	Doc:    "Any CSV with a column map: id and one of score, label or probs; model, error and raw are optional.",
	mapped: true,
	read:   readCSV,
})

// csvFields are the record fields a column map may name.
var csvFields = []string{"id", "score", "label", "probs", "model", "error", "raw"}

// csvColumns are the columns of one file: of a field, and of each bin.
type csvColumns struct {
	of    map[string]string
	bins  []float64
	probs []string
}

func readCSV(r Request) (Import, error) {
	if err := checkColumnMap(r.Columns); err != nil {
		return Import{}, fmt.Errorf("%s: columns: %w", r.Path, err)
	}
	data, err := r.file()
	if err != nil {
		return Import{}, err
	}
	header, err := csvtable.Header(r.Path, data)
	if err != nil {
		return Import{}, err
	}
	columns := csvColumns{of: r.Columns}
	if columns.bins, columns.probs, err = binColumns(header, r.Columns["probs"]); err != nil {
		return Import{}, fmt.Errorf("%s: columns: %w", r.Path, err)
	}
	want := csvtable.Columns{Required: slices.Clone(columns.probs), Any: true}
	for _, field := range csvFields {
		if name := r.Columns[field]; name != "" && field != "probs" {
			want.Required = append(want.Required, name)
		}
	}
	table, err := csvtable.Open(r.Path, data, want)
	if err != nil {
		return Import{}, err
	}
	return r.collectCSV(table, columns)
}

func checkColumnMap(columns map[string]string) error {
	fieldOf := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(columns)) {
		name := columns[field]
		if !slices.Contains(csvFields, field) {
			return fmt.Errorf("%q is not one of %s", field, strings.Join(csvFields, ", "))
		}
		if name == "" {
			return fmt.Errorf("%s: the name of the column is empty", field)
		}
		if first, twice := fieldOf[name]; twice {
			return fmt.Errorf("%s and %s are both mapped to %q", first, field, name)
		}
		fieldOf[name] = field
	}
	if columns["id"] == "" || columns["score"] == "" && columns["label"] == "" && columns["probs"] == "" {
		return hint.Add(fmt.Errorf("id and one of score, label, probs must be mapped"),
			"for instance id to sample_id and score to prediction")
	}
	return nil
}

// binColumns finds the columns of the header that begin with prefix and go on
// with a number, in ascending order of that number.
func binColumns(header []string, prefix string) (bins []float64, names []string, err error) {
	if prefix == "" {
		return nil, nil, nil
	}
	nameOf := map[float64]string{}
	for _, name := range header {
		number, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		bin, ok := csvtable.ParseNumber(number)
		if !ok { // another column whose name begins so: p_max
			continue
		}
		if math.IsNaN(bin) || math.IsInf(bin, 0) {
			return nil, nil, fmt.Errorf("probs: column %q: a bin is a finite number", name)
		}
		if first, twice := nameOf[bin]; twice {
			return nil, nil, fmt.Errorf("probs: columns %q and %q are of one bin", first, name)
		}
		nameOf[bin] = name
	}
	if len(nameOf) < 2 {
		return nil, nil, hint.Add(fmt.Errorf("probs: fewer than two columns have a name of %s and a number", prefix),
			"the columns are %s", strings.Join(header, ", "))
	}
	bins = slices.Sorted(maps.Keys(nameOf))
	for _, bin := range bins {
		names = append(names, nameOf[bin])
	}
	return bins, names, nil
}

func (r Request) collectCSV(table *csvtable.Table, columns csvColumns) (Import, error) {
	clips, models := r.roster(), sheets{}
	err := table.Each(func(row csvtable.Row) error {
		id, err := row.Filled(columns.of["id"])
		if err != nil {
			return err
		}
		i, ok := clips.find(id)
		if !ok {
			return nil
		}
		model := cmp.Or(r.Model, "csv")
		if name := columns.of["model"]; name != "" {
			if model, err = row.Filled(name); err != nil {
				return err
			}
		}
		p, err := takeRow(models.of(model, func() *sheet { return r.sheet(model, "") }), i, row)
		if err != nil {
			return err
		}
		return columns.fill(p, row)
	})
	if err != nil {
		return Import{}, err
	}
	return r.collect([]string{r.Path}, clips, models.list...)
}

// fill reads one row into p.
func (c csvColumns) fill(p *sample.Prediction, row csvtable.Row) error {
	p.Error, p.Raw = row.Text(c.of["error"]), row.Text(c.of["raw"])
	if name := c.of["score"]; row.Text(name) != "" {
		y, err := row.Number(name)
		if err != nil {
			return err
		}
		p.Score = &y
	}
	if err := c.fillProbs(p, row); err != nil {
		return err
	}
	if word := row.Text(c.of["label"]); word != "" {
		if _, ok := sample.ParsePolarity(plainWord(word)); ok {
			p.Label = plainWord(word)
		} else {
			p.Raw = cmp.Or(p.Raw, word)
			p.Error = cmp.Or(p.Error, "unparseable: label "+strconv.Quote(word))
		}
	}
	if p.Error == "" && p.Score == nil && p.Label == "" && p.Probs == nil {
		p.Error = "missing: the row has no answer"
	}
	if err := p.Validate(); err != nil {
		return row.Errorf("%w", err)
	}
	return nil
}

// fillProbs reads the probabilities, which are all there or all absent.
func (c csvColumns) fillProbs(p *sample.Prediction, row csvtable.Row) error {
	if !slices.ContainsFunc(c.probs, func(name string) bool { return row.Text(name) != "" }) {
		return nil
	}
	p.Bins = c.bins
	for _, name := range c.probs {
		q, err := row.Number(name)
		if err != nil {
			return err
		}
		p.Probs = append(p.Probs, q)
	}
	return nil
}
