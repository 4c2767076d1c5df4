//go:build hdf5

package features

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/hdf5"

	"uacs/internal/hint"
	"uacs/internal/mirror"
)

// csdFile makes a file like those of the CMU SDK: old-style groups, features in
// compressed chunks, times and words in one piece.
func csdFile(t testing.TB, videos int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "f.csd")
	f, err := hdf5.CreateFile(name, hdf5.F_ACC_TRUNC)
	must(t, err)
	defer f.Close()
	root, err := f.CreateGroup("Audio")
	must(t, err)
	defer root.Close()
	csdArray(t, root, "version", nil, []byte("1234"), false) // a single value
	data, err := root.CreateGroup("data")
	must(t, err)
	defer data.Close()
	for v := range videos {
		g, err := data.CreateGroup(fmt.Sprintf("-a_%d", v))
		must(t, err)
		rows := uint(2 + v%3)
		floats := func(width uint) []byte {
			var out []byte
			for i := range rows * width {
				out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v)+float32(i)/4))
			}
			return out
		}
		csdArray(t, g, "features", []uint{rows, 3}, floats(3), true)
		csdArray(t, g, "intervals", []uint{rows, 2}, floats(2), false)
		must(t, g.Close())
	}
	return name
}

func csdArray(t testing.TB, g *hdf5.Group, name string, shape []uint, data []byte, compressed bool) {
	t.Helper()
	space, err := hdf5.CreateDataspace(hdf5.S_SCALAR)
	if shape != nil {
		space, err = hdf5.CreateSimpleDataspace(shape, nil)
	}
	must(t, err)
	defer space.Close()
	properties, err := hdf5.NewPropList(hdf5.P_DATASET_CREATE)
	must(t, err)
	defer properties.Close()
	if compressed {
		must(t, properties.SetChunk([]uint{2, shape[1]}))
		must(t, properties.SetDeflate(4))
	}
	d, err := g.CreateDatasetWith(name, hdf5.T_IEEE_F32LE, space, properties)
	must(t, err)
	defer d.Close()
	must(t, d.Write(&data))
}

// By hand: 2 + 3 + 4 segments.
func TestHDF5OfOurs(t *testing.T) {
	s := open(t, csdFile(t, 3))
	if want := "all 9: features[9 3] intervals[9 2] ids"; outline(s) != want {
		t.Errorf("%s, want %s", outline(s), want)
	}
	if s.Splits[0].IDs[2] != "-a_1[0]" {
		t.Errorf("ids %q", s.Splits[0].IDs)
	}
	a, _ := s.Splits[0].Array("features")
	if row, err := a.Tensor.Float64s(2); err != nil || row[0] != 1 || row[2] != 1.5 {
		t.Errorf("features of the third segment %v, %v", row, err)
	}
}

// The same file is read without a process of its own, with a note.
func TestHDF5InThisProcess(t *testing.T) {
	name := csdFile(t, 3)
	startsAnew.Store(false)
	defer startsAnew.Store(true)
	s := open(t, name)
	if outline(s) != "all 9: features[9 3] intervals[9 2] ids" || !strings.Contains(strings.Join(s.Notes, "\n"), "HDF5Main") {
		t.Errorf("%s, notes %q", outline(s), s.Notes)
	}
}

// flipped opens copies of a file with bits flipped. This process must survive,
// and each copy must be a set that can be inspected or one error with the file's
// name and a hint.
func flipped(t *testing.T, in []byte, copies, bits int) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "flipped.csd")
	rng := rand.New(rand.NewPCG(8, uint64(len(in))))
	read, refused, died := 0, 0, 0
	for i := range copies {
		out := bytes.Clone(in)
		for range bits {
			at := rng.IntN(len(out))
			if i%2 == 0 {
				at = rng.IntN(min(len(out), 4096)) // the root of everything
			}
			out[at] ^= 1 << rng.IntN(8)
		}
		must(t, os.WriteFile(name, out, 0o644))
		start := time.Now()
		s, err := Open(name)
		if took := time.Since(start); took > time.Minute {
			t.Errorf("copy %d took %v", i, took)
		}
		if err != nil {
			refused++
			if strings.Contains(err.Error(), "ended its process") {
				died++
				t.Logf("copy %d: %v", i, err)
			}
			if !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("copy %d: %v", i, err)
			}
			continue
		}
		read++
		if _, err := Inspect(s); err != nil && !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("copy %d: %v", i, err)
		}
		must(t, s.Close())
	}
	t.Logf("of %d copies %d were read, %d refused, and of these %d ended the reading process", copies, read, refused, died)
}

func TestHDF5BitFlips(t *testing.T) {
	in, err := os.ReadFile(csdFile(t, 93))
	must(t, err)
	copies := 400
	if testing.Short() {
		copies = 40
	}
	flipped(t, in, copies, 8)
}

func TestRealHDF5BitFlips(t *testing.T) {
	dir := mirror.Need(t)
	copies := 60
	if testing.Short() {
		copies = 10
	}
	for _, name := range []string{"mosi/csd/CMU_MOSI_Labels.csd", "mosi/csd/CMU_MOSI_ModifiedTimestampedWords.csd", "mosi/mfn/y_test.h5"} {
		in, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		flipped(t, in, copies, 64)
	}
}

// A cut file is an error.
func TestHDF5Truncated(t *testing.T) {
	in, err := os.ReadFile(csdFile(t, 5))
	must(t, err)
	for n := 8; n < len(in); n += len(in) / 20 {
		name := write(t, "cut.csd", string(in[:n]))
		if _, err := Open(name); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%d of %d bytes: %v", n, len(in), err)
		}
	}
}

// What can happen to the process that reads, played by shell scripts.
func TestHDF5Process(t *testing.T) {
	whole := stream(t)
	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 4
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "whole"), whole, 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "cut"), whole[:len(whole)-30], 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "damaged"), damaged, 0o644))
	for _, c := range []struct{ name, script, want string }{
		{"whole", "cat whole", ""},
		{"killed by a signal", "kill -SEGV $$", "the process of the HDF5 library ended early (signal: segmentation fault"},
		{"killed by the system", "cat cut; kill -KILL $$", "a/\xff: the process of the HDF5 library ended early (signal: killed)"},
		{"dies as Go does", "cat cut; echo '[signal SIGSEGV: segmentation violation code=0x1]' >&2; exit 2", "a/\xff: the HDF5 library ended its process: SIGSEGV: segmentation violation code"},
		{"out of memory", "echo 'fatal error: runtime: out of memory' >&2; exit 2", "the HDF5 library ended its process: runtime: out of memory"},
		{"ends early, and well", "cat cut", "a/\xff: the process of the HDF5 library ended early (<nil>): record 4 of what it wrote: unexpected EOF"},
		{"writes nothing", "exit 3", "the process of the HDF5 library ended early (exit status 3): unexpected EOF"},
		{"garbage", "echo this is no stream", "the process of the HDF5 library: what it wrote is not a stream of arrays"},
		{"endless", "cat /dev/zero", "the process of the HDF5 library: what it wrote is not a stream of arrays"},
		{"damaged", "cat damaged", "a/b: the process of the HDF5 library: record 1 of what it wrote: checksum"},
		{"more after the end", "cat whole whole", "a/\xff: the process of the HDF5 library: it wrote 4 records"},
		{"fails after a good stream", "cat whole; exit 1", "a/\xff: the process of the HDF5 library: exit status 1"},
		{"hangs", "cat cut; exec sleep 100", "a/\xff: the HDF5 library was not done after"},
	} {
		program := filepath.Join(dir, "program")
		must(t, os.WriteFile(program, []byte("#!/bin/sh\ncd "+dir+"\n"+c.script+"\n"), 0o755))
		got, err := readApart(program, "f.csd", hdf5Bounds{bytes: 1 << 20, time: 500 * time.Millisecond})
		if c.want == "" {
			if err != nil || len(got.names) != 1 || len(got.others) != 1 {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || hint.Of(err) == "" {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
	}
}
