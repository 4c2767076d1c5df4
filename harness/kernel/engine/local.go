package engine

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Variables of top-level statements are package variables, which the compiler
// has to store and load at every turn of a loop. A loop that nothing else can
// observe works on copies instead, which fit in registers, and writes back those
// it assigns to at its end and before an interrupt ends it.
//
// Nothing else can observe a loop that consists of arithmetic, indexing,
// assignments and control flow inside it: without calls, closures, goroutines,
// channels, pointers and ways out other than its end. Of calls, there may be
// conversions, the builtins that run no code of others, and functions of the
// packages in pure on plain values. An assigned variable stays what it is if
// anything in the loop may panic, since the panic would lose its copy. What the
// functions of cells touch is left alone: see touched.go.

// pure are the packages whose functions on plain values run nobody else's code.
var pure = map[string]bool{"math": true, "math/bits": true, "math/cmplx": true}

var localBuiltins = map[string]bool{"len": true, "cap": true, "min": true, "max": true, "real": true, "imag": true, "complex": true, "append": true, "copy": true}

// A localLoop looks at one loop.
type localLoop struct {
	r        *rewriter
	vars     []*types.Var // package variables in the order they are met
	assigned map[*types.Var]bool
	within   map[*ast.IndexExpr]bool // that cannot be out of range
	bad      bool                    // something else can observe the loop
	panics   bool                    // something in the loop may panic
}

// localise lets the loops among the statements of a cell work on copies.
func (r *rewriter) localise() {
	if hasGoto(r.d.run) {
		return
	}
	for _, s := range r.d.run.List {
		loop := s
		if l, ok := s.(*ast.LabeledStmt); ok {
			loop = l.Stmt
		}
		switch loop.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			l := &localLoop{r: r, assigned: map[*types.Var]bool{}, within: map[*ast.IndexExpr]bool{}}
			l.bounds(loop)
			ast.Inspect(loop, l.node)
			if !l.bad {
				l.copy(s, loop)
			}
		}
	}
}

func hasGoto(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		b, ok := n.(*ast.BranchStmt)
		found = found || ok && b.Tok == token.GOTO
		return !found
	})
	return found
}

// copy writes the copies before the loop and back after it.
func (l *localLoop) copy(s, loop ast.Stmt) {
	var names, values, back, home []string
	local := map[*types.Var]string{}
	for _, v := range l.vars {
		touched := l.r.e.touched[v]
		if l.assigned[v] && (l.panics || touched != 0) || touched == writes || !copied(v.Type()) {
			continue
		}
		name, value := fmt.Sprintf("nbl%d", len(names)), l.r.global(v)
		names, values, local[v] = append(names, name), append(values, value), name
		if l.assigned[v] {
			back, home = append(back, name), append(home, value)
		}
	}
	if len(names) == 0 {
		return
	}
	write := ""
	if len(back) > 0 {
		write = strings.Join(home, ", ") + " = " + strings.Join(back, ", ") + "; "
	}
	l.r.put(s.Pos(), s.Pos(), "{ "+strings.Join(names, ", ")+" := "+strings.Join(values, ", ")+"; ")
	l.r.put(s.End(), s.End(), "; "+write+"}")
	l.r.locals = append(l.r.locals, locals{loop, local, write})
}

// locals are the names of copies in a loop, and the statement that writes them
// back.
type locals struct {
	loop  ast.Stmt
	names map[*types.Var]string
	write string
}

// localsAt returns the copies that the place p may use.
func (r *rewriter) localsAt(p token.Pos) locals {
	for _, l := range r.locals {
		if l.loop.Pos() <= p && p < l.loop.End() {
			return l
		}
	}
	return locals{}
}

// copied says whether a copy of a variable of that type does what it does.
func copied(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Basic, *types.Slice, *types.Map:
		return true
	}
	return false
}

func (l *localLoop) info() *types.Info { return l.r.d.info }

// node looks at one node. What it does not name makes the loop a bad one.
func (l *localLoop) node(n ast.Node) bool {
	switch x := n.(type) {
	case nil, *ast.ForStmt, *ast.BlockStmt, *ast.IfStmt, *ast.SwitchStmt, *ast.CaseClause, *ast.BasicLit, *ast.ParenExpr,
		*ast.ExprStmt, *ast.DeclStmt, *ast.GenDecl, *ast.ValueSpec, *ast.EmptyStmt, *ast.LabeledStmt, *ast.BranchStmt:
	case *ast.RangeStmt:
		l.ranged(x)
	case *ast.AssignStmt:
		for _, e := range x.Lhs {
			l.assign(e)
		}
		l.panics = l.panics || (x.Tok == token.QUO_ASSIGN || x.Tok == token.REM_ASSIGN || x.Tok == token.SHL_ASSIGN || x.Tok == token.SHR_ASSIGN) && l.mayPanic(x.Lhs[0], x.Rhs[0], x.Tok)
	case *ast.IncDecStmt:
		l.assign(x.X)
	case *ast.BinaryExpr:
		l.binary(x)
	case *ast.UnaryExpr:
		l.bad = l.bad || x.Op == token.AND || x.Op == token.ARROW
	case *ast.IndexExpr:
		l.panics = l.panics || !l.within[x]
		_, generic := l.info().Types[x.X].Type.(*types.Signature)
		_, pointer := l.info().Types[x.X].Type.Underlying().(*types.Pointer)
		l.bad = l.bad || generic || pointer
	case *ast.SliceExpr:
		_, slice := l.info().Types[x.X].Type.Underlying().(*types.Slice)
		l.bad, l.panics = l.bad || !slice && !l.basic(x.X), true
	case *ast.CallExpr:
		return l.call(x)
	case *ast.SelectorExpr:
		l.bad = l.bad || l.info().Types[x].Value == nil // as math.Pi has
		return false
	case *ast.Ident:
		l.ident(x)
	default:
		l.bad = true
	}
	return !l.bad
}

func (l *localLoop) basic(x ast.Expr) bool {
	t := l.info().Types[x].Type
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Basic)
	return ok
}

// ranged refuses ranges over functions, channels and arrays by pointer.
func (l *localLoop) ranged(x *ast.RangeStmt) {
	switch l.info().Types[x.X].Type.Underlying().(type) {
	case *types.Basic, *types.Slice, *types.Map, *types.Array:
	default:
		l.bad = true
	}
	if x.Tok == token.ASSIGN {
		for _, e := range []ast.Expr{x.Key, x.Value} {
			if e != nil {
				l.assign(e)
			}
		}
	}
}

// assign notes what is assigned to. An element of a slice or a map is no
// variable, one of an array is.
func (l *localLoop) assign(e ast.Expr) {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v := l.r.variable(x); v != nil {
			l.assigned[v] = true
		}
	case *ast.IndexExpr:
		switch l.info().Types[x.X].Type.Underlying().(type) {
		case *types.Array:
			l.assign(x.X)
		case *types.Map:
			l.panics = true
		}
	default:
		l.bad = true
	}
}

func (l *localLoop) ident(id *ast.Ident) {
	if v := l.r.variable(id); v != nil && !slices.Contains(l.vars, v) {
		l.vars = append(l.vars, v)
	}
}

// binary lets comparisons be of plain values: those of interfaces may panic.
func (l *localLoop) binary(x *ast.BinaryExpr) {
	switch x.Op {
	case token.QUO, token.REM, token.SHL, token.SHR:
		l.panics = l.panics || l.mayPanic(x.X, x.Y, x.Op)
	case token.EQL, token.NEQ:
		l.panics = l.panics || !l.basic(x.X) || !l.basic(x.Y)
	}
}

// mayPanic reports divisions of integers by what is not a constant, and shifts
// by what may be negative.
func (l *localLoop) mayPanic(x, y ast.Expr, op token.Token) bool {
	tx, ty := l.info().Types[x], l.info().Types[y]
	if ty.Value != nil || tx.Type == nil || ty.Type == nil {
		return ty.Value == nil
	}
	bx, okx := tx.Type.Underlying().(*types.Basic)
	by, oky := ty.Type.Underlying().(*types.Basic)
	if !okx || !oky {
		return true
	}
	if op == token.SHL || op == token.SHR || op == token.SHL_ASSIGN || op == token.SHR_ASSIGN {
		return by.Info()&types.IsUnsigned == 0
	}
	return bx.Info()&types.IsInteger != 0
}

// call judges a call. It returns false, so that the function's name is not
// looked at, and looks at the arguments itself.
func (l *localLoop) call(c *ast.CallExpr) bool {
	f := l.info().Types[c.Fun]
	switch {
	case f.IsType():
		l.bad = l.bad || len(c.Args) != 1 || !l.basic(c.Fun) || !l.basic(c.Args[0])
	case f.IsBuiltin():
		id, ok := ast.Unparen(c.Fun).(*ast.Ident)
		l.bad = l.bad || !ok || !localBuiltins[id.Name]
	default:
		l.bad = l.bad || !l.pureCall(c)
	}
	for _, a := range c.Args {
		if !l.bad {
			ast.Inspect(a, l.node)
		}
	}
	return false
}

func (l *localLoop) pureCall(c *ast.CallExpr) bool {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := l.info().Uses[s.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || !pure[f.Pkg().Path()] || f.Signature().Recv() != nil {
		return false
	}
	l.panics = l.panics || f.Pkg().Path() == "math/bits" // Div and Rem
	for _, a := range c.Args {
		if !l.basic(a) {
			return false
		}
	}
	return true
}

// bounds finds the index expressions xs[i] in for i := range xs, where neither i
// nor xs is assigned to.
func (l *localLoop) bounds(loop ast.Stmt) {
	ast.Inspect(loop, func(n ast.Node) bool {
		r, ok := n.(*ast.RangeStmt)
		if !ok || r.Tok != token.DEFINE {
			return true
		}
		key, ok1 := r.Key.(*ast.Ident)
		over, ok2 := ast.Unparen(r.X).(*ast.Ident)
		if !ok1 || !ok2 {
			return true
		}
		i, xs := l.info().Defs[key], l.info().Uses[over]
		if _, slice := l.info().Types[r.X].Type.Underlying().(*types.Slice); !slice || i == nil || xs == nil || l.changes(loop, i, xs) {
			return true
		}
		ast.Inspect(r.Body, func(n ast.Node) bool {
			if x, ok := n.(*ast.IndexExpr); ok && l.names(x.X, xs) && l.names(x.Index, i) {
				l.within[x] = true
			}
			return true
		})
		return true
	})
}

func (l *localLoop) names(e ast.Expr, o types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && l.info().Uses[id] == o
}

// changes reports whether one of the objects is assigned to in the loop.
func (l *localLoop) changes(loop ast.Stmt, objects ...types.Object) (found bool) {
	check := func(e ast.Expr) {
		for _, o := range objects {
			found = found || e != nil && l.names(e, o)
		}
	}
	ast.Inspect(loop, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			for _, e := range x.Lhs {
				check(e)
			}
		case *ast.IncDecStmt:
			check(x.X)
		case *ast.RangeStmt:
			if x.Tok == token.ASSIGN {
				check(x.Key)
				check(x.Value)
			}
		}
		return !found
	})
	return found
}
