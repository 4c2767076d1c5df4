package answer

import "strings"

// group joins the pieces that are one number: sign and digits, numbers in words,
// quotients, percentages. In a ranking the number after a label is a rank.
func group(ps []piece, g Grammar) []piece {
	passes := []func(ps []piece, i int) (piece, int){joinWords, joinSign, joinPercent, joinFraction}
	if !g.Ranking {
		passes = append(passes, joinLabelSign)
	}
	for _, pass := range passes {
		var out []piece
		for i := 0; i < len(ps); {
			p, n := pass(ps, i)
			if n == 0 {
				p, n = ps[i], 1
			} else {
				p.text = textOf(ps[i : i+n])
			}
			out = append(out, p)
			i += n
		}
		ps = out
	}
	return ps
}

func textOf(ps []piece) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.text)
	}
	return b.String()
}

// joinWords joins a number in English words.
func joinWords(ps []piece, i int) (piece, int) {
	value, n, sure, ok := spoken(ps[i:])
	switch {
	case !ok:
		return piece{kind: broken}, n
	case n == 0:
		return piece{}, 0
	}
	return numberPiece(value, sure), n
}

// joinSign joins a sign and the number after it. What may be a sign and may be a
// hyphen, a dash or the mark of a list is broken.
func joinSign(ps []piece, i int) (piece, int) {
	factor, spoken := signOf(ps, i)
	if factor == 0 {
		return piece{}, 0
	}
	j := i + 1
	if j < len(ps) && ps[j].kind == space {
		j++
	}
	if j == len(ps) || !isNumber(ps[j]) {
		if j < len(ps) && isSign(ps[j]) && followedByNumber(ps, j) { // "--1", "minus -1"
			return piece{kind: broken}, j + 1 - i
		}
		return piece{}, 0
	}
	p := ps[j]
	gap := j > i+1
	if gap && p.kind == weak && !spoken { // "- one speaker": the mark of a list
		return piece{}, 0
	}
	switch {
	case p.kind == broken:
	case !spoken && attached(ps, i), !spoken && gap && ps[i].text != "+":
		p.kind = broken
	case ps[i].text == "—" || ps[i].text == "±" || ps[i].text == "<" || ps[i].text == ">" || ps[i].text == "#":
		p.kind = broken
	case p.kind == weak && (ps[i].text == "minus" || ps[i].text == "plus" || ps[i].text == "-" || ps[i].text == "负" || ps[i].text == "負"):
		p.kind = number
	}
	p.value = unsignZero(factor * p.value)
	return p, j + 1 - i
}

// signOf returns the factor that the piece at i puts to a number after it, 0 if
// it is no sign, and whether it is a word.
func signOf(ps []piece, i int) (factor float64, word bool) {
	switch ps[i].text {
	case "-":
		return -1, false
	case "+", "—", "±", "<", ">", "#":
		return 1, false
	case "minus":
		return -1, true
	case "plus":
		return 1, true
	case "负", "負":
		return -1, !hanWordBefore(ps, i)
	case "正":
		return 1, !hanWordBefore(ps, i)
	}
	return 0, false
}

// hanWordBefore reports whether the character at i may end a word that begins
// before it (辜负, 真正); a verb or noun of measure is none.
func hanWordBefore(ps []piece, i int) bool {
	return i > 0 && ps[i-1].kind == han && !strings.Contains("是为分值度约得判数打给", ps[i-1].text)
}

func isSign(p piece) bool {
	factor, _ := signOf([]piece{p}, 0)
	return factor != 0
}

func isNumber(p piece) bool { return p.kind == number || p.kind == weak || p.kind == broken }

func followedByNumber(ps []piece, i int) bool {
	return i+1 < len(ps) && isNumber(ps[i+1])
}

// attached reports whether the sign at i hangs on what is before it: "a-1", "1-2",
// "--1". In Chinese, which is written without spaces, a sign follows its noun.
func attached(ps []piece, i int) bool {
	if i == 0 {
		return false
	}
	p := ps[i-1]
	switch p.kind {
	case word, number, weak, broken, label:
		return true
	case han:
		return ps[i].kind == han
	}
	return isSign(p)
}

func unsignZero(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x
}

// joinPercent joins "80%", "eighty percent" and 百分之八十.
func joinPercent(ps []piece, i int) (piece, int) {
	if !isNumber(ps[i]) {
		return piece{}, 0
	}
	if i+3 < len(ps) && ps[i].value == 100 && ps[i+1].text == "分" && ps[i+2].text == "之" && isNumber(ps[i+3]) {
		return piece{kind: percent, value: ps[i+3].value}, 4
	}
	if i+2 < len(ps) && ps[i+1].text == "分" && ps[i+2].text == "之" {
		return piece{kind: broken}, 3
	}
	j := i + 1
	if j < len(ps) && ps[j].kind == space {
		j++
	}
	if j < len(ps) && (ps[j].text == "%" || ps[j].text == "percent") && ps[i].kind != broken {
		return piece{kind: percent, value: ps[i].value}, j + 1 - i
	}
	return piece{}, 0
}

// joinFraction joins "2/3" and "2 out of 3". A third number makes it a date, which is broken.
func joinFraction(ps []piece, i int) (piece, int) {
	if !isNumber(ps[i]) {
		return piece{}, 0
	}
	j := overSign(ps, i+1)
	if j == 0 || j == len(ps) || !isNumber(ps[j]) {
		return piece{}, 0
	}
	p := piece{kind: fraction, value: ps[i].value, over: ps[j].value}
	k := overSign(ps, j+1)
	if ps[i].kind == broken || ps[j].kind == broken || k > 0 {
		p.kind = broken
	}
	return p, j + 1 - i
}

// overSign returns the index after a "/" or "out of" at i and the spaces round it, 0 if there is none.
func overSign(ps []piece, i int) int {
	var texts []string
	for ; i < len(ps) && len(texts) < 2; i++ {
		switch {
		case ps[i].kind == space:
			continue
		case len(texts) == 0 && ps[i].text == "/":
			return skipSpace(ps, i+1)
		}
		texts = append(texts, ps[i].text)
	}
	if strings.Join(texts, " ") == "out of" {
		return skipSpace(ps, i)
	}
	return 0
}

func skipSpace(ps []piece, i int) int {
	for i < len(ps) && ps[i].kind == space {
		i++
	}
	return i
}

// joinLabelSign joins "negative one point four": the word is the sign of the
// number right after it, and a label too.
func joinLabelSign(ps []piece, i int) (piece, int) {
	if ps[i].text != "negative" && ps[i].text != "positive" || i+2 >= len(ps) || ps[i+1].text != " " {
		return piece{}, 0
	}
	p := ps[i+2]
	if p.kind != number && p.kind != weak && p.kind != fraction || signed(p.text) {
		return piece{}, 0
	}
	p.class = ps[i].class
	p.value = unsignZero(float64(p.class.sign()) * p.value)
	return p, 3
}

// signed reports whether the text of a number begins with a sign.
func signed(text string) bool {
	for _, sign := range []string{"-", "+", "minus", "plus", "负", "負", "正"} {
		if strings.HasPrefix(text, sign) {
			return true
		}
	}
	return false
}
