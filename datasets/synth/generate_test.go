package synth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// defaults are the two configs of the tables, by name.
var defaults = map[string]Config{"synth-mosi": MOSI(), "synth-sims": SIMS()}

func generate(t testing.TB, c Config) *Set {
	t.Helper()
	s, err := Generate(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// eachDefault runs f as a subtest on the two default sets.
func eachDefault(t *testing.T, f func(t *testing.T, c Config, s *Set)) {
	for _, name := range slices.Sorted(maps.Keys(defaults)) {
		t.Run(name, func(t *testing.T) { f(t, defaults[name], generate(t, defaults[name])) })
	}
}

// encode returns all of s as bytes. JSON has no NaN, so labels go through fmt.
func encode(t *testing.T, s *Set) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, s.Title)
	for _, x := range s.Samples {
		fmt.Fprintf(&b, "%+v\n", x)
	}
	for _, v := range []any{s.Features, s.Small, s.Large, s.Second} {
		if err := json.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestSameSeedSameBytes(t *testing.T) {
	eachDefault(t, func(t *testing.T, c Config, s *Set) {
		first := encode(t, s)
		if !bytes.Equal(first, encode(t, generate(t, c))) {
			t.Error("two sets of one config differ")
		}
		c.Seed++
		other := generate(t, c)
		if bytes.Equal(first, encode(t, other)) {
			t.Error("another seed gives the same bytes")
		}
		same := 0
		for i := range s.Samples {
			if s.Samples[i].Text == other.Samples[i].Text {
				same++
			}
		}
		if same > len(s.Samples)/100 {
			t.Errorf("another seed gives the same text at %d of %d places", same, len(s.Samples))
		}
	})
}

// The published split sizes (CMU-MOSI 1284/229/686, CH-SIMS 1368/456/457), in
// order, with labels on the grid and ids as in the real sets.
func TestSizesGridAndIDs(t *testing.T) {
	eachDefault(t, func(t *testing.T, c Config, s *Set) {
		counts := map[sample.Split]int{}
		grid, _ := labelGrid(c.Grid)
		seen := map[string]bool{}
		for _, x := range s.Samples {
			counts[x.Split]++
			if !slices.Contains(grid, x.Label) {
				t.Fatalf("%s: label %v is not on the grid", x.ID, x.Label)
			}
			if seen[x.ID] || x.ID != x.Video+"_"+x.Clip || x.Dataset != c.Name {
				t.Fatalf("id %q twice or malformed: %+v", x.ID, x)
			}
			seen[x.ID] = true
		}
		want := map[sample.Split]int{sample.Train: c.Clips.Train, sample.Valid: c.Clips.Valid, sample.Test: c.Clips.Test}
		if !maps.Equal(counts, want) {
			t.Errorf("split sizes %v, want %v", counts, want)
		}
		if !slices.IsSortedFunc(s.Samples, func(a, b sample.Sample) int {
			return slices.Index(sample.Splits, a.Split) - slices.Index(sample.Splits, b.Split)
		}) {
			t.Error("splits are not in order")
		}
		if !strings.Contains(s.Title, "SYNTHETIC") {
			t.Errorf("title %q does not say SYNTHETIC", s.Title)
		}
	})
	if a, b := MOSI().Clips, SIMS().Clips; a != (Sizes{1284, 229, 686}) || b != (Sizes{1368, 456, 457}) {
		t.Errorf("default sizes %v and %v", a, b)
	}
	mosi, _ := labelGrid(GridMOSI)
	sims, _ := labelGrid(GridSIMS)
	if len(mosi) != 31 || mosi[0] != -3 || mosi[16] != 0.2 || mosi[30] != 3 {
		t.Errorf("MOSI grid %v", mosi)
	}
	if want := []float64{-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1}; !slices.Equal(sims, want) {
		t.Errorf("SIMS grid %v", sims)
	}
}

func TestVideosPerSplit(t *testing.T) {
	eachDefault(t, func(t *testing.T, c Config, s *Set) {
		splits := map[string]map[sample.Split]int{}
		for _, x := range s.Samples {
			if splits[x.Video] == nil {
				splits[x.Video] = map[sample.Split]int{}
			}
			splits[x.Video][x.Split]++
		}
		want, wantVideos := 1, c.Videos.Train+c.Videos.Valid+c.Videos.Test
		if c.SharedVideos {
			want, wantVideos = 3, c.Videos.Train
		}
		if len(splits) != wantVideos {
			t.Errorf("%d videos, want %d", len(splits), wantVideos)
		}
		sizes := map[int]bool{}
		for video, in := range splits {
			if len(in) != want {
				t.Errorf("%s has clips in %d splits, want %d", video, len(in), want)
			}
			sizes[in[sample.Train]] = true
		}
		if len(sizes) < 5 {
			t.Errorf("videos have only %d different sizes", len(sizes))
		}
		truths := map[string]Truth{}
		for i, x := range s.Samples {
			now := s.Features.Truth[i]
			if first, ok := truths[x.Video]; ok && (first.Mood != now.Mood || first.Noisy != now.Noisy) {
				t.Fatalf("%s changes its latents", x.Video)
			}
			truths[x.Video] = now
		}
	})
}

// The features and the text carry the cues and the class without loss: else the
// posterior given the cues were not that given the clip.
func TestCuesAndClassesCanBeReadBack(t *testing.T) {
	eachDefault(t, func(t *testing.T, c Config, s *Set) {
		for i, x := range s.Samples {
			truth := s.Features.Truth[i]
			for _, f := range []struct {
				name   string
				vector []float32
				want   Cue
			}{{"audio", s.Features.Audio[i], truth.Audio}, {"vision", s.Features.Vision[i], truth.Vision}} {
				if got, err := ReadCue(f.vector); err != nil || got != f.want {
					t.Fatalf("%s %s: cue %v, %v; want %v", x.ID, f.name, got, err, f.want)
				}
			}
			for _, r := range []struct {
				text string
				l    Language
			}{{x.Text, c.Language}, {x.TextEN, English}} {
				if got, err := ReadText(r.text, r.l); err != nil || got != truth.Text {
					t.Fatalf("%q: class %v, %v; want %v", r.text, got, err, truth.Text)
				}
			}
		}
	})
}

func TestReadCueRejects(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name string
		in   []float32
	}{{"nothing", nil}, {"wrong length", make([]float32, 6)}, {"not finite", []float32{nan, nan, nan, nan, nan}}} {
		if cue, err := ReadCue(c.in); err == nil {
			t.Errorf("%s: read as %v", c.name, cue)
		}
	}
}

// Each record is valid, about its own sample, and what it should be.
func TestRecords(t *testing.T) {
	eachDefault(t, func(t *testing.T, c Config, s *Set) {
		refused, lapsed, keys := 0, 0, map[sample.Key]bool{}
		for i, x := range s.Samples {
			small, large, second := &s.Small[i], &s.Large[i], &s.Second[i]
			for _, p := range []*sample.Prediction{small, large, second} {
				if err := p.Validate(); err != nil {
					t.Fatalf("%s %s: %v", x.ID, p.Model, err)
				}
				if p.ID != x.ID || p.Split != x.Split || p.Dataset != c.Name || keys[p.Key()] || !strings.HasPrefix(p.Model, "synth-") {
					t.Fatalf("%s: record %+v", x.ID, p)
				}
				keys[p.Key()] = true
				if p.OK() {
					checkAnswer(t, p)
				}
			}
			if small.Round != 1 || large.Round != 1 || second.Round != 2 || !slices.Equal(small.Modalities, []string{"text"}) {
				t.Fatalf("%s: rounds %d %d %d", x.ID, small.Round, large.Round, second.Round)
			}
			truth := s.Features.Truth[i]
			if large.OK() == truth.Refused || second.OK() != large.OK() || !small.OK() {
				t.Fatalf("%s: refused %v, large error %q", x.ID, truth.Refused, large.Error)
			}
			if truth.Refused {
				refused++
			} else if n := voters(large.Votes); n != voteCount {
				t.Fatalf("%s: %d votes", x.ID, n)
			}
			if truth.Lapse != Attentive {
				lapsed++
			}
		}
		if refused == 0 || lapsed == 0 {
			t.Errorf("%d refusals and %d lapses", refused, lapsed)
		}
	})
}

// checkAnswer holds that the fields of p tell one story and sum to one closely.
func checkAnswer(t *testing.T, p *sample.Prediction) {
	t.Helper()
	mean := 0.0
	for i, q := range p.Probs {
		mean += q * p.Bins[i]
	}
	if sum := detsum.Sum(p.Probs); math.Abs(sum-1) > 1e-12 || math.Abs(mean-*p.Score) > 1e-12 {
		t.Fatalf("%s %s: sum %v, mean %v, score %v", p.ID, p.Model, sum, mean, *p.Score)
	}
	if word, ok := sample.ParsePolarity(p.Label); !ok || word != sample.PolarityOf(*p.Score) {
		t.Fatalf("%s %s: label %q for score %v", p.ID, p.Model, p.Label, *p.Score)
	}
}

func voters(votes map[string]int) int {
	return votes["negative"] + votes["neutral"] + votes["positive"]
}

// SIMS has labels by modality; MOSI has none.
func TestModalityLabels(t *testing.T) {
	for i, x := range generate(t, MOSI()).Samples {
		if !math.IsNaN(x.LabelT) || !math.IsNaN(x.LabelA) || !math.IsNaN(x.LabelV) {
			t.Fatalf("clip %d of synth-mosi has a label by modality", i)
		}
	}
	grid, _ := labelGrid(GridSIMS)
	for _, x := range generate(t, SIMS()).Samples {
		for _, y := range []float64{x.LabelT, x.LabelA, x.LabelV} {
			if !slices.Contains(grid, y) {
				t.Fatalf("%s: %v is not on the grid", x.ID, y)
			}
		}
	}
}

// Changing one record must not change another: no two share memory.
func TestRecordsShareNoMemory(t *testing.T) {
	s := generate(t, SIMS())
	for i := range s.Small {
		s.Small[i].Probs[0], s.Small[i].Bins[0] = 2, -9
		*s.Small[i].Score = 99
	}
	for i := range s.Large {
		if s.Large[i].OK() && (s.Large[i].Probs[0] == 2 || s.Large[i].Bins[0] == -9 || *s.Large[i].Score == 99) {
			t.Fatalf("record %d is changed", i)
		}
	}
	if again := generate(t, SIMS()); again.Small[0].Probs[0] == 2 || again.Small[0].Bins[0] == -9 {
		t.Error("a new set is changed")
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, err := Generate(MOSI()); err != nil {
			b.Fatal(err)
		}
	}
}
