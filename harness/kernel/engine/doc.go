package engine

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// doc searches the source of a package for what find returns, until it is not
// empty. The go command is asked where the source lies.
func (t *toolchain) doc(path string, find func(*ast.File) string) string {
	out, err := t.run(context.Background(), "list", "-f", "{{.Dir}}{{range .GoFiles}}\n{{.}}{{end}}", "--", path)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, name := range lines[1:] {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(lines[0], name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		if text := find(f); text != "" {
			return strings.TrimSpace(text)
		}
	}
	return ""
}
