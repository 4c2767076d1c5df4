//go:build cgo

package onnx

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"uacs/internal/hint"
)

// The wrapper that this package is built with, and the version of the library's
// interface that it asks for: ONNX Runtime 1.N serves the interfaces up to N.
const (
	wrapper   = "onnxruntime_go 1.27.0"
	needMinor = 24
)

var library struct {
	sync.Mutex
	path string
	open int // sessions
}

// Built tells whether this program can load the library: it was built with cgo.
const Built = true

// Init loads the ONNX Runtime library at path. A second call with the same path
// does nothing, one with another path is an error: a process has one library.
// It is an error if the library cannot be loaded or is too old. The library is
// told to print nothing. Init may be called from several goroutines.
func Init(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	library.Lock()
	defer library.Unlock()
	if library.path != "" {
		if library.path != abs {
			return fmt.Errorf("the ONNX Runtime library %s is in use already, and %s cannot be loaded beside it", library.path, abs)
		}
		return nil
	}
	ort.SetSharedLibraryPath(abs)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return explainLoad(abs, err)
	}
	if err := checkVersion(abs, ort.GetVersion()); err != nil {
		return errors.Join(err, ort.DestroyEnvironment())
	}
	library.path = abs
	return nil
}

// Version returns the version of the library, "" before Init.
func Version() string {
	library.Lock()
	defer library.Unlock()
	if library.path == "" {
		return ""
	}
	return ort.GetVersion()
}

// Shutdown unloads the library; Init may be called again. It is an error while
// models are open, and nothing before Init.
func Shutdown() error {
	library.Lock()
	defer library.Unlock()
	if library.path == "" {
		return nil
	}
	if library.open > 0 {
		return fmt.Errorf("%d models are still open", library.open)
	}
	library.path = ""
	return ort.DestroyEnvironment()
}

// explainLoad says in our words why the library did not load.
func explainLoad(path string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "setting ORT API base"):
		return tooOld(path, "an older version")
	case strings.Contains(text, "No such file") || strings.Contains(text, "no such file"):
		return hint.Add(fmt.Errorf("there is no ONNX Runtime library at %s", path), "run: uacs model fetch onnxruntime; or set ONNXRUNTIME_LIB")
	case strings.Contains(text, "OrtGetApiBase"):
		return hint.Add(fmt.Errorf("%s is a library, but not ONNX Runtime", path), "name libonnxruntime in ONNXRUNTIME_LIB, or unset it")
	case strings.Contains(text, "loading ONNX shared library"):
		return hint.Add(fmt.Errorf("load the ONNX Runtime library: %w", err), "it must be built for this system and processor, and needs glibc (not musl): see uacs model fetch onnxruntime")
	}
	return fmt.Errorf("start the ONNX Runtime library %s: %w", path, err)
}

// checkVersion compares the version of the library with the one needed.
func checkVersion(path, version string) error {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(minor)
	if err != nil || major != "1" {
		return fmt.Errorf("the library %s says version %q, and 1.%d or later 1.x is needed", path, version, needMinor)
	}
	if n < needMinor {
		return tooOld(path, "version "+version)
	}
	return nil
}

func tooOld(path, what string) error {
	err := fmt.Errorf("the ONNX Runtime library %s is %s, and %s needs 1.%d or later", path, what, wrapper, needMinor)
	return hint.Add(err, "run: uacs model fetch onnxruntime; and unset ONNXRUNTIME_LIB or set it to the new library")
}
