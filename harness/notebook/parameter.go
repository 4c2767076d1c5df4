package notebook

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"uacs/internal/hint"
)

// SetParameter replaces what the cell with the tag parameters assigns to name,
// by :=, = or var at top level. Where a number or a boolean stands, value has to
// be one; anywhere else it becomes a string. The last assignment counts. A
// notebook without such a cell, a name that it does not assign, and a value of
// the wrong kind are errors, and nothing is changed.
func (nb *Notebook) SetParameter(name, value string) error {
	i := nb.parameters()
	if i < 0 {
		return hint.Add(errors.New("no cell has the tag parameters"), "add the tag to the cell that assigns %s", name)
	}
	c := nb.Cells[i]
	const head = "package p; func _() {"
	f, err := parser.ParseFile(token.NewFileSet(), "", head+c.Source+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("cell %d, parameters: %w", i+1, err)
	}
	body := f.Decls[0].(*ast.FuncDecl).Body
	var old ast.Expr
	var names []string
	for _, s := range body.List {
		assigned(s, func(id *ast.Ident, e ast.Expr) {
			names = append(names, id.Name)
			if id.Name == name {
				old = e
			}
		})
	}
	if old == nil {
		return hint.Add(fmt.Errorf("cell %d assigns no parameter %q", i+1, name), "it has: %s", strings.Join(names, ", "))
	}
	text, err := literal(old, value)
	if err != nil {
		return fmt.Errorf("cell %d: parameter %s: %w", i+1, name, err)
	}
	from, to := int(old.Pos())-1-len(head), int(old.End())-1-len(head)
	c.Source = c.Source[:from] + text + c.Source[to:]
	return nil
}

// parameters returns the index of the cell with the tag parameters, -1 if there
// is none.
func (nb *Notebook) parameters() int {
	return slices.IndexFunc(nb.Cells, func(c *Cell) bool {
		tags, _ := c.Metadata["tags"].([]any)
		return c.Kind == "code" && slices.Contains(tags, any("parameters"))
	})
}

// Public returns what the parameter name is to be for the public data, as the
// metadata uacs: {public: NAME} of the cell with the tag parameters says; "" where
// nothing does.
func (nb *Notebook) Public() string {
	i := nb.parameters()
	if i < 0 {
		return ""
	}
	ours, _ := nb.Cells[i].Metadata["uacs"].(map[string]any)
	name, _ := ours["public"].(string)
	return name
}

// assigned calls do for every name a statement assigns a single value to.
func assigned(s ast.Stmt, do func(*ast.Ident, ast.Expr)) {
	switch x := s.(type) {
	case *ast.AssignStmt:
		if len(x.Lhs) != len(x.Rhs) || x.Tok != token.ASSIGN && x.Tok != token.DEFINE {
			return
		}
		for i, l := range x.Lhs {
			if id, ok := l.(*ast.Ident); ok {
				do(id, x.Rhs[i])
			}
		}
	case *ast.DeclStmt:
		g, _ := x.Decl.(*ast.GenDecl)
		for _, spec := range g.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok || len(v.Names) != len(v.Values) {
				continue
			}
			for i, id := range v.Names {
				do(id, v.Values[i])
			}
		}
	}
}

// literal returns value as Go source of the kind that old has.
func literal(old ast.Expr, value string) (string, error) {
	if u, ok := old.(*ast.UnaryExpr); ok {
		old = u.X
	}
	switch x := old.(type) {
	case *ast.BasicLit:
		switch x.Kind {
		case token.INT:
			if _, err := strconv.ParseInt(value, 0, 64); err != nil {
				return "", fmt.Errorf("%q is no integer", value)
			}
			return value, nil
		case token.FLOAT:
			if _, err := strconv.ParseFloat(value, 64); err != nil || strings.Trim(value, "+-0123456789.eE") != "" {
				return "", fmt.Errorf("%q is no number", value)
			}
			if !strings.ContainsAny(value, ".eE") {
				value += ".0"
			}
			return value, nil
		}
	case *ast.Ident:
		if x.Name == "true" || x.Name == "false" {
			if value != "true" && value != "false" {
				return "", fmt.Errorf("%q is neither true nor false", value)
			}
			return value, nil
		}
	}
	return strconv.Quote(value), nil
}
