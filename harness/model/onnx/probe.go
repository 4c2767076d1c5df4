package onnx

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"uacs/harness/model/onnxfile"
)

// Timing is what [Probe] measured.
type Timing struct {
	Runs int
	// Median is the middle of the times of the runs, the copying of inputs and
	// outputs included, a first run left out.
	Median time.Duration
}

// Probe runs m on inputs of the sizes in r, which [onnxfile.Count] made for the
// same file, and compares the outputs with what r and the file say: a missing
// output, another type or shape, or a NaN is an error. Inputs of float32 are 0
// and 1 in turn, whole numbers are 1, which any vocabulary and mask allow.
func Probe(ctx context.Context, m *Model, r onnxfile.Report, runs int) (Timing, error) {
	inputs := map[string]Tensor{}
	for _, v := range r.Inputs {
		t, err := madeUp(v)
		if err != nil {
			return Timing{}, err
		}
		inputs[v.Name] = t
	}
	first, err := m.Run(ctx, inputs)
	if err != nil {
		return Timing{}, err
	}
	if err := compareOutputs(first, m, r); err != nil {
		return Timing{}, err
	}
	times := make([]time.Duration, max(runs, 1))
	for i := range times {
		start := time.Now()
		if _, err := m.Run(ctx, inputs); err != nil {
			return Timing{}, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return Timing{Runs: len(times), Median: times[len(times)/2]}, nil
}

// largestInput bounds the entries of a made-up input.
const largestInput = 1 << 28

func madeUp(v onnxfile.Value) (Tensor, error) {
	n := int64(1)
	shape := make([]int64, len(v.Shape))
	for i, d := range v.Shape {
		if d.N < 1 || n > largestInput/d.N {
			return Tensor{}, fmt.Errorf("input %s: it is empty or has more than %d entries", Spec(v), int64(largestInput))
		}
		shape[i] = d.N
		n *= d.N
	}
	switch v.Type {
	case onnxfile.Float:
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(i % 2)
		}
		return Float32(data, shape...), nil
	case onnxfile.Int64:
		return Int64(slices.Repeat([]int64{1}, int(n)), shape...), nil
	case onnxfile.Int32:
		return Tensor{shape, slices.Repeat([]int32{1}, int(n))}, nil
	}
	return Tensor{}, fmt.Errorf("input %s: its type is not supported", Spec(v))
}

func compareOutputs(got map[string]Tensor, m *Model, r onnxfile.Report) error {
	for i, declared := range m.Outputs() {
		t, ok := got[declared.Name]
		if !ok {
			return fmt.Errorf("the output %q was not made", declared.Name)
		}
		if kind, _, err := t.kind(); err != nil || kind != declared.Type {
			return errors.Join(fmt.Errorf("the output %q holds %v, and the file says %v", declared.Name, kind, declared.Type), err)
		}
		want := declared.Shape
		if i < len(r.Outputs) && r.Outputs[i].Shape != nil {
			want = r.Outputs[i].Shape
		}
		if !fits(t.Shape, want) {
			return fmt.Errorf("the output %q has the shape %v, and the graph says %s", declared.Name, t.Shape, Spec(onnxfile.Value{Name: declared.Name, Type: declared.Type, Shape: want}))
		}
		for j, x := range t.Floats() {
			if math.IsNaN(float64(x)) {
				return fmt.Errorf("the output %q has a NaN at entry %d for inputs of zeros and ones", declared.Name, j)
			}
		}
	}
	return nil
}

// fits reports whether the sizes are those of a shape, symbolic ones left open.
func fits(got []int64, want []onnxfile.Dim) bool {
	if want == nil {
		return true
	}
	return slices.EqualFunc(got, want, func(n int64, d onnxfile.Dim) bool { return d.Name != "" || d.N < 0 || d.N == n })
}
