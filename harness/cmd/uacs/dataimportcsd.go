package main

import (
	"uacs/harness/features"
)

// join makes one set of .csd, a modality each, and goes on with it as with a file.
func (c dataImportCmd) join(a *app) error {
	d, err := c.load(a, c.Dataset)
	if err != nil {
		return err
	}
	o := features.JoinOptions{Dataset: c.Dataset, Clips: d.Samples, Frames: c.Frames, NegInf: c.NegInf}
	var sources []string
	open := func(name string) (*features.Set, error) {
		sources = append(sources, name)
		return features.Open(name)
	}
	if c.Segments != "" {
		if o.Segments, err = open(c.Segments); err != nil {
			return err
		}
		defer o.Segments.Close()
	}
	var streams []features.Stream
	for _, st := range []struct{ modality, file string }{{"text", c.Text}, {"audio", c.Audio}, {"vision", c.Vision}} {
		if st.file == "" {
			continue
		}
		s, err := open(st.file)
		if err != nil {
			return err
		}
		defer s.Close()
		streams = append(streams, features.Stream{Modality: st.modality, Set: s})
	}
	joined, err := features.Join(streams, o)
	if err != nil {
		return err
	}
	return c.copy(a, joined, c.Out, sources...)
}
