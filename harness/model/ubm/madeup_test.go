package ubm

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// madeUp returns clips whose label is a function of all modalities, with noise.
func madeUp(t testing.TB, modalities []string, train, valid, test int) Data {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 13))
	d := Data{Dataset: "synth-mosi", Modalities: modalities, Provenance: Provenance{Digest: "made up", Synthetic: true}}
	fill := func(p *Part, prefix string, n int) {
		rows := make([][][]float32, len(modalities))
		for i := range n {
			p.IDs = append(p.IDs, fmt.Sprintf("%s%d", prefix, i))
			p.Videos = append(p.Videos, fmt.Sprintf("%sv%d", prefix, i/8))
			y := 0.3 * r.NormFloat64()
			for m := range modalities {
				row := make([]float32, 4+m)
				for k := range row {
					row[k] = float32(5*float64(k) + (1+float64(k))*r.NormFloat64())
				}
				y += float64(row[1]-5)/2 - float64(row[2]-10)/4
				rows[m] = append(rows[m], row)
			}
			p.Labels = append(p.Labels, min(max(y, -3), 3))
		}
		for m := range modalities {
			x, err := MatrixOf(rows[m])
			if err != nil {
				t.Fatal(err)
			}
			p.Features = append(p.Features, x)
		}
	}
	fill(&d.Train, "a", train)
	fill(&d.Valid, "b", valid)
	fill(&d.Test, "c", test)
	return d
}

// madeUpConfig returns a config for madeUp.
func madeUpConfig(modalities []string) Config {
	c := Defaults()
	c.Name, c.Title, c.Tier, c.Datasets, c.Modalities = "made-up", "SYNTHETIC made-up clips", "synth", []string{"synth-mosi"}, modalities
	c.Bins = []float64{-3, -2, -1, 0, 1, 2, 3}
	if modalities[0] == "text" {
		c.Encoders = []string{"made-up"}
	}
	c.Hidden, c.Seeds, c.Replicates = 8, []uint64{1, 2}, 200
	c.Dropout = DropoutConfig{Hidden: 0.2, Inputs: 0.1, Modality: 0.1}
	c.Optimiser.Rate, c.Optimiser.Epochs, c.Optimiser.Batch = 0.01, 8, 32
	return c
}
