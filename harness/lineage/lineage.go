// Package lineage tells where a figure, a table or a number came from: the
// experiment, its config, the records, and every input file with the repository,
// commit and licence that it has.
//
// Most readers want [Trace], which takes an artefact, and [Find], which finds the
// cells of the tables that print a number.
package lineage

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"uacs/datasets"
	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/internal/hint"
)

// State says how a file on disk compares with what was recorded about it.
type State string

// The states.
const (
	Same     State = "as recorded"
	Changed  State = "changed since"
	Absent   State = "not on this machine"
	Unlisted State = "not listed"
)

// Source is an input file of an experiment.
type Source struct {
	Path, SHA256 string
	// Repository, Commit and Licence are those of the manifests; empty for a file
	// that is in none of them.
	Repository, Commit, Licence string
}

// Lineage is where an artefact came from.
type Lineage struct {
	Artefact string
	// State compares the artefact with the manifest of results.
	State State
	// Of is the experiment or ablation plan; Title and Tier are its own.
	Of, Title, Tier string
	// Config is the file that describes it, ConfigSHA256 its digest when the results
	// were made, ConfigState how the file compares with it now.
	Config, ConfigSHA256 string
	ConfigState          State
	// Records is the file that the artefact was drawn from.
	Records string
	// Inputs are the files that were read; an ablation lists them in the store only
	// and has their common digest in InputsSHA256.
	Inputs       []Source
	InputsSHA256 []string
	// Hypotheses are what the paper leaves open and the config decides.
	Hypotheses []string
	// From are the experiments that a table or figure over all of a tier was made from,
	// in the order of their records, or the one that a sensitivity study varies; Inputs
	// are then those of all of them.
	From []Lineage
	// Card is what a model's card says about its origin, such as digests of the data and
	// of the training, as "name: value".
	Card []string
	// Command makes the artefact anew.
	Command string
}

// tables over several experiments, by the start of their names.
var overall = []string{"overview-", "claims-", "main-results-"}

// Trace returns the lineage of an artefact of the project in fsys. name is its
// path, its file name, or that without an extension. An artefact that no
// experiment made is an error that wraps [fs.ErrNotExist].
func Trace(fsys fs.FS, name string) (Lineage, error) {
	manifest, err := readManifest(fsys)
	if err != nil {
		return Lineage{}, err
	}
	file, err := resolve(manifest, name)
	if err != nil {
		return Lineage{}, err
	}
	l := Lineage{Artefact: file, State: stateOf(fsys, file, manifest[file])}
	records, err := owner(manifest, file)
	if err != nil {
		return l, err
	}
	l.Records = records
	if report.OfModel(file) {
		name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(path.Base(file), "model-"), "-learning.svg"), ".md")
		l.Of, l.Command, l.Config = "training of model "+name, "uacs train "+name, "configs/models/"+name+".yaml"
		return l, l.ofModel(fsys, "results/models/"+name+".md")
	}
	if name, ok := studyOf(file); ok {
		l.Of, l.Command, l.Config = "sensitivity study "+name, "uacs sensitivity "+name, "configs/sensitivity/"+name+".yaml"
		return l, l.ofStudy(fsys, manifest)
	}
	if records == "" {
		l.Of, l.Command = "all experiments of the tier", "uacs reproduce"
		return l, l.ofTier(fsys, manifest)
	}
	data, err := fs.ReadFile(fsys, records)
	if err != nil {
		return l, err
	}
	if strings.HasPrefix(path.Base(records), "ablation-") {
		err = l.ofAblation(records, data)
	} else {
		err = l.ofExperiment(records, data)
	}
	l.ConfigState = stateOf(fsys, l.Config, l.ConfigSHA256)
	return l, err
}

func readManifest(fsys fs.FS) (report.Manifest, error) {
	data, err := fs.ReadFile(fsys, report.ManifestPath)
	if err != nil {
		return nil, hint.Add(err, "run in the project's folder, or name it with --root; make reproduce makes the results")
	}
	return report.ParseManifest(report.ManifestPath, data)
}

// resolve finds the artefact that is meant. Views that the manifest does not list
// stand for the figure they are views of.
func resolve(manifest report.Manifest, name string) (string, error) {
	name = path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if ext := path.Ext(name); ext == ".pdf" || ext == ".png" {
		name = strings.TrimSuffix(name, ext) + ".svg"
	}
	var found []string
	for _, p := range manifest.Paths() {
		base := path.Base(p)
		switch name {
		case p, base:
			return p, nil
		case strings.TrimSuffix(base, path.Ext(base)):
			found = append(found, p)
		}
		if strings.HasSuffix(name, "/"+p) {
			return p, nil
		}
	}
	if len(found) == 0 {
		return "", hint.Add(notFound(fmt.Sprintf("no artefact is called %q", name)), "results/MANIFEST.sha256 lists them; a number is looked for in the tables")
	}
	for _, p := range found { // a figure is what people see first
		if strings.HasSuffix(p, ".svg") {
			return p, nil
		}
	}
	return found[0], nil
}

func stateOf(fsys fs.FS, file, digest string) State {
	if digest == "" {
		return Unlisted
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Absent
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) == digest {
		return Same
	}
	return Changed
}

// owner returns the records that an artefact was made from, "" for a table over
// several experiments.
func owner(manifest report.Manifest, file string) (string, error) {
	for _, p := range manifest.Paths() {
		name, ok := strings.CutSuffix(path.Base(p), ".jsonl")
		if !ok {
			continue
		}
		if study, ok := strings.CutPrefix(name, "sensitivity-"); ok {
			if got, of := studyOf(file); of && got == study {
				return p, nil
			}
			continue
		}
		plan, ablated := strings.CutPrefix(name, "ablation-")
		if ablated && report.BelongsToAblation(file, plan) || !ablated && report.Belongs(file, name) {
			return p, nil
		}
	}
	base := path.Base(file)
	if base == "checks.csv" || report.OfModel(file) || slices.ContainsFunc(overall, func(start string) bool { return strings.HasPrefix(base, start) }) {
		return "", nil
	}
	return "", notFound(file + ": no experiment made it")
}

// notFound is an [fs.ErrNotExist] that says more than that.
type notFound string

// Error returns what was not found.
func (e notFound) Error() string { return string(e) }

// Is makes it an fs.ErrNotExist.
func (notFound) Is(target error) bool { return target == fs.ErrNotExist }

// studyOf returns the sensitivity study that made an artefact.
func studyOf(file string) (name string, ok bool) {
	base := path.Base(file)
	name, ok = strings.CutPrefix(strings.TrimSuffix(base, path.Ext(base)), "sensitivity-")
	return strings.TrimSuffix(name, "-summary"), ok
}

func (l *Lineage) ofExperiment(file string, data []byte) error {
	r, err := experiment.ReadRecords(bytes.NewReader(data), file)
	if err != nil {
		return err
	}
	s := r.Setup
	l.Of, l.Title, l.Tier, l.Config, l.ConfigSHA256 = "experiment "+s.Name, s.Title, s.Tier, s.Config, s.ConfigSHA256
	l.Hypotheses, l.Command = s.Hypotheses, "uacs reproduce "+s.Name
	known := map[string]datasets.File{}
	for _, f := range datasets.FilesOf(datasets.Manifests()) {
		known[f.SHA256] = f
	}
	for _, in := range s.Inputs {
		f := known[in.SHA256]
		l.Inputs = append(l.Inputs, Source{Path: in.Path, SHA256: in.SHA256, Repository: f.Repository, Commit: f.Commit, Licence: f.Licence})
	}
	return nil
}

// ofTier gathers the experiments of the tier that the artefact is about.
func (l *Lineage) ofTier(fsys fs.FS, manifest report.Manifest) error {
	l.Tier = "public"
	if report.BelongsToTier(l.Artefact, "synth") {
		l.Tier = "synth"
	}
	for _, p := range manifest.Paths() {
		name, ok := strings.CutSuffix(path.Base(p), ".jsonl")
		if !ok || strings.HasPrefix(name, "ablation-") || strings.HasPrefix(name, "sensitivity-") {
			continue
		}
		one, err := experimentOf(fsys, manifest, p)
		if err != nil {
			return err
		}
		if one.Tier == l.Tier {
			l.from(one)
		}
	}
	return nil
}

// experimentOf is the lineage of the experiment with those records.
func experimentOf(fsys fs.FS, manifest report.Manifest, records string) (Lineage, error) {
	data, err := fs.ReadFile(fsys, records)
	if err != nil {
		return Lineage{}, err
	}
	l := Lineage{Artefact: records, State: stateOf(fsys, records, manifest[records]), Records: records}
	err = l.ofExperiment(records, data)
	l.ConfigState = stateOf(fsys, l.Config, l.ConfigSHA256)
	return l, err
}

// from adds an experiment and its inputs, each once.
func (l *Lineage) from(one Lineage) {
	l.From = append(l.From, one)
	for _, in := range one.Inputs {
		if !slices.Contains(l.Inputs, in) {
			l.Inputs = append(l.Inputs, in)
		}
	}
}

// ofStudy reads which experiment a sensitivity study varies; that one may not have
// been made here.
func (l *Lineage) ofStudy(fsys fs.FS, manifest report.Manifest) error {
	data, err := fs.ReadFile(fsys, l.Records)
	if err != nil {
		return err
	}
	var study struct{ Title, Tier, Experiment string }
	if err := json.Unmarshal(data, &study); err != nil {
		return fmt.Errorf("%s: %w", l.Records, err)
	}
	l.Title, l.Tier = study.Title, study.Tier
	records := "results/records/" + study.Experiment + ".jsonl"
	if _, ok := manifest[records]; !ok {
		return nil
	}
	one, err := experimentOf(fsys, manifest, records)
	if err != nil {
		return err
	}
	l.from(one)
	return nil
}

// ofModel reads a model's card: its title, and the lines of tables that name a dataset,
// an encoder or a digest.
func (l *Lineage) ofModel(fsys fs.FS, card string) error {
	data, err := fs.ReadFile(fsys, card)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "# "); ok && l.Title == "" {
			l.Title = title
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) == 2 && (cells[0] == "dataset" || strings.HasSuffix(cells[0], "digest") || strings.HasSuffix(cells[0], "encoder")) {
			l.Card = append(l.Card, cells[0]+": "+cells[1])
		}
	}
	return nil
}

// ofAblation reads the plan's line and those of the panels.
func (l *Lineage) ofAblation(file string, data []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		var line struct {
			Kind, Name, Title, Tier, Plan string
			PlanSHA256                    string `json:"plan_sha256"`
			Hypotheses                    []string
			InputsSHA256                  string `json:"inputs_sha256"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
		switch line.Kind {
		case "plan":
			l.Of, l.Title, l.Tier, l.Config, l.ConfigSHA256 = "ablation "+line.Name, line.Title, line.Tier, line.Plan, line.PlanSHA256
			l.Hypotheses, l.Command = line.Hypotheses, "uacs ablate "+line.Name
		case "panel":
			if !slices.Contains(l.InputsSHA256, line.InputsSHA256) {
				l.InputsSHA256 = append(l.InputsSHA256, line.InputsSHA256)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if l.Config == "" {
		return errors.New(file + ": no plan")
	}
	return nil
}
