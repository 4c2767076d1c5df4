package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/frame"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

type dataCheckCmd struct {
	dataPlace
	Names  []string `arg:"" name:"name" help:"mosi, mosei, sims or simsv2; several, or all."`
	Format string   `enum:"text,json" default:"text" help:"How to print the report: text or json (one object a line)."`
}

// Help is shown by --help.
func (dataCheckCmd) Help() string {
	return `Compares each dataset with what was published about it: size of the splits, range
and grid of the labels, ids, texts, videos that lie in two splits. A defect means that
this is not the published data and makes the exit code 1; a notice is a property of the
published data that is worth knowing.

Example:
  uacs data check all`
}

// Run prints a report for each dataset. A dataset that cannot be read does not
// keep the others from being checked.
func (c dataCheckCmd) Run(a *app) error {
	manifests, err := datasets.SelectManifests(slices.DeleteFunc(slices.Clone(c.Names), isAll)...)
	if err != nil {
		return asFile(err, c.Names)
	}
	if slices.ContainsFunc(c.Names, isAll) {
		manifests = datasets.Manifests()
	}
	fsys, origin, err := datasets.Open(c.options(a))
	if err != nil {
		return err
	}
	var unread, defective []string
	for _, m := range manifests {
		report, err := datasets.Check(fsys, m.Name)
		if err != nil && len(manifests) == 1 {
			return err
		}
		if err != nil {
			a.report(err)
			unread = append(unread, m.Name)
			continue
		}
		if report.Defects() > 0 {
			defective = append(defective, m.Name)
		}
		if err := c.print(a, report, origin); err != nil {
			return err
		}
	}
	return verdict(unread, defective)
}

// verdict returns the error of a check that did not go well, nil if it did.
func verdict(unread, defective []string) error {
	var parts []string
	if len(unread) > 0 {
		parts = append(parts, "cannot be read: "+strings.Join(unread, ", "))
	}
	if len(defective) > 0 {
		parts = append(parts, "not the published data: "+strings.Join(defective, ", "))
	}
	if parts == nil {
		return nil
	}
	return hint.Add(errors.New(strings.Join(parts, "; ")), "uacs data list --verify names the files that are not as pinned, uacs data get replaces them")
}

// asFile tells the way to whoever named a file where a dataset belongs.
func asFile(err error, names []string) error {
	for _, name := range names {
		if info, statErr := os.Stat(name); statErr == nil && info.Mode().IsRegular() {
			return hint.Add(err, "%s is a file; to look at it: uacs data import %s --check", name, name)
		}
	}
	return err
}

func isAll(name string) bool { return name == "all" }

func (c dataCheckCmd) print(a *app, report *datasets.Report, origin datasets.Origin) error {
	if c.Format == "json" {
		return json.NewEncoder(a.Stdout).Encode(report)
	}
	_, err := fmt.Fprintf(a.Stdout, "from %s\n%s\n", origin, report.Text())
	return err
}

type dataShowCmd struct {
	dataPlace
	Name   string `arg:"" help:"mosi, mosei, sims, simsv2, or the generated synth-mosi or synth-sims."`
	Split  string `enum:"all,train,valid,test" default:"all" help:"Which clips: all, train, valid or test."`
	Head   int    `default:"5" help:"How many clips to print; 0 prints the summary alone."`
	Format string `enum:"table,csv,json" default:"table" help:"table for people, csv for the clips alone, json for summary and clips."`
}

// Help is shown by --help.
func (dataShowCmd) Help() string {
	return `Prints how many clips each split has, a summary of their labels, and the first clips
with their texts.

Example:
  uacs data show simsv2 --split test --head 3`
}

// Run prints the summary and the first clips of a dataset.
func (c dataShowCmd) Run(a *app) error {
	if c.Head < 0 {
		return fmt.Errorf("--head %d: a number of clips is not negative", c.Head)
	}
	d, origin, err := loadDataset(c.Name, c.options(a))
	if err != nil {
		return err
	}
	shown := d.Samples
	if c.Split != "all" {
		shown = d.Split(sample.Split(c.Split))
	}
	shown = shown[:min(c.Head, len(shown))]
	switch c.Format {
	case "csv":
		df, err := frame.FromSamples(shown)
		if err != nil {
			return err
		}
		return frame.WriteCSV(a.Stdout, df)
	case "json":
		return c.printJSON(a, d, shown)
	}
	return c.printTable(a, d, origin, shown)
}

// loadDataset loads a public dataset from where the data is, or generates a
// synthetic one. origin says for people which of the two.
func loadDataset(name string, place datasets.Options) (d *datasets.Dataset, origin string, err error) {
	for _, c := range []synth.Config{synth.MOSI(), synth.SIMS()} {
		if c.Name != name {
			continue
		}
		set, err := synth.Generate(c)
		if err != nil {
			return nil, "", err
		}
		return &datasets.Dataset{Name: name, Title: set.Title, Samples: set.Samples, Digest: c.Revision()}, "the generator", nil
	}
	fsys, from, err := datasets.Open(place)
	if err != nil {
		return nil, "", err
	}
	d, err = datasets.Load(fsys, name)
	return d, from.String(), err
}

// summaries counts the splits that were asked for.
func (c dataShowCmd) summaries(d *datasets.Dataset) []datasets.SplitSummary {
	var out []datasets.SplitSummary
	for _, split := range sample.Splits {
		if c.Split == "all" || c.Split == string(split) {
			s := datasets.Summarize(d.Split(split))
			s.Split = split
			out = append(out, s)
		}
	}
	return out
}

func (c dataShowCmd) printTable(a *app, d *datasets.Dataset, origin string, shown []sample.Sample) error {
	fmt.Fprintf(a.Stdout, "%s: %s, from %s\ndigest %s\n", d.Name, d.Title, origin, d.Digest)
	for _, w := range d.Warnings {
		fmt.Fprintf(a.Stdout, "warning: %s\n", w)
	}
	fmt.Fprintln(a.Stdout)
	if err := writeFitted(a.Stdout, datasets.SplitTable(c.summaries(d))); err != nil || len(shown) == 0 {
		return err
	}
	fmt.Fprintln(a.Stdout)
	w := newTable(a.Stdout, 0)
	fmt.Fprintln(w, "id\tsplit\tlabel\ttext alone\taudio alone\tvideo alone\ttext")
	for _, s := range shown {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Split, datasets.FormatLabel(s.Label),
			datasets.FormatLabel(s.LabelT), datasets.FormatLabel(s.LabelA), datasets.FormatLabel(s.LabelV), shortened(s.Text))
	}
	return w.Flush()
}

// shownRunes is how much of a text a line of the table holds.
const shownRunes = 60

// shortened returns the beginning of a text on one line.
func shortened(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= shownRunes {
		return string(runes)
	}
	return string(runes[:shownRunes-1]) + "…"
}

// shownClip is a sample in JSON, which has no NaN.
type shownClip struct {
	ID     string       `json:"id"`
	Video  string       `json:"video"`
	Clip   string       `json:"clip"`
	Split  sample.Split `json:"split"`
	Label  float64      `json:"label"`
	LabelT *float64     `json:"label_t,omitzero"`
	LabelA *float64     `json:"label_a,omitzero"`
	LabelV *float64     `json:"label_v,omitzero"`
	Text   string       `json:"text,omitzero"`
	TextEN string       `json:"text_en,omitzero"`
}

func (c dataShowCmd) printJSON(a *app, d *datasets.Dataset, shown []sample.Sample) error {
	clips := make([]shownClip, len(shown))
	for i, s := range shown {
		clips[i] = shownClip{
			ID: s.ID, Video: s.Video, Clip: s.Clip, Split: s.Split, Label: s.Label,
			LabelT: known(s.LabelT), LabelA: known(s.LabelA), LabelV: known(s.LabelV), Text: s.Text, TextEN: s.TextEN,
		}
	}
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Dataset  string                  `json:"dataset"`
		Title    string                  `json:"title"`
		Digest   string                  `json:"digest"`
		Warnings []string                `json:"warnings,omitzero"`
		Splits   []datasets.SplitSummary `json:"splits"`
		Clips    []shownClip             `json:"clips"`
	}{d.Name, d.Title, d.Digest, d.Warnings, c.summaries(d), clips})
}

// known returns nil for the NaN of a label that the dataset does not have.
func known(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
