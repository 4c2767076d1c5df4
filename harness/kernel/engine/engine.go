// Package engine runs notebook cells: it type-checks a cell against the cells
// before it, compiles it as a Go plugin and runs it in this process. Most
// readers want [New] and [Engine.Execute]; a supervisor wants [BuildHost],
// since a process can only load plugins built from the very packages in it.
//
// The whole of Go is allowed, with top-level statements besides. A name
// declared again hides the old one for later cells; code and values made
// before keep the old one. A method added in a later cell declares its type
// again: values of the old type stay values of the old type.
//
// Names that begin with a lower-case letter are compiled under a capital
// letter that looks like an apostrophe, so that later cells reach them.
// [Plain] takes it out of text. Such fields get the tags json:"-", xml:"-" and
// yaml:"-" unless they have a tag. Packages of a cell are named cell (%T).
//
// Plugins are never unloaded. Linux and macOS only; the go command and a C
// compiler must be there at run time.
package engine

import (
	"context"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"uacs/harness/kernel/runtime"
	"uacs/internal/hint"
)

// Options say where an engine works.
type Options struct {
	Dir        string   // the notebook's folder; "" is the current one
	ModuleRoot string   // the module with this package, used when the module of Dir cannot see it
	BuildDir   string   // for generated files; "" is a temporary folder, removed by Close
	CacheDir   string   // where answers of the go command are remembered; "" is nowhere
	Preload    []string // import paths to know before the first cell
	Value      func(v any)
}

// An Engine keeps the state of one notebook. Execute, Reset, Complete and
// Inspect exclude each other; Interrupt may be called at any time.
type Engine struct {
	opts    Options
	tools   *toolchain
	imp     types.Importer
	fset    *token.FileSet
	mu      sync.Mutex
	n       int // as in In[n]
	loaded  int // cells so far
	imports map[string]string
	objs    map[string]types.Object
	home    map[*types.Package]string
	sources map[string]typeSource
	known   map[string]*types.Package
	touched map[*types.Var]touch
	temp    bool

	cancelMu sync.Mutex
	cancel   context.CancelFunc
}

// A Result is what a cell left behind.
type Result struct {
	Value    any // of the last expression; a []any when it has several values
	HasValue bool
	Names    []string // declared by the cell, sorted
	Warnings []string
	Timing   Timing
}

// Timing says where the time of a cell went.
type Timing struct{ Check, Compile, Link, Load, Run time.Duration }

// A CellError says why a cell failed. Line and Col count from 1 in the cell,
// Col in bytes; both are 0 when no place is known.
type CellError struct {
	Phase     string // parse, type, build, run, panic or interrupted
	Line, Col int
	Msg       string // at most ten errors, one a line
	Source    string // the offending line
	Traceback []string
	Hint      string
}

// Error returns the place and the message.
func (e *CellError) Error() string {
	if e.Line == 0 {
		return e.Phase + ": " + e.Msg
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg)
}

// A Var is one name a cell declared.
type Var struct{ Name, Kind, Type string }

// serial numbers the plugins of the process: two engines may not load two
// packages of one path.
var serial atomic.Int64

// warnCells is the number of cells after which each Result warns of memory.
const warnCells = 200

// New readies an engine; it asks the go command for the packages of
// Options.Preload and the common standard ones.
func New(ctx context.Context, o Options) (*Engine, error) {
	e := &Engine{opts: o}
	var err error
	if e.opts.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if e.opts.BuildDir == "" {
		e.temp = true
		if e.opts.BuildDir, err = os.MkdirTemp("", "uacs-cells-"); err != nil {
			return nil, err
		}
	}
	if e.opts.BuildDir, err = filepath.Abs(e.opts.BuildDir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(e.opts.BuildDir, 0o755); err != nil {
		return nil, err
	}
	if e.tools, err = newToolchain(ctx, e.opts); err != nil {
		return nil, err
	}
	e.clear()
	return e, nil
}

// Warm reads what is known of the packages of Options.Preload, one after
// another between cells, so that the first cell that imports one need not.
func (e *Engine) Warm(ctx context.Context) {
	for _, path := range e.opts.Preload {
		if ctx.Err() != nil {
			return
		}
		e.mu.Lock()
		if e.tools.exports[path] != "" {
			_, _ = e.imp.Import(path) // the cell that imports it meets the error
		}
		e.mu.Unlock()
	}
}

// Close removes the generated files, unless Options.BuildDir was given.
func (e *Engine) Close() error {
	if e.temp {
		return os.RemoveAll(e.opts.BuildDir)
	}
	return nil
}

func (e *Engine) clear() {
	e.fset = token.NewFileSet()
	e.imp = e.tools.importer(e.fset)
	e.imports, e.objs = map[string]string{}, map[string]types.Object{}
	e.home, e.sources, e.known = map[*types.Package]string{}, map[string]typeSource{}, map[string]*types.Package{}
	e.touched = map[*types.Var]touch{}
}

// Reset forgets every name and import. Memory of loaded cells is not given back.
func (e *Engine) Reset() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clear()
	return nil
}

// Interrupt stops the running cell: its loops at their next turn, harness calls
// through ctx. A cell that is in neither must be ended with its process.
func (e *Engine) Interrupt() {
	runtime.Interrupt()
	e.cancelMu.Lock()
	defer e.cancelMu.Unlock()
	if e.cancel != nil {
		e.cancel()
	}
}

// Vars lists the names that cells declared, sorted.
func (e *Engine) Vars() []Var {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vars()
}

func (e *Engine) vars() []Var {
	var out []Var
	for name, o := range e.objs {
		out = append(out, Var{Name: name, Kind: kindOf(o), Type: types.TypeString(o.Type(), short)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func kindOf(o types.Object) string {
	switch o.(type) {
	case *types.TypeName:
		return "type"
	case *types.Func:
		return "func"
	case *types.Const:
		return "const"
	}
	return "var"
}

// short names a package in text for people; cell packages have no name.
func short(p *types.Package) string {
	if p.Name() == cellPackage {
		return ""
	}
	return p.Name()
}

// Plain takes the mark of lower-case names out of text that cells printed.
func Plain(text string) string { return strings.ReplaceAll(text, mark, "") }

// failure makes err a CellError of the phase.
func failure(phase string, err error) *CellError {
	return &CellError{Phase: phase, Msg: err.Error(), Hint: hint.Of(err)}
}
