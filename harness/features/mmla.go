package features

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// longestLine is the greatest line of JSON.
const longestLine = 1 << 20

// readMMLA reads the chat lines of MMLA: the text is what the speaker says in
// the query, the id comes from the name of the video, the label "polarity" is 1
// for positive and -1 for negative. It is not the sign of the sentiment score:
// MMLA counts many neutral clips as positive.
func (s *Set) readMMLA(data []byte) error {
	if len(data) > largestText {
		return fmt.Errorf("%d bytes of text; this reader takes %d", len(data), largestText)
	}
	p := &Split{Name: "all", IDs: []string{}, Texts: []string{}}
	s.Splits = []*Split{p}
	r := bufio.NewReader(bytes.NewReader(data))
	polarity, unknown := []float64{}, 0
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if len(line) > longestLine {
			return fmt.Errorf("line %d: %d bytes; this reader takes %d", n, len(line), longestLine)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			answer, lineErr := p.addMMLA(line)
			if lineErr != nil {
				return fmt.Errorf("line %d: %w", n, lineErr)
			}
			value := polarityOf(answer)
			if value == 0 {
				unknown++
			}
			polarity = append(polarity, value)
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	p.Labels = []Labels{{"polarity", polarity}}
	if unknown > 0 {
		s.note("%d of %d answers are neither positive nor negative", unknown, len(polarity))
	}
	return nil
}

// addMMLA adds one line and returns its answer.
func (p *Split) addMMLA(line []byte) (answer string, err error) {
	var chat struct {
		Query    string   `json:"query"`
		Response string   `json:"response"`
		Videos   []string `json:"videos"`
	}
	if err := json.Unmarshal(line, &chat); err != nil {
		return "", err
	}
	if chat.Query == "" || len(chat.Videos) != 1 {
		return "", fmt.Errorf("not a line of MMLA: it needs query, response and one video")
	}
	_, text, found := strings.Cut(chat.Query, "the speaker says: ")
	if !found {
		text = ""
	}
	if i := strings.Index(text, "Based on the "); i >= 0 {
		text = text[:i]
	}
	p.IDs = append(p.IDs, videoID(chat.Videos[0]))
	p.Texts = append(p.Texts, strings.TrimSpace(text))
	return chat.Response, nil
}

// videoID is the name of a video's file without its ending and without the
// dataset's name, which is that of the folder above its folder.
func videoID(file string) string {
	file = strings.ReplaceAll(file, `\`, "/")
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	set := path.Base(path.Dir(path.Dir(file)))
	if prefix := set + "_"; len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
		return name[len(prefix):]
	}
	return name
}

// polarityOf is 1, -1 or, for any other answer, 0.
func polarityOf(answer string) float64 {
	_, label, _ := strings.Cut(answer, ":")
	switch strings.ToLower(strings.TrimSpace(label)) {
	case "positive":
		return 1
	case "negative":
		return -1
	}
	return 0
}
