package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"uacs/datasets"
	"uacs/harness/model/assets"
	"uacs/harness/reproduce"
	"uacs/harness/webreport"
	"uacs/internal/hint"
)

type reportCmd struct {
	dataPlace
	Root         string `help:"Project folder." default:"." placeholder:"DIR"`
	Out          string `help:"Folder to write results/report.html into (default: the project folder)." placeholder:"DIR"`
	WithoutClips bool   `help:"Leave out texts and answers of single clips, so that the report may be passed on."`
	Serve        bool   `help:"Serve the report on this machine's loopback address until interrupted."`
	Port         int    `help:"Port to serve on; 0 takes a free one." default:"0"`
}

// Help is shown by --help.
func (reportCmd) Help() string {
	return "Example:\n  uacs report --serve\n\n" +
		"Writes results/report.html, one file that needs no network: move the threshold and\n" +
		"every number and chart follows, sort and filter tables, look into single clips. What\n" +
		"has been computed is taken from the cache. The charts need: uacs model fetch vega."
}

// Run makes the report, and serves it if asked.
func (c reportCmd) Run(a *app) error {
	place := c.options(a)
	place.Start = c.Root
	fsys, _, err := datasets.Open(place)
	if err != nil {
		return err
	}
	o, err := reproduceCmd{Root: c.Root, Out: c.Out}.plain(a, fsys)
	if err != nil {
		return err
	}
	o.WithoutClips = c.WithoutClips
	if _, err := reproduce.Run(a.Ctx, o); err != nil {
		return err
	}
	file := filepath.Join(o.Out, filepath.FromSlash(reproduce.ReportPath))
	fmt.Fprintf(a.Stdout, "%s\n", file)
	if o.Scripts == nil {
		a.note("without charts; uacs model fetch vega adds them")
	}
	if !c.WithoutClips && fsys != nil {
		a.note("it holds texts of licensed clips and is not to be passed on; --without-clips leaves them out")
	}
	if c.Serve {
		return c.serve(a, file)
	}
	return nil
}

// serve answers on the loopback address only.
func (c reportCmd) serve(a *app, file string) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", c.Port))
	if err != nil {
		return hint.Add(err, "name another port with --port, or 0 for a free one")
	}
	fmt.Fprintf(a.Stdout, "http://%s/ until interrupted\n", listener.Addr())
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Another name for this address is another site's trick to read the page.
		if r.Host != listener.Addr().String() || r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeFile(w, r, file)
	})}
	context.AfterFunc(a.Ctx, func() { _ = server.Close() }) // a page that is cut off can be loaded again
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// reportScripts are the libraries of the interactive report's charts, in the order
// in which they load.
var reportScripts = []struct{ asset, file string }{
	{"vega", "vega.min.js"}, {"vega-lite", "vega-lite.min.js"}, {"vega-interpreter", "vega-interpreter.js"},
}

// scripts returns the libraries if all are on this machine, and none otherwise: the
// report then has no charts and says how to get them.
func scripts(a *app, root string) ([]webreport.Script, error) {
	dir := assets.Dir(a.Getenv, root)
	var out []webreport.Script
	for _, s := range reportScripts {
		asset, err := assets.Find(s.asset)
		if err != nil {
			return nil, err
		}
		paths, err := assets.Locate(dir, asset)
		if errors.Is(err, assets.ErrAbsent) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		code, err := os.ReadFile(paths[s.file])
		if err != nil {
			return nil, err
		}
		out = append(out, webreport.Script{Name: asset.Name, Version: asset.Version, Licence: asset.Licence, Code: code})
	}
	return out, nil
}
