package engine

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// An edit replaces text[from:to].
type edit struct {
	from, to int
	text     string
}

// apply returns text[start:] with the edits made.
func apply(text string, start int, edits []edit) string {
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.to - b.to
	})
	var b strings.Builder
	for _, ed := range edits {
		if ed.from < start {
			continue
		}
		b.WriteString(text[start:ed.from])
		b.WriteString(ed.text)
		start = ed.to
	}
	b.WriteString(text[start:])
	return b.String()
}

// A hoister turns the variables of top-level statements into package
// variables, so that functions of the same cell and later cells see them.
type hoister struct {
	e     *Engine
	d     *draft
	edits []edit
	vars  []*types.Var
	fresh map[string]bool
	bad   bool
}

// hoist rewrites the statements of a draft after its first check. A variable
// assigned with := that an earlier cell declared with the same type stays that
// variable. It reports false where a variable has no type.
func (e *Engine) hoist(d *draft) bool {
	h := &hoister{e: e, d: d, fresh: map[string]bool{}}
	for _, s := range d.run.List {
		if l, ok := s.(*ast.LabeledStmt); ok {
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				h.define(s)
			}
		case *ast.DeclStmt:
			if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR && !blankOnly(g) {
				h.variables(g)
			}
		}
	}
	if h.bad {
		return false
	}
	h.keepOld()
	h.declare()
	from := h.off(d.run.Lbrace) + 1
	d.bodyText = apply(d.text, from, h.edits)
	return true
}

func (h *hoister) off(p token.Pos) int { return int(p - h.d.file.FileStart) }

func (h *hoister) define(s *ast.AssignStmt) {
	for _, l := range s.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok {
			continue
		}
		v, ok := h.d.info.Defs[id].(*types.Var)
		if !ok || id.Name == "_" {
			continue
		}
		old, ok := h.e.objs[id.Name].(*types.Var)
		if ok && !h.d.names[id.Name] && types.Identical(old.Type(), v.Type()) {
			continue
		}
		h.add(v)
	}
	h.edits = append(h.edits, edit{h.off(s.TokPos), h.off(s.TokPos) + 2, " ="})
}

func (h *hoister) add(v *types.Var) {
	if b, ok := v.Type().(*types.Basic); ok && b.Kind() == types.Invalid || v.Type() == types.Typ[types.Invalid] {
		h.bad = true
	}
	h.vars = append(h.vars, v)
	h.fresh[v.Name()] = true
}

// variables blanks all of a var declaration but its assignments.
func (h *hoister) variables(g *ast.GenDecl) {
	h.blank(g.Pos(), g.Pos()+3)
	if g.Lparen.IsValid() {
		h.blank(g.Lparen, g.Lparen+1)
		h.blank(g.Rparen, g.Rparen+1)
	}
	for _, s := range g.Specs {
		s := s.(*ast.ValueSpec)
		for _, id := range s.Names {
			if v, ok := h.d.info.Defs[id].(*types.Var); ok && id.Name != "_" {
				h.add(v)
			}
		}
		switch {
		case len(s.Values) == 0:
			h.blank(s.Pos(), s.End())
		case s.Type != nil:
			h.blank(s.Type.Pos(), s.Type.End())
		}
	}
}

// blank overwrites with spaces, so that lines and columns stay.
func (h *hoister) blank(from, to token.Pos) {
	text := []byte(h.d.text[h.off(from):h.off(to)])
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
	h.edits = append(h.edits, edit{h.off(from), h.off(to), string(text)})
}

func blankOnly(g *ast.GenDecl) bool {
	for _, s := range g.Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			if id.Name != "_" {
				return false
			}
		}
	}
	return true
}

// keepOld lets statements that read the earlier variable of a name declared
// anew, as in x := f(x), go on reading it.
func (h *hoister) keepOld() {
	ast.Inspect(h.d.run, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || !h.fresh[id.Name] {
			return true
		}
		if o := h.d.info.Uses[id]; o != nil && o == h.e.objs[id.Name] {
			h.edits = append(h.edits, edit{h.off(id.Pos()), h.off(id.End()), h.alias(o)})
		}
		return true
	})
}

// alias gives an object of an earlier cell a second name in this draft, "" if
// it can have none.
func (h *hoister) alias(o types.Object) string {
	name := "old" + strings.TrimPrefix(h.e.home[o.Pkg()], "nb/") + mark + o.Name()
	var twin types.Object
	switch o := o.(type) {
	case *types.Var:
		twin = types.NewVar(o.Pos(), o.Pkg(), name, o.Type())
	case *types.Const:
		twin = types.NewConst(o.Pos(), o.Pkg(), name, o.Type(), o.Val())
	case *types.Func:
		twin = types.NewFunc(o.Pos(), o.Pkg(), name, o.Signature())
	case *types.TypeName:
		tn := types.NewTypeName(o.Pos(), o.Pkg(), name, nil)
		types.NewAlias(tn, o.Type())
		twin = tn
	}
	if h.d.twins == nil {
		h.d.twins = map[types.Object]types.Object{}
	}
	for t, orig := range h.d.twins {
		if orig == o {
			return t.Name()
		}
	}
	h.d.twins[twin] = o
	return name
}

var outdated = regexp.MustCompile(`⟨(nb/c\d+)⟩\.([\pL_][\pL\pN_]*)`)

// declare writes the package variables.
func (h *hoister) declare() {
	var b strings.Builder
	done := map[string]bool{}
	for _, v := range h.vars {
		if done[v.Name()] {
			continue
		}
		done[v.Name()] = true
		text := types.TypeString(v.Type(), h.qualify)
		text = outdated.ReplaceAllStringFunc(text, func(m string) string {
			sub := outdated.FindStringSubmatch(m)
			return h.typeName(sub[1], sub[2])
		})
		fmt.Fprintf(&b, "var %s %s\n", v.Name(), text)
	}
	h.d.extra = b.String()
}

// qualify names a package in the type of a hoisted variable. Packages of other
// cells get a mark that declare replaces.
func (h *hoister) qualify(p *types.Package) string {
	if p == h.d.pkg {
		return ""
	}
	if home := h.e.home[p]; home != "" {
		return "⟨" + home + "⟩"
	}
	name := "pkg" + mark + regexp.MustCompile(`\W`).ReplaceAllString(p.Path(), "_")
	h.d.imports[name] = p.Path()
	return name
}

func (h *hoister) typeName(home, name string) string {
	if o := h.e.objs[name]; o != nil && h.e.home[o.Pkg()] == home && !h.d.names[name] && !h.fresh[name] {
		return name
	}
	if p := h.e.known[home]; p != nil {
		if o := p.Scope().Lookup(name); o != nil {
			return h.alias(o)
		}
	}
	return name
}
