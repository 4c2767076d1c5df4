package trained

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"uacs/harness/features"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/sequence"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// fileFrames are those of a feature file.
type fileFrames struct {
	set     *features.Set
	dataset string
	// sum is the SHA-256 of the file, source that of the file it is a copy of, or its own.
	sum, source string
	want        ubm.FeatureFile
	warnings    []string
	// known are the clips of the dataset by id, nil for a file that has splits.
	known  map[string]*sample.Sample
	joined string // digest of the dataset behind known
}

// publishedClips returns the clips of a public dataset and the digest of its files.
type publishedClips func(dataset string) ([]sample.Sample, string, error)

// copied is the key under which a copy that uacs data import wrote names its source.
const copied = "source_sha256"

// openFile opens the feature file of a dataset in a folder, or its copy. A file that knows
// no splits gets those of the dataset, by id.
func openFile(dir, dataset string, file ubm.FeatureFile, clips publishedClips) (frames, error) {
	name := filepath.Join(dir, filepath.FromSlash(file.File))
	copy := strings.TrimSuffix(name, filepath.Ext(name)) + ".safetensors"
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(copy); err != nil {
			return nil, absent(name, dataset, file)
		}
		name = copy
	}
	set, err := features.Open(name)
	if err != nil {
		return nil, err
	}
	f := &fileFrames{set: set, dataset: dataset, want: file}
	if err := set.Usable(); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	if f.sum, err = set.Digest(); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	if f.source = set.Metadata[copied]; f.source == "" {
		f.source = f.sum
	}
	if err := f.join(clips); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	return f, nil
}

// join loads the dataset's clips if the file knows no splits.
func (f *fileFrames) join(clips publishedClips) error {
	p, ok := f.set.Split("all")
	if !ok || len(f.set.Splits) > 1 {
		return nil
	}
	if p.IDs == nil {
		err := fmt.Errorf("%s: neither splits nor ids, so nothing says which clip a row is", f.set.Name)
		return hint.Add(err, "uacs data import --check says what is in the file")
	}
	all, digest, err := clips(f.dataset)
	if err != nil {
		return fmt.Errorf("%s has no splits; those of %s: %w", f.set.Name, f.dataset, err)
	}
	f.known = map[string]*sample.Sample{}
	for i := range all {
		f.known[all[i].ID] = &all[i]
	}
	f.joined = " with " + digest
	return nil
}

// place gives each clip its split, "" if the dataset does not have it, and its label where
// the file has none.
func (f *fileFrames) place(p *features.Split, clips []sample.Sample) error {
	if f.known == nil {
		return nil
	}
	unknown, labels := 0, p.Label() != nil
	for i := range clips {
		c := f.known[clips[i].ID]
		if c == nil {
			clips[i].Split = ""
			unknown++
			continue
		}
		if clips[i].Split, clips[i].Video = c.Split, c.Video; !labels {
			clips[i].Label = c.Label
		}
	}
	if unknown == len(clips) {
		err := fmt.Errorf("none of its %d ids is a clip of %s: %.80q is none", len(clips), f.dataset, clips[0].ID)
		if f.set.Format == features.HDF5 {
			return hint.Add(err, "uacs data import --dataset %s with --text, --audio or --vision makes clips of a .csd", f.dataset)
		}
		return hint.Add(err, "ids are spelt as in uacs data show %s", f.dataset)
	}
	f.warnings = append(f.warnings, fmt.Sprintf("the file knows no splits: those of %s, by id", f.dataset))
	if !labels {
		f.warnings = append(f.warnings, "the file has no labels: those of "+f.dataset)
	}
	if unknown > 0 {
		f.warnings = append(f.warnings, fmt.Sprintf("%d of %d clips of the file are none of %s and left out", unknown, len(clips), f.dataset))
	}
	return nil
}

// absent says which file is missing and what to do.
func absent(name, dataset string, file ubm.FeatureFile) error {
	what := file.Source
	if what == "" {
		what = "the file"
	}
	if file.SHA256 != "" {
		what += ", SHA-256 " + file.SHA256 + ","
	}
	err := fmt.Errorf("the feature file of %s is not there: %s: %w", dataset, name, fs.ErrNotExist)
	return hint.Add(err, "put %s there, or the copy that uacs data import makes of it, ending in .safetensors; --features names another folder", what)
}

func (f *fileFrames) digest() string { return f.sum + f.joined }

func (f *fileFrames) Close() error { return f.set.Close() }

func (f *fileFrames) data(c *ubm.Config) (ubm.Data, error) {
	d := ubm.Data{Dataset: f.dataset, Modalities: c.Modalities, Provenance: ubm.Provenance{Digest: f.digest()}}
	licences, citations, err := licencesOf(f.dataset)
	if err != nil {
		return d, err
	}
	d.Provenance.Licences, d.Provenance.Citations = licences, citations
	all := features.Samples(f.set, f.dataset)
	at := 0
	for _, p := range f.set.Splits {
		if p.IDs == nil {
			continue
		}
		own := all[at : at+len(p.IDs)]
		at += len(p.IDs)
		if err := f.place(p, own); err != nil {
			return d, fmt.Errorf("%s: %w", f.set.Name, err)
		}
		if err := f.split(&d, c, p, own); err != nil {
			return d, fmt.Errorf("%s: %s: %w", f.set.Name, p.Name, err)
		}
	}
	f.warn(&d)
	return d, nil
}

// split reads the clips of one part of the file.
func (f *fileFrames) split(d *ubm.Data, c *ubm.Config, p *features.Split, clips []sample.Sample) error {
	if f.known == nil && p.Name != "train" && p.Name != "valid" && p.Name != "test" {
		return hint.Add(fmt.Errorf("the split is none of train, valid and test"), "uacs data import --check says what is in the file")
	}
	if f.known == nil && len(clips) > 0 && p.Label() == nil {
		return hint.Add(errors.New("no labels"), "a file that knows splits has the labels too: regression_labels, or label in a table")
	}
	arrays, err := arraysOf(c, p)
	if err != nil {
		return err
	}
	rows := make([][]float32, len(arrays))
	for k, a := range arrays {
		shape := a.Tensor.Shape()
		for _, split := range sample.Splits {
			if part := d.Part(split); len(part.Frames) == k {
				part.Frames = append(part.Frames, sequence.NewFrames(shape[len(shape)-1]))
			}
		}
		rows[k] = make([]float32, a.Tensor.Row())
	}
	replaced := 0
	missing := make([]int, len(arrays))
	for i := range clips {
		if clips[i].Split == "" {
			continue
		}
		part := d.Part(clips[i].Split)
		clip := make([][]float32, len(arrays))
		for k, a := range arrays {
			if err := a.Tensor.Read(i, rows[k]); err != nil {
				return fmt.Errorf("%s: %w", c.Modalities[k], err)
			}
			if c.Modalities[k] == "audio" {
				replaced += features.ZeroNegInf(rows[k])
			}
			frames := rows[k][:features.TrueFrames(a, i, rows[k])*part.Frames[k].Width]
			if err := finite(frames, clips[i].ID, c.Modalities[k]); err != nil {
				return err
			}
			if len(frames) == 0 {
				missing[k]++
			}
			clip[k] = append([]float32(nil), frames...)
		}
		addFrames(part, c, &clips[i], clip)
	}
	if replaced > 0 {
		f.warnings = append(f.warnings, fmt.Sprintf("%s, audio: %d values of -inf became 0, as in MMSA's loader", p.Name, replaced))
	}
	for k, n := range missing {
		if n > 0 {
			f.warnings = append(f.warnings, fmt.Sprintf("%s, %s: %d of %d clips have no frame that is not zero, and count as lacking it", p.Name, c.Modalities[k], n, len(clips)))
		}
	}
	return nil
}

// otherNames are what files outside MMSA's circle call the modalities.
var otherNames = map[string][]string{"text": {"language"}, "audio": {"acoustic"}, "vision": {"visual", "video"}}

// arrayOf returns the features of a modality: those that the config names, or else under
// any of its names.
func arrayOf(p *features.Split, modality, named string) (features.Array, error) {
	if named != "" {
		a, ok := p.Array(named)
		if !ok {
			return a, hint.Add(fmt.Errorf("no features named %s, which arrays of the config names for %s", named, modality), "uacs data import --check says what is in the file")
		}
		return a, nil
	}
	for _, name := range append([]string{modality}, otherNames[modality]...) {
		if a, ok := p.Array(name); ok {
			return a, nil
		}
	}
	var there []string
	for _, a := range p.Arrays {
		there = append(there, a.Name)
	}
	err := fmt.Errorf("no features named %s", modality)
	if there == nil {
		return features.Array{}, hint.Add(err, "uacs data import --check says what is in the file")
	}
	return features.Array{}, hint.Add(err, "the file has %s: write arrays: {%s: %s} beside file: in the config, or in a table begin the names of the columns with %s_", strings.Join(there, ", "), modality, there[0], modality)
}

// arraysOf returns the features of a split in the order of the modalities, and checks that
// those side by side have as many frames.
func arraysOf(c *ubm.Config, p *features.Split) ([]features.Array, error) {
	var out []features.Array
	frames := map[string]int{}
	for _, name := range c.Modalities {
		a, err := arrayOf(p, name, c.Features[c.Datasets[0]].Arrays[name])
		if err != nil {
			return nil, err
		}
		shape := a.Tensor.Shape()
		if len(shape) != 2 && len(shape) != 3 {
			return nil, fmt.Errorf("%s has %d axes; samples × frames × columns, or samples × columns, are read", name, len(shape))
		}
		frames[name] = 1
		if len(shape) == 3 {
			frames[name] = shape[1]
		}
		out = append(out, a)
	}
	for _, s := range c.Streams {
		for _, name := range s.Of[1:] {
			if s.Align == "" && frames[name] != frames[s.Of[0]] {
				err := fmt.Errorf("%d frames of %s and %d of %s are not aligned", frames[s.Of[0]], s.Of[0], frames[name], name)
				return nil, hint.Add(err, "take the aligned file, or write align: mean in the stream")
			}
		}
	}
	return out, nil
}

func finite(frames []float32, id, modality string) error {
	for _, v := range frames {
		if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
			return hint.Add(fmt.Errorf("clip %s: %s holds %v", id, modality, v), "uacs data import --check counts such values")
		}
	}
	return nil
}

// warn adds what the reader of any number must know of the file.
func (f *fileFrames) warn(d *ubm.Data) {
	switch {
	case f.want.SHA256 == "":
	case f.source != f.want.SHA256:
		f.warnings = append(f.warnings, fmt.Sprintf("the features are not those of the published file: SHA-256 %s, not %s", f.source, f.want.SHA256))
	case f.source != f.sum:
		d.Provenance.Licences = append(d.Provenance.Licences, "a copy of the published feature file, SHA-256 "+f.source)
	}
	if recipe := f.set.Metadata["recipe"]; recipe != "" {
		f.warnings = append(f.warnings, "the copy of the feature file was made with "+recipe)
	}
	for _, n := range f.set.Notes {
		f.warnings = append(f.warnings, "feature file: "+n)
	}
	d.Provenance.Warnings = append(d.Provenance.Warnings, f.warnings...)
}
