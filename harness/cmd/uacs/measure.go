package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"uacs/harness/cascade"
	"uacs/harness/experiment"
	"uacs/harness/model/onnx"
	"uacs/internal/hint"
)

// measure measures, and puts what came of it among the measurements of the folder.
func (c runCmd) measure(a *app, measure func() (*cascade.Measurement, error)) error {
	before := loadAverage()
	m, err := measure()
	if err != nil {
		return err
	}
	if after := loadAverage(); before != nil && after != nil {
		m.Load = []experiment.Number{*before, *after}
	}
	info, _ := os.ReadFile("/proc/cpuinfo") // absent on other systems: the processor is then unknown
	m.Machine = cascade.ThisMachine(string(info), onnx.Version())
	out := c.Out
	if out == "" {
		out = filepath.Join(c.Root, "results", "measured")
	}
	if err := keepMeasured(out, m); err != nil {
		return err
	}
	if c.JSON {
		return a.jsonLine(m)
	}
	fmt.Fprint(a.Stdout, m.Markdown())
	return nil
}

// loadAverage is that of the last minute, nil where the system does not say.
func loadAverage() *experiment.Number {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return nil
	}
	first, _, _ := strings.Cut(string(data), " ")
	x, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return nil
	}
	n := experiment.Number(x)
	return &n
}

// keepMeasured writes live.json, live.csv and live.md of a folder anew with m among
// their measurements.
func keepMeasured(dir string, m *cascade.Measurement) error {
	all := new(cascade.Measured)
	path := filepath.Join(dir, "live.json")
	data, err := os.ReadFile(path)
	if err == nil {
		if all, err = cascade.ReadMeasured(path, data); err != nil {
			return hint.Add(err, "remove the file, and measure the other cascades again")
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all.Put(*m)
	text, err := all.JSON()
	if err != nil {
		return err
	}
	table, err := all.CSV()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(whole(path, text), whole(filepath.Join(dir, "live.csv"), table), whole(filepath.Join(dir, "live.md"), []byte(all.Markdown())))
}
