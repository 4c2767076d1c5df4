package synth

import "uacs/internal/detsum"

// cell holds joint probabilities of one video latent and one text class.
type cell struct {
	all    float64 // of all clips
	scored float64 // of clips with a non-zero label
	small  float64 // ... that the small model gets right
	large  float64 // ... that the large one does, or the small one in its place
	both   float64 // ... that both do
	second float64 // ... that the second round does, or the small one in its place
}

func all(x *cell) float64    { return x.all }
func scored(x *cell) float64 { return x.scored }

// joint is the enumerated distribution: everything but the video's latents and
// the text class is summed out, which is enough for the variances between videos
// and for every rule that defers by the text alone.
type joint struct {
	latent [moods * recordings]float64
	cells  [moods * recordings][textClasses]cell
}

// mass returns the probability of text class t.
func (j *joint) mass(t int) float64 {
	sum := 0.0
	for z := range j.cells {
		sum += j.cells[z][t].all
	}
	return sum
}

// estimand returns the ratio of the sums of part and whole, with the variances
// that [Estimand] describes. part and whole are probabilities of 0-1 events of
// which the first implies the second.
func (j *joint) estimand(part func(t int, x *cell) float64, whole func(x *cell) float64) Estimand {
	var c, n [moods * recordings]float64
	for z := range j.cells {
		for t := range j.cells[z] {
			c[z] += part(t, &j.cells[z][t])
			n[z] += whole(&j.cells[z][t])
		}
	}
	events, clips := detsum.Sum(c[:]), detsum.Sum(n[:])
	value := events / clips
	between := 0.0
	for z, p := range j.latent {
		if p > 0 {
			residual := c[z] - float64(value*n[z]) // p times the conditional mean
			between += float64(residual*residual) / p
		}
	}
	second := float64(events*(1-value)*(1-value)) + float64((clips-events)*value*value)
	scale := clips * clips
	return Estimand{Value: value, Within: max(0, second-between) / scale, Between: between / scale}
}

// enumerate sums the joint distribution of all latents and cues.
func (m *model) enumerate(c Config) *joint {
	j := &joint{}
	lapse := [3]float64{1 - c.NaiveShare - c.GlanceShare, c.NaiveShare, c.GlanceShare}
	for i := range moods {
		for k := range recordings {
			z := i*recordings + k
			j.latent[z] = m.mood[i] * m.recording[k]
			for g := range grades {
				for d := range difficulties {
					p := j.latent[z] * m.grade[i][g] * m.hardness[k][d]
					if p > 0 {
						m.addClip(&j.cells[z], g, d, p, lapse, c.RefusalShare)
					}
				}
			}
		}
	}
	return j
}

// addClip spreads the probability p of a grade and difficulty over texts and
// cues and counts what each model makes of them.
func (m *model) addClip(row *[textClasses]cell, g, d int, p float64, lapse [3]float64, refusal float64) {
	want := sign(float64(g - neutralGrade))
	for t := range textClasses {
		q := m.sarcasm[g]
		mass := p * (float64((1-q)*m.text[0][g][d][t]) + float64(q*m.text[1][g][d][t]))
		if mass == 0 {
			continue
		}
		x := &row[t]
		x.all += mass
		if want == 0 {
			continue
		}
		x.scored += mass
		fallback := 0.0
		if sign(m.small[t].score) == want {
			fallback = 1
			x.small += mass
		}
		large, second := m.rightGivenText(t, g, d, want, lapse)
		large = float64((1-refusal)*large) + float64(refusal*fallback)
		second = float64((1-refusal)*second) + float64(refusal*fallback)
		x.large += float64(mass * large)
		x.both += float64(mass * large * fallback)
		x.second += float64(mass * second)
	}
}

// rightGivenText returns the probabilities, given text class, grade and
// difficulty, that the large model and the second round answer with the wanted
// sign if they answer.
func (m *model) rightGivenText(t, g, d, want int, lapse [3]float64) (large, second float64) {
	for a := range cues {
		for v := range cues {
			p := m.audio[g][d][a] * m.vision[g][d][v]
			for l, s := range [3]float64{m.large[t][a][v].score, m.naive[t][a][v].score, m.glance[v].score} {
				if sign(s) == want {
					large += float64(p * lapse[l])
				}
			}
			for w := range cues {
				if sign(m.second[t][a][v][w].score) == want {
					second += float64(p * m.look[g][d][w])
				}
			}
		}
	}
	return large, second
}

// labelMarginal returns the probability of each label.
func (m *model) labelMarginal() []float64 {
	probs := make([]float64, len(m.labels))
	for i, g := range m.gradeOf {
		for k := range moods {
			probs[i] += float64(m.mood[k] * m.grade[k][g])
		}
		probs[i] *= m.share[i]
	}
	return probs
}

// ceilings returns the accuracies of the most probable sign given the text, and
// given text, voice and face.
func (m *model) ceilings() (text, full float64) {
	var nonzero float64
	var byText [textClasses][2]float64
	var byAll [textClasses][cues][cues][2]float64
	prior := m.prior()
	for g := range grades {
		if g == neutralGrade {
			continue
		}
		s := 0
		if g > neutralGrade {
			s = 1
		}
		for d := range difficulties {
			for t := range textClasses {
				p := prior[g][d] * m.words(t, true)[g][d]
				nonzero += p
				byText[t][s] += p
				for a := range cues {
					for v := range cues {
						byAll[t][a][v][s] += float64(p * m.audio[g][d][a] * m.vision[g][d][v])
					}
				}
			}
		}
	}
	for t := range textClasses {
		text += max(byText[t][0], byText[t][1])
		for a := range cues {
			for v := range cues {
				full += max(byAll[t][a][v][0], byAll[t][a][v][1])
			}
		}
	}
	return text / nonzero, full / nonzero
}
