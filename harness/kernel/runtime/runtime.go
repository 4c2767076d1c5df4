// Package runtime is what the code generated for a notebook cell calls: the
// check in each loop, the guard of each goroutine and the sink of the last
// value. It is for generated code and the engine, and knows nothing of either;
// a notebook reaches it only through the name ctx, which is [Ctx].
package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"sync/atomic"
)

// ErrInterrupted is what an interrupted loop panics with.
var ErrInterrupted = errors.New("interrupted")

// Ctx is the context of the running cell, cancelled by an interrupt. Cells read
// it as ctx, unless they declare that name themselves. The engine sets it.
var Ctx = context.Background()

var (
	stop   atomic.Bool
	values []any
)

// Begin clears the stop flag and the last value and makes ctx the cell's context.
func Begin(ctx context.Context) {
	stop.Store(false)
	values, Ctx = nil, ctx
}

// Interrupt makes every loop of cell code stop at its next turn.
func Interrupt() { stop.Store(true) }

// Check panics with ErrInterrupted after an interrupt. It is the first
// statement of every loop body and costs one atomic load.
func Check() {
	if stop.Load() {
		panic(ErrInterrupted)
	}
}

// Stopped reports whether Check would panic.
func Stopped() bool { return stop.Load() }

// Result records the values of a cell's last expression.
func Result(v ...any) { values = v }

// Values returns what Result recorded since Begin.
func Values() []any { return values }

// Guard, deferred, reports a panic of a goroutine on standard error, so that
// the process lives on. An interrupt ends the goroutine without a report.
func Guard() {
	if r := recover(); r != nil && r != any(ErrInterrupted) {
		fmt.Fprintf(os.Stderr, "panic in goroutine: %v\n%s", r, debug.Stack())
	}
}

// Guarded returns f with Guard deferred; a value that is no function, or a nil
// one, is returned as it is.
func Guarded[F any](f F) F {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func || v.IsNil() {
		return f
	}
	call := v.Call
	if v.Type().IsVariadic() {
		call = v.CallSlice
	}
	g := reflect.MakeFunc(v.Type(), func(in []reflect.Value) (out []reflect.Value) {
		for i := range v.Type().NumOut() {
			out = append(out, reflect.Zero(v.Type().Out(i)))
		}
		defer Guard()
		return call(in)
	})
	return g.Interface().(F)
}
