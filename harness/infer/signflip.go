package infer

import (
	"fmt"
	"math"
	"math/rand/v2"

	"uacs/internal/detsum"
)

// exactClusters is the largest number of clusters whose sign patterns are all
// enumerated: 2^15 of them.
const exactClusters = 15

// tieTolerance is how close, relative to the sum of the clusters' absolute
// differences, two sums must be to count as equal: sums of the same numbers in
// another pattern of signs differ by rounding.
const tieTolerance = 1e-12

// FlipTest is the result of a sign-flip permutation test.
type FlipTest struct {
	// Difference is the mean of a-b over the counted clips.
	Difference float64
	// P is the two-sided p-value, in (0,1].
	P float64
	// Exact tells that every pattern of signs was counted.
	Exact bool
	// Patterns is the number of patterns counted, without the one observed when
	// they were drawn at random.
	Patterns int
	// Clusters is the number of clusters whose differences do not sum to 0; the
	// others have no say.
	Clusters int
	// Warnings are caveats to print beside the p-value.
	Warnings []string
}

// SignFlip tests whether two systems have the same mean on the same clips, when
// clips of one video depend on each other. Under the null hypothesis the two
// systems could be swapped within any video as a whole, which flips the sign of
// the video's summed difference a-b. The statistic is the absolute sum over all
// videos.
//
// With at most 15 videos whose difference is not 0, all sign patterns are
// counted, and P is the share of them that reach the observed statistic. Else
// the plan's B patterns are drawn, and P = (1+k)/(1+B), k of them reaching it.
// Sums within 1e-12 of each other, relative to the largest possible sum, are
// equal. Without any difference P is 1, with a warning.
//
// Slices that do not fit the clusters and counted values that are not finite are
// errors. The plan's Level is not used.
//
// Source: B. Phipson and G. K. Smyth, "Permutation P-values Should Never Be
// Zero", Stat. Appl. Genet. Mol. Biol. 9 (2010), for (1+k)/(1+B).
func SignFlip(c *Clusters, a, b []float64, counted []bool, p Plan) (FlipTest, error) {
	p, err := p.filled()
	if err != nil {
		return FlipTest{}, err
	}
	d, err := differences(a, b, counted)
	if err != nil {
		return FlipTest{}, fmt.Errorf("sign-flip test: %w", err)
	}
	sum, size, err := c.Sums(d, counted)
	if err != nil {
		return FlipTest{}, fmt.Errorf("sign-flip test: %w", err)
	}
	n := detsum.Sum(size)
	if n == 0 {
		return FlipTest{}, fmt.Errorf("sign-flip test: no clip counts")
	}
	test := FlipTest{Difference: detsum.Sum(sum) / n, P: 1}
	var differing []float64
	for _, s := range sum {
		if s != 0 {
			differing = append(differing, s)
		}
	}
	test.Clusters = len(differing)
	if len(differing) == 0 {
		test.Exact, test.Patterns = true, 1
		test.Warnings = append(test.Warnings, "the systems differ in no video; there is nothing to test")
		return test, nil
	}
	test.flip(differing, p)
	if test.Clusters < 6 {
		test.Warnings = append(test.Warnings, fmt.Sprintf("the systems differ in only %d videos: P cannot fall below %g", test.Clusters, math.Ldexp(2, -test.Clusters)))
	}
	return test, nil
}

// flip fills in P for clusters with the differences d.
func (t *FlipTest) flip(d []float64, p Plan) {
	size := make([]float64, len(d))
	for k, v := range d {
		size[k] = math.Abs(v)
	}
	threshold := math.Abs(flipped(d, 0)) - float64(tieTolerance*detsum.Sum(size))
	reached := 0
	if len(d) <= exactClusters {
		t.Exact, t.Patterns = true, 1<<len(d)
		for pattern := range uint64(t.Patterns) {
			if math.Abs(flipped(d, pattern)) >= threshold {
				reached++
			}
		}
		t.P = float64(reached) / float64(t.Patterns)
		return
	}
	t.Patterns = p.Replicates
	rng := rand.NewPCG(p.Seed, p.Stream)
	for range p.Replicates {
		total := 0.0
		for rest := d; len(rest) > 0; {
			word := min(64, len(rest))
			total += flipped(rest[:word], rng.Uint64())
			rest = rest[word:]
		}
		if math.Abs(total) >= threshold {
			reached++
		}
	}
	t.P = float64(1+reached) / float64(1+t.Patterns)
}

// flipped returns the sum of d, at most 64 numbers, with the sign of number k
// flipped where bit k of pattern is set.
func flipped(d []float64, pattern uint64) float64 {
	total := 0.0
	for k, v := range d {
		total += math.Float64frombits(math.Float64bits(v) ^ pattern>>k<<63)
	}
	return total
}
