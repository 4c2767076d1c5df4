package fusion_test

import (
	"fmt"

	"uacs/harness/fusion"
	"uacs/harness/sample"
)

// The large model is believed in its complaints only.
func ExampleFunc() {
	complaints := fusion.Func("complaints", func(c fusion.Clip, _ fusion.Params) fusion.Outcome {
		if c.Large.Polarity == sample.Negative {
			return fusion.Outcome{Answer: c.Large, Stage: fusion.Replaced, Calls: 1}
		}
		return fusion.Outcome{Answer: c.Small, Stage: fusion.Kept, Calls: 1}
	})
	answer := func(p sample.Polarity) fusion.Answer { return fusion.Answer{Score: float64(p), Polarity: p, OK: true} }
	for _, large := range []fusion.Answer{answer(sample.Negative), answer(sample.Positive), {}} {
		o := complaints.Apply(fusion.Clip{Small: answer(sample.Neutral), Large: large}, fusion.Params{})
		fmt.Println(o.Answer.Polarity, o.Stage, o.Calls)
	}
	// Output:
	// negative replaced 1
	// neutral kept 1
	// neutral fell-back 1
}
