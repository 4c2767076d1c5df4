package importer

import (
	"fmt"
	"slices"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

// roster finds the clips asked for by their ids, and counts the answers that are
// about others.
type roster struct {
	index          map[string]int
	total, outside int
	first          string // what the first answer outside is about
}

func (r Request) roster() *roster {
	index := make(map[string]int, len(r.Clips))
	for i, s := range r.Clips {
		index[s.ID] = i
	}
	return &roster{index: index}
}

// find returns the index of the clip that an answer is about; ok is false for
// one that was not asked for.
func (c *roster) find(id string) (i int, ok bool) {
	i, ok = c.index[id]
	c.count(id, ok)
	return i, ok
}

func (c *roster) count(id string, ok bool) {
	c.total++
	if ok {
		return
	}
	if c.outside++; c.outside == 1 {
		c.first = id
	}
}

// absent is the error of a clip that the file does not mention.
const absent = "missing: the file has no answer for this clip"

// sheet holds one model's records while they are filled in.
type sheet struct {
	records []sample.Prediction
	// places say where in the file each clip was answered, counting lines or
	// elements from 1; 0 is nowhere.
	places []int
}

// sheet returns a record for every clip that says "missing" until it is taken.
func (r Request) sheet(model, revision string, modalities ...string) *sheet {
	s := &sheet{records: make([]sample.Prediction, len(r.Clips)), places: make([]int, len(r.Clips))}
	for i, clip := range r.Clips {
		s.records[i] = sample.Prediction{
			Dataset: clip.Dataset, Split: clip.Split, ID: clip.ID,
			Model: model, Revision: revision, Round: 1, Modalities: modalities,
			Error: absent,
		}
	}
	return s
}

// take returns the record of clip i, to be filled from what stands at place. If
// the clip was taken before, it returns nil and the place of that.
func (s *sheet) take(i, place int) (p *sample.Prediction, first int) {
	if s.places[i] > 0 {
		return nil, s.places[i]
	}
	s.places[i] = place
	p = &s.records[i]
	p.Error = ""
	return p, 0
}

func (s *sheet) model() string { return s.records[0].Model }

// answered counts the clips that the file mentions.
func (s *sheet) answered() (n int) {
	for _, place := range s.places {
		if place > 0 {
			n++
		}
	}
	return n
}

// sheets holds the sheets of a file that names its models itself, in the order
// in which the models come.
type sheets struct {
	byModel map[string]*sheet
	list    []*sheet
}

// of returns the sheet of a model; blank makes it when the model comes first.
func (s *sheets) of(model string, blank func() *sheet) *sheet {
	if s.byModel[model] == nil {
		if s.byModel == nil {
			s.byModel = map[string]*sheet{}
		}
		s.byModel[model] = blank()
		s.list = append(s.list, s.byModel[model])
	}
	return s.byModel[model]
}

// errorKinds are the words with which the errors of records begin.
var errorKinds = []string{"missing", "refused", "truncated", "unparseable", "out of range"}

// unusable counts the clips whose answer is an error, in all and in words by
// kind of error.
func (s *sheet) unusable() (n int, kinds string) {
	counts := make([]int, len(errorKinds)+1)
	for i, place := range s.places {
		if place > 0 && !s.records[i].OK() {
			n++
			counts[kindOf(s.records[i].Error)]++
		}
	}
	var parts []string
	for k, name := range append(slices.Clone(errorKinds), "other") {
		if counts[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[k], name))
		}
	}
	return n, strings.Join(parts, ", ")
}

// kindOf returns the index of an error's kind, len(errorKinds) for any other.
func kindOf(text string) int {
	word, _, _ := strings.Cut(text, ":")
	if k := slices.Index(errorKinds, word); k >= 0 {
		return k
	}
	return len(errorKinds)
}

// collect ends an import: it lists the records model by model and notes what is
// missing or unusable. It is an error if the files mention none of the clips.
func (r Request) collect(files []string, clips *roster, sheets ...*sheet) (Import, error) {
	im := Import{Files: files}
	total := 0
	for _, s := range sheets {
		n := s.answered()
		total += n
		im.Predictions = append(im.Predictions, s.records...)
		im.note(len(r.Clips)-n, "%s: no answer for %d of %d clips", s.model(), len(r.Clips)-n, len(r.Clips))
		bad, kinds := s.unusable()
		im.note(bad, "%s: %d of %d answers are unusable (%s)", s.model(), bad, n, kinds)
	}
	if total == 0 {
		return Import{}, r.nothing(clips)
	}
	im.note(clips.outside, "%d of %d answers are left out, about clips outside %s/%s", clips.outside, clips.total, r.Clips[0].Dataset, r.Clips[0].Split)
	return im, nil
}

// nothing is the error of files that answer no clip.
func (r Request) nothing(clips *roster) error {
	err := fmt.Errorf("%s: no answer is about a clip of %s/%s", r.Path, r.Clips[0].Dataset, r.Clips[0].Split)
	if clips.outside == 0 {
		return fmt.Errorf("%w: there is none at all", err)
	}
	return hint.Add(err, "are dataset and split right? The first answer is about %q, the first clip of the split is %q",
		clips.first, r.Clips[0].ID)
}

// note appends a line about n things, unless there are none.
func (im *Import) note(n int, format string, args ...any) {
	if n > 0 {
		im.Notes = append(im.Notes, fmt.Sprintf(format, args...))
	}
}
