package pickle

import (
	"fmt"
	"iter"
)

type (
	// List is a Python list.
	List []any

	// Tuple is a Python tuple.
	Tuple []any

	// Set is a Python set or frozenset: distinct values of type nil, bool, int64,
	// float64 or string. They stand in the order of the file, which Python
	// chooses anew in each process: sort them before anything depends on it.
	Set []any
)

// Dict is a Python dict. Its keys are nil, bool, int64, float64 or string, and
// stand in the order of the file. It is safe for concurrent use.
type Dict struct {
	items []any          // key, value, key, value, …
	index map[string]int // position of each string key in items; nil if few
}

// fewKeys is the size up to which a search costs less than a map.
const fewKeys = 8

func newDict(items []any) *Dict {
	d := &Dict{items: items}
	if d.Len() <= fewKeys {
		return d
	}
	d.index = make(map[string]int, d.Len())
	for i := 0; i < len(items); i += 2 {
		if key, ok := items[i].(string); ok {
			d.index[key] = i
		}
	}
	return d
}

// Len returns the number of keys.
func (d *Dict) Len() int { return len(d.items) / 2 }

// Get returns the value of a string key and whether there is one. It takes
// constant time.
func (d *Dict) Get(key string) (any, bool) {
	if d.index != nil {
		i, ok := d.index[key]
		if !ok {
			return nil, false
		}
		return d.items[i+1], true
	}
	for i := 0; i < len(d.items); i += 2 {
		if k, ok := d.items[i].(string); ok && k == key {
			return d.items[i+1], true
		}
	}
	return nil, false
}

// All ranges over the keys and values in the order of the file.
func (d *Dict) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		for i := 0; i < len(d.items); i += 2 {
			if !yield(d.items[i], d.items[i+1]) {
				return
			}
		}
	}
}

// Keys returns the keys in the order of the file, and an error if one of them
// is not a string. All gives keys of any type.
func (d *Dict) Keys() ([]string, error) {
	keys := make([]string, 0, d.Len())
	for key := range d.All() {
		k, ok := key.(string)
		if !ok {
			return nil, fmt.Errorf("dict key %v is not a string", key)
		}
		keys = append(keys, k)
	}
	return keys, nil
}
