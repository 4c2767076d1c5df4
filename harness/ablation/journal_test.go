package ablation

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/internal/hint"
)

func journalOf(t *testing.T, path string, keys ...string) {
	t.Helper()
	j, err := openJournal(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if err := j.append(&Cell{Key: key}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
}

// A file ends with a line about all before it, which a run that adds nothing leaves
// alone; whoever changes a byte is found out.
func TestClosingLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s", "cells.jsonl")
	journalOf(t, path, "a", "b")
	once, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	journalOf(t, path)
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(once, again) {
		t.Errorf("a run that adds nothing changed the file: %v", err)
	}
	if n := strings.Count(string(once), beginsClosing); n != 1 || !strings.Contains(string(once), `"count":2`) {
		t.Errorf("%d closing lines: %s", n, once)
	}
	forged := strings.Replace(string(once), `"key":"a"`, `"key":"c"`, 1)
	if _, _, err := ReadCells(strings.NewReader(forged), "f"); err == nil || !strings.Contains(err.Error(), "f:3: the 2 cells above") {
		t.Errorf("a changed cell: %v", err)
	}
	journalOf(t, path, "c")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if cells, _, err := ReadCells(f, path); err != nil || len(cells) != 3 {
		t.Errorf("%d cells after going on, %v", len(cells), err)
	}
}

func TestTwoWritersOfOneShard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.jsonl")
	j, err := openJournal(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(path, 0); err == nil || !strings.Contains(err.Error(), "another run") || hint.Of(err) == "" {
		t.Errorf("a second writer: %v", err)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	journalOf(t, path, "a")
}
