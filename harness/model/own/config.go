package own

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/schema"
	"uacs/internal/strictyaml"
)

// Kind says what an input is fed with.
type Kind string

// The kinds of inputs. Text, audio and vision are float32 [batch, features], or
// [batch, frames, features]; ids, mask and types are int64 [batch, tokens], as models of
// the BERT family take them.
const (
	Text   Kind = "text"
	Audio  Kind = "audio"
	Vision Kind = "vision"
	IDs    Kind = "ids"
	Mask   Kind = "mask"
	Types  Kind = "types"
)

func (k Kind) tokens() bool { return k == IDs || k == Mask || k == Types }

// OutputKind says what the output means.
type OutputKind string

// The kinds of outputs. A regression is float32 [batch] or [batch, 1], a score on the
// label scale; classes and bins are float32 [batch, K].
const (
	Regression OutputKind = "regression"
	Classes    OutputKind = "classes"
	Bins       OutputKind = "bins"
)

// Config describes an ONNX file. Paths are relative to the config's folder.
type Config struct {
	Name string `yaml:"name" json:"name" jsonschema:"name of the model in predictions"`
	File string `yaml:"file" json:"file" jsonschema:"the ONNX file, beside this one"`
	// Features is a file that package features can open, with ids.
	Features string `yaml:"features" json:"features,omitempty" jsonschema:"file of features with ids, such as MMSA's pickle"`
	// Vocabulary is a vocab.txt or, if its name ends in .json, a tokenizer.json;
	// MaxTokens bounds a text, begin and end included.
	Vocabulary string `yaml:"vocabulary" json:"vocabulary,omitempty" jsonschema:"vocab.txt or tokenizer.json, for inputs of kind ids"`
	Cased      bool   `yaml:"cased" json:"cased,omitempty" jsonschema:"whether a vocab.txt tells capital letters apart"`
	MaxTokens  int    `yaml:"max_tokens" json:"max_tokens,omitempty" jsonschema:"most tokens of a text; 128 if absent"`

	Inputs []Input `yaml:"inputs" json:"inputs" jsonschema:"every input of the file"`
	Output Output  `yaml:"output" json:"output" jsonschema:"the output to read"`
}

// Input is one input of the file. A text is encoded by Encoder, or else, like audio and
// vision, read from the features.
type Input struct {
	Name    string `yaml:"name" json:"name" jsonschema:"the input's name in the file"`
	Kind    Kind   `yaml:"kind" json:"kind" jsonschema:"text, audio, vision, ids, mask or types"`
	Encoder string `yaml:"encoder" json:"encoder,omitempty" jsonschema:"text encoder; without one text comes from features"`
}

// Output is the output that is read; a file may have others.
type Output struct {
	Name string     `yaml:"name" json:"name" jsonschema:"the output's name in the file"`
	Kind OutputKind `yaml:"kind" json:"kind" jsonschema:"regression, classes or bins"`
	// Logits says that a softmax is still to be taken.
	Logits bool `yaml:"logits" json:"logits,omitempty" jsonschema:"whether a softmax is still to be taken"`
	// Labels are the classes' words, Centres the bins' places on the label scale.
	Labels  []string  `yaml:"labels" json:"labels,omitempty" jsonschema:"words of the classes: negative, weakly negative, neutral, weakly positive, positive"`
	Centres []float64 `yaml:"centres" json:"centres,omitempty" jsonschema:"centres of the bins on the label scale, ascending"`
}

// K is how many numbers the output has for a clip.
func (o *Output) K() int { return max(1, len(o.Labels), len(o.Centres)) }

// Schema returns the JSON schema of a config.
func Schema() ([]byte, error) { return schema.Of[Config]("A model of one's own for uacs model check") }

// LoadConfig reads and checks a config. Errors name the file and, where the YAML is
// wrong, the line.
func LoadConfig(fsys fs.FS, file string) (Config, error) {
	c := Config{MaxTokens: 128}
	if err := strictyaml.ReadFile(fsys, file, &c); err != nil {
		return Config{}, err
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// Validate reports the first value that cannot be run with, by its key.
func (c *Config) Validate() error {
	switch {
	case c.Name == "":
		return errors.New("name is required")
	case c.File == "":
		return errors.New("file is required")
	case len(c.Inputs) == 0:
		return errors.New("inputs: at least one is required")
	case c.MaxTokens < 2:
		return fmt.Errorf("max_tokens: %d leaves no room for begin and end", c.MaxTokens)
	}
	seen := map[string]bool{}
	for _, in := range c.Inputs {
		if err := c.checkInput(in); err != nil {
			return fmt.Errorf("inputs: %q: %w", in.Name, err)
		}
		if seen[in.Name] {
			return fmt.Errorf("inputs: %q stands twice", in.Name)
		}
		seen[in.Name] = true
	}
	if err := c.Output.validate(); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}

func (c *Config) checkInput(in Input) error {
	switch {
	case in.Name == "":
		return errors.New("name is required")
	case !slices.Contains([]Kind{Text, Audio, Vision, IDs, Mask, Types}, in.Kind):
		return fmt.Errorf("kind %q is not text, audio, vision, ids, mask or types", in.Kind)
	case in.Encoder != "" && in.Kind != Text:
		return fmt.Errorf("an encoder makes text features, not %s", in.Kind)
	case in.Kind.tokens() && c.Vocabulary == "":
		return errors.New("token numbers need a vocabulary")
	}
	return nil
}

func (o *Output) validate() error {
	switch o.Kind {
	case Regression:
		if o.Logits || len(o.Labels)+len(o.Centres) > 0 {
			return errors.New("a regression has no logits, labels or centres")
		}
	case Classes:
		if len(o.Labels) < 2 || len(o.Centres) > 0 {
			return errors.New("classes have two labels or more, and no centres")
		}
		for i, l := range o.Labels {
			if _, ok := sample.ParsePolarity(l); !ok {
				return fmt.Errorf("label %q is not negative, weakly negative, neutral, weakly positive or positive", l)
			}
			if slices.Contains(o.Labels[:i], l) {
				return fmt.Errorf("label %q stands twice", l)
			}
		}
	case Bins:
		if len(o.Centres) < 2 || len(o.Labels) > 0 || !slices.IsSorted(o.Centres) || len(slices.Compact(slices.Clone(o.Centres))) != len(o.Centres) {
			return errors.New("bins have two centres or more, ascending, and no labels")
		}
	default:
		return fmt.Errorf("kind %q is not regression, classes or bins", o.Kind)
	}
	if o.Name == "" {
		return errors.New("name is required")
	}
	return nil
}

// modalities are what the model sees, in the words of a prediction.
func (c *Config) modalities() []string {
	var out []string
	for _, m := range []struct {
		word  string
		kinds []Kind
	}{{"text", []Kind{Text, IDs}}, {"audio", []Kind{Audio}}, {"video", []Kind{Vision}}} {
		if slices.ContainsFunc(c.Inputs, func(in Input) bool { return slices.Contains(m.kinds, in.Kind) }) {
			out = append(out, m.word)
		}
	}
	return out
}

// list joins names for an error.
func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
