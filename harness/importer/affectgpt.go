package importer

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"uacs/harness/npy"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// AffectGPT reads a folder of sentiment words that several checkpoints of
// AffectGPT gave: checkpoint_STEP_loss_LOSS-openset-sentiment.npz, each with the
// arrays filenames (the clips) and fileitems (a word for each).
//
// It makes a model for every checkpoint, in the order of their steps, and
// affectgpt-vote, whose votes are the words of all of them. A word that is no
// polarity ("mixed", "dramatic") is kept in Raw of a record with an error, and
// counts as a vote for itself. Upper case and spaces around a word do not count.
//
// Source: zeroQiaoba/AffectGPT, output/results-*/; the word was made by a second
// language model from AffectGPT's open-vocabulary answer.
var AffectGPT = register(Importer{
	Name: "affectgpt",
	Doc:  "Folder of AffectGPT's checkpoint_*-openset-sentiment.npz (zeroQiaoba/AffectGPT); models affectgpt-30 … affectgpt-60 and affectgpt-vote.",
	read: readAffectGPT,
})

func readAffectGPT(r Request) (Import, error) {
	checkpoints, err := r.checkpoints()
	if err != nil {
		return Import{}, err
	}
	clips, vote := r.roster(), r.sheet("affectgpt-vote", "", "text", "audio", "video")
	var sheets []*sheet
	var files []string
	var members []any // as JSON reads it back
	for _, c := range checkpoints {
		s, err := r.readCheckpoint(c, clips)
		if err != nil {
			return Import{}, err
		}
		sheets, files, members = append(sheets, s), append(files, c.file), append(members, s.model())
		vote.add(s)
	}
	for i := range vote.records {
		vote.records[i].Params = map[string]any{"members": members}
	}
	return r.collect(files, clips, append(sheets, vote)...)
}

// wordsSuffix ends the names of the files that hold sentiment words.
const wordsSuffix = "-openset-sentiment.npz"

var checkpointName = regexp.MustCompile(`^checkpoint_(\d{1,9})_loss_[0-9.]+` + wordsSuffix + `$`)

// checkpoint is one file of the folder.
type checkpoint struct {
	file, revision string
	step           int
}

// checkpoints lists the files of the folder in order of their steps.
func (r Request) checkpoints() ([]checkpoint, error) {
	info, err := fs.Stat(r.FS, r.Path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, hint.Add(fmt.Errorf("%s: a file where a folder belongs", r.Path), "name the folder of the %s files", "*"+wordsSuffix)
	}
	entries, err := fs.ReadDir(r.FS, r.Path)
	if err != nil {
		return nil, err
	}
	var out []checkpoint
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), wordsSuffix) {
			continue
		}
		file, match := path.Join(r.Path, e.Name()), checkpointName.FindStringSubmatch(e.Name())
		if match == nil {
			return nil, fmt.Errorf("%s: the name is not checkpoint_STEP_loss_LOSS%s", file, wordsSuffix)
		}
		step, err := strconv.Atoi(match[1])
		if err != nil {
			return nil, fmt.Errorf("%s: step: %w", file, err)
		}
		out = append(out, checkpoint{file, strings.TrimSuffix(e.Name(), wordsSuffix), step})
	}
	if len(out) == 0 {
		return nil, hint.Add(fmt.Errorf("%s: no checkpoint_*%s in the folder: %w", r.Path, wordsSuffix, fs.ErrNotExist),
			"uacs data get downloads the files")
	}
	slices.SortStableFunc(out, func(a, b checkpoint) int { return cmp.Compare(a.step, b.step) })
	for i := 1; i < len(out); i++ {
		if out[i].step == out[i-1].step {
			return nil, fmt.Errorf("%s: checkpoint %d is in %s too", out[i].file, out[i].step, out[i-1].file)
		}
	}
	return out, nil
}

// readCheckpoint returns the answers of one checkpoint.
func (r Request) readCheckpoint(c checkpoint, clips *roster) (*sheet, error) {
	r.Path = c.file
	ids, words, err := r.words()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	s := r.sheet("affectgpt-"+strconv.Itoa(c.step), c.revision, "text", "audio", "video")
	for k, id := range ids {
		i, ok := clips.find(id)
		if !ok {
			continue
		}
		p, first := s.take(i, k+1)
		if p == nil {
			return nil, fmt.Errorf("%s: filenames[%d]: clip %s stands at filenames[%d] too", c.file, k, id, first-1)
		}
		word := plainWord(words[k])
		if _, ok := sample.ParsePolarity(word); ok {
			p.Label = word
		} else {
			p.Raw, p.Error = words[k], "unparseable: "+strconv.Quote(words[k])+" is no polarity"
		}
	}
	return s, nil
}

// words returns the two aligned arrays of the file at r.Path.
func (r Request) words() (ids, words []string, err error) {
	data, err := r.file()
	if err != nil {
		return nil, nil, err
	}
	archive, err := npy.ReadNPZ(data)
	if err != nil {
		return nil, nil, err
	}
	if ids, err = textsOf(archive, "filenames"); err != nil {
		return nil, nil, err
	}
	if words, err = textsOf(archive, "fileitems"); err != nil {
		return nil, nil, err
	}
	if len(ids) != len(words) {
		return nil, nil, fmt.Errorf("%d filenames but %d fileitems", len(ids), len(words))
	}
	return ids, words, nil
}

// textsOf returns an array of one dimension that holds strings.
func textsOf(archive npy.Archive, name string) ([]string, error) {
	array, err := archive.Array(name)
	if err != nil {
		return nil, err
	}
	if len(array.Shape) != 1 {
		return nil, fmt.Errorf("%s: an array of shape %v where a list belongs", name, array.Shape)
	}
	texts, err := array.Strings()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for k, s := range texts {
		if !utf8.ValidString(s) { // possible in an array of bytes
			return nil, fmt.Errorf("%s[%d]: %q is not UTF-8", name, k, s)
		}
	}
	return texts, nil
}

// add counts the words of one member as votes. A member that has no answer, or
// an empty one, does not vote.
func (s *sheet) add(member *sheet) {
	for i := range member.records {
		word := cmp.Or(member.records[i].Label, plainWord(member.records[i].Raw))
		if word == "" {
			continue
		}
		if p, _ := s.take(i, member.places[i]); p != nil {
			p.Votes = map[string]int{}
		}
		s.records[i].Votes[word]++
	}
}

// plainWord returns a word as votes count it.
func plainWord(word string) string { return strings.ToLower(strings.TrimSpace(word)) }
