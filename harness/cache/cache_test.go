package cache_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/cache"
	"uacs/harness/cache/cachetest"
	"uacs/harness/sample"
	"uacs/internal/golden"
)

var background = context.Background()

func TestConformance(t *testing.T) {
	stores := map[string]*cache.Memory{}
	cachetest.Run(t, func(name string) (cache.Store, error) {
		if stores[name] == nil {
			stores[name] = cache.NewMemory()
		}
		return stores[name], nil
	})
}

// The golden file holds canonical forms and keys. If it changes, every cached
// answer is lost to its request: raise SchemaVersion, or undo the change.
func TestKeyGolden(t *testing.T) {
	var out strings.Builder
	for _, r := range []cache.Request{
		{},
		{DatasetSHA256: cache.Digest("d"), ID: "v_1", Model: "m", Round: 1},
		cachetest.Entry(1, 1).Request,
		{DatasetSHA256: cache.Digest("d"), ID: "剪辑_1", Model: "m", Round: 2, Params: map[string]string{"b": "", "a": "1:x"}},
	} {
		fmt.Fprintf(&out, "%s\n%s\n", r.Canonical(), r.Key())
	}
	golden.Check(t, "testdata/keys.txt", []byte(out.String()))
}

// Every field is part of the key, and no text can move from one field to the next.
func TestKeyTellsApart(t *testing.T) {
	base := cachetest.Entry(1, 1).Request
	changed := map[string]func(*cache.Request){
		"none":           func(*cache.Request) {},
		"dataset":        func(r *cache.Request) { r.DatasetSHA256 = cache.Digest("x") },
		"id":             func(r *cache.Request) { r.ID += "0" },
		"model":          func(r *cache.Request) { r.Model += "r1"; r.Revision = "" },
		"revision":       func(r *cache.Request) { r.Revision = "r2" },
		"weights":        func(r *cache.Request) { r.WeightsSHA256 = "" },
		"prompt":         func(r *cache.Request) { r.PromptSHA256 = cache.Digest("y") },
		"weights prompt": func(r *cache.Request) { r.WeightsSHA256, r.PromptSHA256 = r.PromptSHA256, r.WeightsSHA256 },
		"round":          func(r *cache.Request) { r.Round = 1 },
		"modalities":     func(r *cache.Request) { r.Modalities = []string{"text"} },
		"param":          func(r *cache.Request) { r.Params = map[string]string{"temperature": "0.7", "seed": "2"} },
		"no param":       func(r *cache.Request) { r.Params = map[string]string{"temperature": "0.7"} },
	}
	seen := map[cache.Key]string{}
	for name, change := range changed {
		r := base
		change(&r)
		if other, ok := seen[r.Key()]; ok {
			t.Errorf("%s and %s have one key", name, other)
		}
		seen[r.Key()] = name
	}
	r := base
	r.Modalities = []string{"text", "video"}
	if r.Key() != base.Key() {
		t.Error("the order of modalities changes the key")
	}
}

func TestParam(t *testing.T) {
	// By hand.
	for got, want := range map[string]string{
		cache.Param(0.7): "0.7", cache.Param(2.0): "2", cache.Param(math.Copysign(0, -1)): "0",
		cache.Param(uint64(math.MaxUint64)): "18446744073709551615", cache.Param(true): "true", cache.Param("x y"): "x y",
	} {
		if got != want {
			t.Errorf("Param = %q, want %q", got, want)
		}
	}
}

// Encode has a fixed point even for what JSON does not keep, and equals the
// encoding of sample.WritePredictions for what it keeps.
func TestEncode(t *testing.T) {
	e := cachetest.Entry(1, 1)
	c, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var line strings.Builder
	if err := sample.WritePredictions(&line, []sample.Prediction{e.Prediction}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(line.String(), string(c.Prediction)+"\n"); d != "" {
		t.Errorf("(-sample +cache):\n%s", d)
	}
	e.Prediction.Raw = "torn \xff rune"
	e.Prediction.Params = map[string]any{"large": int64(1<<60 + 1), "small": 1}
	if c, err = e.Encode(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Decode(); err != nil {
		t.Error(err)
	}
	c.Prediction = []byte(strings.Replace(string(c.Prediction), `"model"`, `"Model"`, 1))
	if _, err := c.Decode(); err == nil {
		t.Error("Decode took a key in another case")
	}
}

func TestAsk(t *testing.T) {
	s, e, failed := cache.NewMemory(), cachetest.Entry(1, 1), cachetest.Entry(1, 6)
	asked := 0
	for i, c := range []struct {
		retry bool
		give  cache.Entry
		hit   bool
		want  cache.Entry
		asked int
	}{
		{false, failed, false, failed, 1},
		{false, e, true, failed, 1}, // a failure is a hit
		{true, e, false, e, 2},
		{true, e, true, e, 2},
	} {
		p, hit, err := cache.Ask(background, s, e.Request, c.retry, func(context.Context) (sample.Prediction, error) {
			asked++
			return c.give.Prediction, nil
		})
		if err != nil || hit != c.hit || asked != c.asked || !cmp.Equal(p, c.want.Prediction) {
			t.Errorf("step %d: hit %v, asked %d, %v", i, hit, asked, err)
		}
	}
}

// Merging is idempotent, commutative and associative; where it fails it fails
// in every order.
func TestMergeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stores [3]*cache.Memory
		for i := range stores {
			stores[i] = cache.NewMemory()
			for range rapid.IntRange(0, 6).Draw(t, "entries") {
				// An error here is a conflict within one store, which keeps the first.
				_ = stores[i].Put(background, cachetest.Entry(rapid.IntRange(0, 4).Draw(t, "i"), rapid.SampledFrom([]int{0, 0, 0, 6, 13, 1}).Draw(t, "salt")))
			}
		}
		merged := func(order ...*cache.Memory) (*cache.Memory, bool) {
			m := cache.NewMemory()
			for _, s := range order {
				if _, err := cache.Merge(background, m, s.Scan); err != nil {
					return m, false
				}
			}
			return m, true
		}
		a, b, c := stores[0], stores[1], stores[2]
		want, ok := merged(a, b, c)
		bc, okBC := merged(b, c)
		for _, order := range [][]*cache.Memory{{c, b, a}, {b, a, c}, {a, b, a, c, c}, {a, bc}, {bc, a}} {
			got, gotOK := merged(order...)
			if len(order) == 2 {
				gotOK = gotOK && okBC
			}
			if gotOK != ok {
				t.Fatalf("merging succeeds %v in one order, %v in another", ok, gotOK)
			}
			if ok {
				if d := cmp.Diff(cachetest.All(t, want), cachetest.All(t, got)); d != "" {
					t.Fatalf("orders differ:\n%s", d)
				}
			}
		}
	})
}

func TestStatAndCollect(t *testing.T) {
	s := cache.NewMemory()
	for i := range 14 { // salt 6 and 13 are failures; i odd is round 2
		if err := s.Put(background, cachetest.Entry(i, i)); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := cache.Stat(background, s.Scan)
	if err != nil || len(counts) != 2 {
		t.Fatalf("Stat: %v, %v", counts, err)
	}
	// By hand: tokens in are 900+i, so 7*900 + 0+2+…+12; tokens out 20+i.
	one := counts[0]
	if one.Round != 1 || one.Rows != 7 || one.Failed != 1 || one.Answered != 6 || one.TokensIn != 6342 || one.TokensOut != 182 {
		t.Errorf("Stat, round 1: %+v", one)
	}
	used := func(e *cache.Entry) bool { return e.Request.Round == 1 }
	for _, c := range []struct {
		drop       bool
		want, left int
	}{{false, 7, 14}, {true, 7, 7}, {true, 0, 7}} {
		n, err := cache.Collect(background, s, used, c.drop)
		if left := len(cachetest.All(t, s)); err != nil || n != c.want || left != c.left {
			t.Errorf("Collect(drop %v): %d, %v, %d left", c.drop, n, err, left)
		}
	}
}
