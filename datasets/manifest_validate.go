package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"strings"
)

// Shapes of the values that pin a file. A repository's two halves must not be
// "." or "..", which the first character rules out.
var (
	namePattern       = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	repositoryPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	commitPattern     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	sha256Pattern     = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Validate reports the first defect of m, naming the key or the file: an empty
// value, an impossible count or scale, a path that leaves the folder or stands
// twice, a commit or digest of the wrong shape.
func (m *Manifest) Validate() error {
	if !namePattern.MatchString(m.Name) {
		return fmt.Errorf("name: %q is not lower-case letters and digits", m.Name)
	}
	for _, f := range []struct{ key, value string }{
		{"title", m.Title}, {"citation.key", m.Citation.Key}, {"citation.text", m.Citation.Text}, {"licence", m.Licence},
	} {
		if f.value == "" {
			return fmt.Errorf("%s: empty", f.key)
		}
	}
	if !strings.HasPrefix(m.Homepage, "https://") {
		return fmt.Errorf("homepage: %q does not begin with https://", m.Homepage)
	}
	if p := m.Published; p.Train <= 0 || p.Valid <= 0 || p.Test <= 0 {
		return fmt.Errorf("published: %d/%d/%d: every split has clips", p.Train, p.Valid, p.Test)
	}
	if err := m.Labels.validate(); err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	return m.validateFiles()
}

func (l LabelScale) validate() error {
	switch {
	case math.IsInf(l.Min, 0) || math.IsInf(l.Max, 0) || !(l.Min < l.Max): // NaN fails the comparison
		return fmt.Errorf("min %v, max %v: not a range", l.Min, l.Max)
	case l.StepsPerUnit <= 0:
		return fmt.Errorf("steps_per_unit: %d is not positive", l.StepsPerUnit)
	case l.OffGrid < 0:
		return fmt.Errorf("off_grid: %d is negative", l.OffGrid)
	}
	return nil
}

func (m *Manifest) validateFiles() error {
	if len(m.Files) == 0 {
		return errors.New("files: empty")
	}
	seen := map[string]bool{}
	for i, f := range m.Files {
		if err := f.validate(); err != nil {
			return fmt.Errorf("files[%d] %s: %w", i, f.Path, err)
		}
		// Two paths that differ in case only are one file on some systems.
		folded := strings.ToLower(f.Path)
		if seen[folded] {
			return fmt.Errorf("files[%d] %s: the path stands twice", i, f.Path)
		}
		seen[folded] = true
	}
	return nil
}

func (f *File) validate() error {
	if !cleanPath(f.Path) || strings.HasSuffix(f.Path, partSuffix) || f.Path == lockName {
		return fmt.Errorf("path: %q is not a clean relative path to a file", f.Path)
	}
	if !cleanPath(f.UpstreamPath) {
		return fmt.Errorf("upstream_path: %q is not a clean relative path to a file", f.UpstreamPath)
	}
	if !repositoryPattern.MatchString(f.Repository) {
		return fmt.Errorf("repository: %q is not owner/name", f.Repository)
	}
	if !commitPattern.MatchString(f.Commit) {
		return fmt.Errorf("commit: %q is not 40 lower-case hex digits", f.Commit)
	}
	if !sha256Pattern.MatchString(f.SHA256) {
		return fmt.Errorf("sha256: %q is not 64 lower-case hex digits", f.SHA256)
	}
	if f.Bytes <= 0 {
		return fmt.Errorf("bytes: %d is not positive", f.Bytes)
	}
	if f.Tier != "public" {
		return fmt.Errorf("tier: %q is not public", f.Tier)
	}
	for _, k := range []struct{ key, value string }{{"licence", f.Licence}, {"citation", f.Citation}, {"holds", f.Holds}} {
		if k.value == "" {
			return fmt.Errorf("%s: empty", k.key)
		}
	}
	return nil
}

// cleanPath reports whether p is a slash-separated path below a folder, the
// same on every system: no root, no "..", no backslash, colon or control character.
func cleanPath(p string) bool {
	return fs.ValidPath(p) && p != "." && !strings.ContainsFunc(p, func(r rune) bool {
		return r == '\\' || r == ':' || r < ' ' || r == 0x7f
	})
}
