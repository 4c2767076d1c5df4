package report

import (
	"fmt"
	"io/fs"
	"slices"

	"uacs/internal/strictyaml"
)

// Published is a list of results that others have printed. They stand beside ours
// in the main table, say what they are, and enter no statistic.
type Published struct {
	Sets []PublishedSet `yaml:"published" json:"published" jsonschema:"tables that others have published"`
}

// PublishedSet is one table of a publication, or a part of it.
type PublishedSet struct {
	Dataset string `yaml:"dataset" json:"dataset" jsonschema:"dataset by its short name, such as mosi"`
	Split   string `yaml:"split" json:"split" jsonschema:"split that was judged"`
	// Profile is the metric profile whose rules the source follows.
	Profile string `yaml:"profile" json:"profile" jsonschema:"metric profile whose rules the source follows"`
	// N is the number of clips of the split as the source has it.
	N        int    `yaml:"n" json:"n" jsonschema:"clips of the split in the source"`
	Source   string `yaml:"source" json:"source" jsonschema:"repository, revision and file, or paper and table"`
	Protocol string `yaml:"protocol" json:"protocol" jsonschema:"how the numbers came about, as far as it differs from ours"`
	// Metrics name the columns as the profile does. Values are those printed: 100
	// times the metric, MAE and Corr too.
	Metrics []string       `yaml:"metrics" json:"metrics" jsonschema:"metrics of the profile, in the order of the values"`
	Rows    []PublishedRow `yaml:"rows" json:"rows" jsonschema:"one row per model"`
}

// PublishedRow is one model of a table.
type PublishedRow struct {
	Model string `yaml:"model" json:"model" jsonschema:"the model as the source names it"`
	// Inputs says what the model was given, where a source distinguishes that.
	Inputs string `yaml:"inputs" json:"inputs,omitempty" jsonschema:"variant of the input, such as aligned"`
	// Note is what a reader of this row must know.
	Note   string    `yaml:"note" json:"note,omitempty" jsonschema:"what a reader of this row must know"`
	Values []float64 `yaml:"values" json:"values" jsonschema:"values as printed: 100 times the metric"`
}

// LoadPublished reads the list of published results, strictly. A metric that the
// main table has no column for is an error, and so is a value that a metric cannot
// have.
func LoadPublished(fsys fs.FS, file string) (Published, error) {
	var p Published
	if err := strictyaml.ReadFile(fsys, file, &p); err != nil {
		return Published{}, err
	}
	for i, s := range p.Sets {
		if err := s.check(); err != nil {
			return Published{}, fmt.Errorf("%s: table %d: %w", file, i+1, err)
		}
		same := func(o PublishedSet) bool {
			return o.Dataset == s.Dataset && o.Profile == s.Profile && o.Source == s.Source
		}
		if slices.ContainsFunc(p.Sets[:i], same) {
			return Published{}, fmt.Errorf("%s: table %d: %s by profile %s of the same source stands twice", file, i+1, s.Dataset, s.Profile)
		}
	}
	return p, nil
}

func (s PublishedSet) check() error {
	for _, f := range []struct{ key, value string }{
		{"dataset", s.Dataset}, {"split", s.Split}, {"profile", s.Profile}, {"source", s.Source}, {"protocol", s.Protocol},
	} {
		if f.value == "" {
			return fmt.Errorf("%s is required", f.key)
		}
	}
	if s.N < 1 {
		return fmt.Errorf("n: %d clips", s.N)
	}
	if len(s.Metrics) == 0 || len(s.Rows) == 0 {
		return fmt.Errorf("metrics and rows are required")
	}
	for i, name := range s.Metrics {
		if _, ok := mainColumn(s.Profile, name); !ok {
			return fmt.Errorf("metrics: %q is no metric of profile %s", name, s.Profile)
		}
		if slices.Contains(s.Metrics[:i], name) {
			return fmt.Errorf("metrics: %s stands twice", name)
		}
	}
	return s.checkRows()
}

func (s PublishedSet) checkRows() error {
	for i, row := range s.Rows {
		if row.Model == "" {
			return fmt.Errorf("row %d: model is required", i+1)
		}
		if slices.ContainsFunc(s.Rows[:i], func(o PublishedRow) bool { return o.Model == row.Model && o.Inputs == row.Inputs }) {
			return fmt.Errorf("row %d: %s stands twice", i+1, row.Model)
		}
		if len(row.Values) != len(s.Metrics) {
			return fmt.Errorf("%s: %d values for %d metrics", row.Model, len(row.Values), len(s.Metrics))
		}
		for k, v := range row.Values {
			least, most := 0.0, 100.0
			switch s.Metrics[k] {
			case "MAE":
				most = 600 // labels lie on [-3,3]
			case "Corr":
				least = -100
			}
			if !(v >= least && v <= most) {
				return fmt.Errorf("%s: %s is %v, outside [%v,%v]", row.Model, s.Metrics[k], v, least, most)
			}
		}
	}
	return nil
}
