package own

import (
	"fmt"
	"slices"

	"uacs/harness/features"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
)

// Match says what of an ONNX file does not fit its description, a sentence each, none
// if all fits. It runs nothing.
func Match(c *Config, file *onnxfile.Model) []string {
	var faults []string
	feeds := file.Feeds()
	var names []string
	for _, v := range feeds {
		names = append(names, v.Name)
		if !slices.ContainsFunc(c.Inputs, func(in Input) bool { return in.Name == v.Name }) {
			faults = append(faults, fmt.Sprintf("the file wants an input %s that the description does not have: add {name: %s, kind: …} to inputs", onnx.Spec(v), v.Name))
		}
	}
	for _, in := range c.Inputs {
		i := slices.IndexFunc(feeds, func(v onnxfile.Value) bool { return v.Name == in.Name })
		if i < 0 {
			faults = append(faults, fmt.Sprintf("the file has no input %q; its inputs are %s", in.Name, list(names)))
			continue
		}
		faults = append(faults, matchInput(in, feeds[i])...)
	}
	return append(faults, matchOutput(&c.Output, file.Outputs)...)
}

func matchInput(in Input, v onnxfile.Value) []string {
	want, ranks, how := onnxfile.Float, []int{2, 3}, "export it as float32 [batch, features] or [batch, frames, features]"
	if in.Kind.tokens() {
		want, ranks, how = onnxfile.Int64, []int{2}, "export it as int64 [batch, tokens]"
	}
	var faults []string
	if v.Type != want {
		faults = append(faults, fmt.Sprintf("input %s is %s where %s is %s: %s", in.Name, v.Type, in.Kind, want, how))
	}
	if v.Shape == nil || !slices.Contains(ranks, len(v.Shape)) {
		return append(faults, fmt.Sprintf("input %s has %d axes: %s", onnx.Spec(v), len(v.Shape), how))
	}
	if d := v.Shape[0]; d.Name == "" && d.N > 1 {
		faults = append(faults, fmt.Sprintf("input %s takes %d clips at once: make its first axis dynamic, or 1", in.Name, d.N))
	}
	if !in.Kind.tokens() {
		if d := v.Shape[len(v.Shape)-1]; d.Name != "" || d.N < 1 {
			faults = append(faults, fmt.Sprintf("input %s does not say how many features it takes: fix its last axis", onnx.Spec(v)))
		}
	}
	return faults
}

// MatchFeatures says which inputs of a file that [Match] has no fault with a set of
// features cannot feed, a sentence each: the set lacks the modality, or has it at
// another width. Inputs with an encoder of their own and token numbers do not count.
func MatchFeatures(c *Config, file *onnxfile.Model, set *features.Set) []string {
	var faults []string
	for _, v := range file.Feeds() {
		i := slices.IndexFunc(c.Inputs, func(in Input) bool { return in.Name == v.Name })
		if i < 0 || c.Inputs[i].Kind.tokens() || c.Inputs[i].Encoder != "" {
			continue
		}
		kind, takes := string(c.Inputs[i].Kind), int(v.Shape[len(v.Shape)-1].N)
		if fault := widthFault(set, kind, takes); fault != "" {
			faults = append(faults, fmt.Sprintf("input %s: %s", onnx.Spec(v), fault))
		}
	}
	return faults
}

func widthFault(set *features.Set, kind string, takes int) string {
	found := false
	for _, p := range set.Splits {
		a, ok := p.Array(kind)
		if !ok {
			continue
		}
		found = true
		shape := a.Tensor.Shape()
		has := 1
		if len(shape) > 1 {
			has = shape[len(shape)-1]
		}
		if has != takes {
			return fmt.Sprintf("%s has %s features of width %d, the file takes %d", set.Name, kind, has, takes)
		}
	}
	if !found {
		return fmt.Sprintf("%s has no %s features", set.Name, kind)
	}
	return ""
}

func matchOutput(o *Output, outputs []onnxfile.Value) []string {
	var names []string
	for _, v := range outputs {
		names = append(names, v.Name)
	}
	i := slices.Index(names, o.Name)
	if i < 0 {
		return []string{fmt.Sprintf("the file has no output %q; its outputs are %s", o.Name, list(names))}
	}
	v := outputs[i]
	var faults []string
	if v.Type != onnxfile.Float {
		faults = append(faults, fmt.Sprintf("output %s is %s: export it as float32", v.Name, v.Type))
	}
	if v.Shape == nil {
		return faults // the run will tell
	}
	last, rank := onnxfile.Dim{N: 1}, len(v.Shape)
	if rank > 0 {
		last = v.Shape[rank-1]
	}
	switch fixed := last.Name == "" && last.N > 0; {
	case o.Kind == Regression && rank == 1 || rank == 2 && (!fixed || last.N == int64(o.K())):
	case rank == 2 && o.Kind == Regression:
		faults = append(faults, fmt.Sprintf("output %s has %d numbers for a clip, a regression one: describe it as classes or bins", onnx.Spec(v), last.N))
	case rank == 2:
		faults = append(faults, fmt.Sprintf("output %s has %d numbers for a clip, the description %d %s", onnx.Spec(v), last.N, o.K(), o.Kind))
	default:
		faults = append(faults, fmt.Sprintf("output %s has %d axes: %s needs [batch, %d]", onnx.Spec(v), rank, o.Kind, o.K()))
	}
	return faults
}
