package notebook

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Write returns the notebook as a file in Jupyter's layout. Reading and writing
// what Write returned gives the same bytes.
func (nb *Notebook) Write() ([]byte, error) {
	root := maps.Clone(nb.rest)
	cells := []any{}
	for _, c := range nb.Cells {
		cells = append(cells, c.object())
	}
	root["cells"] = cells
	var b strings.Builder
	if err := encode(&b, root, 0); err != nil {
		return nil, fmt.Errorf("write notebook: %w", err)
	}
	b.WriteByte('\n')
	return []byte(b.String()), nil
}

func (c *Cell) object() map[string]any {
	m := map[string]any{}
	maps.Copy(m, c.rest)
	m["cell_type"], m["id"], m["metadata"], m["source"] = c.Kind, c.ID, c.Metadata, lines(c.Source)
	if c.Metadata == nil {
		m["metadata"] = map[string]any{}
	}
	if c.Kind != "code" {
		return m
	}
	m["execution_count"] = nil
	if c.Count > 0 {
		m["execution_count"] = c.Count
	}
	outputs := []any{}
	for _, o := range c.Outputs {
		outputs = append(outputs, o.split())
	}
	m["outputs"] = outputs
	return m
}

// split returns a copy of o with texts as lists of lines where Jupyter has them so.
func (o Output) split() map[string]any {
	m := map[string]any{}
	maps.Copy(m, o)
	if text, ok := m["text"].(string); ok && m["output_type"] == "stream" {
		m["text"] = lines(text)
	}
	if data, ok := m["data"].(map[string]any); ok {
		data = maps.Clone(data)
		for kind, v := range data {
			text, ok := v.(string)
			if ok && (strings.HasPrefix(kind, "text/") || kind == "application/javascript" || kind == "image/svg+xml") {
				data[kind] = lines(text)
			}
		}
		m["data"] = data
	}
	return m
}

// lines splits where Python's str.splitlines does and keeps the separators, since
// that is how Jupyter stores text.
func lines(text string) []any {
	out := []any{}
	runes := []rune(text)
	from := 0
	for i, r := range runes {
		end := strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r)
		if end && !(r == '\r' && i+1 < len(runes) && runes[i+1] == '\n') {
			out = append(out, string(runes[from:i+1]))
			from = i + 1
		}
	}
	if from < len(runes) {
		out = append(out, string(runes[from:]))
	}
	return out
}

// encode writes v as Python's json.dumps(v, indent=1, sort_keys=True,
// ensure_ascii=False) would.
func encode(b *strings.Builder, v any, depth int) error {
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(x))
	case int:
		b.WriteString(strconv.Itoa(x))
	case json.Number:
		b.WriteString(string(x))
	case string:
		quote(b, x)
	case []any:
		return encodeList(b, x, depth)
	case map[string]any:
		return encodeObject(b, x, depth)
	case Output:
		return encodeObject(b, x, depth)
	default:
		return fmt.Errorf("a notebook cannot hold a %T", v)
	}
	return nil
}

func encodeList(b *strings.Builder, list []any, depth int) error {
	if len(list) == 0 {
		b.WriteString("[]")
		return nil
	}
	b.WriteByte('[')
	for i, e := range list {
		newline(b, i, depth+1)
		if err := encode(b, e, depth+1); err != nil {
			return err
		}
	}
	newline(b, 0, depth)
	b.WriteByte(']')
	return nil
}

func encodeObject(b *strings.Builder, m map[string]any, depth int) error {
	if len(m) == 0 {
		b.WriteString("{}")
		return nil
	}
	b.WriteByte('{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		newline(b, i, depth+1)
		quote(b, key)
		b.WriteString(": ")
		if err := encode(b, m[key], depth+1); err != nil {
			return err
		}
	}
	newline(b, 0, depth)
	b.WriteByte('}')
	return nil
}

func newline(b *strings.Builder, i, depth int) {
	if i > 0 {
		b.WriteByte(',')
	}
	b.WriteByte('\n')
	b.WriteString(strings.Repeat(" ", depth))
}

// quote escapes what JSON demands and nothing else.
func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < 0x20:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
