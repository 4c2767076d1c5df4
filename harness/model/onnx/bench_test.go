//go:build cgo

package onnx

import (
	"context"
	"fmt"
	"testing"

	"uacs/harness/model/onnxfile"
)

// perceptron is 877 features, 128 hidden units and 7 bins: the size of a small
// model for CMU-MOSI.
func perceptron(b *testing.B) []byte {
	b.Helper()
	m := &onnxfile.Model{
		Inputs:  []onnxfile.Value{{Name: "x", Type: onnxfile.Float, Shape: []onnxfile.Dim{{Name: "batch"}, {N: 877}}}},
		Outputs: []onnxfile.Value{{Name: "p", Type: onnxfile.Float, Shape: []onnxfile.Dim{{Name: "batch"}, {N: 7}}}},
		Initializers: []onnxfile.Tensor{
			onnxfile.Floats("w1", []int64{877, 128}, make([]float32, 877*128)), onnxfile.Floats("b1", []int64{128}, make([]float32, 128)),
			onnxfile.Floats("w2", []int64{128, 7}, make([]float32, 128*7)), onnxfile.Floats("b2", []int64{7}, make([]float32, 7)),
		},
		Nodes: []onnxfile.Node{
			{Op: "Gemm", Inputs: []string{"x", "w1", "b1"}, Outputs: []string{"h"}},
			{Op: "Relu", Inputs: []string{"h"}, Outputs: []string{"a"}},
			{Op: "Gemm", Inputs: []string{"a", "w2", "b2"}, Outputs: []string{"l"}},
			{Op: "Softmax", Inputs: []string{"l"}, Outputs: []string{"p"}},
		},
	}
	data, err := m.Encode()
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func BenchmarkRun(b *testing.B) {
	m := open(b, perceptron(b), Options{Mode: Latency})
	cancellable, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, n := range []int64{1, 32} {
		in := map[string]Tensor{"x": Float32(make([]float32, n*877), n, 877)}
		for name, ctx := range map[string]context.Context{"plain": context.Background(), "cancellable": cancellable} {
			b.Run(fmt.Sprintf("B=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Run(ctx, in); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
			})
		}
	}
}

// BenchmarkOverhead runs a model that does nothing.
func BenchmarkOverhead(b *testing.B) {
	f := &onnxfile.Model{
		Inputs:  []onnxfile.Value{{Name: "x", Type: onnxfile.Float, Shape: onnxfile.Fixed(1)}},
		Outputs: []onnxfile.Value{{Name: "y", Type: onnxfile.Float, Shape: onnxfile.Fixed(1)}},
		Nodes:   []onnxfile.Node{{Op: "Neg", Inputs: []string{"x"}, Outputs: []string{"y"}}},
	}
	data, err := f.Encode()
	if err != nil {
		b.Fatal(err)
	}
	m := open(b, data, Options{Mode: Latency})
	in := map[string]Tensor{"x": Float32([]float32{1}, 1)}
	for b.Loop() {
		if _, err := m.Run(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	need(b)
	data := perceptron(b)
	for b.Loop() {
		m, err := OpenBytes("m", data, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := m.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
