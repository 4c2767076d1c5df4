package importer

import (
	"bytes"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
	"uacs/internal/golden"
)

// conform fails t unless im is what every importer promises about the clips
// asked for: a valid record for each, in order, for each model in turn, all of
// which survive writing and reading. It returns the written bytes.
func conform(t testing.TB, im Import, asked []sample.Sample) []byte {
	t.Helper()
	models := im.Models()
	if len(models) == 0 || len(im.Predictions) != len(models)*len(asked) {
		t.Fatalf("%d records of the models %q for %d clips", len(im.Predictions), models, len(asked))
	}
	for i, p := range im.Predictions {
		s := asked[i%len(asked)]
		if p.Model != models[i/len(asked)] || p.ID != s.ID || p.Dataset != s.Dataset || p.Split != s.Split {
			t.Errorf("record %d is %s's about %s/%s/%s", i, p.Model, p.Dataset, p.Split, p.ID)
		}
		if err := p.Validate(); err != nil {
			t.Errorf("record %d: %v", i, err)
		}
	}
	var buf bytes.Buffer
	if err := sample.WritePredictions(&buf, im.Predictions); err != nil {
		t.Fatal(err)
	}
	again, warnings, err := sample.ReadPredictions(bytes.NewReader(buf.Bytes()), "written")
	if err != nil || warnings != nil {
		t.Fatalf("read again: %v, warnings %q", err, warnings)
	}
	if diff := cmp.Diff(im.Predictions, again); diff != "" {
		t.Errorf("read again (-imported +read):\n%s", diff)
	}
	return buf.Bytes()
}

func TestConformance(t *testing.T) {
	all := specimens(t)
	for _, m := range All() {
		s, ok := all[m.Name]
		if !ok {
			t.Errorf("format %s has no specimen", m.Name)
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			im, err := m.Import(s.request())
			if err != nil {
				t.Fatal(err)
			}
			written := conform(t, im, clips)
			golden.Check(t, "testdata/"+m.Name+".jsonl", written)
			if s.read == nil {
				s.read = []string{s.path}
			}
			for _, d := range []struct {
				what      string
				want, got []string
			}{{"models", s.models, im.Models()}, {"files", s.read, im.Files}, {"notes", s.notes, im.Notes}} {
				if diff := cmp.Diff(d.want, d.got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", d.what, diff)
				}
			}
			for range 20 {
				again, err := m.Import(s.request())
				if diff := cmp.Diff(im, again); diff != "" || err != nil {
					t.Fatalf("the second run differs: %v\n%s", err, diff)
				}
			}
		})
	}
}

// The order of the clips asked for is that of the records, and has no other
// effect.
func TestOrderOfClips(t *testing.T) {
	for name, s := range specimens(t) {
		t.Run(name, func(t *testing.T) {
			m, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			im, err := m.Import(s.request())
			if err != nil {
				t.Fatal(err)
			}
			backwards := s.request()
			backwards.Clips = slices.Clone(clips)
			slices.Reverse(backwards.Clips)
			got, err := m.Import(backwards)
			if err != nil {
				t.Fatal(err)
			}
			conform(t, got, backwards.Clips)
			for i := 0; i < len(got.Predictions); i += len(clips) {
				slices.Reverse(got.Predictions[i : i+len(clips)])
			}
			if diff := cmp.Diff(im, got); diff != "" {
				t.Errorf("(-in order +backwards):\n%s", diff)
			}
		})
	}
}

// What an import writes imports again, as format jsonl, to the same records: the
// records of clips without an answer too.
func TestWrittenImportsImport(t *testing.T) {
	for name, s := range specimens(t) {
		t.Run(name, func(t *testing.T) {
			m, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			im, err := m.Import(s.request())
			if err != nil {
				t.Fatal(err)
			}
			again, err := JSONL.Import(Request{FS: fstest.MapFS{"f": file(conform(t, im, clips))}, Path: "f", Clips: clips})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(im.Predictions, again.Predictions); diff != "" {
				t.Errorf("(-imported +again):\n%s", diff)
			}
		})
	}
}

func TestOf(t *testing.T) {
	im, err := Regressors.Import(specimens(t)["simsv2-regressors"].request())
	if err != nil {
		t.Fatal(err)
	}
	mean, err := im.Of("spp72kimo-mean")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(im.Predictions[3*len(clips):], mean); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	const want = `model "mean" is not one of spp72kimo-text, spp72kimo-audio, spp72kimo-video, spp72kimo-mean`
	if _, err := im.Of("mean"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestByName(t *testing.T) {
	const want = `import format "csvv" is not one of affectgpt, csv, gpt4v-ranking, jsonl, simsv2-regressors`
	if _, err := ByName("csvv"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	for _, m := range All() {
		if m.Doc == "" || m.Doc[len(m.Doc)-1] != '.' {
			t.Errorf("%s: doc %q is no sentence", m.Name, m.Doc)
		}
	}
}
