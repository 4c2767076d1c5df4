package fusion

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// cascade builds an ablation of U-ACS from its parts: what follows where both
// models agree, and where they conflict. A nil accept leaves the large model's
// confidence out of it.
func cascade(accept func(Clip, Params) bool, agree, conflict func(Clip, Params) Outcome) func(Clip, Params) Outcome {
	return func(c Clip, p Params) Outcome {
		switch {
		case accept != nil && accept(c, p):
			return Outcome{Answer: c.Large, Stage: Confident, Calls: 1}
		case c.Small.Polarity == c.Large.Polarity:
			return agree(c, p)
		}
		return conflict(c, p)
	}
}

// The ways to answer that the ablations are built of.

func acceptLarge(c Clip, _ Params) Outcome {
	return Outcome{Answer: c.Large, Stage: Agreed, Calls: 1}
}

func averageBoth(c Clip, p Params) Outcome {
	return Outcome{Answer: average(c, p), Stage: Averaged, Calls: 1}
}

func askAgain(c Clip, _ Params) Outcome { return requery(c) }

func takeLarge(c Clip, _ Params) Outcome {
	return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
}

// keepSmall is the small model's answer although the large one was asked; the
// large one's if the small model gave none.
func keepSmall(c Clip, p Params) Outcome {
	if !c.Small.OK {
		return takeLarge(c, p)
	}
	return Outcome{Answer: c.Small, Stage: Kept, Calls: 1}
}

func takeOther(c Clip, _ Params) Outcome { return requeried(c, c.Other) }

// tossForAnswer is the answer of either model with even odds.
func tossForAnswer(c Clip, p Params) Outcome {
	switch {
	case c.Key == "":
		return fellBack(c)
	case coin(c, p, "answer") < 0.5:
		return keepSmall(c, p)
	}
	return takeLarge(c, p)
}

// tossForSecond asks a random share of the clips again, whether the models agree
// or not, and answers the others by otherwise.
func tossForSecond(otherwise func(Clip, Params) Outcome) func(Clip, Params) Outcome {
	return func(c Clip, p Params) Outcome {
		share := p.SecondShare
		if share == 0 {
			share = 0.5
		}
		switch {
		case confident(c, p):
			return Outcome{Answer: c.Large, Stage: Confident, Calls: 1}
		case c.Key == "":
			return fellBack(c)
		case coin(c, p, "second") < share:
			return requery(c)
		}
		return otherwise(c, p)
	}
}

// coin returns a number in [0,1) that is a function of the seed, the clip's key
// and the purpose, and of nothing else.
func coin(c Clip, p Params, purpose string) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s", purpose, c.Key) // a hash cannot fail to be written
	return rand.New(rand.NewPCG(p.Seed, h.Sum64())).Float64()
}

// streamShuffle keeps the draw of ShuffleSecond apart from other draws under one
// seed.
const streamShuffle = 0x7365636f6e64

// ShuffleSecond returns a copy of clips in which Other is the second answer of
// another clip: the clips that have one are put in a random cycle and each gets
// the answer of the next, so that no clip gets its own. Clips without a usable
// second answer, and a single clip, get none. Small and large answers stay in
// place.
func ShuffleSecond(clips []Clip, seed uint64) []Clip {
	out := slices.Clone(clips)
	var cycle []int
	for i := range out {
		out[i].Other = Answer{}
		if out[i].Second.OK {
			cycle = append(cycle, i)
		}
	}
	if len(cycle) < 2 {
		return out
	}
	rng := rand.New(rand.NewPCG(seed, streamShuffle))
	rng.Shuffle(len(cycle), func(i, j int) { cycle[i], cycle[j] = cycle[j], cycle[i] })
	for k, i := range cycle {
		out[i].Other = clips[cycle[(k+1)%len(cycle)]].Second
	}
	return out
}
