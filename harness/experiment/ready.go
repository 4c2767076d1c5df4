package experiment

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"uacs/datasets"
	"uacs/internal/hint"
)

// Ready reports whether the files that c needs are there, without reading them.
// The error wraps [fs.ErrNotExist] if one is absent, and its hint says what to do.
func Ready(c Config, predictors Predictors, data fs.FS) error {
	used, err := c.predictors(predictors)
	if err != nil {
		return err
	}
	if c.Tier == "synth" {
		return nil
	}
	if err := datasetReady(c.Dataset, data); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	for _, p := range used {
		root, file := data, p.Path
		if p.File != "" {
			root, file = predictors.beside, p.File
		}
		if _, err := fs.Stat(root, path.Clean(file)); err != nil {
			return fmt.Errorf("%s: predictor %s: %w", c.Name, p.Name, fetchHint(err, c.Dataset))
		}
	}
	return nil
}

func datasetReady(name string, data fs.FS) error {
	if data == nil {
		return fetchHint(fmt.Errorf("dataset %s: %w", name, fs.ErrNotExist), name)
	}
	manifests, err := datasets.SelectManifests(name)
	if err != nil {
		return err
	}
	missing, err := datasets.Available(data, manifests[0])
	if err != nil {
		return err
	}
	for _, f := range missing {
		if f.Needed {
			return fetchHint(fmt.Errorf("dataset %s: %s: %w", name, f.Path, fs.ErrNotExist), name)
		}
	}
	return nil
}

func fetchHint(err error, dataset string) error {
	return hint.Add(err, "uacs data get %s", dataset)
}

// predictors returns the entries that c refers to.
func (c *Config) predictors(all Predictors) ([]Predictor, error) {
	roles := []Role{c.Small, c.Large}
	if c.Second != nil {
		roles = append(roles, *c.Second)
	}
	var out []Predictor
	for _, r := range roles {
		p, err := all.Find(r.Predictor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.File, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// Sources returns every file that [Open] may read for c, with its digest, in
// order of path: what a cached result depends on beside config and program.
func Sources(c Config, predictors Predictors, data fs.FS) ([]Input, error) {
	if c.Tier == "synth" {
		return nil, nil
	}
	manifests, err := datasets.SelectManifests(c.Dataset)
	if err != nil {
		return nil, err
	}
	var files []string
	missing, err := datasets.Available(data, manifests[0])
	if err != nil {
		return nil, err
	}
	for _, f := range manifests[0].Files {
		if !slices.ContainsFunc(missing, func(m datasets.File) bool { return m.Path == f.Path }) {
			files = append(files, f.Path)
		}
	}
	slices.Sort(files)
	out, err := digests(data, files)
	if err != nil {
		return nil, err
	}
	used, err := c.predictors(predictors)
	if err != nil {
		return nil, err
	}
	for _, p := range used {
		if p.File == "" {
			continue
		}
		own, err := digests(predictors.beside, []string{p.File})
		if err != nil {
			return nil, err
		}
		out = append(out, own...)
	}
	return out, nil
}
