package ubm

import (
	"fmt"
	"math"
	"slices"

	"uacs/harness/model/ubm/sequence"
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Data is what a model is trained and judged on.
type Data struct {
	// Dataset is the short name of the model's own dataset.
	Dataset string
	// Modalities names the matrices of each Part, in the order of [Modalities].
	Modalities []string
	// Train, Valid and Test are the splits. Train and Valid have clips.
	Train, Valid, Test Part
	Provenance         Provenance
}

// Part is one split. All slices and matrices have one row for each clip.
type Part struct {
	IDs, Videos []string
	// Datasets says where each clip comes from; nil for Data.Dataset.
	Datasets []string
	Labels   []float64
	// Features has a matrix for each modality; a model of frames has Frames in their place.
	Features []Matrix
	Frames   []sequence.Frames
	// FLOPs are those of encoding each clip; nil for none.
	FLOPs []float64
	// Unreadable are clips of the split that have no features, such as those without a
	// transcript. They are not learnt from; Answers gives each an error record.
	Unreadable []sample.Sample
}

// Provenance says what the matrices were made from. It goes into the ONNX file and onto the card.
type Provenance struct {
	// Digest identifies labels and texts, EncoderDigest the encoder's weights.
	Digest, EncoderName, EncoderDigest string
	// Licences and Citations of the sources, and Warnings to print beside any number.
	Licences, Citations, Warnings []string
	// Synthetic says that the clips are generated.
	Synthetic bool
}

// N returns the number of clips with features.
func (p *Part) N() int { return len(p.IDs) }

func (p *Part) check(modalities int, dims []int, frames bool) error {
	n := p.N()
	if len(p.Videos) != n || len(p.Labels) != n || p.Datasets != nil && len(p.Datasets) != n || p.FLOPs != nil && len(p.FLOPs) != n {
		return fmt.Errorf("%d ids, %d videos, %d labels, %d datasets, %d FLOPs", n, len(p.Videos), len(p.Labels), len(p.Datasets), len(p.FLOPs))
	}
	for i, y := range p.Labels {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("clip %s: the label is %v", p.IDs[i], y)
		}
	}
	if frames {
		return p.checkFrames(modalities, dims)
	}
	if len(p.Features) != modalities {
		return fmt.Errorf("%d matrices for %d modalities", len(p.Features), modalities)
	}
	for m, x := range p.Features {
		if err := x.check(n); err != nil {
			return fmt.Errorf("modality %d: %w", m, err)
		}
		if n > 0 && x.Cols != dims[m] {
			return fmt.Errorf("modality %d: %d features, the train split has %d", m, x.Cols, dims[m])
		}
	}
	return nil
}

func (p *Part) checkFrames(modalities int, dims []int) error {
	if len(p.Frames) != modalities {
		return fmt.Errorf("frames of %d modalities, not of %d", len(p.Frames), modalities)
	}
	for m, f := range p.Frames {
		if err := f.Check(p.N()); err != nil {
			return fmt.Errorf("modality %d: %w", m, err)
		}
		if f.Width != dims[m] {
			return fmt.Errorf("modality %d: frames of %d numbers, the train split has %d", m, f.Width, dims[m])
		}
	}
	return nil
}

// dims returns the features of each modality: of a frame, in a model of frames.
func (d *Data) dims() []int {
	var dims []int
	for _, f := range d.Train.Frames {
		dims = append(dims, f.Width)
	}
	for _, x := range d.Train.Features {
		dims = append(dims, x.Cols)
	}
	return dims
}

// check reports the first thing that training cannot use.
func (d *Data) check(c *Config) error {
	if !slices.Equal(d.Modalities, c.Modalities) {
		return fmt.Errorf("the data has modalities %v, the config %v", d.Modalities, c.Modalities)
	}
	if d.Dataset != c.Datasets[0] {
		return fmt.Errorf("the data is %s, the config's dataset %s", d.Dataset, c.Datasets[0])
	}
	if d.Train.N() == 0 || d.Valid.N() == 0 {
		return fmt.Errorf("%d train clips and %d valid clips: both are needed", d.Train.N(), d.Valid.N())
	}
	for _, p := range []struct {
		split sample.Split
		part  *Part
	}{{sample.Train, &d.Train}, {sample.Valid, &d.Valid}, {sample.Test, &d.Test}} {
		if err := p.part.check(len(d.Modalities), d.dims(), c.OfFrames()); err != nil {
			return fmt.Errorf("%s: %w", p.split, err)
		}
	}
	return nil
}

// Part returns the part of that split.
func (d *Data) Part(split sample.Split) *Part {
	switch split {
	case sample.Train:
		return &d.Train
	case sample.Valid:
		return &d.Valid
	}
	return &d.Test
}

// Scale is a standardisation: (x − Mean)·Inv, feature by feature.
type Scale struct{ Mean, Inv []float32 }

// FitScale returns the standardisation of the columns of x: their mean, and the inverse
// of their population standard deviation, 0 for a column that is constant.
func FitScale(x Matrix) Scale {
	s := Scale{make([]float32, x.Cols), make([]float32, x.Cols)}
	column := make([]float64, x.Rows)
	for j := range x.Cols {
		for i := range column {
			column[i] = float64(x.Data[i*x.Cols+j])
		}
		mean := detsum.Mean(column)
		for i, v := range column {
			column[i] = v - mean
		}
		sd := math.Sqrt(detsum.Dot(column, column) / float64(max(x.Rows, 1)))
		s.Mean[j] = float32(mean)
		if sd > 1e-7*math.Abs(mean) { // else what is left is the rounding of float32
			s.Inv[j] = float32(1 / sd)
		}
	}
	return s
}

// Apply returns the standardised matrix.
func (s Scale) Apply(x Matrix) Matrix {
	out := Matrix{x.Rows, x.Cols, make([]float32, len(x.Data))}
	for i := range x.Rows {
		row, to := x.Row(i), out.Data[i*x.Cols:]
		for j, v := range row {
			to[j] = (v - s.Mean[j]) * s.Inv[j]
		}
	}
	return out
}
