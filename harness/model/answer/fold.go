package answer

import (
	"regexp"
	"strings"
)

// fold brings a text to the characters that the rules are written in: full-width
// forms become ASCII, the Unicode minus signs become '-', characters without
// width become spaces, letters become small. An em dash stays what it is: it may
// be a dash or a minus.
func fold(text string) string {
	return strings.Map(foldRune, strings.ToLower(strings.ToValidUTF8(text, "\ufffd")))
}

func foldRune(r rune) rune {
	switch {
	case r >= 0xff01 && r <= 0xff5e: // ！ to ～
		r -= 0xfee0
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	case r == '\u3000' || r >= 0x200b && r <= 0x200f || r == 0x2060 || r == 0xfeff:
		return ' '
	}
	switch r {
	case '\u2212', '\u2010', '\u2011', '\u2012', '\u2013', '\ufe63': // minus, hyphens, figure and en dash
		return '-'
	case '\u2018', '\u2019':
		return '\''
	case '\u201c', '\u201d', '\u300c', '\u300d':
		return '"'
	case '\u3001':
		return ','
	case '\u2044', '\u2215': // fraction and division slash
		return '/'
	case '\u2265', '\u2264': // at least, at most: no equality
		return '<'
	}
	return r
}

// special matches what a decoder leaves at the end when it was not told to skip
// special tokens.
var special = regexp.MustCompile(`(?i)(?:\s*(?:<\|[a-z_]+\|>|</s>|<eos>|<end_of_turn>))+\s*$`)

// thinkTag matches the tags of a section of reasoning, answerTag those round an answer.
var (
	thinkTag  = regexp.MustCompile(`(?i)<(/?)think(?:ing)?>`)
	answerTag = regexp.MustCompile(`(?i)<(/?)answer>`)
)

// dropThinking removes the sections of reasoning, which may be nested. A closing
// tag without an opening one ends a section whose opening tag was in the prompt.
func dropThinking(text string) (rest string, stripped bool, fail *Failure) {
	var out strings.Builder
	depth, from := 0, 0
	for _, m := range thinkTag.FindAllStringSubmatchIndex(text, -1) {
		closing := m[2] < m[3]
		if depth == 0 && !closing {
			out.WriteString(text[from:m[0]])
			out.WriteByte(' ')
		}
		switch {
		case !closing:
			depth++
		case depth > 0:
			depth--
		default:
			out.Reset()
		}
		from, stripped = m[1], true
	}
	if depth > 0 {
		return "", true, failf(Truncated, "the section of reasoning does not end")
	}
	out.WriteString(text[from:])
	return out.String(), stripped, nil
}

// unwrapAnswer returns what is between the tags <answer> and </answer>, the whole
// text if there are none. A strict grammar takes nothing outside the tags.
func unwrapAnswer(text string, strict bool) (string, *Failure) {
	tags := answerTag.FindAllStringSubmatchIndex(text, -1)
	if len(tags) == 0 {
		return text, nil
	}
	opens := func(i int) bool { return tags[i][2] == tags[i][3] }
	switch {
	case len(tags) == 1 && opens(0):
		return "", failf(Truncated, "the tag <answer> is not closed")
	case len(tags) != 2 || !opens(0) || opens(1):
		return "", failf(Ambiguous, "%d <answer> tags where two belong", len(tags))
	case strict && strings.TrimSpace(text[:tags[0][0]]+text[tags[1][1]:]) != "":
		return "", failf(Unparseable, "text outside the tag <answer>")
	}
	return text[tags[0][1]:tags[1][0]], nil
}
