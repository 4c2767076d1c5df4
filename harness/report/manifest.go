package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"

	"uacs/harness/experiment"
)

// ManifestPath is where the manifest lies in the project.
const ManifestPath = "results/MANIFEST.sha256"

// Manifest lists artefacts with their SHA-256, in order of path. Its text is
// what sha256sum writes, so that sha256sum --check reads it.
type Manifest map[string]string

var manifestLine = regexp.MustCompile(`^([0-9a-f]{64})  (\S.*)$`)

// ParseManifest reads a manifest; name stands for the file in errors.
func ParseManifest(name string, data []byte) (Manifest, error) {
	m := Manifest{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if lines.Text() == "" {
			continue
		}
		match := manifestLine.FindStringSubmatch(lines.Text())
		if match == nil {
			return nil, fmt.Errorf("%s:%d: not a SHA-256, two spaces and a path", name, n)
		}
		if _, ok := m[match[2]]; ok {
			return nil, fmt.Errorf("%s:%d: %s stands twice", name, n, match[2])
		}
		m[match[2]] = match[1]
	}
	return m, lines.Err()
}

// Add puts a file's digest into the manifest, unless the file is derived.
func (m Manifest) Add(f File) {
	if !f.Derived {
		sum := sha256.Sum256(f.Data)
		m[f.Path] = hex.EncodeToString(sum[:])
	}
}

// Bytes writes the manifest.
func (m Manifest) Bytes() []byte {
	var b bytes.Buffer
	for _, p := range m.Paths() {
		fmt.Fprintf(&b, "%s  %s\n", m[p], p)
	}
	return b.Bytes()
}

// Paths returns the artefacts' paths, sorted.
func (m Manifest) Paths() []string {
	paths := make([]string, 0, len(m))
	for p := range m {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

func checksCSV(counted []experiment.Counted) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write([]string{"quantity", "k", "n"}); err != nil {
		return nil, err
	}
	for _, c := range counted {
		if err := w.Write([]string{c.Quantity, strconv.Itoa(c.K), strconv.Itoa(c.N)}); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Changes says in words how a run's artefacts differ from an earlier manifest:
// new ones, and ones whose bytes changed. It is empty if nothing differs.
func (m Manifest) Changes(earlier Manifest) []string {
	var out []string
	for _, p := range m.Paths() {
		switch old, ok := earlier[p]; {
		case !ok:
			out = append(out, "new       "+p)
		case old != m[p]:
			out = append(out, "changed   "+p)
		}
	}
	for _, p := range earlier.Paths() {
		if _, ok := m[p]; !ok {
			out = append(out, "gone      "+p)
		}
	}
	return out
}

// Differ returns the listed artefacts that are absent from fsys or have other
// bytes there, in order of path.
func (m Manifest) Differ(fsys fs.FS) []string {
	var out []string
	for _, p := range m.Paths() {
		data, err := fs.ReadFile(fsys, p)
		sum := sha256.Sum256(data)
		if err != nil || hex.EncodeToString(sum[:]) != m[p] {
			out = append(out, p)
		}
	}
	return out
}
