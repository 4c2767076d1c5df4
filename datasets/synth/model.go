package synth

import (
	"math"

	"uacs/internal/detsum"
)

// model holds the conditional probability tables of the package comment for one
// config, and the answers of the models for everything they can see.
type model struct {
	labels  []float64
	gradeOf []int     // grade index of each label
	share   []float64 // P(label | its grade)

	mood      [moods]float64
	grade     [moods][grades]float64 // P(grade | mood)
	recording [recordings]float64
	hardness  [recordings]Levels // P(difficulty | recording)

	sarcasm [grades]float64                               // P(sarcastic | grade)
	text    [2][grades][difficulties][textClasses]float64 // P(class | sarcastic, grade, difficulty)
	audio   [grades][difficulties][cues]float64
	vision  [grades][difficulties][cues]float64
	look    [grades][difficulties][cues]float64

	small  [textClasses]answer
	large  [textClasses][cues][cues]answer
	naive  [textClasses][cues][cues]answer
	glance [cues]answer
	second [textClasses][cues][cues][cues]answer
}

// answer is a distribution over the labels and its expectation.
type answer struct {
	probs []float64
	score float64
}

// newModel fills the tables of c, which must be valid.
func newModel(c Config) *model {
	m := &model{mood: c.MoodShare, recording: [recordings]float64{1 - c.NoisyShare, c.NoisyShare}}
	m.hardness = [recordings]Levels{c.ClearDifficulty, c.NoisyDifficulty}
	m.labels, m.gradeOf = labelGrid(c.Grid)
	var size [grades]float64
	for _, g := range m.gradeOf {
		size[g]++
	}
	for _, g := range m.gradeOf {
		m.share = append(m.share, 1/size[g])
	}
	m.fillGrades(c)
	for d := range difficulties {
		for g := range grades {
			for s := range 2 {
				m.fillText(c, s, g, d)
			}
			target := cueOf(g)
			m.audio[g][d] = [cues]float64(spread(cues, target, c.AudioSpread[d]))
			m.vision[g][d] = [cues]float64(spread(cues, target, c.VisionSpread[d]))
			m.look[g][d] = [cues]float64(spread(cues, target, c.LookSpread[d]))
		}
	}
	m.fillAnswers(c.LargeTemperature)
	return m
}

// fillGrades tilts the prior by mood and sets who can be sarcastic.
func (m *model) fillGrades(c Config) {
	for i := range moods {
		tilt := float64(c.MoodTilt * float64(i-1))
		for g, p := range c.Prior {
			switch {
			case g > neutralGrade:
				p *= 1 + tilt
			case g < neutralGrade:
				p *= 1 - tilt
				m.sarcasm[g] = c.Sarcasm
			}
			m.grade[i][g] = p
		}
		normalise(m.grade[i][:])
	}
}

// fillText sets P(class | s, g, d). Sarcasm turns the grade that the words are
// meant to express into its opposite.
func (m *model) fillText(c Config, s, g, d int) {
	intended, marker := g, c.MarkerSincere
	if s == 1 {
		intended, marker = 2*neutralGrade-g, c.MarkerSarcastic
	}
	share := [constructions]float64{1 - c.NegatedShare[d] - c.ContrastShare[d], c.NegatedShare[d], c.ContrastShare[d]}
	blur := [constructions]float64{0, c.NegatedBlur, c.ContrastBlur}
	for k := range constructions {
		r := c.TextSpread[d] + float64(blur[k]*(1-c.TextSpread[d]))
		for a, p := range spread(grades, intended, r) {
			t := TextClass{Construction: Construction(k), Apparent: a - neutralGrade}
			p *= share[k]
			if t.Apparent <= 0 {
				m.text[s][g][d][t.index()] = p
				continue
			}
			m.text[s][g][d][t.index()] = p * (1 - marker)
			t.Marker = true
			m.text[s][g][d][t.index()] = p * marker
		}
	}
}

// cueOf returns the index of the cue that grade index g is meant to give:
// grades -3..3 give -2, -1, -1, 0, 1, 1, 2.
func cueOf(g int) int { return [grades]int{0, 1, 1, 2, 3, 3, 4}[g] }

// spread returns n probabilities proportional to r^|i-target|.
func spread(n, target int, r float64) []float64 {
	p := make([]float64, n)
	for i := range p {
		p[i] = 1
		for range max(i-target, target-i) {
			p[i] *= r
		}
	}
	normalise(p)
	return p
}

// fillAnswers applies Bayes' rule to all that each model can see.
func (m *model) fillAnswers(temperature float64) {
	prior := m.prior()
	for a := range cues {
		for v := range cues {
			seen := prior.times(column(&m.audio, a)).times(column(&m.vision, v))
			for t := range textClasses {
				m.naive[t][a][v] = m.answer(seen.times(m.words(t, false)), temperature)
				all := seen.times(m.words(t, true))
				m.large[t][a][v] = m.answer(all, temperature)
				for w := range cues {
					m.second[t][a][v][w] = m.answer(all.times(column(&m.look, w)), temperature)
				}
			}
		}
	}
	for v := range cues {
		m.glance[v] = m.answer(prior.times(column(&m.vision, v)), temperature)
	}
	for t := range textClasses {
		m.small[t] = m.answer(prior.times(m.words(t, true)), 1)
	}
}

// prior returns P(grade, difficulty), with mood and recording summed out.
func (m *model) prior() weights {
	var w weights
	for g := range grades {
		for d := range difficulties {
			for i := range moods {
				for k := range recordings {
					w[g][d] += float64(m.mood[i] * m.grade[i][g] * m.recording[k] * m.hardness[k][d])
				}
			}
		}
	}
	return w
}

// weights are joint probabilities or likelihoods of grade and difficulty.
type weights [grades][difficulties]float64

func (w weights) times(x *weights) weights {
	for g := range w {
		for d := range w[g] {
			w[g][d] *= x[g][d]
		}
	}
	return w
}

// column returns the likelihood of one cue.
func column(table *[grades][difficulties][cues]float64, cue int) *weights {
	var w weights
	for g := range w {
		for d := range w[g] {
			w[g][d] = table[g][d][cue]
		}
	}
	return &w
}

// words returns the likelihood of text class t, with sarcasm summed out, or
// with sarcasm thought impossible.
func (m *model) words(t int, sarcasm bool) *weights {
	var w weights
	for g := range w {
		q := m.sarcasm[g]
		if !sarcasm {
			q = 0
		}
		for d := range w[g] {
			w[g][d] = float64((1-q)*m.text[0][g][d][t]) + float64(q*m.text[1][g][d][t])
		}
	}
	return &w
}

// negligible is the size below which a score is the rounding error of a zero:
// where the evidence for both signs is equal, the answer is neutral.
const negligible = 1e-12

// answer turns joint weights into the posterior over labels at a temperature.
func (m *model) answer(w weights, temperature float64) answer {
	var posterior [grades]float64
	for g := range w {
		for _, x := range w[g] {
			posterior[g] += x
		}
	}
	probs := make([]float64, len(m.labels))
	for i, g := range m.gradeOf {
		probs[i] = posterior[g] * m.share[i]
	}
	normalise(probs)
	if temperature != 1 {
		for i, p := range probs {
			probs[i] = math.Pow(p, 1/temperature)
		}
		normalise(probs)
	}
	score := detsum.Dot(probs, m.labels)
	if math.Abs(score) < negligible {
		score = 0
	}
	return answer{probs, score}
}

// entropy returns the entropy of a divided by that of the uniform distribution.
func (a answer) entropy() float64 {
	terms := make([]float64, len(a.probs))
	for i, p := range a.probs {
		if p > 0 {
			terms[i] = -p * math.Log(p)
		}
	}
	return detsum.Sum(terms) / math.Log(float64(len(a.probs)))
}

// polarity returns the probabilities of a negative, a zero and a positive label.
func (m *model) polarity(a answer) (p [3]float64) {
	for i, q := range a.probs {
		p[1+sign(m.labels[i])] += q
	}
	return p
}

// sign returns -1, 0 or 1.
func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// normalise divides x by its sum; a vector of zeros stays.
func normalise(x []float64) {
	sum := detsum.Sum(x)
	if sum == 0 {
		return
	}
	for i := range x {
		x[i] /= sum
	}
}
