package assets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"uacs/internal/hint"
)

// DefaultDir is the cache folder below the project's.
const DefaultDir = ".cache/models"

// Dir returns the cache folder: UACS_MODELS, else DefaultDir in the project that
// the folder start lies in, else DefaultDir in start. "" is the current folder.
func Dir(getenv func(string) string, start string) string {
	if dir := getenv("UACS_MODELS"); dir != "" {
		return dir
	}
	if start == "" {
		start = "."
	}
	here, err := filepath.Abs(start)
	if err != nil {
		here = start
	}
	for dir := here; ; {
		if isProject(dir) {
			return filepath.Join(dir, filepath.FromSlash(DefaultDir))
		}
		up := filepath.Dir(dir)
		if up == dir {
			return filepath.Join(here, filepath.FromSlash(DefaultDir))
		}
		dir = up
	}
}

// isProject looks for the two things that lie in the project's folder only.
func isProject(dir string) bool {
	for _, name := range []string{"go.mod", filepath.Join("harness", "model", "assets")} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// Paths are the files of an asset on this machine, by [File] name.
type Paths map[string]string

// ErrAbsent is wrapped by errors about assets that are not in the cache.
var ErrAbsent = errors.New("not fetched yet")

// platform is that of this machine.
const platform = runtime.GOOS + "/" + runtime.GOARCH

// Locate returns the files of a that this machine needs, if all are in the
// cache folder dir with the right number of bytes. It does not read them: what
// [Ensure] put there was checked then. Files to be streamed are not looked for.
// The error wraps [ErrAbsent] if one is missing.
func Locate(dir string, a Asset) (Paths, error) {
	files := a.For(platform)
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %s has no files for %s", a.Name, a.Package, platform)
	}
	out := Paths{}
	for _, f := range files {
		if f.Stream {
			continue
		}
		at := filepath.Join(dir, a.Folder(), filepath.FromSlash(f.Name))
		info, err := os.Stat(at)
		if err != nil || info.Size() != f.Bytes {
			err := fmt.Errorf("%s: %s is %w", a.Name, f.Name, ErrAbsent)
			return nil, hint.Add(err, "run: uacs model fetch %s", a.Name)
		}
		out[f.Name] = at
	}
	return out, nil
}

// Library returns the path of the ONNX Runtime library: the file that
// ONNXRUNTIME_LIB names, else the one in the cache folder of [Dir].
func Library(getenv func(string) string) (string, error) {
	if path := getenv("ONNXRUNTIME_LIB"); path != "" {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			err := fmt.Errorf("ONNXRUNTIME_LIB names %s, which is no file", path)
			return "", hint.Add(err, "set it to the library's file, or unset it and run: uacs model fetch onnxruntime")
		}
		return filepath.Abs(path)
	}
	a, err := Find("onnxruntime")
	if err != nil {
		return "", err
	}
	if len(a.For(platform)) == 0 {
		err := fmt.Errorf("there is no ONNX Runtime library for %s in %s %s", platform, a.Package, a.Version)
		return "", hint.Add(err, "set ONNXRUNTIME_LIB to a library of version %s or later", a.Version)
	}
	paths, err := Locate(Dir(getenv, ""), a)
	if err != nil {
		err = fmt.Errorf("the ONNX Runtime library is not on this machine: %w", err)
		return "", hint.Add(err, "run: uacs model fetch onnxruntime; or set ONNXRUNTIME_LIB to a library of version %s or later", a.Version)
	}
	for _, path := range paths {
		return filepath.Abs(path)
	}
	return "", errors.New("assets: the manifest of onnxruntime has no library")
}
