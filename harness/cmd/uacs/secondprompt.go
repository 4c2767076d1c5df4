package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/model/chat"
)

// quotedAnswer is an earlier answer as the wordings in configs/prompts quote it.
type quotedAnswer struct{ Answer, Uncertainty string }

// secondPrompts returns a function that words the second round of a clip that the
// headline cascade asks about again, as configs/prompts has it for a question about
// the transcript: in the dataset's language, in the variant of the cascade. Other
// clips, and projects without those prompts, have none.
func secondPrompts(root fs.FS) func(experiment.Config, experiment.Case) (string, error) {
	loaded := map[string]*chat.Prompt{}
	return func(c experiment.Config, told experiment.Case) (string, error) {
		if fusion.Stage(told.Stage) != fusion.Requeried {
			return "", nil
		}
		file := "configs/prompts/label-en.yaml"
		if strings.Contains(c.Dataset, "sims") && c.Tier != "synth" {
			file = "configs/prompts/label-zh.yaml"
		}
		p, ok := loaded[file]
		if !ok {
			var err error
			if p, err = chat.LoadPrompt(root, file); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
			loaded[file] = p
		}
		if p == nil {
			return "", nil
		}
		return wordSecond(p, c, told)
	}
}

func wordSecond(p *chat.Prompt, c experiment.Config, told experiment.Case) (string, error) {
	i := slices.IndexFunc(p.Second, func(v chat.Variant) bool { return v.Name == c.Headline.Fusion })
	if i < 0 {
		return "", nil
	}
	t, err := template.New(p.Name).Option("missingkey=error").Parse(p.Second[i].Text)
	if err != nil {
		return "", err
	}
	var words []string
	word := map[string]string{}
	for _, w := range p.Words {
		words, word[w.Label] = append(words, w.Word), w.Word
	}
	separator := ", "
	if p.Language == "zh" {
		separator = "、"
	}
	u := experiment.Number(0)
	if k := slices.Index(c.Measures, c.Headline.Measure); k >= 0 {
		u = told.U[k]
	}
	quote := func(r experiment.Reply, u experiment.Number) quotedAnswer {
		return quotedAnswer{word[r.Polarity], fmt.Sprintf("%.2f", float64(u))}
	}
	var out strings.Builder
	err = t.Execute(&out, map[string]any{
		"HasText": told.Text != "", "HasAudio": false, "HasVideo": false, "Frames": 0, "Min": "", "Max": "",
		"Transcript": "<transcript>\n" + told.Text + "\n</transcript>", "Words": strings.Join(words, separator),
		"Small": quote(told.Small, u), "Large": quote(told.Large, told.ULarge),
	})
	return strings.TrimSpace(out.String()), err
}
