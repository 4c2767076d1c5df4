package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"uacs/figures"
	"uacs/harness/experiment"
)

// The folders of the artefacts, relative to the project.
const (
	recordsDir = "results/records"
	tablesDir  = "results/tables"
	figuresDir = "figures/out"
)

// tableFormats are the endings of a table's files.
var tableFormats = []string{".md", ".csv", ".tex", ".html"}

// mainResults is how the files of the main table of a tier begin.
const mainResults = "main-results-"

// File is an artefact: its slash path relative to the project, and its bytes.
type File struct {
	Path string
	Data []byte
	// Derived marks a view of another artefact, which the manifest leaves out: a
	// PDF or PNG of an SVG may differ between machines in bytes no eye can see.
	Derived bool
}

// Files returns every artefact of one experiment, the records first.
func Files(r *experiment.Result) ([]File, error) {
	var records bytes.Buffer
	if err := experiment.WriteRecords(&records, r); err != nil {
		return nil, err
	}
	files := []File{{Path: path.Join(recordsDir, r.Setup.Name+".jsonl"), Data: records.Bytes()}}
	if r.Exact != nil {
		var exact bytes.Buffer
		if err := json.Indent(&exact, r.Exact, "", "  "); err != nil {
			return nil, fmt.Errorf("exact values of %s: %w", r.Setup.Name, err)
		}
		exact.WriteByte('\n')
		files = append(files, File{Path: path.Join(recordsDir, r.Setup.Name+"-exact.json"), Data: exact.Bytes()})
	}
	tables := map[string]Table{"systems": Systems(r), "measures": Measures(r), "profiles": Profiles(r), "flow": Flow(r)}
	drawn := diagnosisFigures(r)
	drawn[""], drawn["-column"] = Figure(r), ColumnFigure(r)
	if r.Surface != nil {
		tables["surface"] = SurfaceTable(r)
		drawn["-surface"] = SurfaceFigure(r)
	}
	for _, kind := range slices.Sorted(maps.Keys(tables)) {
		written, err := tableFiles(r.Setup.Name+"-"+kind, tables[kind])
		if err != nil {
			return nil, err
		}
		files = append(files, written...)
	}
	for _, kind := range slices.Sorted(maps.Keys(drawn)) {
		written, err := figureFiles(r.Setup.Name+kind, drawn[kind])
		if err != nil {
			return nil, err
		}
		files = append(files, written...)
	}
	return files, nil
}

// figureFiles draws one figure in every format.
func figureFiles(name string, figure figures.Figure) ([]File, error) {
	var files []File
	for _, format := range figures.Formats {
		data, err := figures.Render(figure, format)
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", name, err)
		}
		files = append(files, File{Path: path.Join(figuresDir, name+"."+format), Data: data, Derived: format != "svg"})
	}
	return files, nil
}

// OverviewFiles returns the table and the figure over all experiments of a tier;
// absent names those of the tier that could not be run.
func OverviewFiles(tier string, results []*experiment.Result, absent []string) ([]File, error) {
	table, err := tableFiles("overview-"+tier, Overview(tier, results, absent))
	if err != nil {
		return nil, err
	}
	figure, err := overviewFigureFiles(tier, results)
	return slices.Concat(table, figure), err
}

// CheckFiles returns results/tables/checks.csv: quantity, k, n.
func CheckFiles(counted []experiment.Counted) ([]File, error) {
	data, err := checksCSV(counted)
	return []File{{Path: path.Join(tablesDir, "checks.csv"), Data: data}}, err
}

// tableFiles writes one table in every format.
func tableFiles(name string, t Table) ([]File, error) {
	csv, err := t.CSV()
	if err != nil {
		return nil, err
	}
	stem := path.Join(tablesDir, name)
	return []File{
		{Path: stem + ".md", Data: t.Markdown()},
		{Path: stem + ".csv", Data: csv},
		{Path: stem + ".tex", Data: t.LaTeX()},
		{Path: stem + ".html", Data: t.HTML()},
	}, nil
}

// figureSuffixes tell an experiment's figures apart.
var figureSuffixes = []string{"", "-column", "-surface", "-effects", "-flow", "-cost", "-uncertainty", "-risk", "-confusion", "-reliability", "-videos"}

// Belongs reports whether the artefact at p is one of the named experiment's.
func Belongs(p, name string) bool {
	for _, suffix := range []string{"-systems", "-measures", "-profiles", "-flow", "-surface"} {
		for _, ext := range tableFormats {
			if p == path.Join(tablesDir, name+suffix+ext) {
				return true
			}
		}
	}
	for _, suffix := range figureSuffixes {
		if p == path.Join(figuresDir, name+suffix+".svg") {
			return true
		}
	}
	return p == path.Join(recordsDir, name+".jsonl") || p == path.Join(recordsDir, name+"-exact.json")
}

// BelongsToTier reports whether the artefact at p is one of a tier rather than of
// one experiment.
func BelongsToTier(p, tier string) bool {
	for _, table := range []string{"overview-", "claims-", mainResults} {
		for _, ext := range tableFormats {
			if p == path.Join(tablesDir, table+tier+ext) {
				return true
			}
		}
	}
	return p == overviewPath(tier) || tier == "public" && p == path.Join(tablesDir, "checks.csv")
}

// ModelCard and ModelCurve are where the card and the learning curve of a trained
// model are kept among the artefacts.
func ModelCard(name string) string { return path.Join("results/models", name+".md") }

// ModelCurve is the path of a model's learning curve in a format; see [ModelCard].
func ModelCurve(name, format string) string {
	return path.Join(figuresDir, "model-"+name+"-learning."+format)
}

// OfModel reports whether the artefact at p is a trained model's card or curve.
func OfModel(p string) bool {
	name := strings.TrimSuffix(path.Base(p), ".md")
	if p == ModelCard(name) {
		return true
	}
	name, ok := strings.CutPrefix(path.Base(p), "model-")
	return ok && slices.ContainsFunc(figures.Formats, func(format string) bool {
		return p == ModelCurve(strings.TrimSuffix(name, "-learning."+format), format)
	})
}
