// Command enginetest runs cells for tests: it reads JSON strings, one cell
// each, from standard input and writes a JSON reply per cell to descriptor 3.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"uacs/harness/kernel/engine"
)

type reply struct {
	Value string
	Error *engine.CellError
	Names []string
	MS    map[string]float64
}

func main() {
	if err := serve(os.Stdin, os.NewFile(3, "replies")); err != nil {
		fmt.Fprintln(os.Stderr, "enginetest:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	e, err := engine.New(context.Background(), engine.Options{Dir: os.Getenv("ENGINETEST_DIR"), CacheDir: os.Getenv("ENGINETEST_CACHE"), ModuleRoot: os.Getenv("ENGINETEST_ROOT")})
	if err != nil {
		return err
	}
	defer e.Close()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	go func() {
		for range interrupts {
			e.Interrupt()
		}
	}()
	dec, enc := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var code string
		if err := dec.Decode(&code); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := enc.Encode(execute(e, code)); err != nil {
			return err
		}
	}
}

func execute(e *engine.Engine, code string) reply {
	res, err := e.Execute(context.Background(), code)
	r := reply{Names: res.Names, MS: map[string]float64{
		"check": res.Timing.Check.Seconds() * 1e3, "compile": res.Timing.Compile.Seconds() * 1e3,
		"link": res.Timing.Link.Seconds() * 1e3, "load": res.Timing.Load.Seconds() * 1e3, "run": res.Timing.Run.Seconds() * 1e3,
	}}
	if res.HasValue {
		r.Value = engine.Plain(fmt.Sprintf("%+v", res.Value))
	}
	errors.As(err, &r.Error)
	return r
}
