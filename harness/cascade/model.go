package cascade

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"uacs/harness/cache"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// Question is what a model is asked about one clip.
type Question struct {
	Clip sample.Sample
	// Source is the hex digest of what the clip's content is from, see
	// [cache.Request].
	Source string
	// Range is the label scale, both ends included.
	Range [2]float64
	// Round is 1, or 2 for a second inference. In round 2 Small and Large are the
	// first answers, both usable, and USmall and ULarge their uncertainties, NaN where
	// unknown.
	Round          int
	Small, Large   *sample.Prediction
	USmall, ULarge float64
}

// Model answers questions. Small and large models are alike in this; a trained
// network may be either.
type Model interface {
	// Request says what the answer to q depends on. Two questions with the same
	// request have the same answer. It asks nothing.
	Request(q *Question) (cache.Request, error)
	// Ask hands the answer to each question to save with the question's index, one at a
	// time, in any order. An answer that arrived is saved even if ctx has ended since.
	// It returns when all are answered, or with an error when ctx ends, save fails, or
	// nothing more can be answered. A failed answer is a prediction with Error set.
	Ask(ctx context.Context, questions []Question, save func(i int, p sample.Prediction) error) error
}

// Cautious is a model with caveats that a reader of any number of its answers must
// know.
type Cautious interface {
	Model
	Caveats() []string
}

// caveatsOf are the caveats of models, each once, in their order.
func caveatsOf(models ...Model) (all []string) {
	for _, m := range models {
		if c, ok := m.(Cautious); ok {
			all = merge(all, c.Caveats())
		}
	}
	return all
}

// Step tells of one answer.
type Step struct {
	// Role is small, large or second; Split the clip's split.
	Role  string
	Split sample.Split
	// Done of All questions of this role and split have an answer; Asked of them were
	// asked in this run, the others were found.
	Done, All, Asked int
	// TokensIn, TokensOut and USD are what those that were asked in this run took, as
	// far as their records know.
	TokensIn, TokensOut int
	USD                 float64
}

// count adds an answer that was asked for.
func (s *Step) count(p *sample.Prediction) {
	s.Done, s.Asked = s.Done+1, s.Asked+1
	var c Cost
	c.record(p, true)
	s.TokensIn, s.TokensOut, s.USD = s.TokensIn+c.TokensIn, s.TokensOut+c.TokensOut, s.USD+c.USD
}

// desk asks models through a store.
type desk struct {
	store    cache.Store
	replay   bool
	retry    bool
	progress func(Step)
	asked    map[string]int
}

// answer returns the answers to questions in their order: those in the store, and
// then those of the model, as the store keeps them.
func (d *desk) answer(ctx context.Context, role string, m Model, questions []Question) ([]*sample.Prediction, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	out, requests, missing, err := d.find(ctx, role, m, questions)
	if err != nil {
		return nil, err
	}
	step := Step{Role: role, Split: questions[0].Clip.Split, Done: len(questions) - len(missing), All: len(questions)}
	d.tell(step)
	if len(missing) > 0 && d.replay {
		i := missing[0]
		return nil, hint.Add(fmt.Errorf("replay: the %s model's answer to clip %s, round %d, and %d more are not in the cache",
			role, questions[i].Clip.ID, questions[i].Round, len(missing)-1), "run without --replay to ask for them")
	}
	ask := make([]Question, len(missing))
	for k, i := range missing {
		ask[k] = questions[i]
	}
	if len(ask) == 0 {
		return out, nil
	}
	err = m.Ask(ctx, ask, func(k int, p sample.Prediction) error {
		i := missing[k]
		stored, err := d.keep(context.WithoutCancel(ctx), requests[i], p)
		if err != nil {
			return err
		}
		out[i] = stored
		step.count(stored)
		d.asked[role]++
		d.tell(step)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s model: %w", role, err)
	}
	if i := slices.Index(out, nil); i >= 0 {
		return nil, fmt.Errorf("%s model: no answer to clip %s", role, questions[i].Clip.ID)
	}
	return out, nil
}

// find returns the answers that the store has, nil for others, the request of every
// question, and the places of those that must be asked.
func (d *desk) find(ctx context.Context, role string, m Model, questions []Question) (out []*sample.Prediction, requests []cache.Request, missing []int, err error) {
	out, requests = make([]*sample.Prediction, len(questions)), make([]cache.Request, len(questions))
	for i := range questions {
		if requests[i], err = m.Request(&questions[i]); err != nil {
			return nil, nil, nil, fmt.Errorf("%s model: clip %s: %w", role, questions[i].Clip.ID, err)
		}
		entry, ok, err := d.store.Get(ctx, requests[i].Key())
		if err != nil {
			return nil, nil, nil, err
		}
		if ok && (entry.Prediction.OK() || !d.retry || d.replay) {
			out[i] = &entry.Prediction
			continue
		}
		missing = append(missing, i)
	}
	return out, requests, missing, nil
}

// keep stores an answer and returns it as any later run will read it.
func (d *desk) keep(ctx context.Context, r cache.Request, p sample.Prediction) (*sample.Prediction, error) {
	entry, err := cache.NewEntry(r, p)
	if err != nil {
		return nil, err
	}
	if err := d.store.Put(ctx, entry); err != nil {
		var conflict *cache.Conflict
		if errors.As(err, &conflict) {
			err = hint.Add(err, "another run got an answer to the same question meanwhile; run again to use the one that was kept")
		}
		return nil, err
	}
	stored, ok, err := d.store.Get(ctx, entry.Key)
	if err == nil && !ok {
		err = fmt.Errorf("clip %s: an answer that was stored is not there", p.ID)
	}
	return &stored.Prediction, err
}

func (d *desk) tell(s Step) {
	if d.progress != nil {
		d.progress(s)
	}
}

// each answers questions by one, several at a time, and saves one at a time. It stops
// at the first error.
func each(ctx context.Context, questions []Question, workers int, one func(context.Context, *Question) (sample.Prediction, error), save func(int, sample.Prediction) error) error {
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var saving sync.Mutex
	var group sync.WaitGroup
	for range min(max(workers, 1), len(questions)) {
		group.Go(func() {
			for run.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(questions) {
					return
				}
				p, err := one(run, &questions[i])
				if err == nil {
					saving.Lock()
					err = save(i, p)
					saving.Unlock()
				}
				if err != nil {
					stop(fmt.Errorf("clip %s: %w", questions[i].Clip.ID, err))
				}
			}
		})
	}
	group.Wait()
	if err := context.Cause(run); err != nil {
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return fmt.Errorf("stopped: %w", ctx.Err())
		}
		return err
	}
	return nil
}
