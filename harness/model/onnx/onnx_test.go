//go:build cgo

package onnx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/model/assets"
	"uacs/harness/model/onnxfile"
)

// need loads the library, or skips t.
func need(t testing.TB) {
	t.Helper()
	path, err := assets.Library(os.Getenv)
	if err != nil {
		t.Skipf("%v (uacs model fetch onnxruntime)", err)
	}
	if err := Init(path); err != nil {
		t.Fatal(err)
	}
}

// sums returns y[batch] = the sum of a[batch,3]·w + b[batch,1], and rows, the
// int64 it is given, in a file with metadata.
func sums(t testing.TB) []byte {
	t.Helper()
	batch := onnxfile.Dim{Name: "batch"}
	m := &onnxfile.Model{
		Name: "sums",
		Inputs: []onnxfile.Value{
			{Name: "a", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: 3}}},
			{Name: "b", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: 1}}},
			{Name: "id", Type: onnxfile.Int64, Shape: []onnxfile.Dim{batch}},
		},
		Outputs: []onnxfile.Value{
			{Name: "y", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: 1}}},
			{Name: "rows", Type: onnxfile.Int64, Shape: []onnxfile.Dim{batch}},
			{Name: "total", Type: onnxfile.Float, Shape: []onnxfile.Dim{}},
		},
		Initializers: []onnxfile.Tensor{onnxfile.Floats("w", []int64{3, 1}, []float32{1, 10, 100})},
		Nodes: []onnxfile.Node{
			{Op: "MatMul", Inputs: []string{"a", "w"}, Outputs: []string{"aw"}},
			{Op: "Add", Inputs: []string{"aw", "b"}, Outputs: []string{"y"}},
			{Op: "Identity", Inputs: []string{"id"}, Outputs: []string{"rows"}},
			{Op: "ReduceSum", Inputs: []string{"y"}, Outputs: []string{"total"}, Attrs: []onnxfile.Attr{onnxfile.IntAttr("keepdims", 0)}},
		},
		Metadata: []onnxfile.Meta{{Key: "bins", Value: "-1 0 1"}},
	}
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t testing.TB, data []byte, o Options) *Model {
	t.Helper()
	need(t)
	m, err := OpenBytes("test.onnx", data, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// feed makes inputs of n rows: row i is a=(i,1,2), b=0.5, id=i.
func feed(n int) map[string]Tensor {
	a, b, id := make([]float32, 0, 3*n), make([]float32, n), make([]int64, n)
	for i := range n {
		a = append(a, float32(i), 1, 2)
		b[i], id[i] = 0.5, int64(i)
	}
	return map[string]Tensor{"a": Float32(a, int64(n), 3), "b": Float32(b, int64(n), 1), "id": Int64(id, int64(n))}
}

// TestRunOfSeveralBatches runs other batch sizes on the same session: with
// outputs that are used again the library would refuse the second.
func TestRunOfSeveralBatches(t *testing.T) {
	m := open(t, sums(t), Options{})
	for _, n := range []int{2, 3, 1, 2} {
		got, err := m.Run(t.Context(), feed(n))
		if err != nil {
			t.Fatal(err)
		}
		// By hand: y = i·1 + 1·10 + 2·100 + 0.5.
		y, total := make([]float32, n), float32(0)
		for i := range y {
			y[i] = float32(i) + 210.5
			total += y[i]
		}
		want := map[string]Tensor{"y": Float32(y, int64(n), 1), "rows": feed(n)["id"], "total": Float32([]float32{total}, []int64{}...)}
		for name, w := range want {
			if diff := cmp.Diff(w.Data, got[name].Data); diff != "" {
				t.Errorf("%d rows: %s: %s", n, name, diff)
			}
			if fmt.Sprint(w.Shape) != fmt.Sprint(got[name].Shape) {
				t.Errorf("%d rows: %s has the shape %v", n, name, got[name].Shape)
			}
		}
	}
}

func TestSpecsAndMetadata(t *testing.T) {
	m := open(t, sums(t), Options{})
	var specs []string
	for _, v := range m.Inputs() {
		specs = append(specs, Spec(v))
	}
	if diff := cmp.Diff([]string{"a float32[batch, 3]", "b float32[batch, 1]", "id int64[batch]"}, specs); diff != "" {
		t.Error(diff)
	}
	if got := Spec(m.Outputs()[2]); got != "total float32[]" {
		t.Error(got)
	}
	if diff := cmp.Diff(map[string]string{"bins": "-1 0 1"}, m.Metadata()); diff != "" {
		t.Error(diff)
	}
	if Version() == "" || len(m.Digest()) != 64 {
		t.Errorf("version %q, digest %q", Version(), m.Digest())
	}
}

func TestRunRefuses(t *testing.T) {
	m := open(t, sums(t), Options{})
	for name, c := range map[string]struct {
		spoil func(map[string]Tensor)
		want  string
	}{
		"name":         {func(in map[string]Tensor) { in["aa"] = in["a"]; delete(in, "a") }, `the input "a" is missing`},
		"extra":        {func(in map[string]Tensor) { in["c"] = in["a"] }, `the model has no input "c"`},
		"type":         {func(in map[string]Tensor) { in["a"] = Int64(make([]int64, 6), 2, 3) }, `input "a": it holds int64, and the model wants float32`},
		"data":         {func(in map[string]Tensor) { in["a"] = Tensor{[]int64{2, 3}, []float64{1}} }, `input "a": its data are []float64`},
		"width":        {func(in map[string]Tensor) { in["a"] = Float32(make([]float32, 8), 2, 4) }, `input "a": its shape is [2 4], and the model wants a float32[batch, 3]: axis 1 must be 3`},
		"rank":         {func(in map[string]Tensor) { in["a"] = Float32(make([]float32, 6), 6) }, "has 1 axes"},
		"batches":      {func(in map[string]Tensor) { in["b"] = Float32(make([]float32, 3), 3, 1) }, `input "b": its shape is [3 1], so batch is 3, but it is 2 in the input "a"`},
		"short":        {func(in map[string]Tensor) { in["a"] = Float32(make([]float32, 5), 2, 3) }, "does not fit its 5 entries"},
		"empty":        {func(in map[string]Tensor) { in["a"] = Float32(nil, 0, 3) }, "empty tensors are not run"},
		"empty scalar": {func(in map[string]Tensor) { in["a"] = Float32(nil) }, "does not fit its 0 entries"},
		"overflow":     {func(in map[string]Tensor) { in["a"] = Float32(make([]float32, 6), 1<<62, 4) }, "does not fit its 6 entries"},
	} {
		t.Run(name, func(t *testing.T) {
			in := feed(2)
			c.spoil(in)
			if _, err := m.Run(t.Context(), in); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestSessionsAreShared(t *testing.T) {
	data := sums(t)
	a := open(t, data, Options{})
	path := filepath.Join(t.TempDir(), "copy.onnx")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	b, err := Open(path, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if a.s != b.s {
		t.Error("the same bytes were opened twice")
	}
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if _, err := b.Run(t.Context(), feed(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("run after Close: %v", err)
	}
	if _, err := a.Run(t.Context(), feed(1)); err != nil {
		t.Errorf("the other model was closed as well: %v", err)
	}
	if err := Shutdown(); err == nil {
		t.Error("the library was unloaded under an open model")
	}
}

func TestConcurrentRuns(t *testing.T) {
	for _, mode := range []Mode{Throughput, Latency} {
		m := open(t, sums(t), Options{Mode: mode})
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for range 50 {
					got, err := m.Run(t.Context(), feed(g+1))
					if err != nil || got["y"].Floats()[g] != float32(g)+210.5 {
						t.Errorf("%v, %v", got, err)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

// TestCancel breaks off a product of large matrices that takes seconds.
func TestCancel(t *testing.T) {
	square := []onnxfile.Dim{{Name: "n"}, {Name: "n"}}
	f := &onnxfile.Model{
		Inputs:  []onnxfile.Value{{Name: "x", Type: onnxfile.Float, Shape: square}},
		Outputs: []onnxfile.Value{{Name: "x40", Type: onnxfile.Float, Shape: square}},
	}
	for i := range 40 {
		in := "x"
		if i > 0 {
			in = "x" + strconv.Itoa(i)
		}
		f.Nodes = append(f.Nodes, onnxfile.Node{Op: "MatMul", Inputs: []string{in, "x"}, Outputs: []string{"x" + strconv.Itoa(i+1)}})
	}
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	m := open(t, data, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = m.Run(ctx, map[string]Tensor{"x": Float32(make([]float32, 1500*1500), 1500, 1500)})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v after %v", err, time.Since(start))
	}
	if _, err := m.Run(ctx, map[string]Tensor{"x": Float32([]float32{2}, 1, 1)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a run with a context that has ended: %v", err)
	}
	got, err := m.Run(t.Context(), map[string]Tensor{"x": Float32([]float32{1}, 1, 1)})
	if err != nil || got["x40"].Floats()[0] != 1 {
		t.Errorf("the run after a broken one: %v, %v", got, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	need(t)
	spoiled := func(spoil func(*onnxfile.Model)) []byte {
		m, err := onnxfile.Decode("sums", sums(t))
		if err != nil {
			t.Fatal(err)
		}
		spoil(m)
		data, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		o    Options
		want string
	}{
		"no ONNX file":     {[]byte("hello"), Options{}, "test.onnx: byte 2: field 13 has the wire type 4"},
		"unknown operator": {spoiled(func(m *onnxfile.Model) { m.Nodes[1].Op = "Plus" }), Options{}, "test.onnx: the ONNX Runtime does not take the model"},
		"type":             {spoiled(func(m *onnxfile.Model) { m.Inputs[0].Type = onnxfile.Double }), Options{}, `"a" holds float64, and only`},
		"mode":             {sums(t), Options{Mode: "fast"}, `mode "fast" is neither`},
		"threads":          {sums(t), Options{Threads: -1}, "-1 threads"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := OpenBytes("test.onnx", c.data, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := Open("none.onnx", Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestInitTwice(t *testing.T) {
	need(t)
	path, _ := assets.Library(os.Getenv)
	if err := Init(path); err != nil {
		t.Errorf("the same library again: %v", err)
	}
	if err := Init("/other/lib.so"); err == nil || !strings.Contains(err.Error(), "is in use already") {
		t.Errorf("another library: %v", err)
	}
	if err := Shutdown(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBytes("m", sums(t), Options{}); err == nil || err.Error() != "onnx: Open before Init" {
		t.Error(err)
	}
	none := filepath.Join(t.TempDir(), "none.so")
	if err := Init(none); err == nil || err.Error() != "there is no ONNX Runtime library at "+none {
		t.Error(err)
	}
	text := filepath.Join(t.TempDir(), "text.so")
	if err := os.WriteFile(text, []byte("no library"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Init(text); err == nil || !strings.Contains(err.Error(), "load the ONNX Runtime library") {
		t.Error(err)
	}
	need(t) // and it works again
	open(t, sums(t), Options{})
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]string{
		"1.24.3": "", "1.30.0": "",
		"1.23.2": "the ONNX Runtime library lib.so is version 1.23.2, and onnxruntime_go 1.27.0 needs 1.24 or later",
		"2.0.0":  `the library lib.so says version "2.0.0", and 1.24 or later 1.x is needed`,
		"":       `the library lib.so says version "", and 1.24 or later 1.x is needed`,
	} {
		got := ""
		if err := checkVersion("lib.so", version); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", version, got, want)
		}
	}
	old := explainLoad("lib.so", errors.New("Platform-specific initialization failed: Error setting ORT API base: 2"))
	if want := "the ONNX Runtime library lib.so is an older version, and onnxruntime_go 1.27.0 needs 1.24 or later"; old.Error() != want {
		t.Errorf("%q, want %q", old, want)
	}
}

// TestNoLeak looks at the memory of the process, coarsely: the inputs and
// outputs of 10,000 runs would be 900 MB.
func TestNoLeak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it reads /proc")
	}
	if testing.Short() {
		t.Skip("10,000 runs")
	}
	m := open(t, sums(t), Options{})
	in := feed(1500)
	var before int
	for i := range 11_000 {
		if i == 1000 {
			before = resident(t)
		}
		if _, err := m.Run(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if grown := resident(t) - before; grown > 40 {
		t.Errorf("10,000 runs took %d MiB that stayed", grown)
	}
}

// resident is the memory of this process in MiB.
func resident(t *testing.T) int {
	t.Helper()
	runtime.GC()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() >> 20
}

func TestProbe(t *testing.T) {
	data := sums(t)
	m := open(t, data, Options{})
	file, err := onnxfile.Decode("m", data)
	if err != nil {
		t.Fatal(err)
	}
	r, err := onnxfile.Count(file, map[string]int64{"batch": 4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Probe(t.Context(), m, r, 3)
	if err != nil || got.Runs != 3 || got.Median <= 0 {
		t.Errorf("%+v, %v", got, err)
	}
	r.Outputs[0].Shape = onnxfile.Fixed(4, 2)
	if _, err := Probe(t.Context(), m, r, 1); err == nil || err.Error() != `the output "y" has the shape [4 1], and the graph says y float32[4, 2]` {
		t.Error(err)
	}
}
