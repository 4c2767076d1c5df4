package tensor

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"uacs/harness/pickle"
)

// measured names the file that this test program opens and measures instead of
// testing, so that its memory is that of the reading alone.
const measured = "TENSOR_TEST_MEASURE"

func TestMain(m *testing.M) {
	if file := os.Getenv(measured); file != "" {
		if err := measure(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var (
	measuredSplits = []string{"train", "valid", "test"}
	measuredArrays = []string{"text", "audio", "vision"}
)

// measure prints the milliseconds and the peak resident kB of opening the file,
// the same with 64 clips read, and the sums that mmsa.py prints.
func measure(file string) error {
	start := time.Now()
	m, err := Open(file)
	if err != nil {
		return err
	}
	root, err := pickle.Reader{Release: m.Release}.Unmarshal(m.Bytes())
	if err != nil {
		return err
	}
	printCost(start)
	sets := map[string][]*Tensor{}
	for _, split := range measuredSplits {
		part, _ := root.(*pickle.Dict).Get(split)
		for _, name := range measuredArrays {
			a, _ := part.(*pickle.Dict).Get(name)
			t, err := New(a.(*pickle.Array), m)
			if err != nil {
				return err
			}
			sets[name] = append(sets[name], t)
		}
	}
	for _, name := range measuredArrays {
		t := sets[name][0]
		row := make([]float32, t.Row())
		for i := range 64 {
			if err := t.Read(i*997%t.Len(), row); err != nil {
				return err
			}
		}
	}
	printCost(start)
	for _, name := range measuredArrays {
		sum := 0.0
		for _, t := range sets[name] {
			row := make([]float32, t.Row())
			for i := range t.Len() {
				if err := t.Read(i, row); err != nil {
					return err
				}
				sum += float64(row[len(row)-1])
			}
		}
		fmt.Println(sum)
	}
	printCost(start)
	return m.Close()
}

func printCost(start time.Time) {
	elapsed := time.Since(start)
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb := "0"
	if f := strings.Fields(rest); len(f) > 0 {
		kb = f[0]
	}
	fmt.Println(float64(elapsed.Microseconds())/1000, kb)
}

// numbers runs a command and returns the numbers it prints.
func numbers(t *testing.T, cmd *exec.Cmd) []float64 {
	t.Helper()
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	var all []float64
	for _, field := range strings.Fields(string(out)) {
		x, err := strconv.ParseFloat(field, 64)
		if err != nil {
			t.Fatalf("%v: %v", cmd.Args, err)
		}
		all = append(all, x)
	}
	return all
}

// numpyPython returns a Python with numpy, or skips t.
func numpyPython(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Python: not with -short")
	}
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			return name
		}
	}
	t.Skip("needs a python3 with numpy")
	return ""
}

// cost is what opening a file took: the milliseconds of Python's own loader, ours,
// ours with 64 clips read too, and the peak resident kB of opening, of 64 clips, and of
// reading everything.
type cost struct {
	load, open, clips float64
	kb                [3]float64
}

// compareWithPickleLoad writes a file with Python, reads it with both as often as
// told, demands equal sums, and returns the least times and the most memory.
func compareWithPickleLoad(t *testing.T, python string, protocol, clips, length, runs int) cost {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mmsa.pkl")
	numbers(t, exec.Command(python, "testdata/mmsa.py", "make", file, strconv.Itoa(protocol), strconv.Itoa(clips), strconv.Itoa(length)))
	least := cost{math.Inf(1), math.Inf(1), math.Inf(1), [3]float64{}}
	for range runs {
		// Theirs first: the file is in the page cache for both.
		theirs := numbers(t, exec.Command(python, "testdata/mmsa.py", "load", file))
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), measured+"="+file)
		ours := numbers(t, cmd)
		for i, name := range measuredArrays {
			want, got := theirs[2+i], ours[4+i]
			if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
				t.Errorf("protocol %d: the last numbers of %s sum to %v, numpy has %v", protocol, name, got, want)
			}
		}
		size := int64(0)
		if info, err := os.Stat(file); err == nil {
			size = info.Size()
		}
		t.Logf("protocol %d, %d MB: pickle.load %.0f ms, %.0f MB; ours open %.1f ms, %.1f MB; and 64 clips %.1f ms, %.1f MB; and all %.0f ms, %.1f MB",
			protocol, size/1e6, 1000*theirs[0], theirs[1]/1024, ours[0], ours[1]/1024, ours[2], ours[3]/1024, ours[7], ours[8]/1024)
		least.load, least.open, least.clips = min(least.load, 1000*theirs[0]), min(least.open, ours[0]), min(least.clips, ours[2])
		for i, kb := range []float64{ours[1], ours[3], ours[8]} {
			least.kb[i] = max(least.kb[i], kb)
		}
	}
	return least
}

// Small files of every protocol, read sample by sample out of the mapped file,
// hold the numbers that numpy finds.
func TestMappedPickleAsNumpyReads(t *testing.T) {
	python := numpyPython(t)
	for protocol := 2; protocol <= 5; protocol++ {
		compareWithPickleLoad(t, python, protocol, 44, 7, 1)
	}
}

// With UACS_BIG=1, files of MOSI's and MOSEI's sizes. MOSI's opens at least 20 times
// faster than Python's own loader opens it, in 20 MB, with and without 64 clips read;
// MOSEI's is read through in far less than 1 GB. This takes two minutes and 3 GB of
// disk.
func TestBigPickles(t *testing.T) {
	if os.Getenv("UACS_BIG") == "" {
		t.Skip("slow: set UACS_BIG=1")
	}
	python := numpyPython(t)
	for protocol := 2; protocol <= 5; protocol++ {
		c := compareWithPickleLoad(t, python, protocol, 2199, 50, 3)
		t.Logf("protocol %d: open %.0f times faster, with 64 clips %.0f times", protocol, c.load/c.open, c.load/c.clips)
		if c.load < 20*c.clips || c.kb[1] > 20<<10 {
			t.Errorf("protocol %d: %+v", protocol, c)
		}
	}
	if c := compareWithPickleLoad(t, python, 4, 22856, 35, 1); c.kb[2] > 200<<10 {
		t.Errorf("MOSEI's size: %+v", c)
	}
}
