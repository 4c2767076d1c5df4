package engine

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type host struct {
	t   *testing.T
	in  *json.Encoder
	out *json.Decoder
	cmd *exec.Cmd
}

type hostReply struct {
	Value string
	Error *CellError
	MS    map[string]float64
}

// newHost starts the test host in a folder; "" is this package's.
func newHost(t *testing.T, dir string, env ...string) *host {
	t.Helper()
	if testing.Short() {
		t.Skip("builds plugins")
	}
	needCompiler(t)
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if dir == "" {
		dir = "."
	}
	bin, err := BuildHost(context.Background(), Options{Dir: ".", ModuleRoot: root}, "uacs/harness/kernel/engine/enginetest", filepath.Join(t.TempDir(), "host"))
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin)
	cmd.Env = append(append(os.Environ(), "ENGINETEST_DIR="+dir, "ENGINETEST_ROOT="+root), env...)
	cmd.ExtraFiles, cmd.Stderr = []*os.File{w}, os.Stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	return &host{t: t, in: json.NewEncoder(in), out: json.NewDecoder(r), cmd: cmd}
}

func (h *host) run(code string) hostReply {
	h.t.Helper()
	if err := h.in.Encode(code); err != nil {
		h.t.Fatal(err)
	}
	var r hostReply
	if err := h.out.Decode(&r); err != nil {
		h.t.Fatal(err)
	}
	return r
}

// Values are by hand, from the Go specification; err is a part of the message.
var session = []struct{ name, code, value, err string }{
	{"define", "x := 40; x + 2", "42", ""},
	{"kept", "x++; x", "41", ""},
	{"type changes", "x := \"a\"\nx + \"b\"", "ab", ""},
	{"old value in new definition", "x := len(x) + 6; x", "7", ""},
	{"same variable", "func getX() int { return x }\nx := 8\ngetX()", "8", ""},
	{"generic function, loops", `func gmap[T, U any](xs []T, f func(T) U) (r []U) { for _, v := range xs { r = append(r, f(v)) }; return r }
sum := 0; for i := range 4 { sum += i }; for j := 0; j < 2; j++ { sum += j }
gmap([]int{1, sum}, func(i int) string { return fmt.Sprint(i * 2) })`, "[2 14]", ""},
	{"types", `type pair[K comparable, V any] struct { key K; val V }
func (p pair[K, V]) String() string { return fmt.Sprintf("%v=%v", p.key, p.val) }
type sq struct { side float64 }
func (s sq) area() float64 { return s.side * s.side }
type shape interface { area() float64 }
type named struct { sq; label string }
var sh shape = named{sq{3}, "n"}
const ( c0 = iota; c1; c2 )
type byLen []string
func (b byLen) Len() int { return len(b) }
func (b byLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLen) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
type myErr struct{ code int }
func (e *myErr) Error() string { return "coded" }
type stack[T any] struct { items []T }
func (s *stack[T]) push(x T) { s.items = append(s.items, x) }`, "", ""},
	{"types across cells", `import "errors"
bl := byLen{"ccc", "a"}; sort.Sort(bl)
st := &stack[int]{}; st.push(3)
var target *myErr
found := errors.As(fmt.Errorf("w: %w", &myErr{7}), &target)
sw := ""
switch v := sh.(type) { case sq: sw = "sq"; case named: sw = v.label }
[]any{pair[string, int]{"a", 1}, sh.area(), sh.(named).sq.side, c2, bl, st.items, found, target.code, sw}`, "[a=1 9 3 2 [a ccc] [3] true 7 n]", ""},
	{"field names", `named{sq{2}, "q"}`, "{sq:{side:2} label:q}", ""},
	{"method in a later cell", "func (s sq) twice() float64 { return 2 * s.area() }\nsq{2}.twice()", "8", ""},
	{"old value of a redeclared type", "sh.area()", "9", ""},
	{"outdated type hoisted", "old := sh.(named).sq; old.side", "3", ""},
	{"json", `import "encoding/json"
type rec struct { Name string; hidden int }
b, err := json.Marshal(rec{"n", 3}); string(b)`, `{"Name":"n"}`, ""},
	{"several values", "func two() (int, string) { return 1, \"a\" }\ntwo()", "[1 a]", ""},
	{"iterators, defer, labels", `func seq(n int) iter.Seq[int] { return func(y func(int) bool) { for i := 0; i < n; i++ { if !y(i) { return } } } }
acc := []int{}
for v := range seq(9) { if v == 2 { break }; acc = append(acc, v) }
lbl: for i := 0; i < 3; i++ { for j := 0; j < 3; j++ { if j == 1 { continue lbl }; acc = append(acc, 10*i+j) } }
defer func() { acc = nil }()
i := 0
again: i++
if i < 3 { goto again }
append(acc, min(i, 9))`, "[0 1 0 10 20 3]", ""},
	{"deferred ran", "len(acc)", "0", ""},
	{"goroutines", `ch := make(chan int); var wg sync.WaitGroup
for i := 0; i < 4; i++ { wg.Add(1); go func(k int) { defer wg.Done(); ch <- k * k }(i) }
go func() { wg.Wait(); close(ch) }()
total := 0; for v := range ch { total += v }
total`, "14", ""},
	{"closure", "counter := func() func() int { c := 0; return func() int { c++; return c } }()\ncounter()", "1", ""},
	{"closure kept", "counter()", "2", ""},
	{"var group", "var (\n\tva = 1\n\tvb, vc float64 = 2, 3\n\tvd []string\n)\nfmt.Sprint(va, vb, vc, vd)", "1 2 3 []", ""},
	{"redefined function", "func two() int { return 2 }\ntwo()", "2", ""},
	{"redefined type", "type sq struct { a, b int }\nsq{1, 2}", "{a:1 b:2}", ""},
	{"context", "ctx.Err() == nil", "true", ""},
	{"recover", "func safe() (err error) { defer func() { if r := recover(); r != nil { err = fmt.Errorf(\"r %v\", r) } }(); var p *rec; _ = p.Name; return nil }\nsafe() != nil", "true", ""},
	{"loop variable", "var fs []func() int\nfor i := 0; i < 3; i++ { fs = append(fs, func() int { return i }) }\nfs[0]() + fs[1]() + fs[2]()", "3", ""},
	{"new of a value", "*new(42)", "42", ""},
	{"anonymous struct", "an := struct{ k int; s []rec }{k: 3}; an.k", "3", ""},
	{"anonymous struct kept", "an.k++; an.k", "4", ""},
	{"gonum", "import \"gonum.org/v1/gonum/stat\"\nstat.Mean([]float64{1, 2, 6}, nil)", "3", ""},
	{"type error", "a := 1\nb := a + \"s\"", "", "mismatched types"},
	{"parse error", "a := (1\n", "", "expected"},
	{"goroutine panics", "go func() { panic(\"in goroutine\") }(); go panicky()\nfunc panicky() { panic(1) }\ntime.Sleep(time.Millisecond)", "", ""},
	{"panic", "fmt.Print()\nvar np *rec\nnp.Name", "", "nil pointer"},
	{"alive", "1 + 1", "2", ""},
	{"package beside the notebook", "import \"./testdata/beside\"\nbeside.Answer()", "42", ""},
	{"data frame", `import ("github.com/go-gota/gota/dataframe"; "github.com/go-gota/gota/series")
df := dataframe.New(series.New([]int{1, 2}, series.Int, "a"))
df.Filter(dataframe.F{Colname: "a", Comparator: series.Greater, Comparando: 1}).Nrow()`, "1", ""},
	{"additions", "s8 := 0; for i := 0; i < 100000000; i++ { s8 += i }; s8", "4999999950000000", ""},
	{"plot", `import ("gonum.org/v1/plot"; "gonum.org/v1/plot/plotter")
p := plot.New(); line, err := plotter.NewLine(plotter.XYs{{X: 1, Y: 2}}); p.Add(line); err == nil`, "true", ""},
	{"cgo", "import ort \"github.com/yalue/onnxruntime_go\"\nort.IsInitialized()", "false", ""},
	{"missing module", "import \"example.org/none\"", "", "example.org/none"},
}

func TestSession(t *testing.T) {
	h := newHost(t, "")
	for _, c := range session {
		r := h.run(c.code)
		got := ""
		if r.Error != nil {
			got = r.Error.Error()
		}
		if r.Value != c.value || !strings.Contains(got, c.err) || (c.err == "") != (got == "") {
			t.Errorf("%s: value %q error %q (%v), want %q %q", c.name, r.Value, got, r.Error, c.value, c.err)
		}
		if c.name == "missing module" && (r.Error == nil || !strings.Contains(r.Error.Hint, "go get example.org/none")) {
			t.Errorf("missing module: %+v", r.Error)
		}
	}
}

func TestErrorPlace(t *testing.T) {
	h := newHost(t, "")
	for _, c := range []struct {
		name, code string
		line, col  int
	}{
		{"type", "a := 1\n\nb := a + \"s\"", 3, 6},
		{"after a semicolon", "a := 1; undefined1()", 1, 9},
		{"in a function", "func f() int {\n\treturn \"s\"\n}", 2, 9},
		{"parse", "ok := 1\nfor {{\n", 3, 1},
	} {
		r := h.run(c.code)
		if r.Error == nil || r.Error.Line != c.line {
			t.Errorf("%s: %+v, want line %d", c.name, r.Error, c.line)
		} else if c.name != "parse" && r.Error.Col != c.col {
			t.Errorf("%s: column %d, want %d", c.name, r.Error.Col, c.col)
		}
	}
}

func TestInterrupt(t *testing.T) {
	h := newHost(t, "")
	for _, code := range []string{"for {}", "for range 1 << 60 {}", "again: goto again", "<-ctx.Done()"} {
		timer := time.AfterFunc(1500*time.Millisecond, func() { _ = h.cmd.Process.Signal(os.Interrupt) })
		r := h.run(code)
		timer.Stop()
		if r.Error == nil || r.Error.Phase != "interrupted" {
			t.Errorf("%s: %+v", code, r.Error)
		}
	}
	if r := h.run("1 + 1"); r.Value != "2" {
		t.Errorf("after the interrupts: %+v", r)
	}
}

// needCompiler skips a test where there is no C compiler, which plugins are linked by.
func needCompiler(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc on this machine (Debian: apt-get install gcc)")
	}
}
