package ubm

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"uacs/harness/sample"
)

func mustTrain(t testing.TB, c Config, d Data) (*Model, *History) {
	t.Helper()
	m, h, err := Train(context.Background(), c, d)
	if err != nil {
		t.Fatal(err)
	}
	return m, h
}

// Training finds what there is to find: the label is mostly a function of the features,
// so that an ensemble must do much better than the train mean does.
func TestTrainLearns(t *testing.T) {
	for _, fusion := range []Fusion{Early, Late, Gated} {
		for _, loss := range []LossKind{CrossEntropy, CORN} {
			t.Run(string(fusion)+"/"+string(loss), func(t *testing.T) {
				d := madeUp(t, Modalities, 600, 100, 200)
				c := madeUpConfig(Modalities)
				c.Fusion, c.Loss.Kind, c.Dropout.Modality = fusion, loss, 0
				c.Optimiser.Epochs = 20
				m, _ := mustTrain(t, c, d)
				out, err := m.Predict(d.Test.Features)
				if err != nil {
					t.Fatal(err)
				}
				mae, null := 0.0, 0.0
				for i, y := range d.Test.Labels {
					mae += math.Abs(out.Score[i]-y) / 200
					null += math.Abs(y) / 200
				}
				if mae > 0.6*null {
					t.Errorf("mean absolute error %.3f; always answering 0 has %.3f", mae, null)
				}
			})
		}
	}
}

// The same config and data give the same bits on one processor and on several.
func TestTrainIsBitIdentical(t *testing.T) {
	d := madeUp(t, Modalities, 700, 90, 50)
	for _, fusion := range []Fusion{Early, Gated} {
		c := madeUpConfig(Modalities)
		c.Fusion, c.Hidden, c.Optimiser.Epochs, c.Optimiser.Batch = fusion, 96, 3, 512 // large enough for gonum to divide the work
		c.Seeds = []uint64{1, 2, 3}
		first, history := mustTrain(t, c, d)
		before := runtime.GOMAXPROCS(1)
		second, again := mustTrain(t, c, d)
		runtime.GOMAXPROCS(7)
		third, _ := mustTrain(t, c, d)
		runtime.GOMAXPROCS(before)
		for j := range first.members {
			for _, other := range []*Model{second, third} {
				if !slices.Equal(first.members[j].weights, other.members[j].weights) || first.members[j].temperature != other.members[j].temperature {
					t.Errorf("%s: member %d differs", fusion, j)
				}
			}
		}
		if !slices.Equal(history.Epochs, again.Epochs) {
			t.Errorf("%s: the histories differ", fusion)
		}
	}
}

// A member does not depend on the others, nor on the test split.
func TestMembersAreIndependent(t *testing.T) {
	d := madeUp(t, []string{"audio"}, 200, 50, 50)
	c := madeUpConfig([]string{"audio"})
	both, _ := mustTrain(t, c, d)
	c.Seeds = []uint64{2}
	d.Test = Part{Features: []Matrix{{Cols: 4}}}
	alone, _ := mustTrain(t, c, d)
	if !slices.Equal(both.members[1].weights, alone.members[0].weights) {
		t.Error("the member of seed 2 has other weights when it is trained alone")
	}
}

// The scale is that of the train split: other splits may be anything.
func TestScaleIsFittedOnTrain(t *testing.T) {
	x := Matrix{3, 2, []float32{1, 7, 2, 7, 3, 7}}
	s := FitScale(x)
	// By hand: mean 2, population variance 2/3; the second column is constant.
	if s.Mean[0] != 2 || s.Mean[1] != 7 || math.Abs(float64(s.Inv[0])-math.Sqrt(1.5)) > 1e-7 || s.Inv[1] != 0 {
		t.Errorf("scale %+v", s)
	}
	if got := s.Apply(Matrix{1, 2, []float32{2, 9}}).Data; got[0] != 0 || got[1] != 0 {
		t.Errorf("applied: %v", got)
	}
	d := madeUp(t, []string{"audio"}, 100, 30, 30)
	c := madeUpConfig([]string{"audio"})
	before, _ := mustTrain(t, c, d)
	for k := range d.Test.Features[0].Data {
		d.Test.Features[0].Data[k] += 1000
	}
	after, _ := mustTrain(t, c, d)
	if !slices.Equal(before.scales[0].Mean, after.scales[0].Mean) {
		t.Error("the standardisation depends on the test split")
	}
}

// Early stopping keeps the best epoch and ends after patience.
func TestEarlyStopping(t *testing.T) {
	d := madeUp(t, []string{"audio"}, 60, 40, 10)
	c := madeUpConfig([]string{"audio"})
	c.Optimiser.Rate, c.Optimiser.Epochs, c.Optimiser.Schedule = 0.05, 200, "constant"
	c.Dropout, c.Stop.Patience, c.Seeds = DropoutConfig{}, 3, []uint64{4}
	m, h := mustTrain(t, c, d)
	last := h.Epochs[len(h.Epochs)-1].Epoch
	if last == 200 || last != h.Kept[0]+3 {
		t.Fatalf("ended after epoch %d, kept epoch %d", last, h.Kept[0])
	}
	least := slices.MinFunc(h.Epochs, func(a, b Epoch) int {
		if a.ValidLoss < b.ValidLoss {
			return -1
		}
		return 1
	})
	if least.Epoch != h.Kept[0] {
		t.Errorf("kept epoch %d, the least loss is in %d", h.Kept[0], least.Epoch)
	}
	// What is kept is what had that loss.
	train, err := m.prepare(&d.Train)
	if err != nil {
		t.Fatal(err)
	}
	valid, err := m.prepare(&d.Valid)
	if err != nil {
		t.Fatal(err)
	}
	tr := newTrainer(m, 0, 4, train, valid)
	copy(tr.w.flat, m.members[0].weights)
	var e Epoch
	tr.judgeValid(&e)
	if e.ValidLoss != least.ValidLoss {
		t.Errorf("the kept weights have loss %v, the epoch had %v", e.ValidLoss, least.ValidLoss)
	}
}

// The temperature does not worsen the likelihood of the split it is fitted on.
func TestTemperatureIsFittedOnValid(t *testing.T) {
	d := madeUp(t, []string{"audio"}, 80, 60, 10)
	c := madeUpConfig([]string{"audio"})
	c.Seeds, c.Optimiser.Epochs, c.Dropout = []uint64{1}, 40, DropoutConfig{}
	m, _ := mustTrain(t, c, d)
	q, err := m.Judge(&d.Valid)
	if err != nil {
		t.Fatal(err)
	}
	if m.Temperatures()[0] == 1 || q.After.NLL > q.Before.NLL {
		t.Errorf("temperature %v: negative log-likelihood %v, was %v", m.Temperatures()[0], q.After.NLL, q.Before.NLL)
	}
}

// An answer is a valid record; the probabilities are the members' mean.
func TestAnswers(t *testing.T) {
	d := madeUp(t, Modalities, 100, 30, 12)
	c := madeUpConfig(Modalities)
	d.Test.Unreadable = []sample.Sample{{ID: "silent", Dataset: "synth-mosi"}}
	d.Test.FLOPs = slices.Repeat([]float64{1000}, 12)
	for _, passes := range []int{0, 4} {
		c.Passes, c.MCSeed = passes, 9
		m, _ := mustTrain(t, c, d)
		records, err := m.Answers(sample.Test, &d.Test)
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != 13 || records[12].Error == "" || records[12].ID != "silent" {
			t.Fatalf("%d records, the last %+v", len(records), records[len(records)-1])
		}
		p := records[3]
		var buf bytes.Buffer
		if err := sample.WritePredictions(&buf, records); err != nil {
			t.Fatal(err)
		}
		members := 2 * max(passes, 1)
		if len(p.MemberProbs) != members || len(p.MemberScores) != members || len(p.Params["members"].([]any)) != members {
			t.Errorf("%d member probs, %d scores, params %v", len(p.MemberProbs), len(p.MemberScores), p.Params)
		}
		for k := range p.Probs {
			mean := 0.0
			for _, q := range p.MemberProbs {
				mean += q[k] / float64(members)
			}
			if math.Abs(mean-p.Probs[k]) > 1e-12 {
				t.Errorf("bin %d: probability %v, mean of members %v", k, p.Probs[k], mean)
			}
		}
		if want := float64(max(passes, 1))*m.FLOPs() + 1000; *p.FLOPs != want {
			t.Errorf("flops %v, want %v", *p.FLOPs, want)
		}
		if p.Revision != m.Digest || !slices.Equal(p.Modalities, []string{"text", "audio", "video"}) {
			t.Errorf("revision %q, modalities %v", p.Revision, p.Modalities)
		}
		if passes == 0 {
			continue
		}
		checkAlone(t, m, &d.Test, records)
	}
}

// checkAlone checks that a clip alone is dropped on as among others, and that passes differ.
func checkAlone(t *testing.T, m *Model, part *Part, among []sample.Prediction) {
	t.Helper()
	alone := Part{IDs: part.IDs[3:4]}
	for _, x := range part.Features {
		alone.Features = append(alone.Features, Matrix{1, x.Cols, x.Row(3)})
	}
	one, err := m.Answers(sample.Test, &alone)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := one[0].MemberScores, among[3].MemberScores; !slices.Equal(got, want) || got[0] == got[1] {
		t.Errorf("alone %v, among others %v", got, want)
	}
}

// By hand: 22 for standardising (4), projecting (12), bias and relu (6); 14 for the head; 14
// for two bins. Two such modalities, late, have 2·22 + 2·(12 + 4) + 2 + 14.
func TestFLOPs(t *testing.T) {
	if got := (shape{dims: []int{2}, hidden: 3, outputs: 2, fusion: Early}).flops(2); got != 50 {
		t.Errorf("early: %v, want 50", got)
	}
	if got := (shape{dims: []int{2, 2}, hidden: 3, outputs: 2, fusion: Late}).flops(2); got != 92 {
		t.Errorf("late: %v, want 92", got)
	}
}

// Whatever is dropped, at least one modality stays.
func TestOneModalityStays(t *testing.T) {
	n := &noise{r: rand.New(rand.NewPCG(1, 1)), modality: 0.9}
	stays, count := make([]bool, 3), 0
	for range 5000 {
		left := n.present(stays)
		if left < 1 || !slices.Contains(stays, true) {
			t.Fatal("no modality is left")
		}
		count += left
	}
	// By hand: 3·0.1 stay on average, and one more where none did, in 0.9³ of the draws.
	if mean := float64(count) / 5000; math.Abs(mean-1.029) > 0.03 {
		t.Errorf("%.3f modalities stay on average, want 1.029", mean)
	}
}

func TestTrainRefuses(t *testing.T) {
	cases := []struct {
		name, want string
		change     func(*Config, *Data)
	}{
		{"another dataset", "the config's dataset", func(_ *Config, d *Data) { d.Dataset = "mosi" }},
		{"another modality", "modalities", func(_ *Config, d *Data) { d.Modalities = []string{"vision"} }},
		{"no valid clips", "both are needed", func(_ *Config, d *Data) { d.Valid = Part{Features: []Matrix{{}}} }},
		{"a label that is NaN", "clip a2: the label is NaN", func(_ *Config, d *Data) { d.Train.Labels[2] = math.NaN() }},
		{"a feature that is infinite", "row 1, feature 0 is +Inf", func(_ *Config, d *Data) { d.Valid.Features[0].Data[4] = float32(math.Inf(1)) }},
		{"fewer features in test", "the train split has 4", func(_ *Config, d *Data) { d.Test.Features[0] = Matrix{10, 1, make([]float32, 10)} }},
		{"a config without bins", "bins", func(c *Config, _ *Data) { c.Bins = nil }},
		{"a rate at which it diverges", "not finite", func(c *Config, _ *Data) { c.Optimiser.Rate, c.Optimiser.Clip = 1e38, 0 }},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			d, c := madeUp(t, []string{"audio"}, 40, 20, 10), madeUpConfig([]string{"audio"})
			tc.change(&c, &d)
			if _, _, err := Train(context.Background(), c, d); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Train(ctx, madeUpConfig([]string{"audio"}), madeUp(t, []string{"audio"}, 40, 20, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
}
