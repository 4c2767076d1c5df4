package sample

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const good = `{"dataset":"mosi","split":"test","id":"v_1","model":"m","round":1,"modalities":["text"],"score":0.5}`

func TestReadRejects(t *testing.T) {
	set := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, c := range []struct{ name, in, want string }{
		{"unknown key", set(`"score"`, `"scor"`), `f.jsonl:1: unknown key "scor"`},
		{"key in another case", set(`"score"`, `"Score"`), `f.jsonl:1: unknown key "Score"`},
		{"key twice", set(`"round":1`, `"round":1,"round":1`), `f.jsonl:1: key "round" stands twice`},
		{"key twice inside params", set(`"score":0.5`, `"score":0.5,"params":{"k":1,"k":2}`), `f.jsonl:1: key "k" stands twice`},
		{"NaN", set("0.5", "NaN"), `f.jsonl:1: byte 97: invalid character 'N' looking for beginning of value (JSON has no NaN or Infinity; an absent value is an absent key)`},
		{"overflow", set("0.5", "1e999"), `f.jsonl:1: score: a JSON number 1e999 stands where a number belongs`},
		{"wrong type", set("0.5", `"0.5"`), `f.jsonl:1: score: a JSON string stands where a number belongs`},
		{"fraction for a whole number", set(`"round":1`, `"round":1.5`), `f.jsonl:1: round: a JSON number 1.5 stands where a whole number belongs`},
		{"third round", set(`"round":1`, `"round":3`), `f.jsonl:1: round: 3 is not 1 or 2`},
		{"no id", set("v_1", ""), `f.jsonl:1: id: empty`},
		{"no answer", set(`,"score":0.5`, ""), `f.jsonl:1: no answer (score, probs, label, ranking, votes or label_logprobs) and no error`},
		{"probabilities that sum to 0.9", set(`"score":0.5`, `"bins":[-1,1],"probs":[0.4,0.5]`), `f.jsonl:1: probs: sum is 0.9, not 1`},
		{"probabilities without bins", set(`"score":0.5`, `"probs":[0.5,0.5]`), `f.jsonl:1: probs: 2 probabilities for 0 bins`},
		{"bins out of order", set(`"score":0.5`, `"bins":[1,-1],"probs":[0.5,0.5]`), `f.jsonl:1: bins: [1 -1] are not in ascending order`},
		{"negative probability", set(`"score":0.5`, `"bins":[-1,1],"probs":[-0.5,1.5]`), `f.jsonl:1: probs[0]: -0.5 is outside [0,1]`},
		{"member without a probability for each bin", set(`"score":0.5`, `"bins":[-1,1],"probs":[0.5,0.5],"member_probs":[[0.5,0.5],[1]]`), `f.jsonl:1: member_probs[1]: 1 probabilities for 2 bins`},
		{"member whose probabilities sum to 0.9", set(`"score":0.5`, `"score":0.5,"bins":[-1,1],"member_probs":[[0.4,0.5]]`), `f.jsonl:1: member_probs[0]: sum is 0.9, not 1`},
		{"member with a negative probability", set(`"score":0.5`, `"score":0.5,"bins":[-1,1],"member_probs":[[1.5,-0.5]]`), `f.jsonl:1: member_probs[0][0]: 1.5 is outside [0,1]`},
		{"members over bins out of order", set(`"score":0.5`, `"score":0.5,"bins":[1,-1],"member_probs":[[0.5,0.5]]`), `f.jsonl:1: bins: [1 -1] are not in ascending order`},
		{"members of two counts", set(`"score":0.5`, `"score":0.5,"member_scores":[0.5],"bins":[-1,1],"member_probs":[[1,0],[0,1]]`), `f.jsonl:1: member_probs: 2 members, but member_scores has 1`},
		{"members without an answer", set(`"score":0.5`, `"bins":[-1,1],"member_probs":[[1,0]]`), `f.jsonl:1: no answer (score, probs, label, ranking, votes or label_logprobs) and no error`},
		{"label that is no polarity", set(`"score":0.5`, `"label":"mixed"`), `f.jsonl:1: label: "mixed" is not negative, weakly negative, neutral, weakly positive or positive`},
		{"ranking with a repeated label", set(`"score":0.5`, `"ranking":["neutral","neutral"]`), `f.jsonl:1: ranking[1]: "neutral" stands twice`},
		{"empty ranking", set(`"score":0.5`, `"ranking":[]`), `f.jsonl:1: no answer (score, probs, label, ranking, votes or label_logprobs) and no error`},
		{"negative votes", set(`"score":0.5`, `"votes":{"positive":-1}`), `f.jsonl:1: votes["positive"]: -1 is negative`},
		{"no votes", set(`"score":0.5`, `"votes":{"positive":0}`), `f.jsonl:1: votes: no vote was counted`},
		{"unknown modality", set(`"text"`, `"smell"`), `f.jsonl:1: modalities: "smell" is not text, audio or video`},
		{"array", `[1]`, `f.jsonl:1: not a JSON object`},
		{"two objects in a line", good + good, `f.jsonl:1: byte 101: invalid character '{' after top-level value`},
		{"same answer twice", good + "\n\n" + set("0.5", "0.6"), `f.jsonl:3: a second answer of m, round 1, for mosi/test/v_1; the first is in line 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := ReadPredictions(strings.NewReader(c.in+"\n"), "f.jsonl")
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// A writer killed at any byte of its last line costs that line, never an earlier one.
func TestTornLastLine(t *testing.T) {
	second := strings.Replace(good, "v_1", "v_2", 1)
	whole := good + "\n" + second
	for cut := len(good) + 1; cut <= len(whole); cut++ {
		got, warnings, err := ReadPredictions(strings.NewReader(whole[:cut]), "f.jsonl")
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		wantRecords, wantWarnings := 1, 1
		switch cut {
		case len(good) + 1:
			wantWarnings = 0
		case len(whole): // complete but for its newline
			wantRecords, wantWarnings = 2, 0
		}
		if len(got) != wantRecords || len(warnings) != wantWarnings {
			t.Fatalf("cut at %d: %d records, warnings %q", cut, len(got), warnings)
		}
	}
	// The same torn line in the middle is an error: nothing after it is trusted.
	if _, _, err := ReadPredictions(strings.NewReader(good[:40]+"\n"+second+"\n"), "f.jsonl"); err == nil {
		t.Error("a torn line in the middle was accepted")
	}
}

func TestLineWithoutEnd(t *testing.T) {
	_, _, err := ReadPredictions(strings.NewReader(strings.Repeat("x", maxLine+1)), "f.jsonl")
	if err == nil || !strings.HasPrefix(err.Error(), "f.jsonl:1: line is longer than") {
		t.Errorf("err = %v", err)
	}
}

func TestWriteRejectsInvalid(t *testing.T) {
	var buf bytes.Buffer
	err := WritePredictions(&buf, []Prediction{{Dataset: "mosi", Split: Test, ID: "v_1", Model: "m", Round: 1}})
	if err == nil || buf.Len() != 0 {
		t.Errorf("err = %v, %d bytes written", err, buf.Len())
	}
}

// What is written reads back to the same records, and is written again to the same bytes.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.StringN(1, 12, -1), rapid.ID[string]).Draw(t, "ids")
		var in []Prediction
		for _, id := range ids {
			in = append(in, drawPrediction(t, id))
		}
		var first, second bytes.Buffer
		if err := WritePredictions(&first, in); err != nil {
			t.Fatal(err)
		}
		out, warnings, err := ReadPredictions(bytes.NewReader(first.Bytes()), "f")
		if err != nil || len(warnings) != 0 {
			t.Fatal(err, warnings)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Fatalf("records (-wrote +read):\n%s", diff)
		}
		if err := WritePredictions(&second, out); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("bytes differ:\n%s\n%s", first.Bytes(), second.Bytes())
		}
	})
}

func drawPrediction(t *rapid.T, id string) Prediction {
	number := rapid.Float64Range(-3, 3)
	p := Prediction{Dataset: "mosi", Split: Test, ID: id, Model: rapid.StringN(1, 8, -1).Draw(t, "model"), Round: 1, Modalities: []string{"text"}}
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		p.Score = new(number.Draw(t, "score"))
		p.MemberScores = rapid.SliceOfN(number, 1, 4).Draw(t, "members")
	case 1:
		p.Bins, p.Probs = []float64{-1, 0, 1}, []float64{0.25, 0.25, 0.5}
		p.MemberProbs = [][]float64{{0.5, 0.25, 0.25}, {0, 0.25, 0.75}}
	case 2:
		p.Ranking = []string{"weakly negative", "neutral"}
	case 3:
		p.Votes = map[string]int{"positive": 1, rapid.String().Draw(t, "word"): 2}
	case 4:
		p.Error, p.Raw = "refused", rapid.String().Draw(t, "raw")
		p.Params = map[string]any{"k": number.Draw(t, "k"), "s": "x"}
	}
	return p
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(good + "\n"))
	f.Add([]byte(good[:50]))
	f.Add([]byte(`{"params":{"a":[{"b":1}]}}` + "\n"))
	f.Add([]byte("\xff\n{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, _, err := ReadPredictions(bytes.NewReader(data), "f")
		if err != nil {
			return
		}
		var buf bytes.Buffer
		if err := WritePredictions(&buf, records); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
