package reproduce

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/internal/hint"
)

// cache keeps the artefacts of each experiment's last run in one file, with a
// digest of all that they depend on. An empty dir is no cache; anew finds nothing in
// it.
type cache struct {
	dir  string
	anew bool
}

// entry is a file of the cache. SHA256 is the digest of Files as they stand there.
type entry struct {
	Key    string
	SHA256 string
	Files  json.RawMessage
}

// run returns an experiment's artefacts from the cache, or makes and keeps them.
func (c cache) run(ctx context.Context, cfg experiment.Config, predictors experiment.Predictors, o Options) (outcome, error) {
	key, err := c.key(cfg, predictors, o)
	if err != nil {
		return outcome{}, err
	}
	if out, ok := c.get(cfg.Name, key); ok {
		return out, nil
	}
	cohort, err := experiment.Open(cfg, predictors, o.Data)
	if err != nil {
		return outcome{}, err
	}
	result, err := experiment.Run(ctx, cohort)
	if err != nil {
		return outcome{}, err
	}
	// Tables and figures are made from what the records hold, so that they cannot
	// say more than the records do.
	if result, err = throughRecords(result); err != nil {
		return outcome{}, err
	}
	files, err := report.Files(result)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{done: Done{Result: result}, files: files}
	return out, c.put(cfg.Name, key, files)
}

func throughRecords(r *experiment.Result) (*experiment.Result, error) {
	var buf bytes.Buffer
	if err := experiment.WriteRecords(&buf, r); err != nil {
		return nil, err
	}
	return experiment.ReadRecords(&buf, r.Setup.Name)
}

// key digests everything that an experiment's artefacts depend on: this program,
// the config, the list of predictors, and every file they may read.
func (c cache) key(cfg experiment.Config, predictors experiment.Predictors, o Options) (string, error) {
	if c.dir == "" {
		return "", nil
	}
	program, err := programDigest()
	if err != nil {
		return "", err
	}
	inputs, err := experiment.Sources(cfg, predictors, o.Data)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode([]any{program, cfg.File, cfg.Digest, predictors.List, inputs}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// programDigest is the SHA-256 of the running program: other code, other key.
var programDigest = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
})

func (c cache) path(experiment string) string { return filepath.Join(c.dir, experiment+".json") }

// get returns the artefacts of an experiment's last run if it had that key.
// Anything that is wrong with the entry makes it absent: it is made anew.
func (c cache) get(name, key string) (outcome, bool) {
	files, ok := c.files(name, key)
	if !ok {
		return outcome{}, false
	}
	out := outcome{done: Done{Cached: true}, files: files}
	records := files[0] // report.Files puts them first
	var err error
	out.done.Result, err = experiment.ReadRecords(bytes.NewReader(records.Data), records.Path)
	return out, err == nil
}

// files returns the files of the entry of that name if it has that key; there is
// at least one.
func (c cache) files(name, key string) ([]report.File, bool) {
	if c.dir == "" || c.anew {
		return nil, false
	}
	data, err := os.ReadFile(c.path(name))
	if err != nil {
		return nil, false
	}
	var e entry
	if json.Unmarshal(data, &e) != nil || e.Key != key || e.SHA256 != sumHex(e.Files) {
		return nil, false
	}
	var files []report.File
	err = json.Unmarshal(e.Files, &files)
	return files, err == nil && len(files) > 0
}

func (c cache) put(name, key string, files []report.File) error {
	if c.dir == "" {
		return nil
	}
	body, err := json.Marshal(files)
	if err != nil {
		return err
	}
	data, err := json.Marshal(entry{key, sumHex(body), body})
	if err != nil {
		return err
	}
	if _, err := writeFile(c.path(name), data); err != nil {
		return hint.Add(fmt.Errorf("cache: %w", err), "results are kept there for the next run: it must be writable, and have room")
	}
	return nil
}

func sumHex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ProgramDigest is the SHA-256 of the running program: what was computed by another
// one is computed anew.
func ProgramDigest() (string, error) { return programDigest() }
