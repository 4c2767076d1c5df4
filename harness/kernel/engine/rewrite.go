package engine

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// exported is the compiled form of a name.
func exported(name string) string {
	if token.IsExported(name) || name == "_" || name == "init" {
		return name
	}
	return mark + name
}

// A rewriter makes the text that is compiled from the text that was checked.
type rewriter struct {
	e      *Engine
	d      *draft
	edits  []edit
	cells  map[string]bool // paths of earlier cells that are named
	pkgs   map[string]bool // names of imports that are used
	embeds map[*ast.Ident]bool
	locals []locals
}

// rewrite returns the file to compile.
func (e *Engine) rewrite(d *draft) string {
	r := &rewriter{e: e, d: d, cells: map[string]bool{}, pkgs: map[string]bool{}, embeds: map[*ast.Ident]bool{}}
	r.touch()
	r.localise()
	ast.Inspect(d.file, r.node)
	for id, o := range d.info.Defs {
		if _, ok := o.(*types.PkgName); !ok && !r.embeds[id] {
			r.ident(id, o)
		}
	}
	for id, o := range d.info.Uses {
		r.ident(id, o)
	}
	r.result()
	return r.header() + apply(d.text, d.body, r.edits)
}

func (r *rewriter) header() string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", cellPackage)
	fmt.Fprintf(&b, "import nbrt %q\n", runtimePath)
	for _, name := range sorted(r.pkgs) {
		fmt.Fprintf(&b, "import %s %q\n", name, r.d.imports[name])
	}
	for _, path := range sorted(r.cells) {
		fmt.Fprintf(&b, "import %s %q\n", cellName(path), path)
	}
	b.WriteString("var _ = nbrt.Check\nfunc Run() { " + runName + "() }\n")
	return b.String()
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func cellName(path string) string { return "nb" + mark + strings.TrimPrefix(path, "nb/") }

func (r *rewriter) off(p token.Pos) int { return int(p - r.d.file.FileStart) }

func (r *rewriter) put(from, to token.Pos, text string) {
	r.edits = append(r.edits, edit{r.off(from), r.off(to), text})
}

// node puts checks into loops, guards into goroutines and tags on fields.
func (r *rewriter) node(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.ForStmt:
		r.check(x.Body)
	case *ast.RangeStmt:
		r.check(x.Body)
	case *ast.BranchStmt:
		if x.Tok == token.GOTO {
			r.put(x.Pos(), x.Pos(), "nbrt.Check();")
		}
	case *ast.GoStmt:
		r.guard(x)
	case *ast.StructType:
		r.fields(x)
	}
	return true
}

// check begins the body of a loop with a look whether it is to stop.
func (r *rewriter) check(body *ast.BlockStmt) {
	text := "nbrt.Check();"
	if write := r.localsAt(body.Lbrace).write; write != "" {
		text = "if nbrt.Stopped() { " + write + "nbrt.Check() };"
	}
	r.put(body.Lbrace+1, body.Lbrace+1, text)
}

func (r *rewriter) guard(g *ast.GoStmt) {
	if f, ok := g.Call.Fun.(*ast.FuncLit); ok {
		r.put(f.Body.Lbrace+1, f.Body.Lbrace+1, "defer nbrt.Guard();")
		return
	}
	tv := r.d.info.Types[g.Call.Fun]
	sig, ok := tv.Type.(*types.Signature)
	if !ok || tv.IsBuiltin() || sig.TypeParams().Len() > 0 {
		return
	}
	r.put(g.Call.Fun.Pos(), g.Call.Fun.Pos(), "nbrt.Guarded(")
	r.put(g.Call.Fun.End(), g.Call.Fun.End(), ")")
}

// fields hides lower-case fields from the encoders that look at exported ones,
// and remembers embedded types, whose field name follows the type's.
func (r *rewriter) fields(s *ast.StructType) {
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			ast.Inspect(f.Type, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					r.embeds[id] = true
				}
				return true
			})
			continue
		}
		if f.Tag == nil && !token.IsExported(f.Names[0].Name) {
			r.put(f.Type.End(), f.Type.End(), " `json:\"-\" xml:\"-\" yaml:\"-\"`")
		}
	}
}

// ident renames an identifier that names something of a cell.
func (r *rewriter) ident(id *ast.Ident, o types.Object) {
	if o == nil || id.Name == "_" || id.Name == runName {
		return
	}
	if p, ok := o.(*types.PkgName); ok {
		r.pkgs[p.Name()] = true
		return
	}
	if orig := r.d.twins[o]; orig != nil {
		o = orig
	}
	if o.Pkg() == nil {
		return
	}
	if o.Pkg().Path() == runtimePath && o.Name() == "ctx" {
		r.put(id.Pos(), id.End(), "nbrt.Ctx")
		return
	}
	if r.e.home[o.Pkg()] == "" {
		return
	}
	name := exported(o.Name())
	switch {
	case member(o):
	case !packageLevel(o):
		return
	default:
		name = r.global(o)
	}
	if v, ok := o.(*types.Var); ok && len(r.locals) > 0 {
		if local := r.localsAt(id.Pos()).names[v]; local != "" {
			name = local
		}
	}
	if name != id.Name {
		r.put(id.Pos(), id.End(), name)
	}
}

// global returns the compiled name of something at package level.
func (r *rewriter) global(o types.Object) string {
	name := exported(o.Name())
	if o.Pkg() != r.d.pkg {
		home := r.e.home[o.Pkg()]
		r.cells[home] = true
		name = cellName(home) + "." + name
	}
	return name
}

func packageLevel(o types.Object) bool { return o.Parent() == o.Pkg().Scope() }

// member says whether o is a field or a method.
func member(o types.Object) bool {
	switch x := o.(type) {
	case *types.Var:
		return x.IsField()
	case *types.Func:
		return x.Signature().Recv() != nil
	}
	return false
}

// result hands the last expression to the runtime, unless it prints.
func (r *rewriter) result() {
	if r.d.last == nil {
		return
	}
	tv := r.d.info.Types[r.d.last.X]
	if tv.IsVoid() || tv.IsType() || tv.Type == nil || r.prints(r.d.last.X) {
		return
	}
	r.put(r.d.last.Pos(), r.d.last.Pos(), "nbrt.Result(")
	r.put(r.d.last.End(), r.d.last.End(), ")")
}

func (r *rewriter) prints(x ast.Expr) bool {
	c, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f := r.d.info.Uses[s.Sel]
	return f != nil && f.Pkg() != nil && f.Pkg().Path() == "fmt" && strings.Contains(f.Name(), "rint") && !strings.HasPrefix(f.Name(), "S")
}
