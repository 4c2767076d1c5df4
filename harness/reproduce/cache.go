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
)

// cache keeps the artefacts of finished experiments, one file each, named by a
// digest of all that they depend on.
type cache struct{ dir string }

// run returns an experiment's artefacts from the cache, or makes and keeps them.
func (c cache) run(ctx context.Context, cfg experiment.Config, predictors experiment.Predictors, o Options) (outcome, error) {
	key, err := c.key(cfg, predictors, o)
	if err != nil {
		return outcome{}, err
	}
	if out, ok := c.get(key); ok {
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
	return out, c.put(key, files)
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

func (c cache) path(key string) string { return filepath.Join(c.dir, key+".json") }

// get returns the artefacts under key. Anything that is wrong with the entry
// makes it absent: it is made anew.
func (c cache) get(key string) (outcome, bool) {
	if c.dir == "" {
		return outcome{}, false
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return outcome{}, false
	}
	var entry struct {
		SHA256 string
		Files  json.RawMessage
	}
	if json.Unmarshal(data, &entry) != nil || entry.SHA256 != sumHex(entry.Files) {
		return outcome{}, false
	}
	out := outcome{done: Done{Cached: true}}
	if json.Unmarshal(entry.Files, &out.files) != nil || len(out.files) == 0 {
		return outcome{}, false
	}
	out.done.Result, err = experiment.ReadRecords(bytes.NewReader(out.files[0].Data), out.files[0].Path)
	return out, err == nil
}

func (c cache) put(key string, files []report.File) error {
	if c.dir == "" {
		return nil
	}
	body, err := json.Marshal(files)
	if err != nil {
		return err
	}
	entry, err := json.Marshal(struct {
		SHA256 string
		Files  json.RawMessage
	}{sumHex(body), body})
	if err != nil {
		return err
	}
	if _, err := writeFile(c.path(key), entry); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

func sumHex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
