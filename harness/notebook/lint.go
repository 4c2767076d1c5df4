package notebook

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A Finding is something in a cell that gophernotes v0.7.5 cannot run, or runs
// with another meaning.
type Finding struct {
	// Cell counts all cells from 1, Line the lines of the cell from 1.
	Cell, Line int
	Message    string
}

func (f Finding) String() string { return fmt.Sprintf("cell %d:%d: %s", f.Cell, f.Line, f.Message) }

// Lint returns what gophernotes v0.7.5 on a current Go, set up as make gophernotes
// does, could not run, in the order of the text: type parameters, any, range over
// integers and functions, min, max and clear, packages that its interpreter does
// not have, imports from outside the standard library, and loop variables that
// outlive their round, which it shares between rounds. It looks at the syntax
// only: a range over an integer is seen when the integer is a number, a
// conversion, a call of len, or a variable that some cell made from one of these.
// A cell that is not Go is a finding too.
func Lint(nb *Notebook) []Finding {
	l := linter{ints: map[string]bool{}, own: map[string]bool{}}
	for i, c := range nb.Cells {
		if c.Kind == "code" {
			l.cell = i + 1
			l.lintCell(c.Source)
		}
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(a.Cell-b.Cell, a.Line-b.Line, strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(l.found)
}

type linter struct {
	cell  int
	fset  *token.FileSet
	ints  map[string]bool // variables that hold an integer
	own   map[string]bool // functions that a cell declares
	found []Finding
}

func (l *linter) say(line int, format string, args ...any) {
	l.found = append(l.found, Finding{l.cell, line, fmt.Sprintf(format, args...)})
}

func (l *linter) at(n ast.Node) int { return l.fset.Position(n.Pos()).Line }

// A chunk is an import, declaration or statement at the top level of a cell.
type chunk struct {
	text string
	line int
	decl bool
}

// chunks splits a cell where Go ends a statement outside of all brackets.
func chunks(source string) []chunk {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), func(token.Position, string) {}, 0)
	var out []chunk
	depth, from := 0, -1
	header := false // between for, if or switch and its brace, where ; parts clauses
	var first, second token.Token
	for {
		pos, tok, text := s.Scan()
		at := file.Offset(pos)
		if from < 0 && tok != token.EOF && tok != token.SEMICOLON {
			from, first, second = at, tok, token.ILLEGAL
		} else if second == token.ILLEGAL {
			second = tok
		}
		switch tok {
		case token.FOR, token.IF, token.SWITCH:
			header = header || depth == 0
		case token.LPAREN, token.LBRACE, token.LBRACK:
			header = header && !(depth == 0 && tok == token.LBRACE)
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		if from >= 0 && (tok == token.EOF || tok == token.SEMICOLON && depth <= 0 && !(header && text == ";")) {
			end := min(at, len(source))
			out = append(out, chunk{source[from:end], file.Line(file.Pos(from)), declares(first, second, source[from:end])})
			from, depth, header = -1, 0, false
		}
		if tok == token.EOF {
			return out
		}
	}
}

// declares tells func f() and func (r T) f() from a call of func() {…}().
func declares(first, second token.Token, text string) bool {
	switch first {
	case token.IMPORT, token.TYPE, token.VAR, token.CONST:
		return true
	case token.FUNC:
		if second == token.IDENT {
			return true
		}
		_, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+text, 0)
		return err == nil
	}
	return false
}

func (l *linter) lintCell(source string) {
	for _, c := range chunks(source) {
		l.fset = token.NewFileSet()
		text := strings.Repeat("\n", c.line-1) + "package p;"
		if c.decl {
			text += c.text
		} else {
			text += "func _() {" + c.text + "\n}"
		}
		file, err := parser.ParseFile(l.fset, "", text, parser.SkipObjectResolution)
		if err != nil {
			line := c.line
			if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
				line, err = list[0].Pos.Line, fmt.Errorf("%s", list[0].Msg)
			}
			l.say(line, "not Go: %v", err)
			continue
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name != "_" && f.Recv == nil {
				l.own[f.Name.Name] = true
			}
		}
		ast.Inspect(file, func(n ast.Node) bool { l.node(n); return true })
	}
}

func (l *linter) node(n ast.Node) {
	switch x := n.(type) {
	case *ast.ImportSpec:
		l.imported(x)
	case *ast.FuncType:
		l.generic(x.TypeParams)
	case *ast.TypeSpec:
		l.generic(x.TypeParams)
	case *ast.IndexListExpr:
		l.say(l.at(x), "type arguments: gophernotes has no generics")
	case *ast.Ident:
		if x.Name == "any" {
			l.say(l.at(x), "any: write interface{}")
		}
	case *ast.AssignStmt:
		l.assign(x)
	case *ast.CallExpr:
		if f, ok := x.Fun.(*ast.Ident); ok && slices.Contains([]string{"min", "max", "clear"}, f.Name) && !l.own[f.Name] {
			l.say(l.at(x), "%s is not built in there", f.Name)
		}
	case *ast.RangeStmt:
		l.ranges(x)
	case *ast.ForStmt:
		if init, ok := x.Init.(*ast.AssignStmt); ok && init.Tok == token.DEFINE {
			l.captured(x.Body, init.Lhs...)
		}
	}
}

func (l *linter) generic(params *ast.FieldList) {
	if params != nil && len(params.List) > 0 {
		l.say(l.at(params), "type parameters: gophernotes has no generics")
	}
}

// newPackages came to the standard library after the interpreter's bindings.
var newPackages = []string{
	"cmp", "iter", "maps", "slices", "unique", "weak", "structs", "log/slog", "math/rand/v2", "testing/slogtest", "testing/synctest",
	"crypto/ecdh", "crypto/mlkem", "crypto/hkdf", "crypto/pbkdf2", "crypto/sha3", "go/version", "runtime/coverage", "encoding/json/v2",
}

func (l *linter) imported(s *ast.ImportSpec) {
	path, err := strconv.Unquote(s.Path.Value)
	first, _, _ := strings.Cut(path, "/")
	switch {
	case err != nil:
	case slices.Contains(newPackages, path):
		l.say(l.at(s), "import %q: gophernotes does not have this package", path)
	case strings.Contains(first, ".") || first == "uacs" || first == "":
		l.say(l.at(s), "import %q: gophernotes imports the standard library only", path)
	}
}

// assign notes variables that hold integers.
func (l *linter) assign(s *ast.AssignStmt) {
	if len(s.Lhs) != len(s.Rhs) {
		return
	}
	for i, left := range s.Lhs {
		if name, ok := left.(*ast.Ident); ok {
			if l.integer(s.Rhs[i]) {
				l.ints[name.Name] = true
			} else if s.Tok == token.DEFINE {
				delete(l.ints, name.Name)
			}
		}
	}
}

func (l *linter) integer(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BasicLit:
		return x.Kind == token.INT
	case *ast.Ident:
		return l.ints[x.Name]
	case *ast.ParenExpr:
		return l.integer(x.X)
	case *ast.BinaryExpr:
		return l.integer(x.X) && l.integer(x.Y)
	case *ast.CallExpr:
		f, ok := x.Fun.(*ast.Ident)
		return ok && slices.Contains([]string{"len", "cap", "int", "int32", "int64", "uint", "uint32", "uint64"}, f.Name)
	}
	return false
}

func (l *linter) ranges(s *ast.RangeStmt) {
	if l.integer(s.X) {
		l.say(l.at(s), "range over an integer: write for i := 0; i < n; i++")
	}
	if _, ok := s.X.(*ast.FuncLit); ok {
		l.say(l.at(s), "range over a function is not known there")
	}
	if s.Tok == token.DEFINE {
		l.captured(s.Body, s.Key, s.Value)
	}
}

// captured finds loop variables in closures and behind &, which gophernotes
// shares between rounds, as Go did before 1.22.
func (l *linter) captured(body *ast.BlockStmt, vars ...ast.Expr) {
	names := map[string]bool{}
	for _, v := range vars {
		if id, ok := v.(*ast.Ident); ok && id.Name != "_" {
			names[id.Name] = true
		}
	}
	uses := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && names[id.Name] {
				l.say(l.at(id), "loop variable %s is shared by all rounds there: copy it before the closure", id.Name)
			}
			return true
		})
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			for i, left := range x.Lhs {
				id, ok := left.(*ast.Ident)
				if ok && x.Tok == token.DEFINE && len(x.Lhs) == len(x.Rhs) && names[id.Name] {
					if r, ok := x.Rhs[i].(*ast.Ident); ok && r.Name == id.Name {
						delete(names, id.Name) // x := x makes a copy
					}
				}
			}
		case *ast.FuncLit:
			uses(x.Body)
			return false
		case *ast.UnaryExpr:
			if id, ok := x.X.(*ast.Ident); ok && x.Op == token.AND {
				uses(id)
			}
		}
		return true
	})
}
