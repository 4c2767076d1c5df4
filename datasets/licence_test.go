package datasets

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
)

func TestNoticeNamesEachLicenceOnce(t *testing.T) {
	file := func(path, repo, licence string) File {
		return File{Path: path, Repository: repo, Commit: "c0", Licence: licence}
	}
	shared := file("s", "o/shared", "none stated")
	manifests := []Manifest{
		{Name: "one", Title: "ONE", Licence: "research", Homepage: "https://one", Files: []File{file("a", "o/r", "MIT"), file("b", "o/r", "MIT"), shared}},
		{Name: "two", Title: "TWO", Licence: "research", Homepage: "https://two", Files: []File{file("c", "o/r", "MIT"), shared}},
	}
	want := `research
  the corpus ONE (one), https://one
  the corpus TWO (two), https://two
Repository licence: MIT
  3 files of o/r at c0: one, two
Repository licence: none stated
  1 file of o/shared at c0: one, two
`
	if diff := cmp.Diff(want, Notice(manifests)); diff != "" {
		t.Errorf("notice (-want +got):\n%s", diff)
	}
}

// Every licence of the real manifests is in the notice.
func TestNoticeIsComplete(t *testing.T) {
	notice := Notice(Manifests())
	for _, m := range Manifests() {
		if !strings.Contains(notice, m.Licence) || !strings.Contains(notice, m.Homepage) {
			t.Errorf("the notice lacks licence or homepage of %s", m.Name)
		}
		for _, f := range m.Files {
			if !strings.Contains(notice, f.Licence) || !strings.Contains(notice, f.Repository+" at "+f.Commit) {
				t.Errorf("the notice lacks licence or repository of %s", f.Path)
			}
		}
	}
}

func TestConsent(t *testing.T) {
	for _, c := range []struct {
		name    string
		consent Consent
		input   string
		ok      bool
	}{
		{"accepted on the command line", Consent{Accepted: true}, "", true},
		{"nobody to ask", Consent{}, "y\n", false},
		{"y", Consent{Ask: true}, "y\n", true},
		{"YES with spaces", Consent{Ask: true}, " YES \r\n", true},
		{"yes without newline", Consent{Ask: true}, "yes", true},
		{"empty line", Consent{Ask: true}, "\n", false},
		{"n", Consent{Ask: true}, "n\n", false},
		{"end of input", Consent{Ask: true}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			c.consent.In, c.consent.Out = strings.NewReader(c.input), &out
			err := c.consent.Confirm(t.Context(), "the terms\n")
			if c.ok != (err == nil) {
				t.Fatalf("error %v", err)
			}
			if !c.ok && (!errors.Is(err, ErrLicence) || hint.Of(err) != "pass --accept-licence") {
				t.Errorf("error %v, hint %q", err, hint.Of(err))
			}
			if !strings.HasPrefix(out.String(), "the terms\n") {
				t.Errorf("printed %q before the terms", out.String())
			}
			if asked := strings.Contains(out.String(), "[y/N]"); asked != c.consent.Ask {
				t.Errorf("asked: %v", asked)
			}
		})
	}
}

// An interruption ends the wait for an answer that does not come.
func TestConsentCanBeInterrupted(t *testing.T) {
	in, typed := io.Pipe()
	defer typed.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err := Consent{Ask: true, In: in, Out: io.Discard}.Confirm(ctx, "")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
