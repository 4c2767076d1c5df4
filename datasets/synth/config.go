package synth

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"uacs/internal/detsum"
)

// Grid names a label scale.
type Grid string

// The two label scales, both in steps of 0.2.
const (
	// GridMOSI has the 31 labels -3.0, -2.8, ..., 3.0.
	GridMOSI Grid = "mosi"
	// GridSIMS has the 11 labels -1.0, -0.8, ..., 1.0.
	GridSIMS Grid = "sims"
)

// Language names the language of the transcripts.
type Language string

// The two languages of the grammar.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Sizes is a count for each split.
type Sizes struct {
	Train int `yaml:"train"`
	Valid int `yaml:"valid"`
	Test  int `yaml:"test"`
}

// Levels holds one number for each [Difficulty]: easy, medium, hard.
type Levels [difficulties]float64

// Config chooses one synthetic dataset. Every number that the generative model
// of the package comment leaves open is a field here; [MOSI] and [SIMS] return
// the two used by the tables. Two equal configs generate equal bytes.
type Config struct {
	// Name is the dataset's short name; it must begin with "synth-", so that no
	// generated clip can pass for a real one.
	Name string `yaml:"name"`
	// Grid is the label scale.
	Grid Grid `yaml:"grid"`
	// Language is that of Sample.Text.
	Language Language `yaml:"language"`
	// Clips is the size of each split, at least one clip for each video.
	Clips Sizes `yaml:"clips"`
	// Videos is the number of videos with clips in each split.
	Videos Sizes `yaml:"videos"`
	// SharedVideos says that every video has clips in all three splits, as in
	// SIMS; Videos must then hold one number three times. Otherwise no video is
	// in two splits, as in MOSI.
	SharedVideos bool `yaml:"shared_videos"`
	// Seed is the seed of every random stream.
	Seed uint64 `yaml:"seed"`

	// Prior is the probability of the grades -3 to 3 in a video of level mood.
	Prior [grades]float64 `yaml:"prior,flow"`
	// MoodShare is the probability of a grim, level or bright video.
	MoodShare [moods]float64 `yaml:"mood_share,flow"`
	// MoodTilt in [0,1) is how much a bright video favours positive grades.
	MoodTilt float64 `yaml:"mood_tilt"`
	// NoisyShare is the probability of a noisy recording.
	NoisyShare float64 `yaml:"noisy_share"`
	// ClearDifficulty and NoisyDifficulty are the probabilities of an easy, a
	// medium and a hard clip in a clear and in a noisy recording.
	ClearDifficulty Levels `yaml:"clear_difficulty,flow"`
	NoisyDifficulty Levels `yaml:"noisy_difficulty,flow"`

	// Sarcasm is the probability that a negative clip is sarcastic.
	Sarcasm float64 `yaml:"sarcasm"`
	// MarkerSarcastic and MarkerSincere are the probabilities that a text which
	// sounds positive carries a marker such as "yeah right".
	MarkerSarcastic float64 `yaml:"marker_sarcastic"`
	MarkerSincere   float64 `yaml:"marker_sincere"`
	// NegatedShare and ContrastShare are the probabilities of those two
	// constructions by difficulty; the rest of the texts is plain.
	NegatedShare  Levels `yaml:"negated_share,flow"`
	ContrastShare Levels `yaml:"contrast_share,flow"`
	// TextSpread in (0,1) is the spread of the apparent grade of a plain text by
	// difficulty: 0 tells the grade, 1 tells nothing.
	TextSpread Levels `yaml:"text_spread,flow"`
	// NegatedBlur and ContrastBlur in [0,1) move that spread towards 1.
	NegatedBlur  float64 `yaml:"negated_blur"`
	ContrastBlur float64 `yaml:"contrast_blur"`
	// AudioSpread, VisionSpread and LookSpread in (0,1) are the spreads of the
	// cues of voice, face and the second look.
	AudioSpread  Levels `yaml:"audio_spread,flow"`
	VisionSpread Levels `yaml:"vision_spread,flow"`
	LookSpread   Levels `yaml:"look_spread,flow"`

	// RefusalShare is the probability that the large model gives no answer.
	RefusalShare float64 `yaml:"refusal_share"`
	// NaiveShare is the probability that it takes every text at its word.
	NaiveShare float64 `yaml:"naive_share"`
	// GlanceShare is the probability that it judges by the face alone.
	GlanceShare float64 `yaml:"glance_share"`
	// LargeTemperature divides the logarithms of its probabilities; 1 leaves
	// them, less than 1 makes it overconfident.
	LargeTemperature float64 `yaml:"large_temperature"`
}

// MOSI returns the config of synth-mosi: English, labels on [-3,3], the split
// sizes of CMU-MOSI (1284, 229 and 686 clips of 52, 10 and 31 videos), no video
// in two splits, and about its shares of polarities.
func MOSI() Config {
	return Config{
		Name: "synth-mosi", Grid: GridMOSI, Language: English, Seed: 1,
		Clips:  Sizes{1284, 229, 686},
		Videos: Sizes{52, 10, 31},
		Prior:  [grades]float64{0.10, 0.17, 0.195, 0.045, 0.19, 0.19, 0.11},

		MoodShare: [moods]float64{0.3, 0.4, 0.3}, MoodTilt: 0.25, NoisyShare: 0.4,
		ClearDifficulty: Levels{0.55, 0.3, 0.15}, NoisyDifficulty: Levels{0.25, 0.3, 0.45},
		Sarcasm: 0.12, MarkerSarcastic: 0.5, MarkerSincere: 0.06,
		NegatedShare: Levels{0.05, 0.15, 0.25}, ContrastShare: Levels{0.05, 0.2, 0.4},
		TextSpread: Levels{0.17, 0.45, 0.82}, NegatedBlur: 0.15, ContrastBlur: 0.3,
		AudioSpread: Levels{0.15, 0.3, 0.55}, VisionSpread: Levels{0.35, 0.6, 0.85}, LookSpread: Levels{0.4, 0.5, 0.6},
		RefusalShare: 0.01, NaiveShare: 0.15, GlanceShare: 0.3, LargeTemperature: 1,
	}
}

// SIMS returns the config of synth-sims: Chinese, the 11 labels on [-1,1], the
// split sizes of CH-SIMS (1368, 456 and 457 clips), 60 videos that are all in
// all three splits, and about its shares of polarities.
func SIMS() Config {
	c := MOSI()
	c.Name, c.Grid, c.Language = "synth-sims", GridSIMS, Chinese
	c.Clips, c.Videos, c.SharedVideos = Sizes{1368, 456, 457}, Sizes{60, 60, 60}, true
	c.Prior = [grades]float64{0.10, 0.22, 0.22, 0.15, 0.15, 0.11, 0.05}
	c.MoodTilt, c.Sarcasm = 0.3, 0.15
	c.RefusalShare = 0.008
	return c
}

// Title returns a line for the head of a table or figure; it contains the word
// SYNTHETIC.
func (c Config) Title() string {
	return fmt.Sprintf("SYNTHETIC %s-like clips (%s, seed %d)", strings.ToUpper(string(c.Grid)), c.Name, c.Seed)
}

// modelVersion changes whenever the same config would generate other bytes.
const modelVersion = 1

// Revision returns the revision of the two models' records: the version of this
// generator and a digest of the whole config, so that no cached answer can be
// taken for that of another config.
func (c Config) Revision() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic("synth: a config that JSON cannot hold: " + err.Error())
	}
	digest := sha256.Sum256(data)
	return fmt.Sprintf("v%d-%s", modelVersion, hex.EncodeToString(digest[:6]))
}

// Validate reports the first value of c that the generative model cannot use,
// by its YAML key.
func (c Config) Validate() error {
	for _, check := range []func() error{c.checkNames, c.checkSizes, c.checkShares, c.checkVectors, c.checkSpreads} {
		if err := check(); err != nil {
			return fmt.Errorf("synth config %q: %w", c.Name, err)
		}
	}
	return nil
}

func (c Config) checkNames() error {
	switch {
	case !strings.HasPrefix(c.Name, "synth-"):
		return fmt.Errorf("name: %q does not begin with synth-", c.Name)
	case c.Grid != GridMOSI && c.Grid != GridSIMS:
		return fmt.Errorf("grid: %q is not %s or %s", c.Grid, GridMOSI, GridSIMS)
	case c.Language != English && c.Language != Chinese:
		return fmt.Errorf("language: %q is not %s or %s", c.Language, English, Chinese)
	}
	return nil
}

func (c Config) checkSizes() error {
	for _, s := range []struct {
		key           string
		clips, videos int
	}{{"train", c.Clips.Train, c.Videos.Train}, {"valid", c.Clips.Valid, c.Videos.Valid}, {"test", c.Clips.Test, c.Videos.Test}} {
		if s.videos < 1 || s.clips < s.videos {
			return fmt.Errorf("%s: %d clips for %d videos; each video needs a clip, each split a video", s.key, s.clips, s.videos)
		}
	}
	if c.SharedVideos && (c.Videos.Train != c.Videos.Valid || c.Videos.Valid != c.Videos.Test) {
		return fmt.Errorf("shared_videos: videos %d, %d and %d differ", c.Videos.Train, c.Videos.Valid, c.Videos.Test)
	}
	return nil
}

func (c Config) checkShares() error {
	for _, s := range []struct {
		key string
		v   float64
	}{
		{"noisy_share", c.NoisyShare},
		{"sarcasm", c.Sarcasm},
		{"marker_sarcastic", c.MarkerSarcastic},
		{"marker_sincere", c.MarkerSincere},
		{"refusal_share", c.RefusalShare},
		{"naive_share", c.NaiveShare},
		{"glance_share", c.GlanceShare},
		{"naive_share + glance_share", c.NaiveShare + c.GlanceShare},
	} {
		if !(s.v >= 0 && s.v <= 1) {
			return fmt.Errorf("%s: %v is outside [0,1]", s.key, s.v)
		}
	}
	for d := range difficulties {
		negated, contrast := c.NegatedShare[d], c.ContrastShare[d]
		if !(negated >= 0 && contrast >= 0 && negated+contrast <= 1) {
			return fmt.Errorf("negated_share and contrast_share: %v and %v (%s) are not two shares of one whole",
				negated, contrast, Difficulty(d))
		}
	}
	if !(c.LargeTemperature >= 0.05 && c.LargeTemperature <= 20) {
		return fmt.Errorf("large_temperature: %v is outside [0.05,20]", c.LargeTemperature)
	}
	return nil
}

func (c Config) checkVectors() error {
	for _, v := range []struct {
		key string
		p   []float64
	}{
		{"prior", c.Prior[:]},
		{"mood_share", c.MoodShare[:]},
		{"clear_difficulty", c.ClearDifficulty[:]},
		{"noisy_difficulty", c.NoisyDifficulty[:]},
	} {
		for i, p := range v.p {
			if !(p >= 0 && p <= 1) {
				return fmt.Errorf("%s[%d]: %v is outside [0,1]", v.key, i, p)
			}
		}
		if sum := detsum.Sum(v.p); math.Abs(sum-1) > 1e-9 {
			return fmt.Errorf("%s: sum is %v, not 1", v.key, sum)
		}
	}
	if c.Prior[neutralGrade] == 1 {
		return fmt.Errorf("prior: every clip is neutral, so no accuracy is defined")
	}
	return nil
}

func (c Config) checkSpreads() error {
	for _, s := range []struct {
		key    string
		levels Levels
	}{{"text_spread", c.TextSpread}, {"audio_spread", c.AudioSpread}, {"vision_spread", c.VisionSpread}, {"look_spread", c.LookSpread}} {
		for d, r := range s.levels {
			if !(r > 0 && r < 1) {
				return fmt.Errorf("%s (%s): %v is outside (0,1)", s.key, Difficulty(d), r)
			}
		}
	}
	for _, s := range []struct {
		key string
		v   float64
	}{{"mood_tilt", c.MoodTilt}, {"negated_blur", c.NegatedBlur}, {"contrast_blur", c.ContrastBlur}} {
		if !(s.v >= 0 && s.v < 1) {
			return fmt.Errorf("%s: %v is outside [0,1)", s.key, s.v)
		}
	}
	return nil
}
