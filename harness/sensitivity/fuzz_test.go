package sensitivity

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// FuzzLoadPlan demands an error that names the file or a plan whose values can be tried
// on an experiment, whatever the bytes.
func FuzzLoadPlan(f *testing.F) {
	f.Add(planYAML)
	f.Add(strings.Replace(planYAML, "replicates", "model: tiny\nlabel: Tiny\nseeds: [1]\nreplicates", 1) + `  - {key: zero, default: neutral, values: [neutral, band 0.5]}
  - {key: bins, default: "3", values: ["3", "21"]}
  - {key: target, default: two-hot, values: [two-hot, gaussian 0.5]}
`)
	f.Fuzz(func(t *testing.T, text string) {
		root := fstest.MapFS{
			"configs/experiments/base.yaml": {Data: []byte(experimentYAML)}, "configs/models/tiny.yaml": {Data: []byte(modelYAML)},
			"plan.yaml": {Data: []byte(text)},
		}
		p, err := LoadPlan(root, "plan.yaml")
		if err != nil {
			if !strings.Contains(err.Error(), "plan.yaml") {
				t.Errorf("an error without the file's name: %v", err)
			}
			return
		}
		if base, err := p.base(root); err == nil {
			_, _ = p.variants(base)
		}
	})
}

// FuzzReadRecord demands an error that names the file or a result that tables can be
// made of and that is written as it is read, whatever the bytes.
func FuzzReadRecord(f *testing.F) {
	var b bytes.Buffer
	if err := WriteRecord(&b, madeUp()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadRecord(data, "r.jsonl")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "r.jsonl:") {
				t.Errorf("an error without the file's name: %v", err)
			}
			return
		}
		Table(r).Markdown()
		Summary(r).Markdown()
		Figure(r)
		var first, second bytes.Buffer
		if err := WriteRecord(&first, r); err != nil {
			t.Fatal(err)
		}
		again, err := ReadRecord(first.Bytes(), "again")
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteRecord(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%v\nfirst  %ssecond %s", err, first.Bytes(), second.Bytes())
		}
	})
}
