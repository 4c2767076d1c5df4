package ubm

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"uacs/harness/model/onnxfile"
	"uacs/harness/model/ubm/sequence"
)

// committed calls f with each committed model, trained for one epoch on made-up data.
func committed(t *testing.T, f func(t *testing.T, m *Model, file *onnxfile.Model)) {
	root := os.DirFS("../../../configs/models")
	names, err := fs.Glob(root, "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			c, err := LoadConfig(root, name)
			if err != nil {
				t.Fatal(err)
			}
			c.Optimiser.Epochs, c.Replicates, c.Seeds, c.Robustness = 1, 200, c.Seeds[:2], nil
			d := madeUp(t, c.Modalities, 60, 20, 20)
			if c.OfFrames() {
				d = madeUpFrames(t, 40, 20, 20)
			}
			d.Dataset = c.Datasets[0]
			m, _ := mustTrain(t, c, d)
			data, err := m.ONNX()
			if err != nil {
				t.Fatal(err)
			}
			file, err := onnxfile.Decode(name, data)
			if err != nil {
				t.Fatal(err)
			}
			f(t, m, file)
		})
	}
}

// What is counted in the file of every committed model is exact, and is what the card says
// but for what the two do otherwise: see graphAndCard.
func TestFileAndCardCountAlike(t *testing.T) {
	committed(t, func(t *testing.T, m *Model, file *onnxfile.Model) {
		dims, frames := map[string]int64{"batch": 1}, []float64(nil)
		card := m.FLOPs()
		if m.Config.OfFrames() {
			for k, of := range m.Config.parts() {
				frames = append(frames, float64(10+5*k))
				dims[m.Config.Modalities[of[0]]+"_frames"] = int64(frames[k])
			}
			card = m.flopsOf(frames)
		}
		r, err := onnxfile.Count(file, dims)
		if err != nil || !r.Exact {
			t.Fatalf("%+v, %v", r.Unknown, err)
		}
		if want := card + graphAndCard(m, frames); float64(r.FLOPs) != want {
			t.Errorf("the file has %d, want %v; the card has %v", r.FLOPs, want, card)
		}
	})
}

// graphAndCard returns what the graph takes more than the card counts, from the formulas of
// both. The graph standardises once for all members. The card counts seven operations for
// each bin; the graph has temperature and softmax (6), ordinal outputs, the means over
// members and the expectation. The graph pools the last frame by a sum over all, and
// divides sums once for each clip. Its biases of early fusion are one for each modality.
func graphAndCard(m *Model, frames []float64) float64 {
	members, bins := float64(m.Members()), float64(len(m.Config.Bins))
	each, once := -7*bins, 0.0
	for i, d := range m.shape.dims {
		n := 1.0
		if k := streamOf(m, i); k >= 0 {
			n = frames[k]
		}
		once += 2 * n * float64(d)
	}
	if m.Config.OfFrames() {
		for k, s := range m.shape.frames.Streams {
			cols := float64(s.Pooled())
			for _, p := range s.Pooling {
				each += map[sequence.Pool]float64{sequence.Mean: cols, sequence.Std: 4 * cols, sequence.Last: frames[k] * cols}[p]
			}
		}
	} else {
		each += float64((len(m.shape.dims) - 1) * m.shape.outputs)
	}
	if bins == 0 {
		return members*each - (members-1)*once + members
	}
	each += 6 * bins
	if m.Config.Loss.Kind == CORN {
		each += 3*(bins-1) + 4*(bins-1)*bins + bins
	}
	return members*each - (members-1)*once + 2*members*bins + 2*bins
}

// streamOf returns the stream of a modality, -1 in a model without.
func streamOf(m *Model, modality int) int {
	if m.Config.OfFrames() {
		for k, of := range m.Config.parts() {
			if slices.Contains(of, modality) {
				return k
			}
		}
	}
	return -1
}
