package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"uacs/harness/frame"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// Dataset is a loaded dataset. [Load] makes it.
type Dataset struct {
	// Name is mosi, mosei, sims or simsv2; Title is the corpus's own name.
	Name, Title string
	// Samples holds all clips: train, valid, test, and within a split in the
	// order of the label file.
	Samples []sample.Sample
	// Range is the label scale, both ends included.
	Range [2]float64
	// Files are the paths that were read, sorted. Digest is the hex SHA-256 of
	// the hex SHA-256 digests of these files, sorted, each followed by a newline:
	// it depends on every byte that was read, and on no name or folder.
	Files  []string
	Digest string
	// Warnings are caveats to print beside any number made from this dataset.
	Warnings []string
	// Unjoined are the ids of clips for which no text could be found, in the
	// order of Samples. Such a clip has a label and an empty Text.
	Unjoined []string
}

// Split returns the clips of one split, in order; the caller may change them.
func (d *Dataset) Split(split sample.Split) []sample.Sample {
	return slices.DeleteFunc(slices.Clone(d.Samples), func(s sample.Sample) bool { return s.Split != split })
}

// Frame returns the clips of one split as a dataframe, a row for each in order,
// with the columns of [frame.SampleSchema].
func (d *Dataset) Frame(split sample.Split) (frame.DataFrame, error) {
	df, err := frame.FromSamples(d.Split(split))
	if err != nil {
		return df, fmt.Errorf("%s/%s: %w", d.Name, split, err)
	}
	return df, nil
}

// corpus is what a dataset's manifest does not say: how its files are read, and
// what is known to be odd about them.
type corpus struct {
	name string
	// labels is MERBench's label.npz.
	labels string
	// steps add to the samples what the label file does not hold.
	steps []func(*loading) error
	// crossing is the number of videos that have clips in more than one split,
	// by the published split.
	crossing int
	// textless is the number of clips for which no public text is known.
	textless int
}

const modalityFile = "chsims_v2/spp72kimo/fusion_Video_videoMAE_with_labels.csv"

var corpora = []corpus{
	{
		name:   "mosi",
		labels: "merbench/cmumosi-process/label.npz",
		steps:  []func(*loading) error{transcripts("merbench/cmumosi-process/transcription-engchi-polish.csv", true)},
	},
	{
		name:     "mosei",
		labels:   "merbench/cmumosei-process/label.npz",
		steps:    []func(*loading) error{timedTexts("mosei/ailiwood/label.csv")},
		textless: 107,
	},
	{
		name:   "sims",
		labels: "merbench/sims-process/label.npz",
		steps: []func(*loading) error{
			transcripts("merbench/sims-process/transcription-engchi-polish.csv", false),
			modalityLabels(modalityFile, false),
			caveat("every clip is also in simsv2, with the same label and split: the two test sets are not independent"),
			caveat("the labels from text, audio and video alone are those of simsv2, not CH-SIMS's own"),
		},
		crossing: 60,
	},
	{
		name:   "simsv2",
		labels: "merbench/simsv2-process/label.npz",
		steps: []func(*loading) error{
			clipParts,
			transcripts("merbench/simsv2-process/transcription-engchi-polish.csv", false),
			modalityLabels(modalityFile, true),
			caveat("2281 of the 4403 clips are all of sims, with the same label and split: the two test sets are not independent"),
		},
		crossing: 129,
	},
}

// Load reads the named dataset (mosi, mosei, sims, simsv2) from fsys, whose paths
// are those of the manifests; [Open] finds one. It reads labels and split,
// transcripts, and for sims and simsv2 the labels of single modalities if their
// file is there (a warning says if not, and the labels are NaN).
//
// Texts of mosei are matched by the order of time; Unjoined and a warning name
// the clips that have none. In the other datasets a clip without a text is an
// error. So is any row that does not fit: errors begin with file and, for text
// files, line. A file that is absent is [fs.ErrNotExist] with a hint.
//
// Labels keep the value that is stored: mosei's are 32-bit floats widened to 64
// bits, so -2/3 is -0.6666666865348816. Compare them as float32.
func Load(fsys fs.FS, name string) (*Dataset, error) {
	manifests, err := SelectManifests(name)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(corpora, func(c corpus) bool { return c.name == name })
	if at < 0 { // "all" selects manifests, but is no dataset
		return nil, hint.Add(fmt.Errorf("dataset %q is not known", name), "one of mosi, mosei, sims and simsv2 can be loaded at a time")
	}
	m, c := manifests[0], corpora[at]
	l := &loading{fsys: fsys, Dataset: Dataset{Name: name, Title: m.Title, Range: [2]float64{m.Labels.Min, m.Labels.Max}}}
	if err := l.run(c); err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	return &l.Dataset, nil
}

// loading is a Dataset in the making.
type loading struct {
	Dataset
	fsys    fs.FS
	digests []string
}

func (l *loading) run(c corpus) error {
	data, err := l.read(c.labels)
	if err != nil {
		return err
	}
	if l.Samples, err = readLabels(c.labels, data, l.Name, l.Range); err != nil {
		return err
	}
	for _, step := range c.steps {
		if err := step(l); err != nil {
			return err
		}
	}
	if o := overlapOf(l.Samples); len(o.crossing) > 0 {
		l.Warnings = append(l.Warnings, fmt.Sprintf("test speakers are known from training: %v", o))
	}
	slices.Sort(l.Files)
	slices.Sort(l.digests)
	l.Digest = hexDigest([]byte(strings.Join(l.digests, "\n") + "\n"))
	return nil
}

// read returns a whole file and notes it in Files and digests.
func (l *loading) read(path string) ([]byte, error) {
	data, err := fs.ReadFile(l.fsys, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hint.Add(err, "get the file with uacs data get %s, or set UACS_MIRROR to a folder that holds it", l.Name)
	}
	if err != nil {
		return nil, err
	}
	l.Files = append(l.Files, path)
	l.digests = append(l.digests, hexDigest(data))
	return data, nil
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func caveat(text string) func(*loading) error {
	return func(l *loading) error {
		l.Warnings = append(l.Warnings, text)
		return nil
	}
}

func transcripts(path string, spokenEnglish bool) func(*loading) error {
	return func(l *loading) error {
		data, err := l.read(path)
		if err != nil {
			return err
		}
		texts, err := readTranscripts(path, data)
		if err != nil {
			return err
		}
		return addTranscripts(l.Samples, path, texts, spokenEnglish)
	}
}

func timedTexts(path string) func(*loading) error {
	return func(l *loading) error {
		data, err := l.read(path)
		if err != nil {
			return err
		}
		texts, err := readTimedTexts(path, data, l.Range)
		if err != nil {
			return err
		}
		join, err := addTimedTexts(l.Samples, path, texts)
		if err != nil {
			return err
		}
		l.Unjoined = join.without
		if n := len(join.without); n > 0 {
			l.Warnings = append(l.Warnings, fmt.Sprintf("%d of %d clips have no text: %d of %d videos do not match those of %s in number and labels",
				n, len(l.Samples), join.videos-join.joined, join.videos, path))
		}
		if join.unused > 0 {
			l.Warnings = append(l.Warnings, fmt.Sprintf("%s: %d of %d texts belong to no clip", path, join.unused, len(texts)))
		}
		return nil
	}
}

func modalityLabels(path string, whole bool) func(*loading) error {
	return func(l *loading) error {
		data, err := l.read(path)
		if errors.Is(err, fs.ErrNotExist) {
			l.Warnings = append(l.Warnings, "no labels from text, audio and video alone: "+path+" is absent")
			return nil
		}
		if err != nil {
			return err
		}
		rows, err := readModalityLabels(path, data, l.Range)
		if err != nil {
			return err
		}
		return addModalityLabels(l.Samples, path, rows, whole)
	}
}
