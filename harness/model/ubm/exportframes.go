package ubm

import (
	"fmt"

	"uacs/harness/model/onnxfile"
	"uacs/harness/model/ubm/sequence"
)

// drawing makes a graph one that package sequence can add to.
type drawing struct{ *graph }

func (d drawing) Node(op, out string, in []string, attrs ...onnxfile.Attr) string {
	return d.node(op, out, in, attrs...)
}

func (d drawing) Floats(name string, dims []int64, v []float32) string {
	return d.floats(name, dims, v)
}

func (d drawing) Ints(name string, v ...int64) string { return d.ints(name, v...) }

// frames adds the inputs and members of a model of frames and returns what each says:
// log-probabilities, or the score.
func (g *graph) frames() []string {
	m := g.m
	scalar := g.integer("frames_axis", 1)
	zero, one := g.integer("frames_first", 0), g.integer("frames_step", 1)
	axis := []string{g.ints("frames_axis_1", 1), g.ints("frames_axis_2", 2)}
	nothing := g.floats("frames_nothing", nil, []float32{0})
	var streams []sequence.Values
	for k, of := range m.Config.parts() {
		name := m.Config.Modalities[of[0]]
		length := onnxfile.Dim{Name: name + "_frames"}
		var v sequence.Values
		var all, lengths []string
		for i, modality := range of {
			x := m.Config.Modalities[modality]
			g.model.Inputs = append(g.model.Inputs,
				onnxfile.Value{Name: x, Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, length, {N: int64(m.shape.dims[modality])}}},
				onnxfile.Value{Name: x + "_length", Type: onnxfile.Int64, Shape: []onnxfile.Dim{batch}})
			if i == 0 {
				size := g.node("Gather", x+"_size", []string{g.node("Shape", x+"_shape", []string{x}), scalar})
				v.Range = g.node("Range", x+"_range", []string{zero, size, one})
			}
			column := g.node("Unsqueeze", x+"_end", []string{x + "_length", axis[0]})
			mask := g.node("Unsqueeze", x+"_mask", []string{g.node("Less", x+"_true", []string{v.Range, column}), axis[1]})
			all = append(all, g.node("Where", x+"_frames_true", []string{mask, g.standard(modality), nothing}))
			lengths = append(lengths, x+"_length")
		}
		v.Frames, v.Length = all[0], lengths[0]
		if len(all) > 1 {
			v.Frames = g.node("Concat", fmt.Sprintf("together%d", k+1), all, onnxfile.IntAttr("axis", 2))
			v.Length = g.node("Max", fmt.Sprintf("longest%d", k+1), lengths)
		}
		streams = append(streams, v)
	}
	var weights [][]float32
	for _, b := range m.members {
		weights = append(weights, b.weights)
	}
	z := m.shape.frames.Export(drawing{g}, weights, func(j int) string { return fmt.Sprintf("m%d_", j) }, streams)
	for j := range z {
		if m.Config.Loss.Kind == CORN {
			z[j] = g.ordinal(fmt.Sprintf("m%d_", j), z[j])
		}
	}
	return z
}

// integer adds a scalar constant.
func (g *graph) integer(name string, v int64) string {
	g.model.Initializers = append(g.model.Initializers, onnxfile.Int64s(name, nil, []int64{v}))
	return name
}
