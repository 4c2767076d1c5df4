package uncertainty_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"uacs/harness/sample"
	"uacs/harness/uncertainty"
)

// A model that is least sure of short answers.
func ExampleFunc() {
	short := uncertainty.Func("short-answer", func(p *sample.Prediction) float64 { return 1 / float64(1+len(p.Raw)) })
	u, err := short.Column(uncertainty.Input{Answers: []*sample.Prediction{
		{ID: "a", Raw: "yes", Label: "positive"}, {ID: "b", Raw: "no", Error: "refused"},
	}})
	fmt.Println(u, err)
	// Output: [0.25 +Inf] <nil>
}

func TestFuncThatDoesNotApply(t *testing.T) {
	m := uncertainty.Func("never", func(*sample.Prediction) float64 { return math.NaN() })
	_, err := m.Column(uncertainty.Input{Answers: []*sample.Prediction{{ID: "a", Label: "positive"}}})
	var na *uncertainty.NotApplicable
	if !errors.As(err, &na) || na.Missing != 1 {
		t.Errorf("a formula without a value: %v", err)
	}
}
