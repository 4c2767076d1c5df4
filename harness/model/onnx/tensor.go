package onnx

import (
	"fmt"
	"strings"

	"uacs/harness/model/onnxfile"
)

// Tensor is an array in row-major order. Data is a []float32, []int64 or
// []int32 with as many entries as Shape says; no Shape is a scalar.
type Tensor struct {
	Shape []int64
	Data  any
}

// Float32 returns a tensor of float32; it does not copy data.
func Float32(data []float32, shape ...int64) Tensor { return Tensor{shape, data} }

// Int64 returns a tensor of int64; it does not copy data.
func Int64(data []int64, shape ...int64) Tensor { return Tensor{shape, data} }

// Floats returns the entries of a tensor of float32, nil if it holds others.
func (t Tensor) Floats() []float32 {
	v, _ := t.Data.([]float32)
	return v
}

// Int64s returns the entries of a tensor of int64, nil if it holds others.
func (t Tensor) Int64s() []int64 {
	v, _ := t.Data.([]int64)
	return v
}

// kind returns the type and the number of the entries.
func (t Tensor) kind() (onnxfile.DType, int, error) {
	switch v := t.Data.(type) {
	case []float32:
		return onnxfile.Float, len(v), nil
	case []int64:
		return onnxfile.Int64, len(v), nil
	case []int32:
		return onnxfile.Int32, len(v), nil
	}
	return 0, 0, fmt.Errorf("its data are %T, not []float32, []int64 or []int32", t.Data)
}

func supported(t onnxfile.DType) bool {
	return t == onnxfile.Float || t == onnxfile.Int64 || t == onnxfile.Int32
}

// Spec prints an input or output: text float32[batch, 768].
func Spec(v onnxfile.Value) string {
	if v.Shape == nil {
		return fmt.Sprintf("%s %v[…]", v.Name, v.Type)
	}
	axes := make([]string, len(v.Shape))
	for i, d := range v.Shape {
		axes[i] = d.String()
	}
	return fmt.Sprintf("%s %v[%s]", v.Name, v.Type, strings.Join(axes, ", "))
}
