package cascade

import (
	"context"
	"fmt"
	"maps"

	"uacs/harness/cache"
	"uacs/harness/model/chat"
	"uacs/harness/sample"
)

// Endpoint is a model behind a server. Clips are shown as their transcripts.
type Endpoint struct {
	Runner *chat.Runner
	// Variant is the wording of a second round, "" if there is none.
	Variant string
}

// Request implements [Model].
func (e *Endpoint) Request(q *Question) (cache.Request, error) {
	r, err := e.request(q)
	if err != nil {
		return cache.Request{}, err
	}
	if err := r.Validate(); err != nil {
		return cache.Request{}, err
	}
	asked, err := e.Runner.Question(&r)
	if err != nil {
		return cache.Request{}, err
	}
	return cache.Request{
		DatasetSHA256: q.Source, ID: q.Clip.ID, Model: asked.Model, Revision: asked.Revision, WeightsSHA256: asked.WeightsSHA256,
		PromptSHA256: asked.PromptSHA256, Round: q.Round, Modalities: asked.Modalities, Params: maps.Clone(asked.Params),
	}, nil
}

// Ask implements [Model].
func (e *Endpoint) Ask(ctx context.Context, questions []Question, save func(int, sample.Prediction) error) error {
	requests := make([]chat.Request, len(questions))
	for i := range questions {
		var err error
		if requests[i], err = e.request(&questions[i]); err != nil {
			return fmt.Errorf("clip %s: %w", questions[i].Clip.ID, err)
		}
	}
	_, err := e.Runner.Run(ctx, requests, func(r chat.Result) error { return save(r.Index, r.Prediction) })
	return err
}

func (e *Endpoint) request(q *Question) (chat.Request, error) {
	r := chat.Request{
		Dataset: q.Clip.Dataset, Split: q.Clip.Split, ID: q.Clip.ID, Round: q.Round,
		Transcript: q.Clip.Text, Min: q.Range[0], Max: q.Range[1],
	}
	if q.Round == 1 {
		return r, nil
	}
	var err error
	if r.Small, err = chat.OpinionOf(q.Small, q.USmall); err != nil {
		return r, err
	}
	r.Large, err = chat.OpinionOf(q.Large, q.ULarge)
	r.Variant = e.Variant
	return r, err
}
