package reproduce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/report"
	"uacs/harness/sensitivity"
)

// Studied is what became of a sensitivity study.
type Studied struct {
	Plan sensitivity.Plan
	// Cached tells that nothing had to be computed, Why what is missing for a study that
	// could not be made.
	Cached bool
	Why    error
}

// Sensitivity is where the studies of the project in root find what they need: models
// of words that need no runtime, and what is kept beside the cache of experiments,
// nothing if that is "". A plan with another encoder is not ready.
func Sensitivity(root string, predictors experiment.Predictors, data fs.FS, cacheDir string) sensitivity.Place {
	at := sensitivity.Place{Root: os.DirFS(root), Predictors: predictors, Data: data}
	if cacheDir != "" {
		at.Models = filepath.Join(filepath.Dir(cacheDir), "sensitivity")
	}
	at.Encoder = func(ctx context.Context, name string) (trained.Encoder, error) {
		switch name {
		case trained.HashedWords:
			return trained.Encoder{Text: trained.NewHashedWords()}, nil
		case encoder.Glove, encoder.GloveNegation:
			text, err := encoder.Open(ctx, name, encoder.Options{ModelsDir: assets.Dir(os.Getenv, root)})
			if errors.Is(err, assets.ErrAbsent) {
				err = errors.Join(err, fs.ErrNotExist)
			}
			return trained.Encoder{Text: text}, err
		}
		return trained.Encoder{}, fmt.Errorf("%s: %w for a sensitivity study", name, fs.ErrNotExist)
	}
	return at
}

// studies makes the sensitivity studies whose data is on this machine, unless
// experiments are asked for by name.
func studies(ctx context.Context, o Options, predictors experiment.Predictors) (files []report.File, done []Studied, err error) {
	if len(o.Only) > 0 {
		return nil, nil, nil
	}
	plans, err := sensitivity.LoadPlans(os.DirFS(o.Root))
	if err != nil {
		return nil, nil, err
	}
	at := Sensitivity(o.Root, predictors, o.Data, o.Cache)
	if o.Anew && at.Models != "" {
		if err := os.RemoveAll(at.Models); err != nil {
			return nil, nil, err
		}
	}
	for _, p := range plans {
		err := sensitivity.Ready(ctx, p, at)
		if errors.Is(err, fs.ErrNotExist) {
			done = append(done, Studied{Plan: p, Why: err})
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("sensitivity %s: %w", p.Name, err)
		}
		made, cached, err := (cache{o.Cache, o.Anew}).study(ctx, p, at)
		if err != nil {
			return nil, nil, fmt.Errorf("sensitivity %s: %w", p.Name, err)
		}
		files, done = append(files, made...), append(done, Studied{Plan: p, Cached: cached})
	}
	return files, done, nil
}

// study returns a plan's artefacts from the cache, or makes and keeps them.
func (c cache) study(ctx context.Context, p sensitivity.Plan, at sensitivity.Place) (files []report.File, cached bool, err error) {
	name := "sensitivity-" + p.Name
	key, err := c.studyKey(p, at)
	if err != nil {
		return nil, false, err
	}
	if files, ok := c.files(name, key); ok {
		return files, true, nil
	}
	r, err := sensitivity.Study(ctx, p, at)
	if err != nil {
		return nil, false, err
	}
	if files, err = sensitivity.Files(r); err != nil {
		return nil, false, err
	}
	return files, false, c.put(name, key, files)
}

// studyKey digests everything that a study's artefacts depend on.
func (c cache) studyKey(p sensitivity.Plan, at sensitivity.Place) (string, error) {
	if c.dir == "" {
		return "", nil
	}
	program, err := programDigest()
	if err != nil {
		return "", err
	}
	inputs, err := sensitivity.Sources(p, at)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode([]any{program, p.File, p.Digest, at.Predictors.List, inputs}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// keepsStudy reports whether a line of the earlier manifest is that of a study, and
// whether it stays: all stay if experiments were asked for by name, else those of
// studies that could not be made here.
func (s *Summary) keepsStudy(p string) (stays, is bool) {
	i := slices.IndexFunc(s.Studies, func(d Studied) bool { return sensitivity.Belongs(p, d.Plan.Name) })
	if i < 0 {
		return false, false
	}
	return s.Studies[i].Why != nil, true
}
