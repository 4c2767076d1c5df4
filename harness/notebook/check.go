package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// options are what a cell's metadata says under "uacs".
type options struct {
	Tolerance float64
	Skip      string
}

func optionsOf(c *Cell) (o options, err error) {
	v, ok := c.Metadata["uacs"]
	if !ok {
		return o, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return o, errors.New(`metadata "uacs" is not an object`)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch key {
		case "tolerance":
			n, _ := m[key].(json.Number)
			o.Tolerance, err = strconv.ParseFloat(string(n), 64)
			if err != nil || o.Tolerance < 0 || math.IsInf(o.Tolerance, 0) {
				return o, fmt.Errorf(`metadata "uacs": tolerance %v is not a number from 0`, m[key])
			}
		case "skip":
			o.Skip, _ = m[key].(string)
			if o.Skip == "" {
				return o, errors.New(`metadata "uacs": skip must give the reason`)
			}
		case "public": // read by Public
		default:
			return o, fmt.Errorf(`metadata "uacs": unknown key %q, want tolerance, skip or public`, key)
		}
	}
	return o, nil
}

// Check runs a copy of nb and returns what differs from the outputs in nb as a
// unified diff, "" if nothing does. Text, SVG and every other text form must be
// the same; of pictures and documents in base64 only the presence counts. In a
// cell with the metadata uacs: {tolerance: t}, numbers may differ by t, absolute or
// relative, whichever is more. Cells with uacs: {skip: reason} are neither run nor
// compared. The error is that of [Run].
func Check(ctx context.Context, nb *Notebook, name string, e Engine) (diff string, err error) {
	again := &Notebook{rest: nb.rest}
	for _, c := range nb.Cells {
		fresh := *c
		again.Cells = append(again.Cells, &fresh)
	}
	if err := Run(ctx, again, e); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, c := range nb.Cells {
		o, err := optionsOf(c)
		if err != nil {
			return "", fmt.Errorf("cell %d: %w", i+1, err)
		}
		if o.Skip != "" || c.Kind != "code" {
			continue
		}
		want, got := describe(c), describe(again.Cells[i])
		if want != got && !near(want, got, o.Tolerance) {
			b.WriteString(unified(fmt.Sprintf("%s cell %d", name, i+1), want, got))
		}
	}
	return b.String(), nil
}

// describe writes the outputs of a cell as text to compare.
func describe(c *Cell) string {
	var b strings.Builder
	for _, o := range c.Outputs {
		kind, _ := o["output_type"].(string)
		switch kind {
		case "stream":
			fmt.Fprintf(&b, "[%v]\n%s\n", o["name"], strings.TrimSuffix(o["text"].(string), "\n"))
		case "error":
			fmt.Fprintf(&b, "[error]\n%v: %v\n", o["ename"], o["evalue"])
		default:
			data, _ := o["data"].(map[string]any)
			for _, mime := range slices.Sorted(maps.Keys(data)) {
				fmt.Fprintf(&b, "[%s %s]\n%s\n", kind, mime, form(mime, data[mime]))
			}
		}
	}
	return b.String()
}

// form is one form of an output as text.
func form(mime string, v any) string {
	if s, ok := v.(string); ok {
		if strings.HasPrefix(mime, "image/") && mime != "image/svg+xml" || mime == "application/pdf" {
			return "(present)"
		}
		return strings.TrimSuffix(s, "\n")
	}
	var b strings.Builder
	if err := encode(&b, v, 0); err != nil {
		return err.Error()
	}
	return b.String()
}

var numberPattern = regexp.MustCompile(`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`)

// near reports whether two texts differ only in numbers, by at most tol.
func near(a, b string, tol float64) bool {
	if tol == 0 || numberPattern.ReplaceAllString(a, "#") != numberPattern.ReplaceAllString(b, "#") {
		return false
	}
	xs, ys := numberPattern.FindAllString(a, -1), numberPattern.FindAllString(b, -1)
	for i := range xs {
		x, errX := strconv.ParseFloat(xs[i], 64)
		y, errY := strconv.ParseFloat(ys[i], 64)
		if errX != nil || errY != nil || math.Abs(x-y) > tol*max(1, math.Abs(x), math.Abs(y)) {
			return false
		}
	}
	return true
}

// unified is a unified diff with one hunk.
func unified(name, want, got string) string {
	a, b := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	if a[len(a)-1] == "" {
		a = a[:len(a)-1]
	}
	if b[len(b)-1] == "" {
		b = b[:len(b)-1]
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	from, after := max(0, head-3), min(3, tail)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s (committed)\n+++ %s (run again)\n", name, name)
	endA, endB := len(a)-tail, len(b)-tail
	fmt.Fprintf(&out, "@@ -%s +%s @@\n", span(from, endA+after), span(from, endB+after))
	writeLines(&out, " ", a[from:head])
	writeLines(&out, "-", a[head:endA])
	writeLines(&out, "+", b[head:endB])
	writeLines(&out, " ", a[endA:endA+after])
	return out.String()
}

func span(from, to int) string {
	if to == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func writeLines(b *strings.Builder, mark string, lines []string) {
	for _, l := range lines {
		b.WriteString(mark + strings.TrimSuffix(l, "\n") + "\n")
	}
}
