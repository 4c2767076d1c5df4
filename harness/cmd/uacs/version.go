package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// libraries are the dependencies whose version can change a result.
var libraries = []string{"gonum.org/v1/gonum", "gonum.org/v1/plot", "github.com/go-gota/gota"}

// Run prints the build's own identity and the libraries that results depend on.
func (versionCmd) Run(a *app) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this binary carries no build information")
	}
	fmt.Fprintf(a.Stdout, "uacs %s %s %s/%s\n", info.Main.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			fmt.Fprintf(a.Stdout, "commit %s\n", s.Value)
		}
	}
	for _, name := range libraries {
		for _, dep := range info.Deps {
			if dep.Path == name {
				fmt.Fprintf(a.Stdout, "%s %s\n", dep.Path, dep.Version)
			}
		}
	}
	return nil
}
