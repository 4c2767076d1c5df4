//go:build hdf5

package features_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/features"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/sequence"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/sample"
)

// corpus is 20 made-up videos of 4 clips of one second each: text by video, two rows
// a second whose first number is the label; audio by clip, but for the first of each
// video, of noise.
func corpus(t *testing.T, dir string) (clips []sample.Sample, text, audio, labels string) {
	t.Helper()
	var texts, audios, segments []features.CSDGroup
	for v := range 20 {
		video := fmt.Sprintf("v_%d", v)
		split := sample.Train
		if v >= 12 {
			split = []sample.Split{sample.Valid, sample.Test}[v%2]
		}
		x := features.CSDGroup{Name: video, Width: 2}
		l := features.CSDGroup{Name: video, Width: 1}
		for k := range 4 {
			label := float64((5*v+3*k)%13)/2 - 3
			clips = append(clips, sample.Sample{Dataset: "mosi", ID: fmt.Sprintf("%s_%d", video, k+1), Video: video, Split: split, Label: label})
			at := float64(k)
			l.Values, l.Times = append(l.Values, label), append(l.Times, at, at+1)
			x.Values = append(x.Values, label, 1, label, -1)
			x.Times = append(x.Times, at, at+0.5, at+0.5, at+1)
			if k > 0 {
				audios = append(audios, features.CSDGroup{Name: fmt.Sprintf("%s[%d]", video, k), Width: 1, Values: []float64{float64(v % 3), 1, float64(k)}})
			}
		}
		texts, segments = append(texts, x), append(segments, l)
	}
	return clips, features.WriteCSD(t, dir, "text", texts), features.WriteCSD(t, dir, "audio", audios), features.WriteCSD(t, dir, "labels", segments)
}

// A pair of .csd, and one alone, are joined, copied and trained on: the model finds
// the label in the text, and the card counts the clips without audio.
func TestTrainOnCSD(t *testing.T) {
	dir := t.TempDir()
	clips, text, audio, labels := corpus(t, dir)
	for _, c := range []struct {
		name       string
		modalities []string
		files      []string
		card       []string
	}{
		{"pair", []string{"text", "audio"}, []string{text, audio}, []string{"text: 80 of 80 clips of mosi have frames, 2 at most", "audio: 60 of 80 clips of mosi have frames, 3 at most", "train, audio: 12 of 48 clips have no frame that is not zero"}},
		{"alone", []string{"text"}, []string{text}, []string{"text: 80 of 80 clips of mosi have frames, 2 at most"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := features.JoinOptions{Dataset: "mosi", Clips: clips, Segments: opened(t, labels)}
			var streams []features.Stream
			for i, file := range c.files {
				streams = append(streams, features.Stream{Modality: c.modalities[i], Set: opened(t, file)})
			}
			s, err := features.Join(streams, o)
			if err != nil {
				t.Fatal(err)
			}
			var copy bytes.Buffer
			if err := features.Write(&copy, s, "0", features.Recipe{}); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, c.name+".safetensors"), copy.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			from := &trained.Source{Dir: t.TempDir(), Features: dir}
			r, err := from.Make(context.Background(), csdConfig(c.name, c.modalities))
			if err != nil {
				t.Fatal(err)
			}
			card, err := os.ReadFile(filepath.Join(r.Dir, trained.CardFile))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.card {
				if !strings.Contains(string(card), want) {
					t.Errorf("the card has no %q:\n%s", want, card)
				}
			}
			q := r.Quality[sample.Test]
			for _, m := range q.Metrics {
				if m.Name == "MAE" && (m.Value == nil || *m.Value > 0.5) {
					t.Errorf("the label stands in the text, and MAE is %v", m.Value)
				}
			}
			if q.Clips != 16 {
				t.Errorf("%d test clips", q.Clips)
			}
		})
	}
}

func csdConfig(name string, modalities []string) ubm.Config {
	c := ubm.Defaults()
	c.Name, c.Title, c.Tier, c.Datasets, c.Modalities = name, "made up", "licensed", []string{"mosi"}, modalities
	c.Features = map[string]ubm.FeatureFile{"mosi": {File: name + ".safetensors"}}
	for _, m := range modalities {
		c.Streams = append(c.Streams, ubm.StreamConfig{Of: []string{m}, Pooling: []sequence.Pool{"mean"}})
	}
	c.Loss.Kind, c.Temperature = ubm.AbsoluteError, false
	c.Optimiser.Rate, c.Optimiser.Epochs, c.Optimiser.Batch = 0.05, 60, 8
	c.Seeds, c.Replicates = []uint64{1}, 100
	return c
}

func opened(t *testing.T, name string) *features.Set {
	t.Helper()
	s, err := features.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
