package engine

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A touch says what functions of cells do with a package variable. They may run
// at any time, in goroutines or called by a package, so that a loop may work on
// a copy of what they write only if it does not look, and on a copy of what
// they read only if it does not write.
type touch int

const (
	reads touch = iota + 1
	writes
)

// touch notes what the functions of a cell do with package variables.
func (r *rewriter) touch() {
	for _, decl := range r.d.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		switch {
		case !ok || f.Body == nil:
		case f.Body == r.d.run:
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if lit, ok := n.(*ast.FuncLit); ok {
					r.touchIn(lit.Body)
					return false
				}
				r.touchAddress(n)
				return true
			})
		default:
			r.touchIn(f.Body)
		}
	}
}

// touchIn notes what a function does.
func (r *rewriter) touchIn(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ident:
			r.note(x, reads)
		case *ast.AssignStmt:
			for _, e := range x.Lhs {
				r.note(e, writes)
			}
		case *ast.IncDecStmt:
			r.note(x.X, writes)
		case *ast.RangeStmt:
			r.note(x.Key, writes)
			r.note(x.Value, writes)
		}
		r.touchAddress(n)
		return true
	})
}

// touchAddress notes variables whose address is taken, by & or for a method.
func (r *rewriter) touchAddress(n ast.Node) {
	switch x := n.(type) {
	case *ast.UnaryExpr:
		if x.Op == token.AND {
			r.note(x.X, writes)
		}
	case *ast.SelectorExpr:
		if f, ok := r.d.info.Uses[x.Sel].(*types.Func); ok && f.Signature().Recv() != nil {
			if _, pointer := f.Signature().Recv().Type().(*types.Pointer); pointer {
				r.note(x.X, writes)
			}
		}
	}
}

// note records what is done with the variable that e is or is part of.
func (r *rewriter) note(e ast.Expr, t touch) {
	for e != nil {
		switch x := e.(type) {
		case *ast.Ident:
			if v := r.variable(x); v != nil {
				r.e.touched[v] = max(r.e.touched[v], t)
			}
			return
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		default:
			return
		}
	}
}

// variable returns the package variable of a cell that id names, or nil.
func (r *rewriter) variable(id *ast.Ident) *types.Var {
	o := r.d.info.Uses[id]
	if orig := r.d.twins[o]; orig != nil {
		o = orig
	}
	v, ok := o.(*types.Var)
	if !ok || v.Pkg() == nil || v.IsField() || r.e.home[v.Pkg()] == "" || !packageLevel(v) {
		return nil
	}
	return v
}
