package own

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
)

// Runner runs a model on inputs by name; onnx.Model is one.
type Runner interface {
	Run(ctx context.Context, inputs map[string]onnx.Tensor) (map[string]onnx.Tensor, error)
}

// Size is one of the sizes that a model is run at: Batch clips, of Length frames or
// tokens where the file leaves that open.
type Size struct{ Batch, Length int64 }

// Measured is what a run at one size showed.
type Measured struct {
	Size
	// FLOPs are for the whole batch, a lower bound unless Exact.
	FLOPs, Parameters int64
	Exact             bool
	// Median is the middle time of the runs.
	Median time.Duration
}

// Check runs a model that [Match] has no fault with on made-up inputs at each size, runs
// times, and reads its answers as [Predict] does. An answer that cannot be read is an
// error, and so is a clip whose answer changes with the clips beside it by more than
// one part in a thousand. Sizes that the file's fixed axes make equal are run once.
func Check(ctx context.Context, c *Config, file *onnxfile.Model, r Runner, sizes []Size, runs int) ([]Measured, error) {
	var out []Measured
	var alone map[string][]float64
	seen := map[string]bool{}
	for _, size := range sizes {
		inputs := madeUp(c, file, size)
		if key := shapeKey(c, inputs); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		m, first, err := measure(ctx, c, file, r, size, inputs, runs)
		if err != nil {
			return out, fmt.Errorf("%d clips of %d frames or tokens: %w", size.Batch, size.Length, err)
		}
		key := fmt.Sprint(size.Length)
		if before, ok := alone[key]; ok && !near(before, first) {
			return out, fmt.Errorf("%d clips of %d frames or tokens: the first clip's answer is %v, and %v in another batch: the model mixes the clips of a batch",
				size.Batch, size.Length, first, before)
		}
		if alone == nil {
			alone = map[string][]float64{}
		}
		alone[key] = first
		out = append(out, m)
	}
	return out, nil
}

func near(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-3*max(1, math.Abs(x)) })
}

// measure runs one size; first are the numbers of the first clip's answer.
func measure(ctx context.Context, c *Config, file *onnxfile.Model, r Runner, size Size, inputs map[string]onnx.Tensor, runs int) (m Measured, first []float64, err error) {
	m.Size = size
	report, err := onnxfile.Count(file, dims(file, inputs))
	if err != nil {
		return m, nil, err
	}
	m.FLOPs, m.Parameters, m.Exact = report.FLOPs, report.Parameters, report.Exact
	var times []time.Duration
	for i := range runs + 1 {
		start := time.Now()
		made, err := r.Run(ctx, inputs)
		if err != nil {
			return m, nil, err
		}
		if i > 0 { // the first run also allocates
			times = append(times, time.Since(start))
			continue
		}
		for row := range size.Batch {
			p, err := c.Output.read(made[c.Output.Name], int(row))
			if err != nil {
				return m, nil, err
			}
			if row > 0 {
				continue
			}
			if p.Score != nil {
				first = append(first, *p.Score)
			}
			first = append(first, p.Probs...)
			for _, label := range c.Output.Labels {
				first = append(first, math.Exp(p.LabelLogprobs[label]))
			}
		}
	}
	slices.Sort(times)
	if len(times) > 0 {
		m.Median = times[len(times)/2]
	}
	return m, first, nil
}

// madeUp returns inputs of a size: features are 0 and 1 in turn, tokens 1, which any
// vocabulary and mask allow. All clips of a batch are alike.
func madeUp(c *Config, file *onnxfile.Model, size Size) map[string]onnx.Tensor {
	inputs := map[string]onnx.Tensor{}
	for _, v := range file.Feeds() {
		shape := make([]int64, len(v.Shape))
		n := int64(1)
		for i, d := range v.Shape {
			switch {
			case d.Name == "" && d.N > 0:
				shape[i] = d.N
			case i == 0:
				shape[i] = size.Batch
			default:
				shape[i] = size.Length
			}
			n *= shape[i]
		}
		if v.Type == onnxfile.Int64 {
			inputs[v.Name] = onnx.Int64(slices.Repeat([]int64{1}, int(n)), shape...)
			continue
		}
		data := make([]float32, n)
		per := n / max(1, shape[0])
		for i := range data {
			data[i] = float32(int64(i) % per % 2)
		}
		inputs[v.Name] = onnx.Float32(data, shape...)
	}
	return inputs
}

func shapeKey(c *Config, inputs map[string]onnx.Tensor) string {
	key := ""
	for _, in := range c.Inputs {
		key += fmt.Sprint(inputs[in.Name].Shape)
	}
	return key
}

// dims are the sizes of the file's symbolic axes in inputs.
func dims(file *onnxfile.Model, inputs map[string]onnx.Tensor) map[string]int64 {
	out := map[string]int64{}
	for _, v := range file.Feeds() {
		for i, d := range v.Shape {
			switch shape := inputs[v.Name].Shape; {
			case i >= len(shape):
			case d.Name != "":
				out[d.Name] = shape[i]
			case d.N < 0:
				out[fmt.Sprintf("%s.%d", v.Name, i)] = shape[i]
			}
		}
	}
	return out
}
