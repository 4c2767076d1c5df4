package ubm

import (
	"strings"
	"testing"
	"testing/fstest"
)

const goodConfig = `name: made-up
title: Made-up clips
tier: synth
datasets: [synth-mosi]
modalities: [text, vision]
encoders: [glove]
bins: [-3, 0, 3]
target: {kind: gaussian, width: 0.5}
loss: {kind: corn, mae: 0.5}
fusion: gated
hidden: 16
dropout: {hidden: 0.4, inputs: 0.2, modality: 0.1}
optimiser: {rate: 0.001, decay: 0.1, clip: 1, batch: 32, epochs: 10, schedule: constant}
stop: {metric: mae, patience: 4}
seeds: [1, 2]
passes: 8
`

func TestLoadConfig(t *testing.T) {
	c, err := LoadConfig(fstest.MapFS{"a.yaml": {Data: []byte(goodConfig)}}, "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Fusion != Gated || c.Target.Width != 0.5 || c.Seeds[1] != 2 || !c.Temperature || c.Lent != 1 || c.Profile != "mmsa" {
		t.Errorf("%+v", c)
	}
}

func TestLoadConfigRefuses(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"an unknown key", "hidden: 16", "hiden: 16", "a.yaml:11"},
		{"a name that is a path", "name: made-up", "name: ../up", "name"},
		{"no title", "title: Made-up clips\n", "", "title"},
		{"another tier", "tier: synth", "tier: licensed", "tier"},
		{"a tier that is not the dataset's", "tier: synth", "tier: public", "tier"},
		{"an unknown dataset", "[synth-mosi]", "[mosy]", "datasets"},
		{"a dataset twice", "[synth-mosi]", "[synth-mosi, synth-mosi]", "twice"},
		{"two label scales", "[synth-mosi]", "[synth-mosi, synth-sims]", "label scales"},
		{"modalities out of order", "[text, vision]", "[vision, text]", "modalities"},
		{"text without an encoder", "encoders: [glove]\n", "", "encoders"},
		{"one bin", "[-3, 0, 3]", "[0]", "bins"},
		{"bins that fall", "[-3, 0, 3]", "[3, 0, -3]", "bins"},
		{"a gaussian without width", "gaussian, width: 0.5", "gaussian", "target.width"},
		{"a width without gaussian", "kind: gaussian", "kind: hard", "target.width"},
		{"an unknown target", "kind: gaussian", "kind: soft", "target.kind"},
		{"an unknown loss", "kind: corn", "kind: hinge", "loss.kind"},
		{"a negative weight", "mae: 0.5", "mae: -1", "loss.mae"},
		{"an unknown fusion", "fusion: gated", "fusion: middle", "fusion"},
		{"no width", "hidden: 16", "hidden: 0", "hidden"},
		{"a dropout of 1", "inputs: 0.2", "inputs: 1", "dropout.inputs"},
		{"a rate of 0", "rate: 0.001", "rate: 0", "optimiser.rate"},
		{"no epochs", "epochs: 10", "epochs: 0", "optimiser"},
		{"an unknown schedule", "schedule: constant", "schedule: steps", "optimiser.schedule"},
		{"an unknown metric", "metric: mae", "metric: accuracy", "stop.metric"},
		{"no seeds", "seeds: [1, 2]", "seeds: []", "seeds"},
		{"a seed twice", "seeds: [1, 2]", "seeds: [1, 1]", "seeds"},
		{"one pass", "passes: 8", "passes: 1", "passes"},
		{"passes that are alike", "hidden: 0.4, ", "", "passes"},
		{"an unknown profile", "passes: 8", "profile: mosi", "mosi"},
		{"a lent weight of 0", "passes: 8", "lent: 0", "lent"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			text := strings.Replace(goodConfig, tc.old, tc.new, 1)
			if text == goodConfig {
				t.Fatalf("%q is not in the config", tc.old)
			}
			_, err := LoadConfig(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, "a.yaml")
			if err == nil || !strings.HasPrefix(err.Error(), "a.yaml") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// A digest depends on every value that training does, and on the sources in order.
func TestDigest(t *testing.T) {
	c := madeUpConfig([]string{"audio"})
	digest := func(sources ...string) string {
		d, err := c.Digest(sources...)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := digest("a", "b")
	if len(first) != 64 || first != digest("a", "b") || first == digest("b", "a") || first == digest("ab") {
		t.Errorf("digests %s", first)
	}
	c.Dropout.Inputs += 0.01
	if digest("a", "b") == first {
		t.Error("the digest does not depend on the dropout")
	}
}
