package main

import (
	"strings"
	"testing"
)

// By hand: 30 lines stay, and 160 characters of each.
func TestBeginningOf(t *testing.T) {
	for _, c := range []struct{ name, diff, want string }{
		{"short", "-a\n+b\n", "-a\n+b\n"},
		{"empty", "", ""},
		{"long line", "+" + strings.Repeat("é", 200) + "\n-a\n", "+" + strings.Repeat("é", 159) + "…\n-a\n"},
		{"many lines", strings.Repeat("+x\n", 33), strings.Repeat("+x\n", 30) + "… 3 more lines: uacs nb check shows them\n"},
	} {
		if got := beginningOf(c.diff); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
