package display

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

const (
	maxDepth = 8    // levels of a value that are printed
	maxItems = 1000 // elements of one slice or map
)

// Plain prints v for reading, as fmt's %v does but the same each time: pointers
// are followed instead of printed as addresses, maps are sorted, and functions
// and channels are their types. Values with an Error or String method print by
// it. Beyond 8 levels, 1000
// elements or 1 MiB an ellipsis stands.
func Plain(v any) string {
	var b strings.Builder
	write(&b, reflect.ValueOf(v), 0)
	return b.String()
}

func isNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.Interface:
		return r.IsNil()
	}
	return false
}

func write(b *strings.Builder, v reflect.Value, depth int) {
	if !v.IsValid() {
		b.WriteString("<nil>")
		return
	}
	if depth > maxDepth || b.Len() > maxText {
		b.WriteString("…")
		return
	}
	if v.CanInterface() && speaks(v) {
		fmt.Fprint(b, v.Interface())
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		writePointer(b, v, depth)
	case reflect.Struct:
		writeStruct(b, v, depth)
	case reflect.Map:
		writeMap(b, v, depth)
	case reflect.Slice, reflect.Array:
		writeItems(b, v, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		b.WriteString("(" + v.Type().String() + ")")
	default:
		fmt.Fprintf(b, "%v", v)
	}
}

// speaks reports whether fmt would print v by its own method.
func speaks(v reflect.Value) bool {
	if k := v.Kind(); (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() {
		return false
	}
	switch v.Interface().(type) {
	case error, fmt.Stringer:
		return true
	}
	return false
}

func writePointer(b *strings.Builder, v reflect.Value, depth int) {
	if v.IsNil() {
		b.WriteString("<nil>")
		return
	}
	if v.Kind() == reflect.Pointer {
		b.WriteString("&")
	}
	write(b, v.Elem(), depth+1)
}

func writeStruct(b *strings.Builder, v reflect.Value, depth int) {
	b.WriteString("{")
	for i := range v.NumField() {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(v.Type().Field(i).Name + ":")
		write(b, v.Field(i), depth+1)
	}
	b.WriteString("}")
}

func writeItems(b *strings.Builder, v reflect.Value, depth int) {
	b.WriteString("[")
	for i := range v.Len() {
		if i > 0 {
			b.WriteString(" ")
		}
		if i == maxItems {
			fmt.Fprintf(b, "… %d more", v.Len()-i)
			break
		}
		write(b, v.Index(i), depth+1)
	}
	b.WriteString("]")
}

func writeMap(b *strings.Builder, v reflect.Value, depth int) {
	if v.IsNil() {
		b.WriteString("map[]")
		return
	}
	b.WriteString("map[")
	for i, key := range sortedKeys(v) {
		if i > 0 {
			b.WriteString(" ")
		}
		if i == maxItems {
			fmt.Fprintf(b, "… %d more", v.Len()-i)
			break
		}
		write(b, key, depth+1)
		b.WriteString(":")
		write(b, v.MapIndex(key), depth+1)
	}
	b.WriteString("]")
}

// sortedKeys orders numbers by value and everything else by its plain text.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int {
		switch {
		case x.CanInt() && y.CanInt() && x.Int() != y.Int():
			return order(x.Int() < y.Int())
		case x.CanUint() && y.CanUint() && x.Uint() != y.Uint():
			return order(x.Uint() < y.Uint())
		case x.CanFloat() && y.CanFloat() && x.Float() != y.Float():
			return order(x.Float() < y.Float())
		}
		var a, b strings.Builder
		write(&a, x, 0)
		write(&b, y, 0)
		return strings.Compare(a.String(), b.String())
	})
	return keys
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

func sorted(texts []string) []string {
	slices.Sort(texts)
	return texts
}
