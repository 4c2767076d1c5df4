package leak

import (
	"errors"
	"fmt"
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// ProbeOptions says when [Probe] flags. The zero value stands for the defaults.
type ProbeOptions struct {
	// Ceiling is the accuracy on unseen clips above which a linear model is not
	// believed. Default 0.9: no published model of any kind is above it on MOSI
	// or CH-SIMS.
	Ceiling float64
	// Z is by how many standard errors the accuracy on unseen clips must exceed
	// that on the clips the model was fitted to. Default 2.5.
	Z float64
}

func (o ProbeOptions) orDefault() ProbeOptions {
	if o.Ceiling == 0 {
		o.Ceiling = 0.9
	}
	if o.Z == 0 {
		o.Z = 2.5
	}
	return o
}

// penalties are the ridge penalties tried, for columns of variance 1.
var penalties = []float64{1, 10, 100, 1000, 10000}

// Probe fits a ridge regression of the label on features in train and asks how
// well it does in valid and test: binary accuracy on the clips whose label is
// not zero, and correlation over all. features[i] belongs to clips[i]; nil means
// that the clip has none and is left out, as is one whose label is NaN. NaN and
// infinities in features count as 0, columns are standardised by train, and the
// penalty is the one with the smallest mean absolute error in valid, or, if
// there is no valid, on every fifth video of train (the model is then fitted
// to all of train).
//
// valid and test are flagged if their accuracy exceeds [ProbeOptions].Ceiling by
// two standard errors, or exceeds the accuracy in train by [ProbeOptions].Z standard errors: what was
// fitted to train cannot know more about unseen clips than about train, unless
// the features were made by something that had seen them and less of train. A
// set that was leaked evenly, train included, is caught by the ceiling only.
//
// It is an error if there are no clips in train or none in test, or if rows
// differ in length. Same input, same rows; time grows with clips × columns².
func Probe(name string, clips []sample.Sample, features [][]float32, o ProbeOptions) ([]Row, error) {
	if len(features) != len(clips) {
		return nil, fmt.Errorf("probe of %s: %d clips, %d rows of features", name, len(clips), len(features))
	}
	sets, err := designs(clips, features)
	if err != nil {
		return nil, fmt.Errorf("probe of %s: %w", name, err)
	}
	train, valid, test := sets[0], sets[1], sets[2]
	if len(train.y) == 0 || len(test.y) == 0 {
		return nil, fmt.Errorf("probe of %s: %d clips of train and %d of test have features", name, len(train.y), len(test.y))
	}
	g := newGram(train)
	penalty, err := choose(g, train, valid)
	if err != nil {
		return nil, fmt.Errorf("probe of %s: %w", name, err)
	}
	m, err := g.solve(penalty)
	if err != nil {
		return nil, fmt.Errorf("probe of %s: %w", name, err)
	}
	o = o.orDefault()
	seen := m.score(train)
	rows := []Row{seen.row(name, sample.Train)}
	for i, d := range []design{valid, test} {
		if len(d.y) == 0 {
			continue
		}
		got := m.score(d)
		r := got.row(name, splits[i+1])
		r.Flag, r.Note = got.verdict(seen, o)
		rows = append(rows, r)
	}
	return rows, nil
}

// design is the clips of one split as a regression problem.
type design struct {
	x      [][]float64
	y      []float64
	videos []string
}

// designs returns those of train, valid and test.
func designs(clips []sample.Sample, features [][]float32) (sets [3]design, err error) {
	width := -1
	for i := range clips {
		if features[i] == nil || math.IsNaN(clips[i].Label) {
			continue
		}
		if width < 0 {
			width = len(features[i])
		}
		if len(features[i]) != width || width == 0 {
			return sets, fmt.Errorf("clip %s has %d features, others have %d", clips[i].ID, len(features[i]), width)
		}
		row := make([]float64, width)
		for k, v := range features[i] {
			if v-v == 0 { // neither NaN nor infinite
				row[k] = float64(v)
			}
		}
		for k, split := range splits {
			if clips[i].Split == split {
				sets[k].x, sets[k].y, sets[k].videos = append(sets[k].x, row), append(sets[k].y, clips[i].Label), append(sets[k].videos, clips[i].Video)
			}
		}
	}
	return sets, nil
}

// choose returns the penalty under which a model of train, whose sums g holds,
// errs least in valid.
func choose(g *gram, train, valid design) (float64, error) {
	if len(valid.y) == 0 {
		most, fifth := everyFifth(train)
		if len(most.y) == 0 || len(fifth.y) == 0 {
			return penalties[2], nil
		}
		g, valid = newGram(most), fifth
	}
	best, least := 0.0, math.Inf(1)
	for _, p := range penalties {
		m, err := g.solve(p)
		if err != nil {
			return 0, err
		}
		if e := m.score(valid).mae; e < least {
			best, least = p, e
		}
	}
	if best == 0 {
		return 0, errors.New("no penalty gives finite predictions")
	}
	return best, nil
}

// everyFifth sets the clips of every fifth video apart.
func everyFifth(d design) (most, fifth design) {
	order := map[string]int{}
	for i, v := range d.videos {
		if _, known := order[v]; !known {
			order[v] = len(order)
		}
		to := &most
		if order[v]%5 == 4 {
			to = &fifth
		}
		to.x, to.y, to.videos = append(to.x, d.x[i]), append(to.y, d.y[i]), append(to.videos, v)
	}
	return most, fifth
}

// score is how well a model does on a design.
type score struct {
	acc   float64 // share of non-zero labels whose sign is met
	polar int     // non-zero labels
	r     float64 // correlation of prediction and label
	mae   float64
	n     int
}

func (m *model) score(d design) score {
	predicted := make([]float64, len(d.y))
	off := make([]float64, len(d.y))
	s := score{n: len(d.y)}
	right := 0
	for i, x := range d.x {
		predicted[i] = m.predict(x)
		off[i] = math.Abs(predicted[i] - d.y[i])
		if d.y[i] == 0 {
			continue
		}
		s.polar++
		if (predicted[i] > 0) == (d.y[i] > 0) {
			right++
		}
	}
	s.acc = float64(right) / float64(max(1, s.polar))
	s.mae = detsum.Mean(off)
	s.r = correlation(predicted, d.y)
	return s
}

func correlation(x, y []float64) float64 {
	mx, my := detsum.Mean(x), detsum.Mean(y)
	u, v := make([]float64, len(x)), make([]float64, len(y))
	for i := range x {
		u[i], v[i] = x[i]-mx, y[i]-my
	}
	return detsum.Dot(u, v) / math.Sqrt(detsum.Dot(u, u)*detsum.Dot(v, v))
}

func (s score) row(name string, split sample.Split) Row {
	r := "n/a" // all predictions or all labels are equal
	if !math.IsNaN(s.r) {
		r = fmt.Sprintf("%.2f", s.r)
	}
	return Row{Check: "probe", Where: fmt.Sprintf("%s, %s", name, split), Value: fmt.Sprintf("acc2 %.3f, r %s", s.acc, r), N: s.n}
}

// verdict says whether a score on unseen clips is too good, and why.
func (s score) verdict(seen score, o ProbeOptions) (bool, string) {
	if s.polar == 0 || seen.polar == 0 {
		return false, ""
	}
	variance := s.acc*(1-s.acc)/float64(s.polar) + seen.acc*(1-seen.acc)/float64(seen.polar)
	better := s.acc > seen.acc && (s.acc-seen.acc) >= o.Z*math.Sqrt(variance)
	high := s.acc > o.Ceiling && s.acc-o.Ceiling >= 2*math.Sqrt(o.Ceiling*(1-o.Ceiling)/float64(s.polar))
	switch {
	case better && high:
		return true, fmt.Sprintf("above %.2f and better than in train: the features have seen these labels", o.Ceiling)
	case better:
		return true, "better than in train: the features have seen these labels"
	case high:
		return true, fmt.Sprintf("above %.2f with a linear model: the features may have seen these labels", o.Ceiling)
	}
	return false, ""
}
