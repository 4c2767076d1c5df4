package datasets

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"uacs/internal/hint"
)

// Where data lies, relative to the project's root, if the user does not say.
const (
	DefaultDir    = ".cache/data"
	defaultMirror = "../shared/data"
)

// Options says where the public data may be. The zero value is right for a user
// who has set nothing up and stands somewhere in the project.
type Options struct {
	// Mirror is the value of UACS_MIRROR: a folder that holds the files of the
	// manifests under their paths, or an http(s) URL of one, or "".
	Mirror string
	// Dir is the data folder that [Get] fills; "" is [DefaultDir] in the project.
	Dir string
	// Start is the folder from which the project's root is looked for, upwards;
	// "" is the current one. Where there is no project, Start takes its place.
	Start string
}

// Origin says where data was read from. Its text goes into results: it names no
// folder of this machine beyond the project's own defaults.
type Origin struct {
	// Mirror is true for a mirror folder, which is read as it is, and false for
	// the data folder that [Get] fills.
	Mirror bool
	text   string
}

// String returns the origin for people, such as "local mirror ../shared/data".
func (o Origin) String() string { return o.text }

// Open returns the file system that the datasets are read from; its paths are
// those of the manifests. That is the folder that Mirror names; or, with neither
// Mirror nor Dir, the folder ../shared/data beside the project if there is one;
// or the data folder, also if Mirror is a URL, since [Get] copies from there.
// A data folder that does not exist yet is no error, it holds no file: ask
// [Available]. A Mirror that is no folder is an error.
func Open(o Options) (fs.FS, Origin, error) {
	root := projectRoot(o.Start)
	switch {
	case isURL(o.Mirror):
	case o.Mirror != "":
		if info, err := os.Stat(o.Mirror); err != nil || !info.IsDir() {
			return nil, Origin{}, hint.Add(fmt.Errorf("UACS_MIRROR: %q is no folder", o.Mirror),
				"set it to a folder or an http(s) URL, or unset it")
		}
		return os.DirFS(o.Mirror), Origin{Mirror: true, text: "local mirror (UACS_MIRROR)"}, nil
	default:
		beside := filepath.Join(root, filepath.FromSlash(defaultMirror))
		if info, err := os.Stat(beside); err == nil && info.IsDir() && o.Dir == "" {
			return os.DirFS(beside), Origin{Mirror: true, text: "local mirror " + defaultMirror}, nil
		}
	}
	origin := Origin{text: "data folder " + DefaultDir}
	if o.Dir != "" {
		origin.text = "data folder named by the user"
	}
	return os.DirFS(o.DataDir()), origin, nil
}

// DataDir returns the folder that [Get] fills: Dir, or its default below the
// project's root.
func (o Options) DataDir() string {
	if o.Dir != "" {
		return o.Dir
	}
	return filepath.Join(projectRoot(o.Start), filepath.FromSlash(DefaultDir))
}

// projectRoot returns start or the first folder above it whose go.mod is this
// project's; start if there is none.
func projectRoot(start string) string {
	if start == "" {
		start = "."
	}
	abs, err := filepath.Abs(start)
	if err != nil {
		return start
	}
	for dir := abs; ; dir = filepath.Dir(dir) {
		if isProject(dir) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return start
		}
	}
}

func isProject(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	defer f.Close()
	line, _ := bufio.NewReader(io.LimitReader(f, 256)).ReadString('\n')
	return strings.TrimSpace(line) == "module uacs"
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// Available returns the files of m that fsys does not hold: absent, no regular
// file, or of another size. It reads no content; [Verify] does. The dataset is
// complete if there are none.
func Available(fsys fs.FS, m Manifest) (missing []File, err error) {
	for _, f := range m.Files {
		problem, err := quickProblem(fsys, f)
		if err != nil {
			return nil, err
		}
		if problem != "" {
			missing = append(missing, f)
		}
	}
	return missing, nil
}

// Defect is a file that is not as its manifest says.
type Defect struct {
	File File
	// Problem is "absent", "not a regular file", or says size or digest.
	Problem string
}

// Verify returns the files of m that fsys does not hold byte for byte, with
// what is wrong. It reads every file of the right size to its end.
func Verify(fsys fs.FS, m Manifest) ([]Defect, error) {
	var out []Defect
	for _, f := range m.Files {
		problem, err := fullProblem(fsys, f)
		if err != nil {
			return nil, err
		}
		if problem != "" {
			out = append(out, Defect{f, problem})
		}
	}
	return out, nil
}

// quickProblem says what is wrong with the file at a glance, "" if nothing.
func quickProblem(fsys fs.FS, f File) (string, error) {
	info, err := fs.Stat(fsys, f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "absent", nil
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "not a regular file", nil
	case info.Size() != f.Bytes:
		return fmt.Sprintf("%d bytes, not %d", info.Size(), f.Bytes), nil
	}
	return "", nil
}

// fullProblem is quickProblem and a comparison of the digest.
func fullProblem(fsys fs.FS, f File) (string, error) {
	problem, err := quickProblem(fsys, f)
	if problem != "" || err != nil {
		return problem, err
	}
	r, err := fsys.Open(f.Path)
	if err != nil {
		return "", err
	}
	defer r.Close()
	got, err := digest(r)
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Path, err)
	}
	if got != f.SHA256 {
		return fmt.Sprintf("sha256 %s, not %s", got, f.SHA256), nil
	}
	return "", nil
}

// digest returns the SHA-256 of all that r holds, in hex.
func digest(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
