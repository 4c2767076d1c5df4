package leak

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/sample"
)

func clip(id string, split sample.Split, label float64, text string) sample.Sample {
	video, number, _ := strings.Cut(id, "_")
	return sample.Sample{ID: id, Video: video, Clip: number, Split: split, Label: label, Text: text}
}

// The outcome of each case is by hand.
func TestVideosTextsBalance(t *testing.T) {
	clips := []sample.Sample{
		clip("a_1", sample.Train, 1, "the film was much better than I thought it would be"),
		clip("a_2", sample.Train, 2, "so good"),
		clip("b_1", sample.Train, -1, "他的新电影真的很好看"),
		clip("b_2", sample.Valid, 0, "nobody should pay for a ticket to see this"),
		clip("c_1", sample.Test, -1, "The film was much better, than I thought it would be!"),
		clip("a_3", sample.Test, -2, "so good"),
		clip("d_1", sample.Test, 1, "他的新电影真的很好看。"),
		clip("d_2", sample.Test, math.NaN(), "the film was much worse than anybody thought it could be"),
	}
	got := append(append(Videos(clips), Texts(clips)...), Balance(clips)...)
	want := []Row{
		{"videos", "train-valid", "1 shared", 1, true, "speakers of 1 of the 1 videos of valid are known from train"},
		{"videos", "train-test", "1 shared", 3, true, "speakers of 1 of the 3 videos of test are known from train"},
		{"videos", "valid-test", "0 shared", 3, false, ""},
		{"texts", "train-valid", "0 alike", 1, false, ""},
		{"texts", "train-test", "2 alike", 3, true, "first: c_1 is like a_1"},
		{"texts", "valid-test", "0 alike", 3, false, ""},
		{"balance", "train", "-1 0:0 +2", 3, false, ""},
		{"balance", "valid", "-0 0:1 +0", 1, false, ""},
		{"balance", "test", "-2 0:0 +1", 3, false, ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := Flagged(got); n != 3 {
		t.Errorf("%d flagged", n)
	}
}

// 40 of 100 positive in train and 12 of 20 in test are 1.66 standard errors
// apart, 13 of 20 are 2.1.
func TestBalanceFlip(t *testing.T) {
	for positive, want := range map[int]bool{12: false, 13: true} {
		var clips []sample.Sample
		add := func(split sample.Split, n int, label float64) {
			for range n {
				clips = append(clips, clip("a_1", split, label, ""))
			}
		}
		add(sample.Train, 40, 1)
		add(sample.Train, 60, -1)
		add(sample.Test, positive, 1)
		add(sample.Test, 20-positive, -1)
		rows := Balance(clips)
		if rows[1].Flag != want || want && rows[1].Note != "the majority is positive, in train it is negative" {
			t.Errorf("%d of 20: %+v", positive, rows[1])
		}
	}
}

func TestLabels(t *testing.T) {
	a := []sample.Sample{clip("a_1", sample.Train, 1, ""), clip("a_2", sample.Test, -0.5, ""), clip("a_3", sample.Test, 0, ""), clip("x_1", sample.Test, 0, "")}
	b := []sample.Sample{clip("a_1", sample.Train, 1+1e-7, ""), clip("a_2", sample.Valid, 0.5, ""), clip("a_3", sample.Test, math.NaN(), "")}
	want := []Row{
		{"labels", "labels differ", "2", 3, true, "first: a_2"},
		{"labels", "signs differ", "2", 3, true, "first: a_2"},
		{"labels", "in another split", "1", 3, true, "first: a_2"},
		{"labels", "only in the first", "1", 4, false, ""},
		{"labels", "only in the second", "0", 3, false, ""},
	}
	if diff := cmp.Diff(want, Labels(a, b)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The search by rare shingles finds what comparing each pair finds.
func TestTextsFindsEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d e f")), 6, 14)
		var clips []sample.Sample
		for i := range rapid.IntRange(2, 30).Draw(t, "n") {
			split := rapid.SampledFrom(splits).Draw(t, "split")
			text := words.Draw(t, "text")
			clips = append(clips, clip(fmt.Sprintf("v_%d", i), split, 0, strings.Join(text, " ")))
			if rapid.Bool().Draw(t, "twin") {
				clips = append(clips, clip(fmt.Sprintf("w_%d", i), sample.Test, 0, strings.Join(append(text, "g"), " ")))
			}
		}
		for _, r := range Texts(clips) {
			first, second, _ := strings.Cut(r.Where, "-")
			want := 0
			for i := range clips {
				for k := range clips {
					if clips[i].Split == sample.Split(second) && clips[k].Split == sample.Split(first) &&
						jaccard(shingles(clips[i].Text), shingles(clips[k].Text)) >= alike {
						want++
						break
					}
				}
			}
			if got := fmt.Sprintf("%d alike", want); got != r.Value {
				t.Fatalf("%s: %s, comparing each pair finds %s", r.Where, r.Value, got)
			}
		}
	})
}

// made is a set of clips whose label is half signal and half noise, and eight
// columns: signal, seven of noise. leaking makes the eighth the label itself
// outside train.
func made(leaking bool) ([]sample.Sample, [][]float32) {
	rng := rand.New(rand.NewPCG(1, 2))
	var clips []sample.Sample
	var rows [][]float32
	for i := range 1000 {
		split := []sample.Split{sample.Train, sample.Train, sample.Train, sample.Valid, sample.Test}[i%5]
		row := make([]float32, 8)
		for k := range row {
			row[k] = float32(rng.NormFloat64())
		}
		label := float64(row[0]) + rng.NormFloat64()
		if leaking && (split != sample.Train || i%3 == 0) {
			row[7] = float32(label)
		}
		clips = append(clips, clip(fmt.Sprintf("v%d_%d", i/10, i%10), split, label, ""))
		rows = append(rows, row)
	}
	return clips, rows
}

func TestProbe(t *testing.T) {
	for _, leaking := range []bool{false, true} {
		clips, rows := made(leaking)
		got, err := Probe("made", clips, rows, ProbeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if (Flagged(got) > 0) != leaking {
			t.Errorf("leaking %v:\n%s", leaking, Table(got))
		}
	}
}

// NaN and infinities count as 0, rows without features are left out, constant
// columns do no harm.
func TestProbeOfOddRows(t *testing.T) {
	clips, rows := made(false)
	inf := float32(math.Inf(-1))
	for i := range rows {
		rows[i][3] = 7
		rows[i][4] = inf
		rows[i][5] = float32(math.NaN())
	}
	rows[0] = nil
	clips[1].Label = math.NaN()
	got, err := Probe("odd", clips, rows, ProbeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].N != 598 || strings.Contains(Table(got), "NaN") {
		t.Errorf("\n%s", Table(got))
	}
	for _, c := range []struct {
		name  string
		clips []sample.Sample
		rows  [][]float32
		want  string
	}{
		{"fewer rows", clips, rows[1:], "probe of x: 1000 clips, 999 rows of features"},
		{"none", clips, make([][]float32, len(clips)), "probe of x: 0 clips of train and 0 of test have features"},
		{"no clips", nil, nil, "probe of x: 0 clips of train and 0 of test have features"},
		{"ragged", clips[1:4], [][]float32{nil, {1}, {1, 2}}, "probe of x: clip v0_3 has 2 features, others have 1"},
	} {
		if _, err := Probe("x", c.clips, c.rows, ProbeOptions{}); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// Weights by hand: one column of variance 1, y = 2z + 1 over four clips: w =
// X'y/(n + penalty) = 8/(4+4).
func TestRidge(t *testing.T) {
	m, err := newGram(design{x: [][]float64{{-1}, {1}, {-1}, {1}}, y: []float64{-1, 3, -1, 3}}).solve(4)
	if err != nil || math.Abs(m.predict([]float64{1})-2) > 1e-15 || math.Abs(m.predict([]float64{-1})) > 1e-15 {
		t.Errorf("%v, %v", m, err)
	}
}

func TestTable(t *testing.T) {
	want := `   check   where       value     n   note
!  videos  train-test  1 shared  12  because
   probe   text        acc2 0.7  3
`
	got := Table([]Row{{"videos", "train-test", "1 shared", 12, true, "because"}, {"probe", "text", "acc2 0.7", 3, false, ""}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
