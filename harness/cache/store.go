package cache

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"uacs/harness/sample"
)

// Store keeps entries by key. Its methods may be called at the same time.
type Store interface {
	// Get returns the entry of a key, as it was put: a hit has the latency and
	// the tokens of the original call. ok is false if there is none.
	Get(ctx context.Context, key Key) (e Entry, ok bool, err error)
	// Put keeps entries. When it returns nil, they outlive the process, be it
	// killed (what a power cut does is up to the store). Keys that are there
	// already, or twice among the entries, are settled by [Resolve]. An invalid
	// entry and a [*Conflict] are errors, and then none of the entries is kept;
	// of several conflicts any may be the one that is named.
	Put(ctx context.Context, entries ...Entry) error
	// Scan calls visit for every entry in ascending order of keys, until it
	// returns an error, which Scan returns. visit may use the store; entries put
	// meanwhile may or may not be seen.
	Scan(ctx context.Context, visit func(Entry) error) error
	// Close releases the store. It must not be used afterwards.
	Close() error
}

// Deleter is a store that can drop entries.
type Deleter interface {
	Store
	// Delete drops the entries of the keys; a key without an entry is no error.
	Delete(ctx context.Context, keys ...Key) error
}

// Ask returns the answer to r: from the store if it is there, else from ask,
// after it has been put into the store. hit tells which. A failed answer is
// stored like any other and is a hit, unless retry asks for it to be tried
// again. An error of ask is returned and nothing is stored; an ask that failed
// for good returns a prediction with Error instead.
func Ask(ctx context.Context, s Store, r Request, retry bool, ask func(context.Context) (sample.Prediction, error)) (p sample.Prediction, hit bool, err error) {
	if err := r.Validate(); err != nil {
		return p, false, fmt.Errorf("ask %s about clip %s: %w", r.Model, r.ID, err)
	}
	old, ok, err := s.Get(ctx, r.Key())
	if err != nil {
		return p, false, err
	}
	if ok && (old.Prediction.Error == "" || !retry) {
		return old.Prediction, true, nil
	}
	if p, err = ask(ctx); err != nil {
		return p, false, err
	}
	e, err := NewEntry(r, p)
	if err != nil {
		return p, false, err
	}
	return p, false, s.Put(ctx, e)
}

// Memory is a store that lives as long as the process, and the model that the
// other stores are compared with. It keeps encoded entries, as they do.
type Memory struct {
	mu      sync.RWMutex
	entries map[Key]Encoded
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{entries: map[Key]Encoded{}} }

// Get implements [Store].
func (m *Memory) Get(_ context.Context, key Key) (Entry, bool, error) {
	m.mu.RLock()
	c, ok := m.entries[key]
	m.mu.RUnlock()
	if !ok {
		return Entry{}, false, nil
	}
	e, err := c.DecodeTrusted()
	return e, err == nil, err
}

// Put implements [Store].
func (m *Memory) Put(_ context.Context, entries ...Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed, err := Settle(entries, func(k Key) (Encoded, bool, error) {
		c, ok := m.entries[k]
		return c, ok, nil
	})
	if err != nil {
		return err
	}
	for _, c := range changed {
		m.entries[c.Key] = c
	}
	return nil
}

// Settle encodes entries and returns those that must be written, one per key,
// in the order of their first appearance: stored says what is there already.
func Settle(entries []Entry, stored func(Key) (Encoded, bool, error)) ([]Encoded, error) {
	var changed []Encoded
	place := make(map[Key]int, len(entries))
	for i := range entries {
		c, err := entries[i].Encode()
		if err != nil {
			return nil, err
		}
		at, twice := place[c.Key]
		old, ok := Encoded{}, true
		if twice {
			old = changed[at]
		} else if old, ok, err = stored(c.Key); err != nil {
			return nil, err
		}
		if ok {
			replace, err := Resolve(old, c)
			if err != nil {
				return nil, err
			}
			if !replace {
				continue
			}
		}
		if twice {
			changed[at] = c
			continue
		}
		place[c.Key] = len(changed)
		changed = append(changed, c)
	}
	return changed, nil
}

// Scan implements [Store].
func (m *Memory) Scan(ctx context.Context, visit func(Entry) error) error {
	m.mu.RLock()
	keys := make([]Key, 0, len(m.entries))
	for k := range m.entries {
		keys = append(keys, k)
	}
	m.mu.RUnlock()
	SortKeys(keys)
	for _, k := range keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, ok, err := m.Get(ctx, k)
		if err == nil && ok {
			err = visit(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Delete implements [Deleter].
func (m *Memory) Delete(_ context.Context, keys ...Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range keys {
		delete(m.entries, k)
	}
	return nil
}

// Close implements [Store]; it does nothing.
func (m *Memory) Close() error { return nil }

// SortKeys sorts keys in the order of Scan: by their bytes.
func SortKeys(keys []Key) {
	slices.SortFunc(keys, func(a, b Key) int { return bytes.Compare(a[:], b[:]) })
}
