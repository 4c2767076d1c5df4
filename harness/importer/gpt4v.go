package importer

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

// GPT4V reads a ranking file of the GPT-4V study of Lian et al.: CSV with
// columns name, gt, gpt4v, the last a quoted list of the five classes in order
// of likelihood. The name of the file says what the model was shown: it ends in
// -text.csv, -video.csv or -multi.csv (text and video).
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

// classes is the length of a whole ranking.
const classes = 5

func readGPT4V(r Request) (Import, error) {
	mode := strings.TrimSuffix(path.Base(r.Path), ".csv")
	mode = mode[strings.LastIndexByte(mode, '-')+1:]
	modalities, ok := gpt4vModalities[mode]
	if !ok {
		return Import{}, hint.Add(fmt.Errorf("%s: the name does not end in -text.csv, -video.csv or -multi.csv", r.Path),
			"the name says what the model was shown, as in label-gpt4v-multi.csv")
	}
	data, err := r.file()
	if err != nil {
		return Import{}, err
	}
	table, err := csvtable.Open(r.Path, data, csvtable.Columns{Required: []string{"name", "gt", "gpt4v"}})
	if err != nil {
		return Import{}, err
	}
	clips, answers, partial := r.roster(), r.sheet("gpt4v-"+mode, "2023-12", modalities...), 0
	err = table.Each(func(row csvtable.Row) error {
		i, ok := clips.find(row.Text("name"))
		if !ok {
			return nil
		}
		p, err := takeRow(answers, i, row)
		if err != nil {
			return err
		}
		if err := agrees(row, "gt", r.Clips[i]); err != nil {
			return err
		}
		fillRanking(p, row.Text("gpt4v"))
		if n := len(p.Ranking); 0 < n && n < classes {
			partial++
		}
		return nil
	})
	if err != nil {
		return Import{}, err
	}
	im, err := r.collect([]string{r.Path}, clips, answers)
	im.note(partial, "%s: %d of %d rankings are partial", answers.model(), partial, answers.answered())
	return im, err
}

// fillRanking parses a list of labels. It keeps the labels up to the first word
// that is none, which is how a truncated answer ends, or that stands twice; the
// whole text then stays in Raw.
func fillRanking(p *sample.Prediction, list string) {
	if strings.TrimSpace(list) == "" {
		p.Error = "missing: the cell gpt4v is empty"
		return
	}
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
}

// takeRow returns the record of clip i, to be filled from row; a clip that was
// in an earlier row is an error.
func takeRow(s *sheet, i int, row csvtable.Row) (*sample.Prediction, error) {
	p, first := s.take(i, row.Line)
	if p == nil {
		return nil, row.Errorf("clip %s stands in line %d too", s.records[i].ID, first)
	}
	return p, nil
}

// agrees compares a label that a result file repeats with the dataset's own: a
// difference means that the file answers other clips than it says.
func agrees(row csvtable.Row, column string, s sample.Sample) error {
	y, err := row.Number(column)
	if err != nil {
		return err
	}
	if math.Abs(y-s.Label) > 1e-6 { // MOSEI's labels are 32-bit floats
		return hint.Add(row.Errorf("%s: %v, but the label of clip %s is %v", column, y, s.ID, s.Label),
			"the file belongs to another dataset, or to another version of its labels")
	}
	return nil
}
