package glove_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/model/encoder/glove"
)

// table has a vector (x, -x, 0, 0, ...) for each word.
func table(t testing.TB, x map[string]float32, order ...string) *glove.Table {
	t.Helper()
	var vectors []float32
	for _, w := range order {
		v := make([]float32, glove.Width)
		v[0], v[1] = x[w], -x[w]
		vectors = append(vectors, v...)
	}
	tab, err := glove.NewTable(order, vectors)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// By hand, after the rules in the comment of Tokens.
func TestTokens(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"I LOVED it!", "i|loved|it|!"},
		{"don't can't won't he's they'd've", "do|n't|ca|n't|wo|n't|he|'s|they|'d|'ve"},
		{"didnt thats youre cannot", "did|n't|that|'s|you|'re|can|not"},
		{"its well ill", "its|well|ill"},
		{"so... good -- or?!", "so|...|good|--|or|?|!"},
		{"3.5 of 1,000 in 2010.", "3.5|of|1,000|in|2010|."},
		{"well-known 'quoted' o'clock", "well-known|'quoted|'|o'clock"},
		{"don\u2019t \u201cgo\u201d\u2026", `do|n't|"|go|"|...`},
		{"caf\u00e9 \u7535\u5f71\u3002\U0001F600", "caf\u00e9|\u7535\u5f71|\u3002|\U0001F600"},
		{"bad\xffbytes", "bad|bytes"},
	} {
		if got := strings.Join(glove.Tokens(c.text), "|"); got != c.want {
			t.Errorf("Tokens(%q) = %s, want %s", c.text, got, c.want)
		}
	}
}

// By hand: ln(1+n) of the counts, mean and maximum of the first component.
func TestFeatures(t *testing.T) {
	tab := table(t, map[string]float32{"good": 1, "bad": -3, "not": 2}, "good", "not", "bad")
	for _, c := range []struct {
		name, text    string
		mean, largest float32
		counts        [6]float64
		tally         glove.Tally
	}{
		{"empty", "", 0, 0, [6]float64{}, glove.Tally{}},
		{"marks only", "!!?", 0, 0, [6]float64{0, 0, 0, 2, 1, 0}, glove.Tally{Exclamations: 2, Questions: 1}},
		{"all known", "not bad", -0.5, 2, [6]float64{2, 2, 0, 0, 0, 1}, glove.Tally{Words: 2, Known: 2, Negations: 1}},
		{"the only word is negative", "bad", -3, -3, [6]float64{1, 1, 0, 0, 0, 0}, glove.Tally{Words: 1, Known: 1}},
		{"the ending n't stands for not", "isn't", 2, 2, [6]float64{2, 1, 0.5, 0, 0, 1}, glove.Tally{Words: 2, Known: 1, Negations: 1}},
		{"parts of a word with hyphens", "good-bad", -1, 1, [6]float64{2, 2, 0, 0, 0, 0}, glove.Tally{Words: 2, Known: 2}},
		{"single letters do not count", "a good b", 1, 1, [6]float64{1, 1, 0, 0, 0, 0}, glove.Tally{Words: 1, Known: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make([]float32, glove.Dim)
			got[0], got[glove.Dim-1] = 9, 9 // must be overwritten
			tally := tab.Features(got, c.text)
			if diff := cmp.Diff(c.tally, tally); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
			if got[glove.MeanAt] != c.mean || got[glove.MeanAt+1] != -c.mean || got[glove.MaxAt] != c.largest {
				t.Errorf("mean %v, %v, maximum %v; want %v, %v, %v", got[0], got[1], got[glove.MaxAt], c.mean, -c.mean, c.largest)
			}
			for i, n := range c.counts {
				want := math.Log1p(n)
				if i == 2 {
					want = n // a share, not a count
				}
				if math.Abs(want-float64(got[glove.CountsAt+i])) > 1e-6 {
					t.Errorf("%s = %v, want %v", glove.Names()[glove.CountsAt+i], got[glove.CountsAt+i], want)
				}
			}
		})
	}
	if n := len(glove.Names()); n != glove.Dim {
		t.Errorf("%d names for %d features", n, glove.Dim)
	}
	if got := (glove.Tally{Known: 3}).FLOPs(); got != 700 { // 3*100 sums, 3*100 comparisons, 100 divisions
		t.Errorf("FLOPs = %d, want 700", got)
	}
}

func TestTableSurvivesItsFile(t *testing.T) {
	tab := table(t, map[string]float32{"the": 0.25, "caf\u00e9": 2}, "the", "caf\u00e9")
	data := tab.Encode()
	again, err := glove.Decode("t.bin", data)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again.Encode()) || again.Digest() != tab.Digest() {
		t.Error("the decoded table has another file")
	}
	v, rank, ok := again.Vector("caf\u00e9")
	if !ok || rank != 1 || v[0] != 2 || len(v) != glove.Width {
		t.Errorf("vector %v, rank %d, %v", v, rank, ok)
	}
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if _, err := glove.Decode("t.bin", bad); err == nil {
			t.Fatalf("a flipped bit in byte %d went unnoticed", i)
		}
	}
}

// source writes a file as the npm package has it.
func source(words []string, change func(word string, row []float64) []float64) string {
	list, _ := json.Marshal(words)
	var rows []string
	for i, w := range words {
		row := make([]float64, glove.Width+2)
		row[0], row[glove.Width], row[glove.Width+1] = float64(i)+0.5, 1, float64(i)
		if change != nil {
			row = change(w, row)
		}
		text, _ := json.Marshal(row)
		rows = append(rows, fmt.Sprintf("%q:%s", w, text))
	}
	return fmt.Sprintf(`{"precision":8,"dimensions":100,"words":%s,"vectors":{%s},"unkVector":[0]}`, list, strings.Join(rows, ","))
}

func TestConvert(t *testing.T) {
	tab, err := glove.Convert(strings.NewReader(source([]string{"the", "of", "cat"}, nil)), "w.json", 2)
	if err != nil {
		t.Fatal(err)
	}
	if v, _, ok := tab.Vector("of"); tab.Len() != 2 || !ok || v[0] != 1.5 {
		t.Errorf("%d words, vector of the second %v", tab.Len(), v)
	}
	for _, c := range []struct{ name, file, want string }{
		{"too few words", source([]string{"the"}, nil), "1 words, want at least 2"},
		{"no vectors", `{"words":["a","b"]}`, `no "vectors"`},
		{"vectors first", `{"vectors":{}}`, "does not come first"},
		{"cut off", source([]string{"the", "of"}, nil)[:200], "w.json"},
		{"another width", source([]string{"the", "of"}, func(_ string, row []float64) []float64 { return row[1:] }), `vector of "the"`},
		{"a word without a vector", strings.Replace(source([]string{"the", "of"}, nil), `"of":`, `"off":`, 1), "1 words have no vector"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := glove.Convert(strings.NewReader(c.file), "w.json", 2)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// The fuzzer gives what follows the checksum; it would not hit one by chance.
func FuzzDecode(f *testing.F) {
	const head = 8 + sha256.Size
	f.Add(table(f, map[string]float32{"the": 1}, "the").Encode()[head:])
	f.Add([]byte("\x01\x00\x00\x00\x64\x00\x00\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		data := slices.Concat([]byte("uacsGLV1"), sum[:], body)
		tab, err := glove.Decode("t.bin", data)
		if err != nil {
			return
		}
		if _, _, ok := tab.Vector(""); ok {
			t.Fatal("the table has an empty word")
		}
		tab.Features(make([]float32, glove.Dim), string(body))
	})
}

func FuzzConvert(f *testing.F) {
	f.Add(source([]string{"the", "of"}, nil))
	f.Add(`{"words":["a",null],"vectors":{"a":[]}}`)
	f.Fuzz(func(t *testing.T, file string) {
		tab, err := glove.Convert(strings.NewReader(file), "w.json", 2)
		if err == nil && tab.Len() != 2 {
			t.Fatalf("%d words, want 2", tab.Len())
		}
	})
}

func FuzzFeatures(f *testing.F) {
	tab := table(f, map[string]float32{"good": 1, "not": 2}, "good", "not")
	f.Add("isn't good-ish -- 'twas 3.5!\xff")
	f.Add("-' '- .'.,' \u0301")
	f.Fuzz(func(t *testing.T, text string) {
		row := make([]float32, glove.Dim)
		tally := tab.Features(row, text)
		for i, x := range row {
			if x-x != 0 {
				t.Fatalf("feature %d of %q is %v", i, text, x)
			}
		}
		if tally.Known > tally.Words {
			t.Fatalf("%d of %d words of %q are known", tally.Known, tally.Words, text)
		}
	})
}

func BenchmarkFeatures(b *testing.B) {
	tab := table(b, map[string]float32{"good": 1, "not": 2}, "good", "not")
	row := make([]float32, glove.Dim)
	for b.Loop() {
		tab.Features(row, "well the movie was not as good as i thought it would be, was it?")
	}
}
