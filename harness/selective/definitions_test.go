package selective

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

func TestDefinitionsAreComplete(t *testing.T) {
	names := map[string]bool{}
	for _, d := range Definitions() {
		for what, s := range map[string]string{
			"name": d.Name, "function": d.Function, "doc": d.Doc, "formula": d.Formula, "range": d.Range, "chance": d.Chance, "citation": d.Citation,
		} {
			if s == "" {
				t.Errorf("%q has no %s", d.Name, what)
			}
		}
		if names[d.Name] {
			t.Errorf("%s is defined twice", d.Name)
		}
		names[d.Name] = true
		if d.OfRanking != nil && d.OfEvents != nil {
			t.Errorf("%s takes two kinds of input", d.Name)
		}
		if got, err := ByName(d.Name); err != nil || got.Name != d.Name {
			t.Errorf("ByName(%q) = %q, %v", d.Name, got.Name, err)
		}
	}
	if _, err := ByName("auroc"); err == nil || !strings.HasPrefix(err.Error(), `selective measure "auroc" is not one of auprc, aurc, `) {
		t.Errorf("an unknown measure: %v", err)
	}
}

// Every exported function that returns a number is a measure and has its
// definition; every definition has its function.
func TestEveryFunctionIsDefined(t *testing.T) {
	defined := map[string]bool{}
	for _, d := range Definitions() {
		defined[d.Function] = true
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			if first, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && first.Name == "float64" {
				if !defined[f.Name.Name] {
					t.Errorf("%s has no definition", f.Name.Name)
				}
				delete(defined, f.Name.Name)
			}
		}
	}
	for name := range defined {
		t.Errorf("a definition names %s, which is not there", name)
	}
}

// The registered functions are the ones they say they are, on made-up clips.
func TestDefinitionsCompute(t *testing.T) {
	p, event := []float64{0.1, 0.4, 0.8}, []bool{false, true, true}
	for _, d := range Definitions() {
		if d.OfRanking != nil {
			if v, err := d.OfRanking(fiveU, fiveLoss); err != nil {
				t.Errorf("%s: %v, %v", d.Name, v, err)
			}
		}
		if d.OfEvents != nil {
			if v, err := d.OfEvents(p, event); err != nil || v <= 0 {
				t.Errorf("%s: %v, %v", d.Name, v, err)
			}
		}
	}
}
