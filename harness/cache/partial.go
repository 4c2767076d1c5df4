package cache

import "context"

// Partial returns a store for a process that may keep a part of the entries only:
// those whose request keep accepts are kept in s, all others in memory for as long as
// the process lives. So an answer that several processes need, such as those that a
// threshold is chosen on, is kept by one of them, and merging finds it once. Scan and
// Close are those of s.
func Partial(s Store, keep func(*Request) bool) Store {
	return &partial{Store: s, keep: keep, others: NewMemory()}
}

type partial struct {
	Store
	keep   func(*Request) bool
	others *Memory
}

// Get implements [Store].
func (p *partial) Get(ctx context.Context, key Key) (Entry, bool, error) {
	if e, ok, err := p.Store.Get(ctx, key); ok || err != nil {
		return e, ok, err
	}
	return p.others.Get(ctx, key)
}

// Put implements [Store].
func (p *partial) Put(ctx context.Context, entries ...Entry) error {
	var mine, others []Entry
	for _, e := range entries {
		if p.keep(&e.Request) {
			mine = append(mine, e)
		} else {
			others = append(others, e)
		}
	}
	if len(mine) > 0 {
		if err := p.Store.Put(ctx, mine...); err != nil {
			return err
		}
	}
	return p.others.Put(ctx, others...)
}
