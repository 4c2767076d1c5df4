package onnx

import (
	"errors"
	"fmt"
)

// ErrClosed is returned by a run of a model that was closed.
var ErrClosed = errors.New("onnx: the model is closed")

// Mode says what a model is opened for.
type Mode string

// The modes.
const (
	// Throughput lets as many runs go on at once as there are processors; more
	// wait. It is the default.
	Throughput Mode = "throughput"
	// Latency lets one run go on at a time, for its time to be its own.
	Latency Mode = "latency"
)

// Options says how a model is run. The zero value is one thread per run, no
// spinning, throughput.
type Options struct {
	// Threads is the number of threads of one run; 0 means 1, which is the right
	// number for measuring cost and for many runs at once.
	Threads int
	// Spin lets idle threads burn processor time to answer sooner.
	Spin bool
	Mode Mode
}

func (o Options) complete() (Options, error) {
	if o.Threads == 0 {
		o.Threads = 1
	}
	if o.Mode == "" {
		o.Mode = Throughput
	}
	switch {
	case o.Threads < 0 || o.Threads > 1024:
		return o, fmt.Errorf("%d threads", o.Threads)
	case o.Mode != Throughput && o.Mode != Latency:
		return o, fmt.Errorf("mode %q is neither %s nor %s", o.Mode, Throughput, Latency)
	}
	return o, nil
}
