package robust

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/sequence"
)

// Condition is what is done to clips. Name is how tables call it.
type Condition struct {
	Name string
	// Away is a modality that is taken away, Noisy one that gets noise of a ratio of SNR dB;
	// "" for neither.
	Away, Noisy string
	SNR         float64
}

// Conditions returns clips as they are, then without each modality if there are several,
// then with noise of each ratio on audio and vision.
func Conditions(modalities []string, snr []float64) []Condition {
	out := []Condition{{Name: "as they are"}}
	if len(modalities) > 1 {
		for _, m := range []string{"audio", "vision", "text"} {
			if slices.Contains(modalities, m) {
				out = append(out, Condition{Name: "no " + m, Away: m})
			}
		}
	}
	for _, m := range []string{"audio", "vision"} {
		if !slices.Contains(modalities, m) {
			continue
		}
		for _, x := range snr {
			out = append(out, Condition{Name: fmt.Sprintf("%s noise %v dB", m, x), Noisy: m, SNR: x})
		}
	}
	return out
}

// Apply returns a part under the condition, as the model m standardises features. The part
// it is given is left as it is. Clips without a modality get no noise there.
func (c Condition) Apply(m *ubm.Model, part *ubm.Part, seed uint64) ubm.Part {
	names := m.Config.Modalities
	switch {
	case c.Away != "":
		return part.Without(names, c.Away)
	case c.Noisy == "":
		return *part
	}
	k := slices.Index(names, c.Noisy)
	out := *part
	out.Frames = slices.Clone(part.Frames)
	out.Frames[k] = c.noisy(part.Frames[k], m.Deviations(k), part.IDs, seed)
	return out
}

func (c Condition) noisy(f sequence.Frames, deviation []float64, ids []string, seed uint64) sequence.Frames {
	share := math.Pow(10, -c.SNR/20)
	out := sequence.Frames{Width: f.Width, Starts: f.Starts, Data: slices.Clone(f.Data)}
	for i, id := range ids {
		h := fnv.New64a()
		fmt.Fprintf(h, "%s\x00%s", c.Name, id)
		r := rand.New(rand.NewPCG(seed, h.Sum64()))
		clip := out.Clip(i)
		for j := range clip {
			clip[j] += float32(deviation[j%f.Width] * share * r.NormFloat64())
		}
	}
	return out
}
