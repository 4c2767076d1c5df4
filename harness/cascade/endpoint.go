package cascade

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"uacs/harness/cache"
	"uacs/harness/model/chat"
	"uacs/harness/sample"
)

// Endpoint is a model behind a server. Clips are shown as their transcripts and what
// Media finds of them. A clip of which there is nothing to show, or not all that Media
// names, is not asked about: it gets a record with an error.
type Endpoint struct {
	Runner *chat.Runner
	// Variant is the wording of a second round, "" if there is none.
	Variant string
	// Media is where pictures and sound are, nil to show the transcripts alone. Root is
	// the folder that a relative one is in.
	Media *Media
	Root  string
	// Warn, if not nil, is told the warnings of each run of the Runner.
	Warn func(string)
}

// Request implements [Model]. The request of a clip that is not asked about names the
// reason in place of a prompt: it is another one as soon as there is something to show.
func (e *Endpoint) Request(q *Question) (cache.Request, error) {
	r, err := e.request(q)
	if unshown, ok := errors.AsType[*errMedia](err); ok {
		to := &e.Runner.Endpoint
		return cache.Request{
			DatasetSHA256: q.Source, ID: q.Clip.ID, Model: to.Model, Revision: to.Revision, WeightsSHA256: to.WeightsSHA256,
			PromptSHA256: cache.Digest("not shown: " + unshown.why), Round: q.Round,
		}, nil
	}
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

// Caveats implements [Cautious]: they are those of the endpoint's config.
func (e *Endpoint) Caveats() []string { return e.Runner.Endpoint.Caveats }

// Ask implements [Model].
func (e *Endpoint) Ask(ctx context.Context, questions []Question, save func(int, sample.Prediction) error) error {
	var requests []chat.Request
	var places []int
	for i := range questions {
		r, err := e.request(&questions[i])
		if unshown, ok := errors.AsType[*errMedia](err); ok {
			if err := save(i, e.unshown(&questions[i], unshown)); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("clip %s: %w", questions[i].Clip.ID, err)
		}
		requests, places = append(requests, r), append(places, i)
	}
	sum, err := e.Runner.Run(ctx, requests, func(r chat.Result) error { return save(places[r.Index], r.Prediction) })
	if e.Warn != nil {
		for _, w := range sum.Warnings {
			e.Warn(e.Runner.Endpoint.Name + ": " + w)
		}
	}
	return err
}

// unshown is the record of a clip that is not asked about.
func (e *Endpoint) unshown(q *Question, why *errMedia) sample.Prediction {
	to := &e.Runner.Endpoint
	return sample.Prediction{
		Dataset: q.Clip.Dataset, Split: q.Clip.Split, ID: q.Clip.ID, Model: to.Model, Revision: to.Revision, Round: q.Round,
		PromptSHA256: cache.Digest("not shown: " + why.why), Error: "missing: " + why.why,
	}
}

func (e *Endpoint) request(q *Question) (chat.Request, error) {
	r := chat.Request{
		Dataset: q.Clip.Dataset, Split: q.Clip.Split, ID: q.Clip.ID, Round: q.Round,
		Transcript: q.Clip.Text, Min: q.Range[0], Max: q.Range[1],
	}
	var err error
	if r.Media, err = e.Media.of(e.Root, &q.Clip); err != nil {
		return r, err
	}
	if e.Media == nil && blankText(q.Clip.Text) {
		return r, &errMedia{"the clip has no text, and there is nothing else to show"}
	}
	if q.Round == 1 {
		return r, nil
	}
	if r.Small, err = chat.OpinionOf(q.Small, q.USmall); err != nil {
		return r, err
	}
	r.Large, err = chat.OpinionOf(q.Large, q.ULarge)
	r.Variant = e.Variant
	return r, err
}
