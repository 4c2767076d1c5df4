package frame_test

import (
	"fmt"
	"strings"

	"uacs/harness/frame"
)

// The mean label of each video, the brightest first.
func ExampleSummarize() {
	df, err := frame.ReadCSV(strings.NewReader("video,label\nb,-1\na,1\nb,0\n"), "labels.csv",
		frame.Schema{{Name: "video", Kind: frame.String}, {Name: "label", Kind: frame.Float}})
	check(err)
	videos, err := frame.Summarize(df, "label", "video")
	check(err)
	for i, mean := range must(frame.Floats(videos, "mean")) {
		fmt.Println(must(frame.Strings(videos, "video"))[i], mean)
	}
	// Output:
	// a 1
	// b -0.5
}

func must[T any](v T, err error) T {
	check(err)
	return v
}
