package cascade

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/cache"
	"uacs/harness/model/encoder"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// warned is a model with caveats that is never asked.
type warned struct{ caveats []string }

func (warned) Request(*Question) (cache.Request, error) { return cache.Request{}, nil }
func (warned) Ask(context.Context, []Question, func(int, sample.Prediction) error) error {
	return nil
}
func (w warned) Caveats() []string { return w.caveats }

// Each caveat is told once, the small model's first; models without any have none.
func TestCaveats(t *testing.T) {
	got := caveatsOf(warned{[]string{"translated", "small"}}, NewRecorded(nil), warned{[]string{"quantised", "translated"}}, nil)
	if diff := cmp.Diff([]string{"translated", "small", "quantised"}, got); diff != "" {
		t.Error(diff)
	}
}

// A network is not run on the features of an encoder that it was not trained on.
func TestChangedEncoder(t *testing.T) {
	n := &Network{name: "mine", names: []string{"other"}, encoded: "digest of before", tools: Tools{
		Encoder: func(context.Context, string) (encoder.Text, error) { return changed{}, nil },
	}}
	err := n.Ask(context.Background(), nil, nil)
	if err == nil || hint.Of(err) != "uacs train -c configs/models/mine.yaml" {
		t.Errorf("error %v, hint %q", err, hint.Of(err))
	}
}

type changed struct{ encoder.Text }

func (changed) Digest() string { return "digest of now" }
