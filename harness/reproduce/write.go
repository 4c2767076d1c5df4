package reproduce

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"uacs/harness/report"
	"uacs/internal/hint"
)

// write writes what changed, each file in one step, and the manifest last: a run
// that is killed leaves whole files and the old manifest.
func (s *Summary) write(o Options, files []report.File, earlier report.Manifest) error {
	manifest := report.Manifest{}
	for _, p := range earlier.Paths() {
		if s.keeps(p, o) {
			manifest[p] = earlier[p]
		}
	}
	for _, f := range files {
		manifest.Add(f)
		fresh, err := writeFile(filepath.Join(o.Out, filepath.FromSlash(f.Path)), f.Data)
		if err != nil {
			return err
		}
		if fresh {
			s.Written++
		} else {
			s.Same++
		}
	}
	s.Changes = manifest.Changes(earlier)
	_, err := writeFile(manifestFile(o.Out), manifest.Bytes())
	return err
}

// keeps reports whether a line of the earlier manifest stays though this run does
// not make its artefact: that of an experiment, or of a tier, whose data is not on
// this machine; and if experiments were asked for by name, those of all others.
// Lines of experiments that are no more go.
func (s *Summary) keeps(p string, o Options) bool {
	for _, c := range s.Plan.Configs {
		if report.Belongs(p, c.Name) {
			return false
		}
	}
	for _, a := range s.Plan.Ablations {
		if report.BelongsToAblation(p, a.Name) {
			return false
		}
	}
	if stays, is := s.keepsStudy(p); is {
		return stays
	}
	if len(o.Only) > 0 {
		return true
	}
	for _, a := range s.Plan.SkippedAblations {
		if report.BelongsToAblation(p, a.Plan.Name) {
			return true
		}
	}
	for _, skipped := range s.Plan.Skipped {
		if report.Belongs(p, skipped.Config.Name) {
			return true
		}
	}
	if report.OfModel(p) { // made with the experiments that read the model
		return len(s.Plan.Skipped) > 0
	}
	for _, tier := range tiers {
		if report.BelongsToTier(p, tier) {
			return !s.Plan.runs(tier) && len(s.Plan.absent(tier)) > 0
		}
	}
	return false
}

func manifestFile(out string) string {
	return filepath.Join(out, filepath.FromSlash(report.ManifestPath))
}

func readManifest(out string) (report.Manifest, error) {
	data, err := os.ReadFile(manifestFile(out))
	if errors.Is(err, fs.ErrNotExist) {
		return report.Manifest{}, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := report.ParseManifest(report.ManifestPath, data)
	return m, hint.Add(err, "correct the line, or remove the file: it is made anew")
}

// writable makes the folder of the results, to find out now whether it can be
// written and not when everything has been computed.
func writable(out string) error {
	dir := filepath.Dir(manifestFile(out))
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(dir, ".uacs-*"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return hint.Add(fmt.Errorf("results cannot be written: %w", err), "name another folder with --out")
	}
	return nil
}

// writeFile replaces a file in one step unless it holds the same bytes already.
func writeFile(path string, data []byte) (fresh bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	return true, renameio.WriteFile(path, data, 0o644)
}

// WriteFiles writes artefacts below the folder out, each in one step, and counts
// those whose bytes are new and those that were there already.
func WriteFiles(out string, files []report.File) (written, same int, err error) {
	for _, f := range files {
		fresh, err := writeFile(filepath.Join(out, filepath.FromSlash(f.Path)), f.Data)
		if err != nil {
			return written, same, hint.Add(err, "name another folder with --out")
		}
		if fresh {
			written++
		} else {
			same++
		}
	}
	return written, same, nil
}
