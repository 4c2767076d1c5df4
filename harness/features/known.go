package features

import "strings"

// published are the digests that MMSA's README prints, as far as they are known
// here: the first and the last hex digits of the SHA-256.
var published = []struct{ name, first, last string }{
	{"MOSI unaligned_50 of MMSA", "78e0f8b5", "2e02524"},
	{"MOSI aligned_50 of MMSA", "d3994fd2", "139002e5f9"},
	{"MOSEI unaligned_50 of MMSA", "ad8b23d5", "6dd6fec1f"},
	{"MOSEI aligned_50 of MMSA", "45eccfb7", "a75120bf791"},
	{"CH-SIMS unaligned_39 of MMSA", "c9e20c13", "047dbdd442f"},
}

// Known names the published feature file that has a hex SHA-256, "" if it is none
// that is known. The files' digests are compared by their first and last digits,
// 15 at least.
func Known(digest string) string {
	for _, p := range published {
		if len(digest) == 64 && strings.HasPrefix(digest, p.first) && strings.HasSuffix(digest, p.last) {
			return p.name
		}
	}
	return ""
}
