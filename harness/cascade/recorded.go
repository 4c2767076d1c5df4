package cascade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"uacs/harness/cache"
	"uacs/harness/sample"
)

// Recorded is a model whose answers are known beforehand: those of a predictor, or of
// the generated models of a synthetic dataset.
type Recorded struct {
	known map[recordKey]*sample.Prediction
}

type recordKey struct {
	split sample.Split
	id    string
}

// NewRecorded returns a model of these answers.
func NewRecorded(predictions []sample.Prediction) *Recorded {
	r := &Recorded{known: make(map[recordKey]*sample.Prediction, len(predictions))}
	for i := range predictions {
		r.known[recordKey{predictions[i].Split, predictions[i].ID}] = &predictions[i]
	}
	return r
}

// Request implements [Model]. The digest of the record is one of its parameters: a
// record that was changed is another question.
func (r *Recorded) Request(q *Question) (cache.Request, error) {
	p, err := r.find(q)
	if err != nil {
		return cache.Request{}, err
	}
	var line bytes.Buffer
	if err := sample.WritePredictions(&line, []sample.Prediction{*p}); err != nil {
		return cache.Request{}, err
	}
	return cache.Request{
		DatasetSHA256: q.Source, ID: p.ID, Model: p.Model, Revision: p.Revision, PromptSHA256: p.PromptSHA256,
		Round: p.Round, Modalities: p.Modalities, Params: map[string]string{"record": cache.Digest(line.String())},
	}, nil
}

// Ask implements [Model].
func (r *Recorded) Ask(ctx context.Context, questions []Question, save func(int, sample.Prediction) error) error {
	return each(ctx, questions, 1, func(_ context.Context, q *Question) (sample.Prediction, error) {
		p, err := r.find(q)
		if err != nil {
			return sample.Prediction{}, err
		}
		return *p, nil
	}, save)
}

func (r *Recorded) find(q *Question) (*sample.Prediction, error) {
	if p := r.known[recordKey{q.Clip.Split, q.Clip.ID}]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("there is no recorded answer")
}

// errText is why a record of a clip without a text has no answer.
var errText = errors.New("missing: the clip has no text")

// blank reports whether a clip has nothing for a text model to read.
func blank(s *sample.Sample) bool { return blankText(s.TextEN) }

func blankText(text string) bool { return strings.TrimSpace(text) == "" }
