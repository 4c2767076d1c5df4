package pickle

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/mirror"
)

func readReal(t testing.TB, name string) any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(mirror.Need(t), name))
	if err != nil {
		t.Fatal(err)
	}
	v, err := Unmarshal(data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// The same arrays, with the videos in another order, written by Python 2
// (protocol 2, raw bytes as str) and by Python 3 (protocol 4): train and test
// features and one-hot labels, their sizes, a maximum length, and masks. Shapes
// and the counts of videos are those numpy reports.
func TestContextualUtterancePickles(t *testing.T) {
	for _, name := range []string{"mosi/sclstm/input/audio.pickle", "mosi/declare-lab-cmf/audio.pickle"} {
		parts := readReal(t, name).(Tuple)
		var shapes [][]int
		for _, part := range parts {
			switch part := part.(type) {
			case *Array:
				shapes = append(shapes, part.Shape)
			case List:
				shapes = append(shapes, []int{len(part)})
			}
		}
		want := [][]int{{62, 63, 73}, {62, 63}, {31, 63, 73}, {31, 63}, {62}, {31}}
		if diff := cmp.Diff(want, shapes); len(parts) != 7 || diff != "" {
			t.Errorf("%s: %d parts (-want +got):\n%s", name, len(parts), diff)
		}
	}
}

// Four dicts keyed by video and the three sets of videos of the standard split.
func TestGCNetPickle(t *testing.T) {
	parts := readReal(t, "mosi/gcnet/CMUMOSI_features_raw_2way.pkl").(List)
	var dicts, sets []int
	for _, part := range parts {
		switch part := part.(type) {
		case *Dict:
			dicts = append(dicts, part.Len())
		case Set:
			sets = append(sets, len(part))
		}
	}
	if diff := cmp.Diff([]int{93, 93, 93, 93}, dicts); diff != "" {
		t.Errorf("dicts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{52, 10, 31}, sets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
	clips := 0
	for _, ids := range parts[0].(*Dict).All() {
		clips += len(ids.(List))
	}
	if clips != 2199 {
		t.Errorf("%d clips, want 2199", clips)
	}
}

// Dicts of numpy float64 scalars; counts of clips and of negative start times as
// pandas finds them.
func TestUMONSPickles(t *testing.T) {
	for _, c := range []struct {
		name            string
		clips, negative int
	}{
		{"mosei/umons/d_valid.pkl", 1871, 15},
		{"mosei/umons/d_test.pkl", 4662, 46},
	} {
		d := readReal(t, c.name).(*Dict)
		negative := 0
		for _, row := range d.All() {
			if row.(List)[1].(float64) < 0 {
				negative++
			}
		}
		if d.Len() != c.clips || negative != c.negative {
			t.Errorf("%s: %d clips, %d start before 0; want %d and %d", c.name, d.Len(), negative, c.clips, c.negative)
		}
	}
}

// Written by numpy 2, whose modules have other names; 195 values are -inf.
func TestJugalPickle(t *testing.T) {
	d := readReal(t, "mosei/jugal/val_data.pkl").(*Dict)
	v, ok := d.Get("acoustic")
	if !ok {
		t.Fatal("no acoustic")
	}
	values, err := v.(*Array).Float64s()
	if err != nil {
		t.Fatal(err)
	}
	infinite := 0
	for _, x := range values {
		if math.IsInf(x, -1) {
			infinite++
		}
	}
	if n := v.(*Array).Shape[0]; n != 264 || infinite != 195 {
		t.Errorf("%d rows, %d -inf; want 264 and 195", n, infinite)
	}
}

// A real file cut short anywhere is an error.
func TestPrefixesOfARealFile(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(mirror.Need(t), "mosei/umons/d_valid.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 997 {
		if _, err := Unmarshal(data[:n]); err == nil {
			t.Errorf("the first %d bytes give a value", n)
		}
	}
}

func BenchmarkUnmarshalUMONS(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(mirror.Need(b), "mosei/umons/d_test.pkl"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Unmarshal(data); err != nil {
			b.Fatal(err)
		}
	}
}

// Opening a file of arrays touches no array.
func BenchmarkUnmarshalArrays(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(mirror.Need(b), "mosi/declare-lab-cmf/audio.pickle"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Unmarshal(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFloat64s(b *testing.B) {
	a, err := NewArray("<f4", []int{1 << 16, 64}, false, make([]byte, 4<<22))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(4 << 22)
	for b.Loop() {
		if _, err := a.Float64s(); err != nil {
			b.Fatal(err)
		}
	}
}
