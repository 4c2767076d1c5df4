package main

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// By hand: 6 + 20 + 3 columns and two gaps of one are 31. In 25 the text loses six, in
// 14 not even ten of it have room beside the rest.
func TestFitted(t *testing.T) {
	rows := [][]string{{"model", "revision", "n"}, {"small", "0123456789abcdefghij", "229"}, {"längst", "short", "1"}}
	for _, c := range []struct {
		width int
		want  string
	}{
		{31, "model  revision             n\nsmall  0123456789abcdefghij 229\nlängst short                1\n"},
		{25, "model  revision       n\nsmall  0123456789abc… 229\nlängst short          1\n"},
		{14, "small\n  revision 01…\n  n 229\nlängst\n  revision sh…\n  n 1\n"},
	} {
		if got := fitted(rows, c.width); got != c.want {
			t.Errorf("in %d columns:\n%s\nwant:\n%s", c.width, got, c.want)
		}
	}
}

// Wide characters take two columns.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"这事结婚", 8, "这事结婚"}, {"这事结婚", 7, "这事结…"}, {"这事结婚", 6, "这事…"}} {
		if got := cut(c.text, c.width); got != c.want || columns(got) > c.width {
			t.Errorf("%s in %d columns: %s, want %s", c.text, c.width, got, c.want)
		}
	}
}

// Whatever the cells, no line is wider than the terminal.
func TestFittedIsNeverWider(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "columns")
		cell := rapid.SampledFrom([]string{"a", "12.5", "some words that are long", "这事结婚前", "-0.3", "f6be7404af9d5acf0d9391a4d984705ddf5850bc"})
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, n, n), 2, 5).Draw(t, "rows")
		width := rapid.IntRange(12, 90).Draw(t, "width")
		for line := range strings.Lines(fitted(rows, width)) {
			if w := columns(strings.TrimSuffix(line, "\n")); w > width {
				t.Fatalf("%d columns in a terminal of %d: %s", w, width, line)
			}
		}
	})
}

// By hand: 20 steps in 4 s are 5 a second, and 35 more take 7 s.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		done, left int
		gone       time.Duration
		want       string
	}{{20, 35, 4 * time.Second, ", 5.0/s, 7s left"}, {0, 35, time.Second, ""}, {20, 0, time.Second, ""}, {1, 1, 0, ""}} {
		if got := pace(c.done, c.left, c.gone); got != c.want {
			t.Errorf("%d done and %d left after %v: %q, want %q", c.done, c.left, c.gone, got, c.want)
		}
	}
}
