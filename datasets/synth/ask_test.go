package synth

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
)

func plainPrompt(s sample.Sample) string { return "Rate the sentiment of: " + s.Text }

// The plain prompt gives the large model's own answers, so that the two stay one
// model.
func TestAskPlainlyGivesTheLargeModel(t *testing.T) {
	set, err := Generate(MOSI())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Ask(MOSI(), set, plainPrompt)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range set.Large {
		want.Votes = nil
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Fatalf("clip %s (-large +asked):\n%s", want.ID, diff)
		}
	}
}

// A warning changes naive answers and no others; without the words the answer is
// one from voice and face.
func TestAskReadsThePrompt(t *testing.T) {
	set, err := Generate(MOSI())
	if err != nil {
		t.Fatal(err)
	}
	warnedAnswers, err := Ask(MOSI(), set, func(s sample.Sample) string { return "The speaker may be sarcastic. " + plainPrompt(s) })
	if err != nil {
		t.Fatal(err)
	}
	deaf, err := Ask(MOSI(), set, func(sample.Sample) string { return "Rate the sentiment." })
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i, p := range warnedAnswers {
		same := cmp.Equal(p.Probs, set.Large[i].Probs)
		if !same {
			changed++
		}
		if naive := set.Features.Truth[i].Lapse == Naive; !same && !naive {
			t.Errorf("clip %s changes though the model was not naive", p.ID)
		}
		if deaf[i].OK() != p.OK() {
			t.Errorf("clip %s: a prompt decides whether there is an answer", p.ID)
		}
	}
	if changed == 0 {
		t.Error("a warning changes nothing")
	}
}

func TestAskAboutForeignClips(t *testing.T) {
	set, err := Generate(SIMS())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Ask(MOSI(), set, plainPrompt); err == nil {
		t.Error("clips of another config are answered")
	}
}
