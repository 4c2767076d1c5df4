package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"uacs/harness/cache"
	"uacs/harness/experiment"
	"uacs/harness/model/assets"
	"uacs/harness/sample"
	"uacs/internal/strictyaml"
)

// release is the version of the program, by semantic versioning: the one that
// CHANGELOG.md has at its top.
const release = "0.1.0"

type versionCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Help is shown by --help.
func (versionCmd) Help() string { return "Example:\n  uacs version --json" }

// libraries are the dependencies whose version can change a result, or a file of ours.
var libraries = []string{
	"gonum.org/v1/gonum", "gonum.org/v1/plot", "github.com/go-gota/gota", "github.com/yalue/onnxruntime_go", "google.golang.org/protobuf",
	"github.com/openai/openai-go/v3", "modernc.org/sqlite", "github.com/klauspost/compress", "github.com/go-zeromq/zmq4", "go.yaml.in/yaml/v4",
}

// module is a library with its version.
type module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
}

// format is a kind of file with the version that this program writes, and the newest
// that it reads.
type format struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
}

// version is what uacs version says.
type version struct {
	Version string `json:"version"`
	// Commit is "" if the program was built without looking at git; Modified tells of
	// changes that were not committed.
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	CGO      bool   `json:"cgo"`
	// ONNXRuntime is the pinned version of the library, which is fetched or not.
	ONNXRuntime        string   `json:"onnx_runtime"`
	ONNXRuntimeFetched bool     `json:"onnx_runtime_fetched"`
	Schemas            []format `json:"schemas"`
	Libraries          []module `json:"libraries"`
}

// Run prints the build's own identity, the versions of its file formats and the
// libraries that results depend on.
func (c versionCmd) Run(a *app) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this binary carries no build information")
	}
	v := versionOf(info)
	if v.Commit == "" {
		v.Commit, v.Modified = commitBeside(os.Executable())
	}
	if err := v.addRuntime(a); err != nil {
		return err
	}
	if c.JSON {
		return a.jsonLine(v)
	}
	return v.print(a)
}

// commitBeside reads what make wrote beside a program: the program's SHA-256, the
// commit, and what of the tree was not committed. It returns "" where there is no
// such file, or one about another program.
func commitBeside(program string, err error) (commit string, modified bool) {
	if err != nil {
		return "", false
	}
	about, err := os.ReadFile(program + ".commit")
	if err != nil {
		return "", false
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return "", false
	}
	lines := strings.Split(strings.TrimSpace(string(about)), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[0], fmt.Sprintf("%x ", sha256.Sum256(data))) {
		return "", false
	}
	return lines[1], len(lines) > 2
}

// versionOf reads what the linker wrote into the program.
func versionOf(info *debug.BuildInfo) version {
	v := version{
		Version: release, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Schemas: []format{
			{"config", strictyaml.SchemaVersion}, {"answer cache", cache.SchemaVersion}, {"prediction", sample.SchemaVersion}, {"record", experiment.RecordVersion},
		},
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		case "CGO_ENABLED":
			v.CGO = s.Value == "1"
		}
	}
	for _, dep := range info.Deps {
		if slices.Contains(libraries, dep.Path) {
			v.Libraries = append(v.Libraries, module{dep.Path, dep.Version})
		}
	}
	return v
}

// addRuntime looks for the ONNX Runtime library.
func (v *version) addRuntime(a *app) error {
	library, err := assets.Find("onnxruntime")
	if err != nil {
		return err
	}
	_, err = assets.Locate(assets.Dir(a.Getenv, "."), library)
	v.ONNXRuntime, v.ONNXRuntimeFetched = library.Version, err == nil
	return nil
}

func (v *version) print(a *app) error {
	fmt.Fprintf(a.Stdout, "uacs %s %s %s/%s\n", v.Version, v.Go, v.OS, v.Arch)
	commit := v.Commit
	switch {
	case commit == "":
		commit = "unknown: built neither by make nor with -buildvcs"
	case v.Modified:
		commit += ", with changes that are not committed"
	}
	cgo := map[bool]string{true: "on", false: "off: no model runs, no plugins"}[v.CGO]
	fetched := map[bool]string{true: "fetched", false: "not fetched"}[v.ONNXRuntimeFetched]
	w := newTable(a.Stdout, 0)
	fmt.Fprintf(w, "commit\t%s\ncgo\t%s\nONNX Runtime\t%s, %s\n", commit, cgo, v.ONNXRuntime, fetched)
	for _, f := range v.Schemas {
		fmt.Fprintf(w, "%s schema\t%d\n", f.Kind, f.Version)
	}
	for _, m := range v.Libraries {
		fmt.Fprintf(w, "%s\t%s\n", m.Path, m.Version)
	}
	return w.Flush()
}
