package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	needCompiler(t)
	e, err := New(context.Background(), Options{Dir: "."})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	for _, c := range []struct{ name, code, want string }{
		{"package member", "strings.ToUp", "ToUpper"},
		{"package", "x := strco", "strconv"},
		{"keyword", "retu", "return"},
	} {
		got := e.Complete(c.code, len(c.code))
		if !slices.ContainsFunc(got.Matches, func(m Match) bool { return m.Text == c.want }) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if in := e.Inspect("strings.ToUpper", 10); !in.Found || !strings.Contains(in.Text, "func strings.ToUpper") || !strings.Contains(in.Text, "upper case") {
		t.Errorf("inspect: %+v", in)
	}
	for code, want := range map[string]string{"x := 1": "complete", "for {": "incomplete", "x := )": "invalid", "%who": "complete"} {
		if got, _ := e.IsComplete(code); got != want {
			t.Errorf("IsComplete(%q) = %s, want %s", code, got, want)
		}
	}
}
