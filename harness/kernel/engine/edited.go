package engine

import (
	"context"
	"fmt"
	"go/types"
	"slices"
	"strings"

	"uacs/internal/hint"
)

// localFormat makes go list name the source of packages that may be edited:
// those of the main module and of replaced ones.
const localFormat = `{{if not .Standard}}{{if or (not .Module) .Module.Main .Module.Replace}}|{{.Dir}}{{range .GoFiles}}|{{.}}{{end}}{{range .CgoFiles}}|{{.}}{{end}}` +
	`{{range .CFiles}}|{{.}}{{end}}{{range .HFiles}}|{{.}}{{end}}{{range .SFiles}}|{{.}}{{end}}{{range .EmbedFiles}}|{{.}}{{end}}{{end}}{{end}}`

// A localPackage is the state of a package's source when its export file was
// made. A process cannot load a second version of a package.
type localPackage struct {
	files  []string
	stamp  string
	edited bool
	warned bool
}

func newLocalPackage(source string) *localPackage {
	files := sourceFiles(source)
	return &localPackage{files: files, stamp: stamp(files)}
}

// edited returns those of the packages that are not any more what the session
// has loaded, sorted. The go command judges where times of files differ.
func (t *toolchain) edited(ctx context.Context, paths []string) (out []string) {
	for _, path := range paths {
		p := t.local[path]
		if p == nil {
			continue
		}
		if now := stamp(p.files); now != p.stamp {
			args := append([]string{"list", "-buildmode=plugin", "-export", "-f", "{{.Export}}"}, flags...)
			file, err := t.run(ctx, append(args, "--", path)...)
			p.stamp, p.edited = now, err != nil || strings.TrimSpace(string(file)) != t.exports[path]
			p.warned = false
		}
		if p.edited {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// withImports returns the paths of a package and all it imports, as far as its
// export data names them.
func withImports(pkg *types.Package) (paths []string) {
	seen := map[*types.Package]bool{}
	var visit func(p *types.Package)
	visit = func(p *types.Package) {
		if seen[p] {
			return
		}
		seen[p] = true
		paths = append(paths, p.Path())
		for _, q := range p.Imports() {
			visit(q)
		}
	}
	visit(pkg)
	return paths
}

// refuseEdited is the error of importing a package that was edited, or imports
// one that was, after the session loaded it.
func (e *Engine) refuseEdited(ctx context.Context, pkg *types.Package) error {
	edited := e.tools.edited(ctx, withImports(pkg))
	if len(edited) == 0 {
		return nil
	}
	return hint.Add(fmt.Errorf("edited since this session loaded it: package %s", strings.Join(edited, ", ")), "restart the kernel, which then loads the edited package")
}

// warnEdited warns, once an edit, of packages whose edits the cells do not see.
func (e *Engine) warnEdited(ctx context.Context, res *Result) {
	var paths []string
	for _, path := range e.imports {
		if pkg, err := e.imp.Import(path); err == nil {
			paths = append(paths, withImports(pkg)...)
		}
	}
	slices.Sort(paths)
	for _, path := range e.tools.edited(ctx, slices.Compact(paths)) {
		if p := e.tools.local[path]; !p.warned {
			p.warned = true
			res.Warnings = append(res.Warnings, fmt.Sprintf("package %s was edited; until a restart of the kernel, cells run it as it was", path))
		}
	}
}

// explainBuild adds to the error of a build that a package was edited, if one was.
func (e *Engine) explainBuild(ctx context.Context, err error) error {
	paths := make([]string, 0, len(e.tools.local))
	for path := range e.tools.local {
		paths = append(paths, path)
	}
	if strings.Contains(err.Error(), "different version of package") {
		return hint.Add(err, "the package was edited after the kernel had started: restart the kernel")
	}
	if edited := e.tools.edited(ctx, paths); len(edited) > 0 {
		return hint.Add(err, "edited since this session began: %s; restart the kernel", strings.Join(edited, ", "))
	}
	return err
}
