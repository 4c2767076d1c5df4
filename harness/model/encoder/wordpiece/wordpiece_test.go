package wordpiece_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/model/encoder/wordpiece"
)

func vocabulary(t testing.TB) wordpiece.Vocab {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "testdata", "wordpiece-vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v, err := wordpiece.ReadVocab(f, "vocab.txt")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The tokens come from @huggingface/tokenizers 0.2.0; see testdata/golden.mjs of
// package encoder.
func TestGoldenTokens(t *testing.T) {
	v := vocabulary(t)
	data, err := os.ReadFile(filepath.Join("..", "testdata", "wordpiece.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Lower   bool    `json:"lower"`
		Accents bool    `json:"strip_accents"`
		Han     bool    `json:"split_han"`
		Hex     string  `json:"hex"`
		IDs     []int32 `json:"ids"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		config := wordpiece.Uncased()
		config.Lower, config.StripAccents, config.SplitHan = c.Lower, c.Accents, c.Han
		tok, err := wordpiece.New(v, config)
		if err != nil {
			t.Fatal(err)
		}
		text, err := hex.DecodeString(c.Hex)
		if err != nil {
			t.Fatal(err)
		}
		got, dropped := tok.Encode(string(text), 0)
		if diff := cmp.Diff(c.IDs, got); diff != "" || dropped != 0 {
			t.Errorf("lower %v, accents %v, Han %v: Encode(%q) dropped %d (-want +got):\n%s", c.Lower, c.Accents, c.Han, text, dropped, diff)
		}
	}
}

// By hand: the vocabulary begins with [PAD], [UNK], [CLS], [SEP], [MASK], a, b.
func TestEncodeCutsOff(t *testing.T) {
	tok, err := wordpiece.New(vocabulary(t), wordpiece.Uncased())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		limit   int
		want    []int32
		dropped int
	}{
		{0, []int32{2, 5, 6, 5, 3}, 0},
		{5, []int32{2, 5, 6, 5, 3}, 0},
		{4, []int32{2, 5, 6, 3}, 1},
		{2, []int32{2, 3}, 3},
		{1, []int32{2, 3}, 3},
	} {
		got, dropped := tok.Encode("a b a", c.limit)
		if diff := cmp.Diff(c.want, got); diff != "" || dropped != c.dropped {
			t.Errorf("limit %d: dropped %d, want %d (-want +got):\n%s", c.limit, dropped, c.dropped, diff)
		}
	}
}

func TestHanBeyondTheFirstPlane(t *testing.T) {
	// The JavaScript reference does not split these; BERT's authors' code does.
	v, err := wordpiece.NewVocab(map[string]int32{"[UNK]": 0, "\U00020000": 1})
	if err != nil {
		t.Fatal(err)
	}
	c := wordpiece.Uncased()
	c.Begin, c.End = "", ""
	tok, err := wordpiece.New(v, c)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := tok.Encode("\U00020000\U00020000", 0)
	if diff := cmp.Diff([]int32{1, 1}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadVocabRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "empty"},
		{"a token twice", "a\nb\na\n", `vocab.txt:3: token "a" stands in line 1 too`},
		{"an empty line", "a\n\nb\n", "vocab.txt:2: empty line"},
		{"not UTF-8", "a\n\xff\n", "not UTF-8"},
		{"a line without end", strings.Repeat("x", 1<<16), "vocab.txt:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := wordpiece.ReadVocab(strings.NewReader(c.text), "vocab.txt")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

const tokenizerFile = `{"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":%s,
"model":{"type":"%s","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3}}}`

func TestReadTokenizerJSON(t *testing.T) {
	for name, post := range map[string]string{
		"BertProcessing":     `{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]}`,
		"TemplateProcessing": `{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"[SEP]"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			v, c, err := wordpiece.ReadTokenizerJSON(strings.NewReader(fmt.Sprintf(tokenizerFile, post, "WordPiece")), "tokenizer.json")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wordpiece.Uncased(), c); diff != "" || v.Size() != 4 {
				t.Errorf("size %d, config (-want +got):\n%s", v.Size(), diff)
			}
		})
	}
	_, _, err := wordpiece.ReadTokenizerJSON(strings.NewReader(fmt.Sprintf(tokenizerFile, "null", "BPE")), "tokenizer.json")
	if err == nil || !strings.Contains(err.Error(), `"BPE", want WordPiece`) {
		t.Errorf("error %v about a BPE model", err)
	}
}

func checkRange(t *testing.T, v wordpiece.Vocab, c wordpiece.Config, text string) {
	tok, err := wordpiece.New(v, c)
	if err != nil {
		return
	}
	for _, limit := range []int{0, 3} {
		ids, _ := tok.Encode(text, limit)
		if limit > 0 && len(ids) > limit {
			t.Fatalf("%d tokens of %q, want at most %d", len(ids), text, limit)
		}
		for _, id := range ids {
			if id < 0 || int(id) >= tok.Size() {
				t.Fatalf("token %d of %q is not below %d", id, text, tok.Size())
			}
		}
	}
}

func FuzzReadVocab(f *testing.F) {
	f.Add([]byte("[UNK]\n[CLS]\n[SEP]\na\n##b\n"), "abc \u7535\xff")
	f.Add([]byte("a\r\n\n"), "")
	f.Fuzz(func(t *testing.T, vocab []byte, text string) {
		v, err := wordpiece.ReadVocab(strings.NewReader(string(vocab)), "vocab.txt")
		if err == nil {
			checkRange(t, v, wordpiece.Uncased(), text)
			checkRange(t, v, wordpiece.Cased(), text)
		}
	})
}

func FuzzReadTokenizerJSON(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(tokenizerFile, "null", "WordPiece")), "\u0130a\u0301")
	f.Add([]byte(fmt.Sprintf(tokenizerFile, `{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]}`, "WordPiece")), "a [SEP]")
	f.Fuzz(func(t *testing.T, file []byte, text string) {
		v, c, err := wordpiece.ReadTokenizerJSON(strings.NewReader(string(file)), "tokenizer.json")
		if err == nil {
			checkRange(t, v, c, text)
		}
	})
}
