package notebook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// echo is an engine that prints the source in two chunks; "fail" fails and
// "bar" shows a display and changes it.
type echo struct{}

func (echo) Close() error { return nil }

func (echo) Execute(_ context.Context, code string, emit func(Event)) error {
	switch code {
	case "fail":
		return &Failure{Line: 1, Name: "panic", Message: "no"}
	case "bar":
		emit(Event{Kind: "display", ID: "7", Data: map[string]any{"text/plain": "0"}})
		emit(Event{Kind: "update", ID: "7", Data: map[string]any{"text/plain": "1"}})
		emit(Event{Kind: "result", Data: map[string]any{"text/plain": "r", "image/png": []byte("png")}})
		return nil
	}
	emit(Event{Kind: "stdout", Text: code[:1]})
	emit(Event{Kind: "stdout", Text: code[1:]})
	return nil
}

func made(t *testing.T, sources ...string) *Notebook {
	t.Helper()
	nb, err := Read(strings.NewReader(`{"cells":[],"nbformat":4,"nbformat_minor":5,"metadata":{"own":1.5}}`), "made")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		nb.Cells = append(nb.Cells, &Cell{Kind: "code", Source: s})
	}
	nb.nameCells()
	return nb
}

func written(t *testing.T, nb *Notebook) string {
	t.Helper()
	data, err := nb.Write()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestReadErrors(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"version":  {`{"nbformat":3}`, "nbformat is 3"},
		"cells":    {`{"nbformat":4,"cells":1}`, "cells is not a list"},
		"kind":     {`{"nbformat":4,"cells":[{"cell_type":"x"}]}`, "cell 1: unknown cell_type x"},
		"output":   {`{"nbformat":4,"cells":[{"cell_type":"code","outputs":[{}]}]}`, "cell 1: output 1: unknown output_type"},
		"deep":     {strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested deeper than 100"},
		"trailing": {`{} {}`, "not a notebook"},
	} {
		if _, err := Read(strings.NewReader(c.in), "f"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestRun(t *testing.T) {
	nb := made(t, "hello\nthere", "bar", "fail", "later")
	err := Run(context.Background(), nb, echo{})
	var f *Failure
	if !errors.As(err, &f) || err.Error() != "cell 3: line 1: no" {
		t.Fatalf("Run: %v", err)
	}
	want := "[stdout]\nhello\nthere\n"
	if diff := cmp.Diff(want, describe(nb.Cells[0])); diff != "" {
		t.Error(diff)
	}
	want = "[display_data text/plain]\n1\n[execute_result image/png]\n(present)\n[execute_result text/plain]\nr\n"
	if diff := cmp.Diff(want, describe(nb.Cells[1])); diff != "" {
		t.Error(diff)
	}
	if nb.Cells[2].Count != 3 || nb.Cells[3].Count != 0 || describe(nb.Cells[2]) != "[error]\npanic: line 1: no\n" {
		t.Errorf("cells after the failure: %v %v", nb.Cells[2], nb.Cells[3])
	}
}

func TestCheck(t *testing.T) {
	nb := made(t, "x = 1.0000001")
	nb.Cells[0].Outputs = []Output{{"output_type": "stream", "name": "stdout", "text": "x = 1.0"}}
	diff, err := Check(context.Background(), nb, "f", echo{})
	want := "--- f cell 1 (committed)\n+++ f cell 1 (run again)\n@@ -1,2 +1,2 @@\n [stdout]\n-x = 1.0\n+x = 1.0000001\n"
	if err != nil || diff != want {
		t.Errorf("%v\n%s", err, cmp.Diff(want, diff))
	}
	for _, meta := range []string{`{"tolerance":1e-6}`, `{"skip":"slow"}`} {
		m, err := decode([]byte(`{"uacs":` + meta + `}`))
		if err != nil {
			t.Fatal(err)
		}
		nb.Cells[0].Metadata = m
		if diff, err := Check(context.Background(), nb, "f", echo{}); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", meta, err, diff)
		}
	}
}

func TestLint(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":    {"x := []int{1}\nfor i, v := range x { println(i, v) }", ""},
		"generic":  {"func f[T int](x T) {}", "cell 1:1: type parameters: gophernotes has no generics"},
		"any":      {"\nvar x any", "cell 1:2: any: write interface{}"},
		"int":      {"n := 3\nfor range n {}", "cell 1:2: range over an integer: write for i := 0; i < n; i++"},
		"capture":  {"for i := 0; i < 3; i++ {\n go func() { println(i) }()\n}", "cell 1:2: loop variable i is shared by all rounds there: copy it before the closure"},
		"copied":   {"for i := 0; i < 3; i++ {\n i := i\n go func() { println(i) }()\n}", ""},
		"import":   {"import \"gonum.org/v1/plot\"", "cell 1:1: import \"gonum.org/v1/plot\": gophernotes imports the standard library only"},
		"own min":  {"func min(a int) int { return a }\nprintln(min(1))", ""},
		"closure":  {"func() { println(1) }()", ""},
		"not Go":   {"x = = 1", "cell 1:1: not Go: expected operand, found '='"},
		"builtins": {"clear(m)", "cell 1:1: clear is not built in there"},
	} {
		var got []string
		for _, f := range Lint(made(t, c.in)) {
			got = append(got, f.String())
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: got %q, want %q", name, s, c.want)
		}
	}
}

func TestCompatNotebook(t *testing.T) {
	data, err := os.ReadFile("../../notebooks/compat-gophernotes.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	nb, err := Read(bytes.NewReader(data), "compat")
	if err != nil {
		t.Fatal(err)
	}
	// The committed file is in the layout of Python's json.dumps.
	if diff := cmp.Diff(string(data), written(t, nb)); diff != "" {
		t.Error(diff)
	}
	if found := Lint(nb); len(found) > 0 {
		t.Error(found)
	}
}

// TestJupyterWritesTheSame has Debian's nbformat validate a notebook and write it
// again.
func TestJupyterWritesTheSame(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import nbformat").Run() != nil {
		t.Skip("no nbformat")
	}
	nb := made(t, "é<&>\n\"q\"\\\t\u2028x\x7f", "bar")
	if err := Run(context.Background(), nb, echo{}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", "import sys,nbformat\nnb=nbformat.reads(sys.stdin.read(),4)\nnbformat.validate(nb)\nprint(nbformat.writes(nb))")
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
	cmd.Stdin = strings.NewReader(written(t, nb))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if diff := cmp.Diff(written(t, nb), string(out)); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"cells":[{"cell_type":"code","source":["a\n","b"],"outputs":[{"output_type":"stream","text":["x"]}]}],"nbformat":4,"nbformat_minor":2}`))
	f.Add([]byte(`{"cells":[{"cell_type":"markdown","id":"a"},{"cell_type":"raw","id":"a","source":"\u2028"}],"nbformat":4}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Read(bytes.NewReader(data), "f")
		if err != nil {
			return
		}
		Lint(nb)
		once := written(t, nb)
		again, err := Read(strings.NewReader(once), "again")
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if diff := cmp.Diff(once, written(t, again)); diff != "" {
			t.Error(diff)
		}
	})
}
