package answer_test

import (
	"fmt"

	"uacs/harness/model/answer"
)

func ExampleParse() {
	g := answer.Grammar{Min: -3, Max: 3, Strict: true}
	for _, text := range []string{"－１．４", `{"score": "2/3", "confidence": "80%"}`, "I would say 1.4", "7/10"} {
		a, fail := answer.Parse(text, g)
		if fail != nil {
			fmt.Println(fail.Record())
			continue
		}
		fmt.Println(*a.Score, a.Confidence != nil)
	}
	// Output:
	// -1.4 false
	// 2 true
	// unparseable: "i" beside the answer
	// unparseable: ambiguous: "7/10": the denominator is not the upper end of the scale, 3
}

func ExampleLabelProbs() {
	tokens := []answer.Token{{Text: " Positive", Logprob: -0.25, Top: []answer.TopToken{
		{Text: " Positive", Logprob: -0.25}, {Text: "neutral", Logprob: -1.9}, {Text: "The", Logprob: -3},
	}}}
	p, err := answer.LabelProbs(tokens, []string{"negative", "neutral", "positive"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f, outside %.3f, unresolved %.3f\n", p.P, p.Outside, p.Unresolved)
	// Output:
	// [0.000 0.161 0.839], outside 0.050, unresolved 0.022
}
