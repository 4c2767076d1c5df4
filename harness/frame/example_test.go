package frame_test

import (
	"fmt"
	"math"
	"os"
	"strings"

	"uacs/harness/frame"
	"uacs/harness/sample"
)

// The cells of a notebook: put a split into a frame, join a model's answers to it by
// id, add a measure of uncertainty, and look at it by split.
func Example() {
	df, err := frame.FromSamples([]sample.Sample{
		{Dataset: "mosi", Split: sample.Valid, ID: "v_0001", Label: 1.4, Text: "I liked it, mostly"},
		{Dataset: "mosi", Split: sample.Valid, ID: "v_0002", Label: -2, Text: "No."},
		{Dataset: "mosi", Split: sample.Test, ID: "w_1_2", Label: 0.6, Text: "NaN"},
	})
	check(err)
	answers, err := frame.ReadCSV(strings.NewReader("id,score\nw_1_2,-0.25\nv_0001,1.5\nv_0002,\n"), "answers.csv",
		frame.Schema{{Name: "id"}, {Name: "score", Kind: frame.Float, Empty: true}})
	check(err)
	df, err = frame.Join(df, answers, "id")
	check(err)

	scores, err := frame.Floats(df, "score")
	check(err)
	unsure := make([]float64, len(scores))
	for i, s := range scores {
		unsure[i] = 1 - math.Abs(s)/3
	}
	df, err = frame.AddFloats(df, "unsure", unsure)
	check(err)

	groups, err := frame.GroupBy(df, "split")
	check(err)
	table, err := groups.Aggregate(frame.Mean("label"), frame.Mean("unsure"))
	check(err)
	check(frame.WriteCSV(os.Stdout, table))
	fmt.Println(df.Select([]string{"id", "label", "score", "text"}))
	// Output:
	// split,n,label_mean,unsure_mean,label_missing,unsure_missing
	// valid,2,-0.30000000000000004,0.5,0,1
	// test,1,0.6,0.9166666666666666,0,0
	// [3x4] DataFrame
	//
	//     id       label     score     text
	//  0: v_0001   1.400000  1.500000  I liked it, mostly
	//  1: v_0002   -2.000000 NaN       No.
	//  2: w_1_2    0.600000  -0.250000 NaN
	//     <string> <float>   <float>   <string>
}

// Which clips would an inner join leave out?
func ExampleUnmatched() {
	id := frame.Schema{{Name: "id"}}
	clips, err := frame.ReadCSV(strings.NewReader("id\n0001\n1\n1e0\n"), "clips.csv", id)
	check(err)
	answered, err := frame.ReadCSV(strings.NewReader("id\n1\n"), "answers.csv", id)
	check(err)
	left, err := frame.Unmatched(clips, answered, "id")
	check(err)
	fmt.Println(frame.Strings(left, "id"))
	// Output: [0001 1e0] <nil>
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
