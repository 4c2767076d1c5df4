package chat

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"uacs/harness/model/answer"
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// timedReply is a reply with the milliseconds it took, or why there is none.
type timedReply struct {
	Reply
	ms      float64
	failure string
}

// params are the decoding parameters that a request names, as text.
func (e *Endpoint) params() map[string]string {
	d := &e.Decoding
	out := map[string]string{"max_tokens": strconv.Itoa(d.MaxTokens), "samples": strconv.Itoa(d.Samples)}
	if d.Temperature != nil {
		out["temperature"] = strconv.FormatFloat(*d.Temperature, 'g', -1, 64)
	}
	if d.TopP != nil {
		out["top_p"] = strconv.FormatFloat(*d.TopP, 'g', -1, 64)
	}
	if d.Seed != nil {
		out["seed"] = strconv.FormatInt(*d.Seed, 10)
	}
	if d.Logprobs {
		out["top_logprobs"] = strconv.Itoa(d.TopLogprobs)
	}
	for path, value := range e.Body {
		text, err := json.Marshal(value)
		if err != nil {
			panic("chat: a YAML value that JSON cannot write: " + err.Error())
		}
		out["body."+path] = string(text)
	}
	return out
}

// record is what q's replies say.
func (n *run) record(q *Question, replies []timedReply) sample.Prediction {
	r := q.Request
	p := sample.Prediction{
		Dataset: r.Dataset, Split: r.Split, ID: r.ID, Model: q.Model, Revision: q.Revision, Round: r.Round,
		PromptSHA256: q.PromptSHA256, Modalities: q.Modalities, Params: map[string]any{"template_sha256": n.Prompt.SHA256()},
	}
	for name, value := range q.Params {
		p.Params[name] = value
	}
	n.costs(&p, replies)
	if len(replies) == 1 && n.Endpoint.Decoding.Samples == 1 {
		n.single(&p, r, &replies[0])
	} else {
		n.votes(&p, r, replies)
	}
	if err := p.Validate(); err != nil {
		p.Error = "unparseable: " + oneLine(err.Error())
		p.Score, p.Label, p.Ranking, p.Votes, p.MemberScores, p.VerbalConfidence = nil, "", nil, nil, nil, nil
		p.TokenLogprobs, p.TokenEntropies, p.LabelLogprobs = nil, nil, nil
	}
	return p
}

// costs adds up what was paid: tokens of all replies, if each was counted, and
// milliseconds of all, one after the other.
func (n *run) costs(p *sample.Prediction, replies []timedReply) {
	in, out, counted := 0, 0, 0
	var ms []float64
	for i := range replies {
		r := &replies[i]
		if r.failure != "" {
			continue
		}
		ms = append(ms, r.ms)
		if r.TokensIn != nil && r.TokensOut != nil {
			in, out, counted = in+*r.TokensIn, out+*r.TokensOut, counted+1
		}
		if r.Model != "" && r.Model != n.Endpoint.Model {
			p.Params["served_model"] = r.Model
			n.tally.warn("the server answered with another model: " + oneLine(r.Model))
		}
		if r.Fingerprint != "" {
			p.Params["system_fingerprint"] = r.Fingerprint
		}
	}
	if len(ms) == 0 {
		return
	}
	total := detsum.Sum(ms)
	p.LatencyMS = &total
	if counted == len(ms) {
		p.TokensIn, p.TokensOut, p.USD = &in, &out, n.Endpoint.Price.of(in, out)
	}
}

// read parses one reply: the answer, or the text of the error.
func (p *Prompt) read(r *timedReply, request *Request) (answer.Answer, string) {
	switch {
	case r.failure != "":
		return answer.Answer{}, r.failure
	case r.Refusal != "":
		return answer.Answer{}, "refused: " + oneLine(r.Refusal)
	case r.FinishReason == "content_filter":
		return answer.Answer{}, "refused: finish_reason is content_filter"
	case r.FinishReason == "length":
		return answer.Answer{}, "truncated: finish_reason is length"
	}
	a, failure := answer.Parse(r.Text, p.grammar(request))
	if failure != nil {
		return answer.Answer{}, oneLine(failure.Record())
	}
	return a, ""
}

func (p *Prompt) grammar(r *Request) answer.Grammar {
	g := answer.Grammar{Strict: p.Strict}
	if p.Asks == "label" {
		g.Labels = p.wordsOnly()
	} else {
		g.Min, g.Max = r.Min, r.Max
	}
	return g
}

func (p *Prompt) wordsOnly() []string {
	words := make([]string, len(p.Words))
	for i, w := range p.Words {
		words[i] = w.Word
	}
	return words
}

// label is what a word of the prompt stands for.
func (p *Prompt) label(word string) string {
	i := slices.IndexFunc(p.Words, func(w Word) bool { return w.Word == word })
	if i < 0 {
		return ""
	}
	return p.Words[i].Label
}

func (n *run) single(p *sample.Prediction, request *Request, r *timedReply) {
	p.Raw = r.Text
	a, failure := n.Prompt.read(r, request)
	p.Score, p.Label, p.VerbalConfidence, p.Error = a.Score, n.Prompt.label(a.Label), a.Confidence, failure
	for _, w := range a.Warnings {
		n.tally.warn("answer: " + oneLine(w))
	}
	if r.failure == "" {
		n.probabilities(p, r)
	}
}

// probabilities fills in what the tokens say. A token entropy is that of the listed
// alternatives and of all others as one more outcome: no more than the true
// entropy, and equal to it if the rest is one token.
func (n *run) probabilities(p *sample.Prediction, r *timedReply) {
	if !n.Endpoint.Decoding.Logprobs {
		return
	}
	if len(r.Tokens) == 0 {
		p.Params["logprobs"] = "missing"
		n.tally.warn("the server sent no log-probabilities, though they were asked for")
		return
	}
	if p.TokensOut != nil && len(r.Tokens) != *p.TokensOut {
		p.Params["logprobs_tokens"] = len(r.Tokens)
	}
	for _, t := range r.Tokens {
		if t.Logprob > 0 || math.IsNaN(t.Logprob) || math.IsInf(t.Logprob, 0) {
			p.Params["logprobs"] = "unusable"
			n.tally.warn("the server sent log-probabilities that are none")
			p.TokenLogprobs = nil
			return
		}
		p.TokenLogprobs = append(p.TokenLogprobs, t.Logprob)
	}
	p.TokenEntropies = entropies(r.Tokens)
	if n.Prompt.Asks != "label" || p.Error != "" {
		return
	}
	probs, err := answer.LabelProbs(r.Tokens, n.Prompt.wordsOnly())
	if err != nil {
		p.Params["label_logprobs"] = oneLine(err.Error())
		n.tally.warn("no label probabilities in the tokens of an answer")
		return
	}
	p.LabelLogprobs = map[string]float64{}
	for word, lp := range probs.Logprobs() {
		p.LabelLogprobs[n.Prompt.label(word)] = lp
	}
	p.Params["label_mass"] = probs.Resolved
	for _, w := range probs.Warnings {
		n.tally.warn("label probabilities: " + oneLine(w))
	}
}

// entropies returns the entropy in nats at each token, nil unless every token has
// alternatives that are probabilities.
func entropies(tokens []answer.Token) []float64 {
	out := make([]float64, len(tokens))
	for i, t := range tokens {
		if len(t.Top) == 0 {
			return nil
		}
		terms, mass := make([]float64, 0, len(t.Top)+1), make([]float64, 0, len(t.Top))
		for _, top := range t.Top {
			q := math.Exp(top.Logprob)
			if !(q >= 0 && q <= 1) {
				return nil
			}
			mass = append(mass, q)
			if q > 0 {
				terms = append(terms, -q*top.Logprob)
			}
		}
		if rest := 1 - detsum.Sum(mass); rest > 1e-9 {
			terms = append(terms, -rest*math.Log(rest))
		}
		out[i] = max(0, detsum.Sum(terms))
	}
	return out
}

// votes counts the samples' answers by polarity word, and takes the mean of scores
// and confidences. Token probabilities of several samples are not kept.
func (n *run) votes(p *sample.Prediction, request *Request, replies []timedReply) {
	votes := map[string]int{}
	var confidences []float64
	var raw []string
	failed, first := 0, ""
	for i := range replies {
		raw = append(raw, replies[i].Text)
		a, failure := n.Prompt.read(&replies[i], request)
		if failure != "" {
			failed++
			first = cmp.Or(first, failure)
			continue
		}
		word := n.Prompt.label(a.Label)
		if a.Score != nil {
			p.MemberScores = append(p.MemberScores, *a.Score)
			word = sample.PolarityOf(*a.Score).String()
		}
		votes[word]++
		if a.Confidence != nil {
			confidences = append(confidences, *a.Confidence)
		}
	}
	text, err := json.Marshal(raw)
	if err != nil {
		panic("chat: texts that JSON cannot write: " + err.Error())
	}
	p.Raw = string(text)
	if failed > 0 {
		p.Params["failed_samples"] = failed
		p.Params["first_failure"] = first
	}
	if len(votes) == 0 {
		p.Error = first
		return
	}
	p.Votes = votes
	if len(p.MemberScores) > 0 {
		mean := detsum.Mean(p.MemberScores)
		p.Score = &mean
	}
	if len(confidences) > 0 {
		mean := detsum.Mean(confidences)
		p.VerbalConfidence = &mean
	}
}
