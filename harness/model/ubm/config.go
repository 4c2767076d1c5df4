package ubm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"uacs/harness/metric"
	"uacs/internal/strictyaml"
)

// Fusion says how modalities become one output; the package comment has the formulas.
type Fusion string

// The fusions.
const (
	Early Fusion = "early"
	Late  Fusion = "late"
	Gated Fusion = "gated"
)

// LossKind says how outputs become probabilities, and with that the loss.
type LossKind string

// The losses.
const (
	CrossEntropy LossKind = "cross-entropy"
	CORN         LossKind = "corn"
	// AbsoluteError is a regression: one output, the score, and no probabilities.
	AbsoluteError LossKind = "absolute-error"
)

// TargetKind says what distribution a label is trained towards.
type TargetKind string

// The targets.
const (
	Hard     TargetKind = "hard"
	TwoHot   TargetKind = "two-hot"
	Gaussian TargetKind = "gaussian"
)

// Config is one model: its data, its network and how it is trained. Whatever the
// paper leaves open is listed under Hypotheses.
type Config struct {
	// Name is the stem of the model's folder and its name in predictions.
	Name  string `yaml:"name" json:"name" jsonschema:"name of the model and of its folder"`
	Title string `yaml:"title" json:"title" jsonschema:"heads the model card"`
	// Tier is public or synth, or licensed for a model of a feature file that the user has.
	Tier string `yaml:"tier" json:"tier" jsonschema:"synth, public, or licensed for a model of feature files"`
	// Datasets are the sources of training clips. The first is the model's own: its
	// valid split stops training and its test split is reported. The others lend their
	// train splits; a video that the first has too is left out.
	Datasets []string `yaml:"datasets" json:"datasets" jsonschema:"the model's own dataset, then those that lend training clips"`
	// Lent is the weight in the loss of a lent clip beside one of the model's own dataset.
	Lent float64 `yaml:"lent" json:"lent,omitempty" jsonschema:"weight of a lent clip in the loss; one of the model's own weighs 1"`
	// Modalities are those the model sees, in the order text, audio, vision.
	Modalities []string `yaml:"modalities" json:"modalities" jsonschema:"text, audio, vision: those the model sees"`
	// Encoders name what turns a text into numbers, side by side; needed if text is a
	// modality, but for a model of frames.
	Encoders []string `yaml:"encoders" json:"encoders,omitempty" jsonschema:"text encoders, whose features stand side by side: glove, use-lite"`

	// Features name the feature file of each dataset, Streams what is made of its frames and
	// Head the layers behind: a model that has them is a model of frames.
	Features map[string]FeatureFile `yaml:"features" json:"features,omitempty" jsonschema:"feature file of each dataset; for models of frames"`
	Streams  []StreamConfig         `yaml:"streams" json:"streams,omitempty" jsonschema:"what is made of the frames of each modality"`
	Head     []int                  `yaml:"head" json:"head,omitempty" jsonschema:"widths of the dense layers behind the streams"`
	// Robustness, where given, puts a table of missing and noisy modalities on the card.
	Robustness *RobustnessConfig `yaml:"robustness" json:"robustness,omitempty" jsonschema:"table of missing and noisy modalities"`
	// Published are models of configs/published.yaml whose rows stand beside ours on the card.
	Published []string `yaml:"published" json:"published,omitempty" jsonschema:"models of configs/published.yaml to show beside this one"`

	// Bins are the K class centres on the label scale, ascending; none for absolute-error.
	Bins   []float64    `yaml:"bins" json:"bins,omitempty" jsonschema:"class centres on the label scale, ascending"`
	Target TargetConfig `yaml:"target" json:"target,omitzero" jsonschema:"what distribution a label is trained towards"`
	Loss   LossConfig   `yaml:"loss" json:"loss" jsonschema:"what training minimises"`

	Fusion  Fusion        `yaml:"fusion" json:"fusion,omitempty" jsonschema:"early, late or gated"`
	Hidden  int           `yaml:"hidden" json:"hidden,omitempty" jsonschema:"width of each modality's projection"`
	Dropout DropoutConfig `yaml:"dropout" json:"dropout,omitzero" jsonschema:"probabilities of dropping in training"`

	Optimiser OptimiserConfig `yaml:"optimiser" json:"optimiser" jsonschema:"AdamW and its schedule"`
	Stop      StopConfig      `yaml:"stop" json:"stop,omitzero" jsonschema:"early stopping on the valid split"`

	// Seeds has one seed for each member; several make an ensemble.
	Seeds []uint64 `yaml:"seeds" json:"seeds" jsonschema:"a seed for each member; several make an ensemble"`
	// Passes is the number of Monte-Carlo dropout passes of each member when it answers,
	// from MCSeed; 0 is one pass without dropout.
	Passes int    `yaml:"passes" json:"passes,omitempty" jsonschema:"Monte-Carlo dropout passes of each member; 0 for one without dropout"`
	MCSeed uint64 `yaml:"mc_seed" json:"mc_seed,omitempty" jsonschema:"seed of the Monte-Carlo dropout passes"`
	// Temperature says whether each member's probabilities are scaled to the valid split.
	Temperature bool `yaml:"temperature" json:"temperature,omitempty" jsonschema:"whether a temperature is fitted on the valid split"`

	// Profile is the metric profile of the card, Replicates and BootSeed its bootstrap's.
	Profile    string `yaml:"profile" json:"profile,omitempty" jsonschema:"metric profile of the model card"`
	Replicates int    `yaml:"replicates" json:"replicates,omitempty" jsonschema:"bootstrap replicates of the model card"`
	BootSeed   uint64 `yaml:"boot_seed" json:"boot_seed,omitempty" jsonschema:"seed of the model card's bootstrap"`

	// Caveats are printed on the card, Hypotheses name choices that the paper does not settle.
	Caveats    []string `yaml:"caveats" json:"caveats,omitempty" jsonschema:"what a reader of any number of this model must know"`
	Hypotheses []string `yaml:"hypotheses" json:"hypotheses,omitempty" jsonschema:"choices that the paper does not settle"`
}

// TargetConfig is a target with its width.
type TargetConfig struct {
	Kind TargetKind `yaml:"kind" json:"kind" jsonschema:"hard, two-hot or gaussian"`
	// Width is the standard deviation of a gaussian target in label units.
	Width float64 `yaml:"width" json:"width,omitempty" jsonschema:"standard deviation of a gaussian target in label units"`
}

// LossConfig is a loss and the weight of the error of the mean beside it.
type LossConfig struct {
	Kind LossKind `yaml:"kind" json:"kind" jsonschema:"cross-entropy, corn or absolute-error"`
	MAE  float64  `yaml:"mae" json:"mae,omitempty" jsonschema:"weight of the absolute error of the expected score, per label unit"`
}

// DropoutConfig has the probabilities of dropping, each in [0,1).
type DropoutConfig struct {
	Hidden   float64 `yaml:"hidden" json:"hidden,omitempty" jsonschema:"probability of dropping an element of a projection"`
	Inputs   float64 `yaml:"inputs" json:"inputs,omitempty" jsonschema:"probability of dropping a feature"`
	Modality float64 `yaml:"modality" json:"modality,omitempty" jsonschema:"probability of dropping a modality"`
	// Head is for models of frames: behind each layer of the head.
	Head float64 `yaml:"head" json:"head,omitempty" jsonschema:"probability of dropping an element of a layer of the head"`
}

// OptimiserConfig is AdamW with mini-batches.
type OptimiserConfig struct {
	Rate  float64 `yaml:"rate" json:"rate" jsonschema:"greatest learning rate"`
	Decay float64 `yaml:"decay" json:"decay,omitempty" jsonschema:"decoupled weight decay"`
	// Coupled makes it plain Adam: decay times the weight is added to the gradient, of
	// biases too, as torch.optim.Adam does.
	Coupled bool `yaml:"coupled" json:"coupled,omitempty" jsonschema:"whether decay is added to the gradient, as in plain Adam"`
	// Clip is the greatest norm of a gradient, 0 for any.
	Clip   float64 `yaml:"clip" json:"clip,omitempty" jsonschema:"greatest norm of a gradient; 0 for any"`
	Batch  int     `yaml:"batch" json:"batch" jsonschema:"clips of a mini-batch"`
	Epochs int     `yaml:"epochs" json:"epochs" jsonschema:"most epochs"`
	// Schedule is constant, or cosine: the rate falls to 0 as half a cosine over Epochs.
	Schedule string `yaml:"schedule" json:"schedule,omitempty" jsonschema:"constant or cosine"`
	// Warmup is the number of epochs in which the rate rises from 0 in a straight line.
	Warmup float64 `yaml:"warmup" json:"warmup,omitempty" jsonschema:"epochs in which the rate rises to its greatest"`
}

// StopConfig is early stopping: the weights of the best epoch are kept.
type StopConfig struct {
	// Metric is loss (the training loss without its dropout), mae or nll, all lower is better.
	Metric string `yaml:"metric" json:"metric,omitempty" jsonschema:"loss, mae or nll on the valid split"`
	// Patience is how many epochs without a better value end training; 0 for none, which
	// still keeps the best epoch.
	Patience int `yaml:"patience" json:"patience,omitempty" jsonschema:"epochs without a better value that end training; 0 never ends it early"`
}

// Modalities lists the modalities in the order in which models take them.
var Modalities = []string{"text", "audio", "vision"}

// LoadConfig reads and checks one model. Errors name the file and, where the YAML
// itself is wrong, the line.
func LoadConfig(fsys fs.FS, file string) (Config, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Config{}, err
	}
	c := Defaults()
	if err := strictyaml.Decode(file, data, &c); err != nil {
		return Config{}, err
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// Defaults returns the values of keys that a config leaves out.
func Defaults() Config {
	return Config{
		Lent: 1, Target: TargetConfig{Kind: TwoHot}, Loss: LossConfig{Kind: CrossEntropy}, Fusion: Early, Hidden: 32,
		Optimiser: OptimiserConfig{Rate: 1e-3, Clip: 1, Batch: 64, Epochs: 30, Schedule: "cosine"},
		Stop:      StopConfig{Metric: "loss"}, Temperature: true, Profile: "mmsa", Replicates: 10_000,
	}
}

// Validate reports the first value that cannot be trained with, by its key.
func (c *Config) Validate() error {
	for _, check := range []func() error{c.checkNames, c.checkBins, c.checkNetwork, c.checkFrames, c.checkOptimiser, c.checkRest} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkNames() error {
	if c.Name == "" || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("name: %q must be of a-z, 0-9 and -: it becomes the name of a folder", c.Name)
	}
	if c.Title == "" {
		return fmt.Errorf("title: is required")
	}
	switch {
	case c.Tier != "public" && c.Tier != "synth" && c.Tier != "licensed":
		return fmt.Errorf("tier: %q is not public, synth or licensed", c.Tier)
	case c.Tier != "synth" && (c.Tier == "licensed") != c.OfFrames():
		return fmt.Errorf("tier: licensed is that of models with streams, and of no others")
	}
	if len(c.Datasets) == 0 {
		return fmt.Errorf("datasets: at least one is required")
	}
	first, err := metric.KindOf(c.Datasets[0])
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	for i, d := range c.Datasets {
		kind, err := metric.KindOf(d)
		switch {
		case err != nil:
			return fmt.Errorf("datasets: %w", err)
		case kind != first:
			return fmt.Errorf("datasets: %s and %s have different label scales", c.Datasets[0], d)
		case slices.Contains(c.Datasets[:i], d):
			return fmt.Errorf("datasets: %s stands twice", d)
		case strings.HasPrefix(d, "synth-") != (c.Tier == "synth"):
			return fmt.Errorf("tier: %s does not go with dataset %s", c.Tier, d)
		}
	}
	if !(c.Lent > 0 && c.Lent <= 100) {
		return fmt.Errorf("lent: %v is not a weight above 0", c.Lent)
	}
	return nil
}

func (c *Config) checkBins() error {
	if c.Loss.Kind == AbsoluteError {
		if len(c.Bins) > 0 || c.Temperature || c.Loss.MAE != 0 {
			return fmt.Errorf("loss.kind: absolute-error has no bins, no loss.mae, and needs temperature: false")
		}
		return nil
	}
	if len(c.Bins) < 2 {
		return fmt.Errorf("bins: %d bins, at least 2 are needed", len(c.Bins))
	}
	for k, b := range c.Bins {
		if math.IsNaN(b) || math.IsInf(b, 0) || k > 0 && b <= c.Bins[k-1] {
			return fmt.Errorf("bins: %v must be finite and ascending", c.Bins)
		}
	}
	if !slices.Contains([]TargetKind{Hard, TwoHot, Gaussian}, c.Target.Kind) {
		return fmt.Errorf("target.kind: %q is not hard, two-hot or gaussian", c.Target.Kind)
	}
	if (c.Target.Kind == Gaussian) != (c.Target.Width > 0) || math.IsInf(c.Target.Width, 0) {
		return fmt.Errorf("target.width: %v; a gaussian target needs a width above 0, and no other has one", c.Target.Width)
	}
	if c.Loss.Kind != CrossEntropy && c.Loss.Kind != CORN {
		return fmt.Errorf("loss.kind: %q is not cross-entropy, corn or absolute-error", c.Loss.Kind)
	}
	if !(c.Loss.MAE >= 0) || math.IsInf(c.Loss.MAE, 0) {
		return fmt.Errorf("loss.mae: %v is not a weight", c.Loss.MAE)
	}
	return nil
}

func (c *Config) checkNetwork() error {
	at := -1
	for _, m := range c.Modalities {
		k := slices.Index(Modalities, m)
		if k <= at {
			return fmt.Errorf("modalities: %v must be of text, audio and vision, in this order", c.Modalities)
		}
		at = k
	}
	switch {
	case at < 0:
		return fmt.Errorf("modalities: at least one is required")
	case !c.OfFrames() && slices.Contains(c.Modalities, "text") != (len(c.Encoders) > 0):
		return fmt.Errorf("encoders: %v; a model of texts needs one, and no other has one", c.Encoders)
	case c.Fusion != Early && c.Fusion != Late && c.Fusion != Gated:
		return fmt.Errorf("fusion: %q is not early, late or gated", c.Fusion)
	case c.Hidden < 1 || c.Hidden > 1<<14:
		return fmt.Errorf("hidden: %d is not within 1 to %d", c.Hidden, 1<<14)
	}
	for _, p := range []struct {
		key   string
		value float64
	}{{"hidden", c.Dropout.Hidden}, {"inputs", c.Dropout.Inputs}, {"modality", c.Dropout.Modality}, {"head", c.Dropout.Head}} {
		if !(p.value >= 0 && p.value < 1) {
			return fmt.Errorf("dropout.%s: %v is not a probability below 1", p.key, p.value)
		}
	}
	return nil
}

func (c *Config) checkOptimiser() error {
	o := c.Optimiser
	switch {
	case !(o.Rate > 0) || math.IsInf(o.Rate, 0):
		return fmt.Errorf("optimiser.rate: %v is not above 0", o.Rate)
	case !(o.Decay >= 0 && o.Decay*o.Rate < 1):
		return fmt.Errorf("optimiser.decay: %v; decay times rate must be within 0 and 1", o.Decay)
	case !(o.Clip >= 0):
		return fmt.Errorf("optimiser.clip: %v is negative", o.Clip)
	case o.Batch < 1 || o.Epochs < 1:
		return fmt.Errorf("optimiser: batch %d and epochs %d must be at least 1", o.Batch, o.Epochs)
	case o.Schedule != "constant" && o.Schedule != "cosine":
		return fmt.Errorf("optimiser.schedule: %q is not constant or cosine", o.Schedule)
	case !(o.Warmup >= 0 && o.Warmup < float64(o.Epochs)):
		return fmt.Errorf("optimiser.warmup: %v epochs of %d", o.Warmup, o.Epochs)
	}
	return nil
}

func (c *Config) checkRest() error {
	switch {
	case c.Stop.Metric != "loss" && c.Stop.Metric != "mae" && c.Stop.Metric != "nll":
		return fmt.Errorf("stop.metric: %q is not loss, mae or nll", c.Stop.Metric)
	case c.Stop.Patience < 0:
		return fmt.Errorf("stop.patience: %d is negative", c.Stop.Patience)
	case len(c.Seeds) == 0:
		return fmt.Errorf("seeds: at least one is required")
	case c.Passes < 0 || c.Passes == 1:
		return fmt.Errorf("passes: %d; 0 for none, or at least 2", c.Passes)
	case c.Passes > 0 && c.Dropout.Hidden == 0:
		return fmt.Errorf("passes: without dropout.hidden all passes are alike")
	case c.Replicates < 1:
		return fmt.Errorf("replicates: %d is not at least 1", c.Replicates)
	}
	for i, s := range c.Seeds {
		if slices.Contains(c.Seeds[:i], s) {
			return fmt.Errorf("seeds: %d stands twice", s)
		}
	}
	_, err := metric.Lookup(c.Profile)
	return err
}

// algorithm is raised when the same config and data begin to give other weights.
const algorithm = "ubm-1"

// Digest returns the training digest of a config and the digests of what it is
// trained on: hex SHA-256 of the package's algorithm, the config as JSON and the source digests.
// Equal digests mean equal models on one architecture.
func (c *Config) Digest(sources ...string) (string, error) {
	data, err := json.Marshal(struct {
		Algorithm string
		Config    *Config
		Sources   []string
	}{algorithm, c, sources})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

func (c *Config) objective() objective {
	return objective{loss: c.Loss.Kind, bins: c.Bins, mae: c.Loss.MAE}
}
