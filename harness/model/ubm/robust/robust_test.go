package robust

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/sequence"
)

// madeUp returns clips whose label both modalities tell alike.
func madeUp() ubm.Data {
	r := rand.New(rand.NewPCG(5, 6))
	d := ubm.Data{Dataset: "synth-mosi", Modalities: []string{"text", "audio"}, Provenance: ubm.Provenance{Digest: "made up"}}
	fill := func(p *ubm.Part, n int) {
		p.Frames = []sequence.Frames{sequence.NewFrames(1), sequence.NewFrames(2)}
		for i := range n {
			y := min(max(2*r.NormFloat64(), -3), 3)
			p.IDs, p.Videos, p.Labels = append(p.IDs, fmt.Sprint(i)), append(p.Videos, fmt.Sprint(i/4)), append(p.Labels, y)
			p.Frames[0].Add([]float32{float32(y + 0.4*r.NormFloat64())})
			p.Frames[1].Add([]float32{float32(y + 0.4*r.NormFloat64()), 5, float32(y + 0.4*r.NormFloat64()), 5})
		}
	}
	fill(&d.Train, 300)
	fill(&d.Valid, 80)
	fill(&d.Test, 160)
	return d
}

func config() ubm.Config {
	c := ubm.Defaults()
	c.Name, c.Title, c.Tier, c.Datasets, c.Modalities = "made-up", "SYNTHETIC made-up", "synth", []string{"synth-mosi"}, []string{"text", "audio"}
	c.Features = map[string]ubm.FeatureFile{"synth-mosi": {File: ubm.Generated}}
	c.Streams = []ubm.StreamConfig{{Of: []string{"text"}, Pooling: []sequence.Pool{"mean"}}, {Of: []string{"audio"}, Pooling: []sequence.Pool{"mean"}}}
	c.Head, c.Bins, c.Seeds, c.Replicates = []int{8}, []float64{-3, -1.5, 0, 1.5, 3}, []uint64{1}, 200
	c.Dropout.Modality = 0.4
	c.Robustness = &ubm.RobustnessConfig{SNR: []float64{20, 0}, Seed: 3}
	c.Optimiser.Rate, c.Optimiser.Epochs, c.Optimiser.Batch = 0.02, 12, 32
	return c
}

func train(t *testing.T, c ubm.Config, d ubm.Data) *ubm.Model {
	t.Helper()
	m, _, err := ubm.Train(context.Background(), c, d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestConditions(t *testing.T) {
	var names []string
	for _, c := range Conditions(ubm.Modalities, []float64{20, 0}) {
		names = append(names, c.Name)
	}
	want := []string{"as they are", "no audio", "no vision", "no text", "audio noise 20 dB", "audio noise 0 dB", "vision noise 20 dB", "vision noise 0 dB"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Conditions([]string{"text"}, []float64{20}); len(got) != 1 {
		t.Errorf("of text alone: %v", got)
	}
}

// Noise of x dB has 10^(−x/10) times the power of the feature about its mean, none on a
// constant feature, and leaves the clips it was made of as they were.
func TestNoiseHasTheRatio(t *testing.T) {
	d := madeUp()
	m := train(t, config(), d)
	before := slices.Clone(d.Train.Frames[1].Data)
	for _, snr := range []float64{20, 10, 0} {
		c := Condition{Name: "noise", Noisy: "audio", SNR: snr}
		spoilt := c.Apply(m, &d.Train, 1)
		again := c.Apply(m, &d.Train, 1)
		if !slices.Equal(spoilt.Frames[1].Data, again.Frames[1].Data) || !slices.Equal(d.Train.Frames[1].Data, before) {
			t.Error("a second time differs, or the clips were changed")
		}
		noise, signal, mean, n := 0., 0., 0., float64(len(before)/2)
		for k := 0; k < len(before); k += 2 {
			mean += float64(before[k]) / n
		}
		for k := 0; k < len(before); k += 2 {
			noise += math.Pow(float64(spoilt.Frames[1].Data[k]-before[k]), 2) / n
			signal += math.Pow(float64(before[k])-mean, 2) / n
			if spoilt.Frames[1].Data[k+1] != before[k+1] {
				t.Fatal("a constant feature got noise")
			}
		}
		// 600 draws: the power is within a sixth of its expectation at three deviations.
		if got := 10 * math.Log10(signal/noise); math.Abs(got-snr) > 0.8 {
			t.Errorf("%v dB: measured %.2f", snr, got)
		}
	}
}

// Modality dropout helps where a modality is missing, and the table says so; it has the
// same bytes each time.
func TestCompare(t *testing.T) {
	d := madeUp()
	first := train(t, config(), d)
	c := config()
	c.Dropout.Modality = 0
	second := train(t, c, d)
	table, err := Compare(first, second, &d.Test, "test")
	if err != nil {
		t.Fatal(err)
	}
	again, err := Compare(first, second, &d.Test, "test")
	if err != nil || again.Markdown() != table.Markdown() {
		t.Errorf("a second table differs (%v)", err)
	}
	if len(table.Rows) != 2*(1+2+2) || table.Videos != 40 || table.Clips != 160 {
		t.Fatalf("%d rows, %d videos, %d clips", len(table.Rows), table.Videos, table.Clips)
	}
	for _, r := range table.Rows {
		if math.Abs(r.Gain.Value-(r.First.Value-r.Second.Value)) > 1e-12 || r.First.Lo > r.First.Value || r.First.Hi < r.First.Value {
			t.Errorf("%+v", r)
		}
		if r.Condition == "no text" && r.Metric == "MAE" && r.Gain.Hi >= 0 {
			t.Errorf("without text, modality dropout changes the error by %v", r.Gain)
		}
	}
	for _, want := range []string{"| no audio | MAE | 160 |", "| audio noise 0 dB | Non0_acc_2 |", "160 clips of 40 videos"} {
		if !strings.Contains(table.Markdown(), want) {
			t.Errorf("no %q in:\n%s", want, table.Markdown())
		}
	}
}
