package encoder_test

import (
	"context"
	"fmt"

	"uacs/harness/model/encoder"
	"uacs/harness/model/encoder/glove"
)

// A table of two words stands in for the real one, which Open finds on disk.
func ExampleNewGlove() {
	vectors := make([]float32, 2*glove.Width)
	vectors[0], vectors[glove.Width] = 1, -1 // the first component of each word
	table, err := glove.NewTable([]string{"good", "not"}, vectors)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := encoder.NewGlove(table)
	m, stats, err := e.Encode(context.Background(), []string{"Good!", "not good"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range m.Rows {
		row := m.Row(i)
		fmt.Println("mean", row[glove.MeanAt], "max", row[glove.MaxAt], "words", stats.Tallies[i].Tokens)
	}
	fmt.Println(e.Name(), e.Dim(), stats.FLOPs(), "FLOPs")
	// Output:
	// mean 1 max 1 words 1
	// mean 0 max 1 words 2
	// glove 206 800 FLOPs
}
