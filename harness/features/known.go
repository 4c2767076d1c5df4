package features

// published are the SHA-256 digests that the README of thuiar/MMSA prints of its
// feature files.
var published = map[string]string{
	"78e0f8b5ef8ff71558e7307848fc1fa929ecb078203f565ab22b9daab2e02524": "MOSI unaligned_50 of MMSA",
	"d3994fd25681f9c7ad6e9c6596a6fe9b4beb85ff7d478ba978b124139002e5f9": "MOSI aligned_50 of MMSA",
	"ad8b23d50557045e7d47959ce6c5b955d8d983f2979c7d9b7b9226f6dd6fec1f": "MOSEI unaligned_50 of MMSA",
	"45eccfb748a87c80ecab9bfac29582e7b1466bf6605ff29d3b338a75120bf791": "MOSEI aligned_50 of MMSA",
	"c9e20c13ec0454d98bb9c1e520e490c75146bfa2dfeeea78d84de047dbdd442f": "CH-SIMS unaligned_39 of MMSA",
}

// Known names the published feature file that has a SHA-256 of lower-case hex
// digits, "" if it is none that is known.
func Known(digest string) string { return published[digest] }
