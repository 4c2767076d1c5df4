package main

import (
	"fmt"
	"slices"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/cascade"
	"uacs/harness/experiment"
	"uacs/harness/model/own"
	"uacs/harness/report"
	"uacs/harness/sample"
	"uacs/harness/sensitivity"
	"uacs/internal/schema"
)

// schemas are the file formats that users write, with the committed file that
// holds each one's schema.
var schemas = []struct {
	name, file string
	make       func() ([]byte, error)
}{
	{"prediction", "harness/sample/prediction.schema.json", func() ([]byte, error) {
		return schema.Of[sample.Prediction]("One model's answer about one utterance: a JSON line")
	}},
	{"experiment", "configs/schema.json", func() ([]byte, error) {
		return schema.Of[experiment.Config]("An experiment of uacs reproduce")
	}},
	{"ablation", "configs/ablation.schema.json", func() ([]byte, error) {
		return schema.Of[ablation.Plan]("A plan of uacs ablate")
	}},
	{"predictors", "configs/predictors.schema.json", func() ([]byte, error) {
		return schema.Of[experiment.Predictors]("Answer files that experiments refer to by name")
	}},
	{"model", modelSchemaFile, modelSchema},
	{"live", "configs/live.schema.json", cascade.Schema},
	{"sensitivity", sensitivitySchemaFile, sensitivity.Schema},
	{"own-model", ownSchemaFile, own.Schema},
	{"published", "configs/published.schema.json", func() ([]byte, error) {
		return schema.Of[report.Published]("Results that others have published")
	}},
	{"checks", "configs/checks.schema.json", func() ([]byte, error) {
		return schema.Of[experiment.Checks]("Quantities with known values on the real data")
	}},
}

type schemaCmd struct {
	Name string `arg:"" help:"prediction, experiment, ablation, predictors, model or checks; anything else lists them all."`
}

// Help is shown by --help.
func (schemaCmd) Help() string {
	return "Example:\n  uacs schema prediction"
}

// Run prints a schema. The same bytes are committed beside the format's code.
func (c schemaCmd) Run(a *app) error {
	var names []string
	for _, s := range schemas {
		if s.name == c.Name {
			data, err := s.make()
			if err != nil {
				return err
			}
			_, err = a.Stdout.Write(data)
			return err
		}
		names = append(names, s.name)
	}
	slices.Sort(names)
	return fmt.Errorf("schema %q is not one of %s", c.Name, strings.Join(names, ", "))
}
