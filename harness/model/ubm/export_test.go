package ubm

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"uacs/harness/model/assets"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
)

// loadRuntime loads ONNX Runtime, or skips.
func loadRuntime(t *testing.T) {
	t.Helper()
	library, err := assets.Library(os.Getenv)
	if err != nil {
		t.Skipf("no ONNX Runtime library: %v", err)
	}
	if !onnx.Built {
		t.Skip("built without cgo: no C compiler")
	}
	if err := onnx.Init(library); err != nil {
		t.Fatal(err)
	}
}

// ONNX Runtime computes from the file what Predict computes, for every fusion, loss and
// kind of model, whatever the batch.
func TestONNXRuntimeAgrees(t *testing.T) {
	loadRuntime(t)
	for _, fusion := range []Fusion{Early, Late, Gated} {
		for _, loss := range []LossKind{CrossEntropy, CORN} {
			for _, seeds := range [][]uint64{{3}, {3, 4, 5}} {
				for _, modalities := range [][]string{{"text"}, Modalities} {
					t.Run(fmt.Sprintf("%s/%s/%d seeds/%d modalities", fusion, loss, len(seeds), len(modalities)), func(t *testing.T) {
						d, c := madeUp(t, modalities, 90, 30, 40), madeUpConfig(modalities)
						c.Fusion, c.Loss.Kind, c.Seeds, c.Optimiser.Epochs = fusion, loss, seeds, 3
						m, _ := mustTrain(t, c, d)
						data, err := m.ONNX()
						if err != nil {
							t.Fatal(err)
						}
						session, err := onnx.OpenBytes(t.Name(), data, onnx.Options{})
						if err != nil {
							t.Fatal(err)
						}
						defer session.Close()
						compareRuntime(t, m, session, d.Test.Features)
						var first []Matrix
						for _, x := range d.Test.Features {
							first = append(first, Matrix{1, x.Cols, x.Row(0)})
						}
						compareRuntime(t, m, session, first)
					})
				}
			}
		}
	}
}

func compareRuntime(t *testing.T, m *Model, session *onnx.Model, x []Matrix) {
	t.Helper()
	in := map[string]onnx.Tensor{}
	for i, name := range m.Config.Modalities {
		in[name] = onnx.Float32(x[i].Data, int64(x[i].Rows), int64(x[i].Cols))
	}
	got, err := session.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, want []float64, shape ...int64) {
		t.Helper()
		if fmt.Sprint(got[name].Shape) != fmt.Sprint(shape) {
			t.Errorf("%s has shape %v, want %v", name, got[name].Shape, shape)
			return
		}
		for k, v := range got[name].Floats() {
			if math.Abs(float64(v)-want[k]) > 1e-5*max(1, math.Abs(want[k])) {
				t.Errorf("%s[%d] is %v, Predict has %v", name, k, v, want[k])
				return
			}
		}
	}
	var logits, probs, members []float64
	for i := range want.Probs {
		logits, probs = append(logits, want.Logits[i]...), append(probs, want.Probs[i]...)
		if want.MemberProbs != nil {
			for _, p := range want.MemberProbs[i] {
				members = append(members, p...)
			}
		}
	}
	n, k := int64(x[0].Rows), int64(len(m.Config.Bins))
	check("logits", logits, n, k)
	check("probs", probs, n, k)
	check("score", want.Score, n)
	if want.MemberProbs != nil {
		check("member_probs", members, n, int64(m.Members()), k)
	}
}

// The file says what it is, and has the same bytes each time.
func TestONNXProvenance(t *testing.T) {
	d, c := madeUp(t, []string{"text"}, 60, 30, 10), madeUpConfig([]string{"text"})
	d.Provenance = Provenance{Digest: "data", EncoderName: "glove", EncoderDigest: "weights", Licences: []string{"one", "two"}}
	c.Hypotheses, c.Optimiser.Epochs = []string{"bins", "loss"}, 2
	m, _ := mustTrain(t, c, d)
	data, err := m.ONNX()
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.ONNX()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("a second file differs (%v)", err)
	}
	file, err := onnxfile.Decode("made-up", data)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"name": "made-up", "bins": "-3 -2 -1 0 1 2 3", "dataset": "synth-mosi", "data_digest": "data", "seeds": "1 2",
		"encoder": "glove", "encoder_digest": "weights", "licences": "one\ntwo", "hypotheses": "bins\nloss", "training_digest": m.Digest,
	} {
		if got, _ := file.Meta(key); got != want {
			t.Errorf("metadata %s is %q, want %q", key, got, want)
		}
	}
}
