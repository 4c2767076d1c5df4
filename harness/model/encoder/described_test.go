package encoder

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A described encoder is opened by the name of its file, with paths relative to it.
func TestDescribedBERT(t *testing.T) {
	library(t)
	b := tiny(t)
	dir := t.TempDir()
	model, err := filepath.Rel(dir, b.Model)
	if err != nil {
		t.Fatal(err)
	}
	text := "model: " + filepath.ToSlash(model) + "\nvocabulary: " + b.Vocabulary + "\npooling: cls\nlicence: made up\n"
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Described: dir}
	e, err := Open(context.Background(), "mine", o)
	if err != nil {
		t.Fatal(err)
	}
	b.Pooling = First
	same := open(t, ONNX, Options{BERT: b})
	if e.Name() != "mine" || e.Dim() != 2 || e.Digest() != same.Digest() {
		t.Errorf("%s, %d features, digest %s; want mine, 2, %s", e.Name(), e.Dim(), e.Digest(), same.Digest())
	}
	d, err := o.Describes("mine")
	licences, citations := d.Asks()
	if diff := cmp.Diff([]string{"mine: made up"}, licences); err != nil || diff != "" || citations != nil {
		t.Errorf("%v, %v: %s", err, citations, diff)
	}
}

func TestLoadBERTRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no model", "vocabulary: v.txt\n", "e.yaml: model is required"},
		{"no vocabulary", "model: m.onnx\n", "e.yaml: vocabulary is required"},
		{"an unknown key", "model: m.onnx\nvocab: v.txt\n", "e.yaml:2: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "e.yaml")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadBERT(file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
