package answer

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Grammar says what counts as an answer.
type Grammar struct {
	// Min and Max are the ends of the scale, both allowed as scores. A grammar
	// with Min = Max = 0 takes no score.
	Min, Max float64
	// Labels are the allowed labels, in any language; none means that the answer
	// is a score. A label of the five or three sentiment classes, in English or
	// Chinese, also stands for its synonyms: "positive" for 积极 and 正面.
	Labels []string
	// Ranking says that the answer is a list of labels, most likely first. It
	// may be partial.
	Ranking bool
	// Strict takes no text beside the answer: "1.4" is one, "I say 1.4" is none.
	// It is the grammar to use where the model saw text by strangers, who may
	// have written a score into it.
	Strict bool
}

// numeric reports whether g takes a score.
func (g Grammar) numeric() bool { return g.Min < g.Max }

// check panics if g admits no answer: it is written by a programmer.
func (g Grammar) check() {
	switch {
	case math.IsNaN(g.Min) || math.IsNaN(g.Max) || math.IsInf(g.Min, 0) || math.IsInf(g.Max, 0) || g.Min > g.Max:
		panic(fmt.Sprintf("answer: the scale [%v, %v] is none", g.Min, g.Max))
	case !g.numeric() && len(g.Labels) == 0:
		panic("answer: a grammar without a scale and without labels")
	case g.Ranking && len(g.Labels) == 0:
		panic("answer: a ranking without labels")
	}
}

// Answer is what a text says, in the terms of its grammar.
type Answer struct {
	// Score is within the grammar's scale; nil if the text names none.
	Score *float64
	// Label is one of the grammar's labels, spelt as there; "" for none.
	Label string
	// Ranking lists labels of the grammar, most likely first, each once.
	Ranking []string
	// Confidence is in [0,1]; nil if the text states none.
	Confidence *float64
	// Stripped says that a section of reasoning was left out.
	Stripped bool
	// Warnings say what else was in the answer and could not be used.
	Warnings []string
}

// Reason says in a word why a text is no answer.
type Reason string

// The reasons. Importers and caches count records by them.
const (
	Empty       Reason = "empty"        // no text, or nothing but spaces, after the reasoning
	Refusal     Reason = "refusal"      // the model says that it cannot or will not answer
	Truncated   Reason = "truncated"    // the reasoning, the tag or the JSON object does not end
	OutOfRange  Reason = "out of range" // a number outside the scale
	Ambiguous   Reason = "ambiguous"    // two readings, none of them better
	Unparseable Reason = "unparseable"  // no answer of this grammar
)

// Failure says why a text is no answer. The text itself stays with the caller.
type Failure struct {
	Reason Reason
	// Detail is a clause that names what was found.
	Detail string
}

// Error returns reason and detail.
func (f *Failure) Error() string { return string(f.Reason) + ": " + f.Detail }

// Record returns the text for sample.Prediction.Error. It begins with one of the
// words by which records are counted: missing, refused, truncated, unparseable,
// out of range.
func (f *Failure) Record() string {
	switch f.Reason {
	case Empty:
		return "missing: " + f.Detail
	case Refusal:
		return "refused: " + f.Detail
	case Ambiguous:
		return "unparseable: ambiguous: " + f.Detail
	}
	return f.Error()
}

func failf(reason Reason, format string, args ...any) *Failure {
	return &Failure{reason, fmt.Sprintf(format, args...)}
}

// maxText bounds the text that is read; answers are a few thousand bytes long.
const maxText = 1 << 16

// Parse reads the answer in text by the rules in the comment of the package. The
// failure is nil, or the answer is the zero Answer. It panics if g admits no
// answer at all, which is an error of the program.
func Parse(text string, g Grammar) (Answer, *Failure) {
	g.check()
	if len(text) > maxText {
		return Answer{}, failf(Unparseable, "%d bytes, more than any answer has", len(text))
	}
	body, stripped, fail := dropThinking(text)
	if fail == nil {
		body, fail = unwrapAnswer(special.ReplaceAllString(body, ""), g.Strict)
	}
	if fail == nil {
		body, fail = unfence(body)
	}
	if fail != nil {
		return Answer{}, fail
	}
	a, fail := parseBody(body, g)
	if fail != nil {
		return Answer{}, fail
	}
	a.Stripped = stripped
	return a, nil
}

// parseBody reads what is left of an answer when its wrapping is off.
func parseBody(body string, g Grammar) (Answer, *Failure) {
	folded := fold(body)
	if strings.TrimSpace(folded) == "" {
		return Answer{}, failf(Empty, "no text")
	}
	found, rest, fail := objects(body)
	if fail != nil {
		return Answer{}, fail
	}
	if len(found) == 0 {
		if phrase := phraseIn(folded, refusals); phrase != "" {
			return Answer{}, failf(Refusal, "%q", phrase)
		}
		a, fail := parseText(body, g)
		return a, orApology(fail, folded)
	}
	if g.Strict && strings.TrimSpace(rest) != "" {
		return Answer{}, failf(Unparseable, "text beside the object")
	}
	a, fail := parseObjects(found, g)
	if fail != nil && fail.Reason == Unparseable {
		fail = orApology(fail, folded)
		if phrase := phraseIn(folded, refusals); phrase != "" {
			fail = failf(Refusal, "%q", phrase)
		}
	}
	return a, fail
}

// parseObjects reads several objects, which must say the same.
func parseObjects(found []node, g Grammar) (Answer, *Failure) {
	first, fail := parseObject(found[0], g)
	if fail != nil {
		return Answer{}, fail
	}
	for _, n := range found[1:] {
		if next, fail := parseObject(n, g); fail != nil || !reflect.DeepEqual(first, next) {
			return Answer{}, failf(Ambiguous, "%d objects that differ", len(found))
		}
	}
	return first, nil
}

// orApology makes a refusal of a text that has no answer but an apology.
func orApology(fail *Failure, folded string) *Failure {
	if fail == nil || fail.Reason != Unparseable {
		return fail
	}
	if phrase := phraseIn(folded, apologies); phrase != "" {
		return failf(Refusal, "%q", phrase)
	}
	return fail
}

// unfence returns what is in a code fence that encloses all of text.
func unfence(text string) (string, *Failure) {
	trimmed := strings.TrimSpace(text)
	inner, ok := strings.CutPrefix(trimmed, "```")
	if !ok || inner == "" {
		return text, nil
	}
	end := strings.Index(inner, "```")
	if end < 0 {
		return "", failf(Truncated, "the code fence is not closed")
	}
	if strings.TrimSpace(inner[end+3:]) != "" {
		return text, nil // prose with code in it
	}
	inner = inner[:end]
	if lang, rest, ok := strings.Cut(inner, "\n"); ok && (strings.TrimSpace(lang) == "json" || strings.TrimSpace(lang) == "text") {
		inner = rest
	}
	return inner, nil
}
