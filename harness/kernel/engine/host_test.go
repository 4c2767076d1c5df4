package engine

import (
	"context"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
)

// Programs stay that are new or in use.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for i, name := range []string{"host-1", "host-2", "host-3", "host-4", "other"} {
		file := filepath.Join(dir, name)
		age := now.Add(-time.Duration(i) * time.Hour)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, age, age); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(filepath.Join(dir, "host-3"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != nil {
		t.Skip(err)
	}
	Prune(dir, 2)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if diff := cmp.Diff([]string{"host-1", "host-2", "host-3", "other"}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

// A package of the user's that was edited after the session had loaded it is
// refused, one that was only touched is not.
func TestEditedPackage(t *testing.T) {
	needCompiler(t)
	if testing.Short() {
		t.Skip("runs the go command")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module own\n\ngo 1.26\n")
	write("own.go", "package own\n\nconst N = 1\n")
	tools := &toolchain{dir: dir, exports: map[string]string{}, local: map[string]*localPackage{}}
	ctx := context.Background()
	if err := tools.list(ctx, "own", "errors"); err != nil {
		t.Fatal(err)
	}
	e := &Engine{tools: tools}
	pkg := types.NewPackage("other", "other")
	pkg.SetImports([]*types.Package{types.NewPackage("own", "own"), types.NewPackage("errors", "errors")})
	if err := e.refuseEdited(ctx, pkg); err != nil {
		t.Errorf("as it was: %v", err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "own.go"), later, later); err != nil {
		t.Fatal(err)
	}
	if err := e.refuseEdited(ctx, pkg); err != nil {
		t.Errorf("touched: %v", err)
	}
	write("own.go", "package own\n\nconst N = 2\n")
	err := e.refuseEdited(ctx, pkg)
	if err == nil || !strings.Contains(err.Error(), "edited since this session loaded it: package own") || !strings.Contains(hint.Of(err), "restart the kernel") {
		t.Errorf("edited: %v, hint %q", err, hint.Of(err))
	}
	write("own.go", "package own\n\nconst N = 1\n")
	if err := e.refuseEdited(ctx, pkg); err != nil {
		t.Errorf("edit undone: %v", err)
	}
}
