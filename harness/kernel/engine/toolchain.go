package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"

	"uacs/internal/hint"
)

const runtimePath = "uacs/harness/kernel/runtime"

// basePackages are known before the first cell. The compiled code of every
// plugin needs the first few.
var basePackages = []string{
	"runtime", "runtime/cgo", "syscall", runtimePath, "bufio", "bytes", "cmp", "context", "encoding/json", "errors", "fmt",
	"iter", "maps", "math", "math/rand/v2", "os", "path/filepath", "reflect", "regexp", "slices", "sort", "strconv",
	"strings", "sync", "sync/atomic", "time",
}

// stdNames are the packages a cell may use without an import.
var stdNames = map[string]string{}

func init() {
	for _, p := range basePackages[4:] {
		name := p[strings.LastIndex(p, "/")+1:]
		if name == "v2" {
			name = "rand"
		}
		stdNames[name] = p
	}
}

// flags are the same for the host and for every package of a plugin: a plugin
// whose packages differ from the host's does not load.
var flags = []string{"-trimpath", "-buildvcs=false"}

// A toolchain compiles and links without the go command, which it asks only
// for the export files of imported packages.
type toolchain struct {
	dir      string // folder the go command runs in
	tools    string
	version  string
	cc       string
	environ  string   // what go env says
	modFiles []string // go.mod and the like
	cache    string
	extld    string
	exports  map[string]string // import path to file
	keys     map[string]string // of the cells among them
	local    map[string]*localPackage
}

// newToolchain finds the tools and the export files of the base packages and
// those that are to be known before the first cell.
func newToolchain(ctx context.Context, o Options) (*toolchain, error) {
	t, err := findTools(ctx, o)
	if err != nil {
		return nil, err
	}
	paths := append(slices.Clone(basePackages), o.Preload...)
	err = t.list(ctx, paths...)
	if err != nil && o.ModuleRoot != "" {
		if err = t.moveTo(ctx, o.ModuleRoot); err == nil {
			err = t.list(ctx, paths...)
		}
	}
	if err != nil && len(o.Preload) > 0 { // one that does not compile is the matter of the cell that imports it
		err = t.list(ctx, basePackages...)
	}
	if err != nil {
		return nil, fmt.Errorf("notebook engine: %w", err)
	}
	t.extld, err = t.externalLinker(o.BuildDir)
	return t, err
}

func findTools(ctx context.Context, o Options) (*toolchain, error) {
	if goruntime.GOOS != "linux" && goruntime.GOOS != "darwin" {
		return nil, fmt.Errorf("notebook engine: %s cannot load Go plugins", goruntime.GOOS)
	}
	t := &toolchain{cache: o.CacheDir, exports: map[string]string{}, keys: map[string]string{}, local: map[string]*localPackage{}}
	if err := t.moveTo(ctx, o.Dir); err != nil {
		return nil, err
	}
	if t.version != goruntime.Version() {
		return nil, hint.Add(fmt.Errorf("notebook engine: built with %s, the go command is %s", goruntime.Version(), t.version), "build the kernel again")
	}
	if _, err := exec.LookPath(strings.Fields(t.cc + " gcc")[0]); err != nil {
		return nil, hint.Add(fmt.Errorf("notebook engine: no C compiler: %w", err), "install gcc (Debian: apt-get install gcc; macOS: xcode-select --install)")
	}
	return t, nil
}

// asked are the settings that an answer of the go command may depend on.
var asked = []string{
	"GOTOOLDIR", "GOVERSION", "CC", "GOENV", "GOMOD", "GOWORK", "GOROOT", "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOEXPERIMENT", "GOOS", "GOARCH",
}

// moveTo makes dir the folder that packages are seen from.
func (t *toolchain) moveTo(ctx context.Context, dir string) error {
	t.dir = dir
	out, err := t.run(ctx, append([]string{"env", "-json"}, asked...)...)
	if err != nil {
		return err
	}
	var env struct{ GOTOOLDIR, GOVERSION, CC, GOENV, GOMOD, GOWORK string }
	if err := json.Unmarshal(out, &env); err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	t.tools, t.version, t.cc, t.environ, t.modFiles = env.GOTOOLDIR, env.GOVERSION, env.CC, string(out), nil
	for _, name := range []string{"CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS", "CXX"} { // go env takes its time over them
		t.environ += name + "=" + os.Getenv(name) + "\n"
	}
	if filepath.IsAbs(env.GOENV) { // what go env -w wrote
		t.modFiles = append(t.modFiles, env.GOENV)
	}
	for _, f := range []string{env.GOMOD, env.GOWORK} {
		if f != "" && f != os.DevNull && f != "off" {
			stem := strings.TrimSuffix(strings.TrimSuffix(f, ".mod"), ".work")
			t.modFiles = append(t.modFiles, f, stem+".sum", f+".sum")
		}
	}
	return nil
}

// run runs the go command; its error holds what the command said.
func (t *toolchain) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "CGO_ENABLED=1", "GOAMD64=v1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, hint.Add(err, "install Go and put it on the PATH of the kernel")
	}
	if err != nil {
		return nil, fmt.Errorf("go %s: %s", args[0], strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// list learns the export files of the packages and all they import.
func (t *toolchain) list(ctx context.Context, paths ...string) error {
	out, err := t.goList(ctx, "{{.ImportPath}}={{.Export}}", append([]string{"-buildmode=plugin", "--"}, paths...)...)
	if err != nil {
		return err
	}
	for l := range strings.Lines(out) {
		l, source, isLocal := strings.Cut(strings.TrimSpace(l), "|")
		if p, file, ok := strings.Cut(l, "="); ok && file != "" && t.exports[p] == "" {
			t.exports[p] = file
			if isLocal {
				t.local[p] = newLocalPackage(source)
			}
		}
	}
	return nil
}

func (t *toolchain) importer(fset *token.FileSet) types.Importer {
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if t.exports[path] == "" {
			if err := t.list(context.Background(), path); err != nil {
				return nil, missing(path, err)
			}
		}
		return os.Open(t.exports[path])
	})
}

// beside returns the import path of a package given relative to the
// notebook's folder, or path itself where there is none.
func (t *toolchain) beside(dir, path string) string {
	near := *t
	near.dir = dir
	out, err := near.run(context.Background(), "list", "-f", "{{.ImportPath}}", "--", path)
	if err != nil {
		return path
	}
	return strings.TrimSpace(string(out))
}

// missing adds to the go command's words what brings the package.
func missing(path string, err error) error {
	if strings.Contains(err.Error(), "no required module") || strings.Contains(err.Error(), "cannot find module") {
		return hint.Add(err, "run `go get %s@VERSION` in the folder of go.mod, then restart the kernel", path)
	}
	return err
}

// paths returns the import paths with an export file, sorted.
func (t *toolchain) paths() []string {
	paths := make([]string, 0, len(t.exports))
	for p := range t.exports {
		if p != "unsafe" {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}

// config writes the list of export files that compile and link read.
func (t *toolchain) config(file string) error {
	var b strings.Builder
	for _, p := range t.paths() {
		fmt.Fprintf(&b, "packagefile %s=%s\n", p, t.exports[p])
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

var (
	compileFlags = []string{"-importcfg", "cfg", "-complete", "-installsuffix", "dynlink", "-c=2", "-dynlink", "-nolocalimports", "-pack"}
	// Without a build id and compressed debug data the linker runs the C compiler
	// less often.
	linkFlags = []string{"-importcfg", "cfg", "-installsuffix", "dynlink", "-buildmode=plugin", "-s", "-w", "-B=none", "-compressdwarf=false"}
)

// compile compiles one file to package path, in dir.
func (t *toolchain) compile(ctx context.Context, dir, path, src, out string) error {
	lang, _ := goLanguage(t.version)
	args := append(slices.Clone(compileFlags), "-o", out, "-p", path, "-trimpath", dir+"=>", "-lang="+lang, "-goversion", t.version, src)
	return t.tool(ctx, dir, "compile", args...)
}

// link makes a plugin of a compiled main package.
func (t *toolchain) link(ctx context.Context, dir, path, object, out string) error {
	return t.tool(ctx, dir, "link", append(slices.Clone(linkFlags), "-o", out, "-pluginpath", path, "-extld="+t.extld, object)...)
}

// externalLinker returns what the linker is to call, which on Linux is a script
// in dir in place of the C compiler: the linker tries on a trivial program which
// options it may use, for a fourth of its time, and needs none of them here.
func (t *toolchain) externalLinker(dir string) (string, error) {
	if goruntime.GOOS != "linux" {
		return strings.Fields(t.cc)[0], nil
	}
	file := filepath.Join(dir, "extld")
	return file, os.WriteFile(file, []byte("#!/bin/sh\ncase \"$*\" in *trivial.c) exit 1 ;; esac\nexec "+t.cc+" \"$@\"\n"), 0o755)
}

func (t *toolchain) tool(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(t.tools, name), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOROOT=", "GOAMD64=v1", "GOGC=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

// goLanguage returns the language version of a toolchain, go1.26 of go1.26.8.
func goLanguage(version string) (string, bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return version, false
	}
	return parts[0] + "." + parts[1], true
}
