package synth

import (
	"fmt"
	"strings"

	"uacs/harness/sample"
)

// Ask returns the large model's first answers to a prompt of your own, for every
// clip of s, which c must have generated. It is a model of a model that reads
// prompts, and knows two things about them: it hears the words of a clip only if
// its prompt holds the clip's Text, and it is not naive about sarcasm if its
// prompt speaks of sarcasm or irony (sarcas…, iron…, 讽). Voice and face it always
// has; that it glances, and what it refuses, no prompt changes. Equal prompts
// give equal answers; a prompt with the Text and no word of sarcasm gives those of
// Set.Large, but for the votes, which are left out.
func Ask(c Config, s *Set, prompt func(clip sample.Sample) string) ([]sample.Prediction, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	d := &draw{config: c, model: newModel(c), revision: c.Revision(), set: &Set{}}
	var out []sample.Prediction
	for i, clip := range s.Samples {
		if s.Large[i].Revision != d.revision {
			return nil, fmt.Errorf("clip %s is not of %s as configured here", clip.ID, c.Name)
		}
		d.set.Samples = s.Samples[i : i+1]
		text, truth := prompt(clip), s.Features.Truth[i]
		p := d.record(LargeModel, 1, "audio", "video")
		hears := clip.Text != "" && strings.Contains(text, clip.Text)
		if hears {
			p.Modalities = []string{"text", "audio", "video"}
		}
		if truth.Refused {
			p.Error = refusal
		} else {
			d.fill(&p, d.model.prompted(truth, hears, warned(text, clip.Text), c.LargeTemperature))
		}
		out = append(out, p)
	}
	return out, nil
}

// warned reports whether a prompt speaks of sarcasm outside the clip's own words.
func warned(prompt, text string) bool {
	prompt = strings.ToLower(prompt)
	if text != "" {
		prompt = strings.ReplaceAll(prompt, strings.ToLower(text), "")
	}
	return strings.Contains(prompt, "sarcas") || strings.Contains(prompt, "iron") || strings.Contains(prompt, "讽")
}

// prompted is the answer about a clip of which the model hears the words or not.
func (m *model) prompted(t Truth, hears, warned bool, temperature float64) answer {
	a, v := int(t.Audio)+cues/2, int(t.Vision)+cues/2
	switch {
	case t.Lapse == Glancing:
		return m.glance[v]
	case !hears:
		return m.answer(m.prior().times(column(&m.audio, a)).times(column(&m.vision, v)), temperature)
	case t.Lapse == Naive && !warned:
		return m.naive[t.Text.index()][a][v]
	}
	return m.large[t.Text.index()][a][v]
}
