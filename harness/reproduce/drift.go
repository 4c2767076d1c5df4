package reproduce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// drift is how two files of records differ.
type drift struct {
	config bool     // they were made under different configs
	inputs []string // whose bytes differ
	shape  string   // the first place where other than numbers differs
	count  int      // numbers that differ
	most   float64  // by how much at most, as tolerances are meant
	where  string   // where that is
}

func (d *drift) onlyNumbers() bool { return !d.config && len(d.inputs) == 0 && d.shape == "" }

// why explains the difference, its causes first.
func (d *drift) why(tolerance float64) string {
	numbers := fmt.Sprintf("%d numbers differ, by %.3g at most (%s)", d.count, d.most, d.where)
	switch {
	case d.config:
		return "the config has changed since"
	case len(d.inputs) > 0:
		return "input changed: " + strings.Join(d.inputs, ", ")
	case d.shape != "":
		return "the code has changed: " + d.shape
	case d.count == 0:
		return "the code has changed: the same values are written in another way"
	case d.most <= tolerance:
		return fmt.Sprintf("numeric drift within the tolerance %g: %s", tolerance, numbers)
	}
	return fmt.Sprintf("over the tolerance %g with equal config and inputs, so code or machine has changed: %s", tolerance, numbers)
}

// compareRecords compares JSON lines.
func compareRecords(then, now []byte) *drift {
	d := &drift{}
	a, b := recordLines(then), recordLines(now)
	for i := range min(len(a), len(b)) {
		if bytes.Equal(a[i], b[i]) {
			continue
		}
		x, errX := decode(a[i])
		y, errY := decode(b[i])
		if errX != nil || errY != nil {
			d.differ(fmt.Sprintf("line %d is not JSON", i+1))
			continue
		}
		d.compare(fmt.Sprintf("line %d", i+1), x, y)
	}
	if len(a) != len(b) {
		d.differ(fmt.Sprintf("%d records were written, now %d", len(a), len(b)))
	}
	return d
}

func decode(line []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

func (d *drift) differ(what string) {
	if d.shape == "" {
		d.shape = what
	}
}

// compare walks two values side by side. Digests of configs and inputs are causes
// rather than differences.
func (d *drift) compare(at string, then, now any) {
	switch x := then.(type) {
	case map[string]any:
		y, ok := now.(map[string]any)
		if !ok || len(x) != len(y) {
			d.differ(at + " has other fields")
			return
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if _, ok := y[key]; !ok {
				d.differ(at + " has lost the field " + key)
				return
			}
		}
		d.causes(x, y)
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if !strings.HasSuffix(key, "sha256") && key != "key" {
				d.compare(at+"."+key, x[key], y[key])
			}
		}
	case []any:
		y, ok := now.([]any)
		if !ok || len(x) != len(y) {
			d.differ(at + " has another length")
			return
		}
		for i := range x {
			d.compare(fmt.Sprintf("%s[%d]", at, i), x[i], y[i])
		}
	case json.Number:
		if y, ok := now.(json.Number); ok {
			d.number(at, x, y)
			return
		}
		d.differ(at + " was a number")
	default:
		if then != now {
			d.differ(at + " has another value")
		}
	}
}

// causes looks for digests that explain what follows.
func (d *drift) causes(then, now map[string]any) {
	for _, key := range []string{"config_sha256", "plan_sha256"} {
		if then[key] != now[key] {
			d.config = true
		}
	}
	if then["inputs_sha256"] != now["inputs_sha256"] {
		d.inputs = append(d.inputs, fmt.Sprint(then["pair"]))
	}
	if then["sha256"] != now["sha256"] {
		d.inputs = append(d.inputs, fmt.Sprint(then["path"]))
	}
}

// number compares relative to the greater of both, below 1 absolutely.
func (d *drift) number(at string, then, now json.Number) {
	if then == now {
		return
	}
	x, errX := then.Float64()
	y, errY := now.Float64()
	if errX != nil || errY != nil {
		d.differ(at + " is out of range")
		return
	}
	d.count++
	if by := math.Abs(x-y) / max(math.Abs(x), math.Abs(y), 1); by >= d.most {
		d.most, d.where = by, at
	}
}
