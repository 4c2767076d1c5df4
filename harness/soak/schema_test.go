package soak

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/ablation"
	"uacs/harness/cache"
	"uacs/harness/cache/jsonl"
	"uacs/harness/cache/sqlite"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// first is the folder of files that the first version of each format wrote. They are
// never written anew: a program that cannot read them has lost somebody's answers.
const first = "testdata/v1"

// firstEntries are what those files hold, made by hand.
func firstEntries(t *testing.T) []cache.Entry {
	t.Helper()
	score, confidence, in, out, ms := -1.4, 0.75, 120, 9, 812.5
	digest := cache.Digest("words")
	answered := sample.Prediction{
		Dataset: "synth-mosi", Split: sample.Test, ID: "v[1]", Model: "m", Revision: "r", Round: 1, PromptSHA256: digest, Modalities: []string{"text", "video"},
		Score: &score, VerbalConfidence: &confidence, TokenLogprobs: []float64{-0.25, 0}, LabelLogprobs: map[string]float64{"negative": -0.5, "positive": -1.5},
		Raw: "{\"score\": -1.4}", TokensIn: &in, TokensOut: &out, LatencyMS: &ms,
	}
	failed := sample.Prediction{Dataset: "synth-mosi", Split: sample.Test, ID: "v[2]", Model: "m", Revision: "r", Round: 1, PromptSHA256: digest, Modalities: []string{"text", "video"}, Error: "missing: server-error (HTTP 500): x, after 4 attempts"}
	var entries []cache.Entry
	for _, p := range []sample.Prediction{answered, failed} {
		e, err := cache.NewEntry(cache.Request{
			DatasetSHA256: digest, ID: p.ID, Model: p.Model, Revision: p.Revision, PromptSHA256: digest, Round: 1,
			Modalities: p.Modalities, Params: map[string]string{"temperature": "0", "max_tokens": "16"},
		}, p)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

// same compares entries with those of the first version, in any order.
func same(t *testing.T, source cache.Source) {
	t.Helper()
	m := cache.NewMemory()
	if _, err := cache.Merge(t.Context(), m, source); err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, want := range firstEntries(t) {
		e, ok, err := m.Get(t.Context(), want.Key)
		if err != nil || !ok {
			t.Fatalf("clip %s is not under its key: %v", want.Prediction.ID, err)
		}
		if diff := cmp.Diff(want, e); diff != "" {
			t.Error(diff)
		}
		got++
	}
	if err := m.Scan(t.Context(), func(cache.Entry) error { got--; return nil }); err != nil || got != 0 {
		t.Errorf("%d entries too few, %v", got, err)
	}
}

// What the first version wrote is read today, under the same keys, and written with the
// same bytes.
func TestFirstVersionIsRead(t *testing.T) {
	read := func(name string) cache.Source {
		return func(ctx context.Context, visit func(cache.Entry) error) error {
			_, err := jsonl.Read(ctx, filepath.Join(first, name), visit)
			return err
		}
	}
	t.Run("export", func(t *testing.T) { same(t, read("answers.jsonl")) })
	t.Run("shard", func(t *testing.T) { same(t, read("shard.jsonl")) })
	t.Run("cache", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "answers.db")
		copyFile(t, filepath.Join(first, "answers.db"), path)
		s, err := sqlite.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		same(t, s.Scan)
		again := filepath.Join(t.TempDir(), "answers.jsonl")
		if _, _, err := jsonl.Write(t.Context(), again, s.Scan); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(bytesOf(t, filepath.Join(first, "answers.jsonl")), bytesOf(t, again)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("predictions", func(t *testing.T) {
		data := bytesOf(t, filepath.Join(first, "predictions.jsonl"))
		all, warnings, err := sample.ReadPredictions(strings.NewReader(data), "predictions.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := sample.WritePredictions(&again, all); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(data, again.String()); diff != "" || len(all) != 2 || len(warnings) != 0 {
			t.Errorf("%d predictions: %s", len(all), diff)
		}
	})
	t.Run("cells", func(t *testing.T) { // of a run before files had a closing line
		data := bytesOf(t, filepath.Join(first, "cells.jsonl"))
		cells, _, err := ablation.ReadCells(strings.NewReader(data), "cells.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := ablation.WriteCells(&again, cells); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(data, again.String()); diff != "" || len(cells) == 0 {
			t.Errorf("%d cells: %s", len(cells), diff)
		}
	})
}

// A file of a version to come is refused with a word on what to do.
func TestNewerVersionIsRefused(t *testing.T) {
	for _, name := range []string{"answers.jsonl", "shard.jsonl"} {
		text := strings.Replace(bytesOf(t, filepath.Join(first, name)), `"schema":1`, fmt.Sprintf(`"schema":%d`, cache.SchemaVersion+1), 1)
		r := jsonl.NewReader(strings.NewReader(text), name)
		_, err := r.Next()
		if err == nil || err == io.EOF || hint.Of(err) == "" || !strings.Contains(err.Error(), name+":1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An SQLite cache says its version in its header, big-endian from byte 60 on.
func TestNewerCacheIsRefused(t *testing.T) {
	data := []byte(bytesOf(t, filepath.Join(first, "answers.db")))
	path := filepath.Join(t.TempDir(), "answers.db")
	data[63]++
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(path)
	if err == nil || hint.Of(err) == "" || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("%v: %v", s, err)
	}
}

func bytesOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, []byte(bytesOf(t, from)), 0o644); err != nil {
		t.Fatal(err)
	}
}
