package uncertainty

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"unicode/utf8"
)

// The streams keep the draws of the two controls apart under one seed.
const (
	streamRandom   = 0x72616e646f6d
	streamShuffled = 0x73687566666c
)

// Random is noise: the curve of a router that knows nothing.
var Random = register(Measure{
	Name:     "random",
	Doc:      "Uniform noise in [0,1): what deferring at random would do.",
	Formula:  "U(0,1), PCG(seed)",
	Citation: "control",
	Needs:    "nothing",
	Cost:     "none",
	Range:    unit,
	Control:  true,
	column: func(in Input) ([]float64, error) {
		rng := rand.New(rand.NewPCG(in.Seed, streamRandom))
		u := make([]float64, len(in.Answers))
		for i := range u {
			u[i] = rng.Float64()
		}
		return u, nil
	},
})

// Constant doubts every clip alike: whatever a curve does under it is the work of
// how ties are handled.
var Constant = register(Measure{
	Name:     "constant",
	Doc:      "The same value for every clip: one tie group, deferred whole or not at all.",
	Formula:  "½",
	Citation: "control",
	Needs:    "nothing",
	Cost:     "none",
	Range:    [2]float64{0.5, 0.5},
	Control:  true,
	column: func(in Input) ([]float64, error) {
		return slices.Repeat([]float64{0.5}, len(in.Answers)), nil
	},
})

// Shuffled is another measure's column in random order: the same values, ties
// included, with what they know about each clip destroyed.
var Shuffled = register(Measure{
	Name:     "shuffled",
	Doc:      "The base measure's values dealt to random clips.",
	Formula:  "u_π(i), π a random permutation, PCG(seed)",
	Citation: "control",
	Needs:    "a base measure",
	Requires: []Field{FieldBase},
	Cost:     "none",
	Range:    unbounded,
	Control:  true,
	column: func(in Input) ([]float64, error) {
		if len(in.Base) != len(in.Answers) {
			return nil, fmt.Errorf("base column has %d values for %d answers", len(in.Base), len(in.Answers))
		}
		u := slices.Clone(in.Base)
		rng := rand.New(rand.NewPCG(in.Seed, streamShuffled))
		rng.Shuffle(len(u), func(i, j int) { u[i], u[j] = u[j], u[i] })
		return u, nil
	},
})

// Oracle knows the truth: it defers where deferring helps, first.
var Oracle = register(Measure{
	Name:     "oracle",
	Doc:      "The true gain of deferring the clip: the best any router could do.",
	Formula:  "q_i(deferred) − q_i(kept)",
	Citation: "control; the optimal curve of RouteLLM (Ong et al. 2024)",
	Needs:    "the labels",
	Requires: []Field{FieldGain},
	Cost:     "not to be had",
	Range:    unbounded,
	Control:  true,
	column: func(in Input) ([]float64, error) {
		if len(in.Gain) != len(in.Answers) {
			return nil, fmt.Errorf("gain column has %d values for %d answers", len(in.Gain), len(in.Answers))
		}
		return slices.Clone(in.Gain), nil
	},
})

// TextLength doubts long transcripts. It knows nothing of the answer: a measure
// that does no better has found how long clips are, not which are wrong.
var TextLength = register(Measure{
	Name:     "text-length",
	Doc:      "Characters of the transcript over those of the longest.",
	Formula:  "len(text)/max len",
	Citation: "control; length bias of sequence uncertainty: Gupta et al., Language Model Cascades (ICLR 2024)",
	Needs:    "transcripts",
	Requires: []Field{FieldText},
	Cost:     "none",
	Range:    unit,
	Control:  true,
	column: func(in Input) ([]float64, error) {
		u := make([]float64, len(in.Answers))
		absent := NotApplicable{Needs: "transcript", N: len(in.Answers)}
		longest := 0.0
		for i := range u {
			if i < len(in.Texts) && in.Texts[i] != "" {
				u[i] = float64(utf8.RuneCountInString(in.Texts[i]))
				longest = max(longest, u[i])
				continue
			}
			absent.add(in.Answers[i].ID)
		}
		if err := absent.orNil(); err != nil {
			return nil, err
		}
		for i := range u {
			u[i] /= longest
		}
		return u, nil
	},
})
