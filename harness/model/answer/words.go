package answer

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// numberWords are the English words that begin or continue a number up to one hundred.
var numberWords = map[string]float64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}

// fractionWords are parts of numbers that are not read: "one and a half".
var fractionWords = map[string]bool{"half": true, "halves": true, "quarter": true, "quarters": true, "third": true, "thirds": true, "tenths": true}

// spoken reads a number in English words at the start of ps: it returns the value,
// the number of pieces, 0 for none, and whether it can be nothing but a number,
// which a decimal point makes it. ok is false for words that are a number, but
// not one that is read.
func spoken(ps []piece) (value float64, n int, sure, ok bool) {
	value, n, ok = spokenInteger(ps)
	if !ok {
		return 0, n, false, false
	}
	if digits, k := spokenDecimals(ps[n:], n > 0); k > 0 {
		value, n, sure = withDecimals(value, digits), n+k, true
	}
	if n > 0 && (followedByFraction(ps[n:]) || !sure && endsInPoint(ps[n:])) {
		return 0, n, sure, false
	}
	return value, n, sure, true
}

// spokenInteger reads "twenty-one", "fourteen", "one hundred".
func spokenInteger(ps []piece) (value float64, n int, ok bool) {
	if len(ps) == 0 || ps[0].kind != weak || numberWords[ps[0].text] != ps[0].value {
		return 0, 0, true
	}
	value, n = ps[0].value, 1
	next, k := nextSpoken(ps[1:])
	switch {
	case k == 0:
		return value, n, true
	case value >= 20 && value < 100 && 0 < next && next < 10:
		value, n = value+next, n+k
	case value == 1 && next == 100:
		value, n = 100, n+k
	default: // "one four": digits read out without a point
		return 0, n + k, false
	}
	if _, k = nextSpoken(ps[n:]); k > 0 {
		return 0, n + k, false
	}
	return value, n, true
}

// nextSpoken returns the number word after one space or hyphen.
func nextSpoken(ps []piece) (value float64, n int) {
	if len(ps) < 2 || ps[0].text != " " && ps[0].text != "-" || ps[1].kind != weak {
		return 0, 0
	}
	if _, english := numberWords[ps[1].text]; !english {
		return 0, 0
	}
	return ps[1].value, 2
}

// spokenDecimals reads " point four two"; after nothing, "point four".
func spokenDecimals(ps []piece, after bool) (digits string, n int) {
	if after && len(ps) > 0 && ps[0].kind == space {
		n = 1
	}
	if n >= len(ps) || ps[n].text != "point" {
		return "", 0
	}
	n++
	for {
		d, k := nextSpoken(ps[n:])
		if k == 0 || d > 9 {
			break
		}
		digits, n = digits+string(rune('0'+int(d))), n+k
	}
	if digits == "" {
		return "", 0
	}
	return digits, n
}

// withDecimals puts digits after the point of a whole number. It goes through
// text, for 2 and "3" to be the float64 nearest to 2.3.
func withDecimals(whole float64, digits string) float64 {
	text := strconv.Itoa(int(whole)) + "." + digits
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic("answer: " + err.Error()) // digits are digits
	}
	return value
}

// endsInPoint reports whether a number breaks off: "minus one point".
func endsInPoint(ps []piece) bool { return len(ps) > 1 && ps[0].kind == space && ps[1].text == "point" }

func followedByFraction(ps []piece) bool {
	seen := 0
	for _, p := range ps {
		switch {
		case p.kind == space:
		case fractionWords[p.text]:
			return true
		case p.text == "and" || p.text == "a" || p.text == "-" || p.kind == weak:
		default:
			return false
		}
		if seen++; seen > 6 {
			return false
		}
	}
	return false
}

// hanDigits are the Chinese numerals, small, financial and the spoken two.
var hanDigits = map[rune]int{
	'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
	'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9,
}

// hanNumber reads an unsigned number of at most one hundred in Chinese numerals at
// the start of text: 一点四, 二十一, 百. sure says that it has a decimal point and
// so can be no article.
func hanNumber(text string) (value float64, n int, sure, ok bool) {
	value, n, ok = hanInteger(text)
	if !ok {
		return 0, 0, false, false
	}
	rest, found := strings.CutPrefix(text[n:], "点")
	if !found {
		rest, found = strings.CutPrefix(text[n:], "點")
	}
	if !found {
		return value, n, false, true
	}
	digits, k := "", 0
	for _, r := range rest {
		d, isDigit := hanDigits[r]
		if !isDigit {
			break
		}
		digits, k = digits+string(rune('0'+d)), k+utf8.RuneLen(r)
	}
	if k == 0 { // 有一点: a little
		return value, n, false, true
	}
	return withDecimals(value, digits), n + len("点") + k, true, true
}

func hanInteger(text string) (value float64, n int, ok bool) {
	r, size := utf8.DecodeRuneInString(text)
	first, isDigit := hanDigits[r]
	switch {
	case r == '百':
		return 100, size, true
	case r == '十':
		value, n = 10, size
	case isDigit:
		rest := text[size:]
		if strings.HasPrefix(rest, "百") {
			return float64(100 * first), size + len("百"), true
		}
		if !strings.HasPrefix(rest, "十") {
			return float64(first), size, true
		}
		value, n = float64(10*first), size+len("十")
	default:
		return 0, 0, false
	}
	r, size = utf8.DecodeRuneInString(text[n:])
	if unit, isUnit := hanDigits[r]; isUnit {
		return value + float64(unit), n + size, true
	}
	return value, n, true
}
