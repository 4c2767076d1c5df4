package trained

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/renameio/v2"

	"uacs/figures"
	"uacs/harness/model/ubm"
	"uacs/harness/sample"
)

// Source is where models are made from and kept.
type Source struct {
	// Data is the root of the public data, nil if there is none.
	Data fs.FS
	// Encoder returns the text encoder of that name.
	Encoder func(ctx context.Context, name string) (Encoder, error)
	// Dir is the folder in which each model has a folder of its name.
	Dir string
	// Features is the folder of feature files that models of frames read.
	Features string
	// Published returns what others have printed about models of the given names on the
	// test split of a dataset, by a metric profile; a name that is not known is an error.
	// It may be nil where no config asks for it.
	Published func(dataset, profile string, models []string) ([]Published, error)
	// Progress is told of each epoch, Note of steps that take long; both may be nil.
	Progress ubm.Progress
	Note     func(string)
}

// The files of a model's folder.
const (
	ModelFile       = "model.onnx"
	CardFile        = "card.md"
	MetricsFile     = "metrics.json"
	HistoryFile     = "history.csv"
	PredictionsFile = "predictions.jsonl"
	TrainingFile    = "training.json"
	// RobustnessFile is there for a model whose config has robustness.
	RobustnessFile = "robustness.json"
)

// CurveFile is the learning curve in a format of [figures.Formats].
func CurveFile(format string) string { return "learningcurve." + format }

// Result is a model's folder.
type Result struct {
	Name   string `json:"name"`
	Digest string `json:"training_digest"`
	Dir    string `json:"dir"`
	// Reused says that the folder was there and nothing was trained.
	Reused bool `json:"reused"`
	// Quality is that on valid and, where it has clips, test.
	Quality map[sample.Split]*ubm.Quality `json:"quality"`
}

// training is the content of TrainingFile.
type training struct {
	Digest string            `json:"training_digest"`
	Files  map[string]string `json:"sha256"`
}

// Make trains the model of a config and writes its folder, or finds that it is there.
// An error that wraps [fs.ErrNotExist] may mean that a dataset is not on this machine.
func (s *Source) Make(ctx context.Context, c ubm.Config) (*Result, error) {
	if c.OfFrames() {
		return s.makeFrames(ctx, c)
	}
	all, err := open(&c, s.Data)
	if err != nil {
		return nil, err
	}
	encoders, err := s.encoders(ctx, &c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	digest, err := c.Digest(digestOf(all), provenance(&c, all, encoders).EncoderDigest, runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	r := &Result{Name: c.Name, Digest: digest, Dir: filepath.Join(s.Dir, c.Name)}
	if r.found() {
		r.Reused = true
		return r, nil
	}
	d, err := s.data(ctx, &c, all, encoders)
	if err != nil {
		return nil, err
	}
	m, h, err := s.fit(ctx, c, d, digest)
	if err != nil {
		return nil, err
	}
	return r, r.write(m, h, &d, &besides{})
}

// fit trains a model, tells s.Progress, and gives the model its training digest.
func (s *Source) fit(ctx context.Context, c ubm.Config, d ubm.Data, digest string) (*ubm.Model, *ubm.History, error) {
	if s.Progress != nil {
		ctx = ubm.WithProgress(ctx, s.Progress)
	}
	m, h, err := ubm.Train(ctx, c, d)
	if err != nil {
		return nil, nil, err
	}
	m.Digest = digest
	return m, h, nil
}

func (s *Source) encoders(ctx context.Context, c *ubm.Config) ([]Encoder, error) {
	var out []Encoder
	for _, name := range c.Encoders {
		e, err := s.Encoder(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("text encoder %s: %w", name, err)
		}
		out = append(out, e)
	}
	return out, nil
}

// found reads the folder if it holds the model of this digest, whole.
func (r *Result) found() bool {
	data, err := os.ReadFile(filepath.Join(r.Dir, TrainingFile))
	if err != nil {
		return false
	}
	var t training
	if json.Unmarshal(data, &t) != nil || t.Digest != r.Digest || len(t.Files) == 0 {
		return false
	}
	for name, want := range t.Files {
		content, err := os.ReadFile(filepath.Join(r.Dir, name))
		if err != nil || hexSHA256(content) != want {
			return false
		}
		if name == MetricsFile && json.Unmarshal(content, &r.Quality) != nil {
			return false
		}
	}
	return r.Quality != nil
}

// write fills the folder, TrainingFile last: a folder without it is made anew.
func (r *Result) write(m *ubm.Model, h *ubm.History, d *ubm.Data, extra *besides) error {
	files, err := r.files(m, h, d, extra)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return err
	}
	mark := filepath.Join(r.Dir, TrainingFile)
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t := training{r.Digest, map[string]string{}}
	for name, data := range files {
		t.Files[name] = hexSHA256(data)
		if err := renameio.WriteFile(filepath.Join(r.Dir, name), data, 0o644); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(mark, append(data, '\n'), 0o644)
}

func (r *Result) files(m *ubm.Model, h *ubm.History, d *ubm.Data, extra *besides) (map[string][]byte, error) {
	files := map[string][]byte{}
	var err error
	if files[ModelFile], err = m.ONNX(); err != nil {
		return nil, err
	}
	r.Quality = map[sample.Split]*ubm.Quality{}
	for _, split := range []sample.Split{sample.Valid, sample.Test} {
		if d.Part(split).N() == 0 {
			continue
		}
		if r.Quality[split], err = m.Judge(d.Part(split)); err != nil {
			return nil, err
		}
	}
	files[CardFile] = []byte(ubm.Card(m, h, d, r.Quality, extra.sections(testOf(r))...))
	if files[MetricsFile], err = indented(r.Quality); err != nil {
		return nil, err
	}
	if extra.table != nil {
		if files[RobustnessFile], err = indented(extra.table); err != nil {
			return nil, err
		}
	}
	var history bytes.Buffer
	if err := h.WriteCSV(&history); err != nil {
		return nil, err
	}
	files[HistoryFile] = history.Bytes()
	for _, format := range figures.Formats {
		if files[CurveFile(format)], err = figures.Render(Curve(m, h, d), format); err != nil {
			return nil, err
		}
	}
	files[PredictionsFile], err = predictions(m, d)
	return files, err
}

func indented(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	return append(data, '\n'), err
}

// predictions are the answers about all clips of the model's own dataset.
func predictions(m *ubm.Model, d *ubm.Data) ([]byte, error) {
	var records []sample.Prediction
	for _, split := range sample.Splits {
		part, err := m.Answers(split, d.Part(split))
		if err != nil {
			return nil, err
		}
		for _, p := range part {
			if p.Dataset == d.Dataset {
				records = append(records, p)
			}
		}
	}
	var b bytes.Buffer
	err := sample.WritePredictions(&b, records)
	return b.Bytes(), err
}

// Curve returns the figure of a training: the mean loss of all members over their epochs,
// and as a band the least and the greatest.
func Curve(m *ubm.Model, h *ubm.History, d *ubm.Data) figures.LearningCurve {
	f := figures.LearningCurve{
		Page:   figures.Page{Title: m.Config.Title, Synthetic: m.Provenance.Synthetic},
		XLabel: "Epoch", YLabel: "Loss (nats, with the weighted absolute error)",
	}
	if m.Config.Loss.Kind == ubm.AbsoluteError {
		f.YLabel = "Absolute error (label units)"
	}
	f.Subtitle = fmt.Sprintf("Mean of %d seeds; bands: least to greatest", m.Members())
	if m.Members() == 1 {
		f.Subtitle, f.Kept = "One seed", float64(h.Kept[0])
	}
	f.Footer = fmt.Sprintf("n = %d train and %d valid clips. Training digest %.12s.", d.Part(sample.Train).N(), d.Part(sample.Valid).N(), m.Digest)
	train, valid := h.Means()
	f.Train, f.Valid = curve("Train", train), curve("Valid", valid)
	return f
}

func curve(name string, s []ubm.Spread) figures.Curve {
	c := figures.Curve{Name: name}
	for i, e := range s {
		c.X, c.Y = append(c.X, float64(i+1)), append(c.Y, e.Mean)
		c.Lo, c.Hi = append(c.Lo, e.Least), append(c.Hi, e.Greatest)
	}
	return c
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
