package importer

import (
	"bytes"
	"fmt"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

// JSONL reads predictions in their canonical encoding. Records about clips that
// were not asked for, those of other splits and datasets among them, are counted
// and left out. One model has one answer for a clip: two that differ in
// revision, round or prompt are an error, and a note says where a model's
// answers are not all of one revision or round.
var JSONL = register(Importer{
	Name: "jsonl",
	Doc:  "JSON lines in the canonical prediction schema: your own predictions.",
	read: readJSONL,
})

func readJSONL(r Request) (Import, error) {
	data, err := r.file()
	if err != nil {
		return Import{}, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	all, warnings, err := sample.ReadPredictions(bytes.NewReader(data), r.Path)
	if err != nil {
		return Import{}, err
	}
	if len(all) == 0 && warnings == nil {
		return Import{}, fmt.Errorf("%s:1: the file is empty, without a record", r.Path)
	}
	lines := recordLines(data)
	clips, models := r.roster(), sheets{}
	for k, p := range all {
		i, ok := clips.index[p.ID]
		ok = ok && p.Dataset == r.Clips[i].Dataset && p.Split == r.Clips[i].Split
		if clips.count(p.Dataset+"/"+string(p.Split)+"/"+p.ID, ok); !ok {
			continue
		}
		record, first := models.of(p.Model, func() *sheet { return r.sheetLike(p) }).take(i, lines[k])
		if record == nil {
			return Import{}, hint.Add(
				fmt.Errorf("%s:%d: clip %s has an answer of %s in line %d too, of another revision, round or prompt", r.Path, lines[k], p.ID, p.Model, first),
				"give each revision, round and prompt a file or a model name of its own")
		}
		*record = p
	}
	im, err := r.collect([]string{r.Path}, clips, models.list...)
	if err != nil {
		return Import{}, err
	}
	for _, s := range models.list {
		n := s.sources()
		im.note(n-1, "%s: the answers are of %d different revisions or rounds", s.model(), n)
	}
	im.Notes = append(im.Notes, warnings...)
	return im, nil
}

// sheetLike returns the sheet of a model whose first answer is p.
func (r Request) sheetLike(p sample.Prediction) *sheet {
	s := r.sheet(p.Model, p.Revision, p.Modalities...)
	for i := range s.records {
		s.records[i].Round = p.Round
	}
	return s
}

// sources counts the pairs of revision and round that the answers have.
func (s *sheet) sources() int {
	type source struct {
		revision string
		round    int
	}
	seen := map[source]bool{}
	for i, place := range s.places {
		if place > 0 {
			seen[source{s.records[i].Revision, s.records[i].Round}] = true
		}
	}
	return len(seen)
}

// recordLines returns the numbers of the lines that are not blank: those that
// hold the records.
func recordLines(data []byte) []int {
	var out []int
	line := 0
	for text := range bytes.Lines(data) {
		if line++; len(bytes.TrimSpace(text)) > 0 {
			out = append(out, line)
		}
	}
	return out
}
