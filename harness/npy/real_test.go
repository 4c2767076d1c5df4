package npy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/pickle"
	"uacs/internal/mirror"
)

func readReal(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(mirror.Need(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// labels reads one of the label files: per split, a dict from clip to
// {'emo': 0, 'val': label}. It returns the labels in the order of the file.
func labels(t testing.TB, data []byte) map[string][]float64 {
	t.Helper()
	a, err := ReadNPZ(data)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]float64{}
	for _, name := range a.Names() {
		array, err := a.Array(name)
		if err != nil {
			t.Fatal(err)
		}
		item, err := array.Item()
		if err != nil {
			t.Fatal(err)
		}
		for _, clip := range item.(*pickle.Dict).All() {
			val, ok := clip.(*pickle.Dict).Get("val")
			if !ok {
				t.Fatal("a clip without val")
			}
			all[name] = append(all[name], val.(float64))
		}
	}
	return all
}

// Sizes of the official splits and of the test part's negative, zero and
// positive labels, as numpy counts them. MOSI holds float64 scalars, MOSEI
// float32 scalars, the other two Python floats.
func TestLabels(t *testing.T) {
	for _, c := range []struct {
		set   string
		split [3]int
		signs [3]int
	}{
		{"cmumosi", [3]int{1284, 229, 686}, [3]int{379, 30, 277}},
		{"cmumosei", [3]int{16326, 1871, 4659}, [3]int{1350, 1025, 2284}},
		{"sims", [3]int{1368, 456, 457}, [3]int{248, 69, 140}},
		{"simsv2", [3]int{2722, 647, 1034}, [3]int{488, 123, 423}},
	} {
		t.Run(c.set, func(t *testing.T) {
			all := labels(t, readReal(t, "merbench/"+c.set+"-process/label.npz"))
			split := [3]int{len(all["train_corpus"]), len(all["val_corpus"]), len(all["test_corpus"])}
			var signs [3]int
			for _, v := range all["test_corpus"] {
				switch {
				case v < 0:
					signs[0]++
				case v == 0:
					signs[1]++
				default:
					signs[2]++
				}
			}
			if split != c.split || signs != c.signs {
				t.Errorf("split %v, signs in test %v; want %v and %v", split, signs, c.split, c.signs)
			}
		})
	}
}

// Seven checkpoints with three files each: a dict from clip to sentence, and
// twice two string arrays, one element for each clip of the test split.
func TestAffectGPT(t *testing.T) {
	for set, clips := range map[string]int{"cmumosi": 686, "cmumosei": 4659, "sims": 457, "simsv2": 1034} {
		files, err := filepath.Glob(filepath.Join(mirror.Need(t), "affectgpt/3FEmotionResearch/results-"+set+"/*.npz"))
		if err != nil || len(files) != 21 {
			t.Fatalf("%s: %d files, %v", set, len(files), err)
		}
		for _, name := range files {
			for array, n := range sizes(t, name) {
				if n != clips {
					t.Errorf("%s: %s has %d clips, want %d", name, array, n, clips)
				}
			}
		}
	}
}

// sizes returns the number of strings, or of keys, in each array of a file.
func sizes(t *testing.T, name string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := ReadNPZ(data)
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, array := range a.Names() {
		v, err := a.Array(array)
		if err != nil {
			t.Fatal(err)
		}
		if v.DType == "|O" {
			item, err := v.Item()
			if err != nil {
				t.Fatal(err)
			}
			n[array] = item.(*pickle.Dict).Len()
			continue
		}
		values, err := v.Strings()
		if err != nil {
			t.Fatal(err)
		}
		n[array] = len(values)
	}
	return n
}

// writeBoth makes numpy write an array of each kind as .npy of each version, and
// the same array as a pickle.
const writeBoth = `
import pickle, sys
import numpy as np
from numpy.lib import format
rng = np.random.RandomState(1)
grid = rng.randint(0, 100, (2, 3, 4))
objects = np.empty((2, 3), dtype=object)
for i in range(6):
    objects.flat[i] = [i, "x%d" % i, None, {"k": i}][i % 4]
arrays = {"objects": objects, "objects-f": np.asfortranarray(objects), "objects-0d": np.array({"a": np.float32(0.5)}, dtype=object)}
for name in ["<f2", ">f4", "<f8", "|i1", "<i2", ">i4", "<i8", "|u1", ">u2", "<u4", "|b1", "<U5", ">U5", "|S5"]:
    a = np.array(grid, dtype=name)
    arrays.update({name[1:] + k: v for k, v in {"c": a, "f": np.asfortranarray(a), "0d": np.array(grid[0, 0, 0], dtype=name), "0": a[:0], "1d": a[0, 0]}.items()})
with open(sys.argv[1] + "/pickle", "wb") as f:
    pickle.dump(arrays, f, 4)
for name, a in arrays.items():
    for version in [(1, 0), (2, 0), (3, 0)]:
        with open("%s/%s.%d.npy" % (sys.argv[1], name, version[0]), "wb") as f:
            format.write_array(f, a, version)
np.savez_compressed(sys.argv[1] + "/all.npz", **arrays)
`

// TestAsNumpyWrites compares files that numpy wrote with what numpy pickled.
func TestAsNumpyWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python: not with -short")
	}
	python := "python3"
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		python = "/usr/bin/python3"
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "-c", writeBoth, dir).CombinedOutput(); err != nil {
		t.Skipf("needs a python3 with numpy, to compare with what it writes: %v\n%s", err, out)
	}
	load := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	pickled, err := pickle.Unmarshal(load("pickle"))
	if err != nil {
		t.Fatal(err)
	}
	zipped, err := ReadNPZ(load("all.npz"))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range pickled.(*pickle.Dict).All() {
		name := key.(string)
		got, err := zipped.Array(name)
		if err != nil {
			t.Errorf("%s in .npz: %v", name, err)
			continue
		}
		sameArray(t, name+" in .npz", want.(*pickle.Array), got)
		for _, version := range []string{".1", ".2", ".3"} {
			got, err := Read(load(name + version + ".npy"))
			if err != nil {
				t.Errorf("%s%s: %v", name, version, err)
				continue
			}
			sameArray(t, name+version, want.(*pickle.Array), got)
		}
	}
}

func sameArray(t *testing.T, name string, want, got *pickle.Array) {
	t.Helper()
	data, err := want.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if want.DType != got.DType || !cmp.Equal(want.Shape, got.Shape) || want.Fortran != got.Fortran || !bytes.Equal(data, got.Data) {
		t.Errorf("%s: %s %v, want %s %v", name, got.DType, got.Shape, want.DType, want.Shape)
	}
	if want.DType != "|O" {
		return
	}
	a, _ := want.Objects()
	b, _ := got.Objects()
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(pickle.Dict{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func BenchmarkMOSEILabels(b *testing.B) {
	data := readReal(b, "merbench/cmumosei-process/label.npz")
	b.ReportAllocs()
	for b.Loop() {
		a, err := ReadNPZ(data)
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range a.Names() {
			if _, err := a.Array(name); err != nil {
				b.Fatal(err)
			}
		}
	}
}
