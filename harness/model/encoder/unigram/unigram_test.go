package unigram_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/model/assets"
	"uacs/harness/model/encoder/unigram"
)

// small is a vocabulary made by hand.
const small = `[["?",0],["<s>",0],["</s>",0],["x1",0],["x2",0],["x3",0],
["\u2581",-5],["a",-3],["b",-3],["ab",-4],["\u2581a",-4],["\u2581ab",-6.5],["c",null],["abc",-20]]`

func tokenizer(t testing.TB, vocab string) *unigram.Tokenizer {
	t.Helper()
	pieces, err := unigram.ReadVocab(strings.NewReader(vocab), "vocab.json")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := unigram.New(pieces)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The expected pieces were found by hand from the scores.
func TestEncode(t *testing.T) {
	tok := tokenizer(t, small)
	for _, c := range []struct {
		name, text string
		want       []int32
	}{
		{"empty", "", nil},
		{"a word of one piece", "a", []int32{10}},
		{"the larger sum wins", "ab", []int32{11}},
		{"two words", "ab ab", []int32{11, 11}},
		{"full width letters are narrowed", "\uff41\uff42", []int32{11}},
		{"characters without a piece are one unknown", "zzz", []int32{6, 0}},
		{"unknown between pieces", "azzb", []int32{10, 0, 8}},
		{"a piece without a score costs nothing", "c", []int32{6, 12}},
		{"bytes that are not UTF-8", "a\xff\xfeb", []int32{10, 0, 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, tok.Encode(c.text)); diff != "" {
				t.Errorf("Encode(%q) (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestReadVocabRefuses(t *testing.T) {
	head := `["?",0],["1",0],["2",0],["3",0],["4",0],["5",0]`
	for _, c := range []struct{ name, json, want string }{
		{"no list", `{}`, "vocab.json"},
		{"reserved pieces only", "[" + head + "]", "6 pieces"},
		{"a triple", "[" + head + `,["a",1,2]]`, "3 fields"},
		{"an empty piece", "[" + head + `,["",1]]`, "piece 6 is empty"},
		{"a score that is text", "[" + head + `,["a","b"]]`, "vocab.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := unigram.ReadVocab(strings.NewReader(c.json), "vocab.json")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// The pieces come from the tokenizer of @energetic-ai/embeddings 0.2.0; see
// testdata/golden.mjs of package encoder.
func TestGoldenPieces(t *testing.T) {
	asset, err := assets.Find("use-lite")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := assets.Locate(assets.Dir(os.Getenv, ""), asset)
	if err != nil {
		t.Skipf("the vocabulary of use-lite is not on this machine: %v", err)
	}
	vocab, err := os.ReadFile(paths["vocab.json"])
	if err != nil {
		t.Fatal(err)
	}
	tok := tokenizer(t, string(vocab))
	data, err := os.ReadFile(filepath.Join("..", "testdata", "unigram.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Hex string  `json:"hex"`
		IDs []int32 `json:"ids"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		text, err := hex.DecodeString(c.Hex)
		if err != nil {
			t.Fatal(err)
		}
		if got := tok.Encode(string(text)); !cmp.Equal(got, c.IDs) && len(got)+len(c.IDs) > 0 {
			t.Errorf("Encode(%q) = %v, want %v", text, got, c.IDs)
		}
	}
}

func TestPiecesAreInRange(t *testing.T) {
	tok := tokenizer(t, small)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("abc z\u2581\u00e9\u7535"))).Draw(t, "text")
		for _, id := range tok.Encode(text) {
			if id < 0 || int(id) >= tok.Size() {
				t.Fatalf("piece %d of %q is not below %d", id, text, tok.Size())
			}
		}
	})
}

func FuzzReadVocab(f *testing.F) {
	f.Add([]byte(small), "ab c")
	f.Add([]byte(`[["",0]]`), "")
	f.Add([]byte(`[["?",0],["1",0],["2",0],["3",0],["4",0],["5",0],["\u2581a",1e308],["a",1e308]]`), "a a a\xff")
	f.Fuzz(func(t *testing.T, vocab []byte, text string) {
		pieces, err := unigram.ReadVocab(strings.NewReader(string(vocab)), "vocab.json")
		if err != nil {
			return
		}
		tok, err := unigram.New(pieces)
		if err != nil {
			t.Fatalf("New refuses what ReadVocab took: %v", err)
		}
		for _, id := range tok.Encode(text) {
			if id < 0 || int(id) >= tok.Size() {
				t.Fatalf("piece %d of %q is not below %d", id, text, tok.Size())
			}
		}
	})
}
