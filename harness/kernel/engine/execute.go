package engine

import (
	"context"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"path/filepath"
	"plugin"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"uacs/harness/kernel/cell"
	"uacs/harness/kernel/runtime"
)

const helpText = `%help        this text
%time CODE   run CODE, or with nothing after it the cell, and print how long it took
%who         list the names that cells declared
%reset       forget every name and import
`

// Execute runs one cell. The error, if any, is a *CellError; names of a cell
// that fails while it runs are kept, those of one that does not compile are
// not. A panic of the cell is an error; an end of the process is not caught.
func (e *Engine) Execute(ctx context.Context, code string) (*Result, error) {
	return e.ExecuteCell(ctx, Cell{Code: code})
}

// interruptible returns a context that Interrupt cancels from now on: while the
// cell is compiled there is no loop to stop.
func (e *Engine) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	e.cancelMu.Lock()
	defer e.cancelMu.Unlock()
	e.cancel = cancel
	return ctx, cancel
}

// A Cell is what ExecuteCell runs.
type Cell struct {
	Code string
	// Count is n in the In[n] of tracebacks; 0 is one more than the last one's.
	// After a negative one the count begins anew.
	Count int
	// Declare says that only the names are to be declared, with zero values: no
	// statement runs.
	Declare bool
}

// ExecuteCell is Execute with the cell's number given, or with a cell that is
// only declared.
func (e *Engine) ExecuteCell(ctx context.Context, c Cell) (res *Result, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, stop := e.interruptible(ctx)
	defer stop()
	defer func() {
		if r := recover(); r != nil {
			res, err = &Result{}, &CellError{Phase: "build", Msg: fmt.Sprint("engine: ", r), Traceback: strings.Split(string(debug.Stack()), "\n")}
		}
	}()
	res = &Result{}
	start := time.Now()
	e.n++
	if c.Count != 0 {
		e.n = max(c.Count, 0)
	}
	code, timed, cerr := e.magic(c.Code)
	if cerr == nil {
		cerr = e.execute(ctx, code, res, c.Declare)
	}
	if timed {
		fmt.Printf("%v in all, %v running\n", time.Since(start).Round(time.Millisecond), res.Timing.Run)
	}
	if cerr != nil {
		return res, cerr
	}
	if res.HasValue && e.opts.Value != nil {
		e.opts.Value(res.Value)
	}
	return res, nil
}

// magic carries out the magics of a cell and blanks them.
func (e *Engine) magic(code string) (rest string, timed bool, err *CellError) {
	for _, it := range cell.Split(code) {
		if it.Kind != cell.Magic {
			break
		}
		word, args, _ := strings.Cut(it.Src, " ")
		blank := strings.Repeat(" ", len(it.Src))
		switch word {
		case "%help":
			_, _ = os.Stdout.WriteString(helpText)
		case "%who":
			for _, v := range e.vars() {
				fmt.Printf("%s\t%s\t%s\n", v.Name, v.Kind, v.Type)
			}
		case "%reset":
			e.clear()
		case "%time":
			timed = true
			blank = strings.Repeat(" ", len(it.Src)-len(args)) + args
		default:
			return code, false, &CellError{Phase: "parse", Line: it.Line, Col: it.Col, Msg: "unknown magic " + word, Source: it.Src, Hint: "see %help"}
		}
		code = code[:it.Off] + blank + code[it.Off+len(it.Src):]
	}
	return code, timed, nil
}

func (e *Engine) execute(ctx context.Context, code string, res *Result, declare bool) *CellError {
	start := time.Now()
	d, cerr := e.newDraft(code, cell.Split(code))
	if cerr != nil || len(d.decls)+len(d.stmts) == 0 {
		return cerr
	}
	if cerr := e.prepare(d); cerr != nil {
		return cerr
	}
	text := e.rewrite(d)
	res.Timing.Check = time.Since(start)
	run, err := e.build(ctx, d, text, &res.Timing)
	if err != nil {
		if ctx.Err() != nil {
			return &CellError{Phase: "interrupted", Msg: "interrupted"}
		}
		return failure("build", e.explainBuild(ctx, err))
	}
	e.commit(d, res)
	e.warnEdited(ctx, res)
	if e.loaded++; e.loaded >= warnCells && e.loaded%50 == 0 {
		res.Warnings = append(res.Warnings, fmt.Sprintf("%d cells are loaded and none can be unloaded: restart the kernel if memory is short", e.loaded))
	}
	if declare {
		return nil
	}
	start = time.Now()
	cerr = e.call(ctx, run, code)
	res.Timing.Run = time.Since(start)
	if v := runtime.Values(); cerr == nil && len(v) > 0 {
		res.HasValue, res.Value = true, any(v)
		if len(v) == 1 {
			res.Value = v[0]
		}
	}
	return cerr
}

// prepare parses, hoists and checks a draft.
func (e *Engine) prepare(d *draft) *CellError {
	if err := e.parse(d); err != nil {
		return parseError(d.src, err)
	}
	if e.redeclare(d) {
		if err := e.parse(d); err != nil {
			return parseError(d.src, err)
		}
	}
	e.useImports(d)
	if err := e.parse(d); err != nil {
		return parseError(d.src, err)
	}
	errs := e.check(d)
	if !e.hoist(d) {
		if errs = inside(d, errs); len(errs) > 0 {
			return e.typeErrors(d.src, errs)
		}
	}
	delete(e.home, d.pkg)
	if err := e.parse(d); err != nil {
		return parseError(d.src, err)
	}
	if errs := e.check(d); len(errs) > 0 {
		delete(e.home, d.pkg)
		return e.typeErrors(d.src, errs)
	}
	return nil
}

// inside leaves the errors of the statements: before variables are hoisted,
// functions may name them in vain.
func inside(d *draft, errs []types.Error) (out []types.Error) {
	for _, err := range errs {
		if err.Pos >= d.run.Pos() && err.Pos <= d.run.End() {
			out = append(out, err)
		}
	}
	return out
}

// redeclare adds to a draft with methods of earlier cells' types those types
// and their other methods. It reports whether it added anything.
func (e *Engine) redeclare(d *draft) bool {
	wanted := map[string]map[string]bool{}
	for _, decl := range d.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil {
			continue
		}
		t := receiver(f)
		if _, ok := e.sources[t]; ok && !d.names[t] {
			if wanted[t] == nil {
				wanted[t] = map[string]bool{}
			}
			wanted[t][f.Name.Name] = true
		}
	}
	var add []piece
	names := make([]string, 0, len(wanted))
	for t := range wanted {
		names = append(names, t)
	}
	slices.Sort(names)
	for _, t := range names {
		add = append(add, e.sources[t].decl...)
		for _, m := range e.sources[t].methods {
			if _, name, _ := methodName(m.Src); !wanted[t][name] {
				add = append(add, m)
			}
		}
	}
	d.decls = append(add, d.decls...)
	return len(add) > 0
}

func receiver(f *ast.FuncDecl) string {
	if len(f.Recv.List) != 1 {
		return ""
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

var (
	methodRE = regexp.MustCompile(`(?s)^func\s*\(([^)]*)\)\s*([\pL_][\pL\pN_]*)`)
	recvRE   = regexp.MustCompile(`([\pL_][\pL\pN_]*)\s*(\[.*\])?\s*$`)
)

// methodName returns the receiver's type and the name of a method's source.
func methodName(src string) (recv, name string, ok bool) {
	m := methodRE.FindStringSubmatch(src)
	if m == nil {
		return "", "", false
	}
	t := recvRE.FindStringSubmatch(m[1])
	if t == nil {
		return "", "", false
	}
	return t[1], m[2], true
}

// build compiles, links and loads a cell, unless it is in the cache, and
// returns its entry.
func (e *Engine) build(ctx context.Context, d *draft, text string, tm *Timing) (func(), error) {
	path, t := d.path(), e.tools
	dir := filepath.Join(e.opts.BuildDir, fmt.Sprintf("c%d", d.id))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	files := built{filepath.Join(dir, "cell.a"), filepath.Join(dir, "cell.so")}
	key := t.cellKey(path, text)
	t.keys[path] = key
	if kept := t.cached(key); t.cache != "" && kept.fetch(files.object) {
		if run, err := timedLoad(kept.plugin, tm); err == nil {
			t.exports[path] = files.object
			return run, nil
		}
	}
	if err := e.make(ctx, d, dir, text, files, tm); err != nil {
		return nil, err
	}
	run, err := timedLoad(files.plugin, tm)
	if t.cache == "" || err != nil {
		_ = os.Remove(files.plugin)
	} else {
		go files.store(t.cached(key)) // the cell need not wait for it
	}
	return run, err
}

// make compiles and links a cell in dir.
func (e *Engine) make(ctx context.Context, d *draft, dir, text string, files built, tm *Timing) error {
	path, mainPath, t := d.path(), fmt.Sprintf("nb/p%d", d.id), e.tools
	start := time.Now()
	main := fmt.Sprintf("package main\nimport cell %q\nfunc Run() { cell.Run() }\nfunc main() {}\n", path)
	for name, src := range map[string]string{"cell.go": text, "main.go": main} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(src), 0o644); err != nil {
			return err
		}
	}
	t.exports[path] = files.object
	if err := t.config(filepath.Join(dir, "cfg")); err != nil {
		return err
	}
	if err := t.compile(ctx, dir, path, "cell.go", files.object); err != nil {
		delete(t.exports, path)
		return err
	}
	if err := t.compile(ctx, dir, mainPath, "main.go", "main.a"); err != nil {
		return err
	}
	tm.Compile, start = time.Since(start), time.Now()
	err := t.link(ctx, dir, mainPath, "main.a", files.plugin)
	tm.Link = time.Since(start)
	return err
}

func timedLoad(plugin string, tm *Timing) (func(), error) {
	start := time.Now()
	run, err := load(plugin)
	tm.Load = time.Since(start)
	return run, err
}

func load(so string) (func(), error) {
	p, err := plugin.Open(so)
	if err != nil {
		return nil, err
	}
	s, err := p.Lookup("Run")
	if err != nil {
		return nil, err
	}
	return s.(func()), nil
}

// commit makes a loaded cell's names known to later cells.
func (e *Engine) commit(d *draft, res *Result) {
	e.known[d.path()] = d.pkg
	for _, name := range d.pkg.Scope().Names() {
		o := d.pkg.Scope().Lookup(name)
		if o.Pkg() != d.pkg || name == runName || d.twins[o] != nil {
			continue
		}
		e.objs[name] = o
		delete(e.imports, name)
		delete(e.sources, name)
		res.Names = append(res.Names, name)
	}
	for _, p := range d.decls {
		if recv, _, ok := methodName(p.Src); ok && p.Kind == cell.Func {
			s := e.sources[recv]
			s.methods = append(s.methods, p)
			e.sources[recv] = s
		}
	}
	e.commitTypes(d)
}

func (e *Engine) commitTypes(d *draft) {
	for _, decl := range d.file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			off := func(n ast.Node) (int, int) {
				return int(n.Pos() - d.file.FileStart), int(n.End() - d.file.FileStart)
			}
			from, to := off(t)
			p := e.fset.Position(t.Pos())
			src := e.sources[t.Name.Name]
			src.decl = []piece{{cell.Item{Kind: cell.Type, Src: "type " + d.text[from:to], Line: p.Line, Col: p.Column}, d.n}}
			e.sources[t.Name.Name] = src
		}
	}
}

var cellLine = regexp.MustCompile(`In\[(\d+)\]:(\d+)`)

// call runs a loaded cell and makes an error of a panic.
func (e *Engine) call(ctx context.Context, run func(), code string) (cerr *CellError) {
	runtime.Begin(ctx)
	stop := context.AfterFunc(ctx, runtime.Interrupt)
	defer stop()
	defer func() {
		r := recover()
		switch {
		case r == nil && ctx.Err() == nil:
		case r == nil:
			cerr = &CellError{Phase: "interrupted", Msg: "interrupted"}
		case r == any(runtime.ErrInterrupted):
			cerr = &CellError{Phase: "interrupted", Msg: "interrupted"}
		default:
			cerr = e.panicked(r, string(debug.Stack()), code)
		}
	}()
	run()
	return nil
}

func (e *Engine) panicked(r any, stack, code string) *CellError {
	out := &CellError{Phase: "panic", Msg: Plain(fmt.Sprint(r))}
	lines := strings.Split(code, "\n")
	for _, m := range cellLine.FindAllStringSubmatch(stack, -1) {
		var n, line int
		fmt.Sscan(m[1], &n)
		fmt.Sscan(m[2], &line)
		at := m[0]
		if n == e.n && line >= 1 && line <= len(lines) {
			at += ": " + strings.TrimSpace(lines[line-1])
			if out.Line == 0 {
				out.Line, out.Source = line, lines[line-1]
			}
		}
		out.Traceback = append(out.Traceback, at)
	}
	return out
}
