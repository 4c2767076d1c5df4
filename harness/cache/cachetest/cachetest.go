// Package cachetest is the conformance test of cache stores. [Run] checks what
// [cache.Store] promises; every store's own test calls it.
package cachetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/cache"
	"uacs/harness/sample"
)

// Entry returns an invented entry: i picks the request and salt the answer to
// it. Every seventh salt is a failed answer.
func Entry(i, salt int) cache.Entry {
	rng := rand.New(rand.NewPCG(uint64(i), uint64(salt)))
	r := cache.Request{
		DatasetSHA256: cache.Digest("dataset"), ID: fmt.Sprintf("video_%d", i), Model: "invented", Revision: "r1",
		WeightsSHA256: cache.Digest("weights"), PromptSHA256: cache.Digest(fmt.Sprint("prompt ", i)), Round: 1 + i%2,
		Modalities: []string{"video", "text"},
		Params:     map[string]string{"temperature": cache.Param(0.7), "seed": cache.Param(i)},
	}
	score, latency := 6*rng.Float64()-3, 1000*rng.Float64()
	in, out := 900+i%50, 20+salt%20
	p := sample.Prediction{
		Dataset: "synth-mosi", Split: sample.Test, ID: r.ID, Model: r.Model, Revision: r.Revision, Round: r.Round,
		PromptSHA256: r.PromptSHA256, Modalities: []string{"text", "video"},
		TokensIn: &in, TokensOut: &out, LatencyMS: &latency,
	}
	if salt%7 == 6 {
		p.Error = fmt.Sprintf("refused %d <&>", salt)
	} else {
		p.Score = &score
		for range 30 {
			p.TokenLogprobs = append(p.TokenLogprobs, -5*rng.Float64())
		}
		p.Raw = fmt.Sprintf("the clip is number %d “quoted” \u2028 <b>", salt)
	}
	e, err := cache.NewEntry(r, p)
	if err != nil {
		panic("cachetest: " + err.Error())
	}
	return e
}

// All returns the entries of a store in the order of its Scan.
func All(t rapid.TB, s cache.Store) (all []cache.Entry) {
	t.Helper()
	if err := s.Scan(context.Background(), func(e cache.Entry) error { all = append(all, e); return nil }); err != nil {
		t.Fatalf("Scan: %v", err)
	}
	return all
}

// Run checks a store. open opens the store named name, empty at first; a store
// opened again under its name, after Close, has what it had.
func Run(t *testing.T, open func(name string) (cache.Store, error)) {
	names := 0
	fresh := func(t rapid.TB) (cache.Store, string) {
		t.Helper()
		names++
		name := fmt.Sprintf("store %d%%?#", names) // a name that URLs must escape
		s, err := open(name)
		if err != nil {
			t.Fatalf("open %s: %v", name, err)
		}
		return s, name
	}
	t.Run("values", func(t *testing.T) { s, _ := fresh(t); defer s.Close(); values(t, s) })
	t.Run("rules", func(t *testing.T) { s, _ := fresh(t); defer s.Close(); rules(t, s) })
	t.Run("atomic", func(t *testing.T) { s, _ := fresh(t); defer s.Close(); atomic(t, s) })
	t.Run("nested", func(t *testing.T) { s, _ := fresh(t); defer s.Close(); nested(t, s) })
	t.Run("reopen", func(t *testing.T) {
		s, name := fresh(t)
		reopen(t, s, func() (cache.Store, error) { return open(name) })
	})
	t.Run("model", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { s, _ := fresh(t); defer s.Close(); model(t, s) })
	})
}

var background = context.Background()

func values(t *testing.T, s cache.Store) {
	e := Entry(1, 2)
	if _, ok, err := s.Get(background, e.Key); ok || err != nil {
		t.Fatalf("Get of an empty store: %v, %v", ok, err)
	}
	if err := s.Put(background); err != nil {
		t.Fatalf("Put of nothing: %v", err)
	}
	for range 2 { // the second time it is there already
		if err := s.Put(background, e); err != nil {
			t.Fatal(err)
		}
	}
	got, ok, err := s.Get(background, e.Key)
	if !ok || err != nil {
		t.Fatalf("Get: %v, %v", ok, err)
	}
	e.Request.Modalities = []string{"text", "video"} // sorted, as documented
	if d := cmp.Diff(e, got); d != "" {
		t.Errorf("Get (-put +got):\n%s", d)
	}
	bad := e
	bad.Request.ID = "another"
	if err := s.Put(background, bad); err == nil {
		t.Error("Put took an entry with a wrong key")
	}
}

// rules goes through [cache.Resolve]: salt 6 and 13 are failures, 1 and 2 answers.
func rules(t *testing.T, s cache.Store) {
	small, large := Entry(1, 13), Entry(1, 6) // by their bytes: "refused 13" before "refused 6"
	for i, step := range []struct{ put, want cache.Entry }{
		{large, large}, {small, small}, {large, small}, {Entry(1, 1), Entry(1, 1)}, {small, Entry(1, 1)},
	} {
		if err := s.Put(background, step.put); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		got, _, err := s.Get(background, step.put.Key)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(step.want.Prediction, got.Prediction); d != "" {
			t.Fatalf("step %d (-want +got):\n%s", i, d)
		}
	}
	err := s.Put(background, Entry(1, 2))
	var conflict *cache.Conflict
	if !errors.As(err, &conflict) {
		t.Fatalf("a different answer: %v, want a Conflict", err)
	}
	want := &cache.Conflict{
		Key: Entry(1, 1).Key, Model: "invented", Clip: "video_1",
		Fields: []string{"score", "token_logprobs", "raw", "tokens_out", "latency_ms"},
	}
	if d := cmp.Diff(want, conflict); d != "" {
		t.Errorf("Conflict (-want +got):\n%s", d)
	}
}

func atomic(t *testing.T, s cache.Store) {
	if err := s.Put(background, Entry(5, 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(background, Entry(4, 1), Entry(5, 2)); err == nil {
		t.Fatal("no conflict with what is stored")
	}
	if err := s.Put(background, Entry(6, 1), Entry(6, 2)); err == nil {
		t.Fatal("no conflict within a Put")
	}
	if n := len(All(t, s)); n != 1 {
		t.Errorf("%d entries after failed Puts, want 1", n)
	}
}

// nested uses the store while it is scanned.
func nested(t *testing.T, s cache.Store) {
	for i := range 20 {
		if err := s.Put(background, Entry(i, 0)); err != nil {
			t.Fatal(err)
		}
	}
	stop := errors.New("enough")
	n := 0
	err := s.Scan(background, func(e cache.Entry) error {
		if _, ok, err := s.Get(background, e.Key); !ok || err != nil {
			t.Errorf("Get while scanning: %v, %v", ok, err)
		}
		if err := s.Put(background, Entry(0, 0)); err != nil {
			t.Error(err)
		}
		if n++; n == 10 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 10 {
		t.Errorf("Scan returned %v after %d entries", err, n)
	}
}

func reopen(t *testing.T, s cache.Store, again func() (cache.Store, error)) {
	if err := s.Put(background, Entry(1, 1), Entry(2, 6), Entry(3, 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(background, Entry(2, 2)); err != nil {
		t.Fatal(err)
	}
	before := All(t, s)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if s, err = again(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, All(t, s)); d != "" {
			t.Errorf("after Close and open (-before +after):\n%s", d)
		}
	}
	s.Close()
}

// model compares the store with the one in memory under random calls.
func model(t *rapid.T, s cache.Store) {
	m := cache.NewMemory()
	for range rapid.IntRange(1, 8).Draw(t, "calls") {
		var entries []cache.Entry
		for range rapid.IntRange(0, 4).Draw(t, "entries") {
			entries = append(entries, Entry(rapid.IntRange(0, 5).Draw(t, "i"), rapid.SampledFrom([]int{0, 1, 6, 13}).Draw(t, "salt")))
		}
		want, got := m.Put(background, entries...), s.Put(background, entries...)
		// Of several conflicts in one call a store may name any.
		var a1, b1 *cache.Conflict
		if (want == nil) != (got == nil) || errors.As(want, &a1) != errors.As(got, &b1) {
			t.Fatalf("Put: %v, in memory %v", got, want)
		}
		key := Entry(rapid.IntRange(0, 5).Draw(t, "get"), 0).Key
		a, wantOK, _ := m.Get(background, key)
		b, gotOK, err := s.Get(background, key)
		if err != nil || wantOK != gotOK || !cmp.Equal(a, b) {
			t.Fatalf("Get: %v, %v, in memory %v\n%s", gotOK, err, wantOK, cmp.Diff(a, b))
		}
	}
	if d := cmp.Diff(All(t, m), All(t, s)); d != "" {
		t.Fatalf("Scan (-memory +store):\n%s", d)
	}
}
