package synth

import (
	"math"
	"math/rand/v2"

	"uacs/harness/sample"
)

// refusal is the error of a clip that the large model does not answer.
const refusal = "refused: the model gave no answer about this clip"

// answers appends the three records about the last sample.
func (d *draw) answers(rng *rand.Rand, t, a, v, w int, truth Truth) {
	m, set := d.model, d.set
	small := d.record(SmallModel, 1, "text")
	d.fill(&small, m.small[t])
	set.Small = append(set.Small, small)

	first := d.record(LargeModel, 1, "text", "audio", "video")
	second := d.record(LargeModel, 2, "text", "audio", "video")
	if truth.Refused {
		first.Error, second.Error = refusal, refusal
	} else {
		answer := [...]*answer{&m.large[t][a][v], &m.naive[t][a][v], &m.glance[v]}[truth.Lapse]
		d.fill(&first, *answer)
		first.Votes = m.votes(rng, *answer)
		d.fill(&second, m.second[t][a][v][w])
	}
	set.Large = append(set.Large, first)
	set.Second = append(set.Second, second)
}

// record returns a record without an answer about the last sample.
func (d *draw) record(model string, round int, modalities ...string) sample.Prediction {
	s := &d.set.Samples[len(d.set.Samples)-1]
	return sample.Prediction{
		Dataset: s.Dataset, Split: s.Split, ID: s.ID, Model: model, Revision: d.revision, Round: round,
		Modalities: modalities,
	}
}

// fill writes a into p. The numbers are copies, so that who changes one record
// changes no other.
func (d *draw) fill(p *sample.Prediction, a answer) {
	p.Score = &d.copyOf([]float64{a.score})[0]
	p.Bins = d.copyOf(d.model.labels)
	p.Probs = d.copyOf(a.probs)
	p.Label = d.word(a.score)
}

// copyOf returns a copy of x in memory of its own, cut from a larger piece: a
// set has some ten thousand of them.
func (d *draw) copyOf(x []float64) []float64 {
	if len(d.free) < len(x) {
		d.free = make([]float64, 1<<14)
	}
	c := d.free[:len(x):len(x)]
	d.free = d.free[len(x):]
	copy(c, x)
	return c
}

// word returns the label in one word, of the sign of score; up to a third of the
// scale it is weak.
func (d *draw) word(score float64) string {
	name := sample.PolarityOf(score).String()
	top := d.model.labels[len(d.model.labels)-1]
	if score != 0 && math.Abs(score) <= top/3 {
		return "weakly " + name
	}
	return name
}

// votes counts polarities drawn from a, as if a model had been sampled
// [voteCount] times.
func (m *model) votes(rng *rand.Rand, a answer) map[string]int {
	p := m.polarity(a)
	votes := map[string]int{}
	for range voteCount {
		votes[sample.Polarity(choose(rng, p[:])-1).String()]++
	}
	return votes
}
