package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"uacs/harness/kernel/cell"
)

// compiled returns the text that is compiled for the last of the cells. None is
// run.
func compiled(t *testing.T, cells ...string) (text string) {
	t.Helper()
	needCompiler(t)
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(context.Background(), Options{Dir: root, BuildDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range cells {
		e.n++
		d, cerr := e.newDraft(code, cell.Split(code))
		if cerr == nil {
			cerr = e.prepare(d)
		}
		if cerr != nil {
			t.Fatalf("%s: %v", code, cerr)
		}
		text = e.rewrite(d)
		e.tools.exports[d.path()] = "" // never asked for: the checker has the objects
		e.commit(d, &Result{})
	}
	return text
}

// What a loop may work on copies of, by hand from the rules in local.go.
func TestLoopsOnCopies(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		write string // the statement that writes back; "-" for no copies, "" for copies that are only read
	}{
		{"sum", []string{"s := 0; for i := 0; i < 9; i++ { s += i }"}, "Ꞌs = nbl0;"},
		{"of an earlier cell", []string{"s := 0", "for i := range 9 { s += i }"}, ".Ꞌs = nbl0;"},
		{"two", []string{"s, n := 0.0, 9; for i := range n { s += math.Sqrt(float64(i)) * math.Pi }"}, "Ꞌs = nbl1;"},
		{"labelled", []string{"s := 0\nouter: for i := range 9 { for j := range 9 { if j == 2 { continue outer }; s += i } }"}, "Ꞌs = nbl0;"},
		{"index within", []string{"xs, s := []float64{1}, 0.0; for i := range xs { s += xs[i] }"}, "Ꞌs = nbl1;"},
		{"index may fail", []string{"xs, s := []float64{1}, 0.0; for i := range 9 { s += xs[i] }"}, ""},
		{"elements", []string{"xs := make([]float64, 9); for i := 0; i < 9; i++ { xs[i] *= 2 }"}, ""},
		{"division", []string{"s, n := 1, 2; for range 3 { s /= n }"}, ""},
		{"division of floats", []string{"s := 1.0; for i := range 3 { s /= float64(i + 1) }"}, "Ꞌs = nbl0;"},
		{"a cell's function", []string{"func f() {}\ns := 0; for i := range 9 { s += i; f() }"}, "-"},
		{"a package's function", []string{"s := 0; for i := range 9 { s += i; fmt.Sprint(s) }"}, "-"},
		{"closure", []string{"s := 0; for i := range 9 { func() { s += i }() }"}, "-"},
		{"goroutine", []string{"s := 0; go func() { s++ }(); for i := range 9 { s += i }"}, "-"},
		{"written by an earlier function", []string{"stop := false\nfunc f() { stop = true }", "n := 0; for !stop { n++; if n > 9 { break } }"}, "Ꞌn = nbl0;"},
		{"read by a function", []string{"s := 0\nfunc f() int { return s }", "for i := range 9 { s += i }"}, "-"},
		{"address", []string{"s := 0; p := &s", "for i := range 9 { s += i; *p = 1 }"}, "-"},
		{"address in an earlier cell", []string{"s := 0; p := &s", "for i := range 9 { s += i }"}, "-"},
		{"channel", []string{"c, s := make(chan int, 9), 0; for i := range 9 { s += i; c <- i }"}, "-"},
		{"return", []string{"s := 0; for i := range 9 { s += i; if s > 3 { return } }"}, "-"},
		{"goto", []string{"s := 0; for i := range 9 { s += i }\nif s < 0 { goto end }\nend: s++"}, "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := compiled(t, c.cells...)
			copies, checked := strings.Contains(text, "nbl0 := ") || strings.Contains(text, "nbl0, "), strings.Contains(text, "nbrt.Stopped()")
			switch {
			case copies != (c.write != "-"):
				t.Errorf("copies: %v\n%s", copies, text)
			case checked != (c.write != "-" && c.write != ""):
				t.Errorf("written back: %v\n%s", checked, text)
			case checked && !strings.Contains(text, c.write):
				t.Errorf("no %q in\n%s", c.write, text)
			}
		})
	}
}

// A loop that was interrupted or whose cell failed has left what it had come to.
func TestCopiesAreWrittenBack(t *testing.T) {
	h := newHost(t, "")
	for _, c := range []struct{ code, value, err string }{
		{"s := 0; for i := 0; i < 100000000; i++ { s += i }; s", "4999999950000000", ""},
		{"xs := []int{1, 2, 3}; t := 0; for i := range 9 { t += xs[i] }", "", "out of range"},
		{"t", "6", ""},
		{"t = 0; for i := range xs { t += xs[i]; xs[i] = 0 }; fmt.Sprint(t, xs)", "6 [0 0 0]", ""},
		{"outer: for i := range 5 { for { t++; if t%2 == 0 { continue outer }; if i > 3 { break outer } } }; t", "15", ""},
		{"kept := 0; running := true", "", ""},
	} {
		r := h.run(c.code)
		got := ""
		if r.Error != nil {
			got = r.Error.Error()
		}
		if r.Value != c.value || !strings.Contains(got, c.err) || (c.err == "") != (got == "") {
			t.Errorf("%s: value %q, error %q, want %q %q", c.code, r.Value, got, c.value, c.err)
		}
	}
	// On a busy machine an early interrupt meets the compiler, not the loop.
	for delay := 1500 * time.Millisecond; ; delay *= 2 {
		timer := time.AfterFunc(delay, func() { _ = h.cmd.Process.Signal(os.Interrupt) })
		r := h.run("for running { kept++ }")
		timer.Stop()
		if r.Error == nil || r.Error.Phase != "interrupted" {
			t.Fatalf("interrupt: %+v", r)
		}
		if h.run("kept > 1000").Value == "true" {
			return
		}
		if delay > 15*time.Second {
			t.Fatal("what an interrupted loop counted is lost")
		}
	}
}
