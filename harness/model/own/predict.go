package own

import (
	"context"
	"fmt"
	"slices"

	"uacs/harness/features"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/harness/sample"
)

// Model is a model file with its description.
type Model struct {
	Config *Config
	File   *onnxfile.Model
	// Runner runs the file, Digest is its hex SHA-256.
	Runner Runner
	Digest string
}

// Predict answers each clip, in order, and says how many had none: a clip without
// features, or without text where the model reads token numbers, gets an error record.
// FLOPs are those of the file for the clip's own sizes, absent where they cannot be
// counted; encoding the text is not among them. Revision is the file's digest.
func Predict(ctx context.Context, m Model, s *Source, clips []sample.Sample) (out []sample.Prediction, failed int, err error) {
	inputs := map[string]onnxfile.Value{}
	for _, v := range m.File.Feeds() {
		inputs[v.Name] = v
	}
	flops := map[string]*float64{}
	for i := range clips {
		clip := &clips[i]
		feed, why, err := m.feed(s, clip, inputs)
		if err != nil {
			return nil, 0, err
		}
		p := sample.Prediction{}
		if why == "" {
			made, err := m.Runner.Run(ctx, feed)
			if err != nil {
				return nil, 0, fmt.Errorf("clip %s: %w", clip.ID, err)
			}
			if p, err = m.Config.Output.read(made[m.Config.Output.Name], 0); err != nil {
				return nil, 0, fmt.Errorf("clip %s: %w", clip.ID, err)
			}
			p.FLOPs = m.flops(flops, feed)
		} else {
			failed++
		}
		p.Dataset, p.Split, p.ID, p.Round, p.Error = clip.Dataset, clip.Split, clip.ID, 1, why
		p.Model, p.Revision, p.Modalities = m.Config.Name, m.Digest, m.Config.modalities()
		out = append(out, p)
	}
	return out, failed, nil
}

// flops counts one run, once for each set of sizes.
func (m *Model) flops(known map[string]*float64, feed map[string]onnx.Tensor) *float64 {
	key := shapeKey(m.Config, feed)
	if x, ok := known[key]; ok {
		return x
	}
	known[key] = nil
	if r, err := onnxfile.Count(m.File, dims(m.File, feed)); err == nil && r.Exact {
		x := float64(r.FLOPs)
		known[key] = &x
	}
	return known[key]
}

// feed makes the inputs of one clip; why says what the clip lacks.
func (m *Model) feed(s *Source, clip *sample.Sample, inputs map[string]onnxfile.Value) (feed map[string]onnx.Tensor, why string, err error) {
	feed = map[string]onnx.Tensor{}
	for _, in := range m.Config.Inputs {
		v := inputs[in.Name]
		if in.Kind.tokens() {
			if s.Tokens == nil || clip.TextEN == "" {
				return nil, "no text", nil
			}
			feed[in.Name] = tokenTensor(in.Kind, s.Tokens(clip.TextEN), v)
			continue
		}
		rows, err := s.rows(in)
		if err != nil {
			return nil, "", err
		}
		x, frames, ok, err := rows(clip)
		if err != nil {
			return nil, "", err
		}
		if !ok {
			return nil, fmt.Sprintf("no %s features", in.Kind), nil
		}
		if feed[in.Name], err = featureTensor(x, frames, v); err != nil {
			return nil, "", fmt.Errorf("clip %s: %w", clip.ID, err)
		}
	}
	return feed, "", nil
}

// tokenTensor is the ids, a mask of ones, or types of zeros; it is filled up with zeros
// or cut where the file has a fixed number of tokens.
func tokenTensor(kind Kind, ids []int32, v onnxfile.Value) onnx.Tensor {
	data := make([]int64, len(ids))
	for i, id := range ids {
		switch kind {
		case IDs:
			data[i] = int64(id)
		case Mask:
			data[i] = 1
		}
	}
	data = fitted(data, v.Shape[1], 1)
	return onnx.Int64(data, 1, int64(len(data)))
}

// featureTensor shapes a clip's features as the file wants them: frames are averaged
// where it takes one row, and one row is one frame where it takes frames.
func featureTensor(x []float32, frames int, v onnxfile.Value) (onnx.Tensor, error) {
	width := int(v.Shape[len(v.Shape)-1].N)
	got := len(x)
	if frames > 0 {
		got = len(x) / frames
	}
	if got != width && len(x) > 0 {
		return onnx.Tensor{}, fmt.Errorf("input %s: %d features, the file takes %d", v.Name, got, width)
	}
	if len(v.Shape) == 2 {
		if frames > 0 || len(x) == 0 {
			x = features.Mean(x, width)
		}
		return onnx.Float32(x, 1, int64(width)), nil
	}
	if len(x) == 0 { // a clip of padding only is one empty frame
		x = make([]float32, width)
	}
	x = fitted(x, v.Shape[1], width)
	return onnx.Float32(x, 1, int64(len(x)/width), int64(width)), nil
}

// fitted cuts data to a fixed number of frames of the given width, or fills it up.
func fitted[E int64 | float32](data []E, axis onnxfile.Dim, width int) []E {
	if axis.Name != "" || axis.N < 0 {
		return data
	}
	n := int(axis.N) * width
	if len(data) >= n {
		return data[:n]
	}
	return append(slices.Clone(data), make([]E, n-len(data))...)
}
