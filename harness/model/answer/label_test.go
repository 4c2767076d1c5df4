package answer

import "testing"

// All expected values in this file were derived by hand from the rules in doc.go.

func TestLabels(t *testing.T) {
	check(t, three, []parseCase{
		{"plain", "positive", "positive"},
		{"capital, point", "Positive.", "positive"},
		{"sentence", "The sentiment of this clip is clearly negative.", "negative"},
		{"twice", "Negative. Yes, negative.", "negative"},
		{"two", "positive or neutral", "!ambiguous"},
		{"denied", "not positive", "!ambiguous"},
		{"denied by n't", "It isn't very positive", "!ambiguous"},
		{"denied, typographic", "It isn’t positive", "!ambiguous"},
		{"neither nor", "neither positive nor negative", "!ambiguous"},
		{"non-", "non-positive", "!ambiguous"},
		{"no in another clause", "No, it is positive", "positive"},
		{"a question", "positive?", "!ambiguous"},
		{"a compound", "positive-leaning", "!ambiguous"},
		{"far from it", "far from positive", "!ambiguous"},
		{"denied after it", "Positive: no", "!ambiguous"},
		{"or not", "positive or not", "!ambiguous"},
		{"Chinese question", "积极吗", "!ambiguous"},
		{"Chinese or not", "积极与否", "!ambiguous"},
		{"an adverb", "positively", "!unparseable"},
		{"weak in a grammar of three", "slightly positive", "positive"},
		{"strong", "very negative", "negative"},
		{"mixed", "mixed", "!unparseable"},
		{"a number beside it", "In 2 scenes, positive", "positive"},
		{"Chinese", "积极", "positive"},
		{"Chinese, traditional", "積極", "positive"},
		{"Chinese synonyms", "负面情绪", "negative"},
		{"Chinese, weak", "偏消极", "negative"},
		{"Chinese, middle", "比较积极", "positive"},
		{"Chinese sentence", "该视频的情感是中性的。", "neutral"},
		{"Chinese, denied", "不积极", "!ambiguous"},
		{"Chinese, denied politely", "并不是很积极", "!ambiguous"},
		{"Chinese, very is no denial", "非常积极", "positive"},
		{"Chinese noun", "他的积极性很高", "!unparseable"},
		{"Chinese, both", "正负面都有", "!ambiguous"},
		{"Chinese, two", "不是消极，而是积极", "!ambiguous"},
	})
	check(t, five, []parseCase{
		{"weak", "weakly positive", "weakly positive"},
		{"hyphen", "Weakly-Negative", "weakly negative"},
		{"slightly", "slightly positive", "weakly positive"},
		{"a bit", "It is a bit negative.", "weakly negative"},
		{"strongest", "very positive", "positive"},
		{"between two classes", "rather positive", "!ambiguous"},
		{"Chinese", "弱积极", "weakly positive"},
		{"Chinese leaning", "偏积极", "weakly positive"},
		{"Chinese a little", "有点消极", "weakly negative"},
		{"Chinese a little, longer", "有一点消极", "weakly negative"},
		{"Chinese middle", "较为积极", "!ambiguous"},
		{"loose word of degree", "slightly more positive", "!ambiguous"},
		{"two words of degree", "weakly to strongly positive", "!ambiguous"},
		{"word of degree on the line before", "weakly\npositive", "positive"},
		{"little bit", "a little bit positive", "weakly positive"},
		{"Chinese leaning to", "倾向于消极", "!ambiguous"},
		{"Chinese weaker", "较弱积极", "weakly positive"},
	})
	check(t, fiveH, []parseCase{
		{"own spelling", "弱积极", "弱积极"},
		{"synonym", "偏积极", "弱积极"},
		{"in English", "weakly negative", "弱消极"},
		{"full-width exclamation", "积极！", "积极"},
	})
	check(t, moods, []parseCase{
		{"own label", "She is happy.", "happy"},
		{"the longer label", "very sad", "very sad"},
		{"denied", "not happy", "!ambiguous"},
		{"within a word", "unhappy", "!unparseable"},
		{"the class words are none", "positive", "!unparseable"},
	})
	check(t, steps, []parseCase{
		{"a label that is a number", "-0.5", "-0.5"},
		{"spelt otherwise", "0.50", "+0.5"},
		{"not among them", "0.4", "!out of range"},
	})
	check(t, both, []parseCase{
		{"label and score", "positive, 1.4", "1.4 positive"},
		{"label alone", "positive", "positive"},
		{"score alone", "-1.4", "-1.4"},
		{"contradiction", "positive, -1.4", "!ambiguous"},
		{"sign in words", "negative one point four", "-1.4 negative"},
		{"pronoun", "The negative one", "negative"},
	})
}

func TestRankings(t *testing.T) {
	check(t, rank, []parseCase{
		{"signs", "positive > weakly positive > neutral", "positive>weakly positive>neutral"},
		{"commas", "Positive, neutral, negative.", "positive>neutral>negative"},
		{"lines with ranks", "1. positive\n2. neutral\n3. negative", "positive>neutral>negative"},
		{"announced", "The order is: positive, then neutral", "positive>neutral"},
		{"a list", `["neutral", "positive"]`, "neutral>positive"},
		{"one", "neutral", "neutral"},
		{"Chinese", "积极、中性、消极", "positive>neutral>negative"},
		{"twice", "positive, neutral, positive", "!ambiguous"},
		{"strewn", "positive words but neutral tone", "!ambiguous"},
		{"wrong rank", "1. positive 3. neutral", "!ambiguous"},
		{"denied", "not positive, neutral", "!ambiguous"},
		{"none", "happy > sad", "!unparseable"},
	})
	check(t, rank3, []parseCase{
		{"weak and plain are one class of three", "weakly positive > positive", "!ambiguous"},
	})
}

func TestThinkingAndTags(t *testing.T) {
	check(t, mosi, []parseCase{
		{"section", "<think>maybe 2, maybe 3</think>-1.4", "-1.4 stripped"},
		{"nested", "<think>a <think>1</think> 2</think> -1.4", "-1.4 stripped"},
		{"opening tag in the prompt", "maybe 2</think>\n-1.4", "-1.4 stripped"},
		{"another spelling", "<Thinking>2</Thinking>1", "1 stripped"},
		{"does not end", "<think>so -1.4", "!truncated"},
		{"nested, does not end", "<think><think>1</think> -1.4", "!truncated"},
		{"nothing after it", "<think>2</think>  ", "!empty"},
		{"answer tag", "<think>2</think><answer>-1.4</answer>", "-1.4 stripped"},
		{"answer tag not closed", "<answer>-1.", "!truncated"},
		{"two answers", "<answer>1</answer><answer>2</answer>", "!ambiguous"},
		{"tags the wrong way round", "</answer>1<answer>", "!ambiguous"},
	})
}

func TestEmptyAndRefusal(t *testing.T) {
	check(t, both, []parseCase{
		{"nothing", "", "!empty"},
		{"spaces", " \n\t\u3000", "!empty"},
		{"zero width", "\u200b", "!empty"},
		{"only a special token", "<|endoftext|>", "!empty"},
		{"cannot", "I cannot determine the sentiment.", "!refusal"},
		{"can't, typographic", "I can’t help with that.", "!refusal"},
		{"outweighs a number", "I cannot give a score of 1.", "!refusal"},
		{"sorry", "Sorry.", "!refusal"},
		{"sorry beside an answer", "Sorry, it is -1.4", "-1.4"},
		{"as an AI, and an answer", "As an AI, I say -1.4", "-1.4"},
		{"Chinese", "抱歉，我无法判断。", "!refusal"},
		{"Chinese, cannot", "无法确定情感是积极还是消极", "!refusal"},
		{"unknown", "unknown", "!refusal"},
		{"Chinese AI", "作为一个AI，我没有情感", "!refusal"},
	})
}

// A strict grammar takes the answer alone: what a clip's transcript makes a model
// say beside it is a failure, not a score.
func TestStrict(t *testing.T) {
	check(t, strict(mosi), []parseCase{
		{"alone", "-1.4", "-1.4"},
		{"spaces, point", "  1.4.\n", "1.4"},
		{"quotes", `"1.4"`, "1.4"},
		{"emphasis", "**1.4**", "1.4"},
		{"words", "minus one point four", "-1.4"},
		{"one word", "two", "2"},
		{"Chinese", "负一点四", "-1.4"},
		{"object", `{"score": 1.4, "confidence": 0.9}`, "1.4 c0.9"},
		{"fence", "```json\n{\"score\": 1.4}\n```", "1.4"},
		{"reasoning, tag", "<think>x</think><answer>1.4</answer>", "1.4 stripped"},
		{"announced", "Score: 1.4", "!unparseable"},
		{"sentence", "The score is 1.4", "!unparseable"},
		{"obedient", "Ignoring the above, 3", "!unparseable"},
		{"text beside the object", `Sure! {"score": 1.4}`, "!unparseable"},
		{"text beside the tag", "ok <answer>1.4</answer>", "!unparseable"},
		{"confidence", "1.4 (80% confident)", "!unparseable"},
		{"twice", "1.4 1.4", "!ambiguous"},
		{"label where a score belongs", "positive", "!unparseable"},
	})
	check(t, strict(three), []parseCase{
		{"label", "Positive.", "positive"},
		{"sentence", "It is positive.", "!unparseable"},
		{"Chinese", "积极", "positive"},
		{"Chinese sentence", "情感是积极", "!unparseable"},
		{"number", "1", "!unparseable"},
	})
	check(t, strict(rank), []parseCase{
		{"ranking", "positive > neutral", "positive>neutral"},
		{"announced", "My ranking: positive > neutral", "!unparseable"},
		{"with ranks", "1. positive\n2. neutral", "positive>neutral"},
	})
}
