package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/model/assets"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/reproduce"
	"uacs/internal/hint"
)

// prepare trains the models whose answers the experiments read, those that are there
// and unchanged excepted. A model that cannot be made here is a note: its experiments
// are then skipped, or an error if they are asked for by name.
func (c reproduceCmd) prepare(a *app, configs []experiment.Config, data fs.FS) error {
	root := os.DirFS(c.Root)
	predictors, err := reproduce.LoadPredictors(root)
	if err != nil {
		return err
	}
	dir := filepath.Join(c.Root, filepath.FromSlash(reproduce.TrainedDir))
	source := &trained.Source{
		Data: data, Dir: dir, Encoder: openEncoder(a, c.Root),
		Features: filepath.Join(c.Root, featuresDir), Published: publishedRows(c.Root),
	}
	for _, name := range trainedNames(configs, predictors) {
		config, err := ubm.LoadConfig(root, modelsDir+"/"+name+".yaml")
		if err != nil {
			return err
		}
		if c.FromScratch {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		line := &epochLine{a: a, name: name, live: isTerminal(a.Stderr)}
		source.Progress = line.show
		made, err := source.Make(a.Ctx, config)
		line.end()
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, assets.ErrAbsent):
			a.note(fmt.Sprintf("model %s is not trained: %v%s", name, err, hintText(err)))
		case err != nil:
			return err
		case !made.Reused && !c.JSON:
			fmt.Fprintf(a.Stdout, "  trained %s\n", name)
		}
	}
	return nil
}

func hintText(err error) string {
	if h := hint.Of(err); h != "" {
		return " (" + h + ")"
	}
	return ""
}

// trainedNames are the trained models that the experiments read, each once.
func trainedNames(configs []experiment.Config, predictors experiment.Predictors) []string {
	var names []string
	for _, c := range configs {
		roles := []experiment.Role{c.Small, c.Large}
		if c.Second != nil {
			roles = append(roles, *c.Second)
		}
		for _, r := range roles {
			if p, err := predictors.Find(r.Predictor); err == nil && p.Trained != "" && !slices.Contains(names, p.Trained) {
				names = append(names, p.Trained)
			}
		}
	}
	return names
}
