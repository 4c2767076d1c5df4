package infer

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The sizes of MOSI's test split, by clip and by video, and of MOSEI's non-zero
// test clips.
func BenchmarkMean(b *testing.B) {
	for _, size := range []struct{ clips, clusters int }{{686, 31}, {686, 686}, {3634, 676}, {3634, 3634}} {
		b.Run(fmt.Sprintf("n=%d/clusters=%d", size.clips, size.clusters), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			names, x := make([]string, size.clips), make([]float64, size.clips)
			for i := range names {
				names[i], x[i] = fmt.Sprint(i%size.clusters), float64(rng.IntN(2))
			}
			c := NewClusters(names)
			for b.Loop() {
				if _, err := Mean(c, x, nil, Plan{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkResample(b *testing.B) {
	for b.Loop() {
		if err := Resample(676, Plan{}, func(int, []int32) {}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignFlip(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	d, zero := make([]float64, 676), make([]float64, 676)
	for i := range d {
		d[i] = rng.NormFloat64()
	}
	c := Singletons(676)
	for b.Loop() {
		if _, err := SignFlip(c, d, zero, nil, Plan{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMcNemar(b *testing.B) {
	for b.Loop() {
		if _, err := McNemar(900, 1000); err != nil {
			b.Fatal(err)
		}
	}
}
