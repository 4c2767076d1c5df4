package engine

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"uacs/harness/kernel/cell"
)

// A Completion lists what may stand at code[Start:End], in bytes, sorted.
type Completion struct {
	Start, End int
	Matches    []Match
}

// A Match is one completion and what it is: package, keyword, var, func, type
// or const.
type Match struct{ Text, Kind string }

// An Inspection describes a name; Found is false for an unknown one.
type Inspection struct {
	Found          bool
	Text, Markdown string
}

var keywords = []string{
	"append", "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go",
	"goto", "if", "import", "interface", "len", "make", "map", "package", "range", "return", "select", "struct", "switch", "type", "var",
}

// wordStart returns where the name that ends at cursor begins.
func wordStart(code string, cursor int) int {
	for cursor > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:cursor])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		cursor -= n
	}
	return cursor
}

// Complete lists names that may stand at cursor, a byte offset in code.
func (e *Engine) Complete(code string, cursor int) Completion {
	e.mu.Lock()
	defer e.mu.Unlock()
	cursor = min(max(cursor, 0), len(code))
	start := wordStart(code, cursor)
	c := Completion{Start: start, End: cursor}
	var all map[string]string
	if start > 0 && code[start-1] == '.' {
		all = e.members(chain(code[:start-1]))
	} else {
		all = e.topNames()
	}
	for name, kind := range all {
		if strings.HasPrefix(name, code[start:cursor]) {
			c.Matches = append(c.Matches, Match{name, kind})
		}
	}
	slices.SortFunc(c.Matches, func(a, b Match) int { return strings.Compare(a.Text, b.Text) })
	return c
}

func (e *Engine) topNames() map[string]string {
	all := map[string]string{}
	for _, k := range keywords {
		all[k] = "keyword"
	}
	for n := range stdNames {
		all[n] = "package"
	}
	for n := range e.imports {
		all[n] = "package"
	}
	for n, o := range e.objs {
		all[n] = kindOf(o)
	}
	return all
}

// chain returns the dotted names that text ends with.
func chain(text string) string {
	start := wordStart(text, len(text))
	for start > 0 && text[start-1] == '.' {
		start = wordStart(text, start-1)
	}
	return text[start:]
}

func (e *Engine) members(path string) map[string]string {
	all := map[string]string{}
	first, rest, _ := strings.Cut(path, ".")
	if pkg := e.pkg(first); pkg != nil && rest == "" {
		for _, n := range pkg.Scope().Names() {
			if token.IsExported(n) {
				all[n] = kindOf(pkg.Scope().Lookup(n))
			}
		}
		return all
	}
	o := e.object(path)
	if o == nil {
		return all
	}
	e.typeMembers(o.Type(), all)
	return all
}

func (e *Engine) typeMembers(t types.Type, all map[string]string) {
	add := func(o types.Object) {
		if o.Exported() || e.home[o.Pkg()] != "" {
			all[o.Name()] = kindOf(o)
		}
	}
	ms := types.NewMethodSet(t)
	if _, ok := t.(*types.Pointer); !ok && !types.IsInterface(t) {
		ms = types.NewMethodSet(types.NewPointer(t))
	}
	for m := range ms.Methods() {
		add(m.Obj())
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range s.Fields() {
		add(f)
		if f.Embedded() {
			e.typeMembers(f.Type(), all)
		}
	}
}

// pkg returns the package that a name means in cells, nil if none.
func (e *Engine) pkg(name string) *types.Package {
	path := e.imports[name]
	if path == "" && e.objs[name] == nil {
		path = stdNames[name]
	}
	if path == "" {
		return nil
	}
	p, err := e.imp.Import(path)
	if err != nil {
		return nil
	}
	return p
}

// object follows dotted names.
func (e *Engine) object(path string) types.Object {
	names := strings.Split(path, ".")
	o, rest := e.objs[names[0]], names[1:]
	if p := e.pkg(names[0]); p != nil && len(names) > 1 {
		o, rest = p.Scope().Lookup(names[1]), names[2:]
	}
	for _, n := range rest {
		if o == nil {
			return nil
		}
		o, _, _ = types.LookupFieldOrMethod(o.Type(), true, o.Pkg(), n)
	}
	return o
}

// Inspect describes the name at or before cursor, a byte offset in code.
func (e *Engine) Inspect(code string, cursor int) Inspection {
	e.mu.Lock()
	defer e.mu.Unlock()
	cursor = min(max(cursor, 0), len(code))
	for cursor < len(code) {
		r, n := utf8.DecodeRuneInString(code[cursor:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		cursor += n
	}
	path := chain(strings.TrimRight(code[:cursor], "( "))
	o := e.object(path)
	if o == nil {
		return Inspection{}
	}
	sign := Plain(types.ObjectString(o, short))
	doc := e.doc(o)
	return Inspection{Found: true, Text: strings.TrimSpace(sign + "\n\n" + doc), Markdown: strings.TrimSpace("```go\n" + sign + "\n```\n\n" + doc)}
}

// IsComplete says whether code is "complete", "incomplete" or "invalid", and
// how the line after an incomplete one is indented.
func (e *Engine) IsComplete(code string) (status, indent string) {
	depth := 0
	for _, it := range cell.Split(code) {
		if it.Kind == cell.Magic {
			code = strings.Replace(code, it.Src, "", 1)
		}
	}
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", 1, len(code)), []byte(code), func(token.Position, string) {}, 0)
	for tok := token.ILLEGAL; tok != token.EOF; _, tok, _ = s.Scan() {
		switch tok {
		case token.LBRACE, token.LPAREN, token.LBRACK:
			depth++
		case token.RBRACE, token.RPAREN, token.RBRACK:
			depth--
		}
	}
	if depth > 0 {
		return "incomplete", strings.Repeat("\t", depth)
	}
	d := &draft{src: code, imports: map[string]string{}}
	for _, it := range cell.Split(code) {
		switch it.Kind {
		case cell.Stmt, cell.Var:
			d.stmts = append(d.stmts, piece{Item: it})
		case cell.Func, cell.Type, cell.Const:
			d.decls = append(d.decls, piece{Item: it})
		}
	}
	d.assemble()
	if _, err := parser.ParseFile(token.NewFileSet(), "", d.text, parser.SkipObjectResolution); err != nil {
		return "invalid", ""
	}
	return "complete", ""
}

// doc returns the comment of an object of a known package, "" if there is none.
func (e *Engine) doc(o types.Object) string {
	if o.Pkg() == nil || e.home[o.Pkg()] != "" {
		return ""
	}
	return e.tools.doc(o.Pkg().Path(), func(f *ast.File) string { return comment(f, o) })
}

func comment(f *ast.File, o types.Object) string {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == o.Name() && (d.Recv != nil) == member(o) && (d.Recv == nil || receiver(d) == receiverOf(o)) {
				return d.Doc.Text()
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if t, ok := s.(*ast.TypeSpec); ok && t.Name.Name == o.Name() {
					return t.Doc.Text() + d.Doc.Text()
				}
			}
		}
	}
	return ""
}

func receiverOf(o types.Object) string {
	f, ok := o.(*types.Func)
	if !ok {
		return ""
	}
	t := f.Signature().Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}
