package answer

import "strings"

// refusals are phrases, folded, by which a model says that it cannot or will not
// answer. They outweigh a number or a label in the same text: "I cannot give a
// score of 1" has both.
var refusals = []string{
	"i cannot", "i can't", "i can not", "i am unable", "i'm unable", "i am not able", "i'm not able", "i won't", "i will not",
	"unable to determine", "unable to assess", "unable to analyze", "unable to analyse", "unable to rate", "unable to provide", "unable to process",
	"cannot be determined", "can't be determined", "cannot determine", "not possible to determine", "impossible to determine", "insufficient information",
	"无法", "無法", "我不能", "不能判断", "难以判断", "不能确定", "没有足够的信息", "不予回答",
}

// apologies refuse where there is no answer beside them: "Sorry, it is -1.4" has one.
var apologies = []string{"sorry", "as an ai", "as a language model", "n/a", "none", "unknown", "抱歉", "对不起", "作为ai", "作为一个ai", "作为人工智能", "作为一个人工智能", "未知"}

// phraseIn returns the first of the phrases in a folded text, "" for none.
func phraseIn(folded string, phrases []string) string {
	for _, p := range phrases {
		for from := 0; ; {
			i := strings.Index(folded[from:], p)
			if i < 0 {
				break
			}
			i += from
			end := i + len(p)
			if !(runsOn(folded[:i]) && runsOn(p[:1])) && !(runsOn(p) && startsWord(folded[end:])) {
				return p
			}
			from = end
		}
	}
	return ""
}

func startsWord(text string) bool {
	for _, r := range text {
		return wordRune(r)
	}
	return false
}
