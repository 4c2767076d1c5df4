package trained

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/features"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/robust"
	"uacs/harness/model/ubm/sequence"
	"uacs/harness/sample"
)

// frames is where a model's frames come from: generated clips, or a feature file.
type frames interface {
	// digest identifies them.
	digest() string
	// data reads them.
	data(c *ubm.Config) (ubm.Data, error)
	Close() error
}

// makeFrames is Make for a model of frames.
func (s *Source) makeFrames(ctx context.Context, c ubm.Config) (*Result, error) {
	from, err := s.openFrames(&c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	defer from.Close()
	rows, err := s.published(&c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	printed, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	digest, err := c.Digest(from.digest(), string(printed), runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	r := &Result{Name: c.Name, Digest: digest, Dir: filepath.Join(s.Dir, c.Name)}
	if r.found() {
		r.Reused = true
		return r, nil
	}
	d, err := from.data(&c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	m, h, err := s.fit(ctx, c, d, digest)
	if err != nil {
		return nil, err
	}
	extra := &besides{rows: rows}
	if extra.table, err = compare(ctx, m, &c, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return r, r.write(m, h, &d, extra)
}

// compare trains the second model of a robustness table and makes the table of the test
// split, or of valid if the test split has no clip; nil if the config has none.
func compare(ctx context.Context, m *ubm.Model, c *ubm.Config, d *ubm.Data) (*robust.Table, error) {
	if c.Robustness == nil {
		return nil, nil
	}
	other := *c
	other.Dropout.Modality = c.Robustness.Beside
	second, _, err := ubm.Train(ctx, other, *d)
	if err != nil {
		return nil, fmt.Errorf("the model beside: %w", err)
	}
	split := sample.Test
	if d.Test.N() == 0 {
		split = sample.Valid
	}
	return robust.Compare(m, second, d.Part(split), string(split))
}

// openFrames finds the frames of a config.
func (s *Source) openFrames(c *ubm.Config) (frames, error) {
	file := c.Features[c.Datasets[0]]
	if file.File == ubm.Generated {
		return newGenerated(c.Datasets[0])
	}
	return openFile(s.Features, c.Datasets[0], file, s.clips)
}

// clips are those of a public dataset.
func (s *Source) clips(dataset string) ([]sample.Sample, string, error) {
	c, err := public(dataset, s.Data)
	if err != nil {
		return nil, "", err
	}
	return c.clips, c.digest, nil
}

// generatedFrames are those of a synthetic dataset.
type generatedFrames struct {
	config synth.Config
	set    *synth.Set
	frames *synth.Sequences
}

func newGenerated(name string) (frames, error) {
	c, set, err := synthetic(name)
	if err != nil {
		return nil, err
	}
	made, err := synth.Frames(c, set)
	return &generatedFrames{c, set, made}, err
}

// digest is raised by hand when the generated frames change.
func (g *generatedFrames) digest() string { return g.config.Revision() + " frames 1" }

func (g *generatedFrames) Close() error { return nil }

func (g *generatedFrames) data(c *ubm.Config) (ubm.Data, error) {
	d := ubm.Data{Dataset: c.Datasets[0], Modalities: c.Modalities, Provenance: ubm.Provenance{
		Digest: g.digest(), Synthetic: true, Licences: []string{g.set.Title + ": generated, of no one's making"},
	}}
	of := map[string][][]float32{"text": g.frames.Text, "audio": g.frames.Audio, "vision": g.frames.Vision}
	width := map[string]int{"text": synth.WordDim, "audio": synth.AudioDim, "vision": synth.VisionDim}
	for _, split := range sample.Splits {
		for _, name := range c.Modalities {
			part := d.Part(split)
			part.Frames = append(part.Frames, sequence.NewFrames(width[name]))
		}
	}
	for i := range g.set.Samples {
		var clip [][]float32
		for _, name := range c.Modalities {
			clip = append(clip, of[name][i])
		}
		addFrames(d.Part(g.set.Samples[i].Split), c, &g.set.Samples[i], clip)
	}
	return d, nil
}

// addFrames adds a clip, whose frames clip has in the order of the modalities, aligned as
// the config says. A clip without any frame is listed as unreadable.
func addFrames(part *ubm.Part, c *ubm.Config, s *sample.Sample, clip [][]float32) {
	n := 0
	for _, frames := range clip {
		n += len(frames)
	}
	if n == 0 {
		part.Unreadable = append(part.Unreadable, *s)
		return
	}
	part.IDs = append(part.IDs, s.ID)
	part.Videos = append(part.Videos, s.Video)
	part.Datasets = append(part.Datasets, s.Dataset)
	part.Labels = append(part.Labels, s.Label)
	k := 0
	for _, stream := range c.Streams {
		first := k
		for i := range stream.Of {
			f := &part.Frames[k]
			if stream.Align != "" && i > 0 {
				clip[k] = stretch(clip[k], f.Width, len(clip[first])/part.Frames[first].Width)
			}
			f.Add(clip[k])
			k++
		}
	}
}

// stretch averages frames over n stretches of equal length, of one frame at least each.
// It leaves the frames as they are where there is none, or n is 0.
func stretch(frames []float32, width, n int) []float32 {
	long := len(frames) / width
	if long == 0 || n == 0 {
		return frames
	}
	out := make([]float32, 0, n*width)
	for k := range n {
		from := k * long / n
		to := max((k+1)*long/n, from+1)
		out = append(out, features.Mean(frames[from*width:to*width], width)...)
	}
	return out
}

// licencesOf are what the makers of a public dataset ask for.
func licencesOf(name string) (licences, citations []string, err error) {
	manifests, err := datasets.SelectManifests(name)
	for _, m := range manifests {
		licences = append(licences, m.Title+": "+m.Licence)
		citations = append(citations, m.Citation.Key+": "+m.Citation.Text)
	}
	return licences, citations, err
}
