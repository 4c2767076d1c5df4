package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/harness/cache"
	"uacs/harness/cache/jsonl"
	"uacs/harness/cache/sqlite"
	"uacs/internal/hint"
)

type cacheCmd struct {
	Stat   cacheStat   `cmd:"" help:"Count the answers by dataset, model and round."`
	Export cacheExport `cmd:"" help:"Write answers to one file, sorted, to share them."`
	Import cacheImport `cmd:"" help:"Put the answers of files into the cache."`
	Merge  cacheMerge  `cmd:"" help:"Unite caches, exports and shards in a new or existing file."`
	Check  cacheCheck  `cmd:"" help:"Check every answer of a cache, an export or a shard."`
	GC     cacheGC     `cmd:"" name:"gc" help:"Drop answers that nothing uses."`
}

// Help is shown by --help.
func (cacheCmd) Help() string {
	return `Keeps every answer of a model, so that nothing is asked twice. Files that end in .jsonl or
.jsonl.zst are exports or shards, all others SQLite files.

Examples:
  uacs cache stat
  uacs cache export --model gpt-4v answers.jsonl
  uacs cache merge shard-*.jsonl --out .cache/answers.db
  uacs cache gc --used-model gpt-4v`
}

// Help is shown by --help.
func (cacheStat) Help() string { return "Example:\n  uacs cache stat" }

// Help is shown by --help.
func (cacheExport) Help() string {
	return "Examples:\n  uacs cache export --dataset mosi answers.jsonl.zst\n  uacs cache export --predictions --model gpt-4v --round 1 gpt-4v.jsonl"
}

// Help is shown by --help.
func (cacheImport) Help() string { return "Example:\n  uacs cache import answers.jsonl.zst" }

// Help is shown by --help.
func (cacheMerge) Help() string {
	return "Example:\n  uacs cache merge shard-0.jsonl shard-1.jsonl --out answers.jsonl"
}

// Help is shown by --help.
func (cacheCheck) Help() string { return "Example:\n  uacs cache check" }

// Help is shown by --help.
func (cacheGC) Help() string { return "Example:\n  uacs cache gc --used-model gpt-4v --drop" }

// cacheFile is the flag that names the cache.
type cacheFile struct {
	Cache string `default:".cache/answers.db" help:"Cache file." placeholder:"FILE"`
}

// isLines tells by its name whether a file holds JSON lines.
func isLines(path string) bool {
	return strings.HasSuffix(path, ".jsonl") || strings.HasSuffix(path, ".jsonl.zst")
}

// present returns an error with a hint if there is no file.
func present(path string) error {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return hint.Add(fmt.Errorf("there is no cache %s", path), "name one with --cache, or make it with uacs cache import")
	}
	return err
}

// openCache opens an SQLite cache that exists.
func openCache(path string) (*sqlite.Store, error) {
	if err := present(path); err != nil {
		return nil, err
	}
	return sqlite.Open(path)
}

// source returns the entries of any file, and what to call when done.
func source(a *app, path string) (cache.Source, func() error, error) {
	if err := present(path); err != nil {
		return nil, nil, err
	}
	if !isLines(path) {
		s, err := sqlite.Open(path)
		if err != nil {
			return nil, nil, err
		}
		return s.Scan, s.Close, nil
	}
	scan := func(ctx context.Context, visit func(cache.Entry) error) error {
		warnings, err := jsonl.Read(ctx, path, visit)
		for _, w := range warnings {
			a.note(w)
		}
		return err
	}
	return scan, func() error { return nil }, nil
}

type cacheStat struct {
	File string `arg:"" optional:"" default:".cache/answers.db" help:"Cache, export or shard."`
}

// Run counts.
func (c cacheStat) Run(a *app) error {
	scan, done, err := source(a, c.File)
	if err != nil {
		return err
	}
	defer done()
	counts, err := cache.Stat(a.Ctx, scan)
	if err != nil {
		return err
	}
	t := newTable(a.Stdout, 0)
	fmt.Fprintln(t, "dataset\tmodel\trevision\tround\trows\tanswered\tfailed\ttokens in\ttokens out\tUSD\tbytes")
	var rows int
	for _, n := range counts {
		rows += n.Rows
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.4f\t%d\n", n.Dataset, n.Model, n.Revision, n.Round,
			n.Rows, n.Answered, n.Failed, n.TokensIn, n.TokensOut, n.USD, n.Bytes)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "%d answers\n", rows)
	return nil
}

type cacheExport struct {
	cacheFile
	Out     string   `arg:"" help:"File to write, .jsonl or .jsonl.zst; above 1 MiB .zst is added."`
	Model   []string `help:"Only these models."`
	Dataset []string `help:"Only these datasets."`
	// Revision and Round tell apart a model's answers about one clip.
	Revision    []string `help:"Only these revisions."`
	Round       int      `help:"Only this round, 1 or 2; 0 means both."`
	Predictions bool     `help:"Write predictions, as uacs import jsonl reads them, without the requests."`
}

// Validate reports a round that there is not.
func (c cacheExport) Validate() error {
	if c.Round < 0 || c.Round > 2 {
		return fmt.Errorf("--round %d is not 1 or 2", c.Round)
	}
	return nil
}

// chooses tells whether an answer is among those asked for.
func (c cacheExport) chooses(e *cache.Entry) bool {
	p := &e.Prediction
	return (len(c.Model) == 0 || slices.Contains(c.Model, p.Model)) && (len(c.Dataset) == 0 || slices.Contains(c.Dataset, p.Dataset)) &&
		(len(c.Revision) == 0 || slices.Contains(c.Revision, p.Revision)) && (c.Round == 0 || c.Round == p.Round)
}

// Run exports.
func (c cacheExport) Run(a *app) error {
	if !isLines(c.Out) {
		return fmt.Errorf("%s: an export's name ends in .jsonl or .jsonl.zst", c.Out)
	}
	s, err := openCache(c.Cache)
	if err != nil {
		return err
	}
	defer s.Close()
	chosen := cache.Select(s.Scan, c.chooses)
	if c.Predictions {
		return c.predictions(a, chosen)
	}
	path, n, err := jsonl.Write(a.Ctx, c.Out, chosen)
	if err == nil {
		fmt.Fprintf(a.Stdout, "%d answers in %s\n", n, path)
	}
	return err
}

type cacheImport struct {
	cacheFile
	Files []string `arg:"" help:"Exports, shards or other caches."`
}

// Run imports.
func (c cacheImport) Run(a *app) error { return unite(a, c.Cache, c.Files) }

type cacheMerge struct {
	Files []string `arg:"" help:"Exports, shards or caches."`
	Out   string   `short:"o" required:"" help:"File to write: a cache, added to if it exists, or an export, made anew." placeholder:"FILE"`
}

// Run merges. An export is sorted through a cache in a temporary folder, so that
// its size is not bounded by memory.
func (c cacheMerge) Run(a *app) error {
	if !isLines(c.Out) {
		return unite(a, c.Out, c.Files)
	}
	dir, err := os.MkdirTemp(filepath.Dir(c.Out), ".merge-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	through := filepath.Join(dir, "answers.db")
	if err := unite(a, through, c.Files); err != nil {
		return err
	}
	return cacheExport{cacheFile: cacheFile{through}, Out: c.Out}.Run(a)
}

// unite puts the entries of files into the cache at out.
func unite(a *app, out string, files []string) error {
	var sources []cache.Source
	for _, path := range files {
		scan, done, err := source(a, path)
		if err != nil {
			return err
		}
		defer done()
		sources = append(sources, scan)
	}
	s, err := sqlite.Open(out)
	if err != nil {
		return err
	}
	read, err := cache.Merge(a.Ctx, s, sources...)
	if err = errors.Join(err, s.Close()); err != nil {
		var conflict *cache.Conflict
		if errors.As(err, &conflict) {
			return hint.Add(err, "one of the two is not what the request says: find out which, and leave out the file that it is in")
		}
		return err
	}
	fmt.Fprintf(a.Stdout, "%d answers read\n", read)
	return nil
}

type cacheCheck struct {
	File string `arg:"" optional:"" default:".cache/answers.db" help:"Cache, export or shard."`
}

// Run checks, and fails if anything is wrong.
func (c cacheCheck) Run(a *app) error {
	if isLines(c.File) {
		scan, _, err := source(a, c.File)
		if err != nil {
			return err
		}
		n := 0
		if err := scan(a.Ctx, func(cache.Entry) error { n++; return nil }); err != nil {
			return err
		}
		fmt.Fprintf(a.Stdout, "%d answers, all right\n", n)
		return nil
	}
	s, err := openCache(c.File)
	if err != nil {
		return err
	}
	defer s.Close()
	n, wrong, err := s.Check(a.Ctx)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		fmt.Fprintln(a.Stdout, w)
	}
	if len(wrong) > 0 {
		return hint.Add(fmt.Errorf("%s: %d defects in %d answers", c.File, len(wrong), n), "make the cache anew from an export or from shards")
	}
	fmt.Fprintf(a.Stdout, "%d answers, all right\n", n)
	return nil
}

type cacheGC struct {
	cacheFile
	UsedModel []string `help:"Models whose answers stay."`
	UsedKeys  string   `help:"File of keys that stay, one a line." placeholder:"FILE"`
	Drop      bool     `help:"Really drop them; without it they are only counted."`
}

// Run drops what is neither of a used model nor a used key.
func (c cacheGC) Run(a *app) error {
	if len(c.UsedModel) == 0 && c.UsedKeys == "" {
		return hint.Add(errors.New("nothing is named that stays"), "give --used-model or --used-keys")
	}
	keys, err := readKeys(c.UsedKeys)
	if err != nil {
		return err
	}
	s, err := openCache(c.Cache)
	if err != nil {
		return err
	}
	defer s.Close()
	used := func(e *cache.Entry) bool { return keys[e.Key] || slices.Contains(c.UsedModel, e.Prediction.Model) }
	n, err := cache.Collect(a.Ctx, s, used, c.Drop)
	if err != nil {
		return err
	}
	if !c.Drop {
		fmt.Fprintf(a.Stdout, "%d answers would be dropped; --drop does it\n", n)
		return nil
	}
	fmt.Fprintf(a.Stdout, "%d answers dropped\n", n)
	return nil
}

// readKeys reads a file of keys; no file is no keys.
func readKeys(path string) (map[cache.Key]bool, error) {
	keys := map[cache.Key]bool{}
	if path == "" {
		return keys, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		k, err := cache.ParseKey(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		keys[k] = true
	}
	return keys, lines.Err()
}
