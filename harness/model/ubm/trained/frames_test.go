package trained

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/features"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/sequence"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/hint"
)

var project = os.DirFS("../../../..")

// committed loads a model of configs/models and makes it small.
func committed(t testing.TB, name string) ubm.Config {
	t.Helper()
	c, err := ubm.LoadConfig(project, "configs/models/"+name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Seeds, c.Optimiser.Epochs, c.Replicates = c.Seeds[:2], 2, 100
	for i := range c.Streams {
		if l := c.Streams[i].LSTM; l != nil {
			l.Width = 6
		}
	}
	return c
}

// printed stands for the project's list of published results.
func printed(dataset, profile string, models []string) ([]Published, error) {
	return []Published{{
		Model: models[0], Inputs: "unaligned", N: 686, Source: dataset + " of somebody", Protocol: "by " + profile,
		Metrics: []string{"Non0_acc_2", "MAE", "Mult_acc_2"}, Values: []float64{78.63, 95.48, 69.37},
	}}, nil
}

func read(t testing.TB, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Each config of MMSA trains from a file of its layout to a folder with a card that has the
// published row beside ours. SYNTHETIC files.
func TestMMSAConfigs(t *testing.T) {
	for _, tc := range []struct {
		name string
		file mmsaFile
		want string
	}{
		{"mmsa-mosi-lf-dnn", unaligned, "| published: LF-DNN unaligned | 686 | 78.63 | 95.48 | 69.37 |"},
		{"mmsa-mosi-ef-lstm", alignedFile, "| published: EF-LSTM unaligned |"},
		{"mmsa-sims-lf-dnn", unaligned, "| published: LF-DNN unaligned |"},
		{"mmsa-sims-ef-lstm", unaligned, "| published: EF-LSTM unaligned |"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := committed(t, tc.name)
			c.Robustness = &ubm.RobustnessConfig{Beside: 0.3, SNR: []float64{10}}
			s := &Source{Dir: t.TempDir(), Features: t.TempDir(), Published: printed}
			tc.file.write(t, s.Features, c.Features[c.Datasets[0]].File)
			r, err := s.Make(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			card := read(t, r.Dir, CardFile)
			for _, want := range []string{
				tc.want, "| ours: single members | 16 |", "| ours: ensemble | 16 |", "- " + c.Datasets[0] + " of somebody: by mmsa",
				"the features are not those of the published file: SHA-256 ", "train, audio: 1 values of -inf became 0",
				"train, vision: 1 of 40 clips have no frame that is not zero", "| bins | none: a regression |", "Adam with an L2 penalty",
				"## Choices that differ from the published code", "| no vision | MAE | 16 |", "| audio noise 10 dB | ",
			} {
				if !strings.Contains(card, want) {
					t.Errorf("the card has no %q:\n%s", want, card)
				}
			}
			checkRegression(t, r, &c)
			if r, err = s.Make(context.Background(), c); err != nil || !r.Reused {
				t.Errorf("a second time: reused %t, error %v", r.Reused, err)
			}
		})
	}
}

// checkRegression looks at the predictions, and measures disagreement by them as an
// experiment does.
func checkRegression(t *testing.T, r *Result, c *ubm.Config) {
	t.Helper()
	records, _, err := sample.ReadPredictions(strings.NewReader(read(t, r.Dir, PredictionsFile)), PredictionsFile)
	if err != nil {
		t.Fatal(err)
	}
	p := records[3]
	if p.ID != "train_va_3" || p.Probs != nil || len(p.MemberScores) != 2 || !slices.Equal(p.Modalities, []string{"text", "audio"}) {
		t.Errorf("clip without vision: %+v", p)
	}
	var answers []*sample.Prediction
	for i := range records {
		answers = append(answers, &records[i])
	}
	u, err := uncertainty.ModalityDisagreement.Column(uncertainty.Input{Answers: answers, HalfRange: 3})
	if err != nil || slices.Max(u) == 0 {
		t.Errorf("disagreement %v, error %v", u, err)
	}
	var na *uncertainty.NotApplicable
	if _, err := uncertainty.ModalityJS.Column(uncertainty.Input{Answers: answers}); !errors.As(err, &na) {
		t.Errorf("%s: divergence of a regression: %v", c.Name, err)
	}
}

// A copy by uacs data import gives the frames of the file, and is not said to be another.
func TestImportedCopyIsTheFile(t *testing.T) {
	c := committed(t, "mmsa-mosi-lf-dnn")
	dir := t.TempDir()
	file := c.Features["mosi"]
	path := unaligned.write(t, dir, file.File)
	d := frameData(t, dir, &c)
	set, err := features.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := set.Digest()
	if err != nil {
		t.Fatal(err)
	}
	var copy bytes.Buffer
	if err := features.Write(&copy, set, digest, features.Recipe{NegInf: true}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(set.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(strings.TrimSuffix(path, ".pkl")+".safetensors", copy.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	file.SHA256 = digest
	c.Features["mosi"] = file
	again := frameData(t, dir, &c)
	if diff := cmp.Diff(d.Train, again.Train); diff != "" {
		t.Errorf("train (-file +copy):\n%s", diff)
	}
	if diff := cmp.Diff(d.Test, again.Test); diff != "" {
		t.Errorf("test (-file +copy):\n%s", diff)
	}
	for _, w := range again.Provenance.Warnings {
		if strings.Contains(w, "not those of the published file") {
			t.Error(w)
		}
	}
}

func frameData(t testing.TB, dir string, c *ubm.Config) ubm.Data {
	t.Helper()
	from, err := openFile(dir, "mosi", c.Features["mosi"], nil)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	d, err := from.data(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What stands in the padding changes nothing.
func TestPaddingDoesNotCount(t *testing.T) {
	c := committed(t, "mmsa-mosi-lf-dnn")
	dir := t.TempDir()
	unaligned.write(t, dir, c.Features["mosi"].File)
	d := frameData(t, dir, &c)
	rapid.Check(t, func(r *rapid.T) {
		f := unaligned
		f.junk = rapid.Float32Range(-1e30, 1e30).Draw(r, "junk")
		f.write(t, dir, c.Features["mosi"].File)
		again := frameData(t, dir, &c)
		for _, split := range sample.Splits {
			if diff := cmp.Diff(d.Part(split).Frames, again.Part(split).Frames); diff != "" {
				r.Errorf("%s: %s", split, diff)
			}
		}
	})
}

func TestFrameFilesRefused(t *testing.T) {
	c := committed(t, "mmsa-mosi-ef-lstm")
	s := &Source{Dir: t.TempDir(), Features: t.TempDir(), Published: printed}
	_, err := s.Make(context.Background(), c)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("without a file: %v", err)
	}
	for _, want := range []string{"mosi/aligned_50.pkl", "mmsa-mosi-ef-lstm"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q has no %q", err, want)
		}
	}
	for _, want := range []string{"MOSI/Processed/aligned_50.pkl of thuiar/MMSA", c.Features["mosi"].SHA256, "--features"} {
		if !strings.Contains(hint.Of(err), want) {
			t.Errorf("hint %q has no %q", hint.Of(err), want)
		}
	}
	unaligned.write(t, s.Features, c.Features["mosi"].File)
	if _, err = s.Make(context.Background(), c); err == nil || !strings.Contains(err.Error(), "5 frames of text and 8 of audio are not aligned") {
		t.Errorf("an unaligned file: %v", err)
	}
	if entries, _ := os.ReadDir(s.Dir); len(entries) != 0 {
		t.Errorf("%d folders were made", len(entries))
	}
	s.Published = nil
	alignedFile.write(t, s.Features, c.Features["mosi"].File)
	if _, err = s.Make(context.Background(), c); err == nil || !strings.Contains(err.Error(), "published") {
		t.Errorf("without a list of published results: %v", err)
	}
}

// By hand: five frames over two stretches are two and three, two over four are each twice.
func TestStretch(t *testing.T) {
	for _, c := range []struct {
		frames []float32
		n      int
		want   []float32
	}{
		{[]float32{1, 3, 5, 7, 9}, 2, []float32{2, 7}},
		{[]float32{1, 3}, 4, []float32{1, 1, 3, 3}},
		{[]float32{1, 3}, 2, []float32{1, 3}},
		{[]float32{1, 3}, 0, []float32{1, 3}},
		{nil, 3, nil},
	} {
		if got := stretch(c.frames, 1, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%v over %d stretches: %v, want %v", c.frames, c.n, got, c.want)
		}
	}
}

// The committed model of generated frames is made whole, with its table, and of the same
// bytes on one processor as on several. Its answers serve the measures of disagreement.
func TestGeneratedFrames(t *testing.T) {
	if testing.Short() {
		t.Skip("trains eight networks: not with -short")
	}
	c := committed(t, "synth-mosi-frames")
	c.Optimiser.Epochs, c.Streams[0].Pooling = 1, []sequence.Pool{"mean"}
	s := &Source{Dir: t.TempDir()}
	r, err := s.Make(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.GOMAXPROCS(1)
	again, err := (&Source{Dir: t.TempDir()}).Make(context.Background(), c)
	runtime.GOMAXPROCS(before)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ModelFile, CardFile, MetricsFile, HistoryFile, CurveFile("svg"), PredictionsFile, RobustnessFile, TrainingFile} {
		if read(t, r.Dir, name) != read(t, again.Dir, name) {
			t.Errorf("%s differs", name)
		}
	}
	card := read(t, r.Dir, CardFile)
	for _, want := range []string{"**SYNTHETIC**", "## Missing and noisy modalities", "| no vision | MAE | 686 |", "| vision noise 0 dB | Non0_acc_2 |"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card has no %q", want)
		}
	}
	records, _, err := sample.ReadPredictions(strings.NewReader(read(t, r.Dir, PredictionsFile)), PredictionsFile)
	if err != nil || len(records) != 1284+229+686 {
		t.Fatalf("%d records, error %v", len(records), err)
	}
	var answers []*sample.Prediction
	for i := range records {
		answers = append(answers, &records[i])
	}
	for _, m := range []uncertainty.Measure{uncertainty.ModalityDisagreement, uncertainty.ModalityJS} {
		u, err := m.Column(uncertainty.Input{Answers: answers, HalfRange: 3})
		if err != nil || slices.Min(u) < 0 || slices.Max(u) > 1 || slices.Max(u) == 0 {
			t.Errorf("%s: least %v, greatest %v, error %v", m.Name, slices.Min(u), slices.Max(u), err)
		}
	}
}

// A file without splits gets those of the dataset, and its labels where it has none; a clip
// that the dataset does not have is left out, and said to be.
func TestFileWithoutSplits(t *testing.T) {
	dir := t.TempDir()
	column := func(v ...float32) string { return pyArray([]int{3, 1, 1}, v) }
	write := func(ids ...string) {
		t.Helper()
		for i, id := range ids {
			ids[i] = pyStr(id)
		}
		data := "\x80\x04" + pyDict("id", pyList(ids), "language", column(1, 2, 3), "audio", column(4, 5, 6), "visual", column(7, 8, 9)) + "."
		if err := os.WriteFile(filepath.Join(dir, "f.pkl"), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	clips := func(string) ([]sample.Sample, string, error) {
		return []sample.Sample{{ID: "a_1", Video: "a", Split: sample.Test, Label: 2}, {ID: "b_1", Video: "b", Split: sample.Train, Label: -1}}, "d", nil
	}
	c := committed(t, "mmsa-mosi-lf-dnn")
	file := ubm.FeatureFile{File: "f.pkl"}
	write("a$_$1", "c$_$1", "b$_$1")
	from, err := openFile(dir, "mosi", file, clips)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	d, err := from.data(&c)
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.N() != 1 || d.Train.IDs[0] != "b_1" || d.Train.Labels[0] != -1 || d.Train.Frames[2].Clip(0)[0] != 9 || d.Valid.N() != 0 || d.Test.IDs[0] != "a_1" {
		t.Errorf("train %+v, test %+v", d.Train, d.Test)
	}
	said := strings.Join(d.Provenance.Warnings, "\n")
	for _, want := range []string{"the file knows no splits: those of mosi", "the file has no labels", "1 of 3 clips of the file are none of mosi"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %s", want, said)
		}
	}
	if !strings.HasSuffix(from.digest(), " with d") {
		t.Errorf("digest %s", from.digest())
	}

	write("x", "y", "z")
	other, err := openFile(dir, "mosi", file, clips)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.data(&c); err == nil || !strings.Contains(err.Error(), `none of its 3 ids is a clip of mosi: "x" is none`) {
		t.Error(err)
	}
}
