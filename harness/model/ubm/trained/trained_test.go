package trained

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"uacs/datasets"
	"uacs/harness/model/ubm"
	"uacs/harness/sample"
	"uacs/internal/mirror"
)

// wordsOnly opens the encoder that needs no file, under any name.
func wordsOnly(context.Context, string) (Encoder, error) {
	return Encoder{Text: NewHashedWords(), Licences: []string{"words: none"}}, nil
}

func smallConfig() ubm.Config {
	c := ubm.Defaults()
	c.Name, c.Title, c.Tier, c.Datasets = "small", "SYNTHETIC small model", "synth", []string{"synth-sims"}
	c.Modalities, c.Encoders, c.Bins = ubm.Modalities, []string{HashedWords}, []float64{-1, -0.5, 0, 0.5, 1}
	c.Hidden, c.Seeds, c.Replicates, c.Optimiser.Epochs, c.Optimiser.Rate = 8, []uint64{1, 2}, 100, 2, 0.005
	return c
}

// A folder is made whole, found again, and made anew when a byte of it or of the config
// is another.
func TestMake(t *testing.T) {
	s := &Source{Encoder: wordsOnly, Dir: t.TempDir()}
	c := smallConfig()
	made := func(wantReused bool) *Result {
		t.Helper()
		r, err := s.Make(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if r.Reused != wantReused || r.Quality[sample.Test] == nil || r.Quality[sample.Test].Clips != 457 {
			t.Fatalf("reused %t, quality %v", r.Reused, r.Quality)
		}
		return r
	}
	first := made(false)
	made(true)
	records, err := os.ReadFile(filepath.Join(first.Dir, PredictionsFile))
	if err != nil {
		t.Fatal(err)
	}
	predictions, _, err := sample.ReadPredictions(bytes.NewReader(records), PredictionsFile)
	if err != nil || len(predictions) != 1368+456+457 {
		t.Fatalf("%d predictions, error %v", len(predictions), err)
	}
	if p := predictions[0]; p.Split != sample.Train || p.Revision != first.Digest || len(p.MemberProbs) != 2 {
		t.Errorf("first prediction %+v", p)
	}
	if err := os.Remove(filepath.Join(first.Dir, HistoryFile)); err != nil {
		t.Fatal(err)
	}
	made(false)
	c.Hidden = 9
	if made(false).Digest == first.Digest {
		t.Error("another width has the same digest")
	}
}

func TestMakeRefuses(t *testing.T) {
	c := smallConfig()
	c.Tier, c.Datasets, c.Modalities = "public", []string{"sims"}, []string{"text"}
	s := &Source{Encoder: wordsOnly, Dir: t.TempDir()}
	if _, err := s.Make(context.Background(), c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without data: %v", err)
	}
	wrong := errors.New("not fetched")
	s.Encoder = func(context.Context, string) (Encoder, error) { return Encoder{}, wrong }
	if _, err := s.Make(context.Background(), smallConfig()); !errors.Is(err, wrong) {
		t.Errorf("without an encoder: %v", err)
	}
	if entries, _ := os.ReadDir(s.Dir); len(entries) != 0 {
		t.Errorf("%d folders were made", len(entries))
	}
}

// Lent clips are of train splits and of videos that the own dataset does not have, and
// clips without a transcript are listed and not learnt from.
func TestLentClips(t *testing.T) {
	fsys := os.DirFS(mirror.Need(t))
	if testing.Short() {
		t.Skip("reads MOSEI")
	}
	c := smallConfig()
	c.Tier, c.Datasets, c.Modalities = "public", []string{"mosi", "mosei"}, []string{"text"}
	s := &Source{Data: fsys, Encoder: wordsOnly}
	all, err := open(&c, fsys)
	if err != nil {
		t.Fatal(err)
	}
	encoders, err := s.encoders(context.Background(), &c)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.data(context.Background(), &c, all, encoders)
	if err != nil {
		t.Fatal(err)
	}
	if d.Valid.N() != 229 || d.Test.N() != 686 || !slices.Equal(d.Train.Datasets[:1284], slices.Repeat([]string{"mosi"}, 1284)) {
		t.Errorf("%d valid, %d test clips", d.Valid.N(), d.Test.N())
	}
	own := map[string]bool{}
	for i := range all[0].clips {
		own[all[0].clips[i].Video] = true
	}
	for i, video := range d.Train.Videos[1284:] {
		if own[video] || d.Train.Datasets[1284+i] != "mosei" {
			t.Fatalf("train clip %d of video %s is lent", 1284+i, video)
		}
	}
	t.Logf("%d clips are lent", d.Train.N()-1284)
	c.Datasets = []string{"mosei"}
	if d, err = s.data(context.Background(), &c, all[1:], encoders); err != nil {
		t.Fatal(err)
	}
	m, err := datasets.Load(fsys, "mosei")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Train.Unreadable) + len(d.Valid.Unreadable) + len(d.Test.Unreadable); n == 0 || n != len(m.Unjoined) {
		t.Errorf("%d unreadable clips, %d without a transcript", n, len(m.Unjoined))
	}
}

// By hand: two words are two counts and one pair, and a repeated word counts ln 3.
func TestHashedWords(t *testing.T) {
	e := NewHashedWords()
	x, stats, err := e.Encode(context.Background(), []string{"Not bad", "", "no, no"})
	if err != nil {
		t.Fatal(err)
	}
	filled := func(row []float32) (n int) {
		for _, v := range row {
			if v != 0 {
				n++
			}
		}
		return n
	}
	if filled(x.Row(0)) != 3 || filled(x.Row(1)) != 0 || filled(x.Row(2)) != 2 || x.Row(2)[place("no")] != 1.0986123 {
		t.Errorf("rows have %d, %d, %d places", filled(x.Row(0)), filled(x.Row(1)), filled(x.Row(2)))
	}
	if stats.Tallies[0].Tokens != 2 || stats.Empty() != 1 {
		t.Errorf("tallies %+v", stats.Tallies)
	}
}
