//go:build hdf5

package features

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/hdf5"

	"uacs/datasets"
	"uacs/internal/mirror"
)

// CSDGroup is a group of a .csd: a video, or a clip; times may be nil.
type CSDGroup struct {
	Name          string
	Width         int
	Values, Times []float64
}

// WriteCSD writes a file as the CMU SDK does, below a root of that name, and returns
// its path. The rows of a group without times have the times 0 to 1.
func WriteCSD(t testing.TB, dir, root string, groups []CSDGroup) string {
	t.Helper()
	name := filepath.Join(dir, root+".csd")
	f, err := hdf5.CreateFile(name, hdf5.F_ACC_TRUNC)
	must(t, err)
	defer f.Close()
	top, err := f.CreateGroup(root)
	must(t, err)
	defer top.Close()
	data, err := top.CreateGroup("data")
	must(t, err)
	defer data.Close()
	for _, c := range groups {
		g, err := data.CreateGroup(c.Name)
		must(t, err)
		rows := len(c.Values) / c.Width
		times := c.Times
		for len(times) < 2*rows {
			times = append(times, float64(len(times)%2))
		}
		csdArray(t, g, "features", []uint{uint(rows), uint(c.Width)}, floatBytes(c.Values), false)
		csdArray(t, g, "intervals", []uint{uint(rows), 2}, floatBytes(times), false)
		must(t, g.Close())
	}
	return name
}

func floatBytes(values []float64) []byte {
	var out []byte
	for _, v := range values {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v)))
	}
	return out
}

// Groups that are clips, as the SDK writes after aligning, and groups that are videos.
func TestJoinOfCSD(t *testing.T) {
	dir := t.TempDir()
	aligned := open(t, WriteCSD(t, dir, "aligned", []CSDGroup{{"a[0]", 1, []float64{1, 2}, nil}, {"a[1]", 1, []float64{3}, nil}}))
	videos := open(t, WriteCSD(t, dir, "videos", []CSDGroup{{"a", 1, []float64{4, 5, 6}, []float64{0, 0.5, 0.5, 1, 1, 2}}}))
	segments := open(t, WriteCSD(t, dir, "labels", []CSDGroup{{"a", 1, []float64{1, -2}, []float64{0, 1, 1, 2}}}))
	s, err := Join([]Stream{{"text", aligned}, {"audio", videos}}, JoinOptions{Dataset: "mosi", Clips: joinClips(), Segments: segments})
	must(t, err)
	text, audio := framesOf(t, s, "text"), framesOf(t, s, "audio")
	if len(text["a_1"]) != 2 || len(text["a_2"]) != 1 || len(audio["a_1"]) != 2 || audio["a_2"][0] != 6 || len(audio["b_1"]) != 0 {
		t.Errorf("text %v, audio %v", text, audio)
	}
}

// The published files of MOSI show that VIDEO[k] is clip k+1: all 2199 labels agree,
// and 1934 texts if each word takes the time of the row before, where the file has
// its words a row late. Labels of the wrong order are refused.
func TestRealCSD(t *testing.T) {
	dir := mirror.Need(t)
	d, err := datasets.Load(os.DirFS(dir), "mosi")
	must(t, err)
	labels := open(t, filepath.Join(dir, "mosi/csd/CMU_MOSI_Labels.csd"))
	words := open(t, filepath.Join(dir, "mosi/csd/CMU_MOSI_ModifiedTimestampedWords.csd"))
	o := JoinOptions{Dataset: "mosi", Clips: d.Samples, Segments: labels}
	s, err := Join([]Stream{{"text", words}}, o)
	must(t, err)
	must(t, s.Usable())
	notesHave(t, s, "segments: 2199 of 2199 are clips", "segments: 2199 of 2199 labels",
		"18214 are in none, 211 in more than one", "2197 of 2199 clips have some",
		"the words of 1 of 2197 clips", "with the words of row n+1 at the times of row n it would be 1934")
	if got := []int{s.Splits[0].Len(), s.Splits[1].Len(), s.Splits[2].Len()}; got[0] != 1284 || got[1] != 229 || got[2] != 686 {
		t.Errorf("%d clips", got)
	}
	// The labels as features, a row for each clip: each is the clip's own label.
	s, err = Join([]Stream{{"audio", labels}}, JoinOptions{Dataset: "mosi", Clips: d.Samples})
	must(t, err)
	frames := framesOf(t, s, "audio")
	for _, c := range d.Samples {
		if x := frames[c.ID]; len(x) != 1 || math.Abs(float64(x[0])-c.Label) > 1e-6 {
			t.Fatalf("a clip of label %v has frames %v", c.Label, x)
		}
	}
	moved := append(d.Samples[1:len(d.Samples):len(d.Samples)], d.Samples[0])
	for i := range moved {
		moved[i].Label = d.Samples[i].Label
	}
	o.Clips = moved
	if _, err := Join([]Stream{{"text", words}}, o); err == nil || !strings.Contains(err.Error(), "labels are not those of mosi") {
		t.Errorf("labels of other clips: %v", err)
	}
}
