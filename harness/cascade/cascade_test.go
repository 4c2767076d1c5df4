package cascade

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/cache"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/model/chat"
	"uacs/harness/sample"
	"uacs/internal/golden"
)

const project = "../.."

func committed(t *testing.T, name string) (Config, *Place) {
	t.Helper()
	root := os.DirFS(project)
	c, err := Load(root, "configs/live/"+name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c, &Place{Project: root, Getenv: func(string) string { return "" }}
}

// opened returns the synthetic cascade, ready to run.
func opened(t *testing.T) (c Config, parts Parts, clips, tune []sample.Sample) {
	t.Helper()
	c, place := committed(t, "synth-mosi-live")
	var err error
	if clips, tune, parts.Source, parts.Range, err = place.Clips(&c); err != nil {
		t.Fatal(err)
	}
	if parts.Small, parts.Large, parts.Second, _, err = place.Models(&c); err != nil {
		t.Fatal(err)
	}
	parts.Store = cache.NewMemory()
	return c, parts, clips, tune
}

func lines(t *testing.T, res *Result) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteOutcomes(&out, res.Outcomes); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x\n%s", math.Float64bits(res.Threshold), out.String())
}

// dying is a model that stops the run after some answers, and counts all it gave.
type dying struct {
	Model
	left  *atomic.Int64
	asked *atomic.Int64
	stop  context.CancelFunc
}

func (d dying) Ask(ctx context.Context, questions []Question, save func(int, sample.Prediction) error) error {
	return d.Model.Ask(ctx, questions, func(i int, p sample.Prediction) error {
		d.asked.Add(1)
		err := save(i, p)
		if d.left.Add(-1) == 0 {
			d.stop()
		}
		return err
	})
}

// parallel answers as Recorded does, several at a time.
type parallel struct{ *Recorded }

func (p parallel) Ask(ctx context.Context, questions []Question, save func(int, sample.Prediction) error) error {
	return each(ctx, questions, 7, func(_ context.Context, q *Question) (sample.Prediction, error) {
		r, err := p.find(q)
		if err != nil {
			return sample.Prediction{}, err
		}
		return *r, nil
	}, save)
}

// Serial, replayed, concurrent and interrupted runs have the same bytes, and no
// question is asked twice however often a run is stopped.
func TestRunsOfOneCacheAreEqual(t *testing.T) {
	c, parts, clips, tune := opened(t)
	ctx := context.Background()
	serial, err := Run(ctx, c, parts, clips, tune)
	if err != nil {
		t.Fatal(err)
	}
	want := lines(t, serial)
	if serial.Asked["second"] == 0 {
		t.Fatal("no clip was asked about a second time: the test tests less than it should")
	}
	total := serial.Asked["small"] + serial.Asked["large"] + serial.Asked["second"]

	replay := parts
	replay.Replay = true
	again, err := Run(ctx, c, replay, clips, tune)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, lines(t, again)); diff != "" || len(again.Asked) != 0 {
		t.Errorf("replay differs, or asked %v: %s", again.Asked, diff)
	}

	many := parts
	many.Store = cache.NewMemory()
	many.Small, many.Large, many.Second = parallel{parts.Small.(*Recorded)}, parallel{parts.Large.(*Recorded)}, parallel{parts.Second.(*Recorded)}
	concurrent, err := Run(ctx, c, many, clips, tune)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, lines(t, concurrent)); diff != "" {
		t.Errorf("concurrent differs: %s", diff)
	}

	if asked := interrupted(t, c, many, clips, tune, want); asked != total {
		t.Errorf("%d questions were asked over all stopped runs, %d are needed", asked, total)
	}
}

// interrupted stops the run after every 150 answers until it ends, demands its bytes,
// and returns how many questions were asked in all.
func interrupted(t *testing.T, c Config, many Parts, clips, tune []sample.Sample, want string) int {
	t.Helper()
	var asked atomic.Int64
	stopped := many
	stopped.Store = cache.NewMemory()
	for try := 0; ; try++ {
		run, stop := context.WithCancel(context.Background())
		var left atomic.Int64
		left.Store(150)
		p := stopped
		p.Small, p.Large, p.Second = dying{many.Small, &left, &asked, stop}, dying{many.Large, &left, &asked, stop}, dying{many.Second, &left, &asked, stop}
		res, err := Run(run, c, p, clips, tune)
		stop()
		if err == nil {
			if diff := cmp.Diff(want, lines(t, res)); diff != "" {
				t.Errorf("resumed differs: %s", diff)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || try > 50 {
			t.Fatal(err)
		}
	}
	return int(asked.Load())
}

// The live cascade is what package experiment's columns and the same strategy make of
// the same predictions at that threshold.
func TestEqualsExperiment(t *testing.T) {
	c, parts, clips, tune := opened(t)
	c.TauLarge = new(float64)
	*c.TauLarge = 0.6
	res, err := Run(context.Background(), c, parts, clips, tune)
	if err != nil {
		t.Fatal(err)
	}
	root := os.DirFS(project)
	e, err := experiment.LoadConfig(root, "configs/experiments/synth-mosi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	h, err := experiment.Open(e, predictors, nil)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := h.Escalated()
	if err != nil {
		t.Fatal(err)
	}
	for i, clip := range columns {
		want := fusion.Keep(clip.Small)
		if clip.USmall > res.Threshold {
			want = fusion.UACSv1.Apply(clip, fusion.Params{TauLarge: 0.6, Weight: fusion.Confidence, Seed: c.Seed})
		}
		got := res.Fused[i]
		same := math.Float64bits(got.Answer.Score) == math.Float64bits(want.Answer.Score) || math.IsNaN(got.Answer.Score) && math.IsNaN(want.Answer.Score)
		if got.Stage != want.Stage || got.Calls != want.Calls || got.Answer.Polarity != want.Answer.Polarity || got.Answer.OK != want.Answer.OK || !same {
			t.Fatalf("clip %s: %+v, want %+v", clip.Key, got, want)
		}
	}
}

func TestReplayOfAnEmptyCache(t *testing.T) {
	c, parts, clips, tune := opened(t)
	parts.Replay = true
	_, err := Run(context.Background(), c, parts, clips, tune)
	if err == nil || !strings.Contains(err.Error(), "are not in the cache") {
		t.Errorf("got %v", err)
	}
}

func TestShareThreshold(t *testing.T) {
	inf := math.Inf(1)
	u := []float64{0.1, 0.4, 0.2, inf, 0.4}
	for _, tc := range []struct { // by hand: values above the threshold are escalated
		name  string
		share float64
		want  float64
	}{
		{"none but failures", 0, math.MaxFloat64},
		{"one", 0.2, 0.4},
		{"a tie is left out", 0.4, 0.4},
		{"with the tie", 0.6, 0.2},
		{"all", 1, math.Nextafter(0.1, -1)},
	} {
		got, err := ShareThreshold(u, tc.share)
		if err != nil || got != tc.want {
			t.Errorf("%s: %v, %v; want %v", tc.name, got, err, tc.want)
		}
	}
	if _, err := ShareThreshold(nil, 0.5); err == nil {
		t.Error("no values: no error")
	}
}

// The best threshold is no worse on its split than either model alone or any share.
func TestBestThreshold(t *testing.T) {
	c, parts, _, tune := opened(t)
	accuracyAt := func(threshold float64) float64 {
		fixed := c
		fixed.Threshold = Threshold{Fixed: &threshold}
		res, err := Run(context.Background(), fixed, parts, tune, nil)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := Summarise(fixed, tune, res)
		if err != nil {
			t.Fatal(err)
		}
		return float64(sum.Cascade.Value)
	}
	c.Threshold = Threshold{Best: true, On: sample.Valid}
	best, err := FindThreshold(context.Background(), c, parts, tune)
	if err != nil {
		t.Fatal(err)
	}
	at := accuracyAt(best)
	for _, other := range []float64{-1, 0.2, 0.5, 0.8, 0.9, 2} {
		if y := accuracyAt(other); y > at+1e-12 {
			t.Errorf("threshold %v has accuracy %v, the best one %v has %v", other, y, best, at)
		}
	}
}

// server answers like a chat server by script: the polarity is that of the round, and
// the first requests fail.
func server(t *testing.T, faults int64) (*chat.Runner, *atomic.Int64) {
	t.Helper()
	var calls, failed atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if failed.Add(1) <= faults {
			http.Error(w, `{"error":{"message":"busy"}}`, http.StatusServiceUnavailable)
			return
		}
		calls.Add(1)
		text := "1.5"
		if strings.Contains(string(body), "earlier") {
			text = "-2"
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%q}}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}`, text)
	}))
	t.Cleanup(s.Close)
	e := chat.EndpointDefaults()
	e.Name, e.Title, e.BaseURL, e.Model, e.Decoding.MaxTokens = "scripted", "scripted server", s.URL+"/v1", "m", 8
	e.Retry = chat.Retry{Attempts: 3, FirstSeconds: 0.001, MaxSeconds: 0.01}
	fsys := fstest.MapFS{"p.yaml": {Data: []byte("name: p\nlanguage: en\nasks: score\nsystem: Rate.\nfirst: '{{.Transcript}}'\nsecond:\n  - {name: again, text: 'earlier {{.Small.Answer}} {{.Large.Answer}} {{.Small.Uncertainty}}: {{.Transcript}}'}\n")}}
	prompt, err := chat.LoadPrompt(fsys, "p.yaml")
	if err != nil {
		t.Fatal(err)
	}
	runner, err := chat.NewRunner(chat.Options{Endpoint: e, Prompt: prompt, Client: chat.NewClient(e, "")})
	if err != nil {
		t.Fatal(err)
	}
	return runner, &calls
}

// An endpoint behind faults: every clip is answered once, conflicts twice, and the
// second run asks nothing.
func TestEndpoint(t *testing.T) {
	c, parts, clips, _ := opened(t)
	clips = clips[:40]
	runner, calls := server(t, 2)
	c.Large, c.Second = Source{Endpoint: "scripted", Prompt: "p", Decision: "score"}, &Source{Variant: "again"}
	c.Fusion, c.LargeMeasure = "uacs-v2", "distance-to-neutral"
	fixed, tau := 0.5, -1.0 // never confident, so that conflicts are asked about again
	c.Threshold, c.TauLarge = Threshold{Fixed: &fixed}, &tau
	parts.Large, parts.Second = &Endpoint{Runner: runner}, &Endpoint{Runner: runner, Variant: "again"}
	first, err := Run(context.Background(), c, parts, clips, nil)
	if err != nil {
		t.Fatal(err)
	}
	if first.Asked["large"] == 0 || first.Asked["second"] == 0 {
		t.Fatalf("asked %v: the test tests less than it should", first.Asked)
	}
	if got, want := int(calls.Load()), first.Asked["large"]+first.Asked["second"]; got != want {
		t.Errorf("the server answered %d calls, %d were asked", got, want)
	}
	for _, o := range first.Outcomes {
		if o.Stage == string(fusion.Requeried) && (o.Score == nil || *o.Score != -2 || o.Cost.TokensIn != 20) {
			t.Errorf("clip %s was asked again: %+v", o.ID, o)
		}
	}
	again, err := Run(context.Background(), c, parts, clips, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines(t, first), lines(t, again)); diff != "" || len(again.Asked) != 0 {
		t.Errorf("second run asked %v: %s", again.Asked, diff)
	}
}

// A trained network answers as its own predictions say, up to the float32 of the file.
func TestNetworkIsTheTrainedModel(t *testing.T) {
	dir := filepath.Join(project, ".cache", "models", "trained")
	if _, err := os.Stat(filepath.Join(dir, "mosi-glove")); err != nil {
		t.Skip("the model mosi-glove is not trained on this machine: uacs train mosi-glove")
	}
	n, err := NewNetwork(filepath.Join(dir, "mosi-glove"), "mosi-glove", Tools{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "mosi-glove", "training.json"))
	if err != nil {
		t.Fatal(err)
	}
	var training struct {
		Digest string            `json:"training_digest"`
		Files  map[string]string `json:"sha256"`
	}
	if err := json.Unmarshal(data, &training); err != nil {
		t.Fatal(err)
	}
	r, err := n.Request(&Question{Round: 1, Source: cache.Digest("x"), Clip: sample.Sample{ID: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Revision != training.Digest || r.WeightsSHA256 != training.Files["model.onnx"] {
		t.Errorf("revision %s, weights %s", r.Revision, r.WeightsSHA256)
	}
	if _, err := NewNetwork(filepath.Join(dir, "none"), "none", Tools{}); err == nil || !strings.Contains(err.Error(), "not trained") {
		t.Errorf("a model that is not there: %v", err)
	}
}

// Every committed config loads, and the committed schema is that of the code.
func TestCommittedConfigs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(project, "configs/live/*.yaml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d configs, %v", len(files), err)
	}
	for _, f := range files {
		if _, err := Load(os.DirFS(filepath.Dir(f)), filepath.Base(f)); err != nil {
			t.Error(err)
		}
	}
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(project, "configs/live.schema.json")
	if golden.Updating() {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not the code's schema (%v): go test -update writes it", file, err)
	}
}

func TestConfigErrors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(project, "configs/live/synth-mosi-live.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, from, to, want string }{
		{"two rules", "{share: 0.35, on: valid}", "{share: 0.35, fixed: 1}", "one of fixed, share, best and equal"},
		{"chosen on the judged split", "on: valid", "on: test", "not train or valid"},
		{"no second", "second: {synth: second, decision: score, label: second look}\n", "", "asks a second time"},
		{"a control", "measure: distance-to-neutral", "measure: oracle", "cannot decide about a call"},
		{"unknown key", "seed:", "sed:", "sed"},
		{"two sources", "{synth: large,", "{synth: large, trained: x,", "one of trained, endpoint"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys := fstest.MapFS{"c.yaml": {Data: []byte(strings.Replace(string(data), tc.from, tc.to, 1))}}
			_, err := Load(fsys, "c.yaml")
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "c.yaml:") {
				t.Errorf("got %v", err)
			}
		})
	}
}
