package kernel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"uacs/harness/kernel/engine"
	"uacs/harness/kernel/worker"
)

const hostPackage = "uacs/harness/kernel/worker/host"

// preload are the packages that notebooks import most; the host has all of them.
var preload = []string{
	"uacs/harness/kernel/display", "uacs/harness/frame", "uacs/harness/experiment", "uacs/harness/report", "uacs/harness/ablation", "uacs/figures",
	"uacs/harness/cost", "uacs/harness/policy", "github.com/go-gota/gota/dataframe", "github.com/go-gota/gota/series",
	"gonum.org/v1/plot", "gonum.org/v1/plot/plotter", "gonum.org/v1/plot/vg", "gonum.org/v1/plot/plotutil", "gonum.org/v1/gonum/stat",
}

// keptPrograms is how many of the programs that run cells stay in the cache,
// each of some 35 MB, besides those in use.
const keptPrograms = 2

// Build builds the program that runs cells from the module in folder root, and
// returns its path in the user's cache. If nothing has changed it is quick.
func Build(ctx context.Context, root string) (string, error) {
	dir, err := cacheDir()
	if err != nil {
		return "", err
	}
	program, err := engine.BuildHost(ctx, engine.Options{Dir: root, ModuleRoot: root, BuildDir: dir, CacheDir: dir}, hostPackage, "")
	if err == nil {
		engine.Prune(dir, keptPrograms)
	}
	return program, err
}

func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "uacs", "kernel")
	return dir, os.MkdirAll(dir, 0o755)
}

// Launch builds the host and starts it in folder dir.
func Launch(ctx context.Context, root, dir string, ask Asker) (*worker.Process, error) {
	program, err := Build(ctx, root)
	if err != nil {
		return nil, fmt.Errorf("build the program that runs cells: %w", err)
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	return worker.Start(worker.Options{Program: program, Dir: dir, Root: root, Cache: cache, Preload: preload, Clean: engine.Plain, Ask: ask})
}
