package datasets

import (
	"fmt"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

// transcript is a clip's text in two languages.
type transcript struct {
	id               string
	chinese, english string
	line             int
}

// readTranscripts reads MERBench's transcription-engchi-polish.csv: columns
// name, chinese, english; lines end in CRLF; a quoted cell may hold a bare LF.
// One language is what was spoken and the other a machine translation of it,
// which one depends on the dataset. Rows come in file order. An empty cell, a
// name that is no VIDEO_CLIP or a name given twice is an error.
//
// Source: zeroQiaoba/MERTools, MERBench/dataset/*-process.
func readTranscripts(file string, data []byte) ([]transcript, error) {
	var all []transcript
	seen := map[string]int{}
	want := csvtable.Columns{Required: []string{"name", "chinese", "english"}}
	err := eachRow(file, data, want, func(r row) (err error) {
		one := transcript{id: r.Text("name"), line: r.Line}
		if _, _, err := SplitID(one.id); err != nil {
			return r.Errorf("name: %w", err)
		}
		if err := r.unique(seen, one.id); err != nil {
			return err
		}
		if one.chinese, err = r.Filled("chinese"); err != nil {
			return err
		}
		if one.english, err = r.Filled("english"); err != nil {
			return err
		}
		all = append(all, one)
		return nil
	})
	return all, err
}

// addTranscripts gives each sample its text. spokenEnglish says which language
// is the original. A text without a sample or a sample without a text is an
// error: label file and transcripts are published together and complete.
func addTranscripts(samples []sample.Sample, file string, texts []transcript, spokenEnglish bool) error {
	index := indexByID(samples)
	for _, t := range texts {
		i, ok := index[t.id]
		if !ok {
			return hint.Add(fmt.Errorf("%s:%d: %q has a text but no label", file, t.line, t.id), mixedFiles)
		}
		s := &samples[i]
		s.TextEN, s.Text = t.english, t.chinese
		if spokenEnglish {
			s.Text = t.english
		}
	}
	if len(texts) == len(samples) {
		return nil
	}
	for i := range samples {
		if samples[i].Text == "" {
			err := fmt.Errorf("%s: %q has a label but no text (%d of %d clips lack one)",
				file, samples[i].ID, len(samples)-len(texts), len(samples))
			return hint.Add(err, mixedFiles)
		}
	}
	return nil
}

const mixedFiles = "labels and texts are of different datasets or versions; get both anew from one commit"

func indexByID(samples []sample.Sample) map[string]int {
	index := make(map[string]int, len(samples))
	for i := range samples {
		index[samples[i].ID] = i
	}
	return index
}

// hasText reports whether the transcript holds more than white space.
func hasText(s *sample.Sample) bool { return strings.TrimSpace(s.Text) != "" }
