package ubm

import (
	"fmt"

	"uacs/harness/model/ubm/sequence"
)

// input are clips as a network takes them, standardised: vectors, or frames.
type input struct {
	clips  int
	x      []Matrix
	frames *sequence.Input
}

// input standardises the features of a part.
func (m *Model) input(p *Part) (*input, error) {
	in := &input{clips: p.N()}
	if !m.Config.OfFrames() {
		x, err := m.standardise(p.Features)
		in.x = x
		return in, err
	}
	if err := p.checkFrames(len(m.scales), m.shape.dims); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Config.Name, err)
	}
	standard := make([]sequence.Frames, len(p.Frames))
	for k, f := range p.Frames {
		scaled := m.scales[k].Apply(Matrix{len(f.Data) / f.Width, f.Width, f.Data})
		standard[k] = sequence.Frames{Width: f.Width, Data: scaled.Data, Starts: f.Starts}
	}
	in.frames = sequence.NewInput(standard, m.Config.parts())
	return in, nil
}

// load takes the given clips as the next ones to run. Vectors are those of a pass in float32,
// which is what trains and answers.
func (p *pass[T]) load(in *input, clips []int) {
	if p.sequence != nil {
		p.in, p.clips = in.frames, clips
		return
	}
	for m, x := range in.x {
		to := asFloat32(p.x[m].data)
		for i, row := range clips {
			copy(to[i*x.Cols:(i+1)*x.Cols], x.Row(row))
		}
	}
}

// regress answers for a regression: the score is the mean of the members'.
func (m *Model) regress(in *input) *Output {
	out := &Output{Score: make([]float64, in.clips), MemberScores: rowsOf(in.clips, len(m.members))}
	p := newPass[float32](m.shape, max(1, min(judgeRows, in.clips)))
	for j := range m.members {
		eachBatch(p, m.view(j), in, nil, func(i int, z []float32) {
			out.MemberScores[i][j] = float64(z[0])
			out.Score[i] += float64(z[0]) / float64(len(m.members))
		})
	}
	return out
}

// flopsOf counts the operations of all members for a clip with the given frames in each
// stream.
func (m *Model) flopsOf(frames []float64) float64 {
	bins := 7 * len(m.Config.Bins) // as for vectors: probabilities and their expectation
	return float64(len(m.members)) * (m.shape.frames.FLOPs(frames) + float64(bins))
}

// framesOf returns the frames of each stream of a clip: those of its longest modality.
func framesOf(c *Config, frames []sequence.Frames, clip int) []float64 {
	var out []float64
	for _, of := range c.parts() {
		long := 0
		for _, m := range of {
			long = max(long, frames[m].Len(clip))
		}
		out = append(out, float64(long))
	}
	return out
}

// meanFrames is the mean of framesOf over all clips.
func meanFrames(c *Config, frames []sequence.Frames) []float64 {
	out := make([]float64, len(c.Streams))
	n := frames[0].Clips()
	for i := range n {
		for k, v := range framesOf(c, frames, i) {
			out[k] += v / float64(n)
		}
	}
	return out
}

// Without returns the part with some modalities taken away from every clip, by the names
// in modalities, which are the part's in order. It shares all else with p.
func (p *Part) Without(modalities []string, away ...string) Part {
	out := *p
	out.Frames = make([]sequence.Frames, len(p.Frames))
	copy(out.Frames, p.Frames)
	for m, name := range modalities {
		for _, a := range away {
			if a == name {
				out.Frames[m] = sequence.Frames{Width: p.Frames[m].Width, Starts: make([]int, p.N()+1)}
			}
		}
	}
	return out
}

// Deviations returns the standard deviation of each feature of a modality, by its index,
// over the train split; 0 for a feature that is constant.
func (m *Model) Deviations(modality int) []float64 {
	out := make([]float64, len(m.scales[modality].Inv))
	for j, inv := range m.scales[modality].Inv {
		if inv > 0 {
			out[j] = 1 / float64(inv)
		}
	}
	return out
}
