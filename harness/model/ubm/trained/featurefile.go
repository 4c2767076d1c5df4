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
}

// copied is the key under which a copy that uacs data import wrote names its source.
const copied = "source_sha256"

// openFile opens the feature file of a dataset in a folder, or its copy.
func openFile(dir, dataset string, file ubm.FeatureFile) (frames, error) {
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
	return f, nil
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

func (f *fileFrames) digest() string { return f.sum }

func (f *fileFrames) Close() error { return f.set.Close() }

func (f *fileFrames) data(c *ubm.Config) (ubm.Data, error) {
	d := ubm.Data{Dataset: f.dataset, Modalities: c.Modalities, Provenance: ubm.Provenance{Digest: f.sum}}
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
		if err := f.split(&d, c, p, own); err != nil {
			return d, fmt.Errorf("%s: %s: %w", f.set.Name, p.Name, err)
		}
	}
	for _, split := range sample.Splits { // one without clips
		part := d.Part(split)
		for k := len(part.Frames); k < len(c.Modalities); k++ {
			part.Frames = append(part.Frames, sequence.NewFrames(d.Train.Frames[k].Width))
		}
	}
	f.warn(&d)
	return d, nil
}

// split reads the clips of one split.
func (f *fileFrames) split(d *ubm.Data, c *ubm.Config, p *features.Split, clips []sample.Sample) error {
	if p.Name != "train" && p.Name != "valid" && p.Name != "test" {
		return hint.Add(fmt.Errorf("the split is none of train, valid and test"), "uacs data import --check says what is in the file")
	}
	part := d.Part(sample.Split(p.Name))
	arrays, err := arraysOf(c, p)
	if err != nil {
		return err
	}
	rows := make([][]float32, len(arrays))
	for k, a := range arrays {
		shape := a.Tensor.Shape()
		part.Frames = append(part.Frames, sequence.NewFrames(shape[len(shape)-1]))
		rows[k] = make([]float32, a.Tensor.Row())
	}
	replaced := 0
	missing := make([]int, len(arrays))
	for i := range clips {
		clip := make([][]float32, len(arrays))
		for k, a := range arrays {
			if err := a.Tensor.Read(i, rows[k]); err != nil {
				return fmt.Errorf("%s: %w", c.Modalities[k], err)
			}
			if c.Modalities[k] == "audio" {
				replaced += zeroNegInf(rows[k])
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

// arraysOf returns the features of a split in the order of the modalities, and checks that
// those side by side have as many frames.
func arraysOf(c *ubm.Config, p *features.Split) ([]features.Array, error) {
	var out []features.Array
	frames := map[string]int{}
	for _, name := range c.Modalities {
		a, ok := p.Array(name)
		if !ok {
			return nil, hint.Add(fmt.Errorf("no features named %s", name), "uacs data import --check says what is in the file")
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

// zeroNegInf replaces -inf by 0 and returns how often.
func zeroNegInf(row []float32) int {
	n := 0
	for k, v := range row {
		if math.IsInf(float64(v), -1) {
			row[k] = 0
			n++
		}
	}
	return n
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
