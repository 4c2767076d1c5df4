package pickle

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"uacs/internal/mirror"
)

// needNumpy returns a Python that has numpy, or skips t.
func needNumpy(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Python: not with -short")
	}
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			return name
		}
	}
	t.Skip("needs a python3 with numpy, to compare with what it reads")
	return ""
}

func runPython(t *testing.T, python string, args ...string) {
	t.Helper()
	out, err := exec.Command(python, append([]string{"testdata/canonical.py"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestAsNumpyReads compares every value with what Python's own loader makes of
// pickles that numpy wrote: all dtypes, both byte orders, C and Fortran order,
// protocols 2 to 5.
func TestAsNumpyReads(t *testing.T) {
	python, dir := needNumpy(t), t.TempDir()
	runPython(t, python, "make", dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.p?"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { compareWithPython(t, file, file+".txt") })
	}
}

// TestRealFilesAsNumpyReads is the same on the published files.
func TestRealFilesAsNumpyReads(t *testing.T) {
	data, python, dir := mirror.Need(t), needNumpy(t), t.TempDir()
	names := []string{
		"mosi/sclstm/input/audio.pickle", "mosi/declare-lab-cmf/audio.pickle",
		"mosi/gcnet/CMUMOSI_features_raw_2way.pkl", "mosei/umons/d_valid.pkl", "mosei/umons/d_test.pkl", "mosei/jugal/val_data.pkl",
	}
	args := []string{"read"}
	for i, name := range names {
		args = append(args, filepath.Join(data, name), filepath.Join(dir, fmt.Sprint(i)))
	}
	runPython(t, python, args...)
	for i, name := range names {
		t.Run(name, func(t *testing.T) { compareWithPython(t, args[1+2*i], args[2+2*i]) })
	}
}

func compareWithPython(t *testing.T, file, want string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	canonical(&got, v)
	if bytes.Equal(got.Bytes(), wanted) {
		return
	}
	a, b := strings.Split(got.String(), "\n"), strings.Split(string(wanted), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d: got %.80s, Python has %.80s", i+1, a[i], b[i])
		}
	}
	t.Fatalf("%d lines, Python has %d", len(a), len(b))
}

// canonical writes v as testdata/canonical.py does.
func canonical(w *bytes.Buffer, v any) {
	all := func(items []any) {
		for _, item := range items {
			canonical(w, item)
		}
	}
	switch v := v.(type) {
	case nil:
		fmt.Fprintln(w, "none")
	case bool:
		fmt.Fprintf(w, "bool %d\n", map[bool]int{true: 1}[v])
	case int64:
		fmt.Fprintf(w, "int %d\n", v)
	case float64:
		if math.IsNaN(v) {
			fmt.Fprintln(w, "float nan")
			return
		}
		fmt.Fprintf(w, "float %016x\n", math.Float64bits(v))
	case string:
		fmt.Fprintf(w, "str %x\n", v)
	case []byte:
		fmt.Fprintf(w, "bytes %x\n", v)
	case DType:
		fmt.Fprintf(w, "dtype %s\n", v)
	case List:
		fmt.Fprintf(w, "list %d\n", len(v))
		all(v)
	case Tuple:
		fmt.Fprintf(w, "tuple %d\n", len(v))
		all(v)
	case Set:
		fmt.Fprintf(w, "set %d\n", len(v))
		w.WriteString(sorted(v))
	case *Dict:
		fmt.Fprintf(w, "dict %d\n", v.Len())
		for key, value := range v.All() {
			canonical(w, key)
			canonical(w, value)
		}
	case *Array:
		fmt.Fprintf(w, "array %s [%s]\n", v.DType[1:], strings.ReplaceAll(strings.Trim(fmt.Sprint(v.Shape), "[]"), " ", ", "))
		all(cellValues(v))
	default:
		panic(fmt.Sprintf("%T", v))
	}
}

// sorted is the canonical text of a set's elements, whose order means nothing.
func sorted(set Set) string {
	parts := make([]string, len(set))
	for i, item := range set {
		var part bytes.Buffer
		canonical(&part, item)
		parts[i] = part.String()
	}
	sort.Strings(parts)
	return strings.Join(parts, "")
}

// cellValues lists the elements of an array as Item would give them.
func cellValues(a *Array) []any {
	if objects, err := a.Objects(); err == nil {
		return objects
	}
	b, err := a.cOrder()
	if err != nil {
		panic(err)
	}
	var values []any
	for ; len(b) > 0; b = b[a.dt.size:] {
		v, err := a.dt.item(b[:a.dt.size])
		if err != nil {
			panic(err)
		}
		values = append(values, v)
	}
	return values
}
