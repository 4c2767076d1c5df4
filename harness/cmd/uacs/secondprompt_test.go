package main

import (
	"os"
	"strings"
	"testing"

	"uacs/harness/experiment"
)

// By hand from configs/prompts: version 2 quotes both answers, version 1 their
// uncertainties too, and a clip that is not asked about again has no prompt.
func TestSecondPrompt(t *testing.T) {
	word := secondPrompts(os.DirFS("../../.."))
	told := experiment.Case{
		ID: "a", Text: "good film", Stage: "requeried", U: []experiment.Number{0.75}, ULarge: 0.5,
		Small: experiment.Reply{Polarity: "negative"}, Large: experiment.Reply{Polarity: "positive"},
	}
	config := func(dataset, fusion string) experiment.Config {
		return experiment.Config{Dataset: dataset, Tier: "public", Measures: []string{"entropy"}, Headline: experiment.Headline{Measure: "entropy", Fusion: fusion}}
	}
	for _, c := range []struct{ name, dataset, fusion, want, not string }{
		{"version 2", "mosi", "uacs-v2", "Small model: negative.\nMultimodal language model: positive.", "uncertainty"},
		{"version 1", "mosi", "uacs-v1", "Small model: negative, uncertainty 0.75.", "no value"},
		{"Chinese", "simsv2", "uacs-v2", "<transcript>\ngood film\n</transcript>", "Small model"},
	} {
		text, err := word(config(c.dataset, c.fusion), told)
		if err != nil || !strings.Contains(text, c.want) || strings.Contains(text, c.not) {
			t.Errorf("%s: %q, %v", c.name, text, err)
		}
	}
	told.Stage = "kept"
	if text, err := word(config("mosi", "uacs-v2"), told); text != "" || err != nil {
		t.Errorf("of a clip that was kept: %q, %v", text, err)
	}
}
