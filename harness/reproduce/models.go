package reproduce

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"

	"uacs/figures"
	"uacs/harness/experiment"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/report"
)

// modelFiles returns the cards and learning curves of the trained models that the
// plan's experiments read, in the order of the experiments.
func modelFiles(root fs.FS, plan Plan, predictors experiment.Predictors) ([]report.File, error) {
	var files []report.File
	for _, name := range plan.trained(predictors) {
		dir := path.Join(TrainedDir, name)
		parts := map[string]report.File{trained.CardFile: {Path: report.ModelCard(name)}}
		for _, format := range figures.Formats {
			parts[trained.CurveFile(format)] = report.File{Path: report.ModelCurve(name, format), Derived: format != "svg"}
		}
		for _, file := range slices.Sorted(maps.Keys(parts)) {
			data, err := fs.ReadFile(root, path.Join(dir, file))
			if errors.Is(err, fs.ErrNotExist) { // predictions that were brought from elsewhere
				continue
			}
			if err != nil {
				return nil, err
			}
			part := parts[file]
			part.Data = data
			files = append(files, part)
		}
	}
	return files, nil
}

// trained are the trained models that the experiments which will run read.
func (p Plan) trained(predictors experiment.Predictors) []string {
	var names []string
	for _, c := range p.Configs {
		for _, role := range c.Predictors() {
			e, err := predictors.Find(role)
			if err == nil && e.Trained != "" && !slices.Contains(names, e.Trained) {
				names = append(names, e.Trained)
			}
		}
	}
	return names
}
