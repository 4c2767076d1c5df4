package datasets

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"uacs/internal/hint"
)

// ErrLicence is in the tree of the error of a download that nobody agreed to.
var ErrLicence = errors.New("the licences were not accepted, so nothing was downloaded")

func licenceRefused() error { return hint.Add(ErrLicence, "pass --accept-licence") }

// Notice returns the licences of the datasets for people: every distinct
// licence of a corpus and of a file's repository, once, with what it covers
// beneath it. Same manifests, same text; it ends in a newline.
func Notice(manifests []Manifest) string {
	var n notice
	for _, m := range manifests {
		n.add(m.Licence, fmt.Sprintf("the corpus %s (%s), %s", m.Title, m.Name, m.Homepage))
	}
	type source struct{ licence, repository, commit string }
	var order []source
	files := map[source][]string{}
	for _, f := range FilesOf(manifests) {
		s := source{f.Licence, f.Repository, f.Commit}
		if files[s] == nil {
			order = append(order, s)
		}
		files[s] = append(files[s], f.Path)
	}
	for _, s := range order {
		covers := count(len(files[s]), "file") + " of " + s.repository + " at " + s.commit
		n.add("Repository licence: "+s.licence, covers+": "+users(manifests, files[s]))
	}
	return n.String()
}

// users names the datasets that use at least one of the paths.
func users(manifests []Manifest, paths []string) string {
	var names []string
	for _, m := range manifests {
		if slices.ContainsFunc(m.Files, func(f File) bool { return slices.Contains(paths, f.Path) }) {
			names = append(names, m.Name)
		}
	}
	return strings.Join(names, ", ")
}

// notice collects what each licence covers, in order of first appearance.
type notice struct {
	licences []string
	covers   map[string][]string
}

func (n *notice) add(licence, covers string) {
	if n.covers == nil {
		n.covers = map[string][]string{}
	}
	if n.covers[licence] == nil {
		n.licences = append(n.licences, licence)
	}
	n.covers[licence] = append(n.covers[licence], covers)
}

func (n *notice) String() string {
	var b strings.Builder
	for _, l := range n.licences {
		fmt.Fprintf(&b, "%s\n", l)
		for _, c := range n.covers[l] {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	return b.String()
}

// Consent is how a user agrees to a download.
type Consent struct {
	// Accepted is true if the user agreed on the command line.
	Accepted bool
	// Ask is true if there is a person to ask: In is a terminal.
	Ask bool
	// In is read for the answer, one line, if Ask.
	In io.Reader
	// Out gets the notice, and the question if Ask.
	Out io.Writer
}

// Confirm prints notice and returns nil if the user agrees to it; it never
// blocks where there is nobody to ask. Without agreement (anything but y or
// yes, or the end of In) the error wraps [ErrLicence]. A cancelled ctx ends the
// wait for an answer, but not the read of In, which then takes one line more.
func (c Consent) Confirm(ctx context.Context, notice string) error {
	if _, err := io.WriteString(c.Out, notice); err != nil {
		return err
	}
	if c.Accepted {
		return nil
	}
	if !c.Ask {
		return licenceRefused()
	}
	if _, err := io.WriteString(c.Out, "Download under these terms? [y/N] "); err != nil {
		return err
	}
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.In).ReadString('\n') // a failed read is no agreement
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case a := <-answer:
		if a == "y" || a == "yes" {
			return nil
		}
		return licenceRefused()
	}
}

// count returns "1 file", "2 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
