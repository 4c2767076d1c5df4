package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
)

// Both truncated rankings are of the kinds that occur in the published files.
func TestRanking(t *testing.T) {
	for _, c := range []struct {
		name, list string
		want       sample.Prediction
	}{
		{
			"whole", "neutral,weakly positive,positive,weakly negative,negative",
			sample.Prediction{Ranking: []string{"neutral", "weakly positive", "positive", "weakly negative", "negative"}},
		},
		{"spaces", " neutral ,  positive", sample.Prediction{Ranking: []string{"neutral", "positive"}}},
		{"cut between labels", "negative,weakly negative", sample.Prediction{Ranking: []string{"negative", "weakly negative"}}},
		{"cut within a label", "neutral,weak", sample.Prediction{Ranking: []string{"neutral"}, Raw: "neutral,weak"}},
		{"label twice", "neutral,neutral,positive", sample.Prediction{Ranking: []string{"neutral"}, Raw: "neutral,neutral,positive"}},
		{"text after the labels", "neutral,positive.", sample.Prediction{Ranking: []string{"neutral"}, Raw: "neutral,positive."}},
		{"comma at the end", "neutral,", sample.Prediction{Ranking: []string{"neutral"}, Raw: "neutral,"}},
		{"no label", "I cannot help.", sample.Prediction{Raw: "I cannot help.", Error: `unparseable: no label in "I cannot help."`}},
		{"empty", "", sample.Prediction{Error: "missing: the cell gpt4v is empty"}},
		{"blank", " ", sample.Prediction{Error: "missing: the cell gpt4v is empty"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got sample.Prediction
			fillRanking(&got, c.list)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGPT4VModalities(t *testing.T) {
	for mode, want := range map[string][]string{"text": {"text"}, "video": {"video"}, "multi": {"text", "video"}} {
		r := Request{FS: fsOf("d/a-"+mode+".csv", gptHeader+"v_1,0.5,neutral\n"), Path: "d/a-" + mode + ".csv", Clips: clips}
		im, err := GPT4V.Import(r)
		if err != nil {
			t.Fatal(err)
		}
		if p := im.Predictions[0]; p.Model != "gpt4v-"+mode || !cmp.Equal(p.Modalities, want) {
			t.Errorf("%s: model %s, modalities %q", mode, p.Model, p.Modalities)
		}
	}
}

// A member votes with its word, whatever that is, and not at all without one.
func TestVotes(t *testing.T) {
	r := specimens(t)["affectgpt"].request()
	vote := r.sheet("vote", "")
	for _, w := range []sample.Prediction{{Label: "positive"}, {Raw: " Mixed\n"}, {Label: "positive"}, {Raw: " "}, {Error: absent}} {
		member := r.sheet("m", "")
		if w.Error != absent {
			p, _ := member.take(0, 1)
			p.Label, p.Raw = w.Label, w.Raw
		}
		vote.add(member)
	}
	if diff := cmp.Diff(map[string]int{"positive": 2, "mixed": 1}, vote.records[0].Votes); diff != "" {
		t.Errorf("votes (-want +got):\n%s", diff)
	}
	if vote.records[0].Error != "" || vote.records[1].Error != absent {
		t.Errorf("errors %q and %q", vote.records[0].Error, vote.records[1].Error)
	}
}
