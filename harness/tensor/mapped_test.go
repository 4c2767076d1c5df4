package tensor

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"uacs/harness/pickle"
)

// residentFile returns how much of mapped files is in memory, in kB, or skips t.
func residentFile(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("needs Linux's /proc")
	}
	_, rest, _ := strings.Cut(string(status), "RssFile:")
	kb, err := strconv.Atoi(strings.Fields(rest + " x")[0])
	if err != nil {
		t.Skip("no RssFile in /proc/self/status")
	}
	return kb
}

// A file that was written in large pieces lies in memory in large pieces too, each of
// which comes back whole at the touch of a page.
func TestReleaseKeepsLittleInMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 64 MB")
	}
	const rows, width = 420, 39_321
	name := filepath.Join(t.TempDir(), "f")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for range 4*rows*width>>20 + 1 { // as the writer of copies does
		if _, err := f.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	a, err := pickle.NewArray("<f4", []int{rows, width}, false, m.Bytes()[:4*rows*width])
	if err != nil {
		t.Fatal(err)
	}
	x, err := New(a, m)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float32, width)
	before := residentFile(t)
	for i := range rows {
		if err := x.Read(i, row); err != nil {
			t.Fatal(err)
		}
	}
	if more := residentFile(t) - before; more > 8<<10 {
		t.Errorf("%d kB more are in memory after 64 MB were read, row by row", more)
	}
}
