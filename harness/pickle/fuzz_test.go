package pickle

import (
	"strings"
	"testing"
)

// FuzzUnmarshal demands an error or a value that can be walked over within the
// limits and whose arrays can be decoded, whatever the bytes.
func FuzzUnmarshal(f *testing.F) {
	for _, c := range handMade {
		f.Add([]byte(c.in))
	}
	for _, c := range hostile {
		f.Add([]byte(c.in))
	}
	f.Add(speltArray(40, spell([]byte(strings.Repeat("\x00\x7f\x80\xff", 80)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{Memory: 1 << 26, Values: 1 << 16, Depth: 20}
		v, err := UnmarshalWithin(data, limits)
		if err != nil {
			return
		}
		if n := walk(t, v, limits.Depth); n > limits.Values {
			t.Errorf("a walk meets %d values", n)
		}
	})
}

// walk uses everything v offers and returns the number of values in it.
func walk(t *testing.T, v any, depth int) int64 {
	t.Helper()
	if depth < 0 {
		t.Fatal("nested too deep")
	}
	items, n := []any(nil), int64(1)
	switch v := v.(type) {
	case List:
		items = v
	case Tuple:
		items = v
	case Set:
		items = v
	case *Dict:
		_, _ = v.Keys()
		for key, value := range v.All() {
			if s, ok := key.(string); ok {
				if _, found := v.Get(s); !found {
					t.Errorf("key %q is not found", s)
				}
			}
			items = append(items, key, value)
		}
	case *Array:
		useArray(t, v)
		items, _ = v.Objects()
	case nil, bool, int64, float64, string, []byte, DType:
	default:
		t.Errorf("a value of type %T", v)
	}
	for _, item := range items {
		n += walk(t, item, depth-1)
	}
	return n
}

func useArray(t *testing.T, a *Array) {
	n, err := elements(a.Shape)
	if err != nil || n != a.Len() {
		t.Errorf("shape %v, length %d, %v", a.Shape, a.Len(), err)
	}
	_, _ = a.Float64s()
	_, _ = a.Float32s()
	_, _ = a.Ints()
	_, _ = a.Strings()
	_, _ = a.Item()
	if n > 0 && len(a.Shape) > 0 {
		if row, err := a.Row(a.Shape[0] - 1); err != nil || row.Len() != n/a.Shape[0] {
			t.Errorf("last row of shape %v: %v", a.Shape, err)
		}
	}
	if data, err := a.Bytes(); a.DType != "|O" && err == nil {
		if _, err := NewArray(a.DType, a.Shape, a.Fortran, data); err != nil {
			t.Errorf("array cannot be made again: %v", err)
		}
	}
}
