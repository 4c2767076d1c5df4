package leak_test

import (
	"fmt"

	"uacs/datasets/leak"
	"uacs/harness/sample"
)

func ExampleTexts() {
	clips := []sample.Sample{
		{ID: "u_1", Split: sample.Train, Text: "I would not see this movie a second time"},
		{ID: "v_4", Split: sample.Test, Text: "I would not see this movie a second time!"},
		{ID: "v_5", Split: sample.Test, Text: "good"},
	}
	fmt.Print(leak.Table(leak.Texts(clips)))
	// Output:
	//    check  where       value    n  note
	// !  texts  train-test  1 alike  1  first: v_4 is like u_1
}
