package uselite

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// maxWeightBytes bounds the weights of all groups together.
const maxWeightBytes = 1 << 30

// Weights are float32 tensors by name.
type Weights map[string]Weight

// Weight is one tensor in row-major order.
type Weight struct {
	Dims []int64
	Data []float32
}

type manifest struct {
	Groups []group `json:"weightsManifest"`
}

type group struct {
	Paths   []string `json:"paths"`
	Weights []struct {
		Name         string          `json:"name"`
		Shape        []int64         `json:"shape"`
		Type         string          `json:"dtype"`
		Quantization json.RawMessage `json:"quantization"`
	} `json:"weights"`
}

// ReadWeights reads the weights that model, the contents of a model.json, lists;
// read returns the contents of a file that it names. Tensors of int32 are passed
// over: the graph has them built in. Quantised tensors and those of other types
// are errors, as are files that are shorter or longer than their tensors.
func ReadWeights(model []byte, read func(path string) ([]byte, error)) (Weights, error) {
	var m manifest
	if err := json.Unmarshal(model, &m); err != nil {
		return nil, fmt.Errorf("read model.json: %w", err)
	}
	out := Weights{}
	for _, g := range m.Groups {
		var data []byte
		for _, path := range g.Paths {
			part, err := read(path)
			if err != nil {
				return nil, fmt.Errorf("read weights: %w", err)
			}
			data = append(data, part...)
		}
		if err := g.cut(out, data); err != nil {
			return nil, fmt.Errorf("read weights: %w", err)
		}
	}
	return out, nil
}

// cut takes the group's tensors from the contents of its files.
func (g *group) cut(out Weights, data []byte) error {
	offset := 0
	for _, w := range g.Weights {
		entries, err := size(w.Shape)
		if err != nil {
			return fmt.Errorf("%q: %w", w.Name, err)
		}
		if len(w.Quantization) > 0 && string(w.Quantization) != "null" {
			return fmt.Errorf("%q is quantised", w.Name)
		}
		if w.Type != "float32" && w.Type != "int32" {
			return fmt.Errorf("%q is of type %q, want float32 or int32", w.Name, w.Type)
		}
		if len(data)-offset < 4*entries {
			return fmt.Errorf("%q ends past byte %d, the last", w.Name, len(data))
		}
		if w.Type == "float32" {
			if _, ok := out[w.Name]; ok {
				return fmt.Errorf("%q stands twice", w.Name)
			}
			out[w.Name] = Weight{w.Shape, floats(data[offset:][:4*entries])}
		}
		offset += 4 * entries
	}
	if offset != len(data) {
		return fmt.Errorf("the tensors take %d of %d bytes", offset, len(data))
	}
	return nil
}

func size(dims []int64) (int, error) {
	n := int64(1)
	for _, d := range dims {
		if d < 0 || d > maxWeightBytes || n*d > maxWeightBytes/4 {
			return 0, fmt.Errorf("shape %v is out of bounds", dims)
		}
		n *= d
	}
	return int(n), nil
}

func floats(data []byte) []float32 {
	out := make([]float32, len(data)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return out
}
