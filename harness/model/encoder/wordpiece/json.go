package wordpiece

import (
	"encoding/json"
	"fmt"
	"io"
)

// tokenizerJSON has the fields of a tokenizer.json that matter to WordPiece.
type tokenizerJSON struct {
	Normalizer *struct {
		Type         string `json:"type"`
		CleanText    *bool  `json:"clean_text"`
		HandleHan    *bool  `json:"handle_chinese_chars"`
		StripAccents *bool  `json:"strip_accents"`
		Lowercase    *bool  `json:"lowercase"`
	} `json:"normalizer"`
	PreTokenizer *struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	PostProcessor *struct {
		Type   string            `json:"type"`
		Begin  []json.RawMessage `json:"cls"`
		End    []json.RawMessage `json:"sep"`
		Single []struct {
			Special *struct {
				ID string `json:"id"`
			} `json:"SpecialToken"`
			Sequence *struct {
				ID string `json:"id"`
			} `json:"Sequence"`
		} `json:"single"`
	} `json:"post_processor"`
	Model struct {
		Type     string           `json:"type"`
		Unknown  string           `json:"unk_token"`
		Prefix   *string          `json:"continuing_subword_prefix"`
		MaxChars *int             `json:"max_input_chars_per_word"`
		Vocab    map[string]int32 `json:"vocab"`
	} `json:"model"`
}

// ReadTokenizerJSON reads the vocabulary and the configuration from a
// tokenizer.json of a WordPiece model with BERT's normaliser and pre-tokenizer.
// name is used in errors. Any other model, and a setting that this package
// cannot follow, is an error. Padding and truncation in the file are not read:
// they are the caller's.
func ReadTokenizerJSON(r io.Reader, name string) (Vocab, Config, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxVocabBytes))
	if err != nil {
		return Vocab{}, Config{}, fmt.Errorf("read %s: %w", name, err)
	}
	var file tokenizerJSON
	if err := json.Unmarshal(data, &file); err != nil {
		return Vocab{}, Config{}, fmt.Errorf("read %s: %w", name, err)
	}
	c, err := file.config()
	if err != nil {
		return Vocab{}, Config{}, fmt.Errorf("read %s: %w", name, err)
	}
	v, err := NewVocab(file.Model.Vocab)
	if err != nil {
		return Vocab{}, Config{}, fmt.Errorf("read %s: %w", name, err)
	}
	return v, c, nil
}

func (f *tokenizerJSON) config() (Config, error) {
	if f.Model.Type != "WordPiece" && f.Model.Type != "" {
		return Config{}, fmt.Errorf("the model is %q, want WordPiece", f.Model.Type)
	}
	if f.PreTokenizer == nil || f.PreTokenizer.Type != "BertPreTokenizer" {
		return Config{}, fmt.Errorf("the pre-tokenizer is not BertPreTokenizer")
	}
	n := f.Normalizer
	if n == nil || n.Type != "BertNormalizer" {
		return Config{}, fmt.Errorf("the normaliser is not BertNormalizer")
	}
	if n.CleanText != nil && !*n.CleanText {
		return Config{}, fmt.Errorf("clean_text is false, which is not supported")
	}
	c := Config{
		Lower:    or(n.Lowercase, true),
		SplitHan: or(n.HandleHan, true),
		Prefix:   or(f.Model.Prefix, "##"),
		MaxChars: or(f.Model.MaxChars, 100),
		Unknown:  f.Model.Unknown,
	}
	c.StripAccents = or(n.StripAccents, c.Lower)
	return f.ends(c)
}

// ends adds the tokens that the post-processor puts around one text.
func (f *tokenizerJSON) ends(c Config) (Config, error) {
	p := f.PostProcessor
	if p == nil {
		return c, nil
	}
	switch p.Type {
	case "BertProcessing":
		if len(p.Begin) == 0 || len(p.End) == 0 {
			return Config{}, fmt.Errorf("the post-processor names no cls or sep token")
		}
		if err := json.Unmarshal(p.Begin[0], &c.Begin); err != nil {
			return Config{}, fmt.Errorf("cls token: %w", err)
		}
		if err := json.Unmarshal(p.End[0], &c.End); err != nil {
			return Config{}, fmt.Errorf("sep token: %w", err)
		}
	case "TemplateProcessing":
		s := p.Single
		if len(s) != 3 || s[0].Special == nil || s[1].Sequence == nil || s[2].Special == nil {
			return Config{}, fmt.Errorf("the post-processor's template for one text is not token, text, token")
		}
		c.Begin, c.End = s[0].Special.ID, s[2].Special.ID
	default:
		return Config{}, fmt.Errorf("the post-processor is %q, want BertProcessing or TemplateProcessing", p.Type)
	}
	return c, nil
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
