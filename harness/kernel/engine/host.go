package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// hostPattern names what BuildHost leaves in a folder that is kept.
const hostPattern = "host-"

// BuildHost builds the program that will run an engine, from the main package
// mainPkg, seen from Options.Dir or else Options.ModuleRoot, into out. An empty
// out is a file in BuildDir named by all packages in it, which is not built
// again if it is there. It returns the file's absolute path.
func BuildHost(ctx context.Context, o Options, mainPkg, out string) (string, error) {
	t, err := findTools(ctx, o)
	if err != nil {
		return "", err
	}
	ids, err := t.buildIDs(ctx, mainPkg)
	if err != nil && o.ModuleRoot != "" {
		if err = t.moveTo(ctx, o.ModuleRoot); err == nil {
			ids, err = t.buildIDs(ctx, mainPkg)
		}
	}
	if err != nil {
		return "", err
	}
	if out == "" {
		sum := sha256.Sum256(append(ids, t.version...))
		out = filepath.Join(o.BuildDir, fmt.Sprintf(hostPattern+"%x", sum[:8]))
		if now := time.Now(); os.Chtimes(out, now, now) == nil {
			return filepath.Abs(out)
		}
	}
	if out, err = filepath.Abs(out); err != nil {
		return "", err
	}
	temp := temporary(out)
	args := append([]string{"build", "-o", temp}, flags...)
	if _, err := t.run(ctx, append(args, mainPkg)...); err != nil {
		return "", err
	}
	return out, os.Rename(temp, out)
}

// buildIDs returns what changes whenever a package of the program does.
func (t *toolchain) buildIDs(ctx context.Context, mainPkg string) ([]byte, error) {
	out, err := t.goList(ctx, "{{.BuildID}}", "--", mainPkg)
	if err != nil {
		return nil, err
	}
	var ids []byte
	for l := range strings.Lines(out) {
		id, _, _ := strings.Cut(strings.TrimSpace(l), "|")
		ids = append(append(ids, id...), '\n')
	}
	return ids, nil
}

// Prune removes from a folder all programs of BuildHost but the keep last used
// ones and those that a process holds a shared lock on. What cannot be removed stays.
func Prune(dir string, keep int) {
	files, _ := filepath.Glob(filepath.Join(dir, hostPattern+"*")) // the pattern is a good one
	for _, f := range oldest(files, keep) {
		if unused(f) {
			_ = os.Remove(f)
		}
	}
}

func unused(program string) bool {
	f, err := os.Open(program)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
