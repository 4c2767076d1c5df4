package answer

import (
	"math"
	"testing"
)

func TestCanonical(t *testing.T) {
	for label, want := range map[string]string{
		"positive": "positive", " Weakly Positive ": "weakly positive", "偏积极": "weakly positive", "弱消极": "weakly negative", "负面": "negative", "中立": "neutral",
		"very positive": "positive", "rather positive": "", "happy": "", "positive mood": "", "": "", "1": "",
	} {
		got, ok := Canonical(label)
		if got != want || ok != (want != "") {
			t.Errorf("Canonical(%q) = %q, %v, want %q", label, got, ok, want)
		}
	}
}

// The first words are those by which importers count errors.
func TestRecord(t *testing.T) {
	for text, want := range map[string]string{
		"":             "missing: no text",
		"I cannot say": `refused: "i cannot"`,
		"{":            "truncated: the JSON object does not end",
		"9":            "out of range: 9 is outside [-3, 3]",
		"1 or 2":       `unparseable: ambiguous: "1" and "2"`,
		"!!!":          "unparseable: no letter and no digit",
	} {
		_, fail := Parse(text, mosi)
		if fail == nil || fail.Record() != want {
			t.Errorf("Parse(%q) fails with %v, want the record %q", text, fail, want)
		}
	}
}

func TestGrammarsThatAreNone(t *testing.T) {
	for name, g := range map[string]Grammar{
		"empty":                  {},
		"upside down":            {Min: 1, Max: -1},
		"NaN":                    {Min: math.NaN(), Max: 1},
		"infinite":               {Min: 0, Max: math.Inf(1)},
		"ranking without labels": {Min: -1, Max: 1, Ranking: true},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_, _ = Parse("1", g)
		})
	}
}

// A label that begins within a token, after other text, is read from there on.
func TestLabelWithinAToken(t *testing.T) {
	// "is ne" has the label's start: 1 for it, then 0.7 and 0.3
	p, err := LabelProbs([]Token{tok("It", 1), tok(" is ne", 0.5), tok("gative", 0.7, "utral", 0.3)}, three.Labels)
	if err != nil {
		t.Fatal(err)
	}
	if !near(p.P[0], 0.7) || !near(p.P[1], 0.3) || len(p.Warnings) != 1 {
		t.Errorf("%+v", p)
	}
}
