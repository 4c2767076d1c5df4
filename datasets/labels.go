package datasets

import (
	"errors"
	"fmt"
	"slices"

	"uacs/harness/npy"
	"uacs/harness/pickle"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// labelMember is an array of label.npz and the split it holds.
type labelMember struct {
	name  string
	split sample.Split
}

// labelMembers are in the order of the splits.
var labelMembers = []labelMember{{"train_corpus", sample.Train}, {"val_corpus", sample.Valid}, {"test_corpus", sample.Test}}

// readLabels reads MERBench's label.npz: a zip of train_corpus, val_corpus and
// test_corpus, each an npy file of a 0-d object array that holds a pickled dict
// from id (VIDEO_CLIP) to {"emo": 0, "val": label}. emo is a filler and ignored.
// The label is a numpy float64, a numpy float32 or a Python float, depending on
// the dataset; a float32 is widened to the same value, not to the shortest
// decimal. Samples come in the order train, valid, test and within a split in
// the order of the dict, with no text and no modality labels.
//
// A file that is no zip, a member that is absent, unknown or no dict, an entry
// without a label, a label that is not finite or outside rng, and an id that
// stands twice or is no VIDEO_CLIP are errors that name file, member and entry.
//
// Source: zeroQiaoba/MERTools, MERBench/dataset/*-process.
func readLabels(file string, data []byte, dataset string, rng [2]float64) ([]sample.Sample, error) {
	archive, err := openLabels(data)
	if err != nil {
		return nil, notLabels(file, err)
	}
	var samples []sample.Sample
	seen := map[string]sample.Split{}
	for _, m := range labelMembers {
		corpus, err := labelDict(archive, m.name)
		if err != nil {
			return nil, notLabels(file, err)
		}
		entry := 0
		for key, value := range corpus.All() {
			s, err := labelSample(key, value, rng)
			if first, twice := seen[s.ID]; err == nil && twice {
				err = fmt.Errorf("the id stands in %s too", first)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %s: entry %d, %#v: %w", file, m.name, entry, key, err)
			}
			seen[s.ID] = m.split
			s.Dataset, s.Split = dataset, m.split
			samples = append(samples, s)
			entry++
		}
	}
	return samples, nil
}

// labelLimits are ten times what the largest label file needs.
var labelLimits = npy.Limits{Member: 64 << 20, Total: 128 << 20, Objects: pickle.Limits{Memory: 1 << 30, Values: 1 << 22}}

// openLabels opens the archive and rejects members that nobody would read.
func openLabels(data []byte) (npy.Archive, error) {
	archive, err := npy.ReadNPZWithin(data, labelLimits)
	if err != nil {
		return archive, err
	}
	for _, name := range archive.Names() {
		if !slices.ContainsFunc(labelMembers, func(m labelMember) bool { return m.name == name }) {
			return archive, fmt.Errorf("unknown array %q", name)
		}
	}
	return archive, nil
}

// notLabels names the file, and what it should be unless err has a hint.
func notLabels(file string, err error) error {
	err = fmt.Errorf("%s: %w", file, err)
	if hint.Of(err) != "" {
		return err
	}
	return hint.Add(err, "the file must be MERBench's label.npz: an archive of train_corpus, val_corpus and test_corpus, a dict each")
}

// labelDict returns the dict in a member that is a 0-d object array.
func labelDict(archive npy.Archive, member string) (*pickle.Dict, error) {
	array, err := archive.Array(member)
	if err != nil {
		return nil, err
	}
	item, err := array.Item()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	dict, ok := item.(*pickle.Dict)
	if !ok {
		return nil, fmt.Errorf("%s: the array holds a %T, not a dict", member, item)
	}
	return dict, nil
}

func labelSample(key, entry any, rng [2]float64) (sample.Sample, error) {
	s := sample.Sample{LabelT: sample.Unknown(), LabelA: sample.Unknown(), LabelV: sample.Unknown()}
	id, ok := key.(string)
	if !ok {
		return s, fmt.Errorf("the id is a %T, not a string", key)
	}
	var err error
	if s.Video, s.Clip, err = SplitID(id); err != nil {
		return s, err
	}
	s.ID = id
	fields, ok := entry.(*pickle.Dict)
	if !ok {
		return s, fmt.Errorf("a %T, not a dict with emo and val", entry)
	}
	value, ok := fields.Get("val")
	if !ok {
		return s, errors.New("no val")
	}
	if s.Label, err = labelValue(value); err != nil {
		return s, err
	}
	if err := checkLabel(s.Label, rng); err != nil {
		return s, fmt.Errorf("val: %w", err)
	}
	return s, nil
}

func labelValue(value any) (float64, error) {
	switch x := value.(type) {
	case float64:
		return x, nil
	case int64:
		return float64(x), nil
	}
	return 0, fmt.Errorf("val: a %T, not a number", value)
}
