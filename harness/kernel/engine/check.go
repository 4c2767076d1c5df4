package engine

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/kernel/cell"
	"uacs/internal/hint"
)

const (
	cellPackage = "cell"
	// mark is a capital letter that few people write: it exports a name and
	// is taken out of text by Plain.
	mark    = "Ꞌ"
	runName = "Ꞌrun"
	maxErrs = 10
)

// A piece is an item with the cell it was written in.
type piece struct {
	cell.Item
	n int
}

// A typeSource is what declares a type again: the declaration and its methods.
type typeSource struct{ decl, methods []piece }

// A draft is a cell on its way to a plugin.
type draft struct {
	n            int   // as in In[n]
	id           int64 // of the plugin
	src          string
	decls, stmts []piece
	extra        string                        // package variables of the second check
	bodyText     string                        // statements and closing brace of the second check
	twins        map[types.Object]types.Object // second name to the object meant
	imports      map[string]string

	text  string // what was checked
	body  int    // offset in text after the imports
	file  *ast.File
	pkg   *types.Package
	info  *types.Info
	run   *ast.BlockStmt
	last  *ast.ExprStmt
	names map[string]bool // declared at package level
}

func (e *Engine) newDraft(src string, items []cell.Item) (*draft, *CellError) {
	d := &draft{n: e.n, id: serial.Add(1), src: src, imports: map[string]string{}}
	for _, it := range items {
		p := piece{it, e.n}
		switch it.Kind {
		case cell.Import:
			if err := e.addImport(it); err != nil {
				return nil, err
			}
		case cell.Func, cell.Type, cell.Const:
			d.decls = append(d.decls, p)
		case cell.Stmt, cell.Var:
			d.stmts = append(d.stmts, p)
		}
	}
	return d, nil
}

func (e *Engine) addImport(it cell.Item) *CellError {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+it.Src, parser.ImportsOnly)
	if err != nil {
		return &CellError{Phase: "parse", Line: it.Line, Col: it.Col, Msg: err.Error(), Source: it.Src}
	}
	for _, s := range f.Imports {
		path, _ := strconv.Unquote(s.Path.Value)
		if strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../") {
			path = e.tools.beside(e.opts.Dir, path)
		}
		pkg, err := e.imp.Import(path)
		if err == nil {
			err = e.refuseEdited(context.Background(), pkg)
		}
		if err != nil {
			h := hint.Of(err)
			if h == "" && strings.Contains(err.Error(), "no required module") {
				h = hint.Of(missing(path, err))
			}
			return &CellError{Phase: "build", Line: it.Line, Col: it.Col, Msg: err.Error(), Source: it.Src, Hint: h}
		}
		name := pkg.Name()
		if s.Name != nil {
			name = s.Name.Name
		}
		if name == "." {
			return &CellError{Phase: "type", Line: it.Line, Col: it.Col, Msg: "dot imports are not supported", Source: it.Src}
		}
		if name != "_" {
			e.imports[name] = path
		}
	}
	return nil
}

// assemble writes the draft as one file.
func (d *draft) assemble() {
	var b strings.Builder
	b.WriteString("package " + cellPackage + "\n")
	names := make([]string, 0, len(d.imports))
	for n := range d.imports {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(&b, "import %s %q\n", n, d.imports[n])
	}
	d.body = b.Len()
	put := func(ps []piece) {
		for _, p := range ps {
			fmt.Fprintf(&b, "//line In[%d]:%d:%d\n%s\n", p.n, p.Line, p.Col, p.Src)
		}
	}
	put(d.decls)
	b.WriteString(d.extra)
	b.WriteString("func " + runName + "() {\n")
	if d.bodyText != "" {
		b.WriteString(d.bodyText)
	} else {
		put(d.stmts)
		b.WriteString("}\n")
	}
	d.text = b.String()
}

// parse assembles and parses the draft and finds its parts.
func (e *Engine) parse(d *draft) error {
	d.assemble()
	f, err := parser.ParseFile(e.fset, "cell.go", d.text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	d.file, d.last, d.names = f, nil, map[string]bool{}
	for _, decl := range f.Decls {
		switch x := decl.(type) {
		case *ast.FuncDecl:
			if x.Name.Name == runName {
				d.run = x.Body
			} else if x.Recv == nil {
				d.names[x.Name.Name] = true
			}
		case *ast.GenDecl:
			declare(x, d.names)
		}
	}
	if k := len(d.run.List); k > 0 {
		d.last, _ = d.run.List[k-1].(*ast.ExprStmt)
	}
	return nil
}

func declare(g *ast.GenDecl, names map[string]bool) {
	for _, s := range g.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			names[s.Name.Name] = true
		case *ast.ValueSpec:
			for _, id := range s.Names {
				names[id.Name] = true
			}
		}
	}
}

// useImports gives the draft the imports that its selectors name: the cells'
// own, else a common standard package.
func (e *Engine) useImports(d *draft) {
	ast.Inspect(d.file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := s.X.(*ast.Ident)
		if !ok || d.names[id.Name] {
			return true
		}
		if p := e.imports[id.Name]; p != "" {
			d.imports[id.Name] = p
		} else if p := stdNames[id.Name]; p != "" && e.objs[id.Name] == nil && p != runtimePath {
			d.imports[id.Name] = p
		}
		return true
	})
}

// check type-checks the draft against the earlier cells. Errors that a cell
// may contain are left out.
func (e *Engine) check(d *draft) []types.Error {
	// One path for all cells lets the checker see lower-case members of earlier ones.
	d.pkg = types.NewPackage("nb", cellPackage)
	e.home[d.pkg] = d.path()
	for name, o := range e.objs {
		if !d.names[name] && d.imports[name] == "" {
			d.pkg.Scope().Insert(o)
		}
	}
	for twin := range d.twins {
		d.pkg.Scope().Insert(twin)
	}
	e.insertCtx(d)
	d.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	var errs []types.Error
	conf := types.Config{Importer: e.imp, Error: func(err error) {
		var te types.Error
		if errors.As(err, &te) && !d.allowed(te) {
			errs = append(errs, te)
		}
	}}
	_ = types.NewChecker(&conf, e.fset, d.pkg, d.info).Files([]*ast.File{d.file})
	return errs
}

// insertCtx makes ctx name the runtime's context, unless a cell declared it.
func (e *Engine) insertCtx(d *draft) {
	if e.objs["ctx"] != nil || d.names["ctx"] {
		return
	}
	ctx, err := e.imp.Import("context")
	if err != nil {
		return
	}
	rt := types.NewPackage(runtimePath, "runtime")
	d.pkg.Scope().Insert(types.NewVar(0, rt, "ctx", ctx.Scope().Lookup("Context").Type()))
}

// path is the import path of the compiled cell.
func (d *draft) path() string { return fmt.Sprintf("nb/c%d", d.id) }

func (d *draft) allowed(err types.Error) bool {
	switch {
	case strings.Contains(err.Msg, "declared and not used"), strings.Contains(err.Msg, "imported and not used"):
		return true
	case strings.Contains(err.Msg, "implicit assignment to unexported field"):
		return strings.Contains(err.Msg, "type nb.") || strings.Contains(err.Msg, "type "+cellPackage+".")
	case strings.Contains(err.Msg, "is not used"):
		return d.last != nil && err.Pos >= d.last.Pos() && err.Pos <= d.last.End()
	}
	return false
}

// typeErrors makes one CellError of several.
func (e *Engine) typeErrors(src string, errs []types.Error) *CellError {
	out := &CellError{Phase: "type"}
	var msgs []string
	for _, err := range errs {
		if len(msgs) == maxErrs {
			msgs = append(msgs, "too many errors")
			break
		}
		p := e.fset.Position(err.Pos)
		if len(msgs) == 0 {
			out.place(src, p)
		}
		msgs = append(msgs, Plain(fmt.Sprintf("%d:%d: %s", p.Line, p.Column, err.Msg)))
	}
	out.Msg = strings.Join(msgs, "\n")
	if len(msgs) == 1 {
		out.Msg = Plain(errs[0].Msg)
	}
	return out
}

func (e *CellError) place(src string, p token.Position) {
	lines := strings.Split(src, "\n")
	e.Line, e.Col = min(p.Line, len(lines)), p.Column
	if e.Line > 0 {
		e.Source = lines[e.Line-1]
	}
}

func parseError(src string, err error) *CellError {
	out := &CellError{Phase: "parse", Msg: err.Error()}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		out.Msg = list[0].Msg
		out.place(src, list[0].Pos)
	}
	return out
}
