package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"uacs/harness/cache"
	"uacs/harness/model/assets"
)

type versionCmd struct{}

// libraries are the dependencies whose version can change a result, or a file of ours.
var libraries = []string{
	"gonum.org/v1/gonum", "gonum.org/v1/plot", "github.com/go-gota/gota", "github.com/yalue/onnxruntime_go", "google.golang.org/protobuf",
	"github.com/openai/openai-go/v3", "modernc.org/sqlite", "github.com/klauspost/compress", "github.com/go-zeromq/zmq4",
}

// Run prints the build's own identity and the libraries that results depend on.
func (versionCmd) Run(a *app) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this binary carries no build information")
	}
	fmt.Fprintf(a.Stdout, "uacs %s %s %s/%s\n", info.Main.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			fmt.Fprintf(a.Stdout, "commit %s\n", s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			fmt.Fprintln(a.Stdout, "with changes that are not committed")
		}
	}
	fmt.Fprintf(a.Stdout, "cache schema %d\n", cache.SchemaVersion)
	if runtime, err := assets.Find("onnxruntime"); err == nil {
		fmt.Fprintf(a.Stdout, "ONNX Runtime %s (pinned)\n", runtime.Version)
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
