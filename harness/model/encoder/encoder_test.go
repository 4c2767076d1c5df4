package encoder

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/model/assets"
	"uacs/harness/model/encoder/glove"
	"uacs/harness/model/encoder/uselite"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/internal/hint"
)

// open returns an encoder of files on this machine, or skips.
func open(t testing.TB, name string, o Options) Text {
	t.Helper()
	if name != Glove && !onnx.Built {
		t.Skip("built without cgo: no C compiler")
	}
	e, err := Open(context.Background(), name, o)
	if errors.Is(err, assets.ErrAbsent) {
		t.Skipf("%v (%s)", err, hint.Of(err))
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// conform checks what Text promises.
func conform(t *testing.T, e Text) {
	t.Helper()
	ctx := context.Background()
	texts := []string{"I loved every minute of it.", "", "\xff\xfe", "not good", "\u7535\u5f71", strings.Repeat("so bad. ", 200), "not good"}
	m, s, err := e.Encode(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	if m.Rows != len(texts) || m.Cols != e.Dim() || len(m.Data) != m.Rows*m.Cols || len(s.Tallies) != len(texts) {
		t.Fatalf("%d texts make %dx%d features (%d), %d tallies", len(texts), m.Rows, m.Cols, len(m.Data), len(s.Tallies))
	}
	for i, x := range m.Data {
		if x-x != 0 {
			t.Fatalf("feature %d of text %d is %v", i%m.Cols, i/m.Cols, x)
		}
	}
	if diff := cmp.Diff(m.Row(3), m.Row(6)); diff != "" {
		t.Errorf("equal texts have unequal features:\n%s", diff)
	}
	for i, text := range texts {
		one, tally, err := e.Encode(ctx, []string{text})
		if err != nil {
			t.Fatal(err)
		}
		if tally.Tallies[0] != s.Tallies[i] {
			t.Errorf("text %d alone has tally %v, among others %v", i, tally.Tallies[0], s.Tallies[i])
		}
		if d := distance(one.Row(0), m.Row(i)); d > 1e-6 {
			t.Errorf("text %d alone differs by %g from itself among others", i, d)
		}
	}
	if m, s, err := e.Encode(ctx, nil); err != nil || m.Rows != 0 || len(s.Tallies) != 0 {
		t.Errorf("no texts: %d rows, %d tallies, %v", m.Rows, len(s.Tallies), err)
	}
	if raw, err := hex.DecodeString(e.Digest()); err != nil || len(raw) != 32 {
		t.Errorf("digest %q", e.Digest())
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := e.Encode(ended, texts); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of ctx: %v", err)
	}
}

func distance(a, b []float32) float64 {
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(float64(a[i])-float64(b[i])))
	}
	return d
}

func smallTable(t testing.TB) *glove.Table {
	t.Helper()
	v := make([]float32, 2*glove.Width)
	v[0], v[glove.Width] = 1, -1
	tab, err := glove.NewTable([]string{"good", "not"}, v)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestGloveConforms(t *testing.T)     { conform(t, NewGlove(smallTable(t))) }
func TestRealGloveConforms(t *testing.T) { conform(t, open(t, Glove, Options{})) }
func TestUSELiteConforms(t *testing.T)   { conform(t, open(t, USELite, Options{})) }

// The vectors were computed by TensorFlow.js; see testdata/golden.mjs.
func TestUSELiteEqualsTensorFlowJS(t *testing.T) {
	e := open(t, USELite, Options{})
	data, err := os.ReadFile(filepath.Join("testdata", "uselite.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Hex    string    `json:"hex"`
		Vector []float32 `json:"vector"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range cases {
		text, err := hex.DecodeString(c.Hex)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	m, s, err := e.Encode(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, c := range cases {
		d := distance(c.Vector, m.Row(i)[:uselite.Width])
		worst = max(worst, d)
		if d > 1e-5 {
			t.Errorf("%.40q differs by %g", texts[i], d)
		}
	}
	t.Logf("largest difference %.2g over %d texts", worst, len(cases))
	if texts, tokens := s.Truncated(); texts == 0 || tokens == 0 {
		t.Error("the long text was not cut off")
	}
	// A dense network does two operations a weight; the table of pieces is not
	// multiplied, and attention comes on top.
	dense := int64(2 * (6_980_000 - 8002*256))
	last := s.Tallies[len(cases)-1]
	if per := last.FLOPs / int64(last.Tokens); per < dense*9/10 || per > dense*13/10 {
		t.Errorf("%d operations a token, want about %d", per, dense)
	}
}

func TestConversionIsDeterministic(t *testing.T) {
	if testing.Short() {
		t.Skip("converts the model twice")
	}
	a, err := assets.Find(USELite)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := assets.Locate(assets.Dir(os.Getenv, ""), a)
	if err != nil {
		t.Skip(err)
	}
	first, err := convertUSELite(a, paths)
	if err != nil {
		t.Fatal(err)
	}
	second, err := convertUSELite(a, paths)
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Error("two conversions of the same files differ")
	}
	m, err := onnxfile.Decode("use-lite", first)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := m.Meta("licence"); v != a.Licence {
		t.Errorf("licence in the file is %q", v)
	}
}

// The digest was computed once from the pinned package; another one means that
// features differ from those of earlier results.
func TestGloveTableIsTheSameEverywhere(t *testing.T) {
	e := open(t, Glove, Options{}).(*gloveEncoder)
	const want = "8fc44ea251931e7ed401c1d5a0d60aaaba3fa0cc5e74160722c2863862571a3c"
	if got := e.table.Digest(); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestLowerCapitals(t *testing.T) {
	for _, c := range []struct {
		text, want string
		lowered    bool
	}{
		{"", "", false},
		{"I", "I", false},
		{"I LOVED IT", "i loved it", true},
		{"I loved it", "I loved it", false},
		{"OH \u00c9T\u00c9 3D!", "oh \u00e9t\u00e9 3d!", true},
		{"\u7535\u5f71 TV", "\u7535\u5f71 tv", true},
	} {
		if got, lowered := lowerCapitals(c.text); got != c.want || lowered != c.lowered {
			t.Errorf("lowerCapitals(%q) = %q, %v", c.text, got, lowered)
		}
	}
}

func TestCapitalsDoNotChangeFeatures(t *testing.T) {
	for _, name := range []string{Glove, USELite} {
		t.Run(name, func(t *testing.T) {
			e := open(t, name, Options{})
			m, _, err := e.Encode(context.Background(), []string{"it was not bad at all", "IT WAS NOT BAD AT ALL"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m.Row(0), m.Row(1)); diff != "" {
				t.Errorf("lower case and capitals differ:\n%s", diff)
			}
		})
	}
}

// Expected texts follow from the tallies by hand.
func TestWarnings(t *testing.T) {
	s := Stats{Tallies: []Tally{
		{Tokens: 3, FLOPs: 7, Lowered: true},
		{Tokens: 4, Dropped: 2},
		{Tokens: 3, Unknown: 3},
		{},
	}}
	want := []string{
		"1 of 4 texts are longer than the encoder reads: 2 tokens at their ends were not read",
		"1 of 4 texts have no tokens: what their features say of words is 0",
		"3 of 10 tokens are not in the encoder's vocabulary: is it of the texts' language?",
		"1 of 4 texts are all in capitals and were read in lower case",
		"the operations of encoding 1 of 4 texts could not be counted",
	}
	if diff := cmp.Diff(want, s.Warnings()); diff != "" || s.FLOPs() != 7 {
		t.Errorf("%d operations; warnings (-want +got):\n%s", s.FLOPs(), diff)
	}
	if got := (Stats{}).Warnings(); got != nil {
		t.Errorf("warnings about nothing: %v", got)
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	for _, name := range []string{Glove, USELite} {
		_, err := Open(context.Background(), name, Options{ModelsDir: t.TempDir()})
		if !errors.Is(err, assets.ErrAbsent) || hint.Of(err) != "run: uacs model fetch "+name {
			t.Errorf("%s: error %v, hint %q", name, err, hint.Of(err))
		}
	}
	for _, c := range []struct {
		name, described, text, hint string
	}{
		{"elmo", "", `no encoder "elmo", only glove, glove-negation, use-lite and those described`, ""},
		{"elmo", "encoders", `no encoder "elmo"`, "describe an encoder of your own in encoders/elmo.yaml: docs/howto-model.md"},
		{"../elmo", "encoders", `no encoder "../elmo"`, ""},
	} {
		_, err := Open(context.Background(), c.name, Options{Described: c.described})
		if err == nil || !strings.Contains(err.Error(), c.text) || hint.Of(err) != c.hint {
			t.Errorf("%s: error %v, hint %q", c.name, err, hint.Of(err))
		}
	}
}

// library loads the ONNX Runtime library, or skips.
func library(t *testing.T) {
	t.Helper()
	path, err := assets.Library(os.Getenv)
	if err != nil {
		t.Skipf("%v (%s)", err, hint.Of(err))
	}
	if !onnx.Built {
		t.Skip("built without cgo: no C compiler")
	}
	if err := onnx.Init(path); err != nil {
		t.Fatal(err)
	}
}

// tiny writes a model that gives each token the state (id, 1), and the
// vocabulary [UNK] 0, [CLS] 1, [SEP] 2, good 3, bad 4.
func tiny(t *testing.T) BERT {
	t.Helper()
	free := []onnxfile.Dim{{Name: "b"}, {Name: "n"}}
	m := onnxfile.Model{
		Name:    "tiny",
		Inputs:  []onnxfile.Value{{Name: "input_ids", Type: onnxfile.Int64, Shape: free}, {Name: "attention_mask", Type: onnxfile.Int64, Shape: free}},
		Outputs: []onnxfile.Value{{Name: "states", Type: onnxfile.Float, Shape: append(free[:2:2], onnxfile.Dim{N: 2})}},
		Initializers: []onnxfile.Tensor{
			onnxfile.Floats("table", []int64{5, 2}, []float32{0, 1, 1, 1, 2, 1, 3, 1, 4, 1}),
			onnxfile.Int64s("last", []int64{1}, []int64{2}),
		},
		Nodes: []onnxfile.Node{
			{Name: "look", Op: "Gather", Inputs: []string{"table", "input_ids"}, Outputs: []string{"looked"}},
			{Name: "cast", Op: "Cast", Inputs: []string{"attention_mask"}, Outputs: []string{"mask"}, Attrs: []onnxfile.Attr{onnxfile.IntAttr("to", 1)}},
			{Name: "column", Op: "Unsqueeze", Inputs: []string{"mask", "last"}, Outputs: []string{"maskcol"}},
			{Name: "mul", Op: "Mul", Inputs: []string{"looked", "maskcol"}, Outputs: []string{"states"}},
		},
	}
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b := BERT{Model: filepath.Join(t.TempDir(), "tiny.onnx"), Vocabulary: filepath.Join(t.TempDir(), "vocab.txt")}
	if err := os.WriteFile(b.Model, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.Vocabulary, []byte("[UNK]\n[CLS]\n[SEP]\ngood\nbad\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

// By hand: [CLS] good bad good [SEP] is 1 3 4 3 2, of mean 2.6.
func TestBERT(t *testing.T) {
	library(t)
	b := tiny(t)
	mean := open(t, ONNX, Options{BERT: b})
	conform(t, mean)
	b.Pooling = First
	first := open(t, ONNX, Options{BERT: b})
	b.MaxTokens = 4
	short := open(t, ONNX, Options{BERT: b})
	for _, c := range []struct {
		name  string
		e     Text
		want  []float32
		tally Tally
	}{
		{"mean", mean, []float32{2.6, 1}, Tally{Tokens: 3, FLOPs: 10}},
		{"cls", first, []float32{1, 1}, Tally{Tokens: 3, FLOPs: 10}},
		{"cut off", short, []float32{1, 1}, Tally{Tokens: 2, Dropped: 1, FLOPs: 8}},
	} {
		m, s, err := c.e.Encode(context.Background(), []string{"Good bad GOOD"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, m.Row(0)); diff != "" || s.Tallies[0] != c.tally {
			t.Errorf("%s: tally %v, want %v; features (-want +got):\n%s", c.name, s.Tallies[0], c.tally, diff)
		}
	}
	if mean.Digest() == first.Digest() || first.Digest() == short.Digest() {
		t.Error("encoders of different settings have one digest")
	}
}

func TestBERTRefuses(t *testing.T) {
	library(t)
	for _, c := range []struct {
		name   string
		change func(*BERT)
		want   string
	}{
		{"an input it has not", func(b *BERT) { b.IDs = "ids" }, `no input "ids"`},
		{"an output it has not", func(b *BERT) { b.Output = "pooled" }, `no output "pooled"`},
		{"a pooling for another shape", func(b *BERT) { b.Pooling = Pooled }, "2 axes"},
		{"an unknown pooling", func(b *BERT) { b.Pooling = "max" }, `pooling is "max"`},
		{"no room", func(b *BERT) { b.MaxTokens = 2 }, "at least 3"},
		{"no file", func(b *BERT) { b.Model += "x" }, "tiny.onnxx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := tiny(t)
			c.change(&b)
			_, err := Open(context.Background(), ONNX, Options{BERT: b})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
