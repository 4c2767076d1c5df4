package ubm

import (
	"fmt"
	"math"

	"uacs/harness/calibrate"
)

// Model is a trained model: one member, or an ensemble. It is safe for concurrent use.
type Model struct {
	Config     Config
	Dataset    string
	Provenance Provenance
	// Digest is the training digest; see [Config.Digest].
	Digest string
	// Warnings are caveats to print beside any number of this model.
	Warnings []string

	shape   shape
	scales  []Scale
	frames  []float64 // of each stream, the mean over train clips
	members []member
}

type member struct {
	seed        uint64
	weights     []float32
	temperature float64
}

// view returns the weights with their structure.
func (m *Model) view(i int) *weights[float32] {
	w := newWeights[float32](m.shape)
	copy(w.flat, m.members[i].weights)
	return w
}

// Members returns the number of members.
func (m *Model) Members() int { return len(m.members) }

// Temperatures returns the temperature of each member; 1 leaves it as it is.
func (m *Model) Temperatures() []float64 {
	out := make([]float64, len(m.members))
	for i := range m.members {
		out[i] = m.members[i].temperature
	}
	return out
}

// Parameters returns how many parameters a member answers with.
func (m *Model) Parameters() int {
	s := m.shape
	s.lends = false
	return s.layout(nil)
}

// FLOPs returns the floating-point operations of all members for one clip and one pass,
// counted from the sizes of the network. Encoding the text is not among them. A model of
// frames takes more for a longer clip: it is then a clip of mean length in train.
// uacs model show counts the file: its graph standardises once for all members, and has
// temperature, ordinal outputs and means over members, for which seven operations for each
// bin stand here.
func (m *Model) FLOPs() float64 {
	if m.Config.OfFrames() {
		return m.flopsOf(m.frames)
	}
	return float64(len(m.members)) * m.shape.flops(len(m.Config.Bins))
}

// Output is what a model says about some clips, a row for each.
type Output struct {
	// Logits are the log-probabilities before temperature, up to a constant of each row: the
	// mean over members. Probs are the probabilities after it, Score their mean on the label scale.
	Logits, Probs [][]float64
	Score         []float64
	// MemberProbs[i][j] are the probabilities of member j for clip i; nil for one member.
	MemberProbs [][][]float64
	// MemberScores[i][j] is the score of member j of a regression, which has no logits and
	// no probabilities; nil for others.
	MemberScores [][]float64
}

// Predict runs all members, without dropout, over features as they come from the encoder,
// a matrix for each modality. A size that does not fit is an error.
func (m *Model) Predict(x []Matrix) (*Output, error) {
	if len(x) == 0 {
		return nil, fmt.Errorf("%s: no features", m.Config.Name)
	}
	ids := make([]string, x[0].Rows)
	return m.PredictPart(&Part{IDs: ids, Features: x})
}

// PredictPart is [Model.Predict] for the clips of a part: their features, or in a model of
// frames their frames.
func (m *Model) PredictPart(p *Part) (*Output, error) {
	in, err := m.input(p)
	if err != nil {
		return nil, err
	}
	return m.predict(in, true), nil
}

// predict is Predict with or without the temperatures.
func (m *Model) predict(standard *input, scaled bool) *Output {
	if m.Config.Loss.Kind == AbsoluteError {
		return m.regress(standard)
	}
	n, k := standard.clips, len(m.Config.Bins)
	out := &Output{Logits: rowsOf(n, k), Probs: rowsOf(n, k), Score: make([]float64, n)}
	if len(m.members) > 1 {
		out.MemberProbs = make([][][]float64, n)
		for i := range out.MemberProbs {
			out.MemberProbs[i] = rowsOf(len(m.members), k)
		}
	}
	o := m.Config.objective()
	p := newPass[float32](m.shape, max(1, min(judgeRows, n)))
	logits, probs := make([]float64, k), make([]float64, k)
	for j := range m.members {
		t := 1.0
		if scaled {
			t = m.members[j].temperature
		}
		eachBatch(p, m.view(j), standard, nil, func(i int, z []float32) {
			memberLogits(o, z, logits)
			temper(logits, t, probs)
			for c := range k {
				out.Logits[i][c] += logits[c] / float64(len(m.members))
				out.Probs[i][c] += probs[c] / float64(len(m.members))
			}
			if out.MemberProbs != nil {
				copy(out.MemberProbs[i][j], probs)
			}
		})
	}
	for i, row := range out.Probs {
		out.Score[i] = expectation(row, m.Config.Bins)
	}
	return out
}

func (m *Model) standardise(x []Matrix) ([]Matrix, error) {
	if len(x) != len(m.scales) {
		return nil, fmt.Errorf("%s: %d matrices for modalities %v", m.Config.Name, len(x), m.Config.Modalities)
	}
	var out []Matrix
	for k, xk := range x {
		if err := xk.check(x[0].Rows); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", m.Config.Name, m.Config.Modalities[k], err)
		}
		if xk.Rows > 0 && xk.Cols != m.shape.dims[k] {
			return nil, fmt.Errorf("%s: %s: %d features, the model takes %d", m.Config.Name, m.Config.Modalities[k], xk.Cols, m.shape.dims[k])
		}
		out = append(out, m.scales[k].Apply(xk))
	}
	return out, nil
}

// memberLogits sets out to the outputs of a softmax head as they are, and to the
// log-probabilities of a CORN head.
func memberLogits(o objective, z []float32, out []float64) {
	if o.loss == CORN {
		logProbs(o, z, out)
		return
	}
	for k, v := range z {
		out[k] = float64(v)
	}
}

// temper sets probs to the softmax of logits/t.
func temper(logits []float64, t float64, probs []float64) {
	top := math.Inf(-1)
	for _, v := range logits {
		top = max(top, v)
	}
	sum := 0.0
	for k, v := range logits {
		probs[k] = math.Exp((v - top) / t)
		sum += probs[k]
	}
	for k := range probs {
		probs[k] /= sum
	}
}

func expectation(p, bins []float64) float64 {
	s := 0.0
	for k, q := range p {
		s += q * bins[k]
	}
	return s
}

func rowsOf(n, k int) [][]float64 {
	all := make([]float64, n*k)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = all[i*k : (i+1)*k : (i+1)*k]
	}
	return rows
}

// fitTemperatures fits each member's temperature to the valid split.
func (m *Model) fitTemperatures(valid *Part) error {
	if !m.Config.Temperature {
		return nil
	}
	class := make([]int, valid.N())
	for i, y := range valid.Labels {
		class[i] = calibrate.NearestBin(m.Config.Bins, y)
	}
	in, err := m.input(valid)
	if err != nil {
		return err
	}
	for j := range m.members {
		one := *m
		one.members = m.members[j : j+1]
		out := one.predict(in, false)
		t, err := calibrate.FitTemperature(out.Probs, class)
		if err != nil {
			return fmt.Errorf("seed %d: %w", m.members[j].seed, err)
		}
		for _, w := range t.Warnings {
			m.Warnings = append(m.Warnings, fmt.Sprintf("seed %d: %s", m.members[j].seed, w))
		}
		// The file holds float32, and the model must be what its file is.
		m.members[j].temperature = float64(float32(t.T))
	}
	return nil
}
