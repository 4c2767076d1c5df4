//go:build cgo

package onnx

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"uacs/harness/model/onnxfile"
)

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
