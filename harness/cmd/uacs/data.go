package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"uacs/datasets"
	"uacs/internal/hint"
)

// dataCmd groups the commands about the public datasets and files of one's own.
type dataCmd struct {
	List   dataListCmd   `cmd:"" help:"Show the datasets and what of them is on this machine."`
	Get    dataGetCmd    `cmd:"" help:"Fetch datasets into the data folder, checked by SHA-256."`
	Check  dataCheckCmd  `cmd:"" help:"Compare datasets with what was published about them."`
	Show   dataShowCmd   `cmd:"" help:"Print a summary and the first clips of a dataset."`
	Import dataImportCmd `cmd:"" help:"Say what a file of features or labels is, and write a copy that can be mapped."`
	Leak   dataLeakCmd   `cmd:"" help:"Ask whether splits share videos or texts, and features know the test labels."`
}

// dataPlace are the flags that say where data is; the mirror's default is
// UACS_MIRROR.
type dataPlace struct {
	Mirror string `help:"Folder or http(s) URL that holds the files under their paths (default: UACS_MIRROR)." placeholder:"PLACE"`
	Dir    string `help:"Data folder (default: .cache/data in the project)." placeholder:"DIR"`
}

func (p dataPlace) options(a *app) datasets.Options {
	if p.Mirror == "" {
		p.Mirror = a.Getenv("UACS_MIRROR")
	}
	return datasets.Options{Mirror: p.Mirror, Dir: p.Dir}
}

// load loads a public dataset.
func (p dataPlace) load(a *app, name string) (*datasets.Dataset, error) {
	fsys, _, err := datasets.Open(p.options(a))
	if err != nil {
		return nil, err
	}
	return datasets.Load(fsys, name)
}

type dataListCmd struct {
	dataPlace
	Verify bool `help:"Read every file and compare its SHA-256, not just its size."`
}

// Help is shown by --help.
func (dataListCmd) Help() string {
	return "Example:\n  uacs data list --verify"
}

// Run prints where data is read from, a line per dataset, and what is wrong.
func (c dataListCmd) Run(a *app) error {
	fsys, origin, err := datasets.Open(c.options(a))
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "Read from: %s\n\n", origin)
	w := newTable(a.Stdout, 0)
	fmt.Fprintln(w, "dataset\tfiles\tbytes\tclips\ttrain/valid/test")
	complete := true
	var licences []string
	holders := map[string][]string{} // of a licence
	for _, m := range datasets.Manifests() {
		if len(holders[m.Licence]) == 0 {
			licences = append(licences, m.Licence)
		}
		holders[m.Licence] = append(holders[m.Licence], m.Name)
		missing, err := datasets.Available(fsys, m)
		if err != nil {
			return err
		}
		complete = complete && len(missing) == 0
		p := m.Published
		fmt.Fprintf(w, "%s\t%d/%d\t%d\t%d\t%d/%d/%d\n", m.Name, len(m.Files)-len(missing), len(m.Files),
			totalBytes(m.Files), p.Total(), p.Train, p.Valid, p.Test)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.Stdout)
	for _, l := range licences {
		fmt.Fprintf(a.Stdout, "%s: %s\n", strings.Join(holders[l], ", "), l)
	}
	if !complete {
		fmt.Fprintln(a.Stdout, "\nuacs data get fetches what is missing; it shows the licence of each file first.")
	}
	if c.Verify {
		return verifyAll(a, fsys)
	}
	return nil
}

// verifyAll prints every file that is there and not as pinned; one is an error.
func verifyAll(a *app, fsys fs.FS) error {
	wrong := 0
	for _, m := range datasets.Manifests() {
		defects, err := datasets.Verify(fsys, m)
		if err != nil {
			return err
		}
		for _, d := range defects {
			if d.Problem != "absent" {
				fmt.Fprintf(a.Stdout, "%s: %s: %s\n", m.Name, d.File.Path, d.Problem)
				wrong++
			}
		}
	}
	if wrong > 0 {
		return hint.Add(fmt.Errorf("%d of the files are not as pinned", wrong), "uacs data get replaces them in the data folder")
	}
	fmt.Fprintln(a.Stdout, "Every file that is there has the pinned SHA-256.")
	return nil
}

func totalBytes(files []datasets.File) (n int64) {
	for _, f := range files {
		n += f.Bytes
	}
	return n
}

type dataGetCmd struct {
	dataPlace
	Dataset       []string `arg:"" optional:"" help:"mosi, mosei, sims, simsv2; none or all means all."`
	AcceptLicence bool     `help:"Agree to the licences that are shown, without a question."`
}

// Help is shown by --help.
func (dataGetCmd) Help() string {
	return "Example:\n  uacs data get mosi sims --accept-licence\n\n" +
		"Files come from UACS_MIRROR if it is set, else from their public repositories\n" +
		"at a pinned commit. An interrupted download continues on the next call."
}

// Run fetches what is missing and prints a line per file that was.
func (c dataGetCmd) Run(a *app) error {
	manifests, err := datasets.SelectManifests(c.Dataset...)
	if err != nil {
		return err
	}
	o := c.options(a)
	consent := datasets.Consent{Accepted: c.AcceptLicence, Ask: isTerminal(a.Stdin), In: a.Stdin, Out: a.Stderr}
	report := newDataProgress(a, o.DataDir(), manifests)
	results, err := datasets.Get(a.Ctx, manifests, datasets.GetOptions{
		Dir: o.DataDir(), Mirror: o.Mirror, Consent: consent.Confirm, Progress: report.event,
	})
	report.end()
	if results != nil {
		printFetched(a.Stdout, results)
	}
	if err != nil {
		return err
	}
	if _, origin, err := datasets.Open(o); err == nil && origin.Mirror {
		fmt.Fprintf(a.Stderr, "uacs: note: other commands read from the %s, not from this data folder\n", origin)
	}
	return nil
}

// printFetched prints what was done about each file that was not there.
func printFetched(out io.Writer, results []datasets.Fetched) {
	w := newTable(out, 0)
	for _, r := range results {
		switch r.Outcome {
		case datasets.Present:
		case datasets.Failed:
			fmt.Fprintf(w, "%s\t\t%s\n", r.Outcome, r.File.Path)
		default:
			fmt.Fprintf(w, "%s\t%d\t%s\n", r.Outcome, r.File.Bytes, r.File.Path)
		}
	}
	_ = w.Flush() // a broken stdout shows in the line below as well
	fmt.Fprintln(out, datasets.Summary(results))
}

// dataProgress shows a download: retries always, a running count of bytes
// where a person watches.
type dataProgress struct {
	out  io.Writer
	live bool
	done map[string]int64
	// all is how many bytes are missing, as far as sizes on disk tell; sum of them came
	// since the first did.
	all, sum int64
	kib      int64 // the last count shown
	since    time.Time
}

// newDataProgress shows what is fetched into a folder.
func newDataProgress(a *app, dir string, manifests []datasets.Manifest) *dataProgress {
	p := &dataProgress{out: a.Stderr, live: isTerminal(a.Stderr), done: map[string]int64{}}
	for _, f := range datasets.FilesOf(manifests) {
		missing, err := datasets.Available(os.DirFS(dir), datasets.Manifest{Files: []datasets.File{f}})
		if err == nil {
			p.all += totalBytes(missing)
		}
	}
	return p
}

func (p *dataProgress) event(e datasets.Progress) {
	switch {
	case e.Waiting:
		fmt.Fprintln(p.out, "uacs: note: waiting for another run that fills this data folder")
	case e.Retry != nil:
		p.end()
		fmt.Fprintf(p.out, "uacs: note: trying again: %v\n", e.Retry)
	default:
		p.sum += e.Done - p.done[e.File.Path]
		p.done[e.File.Path] = e.Done
		if kib := p.sum >> 10; p.live && kib != p.kib {
			if p.kib = kib; p.since.IsZero() {
				p.since = time.Now()
			}
			writeLine(p.out, fmt.Sprintf("%d of %d KiB%s", kib, p.all>>10, pace(int(kib), int(p.all>>10-kib), time.Since(p.since))))
		}
	}
}

// end leaves the line of the running count.
func (p *dataProgress) end() {
	if p.live && p.kib > 0 {
		fmt.Fprintln(p.out)
		p.kib = 0
	}
}

// isTerminal reports whether a person sits behind stream.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
