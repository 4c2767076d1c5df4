package datasets

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Severity says what a [Finding] asks of the reader.
type Severity string

const (
	// SeverityDefect marks data that is not what was published: stop and look.
	SeverityDefect Severity = "defect"
	// SeverityNotice marks a property of the published data to know about.
	SeverityNotice Severity = "notice"
)

// Finding is one property of a dataset worth naming.
type Finding struct {
	Severity Severity `json:"severity"`
	// Check is the name of the check, such as "labels".
	Check string `json:"check"`
	// Split is where it was found, empty for the dataset as a whole.
	Split sample.Split `json:"split,omitzero"`
	// Message says it in words.
	Message string `json:"message"`
	// IDs are the clips (or videos, where Message speaks of videos): the first
	// [MaxIDs] of Total, in the order of the dataset, but those that collide or
	// share a text side by side.
	IDs   []string `json:"ids,omitzero"`
	Total int      `json:"total,omitzero"`
}

// MaxIDs is how many ids a [Finding] lists.
const MaxIDs = 20

// SplitSummary counts one split.
type SplitSummary struct {
	Split sample.Split `json:"split"`
	// N counts the clips, Published what the corpus's authors say, Videos the
	// source videos.
	N         int `json:"n"`
	Published int `json:"published,omitzero"`
	Videos    int `json:"videos"`
	// Negative, Neutral and Positive count labels by sign; a NaN counts nowhere.
	Negative int `json:"negative"`
	Neutral  int `json:"neutral"`
	Positive int `json:"positive"`
	// Distinct counts the different label values. Min, Max and Mean are over the
	// finite labels, 0 if there is none.
	Distinct int     `json:"distinct"`
	Min      float64 `json:"min"`
	Max      float64 `json:"max"`
	Mean     float64 `json:"mean"`
	// Textless counts the clips without a transcript.
	Textless int `json:"textless"`
}

// Report is what [Check] found out about a dataset.
type Report struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Digest string `json:"digest"`
	// Note is the manifest's remark on the labels.
	Note string `json:"note"`
	// Splits are train, valid and test.
	Splits []SplitSummary `json:"splits"`
	// Videos counts source videos, Distinct different labels, over all splits.
	Videos   int `json:"videos"`
	Distinct int `json:"distinct"`
	// Warnings are the dataset's own.
	Warnings []string `json:"warnings,omitzero"`
	// Findings come in the order of the checks, defects and notices mixed.
	Findings []Finding `json:"findings,omitzero"`
}

// Defects counts the findings that are defects.
func (r *Report) Defects() int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == SeverityDefect {
			n++
		}
	}
	return n
}

// Check loads the named dataset from fsys and compares it with what was
// published about it: the size of each split, range and grid of the labels, ids
// that are unique even to a reader that ignores case or leading zeros, a text
// for every clip, videos that keep to one split. Files that cannot be read as a
// dataset at all are an error, as [Load] says; all else is in the Report.
func Check(fsys fs.FS, name string) (*Report, error) {
	d, err := Load(fsys, name)
	if err != nil {
		return nil, err
	}
	manifests, err := SelectManifests(name)
	if err != nil {
		return nil, err
	}
	c := corpora[slices.IndexFunc(corpora, func(c corpus) bool { return c.name == name })]
	return inspect(d, manifests[0], c), nil
}

// inspection is a Report in the making.
type inspection struct {
	*Report
	data     *Dataset
	manifest Manifest
	corpus   corpus
}

func inspect(d *Dataset, m Manifest, c corpus) *Report {
	in := &inspection{
		Report: &Report{Name: d.Name, Title: d.Title, Digest: d.Digest, Note: m.Labels.Note, Warnings: d.Warnings},
		data:   d, manifest: m, corpus: c,
	}
	in.summarize()
	in.checkSizes()
	in.checkLabels()
	in.checkGrid()
	in.checkIDs()
	in.checkTexts()
	in.checkModalities()
	in.checkRepeats()
	in.checkVideos()
	in.checkBalance()
	return in.Report
}

func (in *inspection) summarize() {
	published := map[sample.Split]int{
		sample.Train: in.manifest.Published.Train,
		sample.Valid: in.manifest.Published.Valid,
		sample.Test:  in.manifest.Published.Test,
	}
	for _, split := range sample.Splits {
		s := Summarize(in.data.Split(split))
		s.Split, s.Published = split, published[split]
		in.Splits = append(in.Splits, s)
	}
	all := Summarize(in.data.Samples)
	in.Videos, in.Distinct = all.Videos, all.Distinct
}

// Summarize counts samples of any splits; Split and Published are left empty.
func Summarize(samples []sample.Sample) SplitSummary {
	sum := SplitSummary{N: len(samples)}
	videos, values := map[string]bool{}, map[float64]bool{}
	var finite []float64
	for i := range samples {
		s := &samples[i]
		videos[s.Video] = true
		if !hasText(s) {
			sum.Textless++
		}
		switch {
		case s.Label < 0:
			sum.Negative++
		case s.Label > 0:
			sum.Positive++
		case s.Label == 0:
			sum.Neutral++
		}
		if !math.IsNaN(s.Label) && !math.IsInf(s.Label, 0) {
			values[s.Label] = true
			finite = append(finite, s.Label)
		}
	}
	sum.Videos, sum.Distinct = len(videos), len(values)
	if len(finite) > 0 {
		sum.Min, sum.Max, sum.Mean = slices.Min(finite), slices.Max(finite), detsum.Mean(finite)
	}
	return sum
}

// find adds a finding; ids may be nil.
func (in *inspection) find(severity Severity, check string, split sample.Split, ids []string, format string, args ...any) {
	in.Findings = append(in.Findings, Finding{
		Severity: severity, Check: check, Split: split, Message: fmt.Sprintf(format, args...),
		IDs: slices.Clone(ids[:min(len(ids), MaxIDs)]), Total: len(ids),
	})
}

// idsWhere returns the ids of the clips that f picks, in order.
func (in *inspection) idsWhere(f func(*sample.Sample) bool) []string {
	var ids []string
	for i := range in.data.Samples {
		if s := &in.data.Samples[i]; f(s) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// defects adds a defect for each split in which f picks clips.
func (in *inspection) defects(check, message string, f func(*sample.Sample) bool) {
	for _, split := range sample.Splits {
		ids := in.idsWhere(func(s *sample.Sample) bool { return s.Split == split && f(s) })
		if len(ids) > 0 {
			in.find(SeverityDefect, check, split, ids, "%s", message)
		}
	}
}

func (in *inspection) checkSizes() {
	for _, s := range in.Splits {
		if s.N != s.Published {
			in.find(SeverityDefect, "size", s.Split, nil, "%d clips, published are %d", s.N, s.Published)
		}
	}
	ids := in.idsWhere(func(s *sample.Sample) bool { return !slices.Contains(sample.Splits, s.Split) })
	if len(ids) > 0 {
		in.find(SeverityDefect, "size", "", ids, "clips in no split")
	}
}

func (in *inspection) checkLabels() {
	notFinite := func(s *sample.Sample) bool { return math.IsNaN(s.Label) || math.IsInf(s.Label, 0) }
	in.defects("labels", "the label is not a finite number", notFinite)
	rng := in.data.Range
	in.defects("labels", fmt.Sprintf("the label is outside [%v,%v]", rng[0], rng[1]), func(s *sample.Sample) bool {
		return !notFinite(s) && (s.Label < rng[0] || s.Label > rng[1])
	})
}

// checkGrid compares the number of labels off the manifest's grid with the
// published one.
func (in *inspection) checkGrid() {
	steps := float64(in.manifest.Labels.StepsPerUnit)
	ids := in.idsWhere(func(s *sample.Sample) bool {
		at := s.Label * steps
		return math.Abs(at-math.Round(at)) > 1e-3 // false for NaN
	})
	switch want := in.manifest.Labels.OffGrid; {
	case len(ids) != want:
		in.find(SeverityDefect, "grid", "", ids, "%s no multiple of 1/%v, published are %d", labelsAre(len(ids)), steps, want)
	case want > 0:
		in.find(SeverityNotice, "grid", "", ids, "%s no multiple of 1/%v, as published", labelsAre(want), steps)
	}
}

func labelsAre(n int) string {
	if n == 1 {
		return "1 label is"
	}
	return fmt.Sprintf("%d labels are", n)
}

// checkIDs looks for ids that are one to a reader: equal, equal but for case (a
// file system), or equal but for leading zeros (a spreadsheet).
func (in *inspection) checkIDs() {
	in.defects("ids", "the id is not video, underscore, clip", func(s *sample.Sample) bool {
		return s.Video == "" || s.Clip == "" || s.ID != joinID(s.Video, s.Clip)
	})
	zeros := func(s *sample.Sample) string {
		return joinID(strings.TrimLeft(s.Video, "0"), strings.TrimLeft(s.Clip, "0"))
	}
	for _, same := range []struct {
		message string
		groups  [][]int
	}{
		{"the id stands more than once", in.groups(func(s *sample.Sample) string { return s.ID })},
		{"ids differ in case only", in.severalIDs(func(s *sample.Sample) string { return strings.ToLower(s.ID) })},
		{"ids differ in leading zeros only", in.severalIDs(zeros)},
	} {
		if ids := in.idsOf(same.groups); len(ids) > 0 {
			in.find(SeverityDefect, "ids", "", ids, "%s", same.message)
		}
	}
}

// groups returns the indices of clips that have a key in common, groups of two
// and more, in order of first appearance. Clips with an empty key are alone.
func (in *inspection) groups(key func(*sample.Sample) string) [][]int {
	place := map[string]int{}
	var groups [][]int
	for i := range in.data.Samples {
		k := key(&in.data.Samples[i])
		if k == "" {
			continue
		}
		g, ok := place[k]
		if !ok {
			g = len(groups)
			place[k] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return slices.DeleteFunc(groups, func(g []int) bool { return len(g) < 2 })
}

func (in *inspection) idsOf(groups [][]int) []string {
	var ids []string
	for _, g := range groups {
		for _, i := range g {
			ids = append(ids, in.data.Samples[i].ID)
		}
	}
	return ids
}

// severalIDs returns the groups in which not all clips have the same id.
func (in *inspection) severalIDs(key func(*sample.Sample) string) [][]int {
	clips := in.data.Samples
	return slices.DeleteFunc(in.groups(key), func(g []int) bool {
		return !slices.ContainsFunc(g, func(i int) bool { return clips[i].ID != clips[g[0]].ID })
	})
}

// checkVideos compares the number of videos with clips in several splits with
// the published one.
func (in *inspection) checkVideos() {
	o := overlapOf(in.data.Samples)
	switch want := in.corpus.crossing; {
	case len(o.crossing) != want:
		in.find(SeverityDefect, "videos", "", o.crossing, "%s; by the published split %d do", o, want)
	case want > 0:
		in.find(SeverityNotice, "videos", "", o.crossing, "%s, as published", o)
	}
}

// checkBalance names splits without one of the signs, and a majority sign that
// is another in test than in train: there a constant guess loses.
func (in *inspection) checkBalance() {
	for _, s := range in.Splits {
		if s.N > 0 && (s.Negative == 0 || s.Positive == 0) {
			in.find(SeverityDefect, "balance", s.Split, nil, "%d negative, %d neutral, %d positive: one sign is missing", s.Negative, s.Neutral, s.Positive)
		}
	}
	train, test := in.Splits[0], in.Splits[len(in.Splits)-1]
	if cmp.Compare(train.Positive, train.Negative)*cmp.Compare(test.Positive, test.Negative) < 0 {
		in.find(SeverityNotice, "balance", "", nil, "the majority sign differs: train has %d negative and %d positive clips, test %d and %d",
			train.Negative, train.Positive, test.Negative, test.Positive)
	}
}
