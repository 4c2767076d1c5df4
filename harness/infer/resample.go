package infer

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// DefaultReplicates is the number of replicates of a [Plan] that does not say.
const DefaultReplicates = 10_000

// Plan says how to resample. The zero value is a 95 % interval of 10,000
// replicates from PCG(0,0).
type Plan struct {
	// Replicates is the number of replicates B; 0 means [DefaultReplicates].
	Replicates int
	// Level is the confidence level, in (0,1); 0 means 0.95.
	Level float64
	// Seed and Stream seed the generator, math/rand/v2's PCG(Seed, Stream). Equal
	// plans over equally many clusters draw the same clusters, which pairs every
	// statistic computed by the same plan.
	Seed, Stream uint64
}

// filled returns p with its defaults in place, or what is wrong with it.
func (p Plan) filled() (Plan, error) {
	if p.Replicates == 0 {
		p.Replicates = DefaultReplicates
	}
	if p.Level == 0 {
		p.Level = 0.95
	}
	if p.Replicates < 1 {
		return p, fmt.Errorf("%d replicates: not positive", p.Replicates)
	}
	if !(p.Level > 0 && p.Level < 1) {
		return p, fmt.Errorf("confidence level %v is outside (0,1)", p.Level)
	}
	return p, nil
}

// Resample draws, for each of the plan's replicates, as many clusters as there
// are, with replacement, and calls visit with the replicate's number, from 0,
// and how often each cluster was drawn. The weights sum to the number of
// clusters. visit must not keep the slice: the next replicate overwrites it.
//
// [Mean], [Ratio] and [Difference] with the same plan and number of clusters see
// the same draws in the same order. The cost is one random number per cluster
// and replicate. No clusters, or a plan that makes no sense, is an error.
func Resample(clusters int, p Plan, visit func(replicate int, weight []int32)) error {
	p, err := p.filled()
	if err != nil {
		return err
	}
	if clusters < 1 {
		return fmt.Errorf("no clusters to resample")
	}
	draws := newDraws(p, clusters)
	index, weight := make([]uint32, clusters), make([]int32, clusters)
	for b := range p.Replicates {
		clear(weight)
		draws.fill(index)
		for _, k := range index {
			weight[k]++
		}
		visit(b, weight)
	}
	return nil
}

// draws yields uniform cluster numbers, two to each output of the generator.
type draws struct {
	rng       *rand.PCG
	n         uint32
	threshold uint32
}

func newDraws(p Plan, clusters int) *draws {
	n := uint32(clusters)
	return &draws{rng: rand.NewPCG(p.Seed, p.Stream), n: n, threshold: -n % n}
}

// fill sets every element of index to a number in [0,n), each equally likely.
//
// Numbers come from the upper, then the lower half of each 64-bit output by
// multiplication; a product whose low word is below the threshold is thrown
// away, which makes the draw exactly uniform. Source: D. Lemire, "Fast Random
// Integer Generation in an Interval", ACM TOMACS 29 (2019), algorithm 5.
// An unused half at the end of a call is dropped.
func (d *draws) fill(index []uint32) {
	for i := 0; i < len(index); {
		word := d.rng.Uint64()
		hi, lo := bits.Mul32(uint32(word>>32), d.n)
		if lo >= d.threshold {
			index[i] = hi
			i++
		}
		if i == len(index) {
			return
		}
		if hi, lo = bits.Mul32(uint32(word), d.n); lo >= d.threshold {
			index[i] = hi
			i++
		}
	}
}
