package doctest

import (
	"regexp"
	"strings"
	"testing"
)

// Numbers that a document quotes stand in the table that it names: a comment
//
//	<!-- numbers: results/tables/X.csv: 89.90, 35.24 -->
//
// lists them as the table prints them; the document must have each as it stands, or
// rounded to one decimal.
func TestQuotedNumbers(t *testing.T) {
	mark := regexp.MustCompile(`(?m)^<!-- numbers: (\S+): (.*) -->$`)
	quoted := 0
	for _, name := range documents(t) {
		doc := read(t, name)
		prose := mark.ReplaceAllString(doc, "")
		for _, m := range mark.FindAllStringSubmatch(doc, -1) {
			table := read(t, m[1])
			for _, number := range strings.Split(m[2], ", ") {
				quoted++
				if !word(number).MatchString(table) {
					t.Errorf("%s: %s does not hold %s", name, m[1], number)
				}
				if !word(number).MatchString(prose) && !word(shorter(number)).MatchString(prose) {
					t.Errorf("%s no longer says %s", name, number)
				}
			}
		}
	}
	if quoted == 0 {
		t.Error("no document quotes a number of a table: the marks are wrong")
	}
}

// word matches a number that is no part of a longer one.
func word(number string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^0-9.])` + regexp.QuoteMeta(number) + `(?:$|[^0-9.]|\.(?:$|[^0-9]))`)
}

// shorter rounds a number of two decimals to one, as text: 89.90 is 89.9.
func shorter(number string) string {
	whole, decimals, ok := strings.Cut(number, ".")
	if !ok || len(decimals) != 2 || decimals[1] >= '5' {
		return number
	}
	return whole + "." + decimals[:1]
}
