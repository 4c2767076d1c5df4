package cascade

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/cache"
	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/onnx"
	"uacs/harness/sample"
	"uacs/internal/mirror"
)

// Both real networks, live: one at a time and four at a time have the same bytes, and
// the large one answers as the predictions say that were written when it was trained,
// up to the float32 of the file.
func TestRealNetworks(t *testing.T) {
	data := mirror.Need(t)
	dir := filepath.Join(project, ".cache", "models", "trained")
	for _, name := range []string{"mosi-glove", "mosi-use-lite"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Skipf("the model %s is not trained on this machine: uacs train %s", name, name)
		}
	}
	library, err := assets.Library(os.Getenv)
	if err != nil {
		t.Skipf("no ONNX Runtime: %v", err)
	}
	if !onnx.Built {
		t.Skip("built without cgo: no C compiler")
	}
	c, place := committed(t, "mosi-glove-uselite")
	place.Data, place.Trained = os.DirFS(data), dir
	o := encoder.Options{ModelsDir: assets.Dir(os.Getenv, project), Library: library, Workers: 1}
	var want string
	for _, workers := range []int{1, 4} {
		place.Tools = Tools{
			Library: func() (string, error) { return library, nil }, Workers: workers,
			Encoder: func(ctx context.Context, name string) (encoder.Text, error) { return encoder.Open(ctx, name, o) },
		}
		res, clips := live(t, &c, place)
		if want == "" {
			want = lines(t, res)
			compareWithPredictions(t, dir, res.Large, clips)
		} else if diff := cmp.Diff(want, lines(t, res)); diff != "" {
			t.Errorf("%d at a time differ: %s", workers, diff)
		}
	}
}

func live(t *testing.T, c *Config, place *Place) (*Result, []sample.Sample) {
	t.Helper()
	var parts Parts
	clips, tune, source, scale, err := place.Clips(c)
	if err != nil {
		t.Fatal(err)
	}
	var closeAll func() error
	if parts.Small, parts.Large, parts.Second, closeAll, err = place.Models(c); err != nil {
		t.Fatal(err)
	}
	parts.Store, parts.Source, parts.Range = cache.NewMemory(), source, scale
	clips, tune = clips[:120], tune[:100]
	res, err := Run(context.Background(), *c, parts, clips, tune)
	if err != nil {
		t.Fatal(err)
	}
	if err := closeAll(); err != nil {
		t.Error(err)
	}
	return res, clips
}

func compareWithPredictions(t *testing.T, dir string, records []*sample.Prediction, clips []sample.Sample) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "mosi-use-lite", "predictions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, _, err := sample.ReadPredictions(f, "predictions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*sample.Prediction{}
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	n := 0
	for i, p := range records {
		if p == nil || !p.OK() {
			continue
		}
		n++
		kept := byID[clips[i].ID]
		if math.Abs(*p.Score-*kept.Score) > 1e-4 { // float32 through two networks
			t.Errorf("clip %d: the score is %v live and %v in the predictions", i, *p.Score, *kept.Score)
		}
		// The graph counts what package ubm counts, but for the standardisation and the like.
		if r := *p.FLOPs / *kept.FLOPs; r < 0.9 || r > 1.1 {
			t.Errorf("clip %d: %v FLOPs live, %v in the predictions", i, *p.FLOPs, *kept.FLOPs)
		}
	}
	if n == 0 {
		t.Error("no clip was escalated")
	}
}
