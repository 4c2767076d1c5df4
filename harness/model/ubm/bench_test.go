package ubm

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkTrain is two epochs of five members over clips as many and as wide as those of
// MOSI with both text encoders.
func BenchmarkTrain(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	part := func(n int) (p Part) {
		x := Matrix{n, 1230, make([]float32, n*1230)}
		for k := range x.Data {
			x.Data[k] = float32(r.NormFloat64())
		}
		for i := range n {
			p.IDs = append(p.IDs, fmt.Sprint(i))
			p.Labels = append(p.Labels, 6*r.Float64()-3)
		}
		p.Videos, p.Features = p.IDs, []Matrix{x}
		return p
	}
	d := Data{Dataset: "synth-mosi", Modalities: []string{"text"}, Train: part(1284), Valid: part(229), Test: part(1)}
	c := madeUpConfig([]string{"text"})
	c.Hidden, c.Seeds, c.Loss, c.Optimiser.Epochs, c.Optimiser.Batch = 32, []uint64{1, 2, 3, 4, 5}, LossConfig{CORN, 1}, 2, 64
	c.Dropout = DropoutConfig{Hidden: 0.5, Inputs: 0.4}
	for b.Loop() {
		mustTrain(b, c, d)
	}
}
