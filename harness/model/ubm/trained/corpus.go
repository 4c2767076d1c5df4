package trained

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/model/encoder"
	"uacs/harness/model/ubm"
	"uacs/harness/sample"
)

// corpus is one loaded dataset. audio and vision are nil but for a generated one.
type corpus struct {
	name, title, digest           string
	clips                         []sample.Sample
	audio, vision                 [][]float32
	licences, citations, warnings []string
}

// open loads the datasets of a config. An error that wraps [fs.ErrNotExist] means that
// data is not there.
func open(c *ubm.Config, data fs.FS) ([]*corpus, error) {
	var all []*corpus
	for _, name := range c.Datasets {
		load := public
		if c.Tier == "synth" {
			load = generated
		}
		one, err := load(name, data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func generated(name string, _ fs.FS) (*corpus, error) {
	c, set, err := synthetic(name)
	if err != nil {
		return nil, err
	}
	return &corpus{
		name: name, title: set.Title, digest: c.Revision(), clips: set.Samples,
		audio: set.Features.Audio, vision: set.Features.Vision, licences: []string{set.Title + ": generated, of no one's making"},
	}, nil
}

// synthetic generates the dataset of that name.
func synthetic(name string) (c synth.Config, set *synth.Set, err error) {
	for _, c := range []synth.Config{synth.MOSI(), synth.SIMS()} {
		if c.Name == name {
			set, err := synth.Generate(c)
			return c, set, err
		}
	}
	return c, nil, fmt.Errorf("dataset %q is not synth-mosi or synth-sims", name)
}

func public(name string, data fs.FS) (*corpus, error) {
	if data == nil {
		return nil, fmt.Errorf("dataset %s: %w", name, fs.ErrNotExist)
	}
	d, err := datasets.Load(data, name)
	if err != nil {
		return nil, err
	}
	c := &corpus{name: name, title: d.Title, digest: d.Digest, clips: d.Samples, warnings: d.Warnings}
	manifests, err := datasets.SelectManifests(name)
	if err != nil {
		return nil, err
	}
	for _, m := range manifests {
		c.licences = append(c.licences, m.Title+": "+m.Licence)
		c.citations = append(c.citations, m.Citation.Key+": "+m.Citation.Text)
		seen := map[string]bool{}
		for _, f := range m.Files {
			if line := f.Repository + ": " + f.Licence; f.Needed && !seen[line] {
				seen[line] = true
				c.licences = append(c.licences, line)
			}
		}
	}
	return c, nil
}

// digestOf identifies several corpora in order.
func digestOf(all []*corpus) string {
	if len(all) == 1 {
		return all[0].digest
	}
	h := sha256.New()
	for _, c := range all {
		fmt.Fprintln(h, c.digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// text is what is encoded of a clip: its English transcript.
func text(s *sample.Sample) string { return s.TextEN }

// provenance is what all sources say about themselves.
func provenance(c *ubm.Config, all []*corpus, encoders []Encoder) ubm.Provenance {
	p := ubm.Provenance{Digest: digestOf(all), Synthetic: c.Tier == "synth"}
	for _, d := range all {
		p.Licences = append(p.Licences, d.licences...)
		p.Citations = append(p.Citations, d.citations...)
		for _, w := range d.warnings {
			p.Warnings = append(p.Warnings, d.name+": "+w)
		}
	}
	var names, digests []string
	for _, e := range encoders {
		names, digests = append(names, e.Name()), append(digests, e.Digest())
		p.Licences = append(p.Licences, e.Licences...)
		p.Citations = append(p.Citations, e.Citations...)
	}
	p.EncoderName, p.EncoderDigest = strings.Join(names, " + "), strings.Join(digests, " + ")
	return p
}

// data makes the matrices of a config. The first corpus gives all splits; the others lend the
// clips of their train splits whose videos it does not have.
func (s *Source) data(ctx context.Context, c *ubm.Config, all []*corpus, encoders []Encoder) (ubm.Data, error) {
	d := ubm.Data{Dataset: c.Datasets[0], Modalities: c.Modalities, Provenance: provenance(c, all, encoders)}
	rows := map[sample.Split][][][]float32{}
	own := map[string]bool{}
	for i, from := range all {
		features, err := s.features(ctx, c, from, encoders)
		if err != nil {
			return ubm.Data{}, fmt.Errorf("%s: %s: %w", c.Name, from.name, err)
		}
		d.Provenance.Warnings = append(d.Provenance.Warnings, features.warnings...)
		for k := range from.clips {
			clip := &from.clips[k]
			if i == 0 {
				own[clip.Video] = true
			} else if own[clip.Video] || clip.Split != sample.Train {
				continue
			}
			part := d.Part(clip.Split)
			if features.text != nil && text(clip) == "" {
				if i == 0 {
					part.Unreadable = append(part.Unreadable, *clip)
				}
				continue
			}
			add(part, clip, features, k)
			if rows[clip.Split] == nil {
				rows[clip.Split] = make([][][]float32, len(c.Modalities))
			}
			for m, name := range c.Modalities {
				rows[clip.Split][m] = append(rows[clip.Split][m], features.row(name, k))
			}
		}
	}
	for _, split := range sample.Splits {
		part := d.Part(split)
		part.Features = make([]ubm.Matrix, len(c.Modalities))
		for m := range rows[split] {
			var err error
			if part.Features[m], err = ubm.MatrixOf(rows[split][m]); err != nil {
				return ubm.Data{}, fmt.Errorf("%s: %s: %s: %w", c.Name, split, c.Modalities[m], err)
			}
		}
	}
	return d, nil
}

func add(part *ubm.Part, clip *sample.Sample, f *clipFeatures, k int) {
	part.IDs = append(part.IDs, clip.ID)
	part.Videos = append(part.Videos, clip.Video)
	part.Datasets = append(part.Datasets, clip.Dataset)
	part.Labels = append(part.Labels, clip.Label)
	if f.flops != nil {
		part.FLOPs = append(part.FLOPs, f.flops[k])
	}
}

// clipFeatures are the features of all clips of a corpus, row by row.
type clipFeatures struct {
	text, audio, vision [][]float32
	flops               []float64
	warnings            []string
}

func (f *clipFeatures) row(modality string, k int) []float32 {
	switch modality {
	case "text":
		return f.text[k]
	case "audio":
		return f.audio[k]
	}
	return f.vision[k]
}

// features encodes the texts of a corpus, encoders side by side, and takes its other
// features as they are.
func (s *Source) features(ctx context.Context, c *ubm.Config, from *corpus, encoders []Encoder) (*clipFeatures, error) {
	f := &clipFeatures{audio: from.audio, vision: from.vision}
	for _, m := range c.Modalities {
		if m == "audio" && f.audio == nil || m == "vision" && f.vision == nil {
			return nil, fmt.Errorf("the dataset has no %s features in this tier", m)
		}
	}
	if len(encoders) == 0 {
		return f, nil
	}
	texts := make([]string, len(from.clips))
	for i := range texts {
		texts[i] = text(&from.clips[i])
	}
	if s.Note != nil && len(texts) > manyTexts {
		s.Note(fmt.Sprintf("encoding %d texts of %s", len(texts), from.name))
	}
	f.text, f.flops = make([][]float32, len(texts)), make([]float64, len(texts))
	for _, e := range encoders {
		x, stats, err := e.Encode(ctx, texts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		for i := range texts {
			f.text[i] = append(f.text[i], x.Row(i)...)
			f.flops[i] += float64(stats.Tallies[i].FLOPs)
		}
		for _, w := range stats.Warnings() {
			f.warnings = append(f.warnings, fmt.Sprintf("%s, %s: %s", from.name, e.Name(), w))
		}
	}
	return f, nil
}

// manyTexts is from when on encoding is worth a note.
const manyTexts = 5000

// Encoder is a text encoder and what its makers ask for.
type Encoder struct {
	encoder.Text
	Licences, Citations []string
}
