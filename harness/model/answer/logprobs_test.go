package answer

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tok is a token of probability p, followed by alternatives: text, probability.
func tok(text string, p float64, top ...any) Token {
	t := Token{Text: text, Logprob: math.Log(p), Top: []TopToken{{Text: text, Logprob: math.Log(p)}}}
	for i := 0; i < len(top); i += 2 {
		t.Top = append(t.Top, TopToken{Text: top[i].(string), Logprob: math.Log(top[i+1].(float64))})
	}
	return t
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

// All expected values were derived by hand; the arithmetic is in the comments.
func TestLabelProbs(t *testing.T) {
	pol := []string{"negative", "neutral", "positive"}
	for _, c := range []struct {
		name                string
		tokens              []Token
		labels              []string
		mass                []float64
		unresolved, outside float64
		warn                string
	}{
		{
			// tail 1 − 0.7 − 0.2 − 0.05 = 0.05
			"one token each",
			[]Token{tok("positive", 0.7, "neutral", 0.2, "The", 0.05)},
			pol,
			[]float64{0, 0.2, 0.7},
			0.05, 0.05, "",
		},
		{
			// positive 0.5 + 0.2 + 0.1 = 0.8, negative 0.15 + 0.05
			"variants are merged",
			[]Token{tok("positive", 0.5, " Positive", 0.2, "Positive", 0.1, "Negative", 0.15, " negative", 0.05)},
			pol,
			[]float64{0.2, 0, 0.8},
			0, 0, "",
		},
		{
			// "ne" begins negative and neutral: 0.3 unresolved; "pos" begins positive alone
			"shared and own beginnings",
			[]Token{tok("positive", 0.5, "ne", 0.3, "pos", 0.2)},
			pol,
			[]float64{0, 0, 0.7},
			0.3, 0, "",
		},
		{
			// path ne·gative = 0.6 × 0.9 = 0.54; ne·utral = 0.6 × 0.08 = 0.048; ne·w = 0.6 × 0.02 = 0.012
			"a shared beginning on the path",
			[]Token{tok("ne", 0.6, "positive", 0.4), tok("gative", 0.9, "utral", 0.08, "w", 0.02)},
			pol,
			[]float64{0.54, 0.048, 0.4},
			0, 0.012, "",
		},
		{
			// path: 0.8 × 0.5 × 0.9 × 0.6 = 0.216 for -1.4;
			// place 1: 1.4 leaves with "1", which begins 1 and 1.4: unresolved 0.2;
			// place 2: "2" makes -2: 0.8 × 0.5 = 0.4;
			// place 3: "\n" makes -1: 0.8 × 0.5 × 0.1 = 0.04;
			// place 4: "5" makes -1.5, no label: 0.8 × 0.5 × 0.9 × 0.4 = 0.144
			"a score of four tokens",
			[]Token{tok("-", 0.8, "1", 0.2), tok("1", 0.5, "2", 0.5), tok(".", 0.9, "\n", 0.1), tok("4", 0.6, "5", 0.4)},
			[]string{"-2", "-1.4", "-1", "1", "1.4"},
			[]float64{0.4, 0.216, 0.04, 0, 0},
			0.2, 0.144, "",
		},
		{
			// "1" is complete with the line end: 0.5 × 0.9; "." begins 1.4 alone: 0.5 × 0.1;
			// "2" begins no label: 0.5
			"a label that another begins with",
			[]Token{tok("1", 0.5, "2", 0.5), tok("\n", 0.9, ".4", 0.1)},
			[]string{"1", "1.4"},
			[]float64{0.45, 0.05},
			0, 0.5, "",
		},
		{
			// nothing says how the text ends: 1 keeps all of 0.5
			"a label that another begins with, at the end",
			[]Token{tok("1", 0.5, "2", 0.5)},
			[]string{"1", "1.4"},
			[]float64{0.5, 0},
			0, 0.5, "longer labels",
		},
		{
			// special token: 0.5 × 0.8; "5": 0.5 × 0.2 outside; "2" outside 0.5
			"a special token ends",
			[]Token{tok("1", 0.5, "3", 0.5), tok("<|im_end|>", 0.8, "5", 0.2)},
			[]string{"1", "2"},
			[]float64{0.4, 0},
			0, 0.6, "",
		},
		{
			// +1 and −1 with the Unicode minus are spellings of the labels; 1.0 too
			"spellings of numbers",
			[]Token{tok("+1", 0.4, "\u22121", 0.3, "1.0", 0.2, "-1", 0.1)},
			[]string{"-1", "1"},
			[]float64{0.4, 0.6},
			0, 0, "",
		},
		{
			// the space is one token of 0.9 (0.1 outside: "The"); then 0.9 × 0.8, 0.9 × 0.2
			"a space of its own",
			[]Token{tok(" ", 0.9, "The", 0.1), tok("positive", 0.8, "neutral", 0.2)},
			pol,
			[]float64{0, 0.18, 0.72},
			0, 0.1, "",
		},
		{
			// the answer is a sentence: 0.6 outside, the alternative counts
			"no label generated",
			[]Token{tok("The", 0.6, "positive", 0.4), tok(" clip", 1)},
			pol,
			[]float64{0, 0, 0.4},
			0, 0.6, "",
		},
		{
			"reasoning is skipped",
			[]Token{tok("<think>", 1), tok("negative?", 0.1), tok("</think>", 1), tok("\n\n", 1), tok("positive", 0.75, "neutral", 0.25)},
			pol,
			[]float64{0, 0.25, 0.75},
			0, 0, "",
		},
		{
			"the reasoning ends within a token",
			[]Token{tok("x</think> pos", 1), tok("itive", 0.75, "t", 0.25)},
			pol,
			[]float64{0, 0, 0.75},
			0, 0.25, "",
		},
		{
			// {"label": " conditional, then 0.9 and 0.1
			"within an object",
			[]Token{tok("{\"label\":", 0.5), tok(" \"", 0.9), tok("positive", 0.9, "neutral", 0.1), tok("\"}", 1)},
			pol,
			[]float64{0, 0.1, 0.9},
			0, 0, "conditional",
		},
		{
			// 积 is e7 a7 af: 0.8 × 0.9; 消 is e6 b6 88, begins 消极 alone
			"parts of characters",
			[]Token{
				{Text: "\ufffd", Bytes: []byte{0xe7, 0xa7}, Logprob: math.Log(0.8), Top: []TopToken{{Text: "\ufffd", Bytes: []byte{0xe6}, Logprob: math.Log(0.2)}}},
				{Text: "\ufffd", Bytes: []byte{0xaf, 0xe6, 0x9e, 0x81}, Logprob: math.Log(0.9), Top: []TopToken{{Text: "x", Logprob: math.Log(0.1)}}},
			},
			[]string{"积极", "消极"},
			[]float64{0.72, 0.2},
			0, 0.08, "",
		},
		{
			// the second token's bytes are lost: 0.8 unresolved
			"lost bytes",
			[]Token{tok("积", 0.8, "消极", 0.2), tok("\ufffd", 1)},
			[]string{"积极", "消极"},
			[]float64{0, 0.2},
			0.8, 0, "bytes are missing",
		},
		{
			// "gative" is missing from the list: 0.6 unresolved
			"fewer log-probabilities than tokens",
			[]Token{tok("ne", 0.6, "positive", 0.4)},
			pol,
			[]float64{0, 0, 0.4},
			0.6, 0, "end before the label",
		},
		{
			// the generated token is not among the top ones: 0.1 + 0.6; tail 0.3
			"generated from the tail",
			[]Token{{Text: "neutral", Logprob: math.Log(0.1), Top: []TopToken{{Text: "positive", Logprob: math.Log(0.6)}}}},
			pol,
			[]float64{0, 0.1, 0.6},
			0.3, 0, "",
		},
	} {
		got, err := LabelProbs(c.tokens, c.labels)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		total := 0.0
		for k := range c.mass {
			if !near(got.Mass[k], c.mass[k]) {
				t.Errorf("%s: mass of %q = %v, want %v", c.name, c.labels[k], got.Mass[k], c.mass[k])
			}
			total += c.mass[k]
		}
		for k := range c.mass {
			if !near(got.P[k], c.mass[k]/total) {
				t.Errorf("%s: P of %q = %v, want %v", c.name, c.labels[k], got.P[k], c.mass[k]/total)
			}
		}
		if !near(got.Unresolved, c.unresolved) || !near(got.Outside, c.outside) || !near(got.Resolved, total) {
			t.Errorf("%s: resolved, unresolved, outside = %v, %v, %v, want %v, %v, %v",
				c.name, got.Resolved, got.Unresolved, got.Outside, total, c.unresolved, c.outside)
		}
		if warned := strings.Join(got.Warnings, "; "); (c.warn == "") != (warned == "") || !strings.Contains(warned, c.warn) {
			t.Errorf("%s: warnings %q, want %q", c.name, warned, c.warn)
		}
	}
}

func TestLabelProbsErrors(t *testing.T) {
	ok := tok("positive", 0.5)
	bad := func(l float64) []Token { return []Token{ok, {Text: "x", Logprob: l}} }
	for _, c := range []struct {
		name   string
		tokens []Token
		labels []string
		want   string
	}{
		{"no tokens", nil, []string{"a"}, "no tokens"},
		{"no labels", []Token{ok}, nil, "no labels"},
		{"empty label", []Token{ok}, []string{" "}, "label 0"},
		{"label twice", []Token{ok}, []string{"a", "a"}, "are alike"},
		{"labels alike", []Token{ok}, []string{"Positive", "positive"}, "are alike"},
		{"numbers alike", []Token{ok}, []string{"1", "+1"}, "are alike"},
		{"NaN", bad(math.NaN()), []string{"a"}, `token 1 ("x"): log-probability NaN`},
		{"infinite", bad(math.Inf(-1)), []string{"a"}, `token 1 ("x"): log-probability -Inf`},
		{"positive", bad(0.1), []string{"a"}, `token 1 ("x"): log-probability 0.1`},
		{"alternative", []Token{{Text: "x", Top: []TopToken{{Text: "y", Logprob: 1}}}}, []string{"a"}, `token 0, alternative 0 ("y")`},
		{"more than 1", []Token{{Text: "x", Top: []TopToken{{Text: "y"}, {Text: "z"}}}}, []string{"a"}, "token 0: the alternatives have probability 2"},
		{"no label", []Token{tok("x", 1)}, []string{"a"}, "none of the labels"},
		{"reasoning does not end", []Token{tok("<think>", 1)}, []string{"a"}, "does not end"},
		{"nothing after the reasoning", []Token{tok("<think></think>", 1)}, []string{"a"}, "no tokens after the reasoning"},
		{"two places", []Token{tok("is it", 1), tok(" good", 1), tok(" or", 1), tok(" bad", 1)}, []string{"good", "bad"}, "two places"},
	} {
		_, err := LabelProbs(c.tokens, c.labels)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestBins(t *testing.T) {
	p := Probs{Labels: []string{"1", "-0.5", "+2", "\u22121"}, P: []float64{0.4, 0.3, 0.2, 0.1}}
	bins, probs, err := p.Bins()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ bin, p float64 }{{-1, 0.1}, {-0.5, 0.3}, {1, 0.4}, {2, 0.2}} {
		if bins[i] != want.bin || probs[i] != want.p {
			t.Errorf("bin %d = %v, %v, want %v", i, bins[i], probs[i], want)
		}
	}
	for _, labels := range [][]string{{"1", "high"}, {"1", "1.0"}, {"0", "-0"}} {
		if _, _, err := (Probs{Labels: labels, P: []float64{0.5, 0.5}}).Bins(); err == nil {
			t.Errorf("Bins of %q: no error", labels)
		}
	}
}

func TestLogprobs(t *testing.T) {
	got := Probs{Labels: []string{"a", "b"}, P: []float64{1, 0}}.Logprobs()
	if got["a"] != 0 || math.Abs(got["b"]+708.396) > 0.001 { // -1022 ln 2 = -1022 × 0.693147
		t.Errorf("Logprobs = %v", got)
	}
}

// Whatever the tokens are, the probabilities account for all of 1.
func TestProbabilitiesSumToOne(t *testing.T) {
	labels := []string{"-1.4", "-1", "0", "1", "1.4", "positive", "积极"}
	words := []string{"-", "1", ".", "4", "-1", "0", "pos", "itive", "\n", " ", "积", "极", "x", "</s>", "\ufffd", "\""}
	rapid.Check(t, func(rt *rapid.T) {
		var tokens []Token
		for range rapid.IntRange(1, 6).Draw(rt, "n") {
			share := rapid.SliceOfN(rapid.Float64Range(0.001, 1), 2, 6).Draw(rt, "share")
			total := 0.0
			for _, s := range share {
				total += s
			}
			shuffled := rapid.Permutation(words).Draw(rt, "words")
			var token Token
			for i, s := range share[1:] { // share[0] is the tail
				token.Top = append(token.Top, TopToken{Text: shuffled[i], Logprob: math.Log(s / total)})
			}
			token.Text, token.Logprob = token.Top[0].Text, token.Top[0].Logprob
			tokens = append(tokens, token)
		}
		p, err := LabelProbs(tokens, labels)
		if err != nil {
			return
		}
		if total := p.Resolved + p.Unresolved + p.Outside; math.Abs(total-1) > 1e-9 {
			rt.Fatalf("%v in all: %+v", total, p)
		}
		sum := 0.0
		for _, q := range p.P {
			sum += q
		}
		if math.Abs(sum-1) > 1e-9 {
			rt.Fatalf("P sums to %v", sum)
		}
	})
}
