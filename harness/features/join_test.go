package features

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

// csdLike is a pickle that holds what a .csd does: rows of groups, each of width
// columns, and times where there are some.
func csdLike(t testing.TB, ids []string, width int, values, times []float64) *Set {
	t.Helper()
	pairs := []string{"id", pyStrs(ids...), "features", pyArray([]int{len(ids), width}, values...)}
	if times != nil {
		pairs = append(pairs, "intervals", pyArray([]int{len(ids), 2}, times...))
	}
	return open(t, write(t, "f.pkl", pyFile(pyDict(pairs...))))
}

// joinClips are two clips of video a, one of b, and one of c.
func joinClips() []sample.Sample {
	return []sample.Sample{
		{ID: "a_1", Video: "a", Split: sample.Train, Label: 1, Text: "So, it was"},
		{ID: "a_2", Video: "a", Split: sample.Train, Label: -2, Text: "bad."},
		{ID: "b_1", Video: "b", Split: sample.Valid, Label: 0.5},
		{ID: "c_1", Video: "c", Split: sample.Test, Label: 3},
	}
}

// joinSegments are the labels' sequence of those clips, and of a video of no dataset.
func joinSegments(t testing.TB, labels ...float64) *Set {
	t.Helper()
	return csdLike(t, []string{"a[0]", "a[1]", "b[0]", "c[0]", "x[0]"}, 1, labels, []float64{0, 1, 1, 2, 0, 4, 0, 1, 0, 1})
}

// framesOf are the true frames of each clip by its id.
func framesOf(t testing.TB, s *Set, modality string) map[string][]float32 {
	t.Helper()
	out := map[string][]float32{}
	for _, p := range s.Splits {
		a, ok := p.Array(modality)
		if !ok {
			t.Fatalf("%s: no %s", p.Name, modality)
		}
		row := make([]float32, a.Tensor.Row())
		for i, id := range p.IDs {
			if err := a.Tensor.Read(i, row); err != nil {
				t.Fatal(err)
			}
			out[id] = append([]float32{}, row[:a.Frames(i)*a.Tensor.Shape()[2]]...)
		}
	}
	return out
}

func notesHave(t testing.TB, s *Set, want ...string) {
	t.Helper()
	all := strings.Join(s.Notes, "\n")
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Errorf("no note %q in:\n%s", w, all)
		}
	}
}

// The frames of each clip, by hand, in each of the three layouts.
func TestJoin(t *testing.T) {
	inf := math.Inf(-1)
	for _, c := range []struct {
		name     string
		modality string
		ids      []string
		values   []float64
		times    []float64
		o        JoinOptions
		want     map[string][]float32
		notes    []string
	}{
		{
			"groups are clips", "text",
			[]string{"a[1][0]", "a[1][1]", "c[0][0]", "c[7][0]", "y[0][0]"},
			[]float64{1, 2, 3, 4, 5},
			nil,
			JoinOptions{},
			map[string][]float32{"a_1": {}, "a_2": {1, 2}, "b_1": {}, "c_1": {3}},
			[]string{"text: 2 of 4 segments are no clips of mosi and left out", "text: 2 of 4 clips of mosi have frames, 2 at most"},
		},
		{
			"by time", "vision",
			[]string{"a[0]", "a[1]", "a[2]", "a[3]", "b[0]", "d[0]", "x[0]"},
			[]float64{1, 2, 3, 4, 5, 6, 7},
			// The middles are 0.25, 0.75, 1 (a border, the later's), 2.5 (none), 3.9, any, 0.5.
			[]float64{0, 0.5, 0.5, 1, 0.5, 1.5, 2, 3, 3.8, 4, 0, 1, 0, 1},
			JoinOptions{Segments: joinSegments(t, 1, -2, 0.5, 3, 9)},
			map[string][]float32{"a_1": {1, 2}, "a_2": {3}, "b_1": {5}, "c_1": {}},
			[]string{
				"segments: 4 of 5 are clips of mosi, which has 4", "segments: 4 of 4 labels are those of mosi",
				"vision: 7 rows of 4 videos, cut by the times of the segments: 2 are in none, 0 in more than one",
				"vision: 1 of 4 videos have no segments", "vision: 1 rows are in segments that are no clips of mosi",
			},
		},
		{
			"a row for each clip", "audio",
			[]string{"a[0]", "a[1]", "b[0]", "z[0]"},
			[]float64{1, 2, 3, 4},
			nil,
			JoinOptions{},
			map[string][]float32{"a_1": {1}, "a_2": {2}, "b_1": {3}, "c_1": {}},
			[]string{"1 of 3 videos are none of mosi"},
		},
		{
			"averaged", "audio",
			[]string{"a[0][0]", "a[0][1]", "a[0][2]", "a[0][3]", "a[0][4]", "b[0][0]"},
			[]float64{1, 3, 5, 7, inf, 9},
			nil,
			JoinOptions{Frames: 2, NegInf: true},
			map[string][]float32{"a_1": {2, 4}, "a_2": {}, "b_1": {9}, "c_1": {}},
			[]string{"audio: 1 values of -inf became 0", "audio: clips of more than 2 frames became 2", "audio: 2 of 4 clips of mosi have frames, 5 at most"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Dataset, c.o.Clips = "mosi", joinClips()
			s, err := Join([]Stream{{c.modality, csdLike(t, c.ids, 1, c.values, c.times)}}, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Usable(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(c.want, framesOf(t, s, c.modality)); diff != "" {
				t.Error(diff)
			}
			notesHave(t, s, c.notes...)
			if s.Splits[0].Label()[1] != -2 || s.Splits[2].IDs[0] != "c_1" {
				t.Errorf("labels %v, ids %v", s.Splits[0].Labels, s.Splits[2].IDs)
			}
		})
	}
}

// Whatever the times, a clip has the rows whose middles are in its segment, in order.
func TestJoinByTime(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		quarter := rapid.Custom(func(r *rapid.T) float64 { return float64(rapid.IntRange(0, 12).Draw(r, "quarters")) / 4 })
		times := rapid.SliceOfN(quarter, 2, 40).Draw(r, "times")
		times = times[:len(times)/2*2]
		cuts := rapid.SliceOfN(quarter, 4, 4).Draw(r, "cuts")
		var ids []string
		var values []float64
		want := map[string][]float32{"a_1": {}, "a_2": {}, "b_1": {}, "c_1": {}}
		for i := range len(times) / 2 {
			ids, values = append(ids, fmt.Sprintf("a[%d]", i)), append(values, float64(i))
			for k, id := range []string{"a_1", "a_2"} {
				if m := (times[2*i] + times[2*i+1]) / 2; m >= cuts[2*k] && m < cuts[2*k+1] {
					want[id] = append(want[id], float32(i))
				}
			}
		}
		segments := csdLike(t, []string{"a[0]", "a[1]"}, 1, []float64{1, -2}, cuts)
		s, err := Join([]Stream{{"audio", csdLike(t, ids, 1, values, times)}}, JoinOptions{Dataset: "mosi", Clips: joinClips(), Segments: segments})
		if len(want["a_1"])+len(want["a_2"]) == 0 {
			if err == nil {
				r.Error("no row is in a segment, and that is no error")
			}
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, framesOf(t, s, "audio")); diff != "" {
			r.Error(diff)
		}
	})
}

// A copy of what was joined holds the same, and knows by what it was made.
func TestJoinedCopy(t *testing.T) {
	joined := func(frames int) *Set {
		o := JoinOptions{Dataset: "mosi", Clips: joinClips(), Frames: frames}
		text := csdLike(t, []string{"a[0][0]", "a[0][1]", "b[0][0]"}, 2, []float64{1, 2, 3, 4, 5, 6}, nil)
		s, err := Join([]Stream{{"text", text}, {"audio", csdLike(t, []string{"c[0][0]"}, 1, []float64{7}, nil)}}, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := joined(0)
	digest, err := s.Digest()
	if err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer
	if err := Write(&data, s, digest, Recipe{}); err != nil {
		t.Fatal(err)
	}
	again := open(t, write(t, "f.safetensors", data.String()))
	if !Made(again, digest, Recipe{}) {
		t.Errorf("metadata %v", again.Metadata)
	}
	for _, modality := range []string{"text", "audio"} {
		if diff := cmp.Diff(framesOf(t, s, modality), framesOf(t, again, modality)); diff != "" {
			t.Error(diff)
		}
	}
	if other, _ := joined(1).Digest(); other == digest {
		t.Error("another number of frames has the same digest")
	}
	if same, _ := joined(0).Digest(); same != digest {
		t.Error("the same has another digest")
	}
	if err := s.Close(); err != nil || s.Size() == 0 {
		t.Errorf("size %d, close %v", s.Size(), err)
	}
}

// Words become texts; those of a file that has them a row late are said to be.
func TestJoinWords(t *testing.T) {
	words := func(all ...string) *Set {
		data := pyFile(pyDict("id", pyStrs("a[0]", "a[1]", "a[2]", "a[3]", "a[4]"), "raw_text", pyStrs(all...),
			"intervals", pyArray([]int{5, 2}, 0, 0.2, 0.2, 0.4, 0.4, 0.6, 0.6, 1, 1, 2)))
		return open(t, write(t, "f.pkl", data))
	}
	o := JoinOptions{Dataset: "mosi", Clips: joinClips(), Segments: joinSegments(t, 1, -2, 0.5, 3, 9)}
	s, err := Join([]Stream{{"text", words("so", "it", "sp", "was", "bad")}}, o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"so it was", "bad"}, s.Splits[0].Texts); diff != "" {
		t.Error(diff)
	}
	notesHave(t, s, "2 of 4 clips have some, and 1 pauses (sp)", "the words of 2 of 2 clips are the text of mosi")
	if s, err = Join([]Stream{{"text", words("before", "so", "it", "sp", "was")}}, o); err != nil {
		t.Fatal(err)
	}
	notesHave(t, s, "the words of 0 of 2 clips", "with the words of row n+1 at the times of row n it would be 1")
	if _, err := Join([]Stream{{"audio", words("so", "it", "sp", "was", "bad")}}, o); err == nil || !strings.Contains(err.Error(), "audio is words, not numbers") {
		t.Error(err)
	}
}

func TestJoinRefuses(t *testing.T) {
	ok := func() *Set { return csdLike(t, []string{"a[0][0]"}, 1, []float64{1}, nil) }
	npz := open(t, write(t, "f.csv", "id,a\nx_1,1\n"))
	nan := joinClips()
	nan[1].Label = math.NaN()
	var long []string
	for k := range 3 {
		long = append(long, fmt.Sprintf("a[%d]", k))
	}
	for _, c := range []struct {
		name, want, hint string
		set              *Set
		o                JoinOptions
	}{
		{"no segment ids", `id "x_1" is not that of row 0 of a video`, "", npz, JoinOptions{}},
		{"no ids", "no ids such as VIDEO[0]", "other files train as they are", open(t, write(t, "f.csv", "a,b\n1,2\n")), JoinOptions{}},
		{"an id twice", `id "a[0]" is also that of`, "", csdLike(t, []string{"a[0]", "a[0]"}, 1, []float64{1, 2}, nil), JoinOptions{}},
		{"a row left out", `id "a[2]" is not that of row 1`, "", csdLike(t, []string{"a[0]", "a[2]"}, 1, []float64{1, 2}, nil), JoinOptions{}},
		{"clips and videos", "1 of 2 groups are clips", "", csdLike(t, []string{"a[0][0]", "b[0]"}, 1, []float64{1, 2}, nil), JoinOptions{}},
		{"of no clip", `the first of 1 names is "y[0]"`, "uacs data show mosi", csdLike(t, []string{"y[0][0]"}, 1, []float64{1}, nil), JoinOptions{}},
		{"frames of a video", `video "a" has 3 rows, and 2 clips in mosi`, "--segments", csdLike(t, long, 1, []float64{1, 2, 3}, nil), JoinOptions{}},
		{"another dataset", "nothing shows that VIDEO[k] is clip k+1 of a video of sims", "--segments", ok(), JoinOptions{Dataset: "sims"}},
		{"segments in another order", "2 of 4 labels are not those of mosi", "", ok(), JoinOptions{Segments: joinSegments(t, -2, 1, 0.5, 3, 9)}},
		{"segments of another dataset", "none of its 2 segments is a clip of mosi", "", ok(), JoinOptions{Segments: csdLike(t, []string{"y[0]", "y[1]"}, 1, []float64{1, 2}, []float64{0, 1, 1, 2})}},
		{"segments without times", "no times of the segments", "", ok(), JoinOptions{Segments: ok()}},
		{"rows without times", "no times of its rows", "", csdLike(t, []string{"a[0]"}, 1, []float64{1}, nil), JoinOptions{Segments: joinSegments(t, 1, -2, 0.5, 3, 9)}},
		{"labels absent", "train: label: row 1 is NaN", "", ok(), JoinOptions{Clips: nan}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.o.Dataset == "" {
				c.o.Dataset = "mosi"
			}
			if c.o.Clips == nil {
				c.o.Clips = joinClips()
			}
			s, err := Join([]Stream{{"text", c.set}}, c.o)
			if err == nil {
				err = s.Usable()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(hint.Of(err), c.hint) {
				t.Errorf("error %v, hint %q; want %q and %q", err, hint.Of(err), c.want, c.hint)
			}
		})
	}
}

// A modality that would not fit into memory is refused before it is read.
func TestJoinBounded(t *testing.T) {
	clips := make([]sample.Sample, 1<<16)
	for i := range clips {
		id := fmt.Sprintf("v%d", i)
		clips[i] = sample.Sample{ID: id + "_1", Video: id, Split: sample.Train}
	}
	ids := make([]string, 5000)
	for i := range ids {
		ids[i] = fmt.Sprintf("v0[0][%d]", i)
	}
	_, err := Join([]Stream{{"text", csdLike(t, ids, 1, make([]float64, len(ids)), nil)}}, JoinOptions{Dataset: "mosi", Clips: clips})
	if err == nil || !strings.Contains(err.Error(), "take 1310720000 bytes") || !strings.Contains(hint.Of(err), "--frames 50") {
		t.Errorf("error %v, hint %q", err, hint.Of(err))
	}
}

// Columns named after a modality are its features; a row without any number of it
// lacks it.
func TestTableModalities(t *testing.T) {
	const rows = "id,split,label,text_0,text_1,audio.mfcc1,acoustic_f0,visual3,textual,audio_lengths,b\n" +
		"v_1,train,1,1,2,3,4,5,6,7,8\nv_2,train,-1,,,,9,0.5,1,1,1\nv_3,test,0.5,1,,2,3,,1,1,2\n"
	s := open(t, write(t, "f.csv", rows))
	if want := "train 2: text[2 2] audio[2 2] vision[2 1] columns[2 3] label[2] ids; test 1: text[1 2] audio[1 2] vision[1 1] columns[1 3] label[1] ids"; outline(s) != want {
		t.Errorf("%s\nwant %s", outline(s), want)
	}
	if diff := cmp.Diff([]string{"train: 1 of 2 rows have no text", "test: 1 of 1 rows have no vision"}, s.Notes); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		split, modality string
		row             int
		want            []float32
	}{
		{"train", "text", 1, []float32{0, 0}},
		{"train", "audio", 0, []float32{3, 4}},
		{"train", "audio", 1, []float32{float32(math.NaN()), 9}},
	} {
		p, _ := s.Split(c.split)
		a, _ := p.Array(c.modality)
		got := make([]float32, a.Tensor.Row())
		if err := a.Tensor.Read(c.row, got); err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s %s row %d: %v, %v; want %v", c.split, c.modality, c.row, got, err, c.want)
		}
	}
}
