package answer

import (
	"fmt"
	"strings"
	"testing"
)

var (
	mosi  = Grammar{Min: -3, Max: 3}
	sims  = Grammar{Min: -1, Max: 1}
	three = Grammar{Labels: []string{"negative", "neutral", "positive"}}
	five  = Grammar{Labels: []string{"negative", "weakly negative", "neutral", "weakly positive", "positive"}}
	fiveH = Grammar{Labels: []string{"消极", "弱消极", "中性", "弱积极", "积极"}}
	both  = Grammar{Min: -3, Max: 3, Labels: three.Labels}
	rank  = Grammar{Labels: five.Labels, Ranking: true}
	rank3 = Grammar{Labels: three.Labels, Ranking: true}
	steps = Grammar{Labels: []string{"-1", "-0.5", "0", "+0.5", "1"}}
	moods = Grammar{Labels: []string{"happy", "sad", "very sad"}}
)

func strict(g Grammar) Grammar {
	g.Strict = true
	return g
}

// short writes an answer or a failure in the words of the tables.
func short(a Answer, fail *Failure) string {
	if fail != nil {
		return "!" + string(fail.Reason)
	}
	var out []string
	if a.Score != nil {
		out = append(out, fmt.Sprint(*a.Score))
	}
	if a.Label != "" {
		out = append(out, a.Label)
	}
	if a.Ranking != nil {
		out = append(out, strings.Join(a.Ranking, ">"))
	}
	if a.Confidence != nil {
		out = append(out, fmt.Sprint("c", *a.Confidence))
	}
	if a.Stripped {
		out = append(out, "stripped")
	}
	if a.Warnings != nil {
		out = append(out, "warned")
	}
	return strings.Join(out, " ")
}

type parseCase struct{ name, text, want string }

func check(t *testing.T, g Grammar, cases []parseCase) {
	t.Helper()
	for _, c := range cases {
		a, fail := Parse(c.text, g)
		if got := short(a, fail); got != c.want {
			t.Errorf("%s: Parse(%q) = %s, want %s (%v %v)", c.name, c.text, got, c.want, fail, a.Warnings)
		}
	}
}

// All expected values in this file were derived by hand from the rules in doc.go.

func TestNumbers(t *testing.T) {
	check(t, mosi, []parseCase{
		{"plain", "1.4", "1.4"},
		{"minus", "-1.4", "-1.4"},
		{"plus", "+1.5", "1.5"},
		{"integer", "2", "2"},
		{"zero", "0", "0"},
		{"minus zero", "-0.0", "0"},
		{"no digit before the point", "-.5", "-0.5"},
		{"exponent", "15e-1", "1.5"},
		{"end of a sentence", "The score is 1.4.", "1.4"},
		{"ends of the scale", "-3", "-3"},
		{"emphasis", "**Score:** **-1.4**", "-1.4"},
		{"backticks", "`-1.4`", "-1.4"},
		{"tag of markup", "<b>1.4</b>", "1.4"},
		{"Unicode minus", "\u22121.4", "-1.4"},
		{"en dash", "\u20131.4", "-1.4"},
		{"full width", "－１．４", "-1.4"},
		{"full-width plus", "＋１．５", "1.5"},
		{"em dash: a dash or a minus", "—1.4", "!ambiguous"},
		{"double em dash", "评分——1.4", "!ambiguous"},
		{"mark of a list, or a minus", "- 1.4", "!ambiguous"},
		{"mark of a list and two spaces", "-  1.4", "!ambiguous"},
		{"plus and space", "+ 1.4", "1.4"},
		{"hyphen", "score-1.4", "!ambiguous"},
		{"two signs", "--1.4", "!ambiguous"},
		{"plus and minus", "+-1.4", "!ambiguous"},
		{"plus or minus", "±1", "!ambiguous"},
		{"zero width between minus and digit", "-\u200b1.4", "!ambiguous"},
		{"out of range", "4", "!out of range"},
		{"out of range below", "-3.01", "!out of range"},
		{"out of range far", "1e300", "!out of range"},
		{"beyond a float64", "1e999", "!ambiguous"},
		{"same number twice", "Score: 1.4. So the answer is 1.40.", "1.4"},
		{"two numbers", "1.4 or 1.5", "!ambiguous"},
		{"two numbers, one out of range", "1.4 (of 5)", "!ambiguous"},
		{"a range", "1-2", "!ambiguous"},
		{"a range of equals", "1-1", "!ambiguous"},
		{"a range in words", "between 1 and 2", "!ambiguous"},
		{"decimal comma", "1,4", "!ambiguous"},
		{"version", "1.4.2", "!ambiguous"},
		{"a limit", "more than 1", "!ambiguous"},
		{"a limit in signs", ">1", "!ambiguous"},
		{"denied", "not 1.4", "!ambiguous"},
		{"a limit after it", "-1.4 or below", "!ambiguous"},
		{"a limit in a sign after it", "2+", "!ambiguous"},
		{"a question", "1.4?", "!ambiguous"},
		{"and a half", "2 and a half", "!ambiguous"},
		{"vulgar fraction", "1½", "!ambiguous"},
		{"superscript", "1²", "!ambiguous"},
		{"something counted", "2 people speak", "!ambiguous"},
		{"an ordinal", "#1", "!ambiguous"},
		{"within a word", "In 3D", "!unparseable"},
		{"prose", "I would rate this clip -1.8 because he frowns", "-1.8"},
		{"line of prose after it", "-1.8\nThe speaker frowns.", "-1.8"},
		{"no number", "The clip is fine", "!unparseable"},
		{"exclamation marks without end", "!!!!!!!!!!!!", "!unparseable"},
		{"only a sign", "-", "!unparseable"},
		{"not UTF-8", "\xff\xfe", "!unparseable"},
		{"a polarity that contradicts", "Negative: 1.4", "!ambiguous"},
		{"a polarity that agrees", "Negative: -1.4", "-1.4"},
		{"both polarities", "The words are positive, the tone is negative: -0.4", "-0.4"},
		{"a percentage", "80%", "!ambiguous"},
		{"special token", "1.4<|im_end|>", "1.4"},
		{"end of sequence", "1.4</s>", "1.4"},
	})
}

func TestFractions(t *testing.T) {
	check(t, mosi, []parseCase{
		{"of the upper end", "-2/3", "-2"},
		{"of the upper end, spaces", "2 / 3", "2"},
		{"out of", "1.5 out of 3", "1.5"},
		{"full width", "２／３", "2"},
		{"of another number", "1/2", "!ambiguous"},
		{"of ten", "7/10", "!ambiguous"},
		{"more than the whole", "4/3", "!out of range"},
		{"a date", "1/2/3", "!ambiguous"},
		{"in Chinese", "三分之二", "!ambiguous"},
	})
}

func TestWords(t *testing.T) {
	check(t, mosi, []parseCase{
		{"English", "minus one point four", "-1.4"},
		{"capitals", "Minus One Point Four", "-1.4"},
		{"negative as a sign", "negative one point four", "-1.4"},
		{"negative and digits", "negative 1.4", "-1.4"},
		{"positive and digits", "positive 1.4", "1.4"},
		{"minus and digits", "minus 1.4", "-1.4"},
		{"plus", "plus two", "2"},
		{"one word", "two", "2"},
		{"announced", "The score is two.", "2"},
		{"two decimals", "two point three five", "2.35"},
		{"point first", "minus point five", "-0.5"},
		{"in prose, with a point", "I say one point five because she smiles", "1.5"},
		{"pronoun", "No one smiles", "!unparseable"},
		{"pronoun beside a number", "This one is 1.4", "1.4"},
		{"another number in words", "1.4 or two", "!ambiguous"},
		{"digits without a point", "one four", "!ambiguous"},
		{"a half", "one and a half", "!ambiguous"},
		{"two signs", "minus -1.4", "!ambiguous"},
		{"breaks off at the point", "minus one point", "!ambiguous"},
		{"article before it", "the one", "!unparseable"},
		{"Chinese negative, spelt out", "负的1.4", "!ambiguous"},
		{"Chinese denied", "非1.4", "!ambiguous"},
		{"Chinese full stop inside", "1。4", "!ambiguous"},
		{"Chinese one or two", "负一两点", "!ambiguous"},
		{"out of range", "minus four", "!out of range"},
		{"Chinese", "负一点四", "-1.4"},
		{"Chinese, traditional", "負一點四", "-1.4"},
		{"Chinese plus", "正一点五", "1.5"},
		{"Chinese without a sign", "一点五", "1.5"},
		{"Chinese zero", "零点八", "0.8"},
		{"Chinese integer", "负二", "-2"},
		{"Chinese spoken two", "两", "2"},
		{"Chinese zero alone", "零", "0"},
		{"Chinese sign, digits", "负1.4", "-1.4"},
		{"Chinese sentence", "情感得分是-1.4。", "-1.4"},
		{"Chinese sentence in words", "情感得分为负一点四", "-1.4"},
		{"Chinese unit", "1.4分", "1.4"},
		{"Chinese minutes", "2分钟", "!ambiguous"},
		{"Chinese measure word", "2个人", "!ambiguous"},
		{"Chinese ordinal", "第2", "!ambiguous"},
		{"a word that ends in minus", "辜负1", "!ambiguous"},
		{"a little", "有一点难过", "!unparseable"},
		{"Chinese out of range", "负五", "!out of range"},
		{"Chinese range", "1到2", "!ambiguous"},
		{"Chinese limit", "大于1", "!ambiguous"},
	})
	check(t, sims, []parseCase{
		{"Chinese scale", "情感得分：-0.8", "-0.8"},
		{"Chinese scale, out of range", "1.2", "!out of range"},
		{"Chinese scale, words", "负零点八", "-0.8"},
		{"ten", "十", "!out of range"},
	})
}

func TestConfidence(t *testing.T) {
	check(t, mosi, []parseCase{
		{"per cent after", "1.4 (80% confident)", "1.4 c0.8"},
		{"colon", "Score: 1.4, confidence: 0.8", "1.4 c0.8"},
		{"per cent", "Score: -1.4\nConfidence: 85%", "-1.4 c0.85"},
		{"in words", "Score: -1.4. Confidence: eighty-five percent.", "-1.4 c0.85"},
		{"full width", "得分：-1.4，置信度：８０％", "-1.4 c0.8"},
		{"Chinese", "得分是-1.4，置信度为百分之八十", "-1.4 c0.8"},
		{"Chinese after", "-1.4，有80%的把握", "-1.4 c0.8"},
		{"neither a share nor a percentage", "1.4, confidence: 85", "1.4 warned"},
		{"no number", "1.4, confidence: high", "1.4 warned"},
		{"more than all", "1.4, confidence: 120%", "1.4 warned"},
		{"confidence alone", "confidence: 0.8", "!unparseable"},
	})
}

func TestObjects(t *testing.T) {
	check(t, mosi, []parseCase{
		{"plain", `{"score": -1.4, "confidence": 0.8}`, "-1.4 c0.8"},
		{"fence", "```json\n{\"score\": 1.4}\n```", "1.4"},
		{"fence without a language", "```\n1.4\n```", "1.4"},
		{"fence that does not end", "```json\n{\"score\": 1.4}", "!truncated"},
		{"prose round it", "Here, from -3 to 3:\n{\"score\": 1.4}\nDone.", "1.4"},
		{"number as a string", `{"score": "-1.4"}`, "-1.4"},
		{"words as a string", `{"score": "minus one point four"}`, "-1.4"},
		{"Chinese string", `{"得分": "负一点四", "置信度": "80%"}`, "-1.4 c0.8"},
		{"fraction as a string", `{"score": "2/3"}`, "2"},
		{"plus sign", `{"score": +1.5}`, "1.5"},
		{"single quotes", `{'score': 1.5, 'confidence': '0.9'}`, "1.5 c0.9"},
		{"Chinese quotes and colon", `｛“得分”：－１．４，“置信度”：0.8｝`, "-1.4 c0.8"},
		{"bare key", `{score: 1.5}`, "1.5"},
		{"comma before the end", `{"score": 1.5,}`, "1.5"},
		{"capitals", `{"Sentiment Score": 1.5}`, "1.5"},
		{"other keys", `{"reason": "2 people, 3 cars", "score": 1.5}`, "1.5"},
		{"nested", `{"result": {"score": 1.5}}`, "1.5"},
		{"list of one", `{"score": [1.5]}`, "1.5"},
		{"list of two", `{"score": [1.5, 2]}`, "!ambiguous"},
		{"null", `{"score": null}`, "!unparseable"},
		{"null and a reason", `{"score": null, "reason": "I cannot hear it"}`, "!refusal"},
		{"true", `{"score": true}`, "!unparseable"},
		{"key twice", `{"score": 1, "score": 2}`, "!ambiguous"},
		{"key twice, same", `{"score": 1, "score": 1}`, "1"},
		{"two keys", `{"score": 1, "value": 2}`, "!ambiguous"},
		{"two objects, same", `{"score": 1} {"score": 1}`, "1"},
		{"two objects", `{"score": 1} {"score": 2}`, "!ambiguous"},
		{"out of range", `{"score": 30}`, "!out of range"},
		{"no answer", `{"mood": 1}`, "!unparseable"},
		{"cut in a number", `{"score": -1.`, "!truncated"},
		{"cut in a string", `{"score": "-1.`, "!truncated"},
		{"cut after a member", `{"score": -1.4, "rea`, "!truncated"},
		{"contradiction", `{"label": "negative", "score": 1.4}`, "!ambiguous"},
		{"confidence of 85", `{"score": 1.4, "confidence": 85}`, "1.4 warned"},
		{"confidence in a word", `{"score": 1.4, "confidence": "high"}`, "1.4 warned"},
		{"empty object", `{}`, "!unparseable"},
	})
	check(t, both, []parseCase{
		{"score and label", `{"label": "positive", "score": 1.4}`, "1.4 positive"},
		{"label twice", `{"label": "positive", "sentiment": "neutral"}`, "!ambiguous"},
		{"escaped", `{"label": "\u6d88\u6781", "score": -1}`, "-1 negative"},
		{"in one string", `{"answer": "positive 1.4"}`, "1.4 positive"},
	})
	check(t, rank, []parseCase{
		{"ranking", `{"ranking": ["positive", "weakly positive", "neutral"]}`, "positive>weakly positive>neutral"},
		{"ranking in a string", `{"ranking": "positive, neutral"}`, "positive>neutral"},
		{"ranking with a stranger", `{"ranking": ["positive", "mixed"]}`, "!unparseable"},
	})
}

func TestBrokenObjects(t *testing.T) {
	check(t, mosi, []parseCase{
		{"list that does not end", `{"score": [1, 2`, "!truncated"},
		{"list without a comma: prose with one number", `{"score": [1 "x"]}`, "1"},
		{"no value", `{"score": }`, "!unparseable"},
		{"no comma: prose with one number", `{"score": "1" "label": "x"}`, "1"},
		{"key alone", `{"score"`, "!truncated"},
		{"quotes of two kinds", `{"score": '“1”'}`, "1"},
		{"bad escape", `{"score": "\x1"}`, "!unparseable"},
		{"Chinese brackets", `{「score」: 1}`, "1"},
		{"set of braces", "{1.4}", "1.4"},
	})
}
