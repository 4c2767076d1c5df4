package onnx

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

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

// value hands the tensor to the library, which reads the Go memory in place.
func (t Tensor) value() (ort.Value, error) {
	switch v := t.Data.(type) {
	case []float32:
		return newValue(t.Shape, v)
	case []int64:
		return newValue(t.Shape, v)
	case []int32:
		return newValue(t.Shape, v)
	}
	return nil, errors.New("onnx: a tensor of an unchecked type")
}

func newValue[T ort.TensorData](shape []int64, data []T) (ort.Value, error) {
	if len(shape) == 0 {
		return ort.NewScalar(data[0])
	}
	return ort.NewTensor(ort.Shape(shape), data)
}

// scalar makes room for a result without axes.
func scalar(t onnxfile.DType) (ort.Value, error) {
	switch t {
	case onnxfile.Float:
		return ort.NewEmptyScalar[float32]()
	case onnxfile.Int64:
		return ort.NewEmptyScalar[int64]()
	case onnxfile.Int32:
		return ort.NewEmptyScalar[int32]()
	}
	return nil, errors.New("onnx: a result of an unchecked type")
}

// taken returns a result. The wrapper has copied it to Go's memory, which stays
// when the library's value is destroyed.
func taken(v ort.Value) (Tensor, error) {
	switch t := v.(type) {
	case *ort.Tensor[float32]:
		return Tensor{t.GetShape(), t.GetData()}, nil
	case *ort.Tensor[int64]:
		return Tensor{t.GetShape(), t.GetData()}, nil
	case *ort.Tensor[int32]:
		return Tensor{t.GetShape(), t.GetData()}, nil
	case *ort.Scalar[float32]:
		return Float32([]float32{t.GetData()}), nil
	case *ort.Scalar[int64]:
		return Int64([]int64{t.GetData()}), nil
	case *ort.Scalar[int32]:
		return Tensor{nil, []int32{t.GetData()}}, nil
	}
	return Tensor{}, fmt.Errorf("the result is a %T, which is not supported", v)
}
