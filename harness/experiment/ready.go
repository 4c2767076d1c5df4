package experiment

import (
	"fmt"
	"io/fs"
	"slices"

	"uacs/datasets"
	"uacs/internal/hint"
)

// Ready reports whether the files that c needs are there, without reading them.
// The error wraps [fs.ErrNotExist] if one is absent, and its hint says what to do.
// data is nil if there is no data folder.
func Ready(c Config, predictors Predictors, data fs.FS) error {
	used, err := c.predictors(predictors)
	if err != nil {
		return err
	}
	if c.Tier != "synth" {
		if err := datasetReady(c.Dataset, data); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	for _, p := range used {
		if err := predictors.ready(p, data); err != nil {
			return fmt.Errorf("%s: predictor %s: %w", c.Name, p.Name, err)
		}
	}
	return nil
}

func (p Predictors) ready(e Predictor, data fs.FS) error {
	if e.Format == synthFormat {
		return nil
	}
	root, file := p.place(e, data)
	if e.Trained != "" {
		if root != nil {
			if _, err := fs.Stat(root, file); err == nil {
				return nil
			}
		}
		return hint.Add(fmt.Errorf("model %s is not trained: %w", e.Trained, fs.ErrNotExist), "uacs train -c configs/models/%s.yaml", e.Trained)
	}
	if root == nil {
		return fetchHint(fmt.Errorf("%s: %w", file, fs.ErrNotExist), e.Dataset)
	}
	_, err := fs.Stat(root, file)
	if e.File != "" {
		return hint.Add(err, "put the file beside the list of predictors")
	}
	return fetchHint(err, e.Dataset)
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
	var out []Predictor
	for _, r := range c.roles() {
		p, err := all.Find(r.Predictor)
		if err != nil {
			return nil, fmt.Errorf("%s: %s.predictor: %w", c.File, r.key, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// Sources returns every file that [Open] may read for c, with its digest: what a
// cached result depends on beside config and program. The dataset's files come
// first, in order of path, then those of the predictors.
func Sources(c Config, predictors Predictors, data fs.FS) ([]Input, error) {
	var out []Input
	if c.Tier != "synth" {
		files, err := datasetFiles(c.Dataset, data)
		if err != nil {
			return nil, err
		}
		if out, err = digests(data, files); err != nil {
			return nil, err
		}
	}
	used, err := c.predictors(predictors)
	if err != nil {
		return nil, err
	}
	for _, p := range used {
		own, err := predictors.sources(p, data)
		if err != nil {
			return nil, fmt.Errorf("predictor %s: %w", p.Name, err)
		}
		for _, in := range own {
			if !slices.Contains(out, in) {
				out = append(out, in)
			}
		}
	}
	return out, nil
}

// datasetFiles returns those files of a dataset's manifest that are there.
func datasetFiles(name string, data fs.FS) ([]string, error) {
	manifests, err := datasets.SelectManifests(name)
	if err != nil {
		return nil, err
	}
	missing, err := datasets.Available(data, manifests[0])
	if err != nil {
		return nil, err
	}
	var files []string
	for _, f := range manifests[0].Files {
		if !slices.ContainsFunc(missing, func(m datasets.File) bool { return m.Path == f.Path }) {
			files = append(files, f.Path)
		}
	}
	slices.Sort(files)
	return files, nil
}

// sources returns the files of one predictor: its file, or all below its folder.
func (p Predictors) sources(e Predictor, data fs.FS) ([]Input, error) {
	if e.Format == synthFormat {
		return nil, nil
	}
	root, place := p.place(e, data)
	var files []string
	err := fs.WalkDir(root, place, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return digests(root, files)
}
