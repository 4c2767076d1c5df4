package importer

import (
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
)

// GPT4V reads a ranking file of the GPT-4V study of Lian et al.: CSV with
// columns name, gt, gpt4v, the last a quoted list of the five classes in order
// of likelihood.
//
// Source: zeroQiaoba/gpt4v-emotion, results/{cmumosi,sims}/label-gpt4v-*.csv.
var GPT4V = register(Importer{
	Name: "gpt4v-ranking",
	Doc:  "CSV of GPT-4V's rankings of five sentiment classes (zeroQiaoba/gpt4v-emotion); model gpt4v-text, -video or -multi by file name.",
	read: readGPT4V,
})

// gpt4vModalities maps the end of a file's name to what the model was shown.
var gpt4vModalities = map[string][]string{
	"text":  {"text"},
	"video": {"video"},
	"multi": {"text", "video"},
}

func readGPT4V(r Request) (Import, error) {
	data, err := fs.ReadFile(r.FS, r.Path)
	if err != nil {
		return Import{}, err
	}
	table, err := csvtable.Open(r.Path, data, csvtable.Columns{Required: []string{"name", "gt", "gpt4v"}})
	if err != nil {
		return Import{}, err
	}
	mode := strings.TrimSuffix(path.Base(r.Path), ".csv")
	mode = mode[strings.LastIndexByte(mode, '-')+1:]
	asked, records := r.asked(), r.blank("gpt4v-"+mode, "2023-12", gpt4vModalities[mode]...)
	unasked, partial, line := 0, 0, make([]int, len(r.Clips))
	err = table.Each(func(row csvtable.Row) error {
		i, ok := asked[row.Text("name")]
		if !ok {
			unasked++
			return nil
		}
		if line[i] > 0 {
			return row.Errorf("name: %q stands in line %d too", row.Text("name"), line[i])
		}
		line[i] = row.Line
		if err := agrees(row, "gt", r.Clips[i]); err != nil {
			return err
		}
		if fillRanking(&records[i], row.Text("gpt4v")) {
			partial++
		}
		return nil
	})
	if err != nil {
		return Import{}, err
	}
	im := Import{Predictions: records, Files: []string{r.Path}}
	im.noteMissing(records)
	im.note(partial, "rankings of %s are partial", records[0].Model)
	im.note(unasked, "answers of %s are for clips that are not in the split", records[0].Model)
	return im, nil
}

// fillRanking parses a list of labels. It keeps the labels up to the first word
// that is none, which is how a truncated answer ends, and then reports partial;
// the whole text stays in Raw.
func fillRanking(p *sample.Prediction, list string) (partial bool) {
	p.Error = ""
	for _, word := range strings.Split(list, ",") {
		word = strings.TrimSpace(word)
		if _, ok := sample.ParsePolarity(word); !ok || slices.Contains(p.Ranking, word) {
			p.Raw = list
			break
		}
		p.Ranking = append(p.Ranking, word)
	}
	if len(p.Ranking) == 0 {
		p.Error = "unparseable: no label in " + strconv.Quote(list)
	}
	return len(p.Ranking) < 5
}

// agrees compares a label that a result file repeats with the dataset's own: a
// difference means that the file answers other clips than it says.
func agrees(row csvtable.Row, column string, s sample.Sample) error {
	y, err := row.Number(column)
	if err != nil {
		return err
	}
	if math.Abs(y-s.Label) > 1e-6 { // MOSEI's labels are 32-bit floats
		return row.Errorf("%s: label %v of clip %s differs from the dataset's %v", column, y, s.ID, s.Label)
	}
	return nil
}
