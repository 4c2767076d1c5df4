package ubm

import "uacs/harness/sample"

// aloneOutputs are a model's answers to each modality alone, in the order of its config;
// nil for a model that has no such answers.
type aloneOutputs []*Output

// alone runs a model of frames of several modalities on each of them, the others taken away.
func (m *Model) alone(part *Part) (aloneOutputs, error) {
	names := m.Config.Modalities
	if !m.Config.OfFrames() || len(names) < 2 || part.N() == 0 {
		return nil, nil
	}
	var out aloneOutputs
	for k := range names {
		var others []string
		others = append(append(others, names[:k]...), names[k+1:]...)
		one := part.Without(names, others...)
		o, err := m.PredictPart(&one)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// add tells the answers about clip i in a record. What the clip lacks is left out, and is
// no longer among the modalities that the record says the model saw.
func (a aloneOutputs) add(m *Model, part *Part, p *sample.Prediction, i int) {
	if a == nil {
		return
	}
	key, said := "modality_probs", map[string]any{}
	p.Modalities = nil
	for k, name := range spoken(m.Config.Modalities) {
		if part.Frames[k].Len(i) == 0 {
			continue
		}
		p.Modalities = append(p.Modalities, name)
		if m.Config.Loss.Kind == AbsoluteError {
			key, said[name] = "modality_scores", a[k].Score[i]
			continue
		}
		said[name] = a[k].Probs[i]
	}
	if p.Params == nil {
		p.Params = map[string]any{}
	}
	p.Params[key] = said
}

// flopsAt are the operations of one pass for clip i of a part.
func (m *Model) flopsAt(part *Part, i int) float64 {
	if m.Config.OfFrames() {
		return m.flopsOf(framesOf(&m.Config, part.Frames, i))
	}
	return m.FLOPs()
}
