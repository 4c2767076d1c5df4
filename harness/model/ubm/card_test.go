package ubm

import (
	"bytes"
	"path/filepath"
	"regexp"
	"testing"

	"uacs/harness/sample"
	"uacs/internal/golden"
)

// numbersInCard are rounded away: the last bits of a training may differ between
// architectures, and with them printed digits.
var numbersInCard = regexp.MustCompile(`-?\d+\.\d{4}\b|[0-9a-f]{64}`)

// The card names everything; its numbers are checked elsewhere.
func TestCard(t *testing.T) {
	d := madeUp(t, []string{"text", "vision"}, 120, 40, 60)
	d.Test.Unreadable = []sample.Sample{{ID: "silent"}}
	d.Train.Datasets = make([]string, 120)
	for i := range d.Train.Datasets {
		d.Train.Datasets[i] = "synth-mosi"
	}
	d.Train.Datasets[7] = "synth-other"
	d.Provenance = Provenance{
		Digest: "data", EncoderName: "made-up", EncoderDigest: "weights", Licences: []string{"Clips: none"},
		Citations: []string{"key: Somebody."}, Warnings: []string{"two clips are odd"}, Synthetic: true,
	}
	c := madeUpConfig([]string{"text", "vision"})
	c.Optimiser.Epochs, c.Lent = 3, 0.5
	c.Hypotheses, c.Caveats = []string{"bins"}, []string{"made up"}
	m, h := mustTrain(t, c, d)
	judged := map[sample.Split]*Quality{}
	for _, split := range []sample.Split{sample.Valid, sample.Test} {
		q, err := m.Judge(d.Part(split))
		if err != nil {
			t.Fatal(err)
		}
		judged[split] = q
	}
	card := Card(m, h, &d, judged)
	if again := Card(m, h, &d, judged); again != card {
		t.Error("a second card differs")
	}
	golden.Check(t, filepath.Join("testdata", "card.md"), numbersInCard.ReplaceAll([]byte(card), []byte("#")))
}

func TestHistoryCSV(t *testing.T) {
	h := &History{Epochs: []Epoch{
		{Member: 0, Seed: 7, Epoch: 1, Rate: 0.5, TrainLoss: 2, ValidLoss: 3, ValidNLL: 2.5, ValidMAE: 1, Best: true},
		{Member: 1, Seed: 8, Epoch: 1, TrainLoss: 4, ValidLoss: 1},
		{Member: 1, Seed: 8, Epoch: 2, TrainLoss: 1, ValidLoss: 2},
	}}
	var b bytes.Buffer
	if err := h.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	const want = historyHeader + "0,7,1,0.5,2,3,2.5,1,true\n1,8,1,0,4,1,0,0,false\n1,8,2,0,1,2,0,0,false\n"
	if b.String() != want {
		t.Errorf("got:\n%s", &b)
	}
	train, valid := h.Means() // by hand
	if train[0] != (Spread{3, 2, 4, 2}) || train[1] != (Spread{1, 1, 1, 1}) || valid[0] != (Spread{2, 1, 3, 2}) {
		t.Errorf("train %v, valid %v", train, valid)
	}
}
