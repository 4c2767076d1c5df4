package cache

import (
	"cmp"
	"context"
	"slices"
)

// batch is how many entries go into one Put: a transaction's cost is shared, and
// a few megabytes at most are held.
const batch = 500

// Source hands out entries; the Scan of a store is one.
type Source func(ctx context.Context, visit func(Entry) error) error

// Merge puts all entries of the sources into dst and returns how many were read.
// It is idempotent, and the order of the sources does not matter. At the first
// error it stops; what was put before stays, and merging again is safe.
func Merge(ctx context.Context, dst Store, sources ...Source) (read int, err error) {
	pending := make([]Entry, 0, batch)
	flush := func() error {
		err := dst.Put(ctx, pending...)
		read += len(pending)
		pending = pending[:0]
		return err
	}
	for _, scan := range sources {
		err := scan(ctx, func(e Entry) error {
			if pending = append(pending, e); len(pending) < batch {
				return nil
			}
			return flush()
		})
		if err != nil {
			return read, err
		}
	}
	return read, flush()
}

// Group is what entries are counted by.
type Group struct {
	Dataset, Model, Revision string
	Round                    int
}

// Count sums up the entries of a group.
type Count struct {
	Group
	// Rows is Answered plus Failed.
	Rows, Answered, Failed int
	// TokensIn, TokensOut and USD are sums over the entries that know them.
	TokensIn, TokensOut int
	USD                 float64
	// Bytes are those of the canonical requests and predictions.
	Bytes int64
}

// Stat counts the entries of a source by group, sorted by dataset, model,
// revision and round. Sums run in the order of the source.
func Stat(ctx context.Context, source Source) ([]Count, error) {
	groups := map[Group]*Count{}
	err := source(ctx, func(e Entry) error {
		c, err := e.Encode()
		if err != nil {
			return err
		}
		p := &e.Prediction
		g := Group{p.Dataset, p.Model, p.Revision, p.Round}
		n := groups[g]
		if n == nil {
			n = &Count{Group: g}
			groups[g] = n
		}
		n.Rows++
		if p.Error == "" {
			n.Answered++
		} else {
			n.Failed++
		}
		n.TokensIn += orZero(p.TokensIn)
		n.TokensOut += orZero(p.TokensOut)
		n.USD += orZero(p.USD)
		n.Bytes += int64(len(c.Request) + len(c.Prediction))
		return nil
	})
	if err != nil {
		return nil, err
	}
	counts := make([]Count, 0, len(groups))
	for _, n := range groups {
		counts = append(counts, *n)
	}
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Model, b.Model),
			cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Round, b.Round))
	})
	return counts, nil
}

func orZero[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}

// Select returns the entries of a source that keep accepts.
func Select(source Source, keep func(*Entry) bool) Source {
	return func(ctx context.Context, visit func(Entry) error) error {
		return source(ctx, func(e Entry) error {
			if !keep(&e) {
				return nil
			}
			return visit(e)
		})
	}
}

// Collect finds the entries that used rejects and, with drop, deletes them. It
// returns their number. Without drop nothing changes.
func Collect(ctx context.Context, s Deleter, used func(*Entry) bool, drop bool) (unused int, err error) {
	var keys []Key
	err = s.Scan(ctx, func(e Entry) error {
		if !used(&e) {
			keys = append(keys, e.Key)
		}
		return nil
	})
	if err != nil || !drop {
		return len(keys), err
	}
	for part := range slices.Chunk(keys, batch) {
		if err := s.Delete(ctx, part...); err != nil {
			return len(keys), err
		}
	}
	return len(keys), nil
}
