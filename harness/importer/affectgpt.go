package importer

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"uacs/harness/npy"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// AffectGPT reads a folder of sentiment words that seven checkpoints of
// AffectGPT gave: checkpoint_*-openset-sentiment.npz, each with the arrays
// filenames and fileitems.
//
// It makes a model for every checkpoint, and affectgpt-vote, whose votes are the
// words of all of them. A word that is no polarity ("mixed", "dramatic") is kept
// in Raw of a record with an error, and counts as a vote for itself.
//
// Source: zeroQiaoba/AffectGPT, output/results-*/; the word was made by a second
// language model from AffectGPT's open-vocabulary answer.
var AffectGPT = register(Importer{
	Name: "affectgpt",
	Doc:  "Folder of AffectGPT's checkpoint_*-openset-sentiment.npz (zeroQiaoba/AffectGPT); models affectgpt-30 … affectgpt-60 and affectgpt-vote.",
	read: readAffectGPT,
})

var affectGPTName = regexp.MustCompile(`^checkpoint_0*(\d+)_loss_[0-9.]+-openset-sentiment\.npz$`)

func readAffectGPT(r Request) (Import, error) {
	files, err := fs.Glob(r.FS, path.Join(r.Path, "checkpoint_*-openset-sentiment.npz"))
	if err != nil {
		return Import{}, err
	}
	if len(files) == 0 {
		return Import{}, hint.Add(fmt.Errorf("%s: no checkpoint_*-openset-sentiment.npz: %w", r.Path, fs.ErrNotExist),
			"uacs data get downloads the files")
	}
	im := Import{Files: files}
	vote := r.blank("affectgpt-vote", "", "text", "audio", "video")
	var members []any
	for _, file := range files {
		name := affectGPTName.FindStringSubmatch(path.Base(file))
		if name == nil {
			return Import{}, fmt.Errorf("%s: the name is not checkpoint_STEP_loss_LOSS-openset-sentiment.npz", file)
		}
		records, other, err := readCheckpoint(r, file, name[1])
		if err != nil {
			return Import{}, err
		}
		members = append(members, records[0].Model)
		im.Predictions = append(im.Predictions, records...)
		im.noteMissing(records)
		im.note(other, "words of %s are no polarity", records[0].Model)
		addVotes(vote, records)
	}
	for i := range vote {
		vote[i].Params = map[string]any{"members": members}
	}
	im.Predictions = append(im.Predictions, vote...)
	im.noteMissing(vote)
	return im, nil
}

// readCheckpoint returns the answers of one checkpoint, and how many of its
// words are no polarity.
func readCheckpoint(r Request, file, step string) (records []sample.Prediction, other int, err error) {
	ids, words, err := readWords(r.FS, file)
	if err != nil {
		return nil, 0, err
	}
	revision := strings.TrimSuffix(path.Base(file), "-openset-sentiment.npz")
	records = r.blank("affectgpt-"+step, revision, "text", "audio", "video")
	asked := r.asked()
	for k, id := range ids {
		i, ok := asked[id]
		if !ok {
			return nil, 0, hint.Add(fmt.Errorf("%s: filenames[%d]: %q is not a clip of %s/%s", file, k, id, r.Clips[0].Dataset, r.Clips[0].Split),
				"is this the folder of the right dataset?")
		}
		p := &records[i]
		if p.Error != missing {
			return nil, 0, fmt.Errorf("%s: filenames[%d]: %q stands twice", file, k, id)
		}
		word := strings.ToLower(strings.TrimSpace(words[k]))
		if _, ok := sample.ParsePolarity(word); ok {
			p.Label, p.Error = word, ""
			continue
		}
		other++
		p.Raw, p.Error = words[k], "unparseable: "+strconv.Quote(words[k])+" is no polarity"
	}
	return records, other, nil
}

// readWords returns the two aligned arrays of a file.
func readWords(fsys fs.FS, file string) (ids, words []string, err error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, nil, err
	}
	archive, err := npy.ReadNPZ(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	if ids, err = stringsOf(archive, "filenames"); err == nil {
		words, err = stringsOf(archive, "fileitems")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(ids) != len(words) {
		return nil, nil, fmt.Errorf("%s: %d filenames but %d fileitems", file, len(ids), len(words))
	}
	return ids, words, nil
}

func stringsOf(archive npy.Archive, name string) ([]string, error) {
	array, err := archive.Array(name)
	if err != nil {
		return nil, err
	}
	return array.Strings()
}

// addVotes counts one member's words into the ensemble's votes.
func addVotes(vote, member []sample.Prediction) {
	for i := range member {
		word := member[i].Label
		if word == "" {
			word = strings.ToLower(strings.TrimSpace(member[i].Raw))
		}
		if word == "" { // the member has no answer: it does not vote
			continue
		}
		if vote[i].Votes == nil {
			vote[i].Votes, vote[i].Error = map[string]int{}, ""
		}
		vote[i].Votes[word]++
	}
}
