package ubm

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"uacs/harness/sample"
)

// Answers returns one prediction for each clip of a split, in order, and then an error
// record for each unreadable one. Bins, Probs and Score are those of [Model.Predict];
// an ensemble has MemberProbs and MemberScores, in the order of Params["members"].
//
// Where the config has Monte-Carlo passes (Gal and Ghahramani, Dropout as a Bayesian
// Approximation, 2016), each member answers that many times with its projections
// dropped as in training; the passes are the members, and Probs and Score their mean.
// What is dropped depends on the config's mc_seed, the member, the pass and the id, so
// that a clip's answer does not depend on the clips around it.
//
// FLOPs are those of the network, times the passes, and of encoding the clip where the
// part has them. Revision is the training digest.
//
// A model of frames of several modalities says also what it answers to each alone, the
// others taken away, under Params["modality_probs"], for each modality that the clip has;
// a regression says it under Params["modality_scores"].
func (m *Model) Answers(split sample.Split, part *Part) ([]sample.Prediction, error) {
	var out *Output
	var err error
	passes := 1
	if m.Config.Passes > 0 {
		passes = m.Config.Passes
		out, err = m.passes(part)
	} else if part.N() > 0 {
		out, err = m.PredictPart(part)
	}
	if err != nil {
		return nil, err
	}
	alone, err := m.alone(part)
	if err != nil {
		return nil, err
	}
	records := make([]sample.Prediction, 0, part.N()+len(part.Unreadable))
	for i, id := range part.IDs {
		p := m.record(split, id)
		if part.Datasets != nil {
			p.Dataset = part.Datasets[i]
		}
		score, flops := out.Score[i], float64(passes)*m.flopsAt(part, i)
		if part.FLOPs != nil {
			flops += part.FLOPs[i]
		}
		p.Score, p.FLOPs = &score, &flops
		if out.Probs != nil {
			p.Bins, p.Probs = m.Config.Bins, out.Probs[i]
		}
		m.tell(&p, out, i)
		alone.add(m, part, &p, i)
		records = append(records, p)
	}
	for _, s := range part.Unreadable {
		p := m.record(split, s.ID)
		p.Error = "missing: no features of this clip, such as a transcript"
		records = append(records, p)
	}
	return records, nil
}

// tell adds what the members say of clip i.
func (m *Model) tell(p *sample.Prediction, out *Output, i int) {
	switch {
	case out.MemberProbs != nil:
		p.MemberProbs = out.MemberProbs[i]
		for _, q := range p.MemberProbs {
			p.MemberScores = append(p.MemberScores, expectation(q, m.Config.Bins))
		}
	case out.MemberScores != nil && len(m.members) > 1:
		p.MemberScores = out.MemberScores[i]
	default:
		return
	}
	p.Params = m.params()
}

func (m *Model) record(split sample.Split, id string) sample.Prediction {
	return sample.Prediction{
		Dataset: m.Dataset, Split: split, ID: id, Model: m.Config.Name, Revision: m.Digest,
		Round: 1, Modalities: spoken(m.Config.Modalities),
	}
}

// spoken returns modalities by the names that predictions use: vision is video.
func spoken(modalities []string) []string {
	out := make([]string, len(modalities))
	for i, name := range modalities {
		out[i] = name
		if name == "vision" {
			out[i] = "video"
		}
	}
	return out
}

// params names the members.
func (m *Model) params() map[string]any {
	var names []any
	for _, b := range m.members {
		if m.Config.Passes == 0 {
			names = append(names, fmt.Sprintf("seed %d", b.seed))
		}
		for k := range m.Config.Passes {
			names = append(names, fmt.Sprintf("seed %d, pass %d", b.seed, k+1))
		}
	}
	p := map[string]any{"members": names, "kind": "ensemble"}
	if m.Config.Passes > 0 {
		p["kind"], p["mc_seed"] = "mc-dropout", m.Config.MCSeed
	}
	return p
}

// passes answers with Monte-Carlo dropout.
func (m *Model) passes(part *Part) (*Output, error) {
	n, k := part.N(), len(m.Config.Bins)
	out := &Output{Probs: rowsOf(n, k), Score: make([]float64, n), MemberProbs: make([][][]float64, n)}
	if n == 0 {
		return out, nil
	}
	standard, err := m.standardise(part.Features)
	if err != nil {
		return nil, err
	}
	for i := range out.MemberProbs {
		out.MemberProbs[i] = rowsOf(len(m.members)*m.Config.Passes, k)
	}
	o := m.Config.objective()
	p := newPass[float32](m.shape, 1)
	logits := make([]float64, k)
	for j, b := range m.members {
		w := m.view(j)
		for i, id := range part.IDs {
			h := fnv.New64a()
			h.Write([]byte(id))
			drops := &noise{r: rand.New(rand.NewPCG(m.Config.MCSeed^h.Sum64(), b.seed)), hidden: m.Config.Dropout.Hidden}
			for s := range m.Config.Passes {
				for c, x := range standard {
					copy(p.x[c].data, x.Row(i))
				}
				p.forward(w, drops)
				memberLogits(o, p.z.row(0), logits)
				temper(logits, b.temperature, out.MemberProbs[i][j*m.Config.Passes+s])
			}
		}
	}
	for i, members := range out.MemberProbs {
		for _, q := range members {
			for c, v := range q {
				out.Probs[i][c] += v / float64(len(members))
			}
		}
		out.Score[i] = expectation(out.Probs[i], m.Config.Bins)
	}
	return out, nil
}
