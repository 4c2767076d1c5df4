package sample

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Prediction is one model's answer about one utterance. What a model did not
// say is absent, never a made-up number: a model that answers with a polarity
// word has no Score, and metrics that need one read "n/a".
//
// The JSON names are the schema in prediction.schema.json, which is generated
// from this type.
type Prediction struct {
	// Dataset, Split and ID name the utterance, as in [Sample].
	Dataset string `json:"dataset" jsonschema:"short name of the dataset, such as mosi or simsv2"`
	Split   Split  `json:"split" jsonschema:"train, valid or test"`
	ID      string `json:"id" jsonschema:"utterance id, unique within the dataset"`

	// Model and Revision name the model and its exact version.
	Model    string `json:"model" jsonschema:"name of the model"`
	Revision string `json:"revision,omitzero" jsonschema:"exact version: checkpoint, commit or date"`
	// Round is 1 for a first answer, 2 for a second inference that saw earlier answers.
	Round int `json:"round" jsonschema:"1 for a first answer, 2 for a second inference"`
	// PromptSHA256 is the hex digest of the full prompt text, if there was one.
	PromptSHA256 string `json:"prompt_sha256,omitzero" jsonschema:"hex SHA-256 of the prompt text"`
	// Modalities lists what the model saw: text, audio, video.
	Modalities []string `json:"modalities,omitzero" jsonschema:"what the model saw: text, audio, video"`

	// Score is the predicted sentiment on the dataset's own label scale.
	Score *float64 `json:"score,omitzero" jsonschema:"predicted sentiment on the dataset's label scale"`
	// MemberScores are the scores of an ensemble's members, in the order named
	// by Params["members"]. Score is then usually their mean.
	MemberScores []float64 `json:"member_scores,omitzero" jsonschema:"scores of the members of an ensemble"`
	// Bins are the K class centres on the label scale, ascending, and Probs the
	// probabilities of those classes, summing to 1.
	Bins  []float64 `json:"bins,omitzero" jsonschema:"K class centres on the label scale, ascending"`
	Probs []float64 `json:"probs,omitzero" jsonschema:"probabilities of the K classes, summing to 1"`
	// MemberProbs are the class probabilities of an ensemble's members or of
	// repeated stochastic passes, each over Bins as Probs is, in the order of
	// MemberScores where both are given. Probs is then usually their mean. They
	// are no answer by themselves.
	MemberProbs [][]float64 `json:"member_probs,omitzero" jsonschema:"class probabilities of each member of an ensemble, over the same bins"`
	// Label is an answer in one word: negative, weakly negative, neutral, weakly
	// positive or positive. A word outside this list is kept in Raw.
	Label string `json:"label,omitzero" jsonschema:"negative, weakly negative, neutral, weakly positive or positive"`
	// Ranking lists labels, most likely first; it may be partial.
	Ranking []string `json:"ranking,omitzero" jsonschema:"labels, most likely first; may be partial"`
	// Votes counts the answers of an ensemble's members or of repeated samples,
	// by the word they used; words that are no polarity are kept as they are.
	Votes map[string]int `json:"votes,omitzero" jsonschema:"how many members or samples gave each answer"`
	// TokenLogprobs are natural-log probabilities of the generated tokens, in order.
	TokenLogprobs []float64 `json:"token_logprobs,omitzero" jsonschema:"natural-log probability of each generated token"`
	// TokenEntropies are the entropies, in nats, of the distributions over the next
	// token from which the generated tokens were taken, in order.
	TokenEntropies []float64 `json:"token_entropies,omitzero" jsonschema:"entropy in nats of the next-token distribution at each generated token"`
	// LabelLogprobs are natural-log probabilities of the allowed labels.
	LabelLogprobs map[string]float64 `json:"label_logprobs,omitzero" jsonschema:"natural-log probability of each allowed label"`
	// VerbalConfidence is the confidence the model stated, in [0,1].
	VerbalConfidence *float64 `json:"verbal_confidence,omitzero" jsonschema:"confidence stated by the model, in [0,1]"`
	// Raw is the model's own text where the parsed fields do not hold all of it.
	Raw string `json:"raw,omitzero" jsonschema:"the model's own text"`
	// Error says why there is no usable answer (missing, refused, truncated,
	// unparseable, out of range); empty when there is one.
	Error string `json:"error,omitzero" jsonschema:"why there is no usable answer"`

	// Cost of the call, as measured or counted when it was made.
	TokensIn  *int     `json:"tokens_in,omitzero" jsonschema:"prompt tokens"`
	TokensOut *int     `json:"tokens_out,omitzero" jsonschema:"generated tokens"`
	LatencyMS *float64 `json:"latency_ms,omitzero" jsonschema:"milliseconds from request to full answer"`
	FLOPs     *float64 `json:"flops,omitzero" jsonschema:"floating-point operations of the call"`
	USD       *float64 `json:"usd,omitzero" jsonschema:"price of the call in US dollars"`

	// Params are decoding and import parameters worth keeping, by name.
	Params map[string]any `json:"params,omitzero" jsonschema:"decoding and import parameters"`
}

// Key identifies one answer: the same model asked the same thing about the same
// utterance. Two records with one key in one file are an error.
type Key struct {
	Dataset         string
	Split           Split
	ID              string
	Model, Revision string
	Round           int
	PromptSHA256    string
}

// Key returns the identity of p.
func (p *Prediction) Key() Key {
	return Key{p.Dataset, p.Split, p.ID, p.Model, p.Revision, p.Round, p.PromptSHA256}
}

// OK reports whether p holds a usable answer.
func (p *Prediction) OK() bool { return p.Error == "" }

// probTolerance is how far the sum of Probs may be from one: exporters write
// float32 softmax outputs, whose sum over tens of classes is off by about 1e-6.
const probTolerance = 1e-4

// Validate reports the first defect of p, naming the field: an identity that is
// not complete, a number that is not finite, probabilities that do not fit
// their bins or do not sum to one, a label outside the allowed words, or a
// record with neither an answer nor an error.
func (p *Prediction) Validate() error {
	for _, check := range []func() error{p.checkIdentity, p.checkNumbers, p.checkClasses, p.checkWords} {
		if err := check(); err != nil {
			return err
		}
	}
	answered := p.Score != nil || p.Probs != nil || p.Label != "" || len(p.Ranking) > 0 || p.Votes != nil ||
		p.LabelLogprobs != nil
	if !answered && p.Error == "" {
		return fmt.Errorf("no answer (score, probs, label, ranking, votes or label_logprobs) and no error")
	}
	return nil
}

func (p *Prediction) checkIdentity() error {
	for _, f := range []struct{ name, value string }{{"dataset", p.Dataset}, {"id", p.ID}, {"model", p.Model}} {
		if f.value == "" {
			return fmt.Errorf("%s: empty", f.name)
		}
	}
	if !slices.Contains(Splits, p.Split) {
		return fmt.Errorf("split: %q is not train, valid or test", p.Split)
	}
	if p.Round != 1 && p.Round != 2 {
		return fmt.Errorf("round: %d is not 1 or 2", p.Round)
	}
	for _, m := range p.Modalities {
		if m != "text" && m != "audio" && m != "video" {
			return fmt.Errorf("modalities: %q is not text, audio or video", m)
		}
	}
	return nil
}

func (p *Prediction) checkNumbers() error {
	for _, f := range []struct {
		name string
		v    *float64
	}{{"score", p.Score}, {"verbal_confidence", p.VerbalConfidence}, {"latency_ms", p.LatencyMS}, {"flops", p.FLOPs}, {"usd", p.USD}} {
		if f.v != nil && !finite(*f.v) {
			return fmt.Errorf("%s: %v is not a finite number", f.name, *f.v)
		}
	}
	for _, f := range []struct {
		name string
		v    []float64
	}{{"member_scores", p.MemberScores}, {"bins", p.Bins}, {"probs", p.Probs}, {"token_logprobs", p.TokenLogprobs}, {"token_entropies", p.TokenEntropies}} {
		if i := slices.IndexFunc(f.v, func(x float64) bool { return !finite(x) }); i >= 0 {
			return fmt.Errorf("%s[%d]: %v is not a finite number", f.name, i, f.v[i])
		}
	}
	if c := p.VerbalConfidence; c != nil && (*c < 0 || *c > 1) {
		return fmt.Errorf("verbal_confidence: %v is outside [0,1]", *c)
	}
	return nil
}

func (p *Prediction) checkClasses() error {
	if p.Probs == nil && p.MemberProbs == nil {
		return nil
	}
	if p.Probs != nil {
		if err := p.checkDistribution("probs", p.Probs); err != nil {
			return err
		}
	}
	if !slices.IsSorted(p.Bins) {
		return fmt.Errorf("bins: %v are not in ascending order", p.Bins)
	}
	for m, probs := range p.MemberProbs {
		if err := p.checkDistribution(fmt.Sprintf("member_probs[%d]", m), probs); err != nil {
			return err
		}
	}
	if k, n := len(p.MemberProbs), len(p.MemberScores); k > 0 && n > 0 && k != n {
		return fmt.Errorf("member_probs: %d members, but member_scores has %d", k, n)
	}
	return nil
}

// checkDistribution reports what keeps probs from being probabilities of the bins.
func (p *Prediction) checkDistribution(name string, probs []float64) error {
	if len(p.Bins) != len(probs) {
		return fmt.Errorf("%s: %d probabilities for %d bins", name, len(probs), len(p.Bins))
	}
	sum := 0.0
	for i, q := range probs {
		if math.IsNaN(q) || q < 0 || q > 1 {
			return fmt.Errorf("%s[%d]: %v is outside [0,1]", name, i, q)
		}
		sum += q
	}
	if math.Abs(sum-1) > probTolerance {
		return fmt.Errorf("%s: sum is %v, not 1", name, sum)
	}
	return nil
}

func (p *Prediction) checkWords() error {
	if _, ok := ParsePolarity(p.Label); p.Label != "" && !ok {
		return fmt.Errorf("label: %q is not negative, weakly negative, neutral, weakly positive or positive", p.Label)
	}
	for i, w := range p.Ranking {
		if _, ok := ParsePolarity(w); !ok {
			return fmt.Errorf("ranking[%d]: %q is not negative, weakly negative, neutral, weakly positive or positive", i, w)
		}
		if slices.Contains(p.Ranking[:i], w) {
			return fmt.Errorf("ranking[%d]: %q stands twice", i, w)
		}
	}
	total := 0
	for _, w := range slices.Sorted(maps.Keys(p.Votes)) {
		if p.Votes[w] < 0 {
			return fmt.Errorf("votes[%q]: %d is negative", w, p.Votes[w])
		}
		total += p.Votes[w]
	}
	if p.Votes != nil && total == 0 {
		return fmt.Errorf("votes: no vote was counted")
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
