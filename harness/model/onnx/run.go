//go:build cgo

package onnx

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"

	"uacs/harness/model/onnxfile"
	"uacs/internal/hint"
)

// Run runs the model on the inputs by name and returns all outputs by name.
// Inputs are checked first against the file: names, types, number of axes,
// fixed sizes, and that a symbolic size is the same wherever it stands. When ctx
// ends the run is broken off and the error wraps the cause. The inputs must not
// be written to until Run returns; the outputs are the caller's own.
func (m *Model) Run(ctx context.Context, inputs map[string]Tensor) (map[string]Tensor, error) {
	s := m.s
	if err := s.check(inputs); err != nil {
		return nil, err
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	s.running.RLock()
	defer s.running.RUnlock()
	if m.closed.Load() || s.ort == nil {
		return nil, ErrClosed
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return s.run(ctx, inputs)
}

func (s *session) run(ctx context.Context, inputs map[string]Tensor) (_ map[string]Tensor, err error) {
	in := make([]ort.Value, 0, len(s.feeds))
	out := make([]ort.Value, len(s.names)) // nil: the library allocates
	defer func() {
		for _, v := range slices.Concat(in, out) {
			// A result that the wrapper failed to convert is a nil of its type.
			if v != nil && !reflect.ValueOf(v).IsNil() {
				err = errors.Join(err, v.Destroy())
			}
		}
	}()
	for i, spec := range s.file.Outputs {
		if spec.Shape != nil && len(spec.Shape) == 0 {
			// The wrapper cannot convert scalars that the library allocates.
			if out[i], err = scalar(spec.Type); err != nil {
				return nil, fmt.Errorf("output %q: %w", spec.Name, err)
			}
		}
	}
	for _, spec := range s.feeds {
		v, err := inputs[spec.Name].value()
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", spec.Name, err)
		}
		in = append(in, v)
	}
	if err := s.call(ctx, in, out); err != nil {
		return nil, err
	}
	runtime.KeepAlive(inputs)
	results := make(map[string]Tensor, len(out))
	for i, v := range out {
		if results[s.names[i]], err = taken(v); err != nil {
			return nil, fmt.Errorf("output %q: %w", s.names[i], err)
		}
	}
	return results, nil
}

// call runs the session and breaks it off when ctx ends.
func (s *session) call(ctx context.Context, in, out []ort.Value) error {
	if ctx.Done() == nil {
		return s.ort.Run(in, out)
	}
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()
	told := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(told)
		_ = options.Terminate() // it fails only on options that are destroyed
	})
	err = s.ort.RunWithOptions(in, out, options)
	if !stop() {
		<-told // the options must outlive Terminate
		if err != nil {
			return fmt.Errorf("the run was broken off: %w", context.Cause(ctx))
		}
	}
	return err
}

// check compares inputs with what the file says.
func (s *session) check(inputs map[string]Tensor) error {
	bound := map[string]size{}
	for _, spec := range s.feeds {
		t, ok := inputs[spec.Name]
		if !ok {
			return s.unknown(fmt.Errorf("the input %q is missing", spec.Name))
		}
		if err := checkOne(spec, t, bound); err != nil {
			return fmt.Errorf("input %q: %w", spec.Name, err)
		}
	}
	if len(inputs) == len(s.feeds) {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if !slices.ContainsFunc(s.feeds, func(v onnxfile.Value) bool { return v.Name == name }) {
			return s.unknown(fmt.Errorf("the model has no input %q", name))
		}
	}
	return nil
}

func (s *session) unknown(err error) error {
	var names []string
	for _, v := range s.feeds {
		names = append(names, Spec(v))
	}
	return hint.Add(err, "its inputs are %s", strings.Join(names, ", "))
}

// size is what a symbolic axis was first seen to be, and where.
type size struct {
	n     int64
	input string
}

func checkOne(spec onnxfile.Value, t Tensor, bound map[string]size) error {
	kind, entries, err := t.kind()
	if err != nil {
		return err
	}
	if kind != spec.Type {
		return fmt.Errorf("it holds %v, and the model wants %v", kind, spec.Type)
	}
	n := int64(1)
	for _, d := range t.Shape {
		if d < 1 || n > int64(entries)/d {
			return misfit(t, entries)
		}
		n *= d
	}
	if n != int64(entries) {
		return misfit(t, entries)
	}
	if spec.Shape == nil {
		return nil
	}
	if len(t.Shape) != len(spec.Shape) {
		return fmt.Errorf("its shape %v has %d axes, and the model wants %s", t.Shape, len(t.Shape), Spec(spec))
	}
	for i, d := range spec.Shape {
		got := t.Shape[i]
		if d.Name == "" {
			if d.N >= 0 && got != d.N {
				return fmt.Errorf("its shape is %v, and the model wants %s: axis %d must be %d", t.Shape, Spec(spec), i, d.N)
			}
			continue
		}
		first, ok := bound[d.Name]
		if !ok {
			bound[d.Name] = size{got, spec.Name}
		} else if first.n != got {
			return fmt.Errorf("its shape is %v, so %s is %d, but it is %d in the input %q", t.Shape, d.Name, got, first.n, first.input)
		}
	}
	return nil
}

func misfit(t Tensor, entries int) error {
	return fmt.Errorf("its shape %v does not fit its %d entries (empty tensors are not run)", t.Shape, entries)
}
