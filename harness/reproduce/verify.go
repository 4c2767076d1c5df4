package reproduce

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/harness/lineage"
	"uacs/harness/report"
)

// Verdict is how a fresh artefact compares with the one on record.
type Verdict string

// The verdicts. Those before Differs are no failures.
const (
	Equal   Verdict = "equal"
	Drifted Verdict = "drifted" // numbers differ within the tolerance
	NotMade Verdict = "not made here"
	Differs Verdict = "differs"
	Missing Verdict = "missing" // on record and not on disk
	Edited  Verdict = "edited"  // the file on disk is not the one on record
	Extra   Verdict = "extra"   // made, and not on record
)

// Fails reports whether the verdict means that the results do not hold here.
func (v Verdict) Fails() bool { return v != Equal && v != Drifted && v != NotMade }

// Checked is the verdict on one artefact.
type Checked struct {
	Path    string
	Verdict Verdict
	// Why explains any verdict but Equal.
	Why string
}

// Verify makes every artefact anew in a folder of its own and compares each with the
// manifest and the files in o.Root. Nothing in the project is written; o.Out is not
// read. Two numbers are taken as equal if they differ by at most tolerance, relative
// to the greater of them or, below 1, absolutely.
func Verify(ctx context.Context, o Options, tolerance float64) ([]Checked, error) {
	manifest, err := readManifest(o.Root)
	if err != nil {
		return nil, err
	}
	if len(manifest) == 0 {
		return nil, errors.New(report.ManifestPath + ": absent or empty: there is nothing to verify")
	}
	fresh, err := os.MkdirTemp("", "uacs-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(fresh)
	o.Out = fresh
	if _, err := Run(ctx, o); err != nil {
		return nil, err
	}
	made, err := readManifest(fresh)
	if err != nil {
		return nil, err
	}
	v := verification{manifest: manifest, made: made, root: os.DirFS(o.Root), fresh: os.DirFS(fresh), tolerance: tolerance, drifted: map[string]bool{}}
	return v.all()
}

type verification struct {
	manifest, made report.Manifest
	root, fresh    fs.FS
	tolerance      float64
	drifted        map[string]bool // records whose numbers moved within the tolerance
}

// all judges the records first, since tables and figures follow from them.
func (v *verification) all() ([]Checked, error) {
	paths := v.manifest.Paths()
	for _, p := range v.made.Paths() {
		if _, ok := v.manifest[p]; !ok {
			paths = append(paths, p)
		}
	}
	slices.SortStableFunc(paths, func(a, b string) int { return rankOf(a) - rankOf(b) })
	var out []Checked
	for _, p := range paths {
		c, err := v.one(p)
		if err != nil {
			return nil, err
		}
		v.drifted[p] = c.Verdict == Drifted
		out = append(out, c)
	}
	return out, nil
}

func rankOf(p string) int {
	if strings.HasPrefix(p, "results/records/") {
		return 0
	}
	return 1
}

func (v *verification) one(p string) (Checked, error) {
	listed, onRecord := v.manifest[p]
	digest, made := v.made[p]
	if !onRecord {
		return Checked{p, Extra, "this run made it, the manifest does not list it"}, nil
	}
	disk, err := fs.ReadFile(v.root, p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Checked{p, Missing, "the manifest lists it, it is not on disk"}, nil
	case err != nil:
		return Checked{}, err
	case sha(disk) != listed:
		return Checked{p, Edited, "the file on disk is not the one that the manifest lists"}, nil
	case !made:
		return Checked{p, NotMade, "its data is not on this machine, or it was not asked for"}, nil
	case digest == listed:
		return Checked{Path: p, Verdict: Equal}, nil
	}
	now, err := fs.ReadFile(v.fresh, p)
	if err != nil {
		return Checked{}, err
	}
	if rankOf(p) == 0 {
		return v.records(p, disk, now), nil
	}
	return v.derived(p), nil
}

// records explains why records differ.
func (v *verification) records(p string, then, now []byte) Checked {
	d := compareRecords(then, now)
	verdict := Differs
	if d.onlyNumbers() && d.most <= v.tolerance {
		verdict = Drifted
	}
	return Checked{p, verdict, d.why(v.tolerance)}
}

// derived explains why a table or figure differs: by its records, or by the code
// that made it.
func (v *verification) derived(p string) Checked {
	l, err := lineage.Trace(v.root, p)
	switch {
	case err == nil && l.Records != "" && v.drifted[l.Records]:
		return Checked{p, Drifted, "follows from " + l.Records}
	case err == nil && l.Records != "" && v.made[l.Records] != v.manifest[l.Records]:
		return Checked{p, Differs, "follows from " + l.Records}
	case err == nil && l.Records == "" && v.anyRecordDiffers():
		return Checked{p, Differs, "follows from records that differ"}
	}
	return Checked{p, Differs, "its records are equal: the code that makes it has changed"}
}

func (v *verification) anyRecordDiffers() bool {
	for p, digest := range v.made {
		if rankOf(p) == 0 && digest != v.manifest[p] {
			return true
		}
	}
	return false
}

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// recordLines cuts records into lines, the last of which need not end.
func recordLines(data []byte) [][]byte {
	return bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
}

// VerifyFiles compares the files on disk with the manifest and makes nothing.
func VerifyFiles(root string) ([]Checked, error) {
	manifest, err := readManifest(root)
	if err != nil {
		return nil, err
	}
	var out []Checked
	for _, p := range manifest.Paths() {
		c := Checked{Path: p, Verdict: Equal}
		disk, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			c = Checked{p, Missing, "the manifest lists it, it is not on disk"}
		case err != nil:
			return nil, err
		case sha(disk) != manifest[p]:
			c = Checked{p, Edited, "the file on disk is not the one that the manifest lists"}
		}
		out = append(out, c)
	}
	return out, nil
}
