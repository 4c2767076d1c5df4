package answer

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var digitNames = strings.Fields("zero one two three four five six seven eight nine")

// spokenEnglish writes tenths as a person would say them: -14 is "minus one point four".
func spokenEnglish(tenths int) string {
	text := ""
	if tenths < 0 {
		text, tenths = "minus ", -tenths
	}
	text += digitNames[tenths/10]
	if tenths%10 != 0 {
		text += " point " + digitNames[tenths%10]
	}
	return text
}

func spokenChinese(tenths int) string {
	digits := []rune("零一二三四五六七八九")
	text := ""
	if tenths < 0 {
		text, tenths = "负", -tenths
	}
	text += string(digits[tenths/10])
	if tenths%10 != 0 {
		text += "点" + string(digits[tenths%10])
	}
	return text
}

// wide writes ASCII in full-width forms.
func wide(text string) string {
	return strings.Map(func(r rune) rune { return r + 0xfee0 }, text)
}

// A score in any supported form parses back, by both grammars.
func TestScoreRoundTrip(t *testing.T) {
	forms := map[string]func(tenths int, plain string) string{
		"plain":         func(_ int, plain string) string { return plain },
		"two decimals":  func(tenths int, _ string) string { return strconv.FormatFloat(float64(tenths)/10, 'f', 2, 64) },
		"exponent":      func(tenths int, _ string) string { return strconv.FormatFloat(float64(tenths)/10, 'e', -1, 64) },
		"Unicode minus": func(_ int, plain string) string { return strings.ReplaceAll(plain, "-", "\u2212") },
		"full width":    func(_ int, plain string) string { return wide(plain) },
		"English":       func(tenths int, _ string) string { return spokenEnglish(tenths) },
		"Chinese":       func(tenths int, _ string) string { return spokenChinese(tenths) },
		"Chinese sign":  func(_ int, plain string) string { return strings.ReplaceAll(plain, "-", "负") },
		"fraction":      func(_ int, plain string) string { return plain + "/3" },
		"object":        func(_ int, plain string) string { return `{"score": ` + plain + `, "confidence": "50%"}` },
		"string":        func(tenths int, _ string) string { return `{'score': "` + spokenEnglish(tenths) + `"}` },
		"fence":         func(_ int, plain string) string { return "```json\n{\"得分\": " + plain + "}\n```" },
		"reasoning":     func(_ int, plain string) string { return "<think>9</think>\n**" + plain + "**" },
	}
	var names []string
	for name := range forms {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(rt *rapid.T) {
		tenths := rapid.IntRange(-30, 30).Draw(rt, "tenths")
		name := rapid.SampledFrom(names).Draw(rt, "form")
		g := mosi
		g.Strict = rapid.Bool().Draw(rt, "strict")
		text := forms[name](tenths, strconv.FormatFloat(float64(tenths)/10, 'f', -1, 64))
		a, fail := Parse(text, g)
		if fail != nil {
			rt.Fatalf("%s: %q: %v", name, text, fail)
		}
		if *a.Score != float64(tenths)/10 {
			rt.Fatalf("%s: %q is %v, want %v", name, text, *a.Score, float64(tenths)/10)
		}
	})
}

// promises fails t if Parse breaks one on text.
func promises(t testing.TB, text string, g Grammar) {
	t.Helper()
	a, fail := Parse(text, g)
	if fail != nil {
		if a.Score != nil || a.Label != "" || a.Ranking != nil || fail.Detail == "" || fail.Reason == "" {
			t.Fatalf("%q: failure %+v with answer %+v", text, fail, a)
		}
		return
	}
	switch {
	case a.Score == nil && a.Label == "" && len(a.Ranking) == 0:
		t.Fatalf("%q: neither answer nor failure", text)
	case a.Score != nil && (math.IsNaN(*a.Score) || *a.Score < g.Min || *a.Score > g.Max):
		t.Fatalf("%q: score %v", text, *a.Score)
	case a.Label != "" && !slices.Contains(g.Labels, a.Label):
		t.Fatalf("%q: label %q", text, a.Label)
	case a.Confidence != nil && !(*a.Confidence >= 0 && *a.Confidence <= 1):
		t.Fatalf("%q: confidence %v", text, *a.Confidence)
	}
	for i, l := range a.Ranking {
		if !slices.Contains(g.Labels, l) || slices.Contains(a.Ranking[:i], l) {
			t.Fatalf("%q: ranking %q", text, a.Ranking)
		}
	}
}

var grammars = []Grammar{
	mosi, sims, three, five, fiveH, both, rank, steps, moods,
	strict(mosi), strict(three), strict(rank), strict(both),
}

// What a strict grammar accepts, the same grammar without strictness reads alike:
// strictness takes away, it does not change.
func checkStrictness(t testing.TB, text string, g Grammar) {
	a, fail := Parse(text, strict(g))
	if fail != nil {
		return
	}
	loose := g
	loose.Strict = false
	b, fail := Parse(text, loose)
	if fail == nil && short(a, nil) != short(b, nil) {
		t.Fatalf("%q: strictly %s, else %s", text, short(a, nil), short(b, nil))
	}
}

// Texts put together from the words of the rules, in any order.
func TestParseKeepsItsPromises(t *testing.T) {
	words := strings.Split("1.4|-|+|—|−|1|2|3|/|%| |\n|.|,|:|one|point|minus|negative|positive|neutral|weakly|not|confidence|负|点|四|一|积极|消极|不|偏|分|之|百|"+
		"<think>|</think>|<answer>|</answer>|{|}|\"score\"|'|[|]|```|json|sorry|i cannot|>|out of|\xff", "|")
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 14).Draw(rt, "words"), rapid.SampledFrom([]string{"", " "}).Draw(rt, "glue"))
		g := rapid.SampledFrom(grammars).Draw(rt, "grammar")
		promises(t, text, g)
		checkStrictness(t, text, g)
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"-1.4", "－１．４", "负一点四", "minus one point four", "-2/3", "80% confident", "<think>a<think>b</think></think>1",
		"<answer>1</answer>", `{"score": -1.4, "confidence": "80%"}`, "```json\n{'score': +1.5,}\n```", `{"label": "\u6d88\u6781"}`,
		"not positive", "偏积极", "1. positive\n2. neutral", "I cannot say", "", "!!!!", "{", "｛“得分”：１｝", "\\\"{'\\", "百分之八十", "\xff{\xfe:",
	} {
		for k := range grammars {
			f.Add(text, uint8(k))
		}
	}
	f.Fuzz(func(t *testing.T, text string, k uint8) {
		g := grammars[int(k)%len(grammars)]
		promises(t, text, g)
		checkStrictness(t, text, g)
	})
}

func FuzzLabelProbs(f *testing.F) {
	f.Add("pos", "itive", []byte{0xe7}, -0.5, -1.0)
	f.Add("-", "1.4", []byte(nil), -0.1, -3.0)
	f.Add("<think>", "</think>1", []byte("\ufffd"), 0.0, -1e9)
	f.Fuzz(func(t *testing.T, first, second string, b []byte, p, q float64) {
		tokens := []Token{{Text: first, Logprob: p, Top: []TopToken{{Text: second, Logprob: q}}}, {Text: second, Bytes: b, Logprob: q}}
		got, err := LabelProbs(tokens, []string{"positive", "negative", "1", "-1.4", "积极"})
		if err != nil {
			return
		}
		for _, m := range append(got.P, got.Unresolved, got.Outside) {
			if !(m >= 0 && m <= 1+2*massTolerance) {
				t.Fatalf("%+v", got)
			}
		}
	})
}

// No text takes long: a model that repeats itself to its limit of tokens is common.
func TestLongTexts(t *testing.T) {
	for _, unit := range []string{"positive ", "积极", "不好", "1 ", "one ", "minus ", "{", `{"a":`, `{"a":{"a":1} x`, "<think>", "</think>", "- ", "/1", "有", "\"", "\\", "!", "very ", "confidence ", "i can"} {
		text := strings.Repeat(unit, maxText/4/len(unit))
		start := time.Now()
		for _, g := range []Grammar{both, rank, strict(mosi)} {
			promises(t, text, g)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q repeated: %v", unit, took)
		}
	}
}
