package synth

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"uacs/internal/strictyaml"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(c *Config)
		want   string
	}{
		{"a real name", func(c *Config) { c.Name = "mosi" }, `synth config "mosi": name: "mosi" does not begin with synth-`},
		{"grid", func(c *Config) { c.Grid = "likert" }, `grid: "likert" is not mosi or sims`},
		{"language", func(c *Config) { c.Language = "de" }, `language: "de" is not en or zh`},
		{"no clips", func(c *Config) { c.Clips.Valid = 0 }, "valid: 0 clips for 10 videos"},
		{"no videos", func(c *Config) { c.Videos.Test = 0 }, "test: 686 clips for 0 videos"},
		{"shared videos differ", func(c *Config) { c.SharedVideos = true }, "shared_videos: videos 52, 10 and 31 differ"},
		{"prior", func(c *Config) { c.Prior[0] = 0.5 }, "prior: sum is 1.4"},
		{"all neutral", func(c *Config) { c.Prior = [grades]float64{3: 1} }, "prior: every clip is neutral"},
		{"negative probability", func(c *Config) { c.MoodShare = [moods]float64{-0.5, 1, 0.5} }, "mood_share[0]: -0.5 is outside [0,1]"},
		{"share", func(c *Config) { c.Sarcasm = 1.5 }, "sarcasm: 1.5 is outside [0,1]"},
		{"not a number", func(c *Config) { c.RefusalShare = math.NaN() }, "refusal_share: NaN is outside [0,1]"},
		{"lapses", func(c *Config) { c.NaiveShare, c.GlanceShare = 0.6, 0.6 }, "naive_share + glance_share: 1.2 is outside [0,1]"},
		{"constructions", func(c *Config) { c.NegatedShare[2] = 0.9 }, "negated_share and contrast_share: 0.9 and 0.4 (hard) are not two shares of one whole"},
		{"spread", func(c *Config) { c.AudioSpread[0] = 0 }, "audio_spread (easy): 0 is outside (0,1)"},
		{"tilt", func(c *Config) { c.MoodTilt = 1 }, "mood_tilt: 1 is outside [0,1)"},
		{"temperature", func(c *Config) { c.LargeTemperature = 0 }, "large_temperature: 0 is outside [0.05,20]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := MOSI()
			c.change(&config)
			_, err := Generate(config)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Generate: error %v, want %q", err, c.want)
			}
			if _, err := Enumerate(config); err == nil {
				t.Error("Enumerate: no error")
			}
		})
	}
}

// A config goes through YAML unchanged, with every key known.
func TestConfigIsYAML(t *testing.T) {
	for _, c := range []Config{MOSI(), SIMS()} {
		data, err := yaml.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Config
		if err := strictyaml.Decode("synth.yaml", data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, back); diff != "" {
			t.Errorf("%s through YAML (-want +got):\n%s", c.Name, diff)
		}
	}
}

// The revision is that of the config: any change of a knob or seed changes it.
func TestRevision(t *testing.T) {
	seen := map[string]string{}
	for _, c := range []struct {
		name   string
		change func(c *Config)
	}{
		{"as it is", func(*Config) {}},
		{"seed", func(c *Config) { c.Seed = 2 }},
		{"one spread", func(c *Config) { c.TextSpread[1] += 0.01 }},
		{"size", func(c *Config) { c.Clips.Test++ }},
	} {
		config := MOSI()
		c.change(&config)
		if other, ok := seen[config.Revision()]; ok {
			t.Errorf("%q has the revision of %q", c.name, other)
		}
		seen[config.Revision()] = c.name
	}
}
