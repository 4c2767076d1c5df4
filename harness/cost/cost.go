// Package cost turns the calls a cascade makes into compute. An [Axis] is one
// unit of compute with the price of one clip at each model, and says where those
// prices come from: measured, counted, or a documented estimate.
package cost

import "fmt"

// Axis is one way to count compute. Prices are per clip.
type Axis struct {
	// Name is how configs and tables call the axis; Unit what it counts, as an
	// axis label reads: "MLLM calls per clip", "FLOPs per clip".
	Name string `yaml:"name" json:"name" jsonschema:"how tables call the axis"`
	Unit string `yaml:"unit" json:"unit" jsonschema:"what is counted, as an axis label reads"`
	// Small is paid for every clip, Large for every first-round call of the large
	// model, Second for every second-round call. A Second of 0 means Large: a
	// second inference is a second full call unless its prefix is cached.
	Small  float64 `yaml:"small" json:"small" jsonschema:"price of a clip at the small model"`
	Large  float64 `yaml:"large" json:"large" jsonschema:"price of a first call of the large model"`
	Second float64 `yaml:"second" json:"second,omitempty" jsonschema:"price of a second call; 0 means that of a first"`
	// Source says where the prices come from.
	Source string `yaml:"source" json:"source" jsonschema:"where the prices come from"`
	// Hypothesis marks prices that are estimates, not measurements.
	Hypothesis bool `yaml:"hypothesis" json:"hypothesis,omitempty" jsonschema:"the prices are estimates"`
	// Log asks for a logarithmic axis; it needs Small > 0.
	Log bool `yaml:"log" json:"log,omitempty" jsonschema:"draw a logarithmic axis"`
}

// Validate reports the first defect of the axis.
func (a Axis) Validate() error {
	switch {
	case a.Name == "" || a.Unit == "":
		return fmt.Errorf("cost axis: name and unit are required")
	case a.Small < 0 || a.Second < 0:
		return fmt.Errorf("cost axis %s: a price is negative", a.Name)
	case a.Large <= 0:
		return fmt.Errorf("cost axis %s: large must be above 0", a.Name)
	case a.Log && a.Small == 0:
		return fmt.Errorf("cost axis %s: a logarithmic axis needs small > 0", a.Name)
	case a.Source == "":
		return fmt.Errorf("cost axis %s: source is required: where do the prices come from?", a.Name)
	}
	return nil
}

// Mean returns the mean price of a clip when first and second are the mean
// numbers of first-round and second-round calls per clip.
func (a Axis) Mean(first, second float64) float64 {
	price := a.Second
	if price == 0 {
		price = a.Large
	}
	return a.Small + float64(first*a.Large) + float64(second*price)
}
