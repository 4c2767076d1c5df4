package features

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
)

// outline lists what is in a set.
func outline(s *Set) string {
	var parts []string
	for _, p := range s.Splits {
		line := fmt.Sprintf("%s %d:", p.Name, p.Len())
		for _, a := range p.Arrays {
			line += fmt.Sprintf(" %s%v", a.Name, a.Tensor.Shape())
		}
		for _, l := range p.Labels {
			line += fmt.Sprintf(" %s[%d]", l.Name, len(l.Values))
		}
		if p.IDs != nil {
			line += " ids"
		}
		if p.Texts != nil {
			line += " texts"
		}
		parts = append(parts, line)
	}
	return strings.Join(parts, "; ")
}

func copyOf(t *testing.T, s *Set, r Recipe) *Set {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, s, "d1", r); err != nil {
		t.Fatal(err)
	}
	return open(t, write(t, "f.safetensors", buf.String()))
}

func rowOf(t *testing.T, s *Set, split, name string, i int) []float32 {
	t.Helper()
	p, ok := s.Split(split)
	if !ok {
		t.Fatalf("no %s", split)
	}
	a, ok := p.Array(name)
	if !ok {
		t.Fatalf("no %s/%s", split, name)
	}
	row := make([]float32, a.Tensor.Row())
	if err := a.Tensor.Read(i, row); err != nil {
		t.Fatal(err)
	}
	return row
}

// A copy holds what the source holds, and says where it is from.
func TestWrite(t *testing.T) {
	s := open(t, write(t, "mmsa.pkl", mmsa()))
	c := copyOf(t, s, Recipe{})
	if diff := cmp.Diff(outline(s), outline(c)); diff != "" {
		t.Errorf("(-source +copy):\n%s", diff)
	}
	for _, name := range []string{"audio", "text"} {
		for i := range 2 {
			if got, want := rowOf(t, c, "test", name, i), rowOf(t, s, "test", name, i); !cmp.Equal(got, want) {
				t.Errorf("%s of sample %d: %v, want %v", name, i, got, want)
			}
		}
	}
	for _, p := range c.Splits {
		for _, a := range p.Arrays {
			if _, ok := a.Tensor.View(1); !ok {
				t.Errorf("%s/%s cannot be viewed", p.Name, a.Name)
			}
		}
	}
	test, _ := c.Split("test")
	audio, _ := test.Array("audio")
	if !cmp.Equal(audio.Lengths, []int{2, 9}) || !cmp.Equal(test.Label(), []float64{0, -1.5}) || test.IDs[1] != "c$_$2" {
		t.Errorf("%v %v %v", audio.Lengths, test.Label(), test.IDs)
	}
	if !Made(c, "d1", Recipe{}) || Made(c, "d2", Recipe{}) || Made(c, "d1", Recipe{NegInf: true}) || Made(s, "d1", Recipe{}) {
		t.Error("Made does not tell the copy from others")
	}
}

// What MMSA's loader does: the values are by hand. Audio of sample 0 is frames
// (1,7) (3,7) (0,0), of length 2; sample 1 is (-inf,7) (0,0) (0,0), of length 9,
// which the array bounds to 3.
func TestRecipe(t *testing.T) {
	s := open(t, write(t, "mmsa.pkl", mmsa()))
	for _, c := range []struct {
		name   string
		recipe Recipe
		want   [][]float32
	}{
		{"-inf becomes 0", Recipe{NegInf: true}, [][]float32{{1, 7, 3, 7, 0, 0}, {0, 7, 0, 0, 0, 0}}},
		{"mean over padding", Recipe{NegInf: true, Pool: PoolPadded}, [][]float32{{4. / 3, 14. / 3}, {0, 7. / 3}}},
		{"mean over frames", Recipe{NegInf: true, Pool: PoolFrames}, [][]float32{{2, 7}, {0, 7. / 3}}},
	} {
		got := copyOf(t, s, c.recipe)
		for i, want := range c.want {
			if diff := cmp.Diff(want, rowOf(t, got, "test", "audio", i)); diff != "" {
				t.Errorf("%s, sample %d (-want +got):\n%s", c.name, i, diff)
			}
		}
		if !slices.Contains(got.Notes, "test: audio: 1 values of -inf became 0") {
			t.Errorf("%s: notes %q", c.name, got.Notes)
		}
		if vision := rowOf(t, got, "test", "vision", 1); c.recipe.Pool != NoPool && vision[0] != 0 || c.recipe.Pool == NoPool && !math.IsNaN(float64(vision[0])) {
			t.Errorf("%s: vision %v", c.name, vision)
		}
	}
}

// Shuffling moves rows of valid and test together, and those of train never.
func TestShuffle(t *testing.T) {
	s := open(t, write(t, "mmsa.pkl", mmsa()))
	moved := false
	for seed := range uint64(8) {
		c := copyOf(t, s, Recipe{Shuffle: &seed})
		train, _ := c.Split("train")
		test, _ := c.Split("test")
		if train.IDs[0] != "a$_$1" {
			t.Error("train was shuffled")
		}
		first := slices.Index(test.IDs, "c$_$1")
		if row := rowOf(t, c, "test", "audio", first); row[0] != 1 || test.Label()[first] != 0 || test.Texts[first] != "it was fine" {
			t.Errorf("seed %d: sample 1 is %v at row %d", seed, row, first)
		}
		moved = moved || first == 1
	}
	if !moved {
		t.Error("no seed of eight moves a row")
	}
}

func TestWriteRefusesProblems(t *testing.T) {
	s := open(t, write(t, "f.pkl", mmsa("raw_text", "", "id", "")))
	err := Write(&bytes.Buffer{}, s, "", Recipe{})
	if err == nil || err.Error() != s.Name+": train: no id" {
		t.Errorf("got %v", err)
	}
}

// FuzzOpen demands an error that names the file, or a set that can be inspected,
// pooled and copied, whatever the bytes.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(mmsa()))
	f.Add([]byte(mmsa("raw_text", "", "vision", pyArray([]int{3, 1, 1}, 1, 2, 3), "id", pyStrs("c$_$1", "c$_$1"))))
	for _, c := range notFeatures() {
		f.Add([]byte(c.in))
	}
	for _, c := range specimens(f) {
		f.Add([]byte(c.in))
	}
	var buf bytes.Buffer
	if err := Write(&buf, open(f, write(f, "mmsa.pkl", mmsa())), "d", Recipe{}); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	path := write(f, "f", "")
	named := func(t *testing.T, err error) {
		if err != nil && !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("an error without the file's name: %v", err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			named(t, err)
			return
		}
		defer s.Close()
		_, err = Inspect(s)
		named(t, err)
		Samples(s, "any")
		for _, p := range s.Splits {
			for _, a := range p.Arrays {
				if a.Tensor.Len() < 1<<16 {
					_, _ = Pooled(a)
				}
			}
		}
		if s.Usable() == nil {
			named(t, Write(&bytes.Buffer{}, s, "d", Recipe{NegInf: true, Pool: PoolFrames}))
		}
	})
}

// A file of which nothing can be copied is refused, and what is left out of another is
// recorded in the copy.
func TestWriteLeavesOut(t *testing.T) {
	s := open(t, write(t, "f.pkl", pyFile(pyDict("a", pyDict("b", "N")))))
	if err := Write(io.Discard, s, "d", Recipe{}); err == nil || !strings.Contains(err.Error(), "there is nothing to write") || hint.Of(err) == "" {
		t.Error(err)
	}
	s = open(t, write(t, "f.pkl", mmsa()))
	if c := copyOf(t, s, Recipe{}); !slices.Contains(c.Notes, "train: not copied: annotations: a list of 2") {
		t.Errorf("notes %q", c.Notes)
	}
}

// A bit flipped in a member that is stored as it is shows when the file is inspected.
func TestFlippedMember(t *testing.T) {
	in := []byte(npzFile(t, "audio", npyFile("(1, 2)", "12345678")))
	in[bytes.Index(in, []byte("12345678"))] ^= 1
	s := open(t, write(t, "f.npz", string(in)))
	if _, err := Inspect(s); err == nil || !strings.Contains(err.Error(), `member "audio.npy" at offset `) || !strings.HasSuffix(err.Error(), "checksum error") {
		t.Error(err)
	}
}
