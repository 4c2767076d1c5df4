package chat

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"uacs/harness/model/answer"
	"uacs/harness/sample"
)

// Request is one question about one clip, before a prompt puts it into words.
type Request struct {
	// Dataset, Split and ID name the clip, as in [sample.Sample].
	Dataset string
	Split   sample.Split
	ID      string
	// Round is 1 for a first answer, 2 for a second inference.
	Round int
	// Transcript is what is said in the clip; empty where the model gets no text.
	Transcript string
	// Media are the clip's pictures and sound.
	Media Media
	// Min and Max bound the dataset's label scale.
	Min, Max float64
	// Variant names the wording of a second round, one of Prompt.Second; it must be
	// empty in round 1.
	Variant string
	// Small and Large are the earlier answers of the two models, which a second
	// round quotes; nil in round 1.
	Small, Large *Opinion
}

// Opinion is an earlier answer as a second round quotes it.
type Opinion struct {
	// Answer is a number on the label scale or a label word. It goes into the prompt
	// as it is: it must come from a parsed answer, not from a model's raw text.
	Answer string
	// Uncertainty is in [0,1], higher is less sure; NaN if it is not known, which a
	// wording that quotes it refuses.
	Uncertainty float64
}

// OpinionOf returns p's answer as it is quoted: the score with its sign and two
// decimals, or else the label. uncertainty is NaN if it is not known. An answer
// with neither is an error.
func OpinionOf(p *sample.Prediction, uncertainty float64) (*Opinion, error) {
	switch {
	case !p.OK():
		return nil, fmt.Errorf("quote %s round %d: there is no usable answer: %s", p.ID, p.Round, p.Error)
	case p.Score != nil:
		score := math.Round(*p.Score*100) / 100
		if score == 0 {
			return &Opinion{Answer: "0.00", Uncertainty: uncertainty}, nil
		}
		return &Opinion{Answer: fmt.Sprintf("%+.2f", score), Uncertainty: uncertainty}, nil
	case p.Label != "":
		return &Opinion{Answer: p.Label, Uncertainty: uncertainty}, nil
	}
	return nil, fmt.Errorf("quote %s round %d: the answer has neither score nor label", p.ID, p.Round)
}

// Question is a Request in words: all that its answer depends on but the clip's
// dataset file. The fields are those of a cache's request.
type Question struct {
	Request *Request
	// Model, Revision and WeightsSHA256 are the endpoint's.
	Model, Revision, WeightsSHA256 string
	// PromptSHA256 is the hex digest of the full prompt: of every message its role
	// and its parts, of each text the text and of each medium its type and the digest
	// of its bytes. See [Messages.SHA256].
	PromptSHA256 string
	// Modalities are those the question shows, in the order text, audio, video.
	Modalities []string
	// Params are the decoding parameters that the request names, in decimal.
	Params map[string]string

	messages Messages
}

// Lookup returns the answer to q that is already there; ok is false if there is
// none. It is called from several goroutines.
type Lookup func(ctx context.Context, q *Question) (p sample.Prediction, ok bool, err error)

// Call is one completion to ask for.
type Call struct {
	// ID names the call to the server, in the header X-Client-Request-Id: dataset,
	// split, id, round and number of the sample, each path-escaped, between slashes.
	ID       string
	Messages Messages
	// Seed is the seed to sample with, nil for none.
	Seed *int64
}

// Reply is a completion. What the server did not say is absent.
type Reply struct {
	// Text is the answer, Refusal what the model said instead of one.
	Text, Refusal string
	// FinishReason is stop, length, content_filter, or the server's own word.
	FinishReason string
	// Model and Fingerprint are what the server calls the model and its build.
	Model, Fingerprint string
	// Tokens are the generated tokens with their probabilities; nil if the server
	// sent none.
	Tokens []answer.Token
	// TokensIn and TokensOut count the prompt's and the answer's tokens.
	TokensIn, TokensOut *int
}

// Client asks a server once. Complete tries no second time: a [Runner] does. An
// error is a *[Fault], or the context's. It is called from several goroutines.
type Client interface {
	Complete(ctx context.Context, call Call) (Reply, error)
}

// Asker answers requests; a [*Runner] is one. An answer that cannot be used is a
// Prediction with its Error set and no error; an error means there is nothing to
// keep.
type Asker interface {
	Ask(ctx context.Context, r Request) (sample.Prediction, error)
}

// Result is one answer of a run.
type Result struct {
	// Index is the request's place among those given to Run.
	Index int
	// Question is what was asked; its Request points into Run's requests.
	Question *Question
	// Prediction is the answer or, with its Error set, why there is none.
	Prediction sample.Prediction
	// Cached says that the answer came from the Lookup and cost nothing.
	Cached bool
}

// Validate reports the first defect of r, naming the field.
func (r *Request) Validate() error {
	switch {
	case r.Dataset == "", r.ID == "":
		return errors.New("request: dataset and id are required")
	case r.Split != sample.Train && r.Split != sample.Valid && r.Split != sample.Test:
		return fmt.Errorf("request: split: %q is not train, valid or test", r.Split)
	case r.Round != 1 && r.Round != 2:
		return fmt.Errorf("request: round: %d is not 1 or 2", r.Round)
	case !(r.Min < r.Max) || math.IsInf(r.Min, 0) || math.IsInf(r.Max, 0):
		return fmt.Errorf("request: the label scale [%v,%v] is empty", r.Min, r.Max)
	case r.Round == 1 && (r.Variant != "" || r.Small != nil || r.Large != nil):
		return errors.New("request: a first round has no variant and quotes no answers")
	case r.Round == 2 && (r.Variant == "" || r.Small == nil || r.Large == nil):
		return errors.New("request: a second round needs a variant and the answers of both models")
	case r.Transcript == "" && r.Media.empty():
		return errors.New("request: there is nothing to show: no transcript and no media")
	}
	return nil
}

// name is the clip and the round for errors.
func (r *Request) name() string {
	return r.Dataset + "/" + string(r.Split) + " " + strconv.Quote(r.ID) + " round " + strconv.Itoa(r.Round)
}
