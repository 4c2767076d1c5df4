package encoder

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// maxBatch is the number of texts that are run at once.
const maxBatch = 32

// sequence is a text as the numbers of its tokens, as the model wants them.
type sequence struct {
	ids   []int32
	tally Tally
}

// sequenceEncoder runs a model over sequences of tokens.
type sequenceEncoder struct {
	name, digest string
	dim          int
	tokenize     func(text string) sequence
	// run writes the features of sequences of one length, a row of dst each.
	run func(ctx context.Context, batch [][]int32, dst [][]float32) error
	// weigh counts the operations for one sequence of a length, 0 if it cannot.
	weigh   func(length int) int64
	workers int

	mu    sync.Mutex
	flops map[int]int64
}

func (e *sequenceEncoder) Name() string   { return e.name }
func (e *sequenceEncoder) Dim() int       { return e.dim }
func (e *sequenceEncoder) Digest() string { return e.digest }

// Encode implements Text. Texts of one length in tokens are run together, so
// that none is padded and none is changed by its neighbours' lengths. A text all
// in capitals is read in lower case.
func (e *sequenceEncoder) Encode(ctx context.Context, texts []string) (Matrix, Stats, error) {
	m := NewMatrix(len(texts), e.dim)
	s := Stats{Tallies: make([]Tally, len(texts))}
	ids := make([][]int32, len(texts))
	for i, text := range texts {
		if i%256 == 0 && ctx.Err() != nil {
			return Matrix{}, Stats{}, fmt.Errorf("encode text %d: %w", i, ctx.Err())
		}
		text, lowered := lowerCapitals(text)
		q := e.tokenize(text)
		ids[i], s.Tallies[i] = q.ids, q.tally
		s.Tallies[i].Lowered = lowered
		s.Tallies[i].FLOPs = e.cost(len(q.ids))
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(e.workers, runtime.GOMAXPROCS(0)))
	for _, batch := range batches(ids) {
		group.Go(func() error { return e.encodeBatch(ctx, batch, ids, m) })
	}
	if err := group.Wait(); err != nil {
		return Matrix{}, Stats{}, err
	}
	return m, s, nil
}

func (e *sequenceEncoder) encodeBatch(ctx context.Context, batch []int, ids [][]int32, m Matrix) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("encode text %d: %w", batch[0], err)
	}
	in, out := make([][]int32, len(batch)), make([][]float32, len(batch))
	for k, i := range batch {
		in[k], out[k] = ids[i], m.Row(i)
	}
	if err := e.run(ctx, in, out); err != nil {
		return fmt.Errorf("encode text %d and %d more of %d tokens: %w", batch[0], len(batch)-1, len(in[0]), err)
	}
	return nil
}

// batches returns the places of texts that are run together: of one length, at
// most maxBatch, longest first, for the last batches to be short ones. Texts
// without tokens are left out.
func batches(ids [][]int32) [][]int {
	var order []int
	for i, q := range ids {
		if len(q) > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(ids[b]), len(ids[a])) })
	var out [][]int
	for len(order) > 0 {
		n := 1
		for n < min(len(order), maxBatch) && len(ids[order[n]]) == len(ids[order[0]]) {
			n++
		}
		out = append(out, order[:n])
		order = order[n:]
	}
	return out
}

// cost is weigh, remembered.
func (e *sequenceEncoder) cost(length int) int64 {
	if length == 0 {
		return 0
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	n, ok := e.flops[length]
	if !ok {
		n = e.weigh(length)
		if e.flops == nil {
			e.flops = map[int]int64{}
		}
		e.flops[length] = n
	}
	return n
}

// flat joins sequences of one length and returns a mask of ones beside them.
func flat(batch [][]int32) (ids, mask []int64) {
	n := len(batch) * len(batch[0])
	ids, mask = make([]int64, 0, n), make([]int64, n)
	for _, q := range batch {
		for _, id := range q {
			ids = append(ids, int64(id))
		}
	}
	for i := range mask {
		mask[i] = 1
	}
	return ids, mask
}
