package ubm

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"uacs/harness/model/ubm/sequence"
)

// FeatureFile is where the frames of a dataset are.
type FeatureFile struct {
	// File is a path below the folder of feature files: a pickle of MMSA, or the copy that
	// uacs data import writes. If it is not there, the same name ending in .safetensors
	// is looked for. "generated" stands for the frames of a synthetic dataset.
	File string `yaml:"file" json:"file" jsonschema:"path below the folder of feature files, or generated"`
	// SHA256 is that of the file as it was published, "" if it is not known. Another file
	// trains too, with a caveat on the card.
	SHA256 string `yaml:"sha256" json:"sha256,omitempty" jsonschema:"SHA-256 of the published file"`
	// Source says where the file comes from.
	Source string `yaml:"source" json:"source,omitempty" jsonschema:"where the file comes from"`
	// Arrays name the array of the file that a modality reads, where that is not the
	// modality's own name: {audio: columns}.
	Arrays map[string]string `yaml:"arrays" json:"arrays,omitempty" jsonschema:"array of the file that a modality reads, if not that of its name"`
}

// Generated is the File of synthetic frames.
const Generated = "generated"

// StreamConfig is what is made of the frames of one modality, or of several side by side;
// package sequence has the formulas. Padding never counts.
type StreamConfig struct {
	Of []string `yaml:"of" json:"of" jsonschema:"modalities, whose frames stand side by side"`
	// Align makes the others as long as the first of several modalities: mean averages
	// their frames over as many stretches as the first has frames. "" takes frames as they
	// are: they must be aligned already.
	Align       string             `yaml:"align" json:"align,omitempty" jsonschema:"mean to make modalities as long as the first; empty for aligned frames"`
	Convolution *ConvolutionConfig `yaml:"convolution" json:"convolution,omitempty" jsonschema:"temporal convolution with relu"`
	Transformer *TransformerConfig `yaml:"transformer" json:"transformer,omitempty" jsonschema:"transformer encoder over the frames"`
	LSTM        *LSTMConfig        `yaml:"lstm" json:"lstm,omitempty" jsonschema:"LSTM over the frames"`
	Pooling     []sequence.Pool    `yaml:"pooling" json:"pooling" jsonschema:"mean, max, std, last, attention: side by side"`
	Dropout     float64            `yaml:"dropout" json:"dropout,omitempty" jsonschema:"probability of dropping an element of what is pooled"`
	Hidden      []int              `yaml:"hidden" json:"hidden,omitempty" jsonschema:"widths of the dense layers with relu"`
	Linear      int                `yaml:"linear" json:"linear,omitempty" jsonschema:"width of a last layer without relu; 0 for none"`
}

// ConvolutionConfig is a temporal convolution.
type ConvolutionConfig struct {
	Kernel   int `yaml:"kernel" json:"kernel" jsonschema:"frames that a convolution sees at once"`
	Channels int `yaml:"channels" json:"channels" jsonschema:"columns that it makes"`
}

// TransformerConfig is a stack of encoder layers.
type TransformerConfig struct {
	Width   int     `yaml:"width" json:"width" jsonschema:"columns of a layer, a multiple of heads"`
	Heads   int     `yaml:"heads" json:"heads" jsonschema:"heads of attention"`
	Layers  int     `yaml:"layers" json:"layers" jsonschema:"layers, one above the other"`
	Hidden  int     `yaml:"hidden" json:"hidden" jsonschema:"width of the dense layer behind attention"`
	Dropout float64 `yaml:"dropout" json:"dropout,omitempty" jsonschema:"probability of dropping an element behind attention and dense layers"`
}

// LSTMConfig is a stack of LSTM layers.
type LSTMConfig struct {
	Width   int     `yaml:"width" json:"width" jsonschema:"units of a layer"`
	Layers  int     `yaml:"layers" json:"layers" jsonschema:"layers, one above the other"`
	Dropout float64 `yaml:"dropout" json:"dropout,omitempty" jsonschema:"probability of dropping an element between layers"`
}

// RobustnessConfig is a table of missing and noisy modalities: the test split with one
// modality taken away, and with white noise on audio or vision. A second model, alike but
// for its modality dropout, stands beside.
type RobustnessConfig struct {
	// Beside is the modality dropout of the second model.
	Beside float64 `yaml:"beside" json:"beside" jsonschema:"modality dropout of the second model, which the table compares with"`
	// SNR are signal-to-noise ratios in dB.
	SNR  []float64 `yaml:"snr" json:"snr" jsonschema:"signal-to-noise ratios in dB"`
	Seed uint64    `yaml:"seed" json:"seed,omitempty" jsonschema:"seed of the noise"`
}

// OfFrames reports whether the model reads frames.
func (c *Config) OfFrames() bool { return len(c.Streams) > 0 }

// checkFrames reports what a model of frames cannot have, and another model must not.
func (c *Config) checkFrames() error {
	if !c.OfFrames() {
		switch {
		case len(c.Features) > 0 || len(c.Head) > 0 || c.Dropout.Head > 0 || c.Robustness != nil:
			return fmt.Errorf("streams: features, head, dropout.head and robustness are for models with streams")
		case c.Loss.Kind == AbsoluteError:
			return fmt.Errorf("loss.kind: absolute-error is for models with streams")
		}
		return nil
	}
	switch {
	case len(c.Datasets) != 1:
		return fmt.Errorf("datasets: a model of frames has one, not %d", len(c.Datasets))
	case c.Features[c.Datasets[0]].File == "" || len(c.Features) != 1:
		return fmt.Errorf("features: the file of %s is needed, and no other", c.Datasets[0])
	case (c.Features[c.Datasets[0]].File == Generated) != (c.Tier == "synth"):
		return fmt.Errorf("features: generated frames go with tier synth")
	case len(c.Encoders) > 0 || c.Fusion != Early || c.Dropout.Inputs > 0 || c.Passes > 0:
		return fmt.Errorf("streams: a model of frames has no encoders, dropout.inputs or passes, and fusion early")
	case c.Tier == "synth" && len(c.Features[c.Datasets[0]].Arrays) > 0:
		return fmt.Errorf("features: generated frames are in no arrays of a file")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Features[c.Datasets[0]].Arrays)) {
		if !slices.Contains(c.Modalities, name) {
			return fmt.Errorf("features: arrays: %q is none of the model's modalities %v", name, c.Modalities)
		}
	}
	for _, w := range c.Head {
		if w < 1 || w > 1<<14 {
			return fmt.Errorf("head: width %d is not within 1 to %d", w, 1<<14)
		}
	}
	return c.checkStreams()
}

func (c *Config) checkStreams() error {
	var all []string
	for i := range c.Streams {
		s := &c.Streams[i]
		all = append(all, s.Of...)
		if err := s.check(); err != nil {
			return fmt.Errorf("streams: %d: %w", i+1, err)
		}
	}
	if !slices.Equal(all, c.Modalities) {
		return fmt.Errorf("streams: they are of %v; each of the modalities %v must stand once, in this order", all, c.Modalities)
	}
	widths := make([]int, len(c.Modalities))
	for m := range widths {
		widths[m] = 1
	}
	if _, err := sequence.New(c.shapeOf(widths)); err != nil {
		return fmt.Errorf("streams: %w", err)
	}
	if r := c.Robustness; r != nil && !(r.Beside >= 0 && r.Beside < 1) {
		return fmt.Errorf("robustness.beside: %v is not a probability below 1", r.Beside)
	}
	return nil
}

func (s *StreamConfig) check() error {
	within := func(w int) bool { return w >= 1 && w <= 1<<14 }
	switch {
	case len(s.Of) == 0:
		return fmt.Errorf("of: at least one modality is required")
	case s.Align != "" && s.Align != "mean" || s.Align != "" && len(s.Of) == 1:
		return fmt.Errorf("align: %q; mean, and only for several modalities", s.Align)
	case s.Convolution != nil && !(s.Convolution.Kernel >= 1 && s.Convolution.Kernel <= 99 && within(s.Convolution.Channels)):
		return fmt.Errorf("convolution: a kernel of %d frames and %d channels", s.Convolution.Kernel, s.Convolution.Channels)
	case s.Transformer != nil && !s.Transformer.ok():
		return fmt.Errorf("transformer: width %d, %d heads, %d layers, hidden %d, dropout %v", s.Transformer.Width, s.Transformer.Heads, s.Transformer.Layers, s.Transformer.Hidden, s.Transformer.Dropout)
	case s.LSTM != nil && !(within(s.LSTM.Width) && s.LSTM.Layers >= 1 && s.LSTM.Layers <= 16 && s.LSTM.Dropout >= 0 && s.LSTM.Dropout < 1):
		return fmt.Errorf("lstm: width %d, %d layers, dropout %v", s.LSTM.Width, s.LSTM.Layers, s.LSTM.Dropout)
	case !(s.Dropout >= 0 && s.Dropout < 1):
		return fmt.Errorf("dropout: %v is not a probability below 1", s.Dropout)
	case s.Linear != 0 && !within(s.Linear):
		return fmt.Errorf("linear: %d", s.Linear)
	}
	for _, w := range s.Hidden {
		if !within(w) {
			return fmt.Errorf("hidden: width %d is not within 1 to %d", w, 1<<14)
		}
	}
	return nil
}

func (c *TransformerConfig) ok() bool {
	return c.Width >= 1 && c.Width <= 1<<14 && c.Heads >= 1 && c.Heads <= c.Width && c.Layers >= 1 && c.Layers <= 16 &&
		c.Hidden >= 1 && c.Hidden <= 1<<14 && c.Dropout >= 0 && c.Dropout < 1
}

// shapeOf returns the network for modalities of the given widths.
func (c *Config) shapeOf(widths []int) sequence.Shape {
	s := sequence.Shape{Dropout: c.Dropout.Hidden, HeadDropout: c.Dropout.Head, Head: c.Head, Outputs: c.objective().outputs()}
	m := 0
	for _, from := range c.Streams {
		to := sequence.Stream{Pooling: from.Pooling, Dropout: from.Dropout, Hidden: from.Hidden, Linear: from.Linear}
		if k := from.Convolution; k != nil {
			to.Convolution = sequence.Convolution{Kernel: k.Kernel, Channels: k.Channels}
		}
		if e := from.Transformer; e != nil {
			to.Transformer = sequence.Transformer{Width: e.Width, Heads: e.Heads, Layers: e.Layers, Hidden: e.Hidden, Dropout: e.Dropout}
		}
		if l := from.LSTM; l != nil {
			to.LSTM = sequence.LSTM{Width: l.Width, Layers: l.Layers, Dropout: l.Dropout}
		}
		to.Widths = widths[m : m+len(from.Of)]
		m += len(from.Of)
		s.Streams = append(s.Streams, to)
	}
	return s
}

// parts returns, for each stream, the modalities by index.
func (c *Config) parts() [][]int {
	var out [][]int
	m := 0
	for _, s := range c.Streams {
		var of []int
		for range s.Of {
			of = append(of, m)
			m++
		}
		out = append(out, of)
	}
	return out
}

// describe says in a line what the stream makes of its frames, of which clips have frames on
// average.
func (s *StreamConfig) describe(frames float64) string {
	text := fmt.Sprintf("%s, %.1f frames on average", strings.Join(s.Of, " + "), frames)
	if c := s.Convolution; c != nil {
		text += fmt.Sprintf(" → convolution of %d frames to %d", c.Kernel, c.Channels)
	}
	if e := s.Transformer; e != nil {
		text += fmt.Sprintf(" → transformer %d × %d, %d heads", e.Layers, e.Width, e.Heads)
	}
	if l := s.LSTM; l != nil {
		text += fmt.Sprintf(" → LSTM %d × %d", l.Layers, l.Width)
	}
	var pools []string
	for _, p := range s.Pooling {
		pools = append(pools, string(p))
	}
	text += " → " + strings.Join(pools, " + ")
	if len(s.Hidden) > 0 {
		text += " → dense " + widths(s.Hidden)
	}
	if s.Linear > 0 {
		text += fmt.Sprintf(" → linear %d", s.Linear)
	}
	return text
}

// widths lists the widths of layers.
func widths(w []int) string {
	if len(w) == 0 {
		return "none"
	}
	text := fmt.Sprint(w[0])
	for _, v := range w[1:] {
		text += fmt.Sprintf(", %d", v)
	}
	return text
}
