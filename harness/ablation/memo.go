package ablation

import (
	"sync"

	"uacs/harness/infer"
)

// memo remembers sign-flip tests by the clusters' differences: many cells of a
// panel differ from a model in the same clips.
type memo struct {
	mu    sync.Mutex
	tests map[string]infer.FlipTest
}

func newMemo() *memo { return &memo{tests: map[string]infer.FlipTest{}} }

// test returns the test of two columns of ones and zeros, which is a function of
// their differences by cluster.
func (m *memo) test(c *infer.Clusters, a, b []float64, p infer.Plan) (infer.FlipTest, error) {
	sums := make([]int32, c.Len())
	for i := range a {
		sums[c.Of(i)] += int32(a[i] - b[i])
	}
	key := make([]byte, 0, 4*len(sums))
	for _, s := range sums {
		key = append(key, byte(s), byte(s>>8), byte(s>>16), byte(s>>24))
	}
	m.mu.Lock()
	known, ok := m.tests[string(key)]
	m.mu.Unlock()
	if ok {
		return known, nil
	}
	test, err := infer.SignFlip(c, a, b, nil, p)
	if err != nil {
		return infer.FlipTest{}, err
	}
	m.mu.Lock()
	m.tests[string(key)] = test
	m.mu.Unlock()
	return test, nil
}
