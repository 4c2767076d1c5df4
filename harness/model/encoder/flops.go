package encoder

import (
	"fmt"

	"uacs/harness/model/onnxfile"
)

// weigher returns a function that counts the operations of a model for one text
// of a number of tokens: 0 if any operator cannot be counted. Inputs are taken
// as [batch, seq], whatever the model calls its axes.
func weigher(name string, data []byte) (func(length int) int64, error) {
	m, err := onnxfile.Decode(name, data)
	if err != nil {
		return nil, err
	}
	return func(length int) int64 {
		report, err := onnxfile.Count(m, axes(m.Feeds(), length))
		if err != nil || !report.Exact {
			return 0
		}
		return report.FLOPs
	}, nil
}

// axes gives sizes to the free axes of the inputs: 1 to the first, length to the
// second.
func axes(inputs []onnxfile.Value, length int) map[string]int64 {
	sizes := map[string]int64{}
	for _, in := range inputs {
		for i, d := range in.Shape {
			size := int64(1)
			if i == 1 {
				size = int64(length)
			}
			name := d.Name
			if name == "" {
				name = fmt.Sprintf("%s.%d", in.Name, i)
			}
			if d.Name != "" || d.N < 0 {
				sizes[name] = size
			}
		}
	}
	return sizes
}
