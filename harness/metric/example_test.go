package metric_test

import (
	"fmt"

	"uacs/harness/metric"
	"uacs/harness/sample"
)

// The same six answers by two profiles: what the rule for zero and the choice of
// clips do to one model's numbers.
func ExampleEvaluate() {
	a := metric.Answers{
		Score: []float64{-2.5, 0, 0, 1, 0.5, -1},
		Truth: []float64{-2, 0, 1, 0.5, -1, 0},
	}
	for _, profile := range []string{"mmsa", "mai-lab"} {
		r, err := metric.Evaluate(profile, metric.MOSI, a)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Profile)
		for _, v := range r.Values {
			fmt.Printf("  %-13s %.4f  n=%d\n", v.Name, v.Value, v.N)
		}
	}
	// Output:
	// mmsa
	//   Has0_acc_2    0.6667  n=6
	//   Has0_F1_score 0.6667  n=6
	//   Non0_acc_2    0.5000  n=4
	//   Non0_F1_score 0.5000  n=4
	//   Mult_acc_5    0.3333  n=6
	//   Mult_acc_7    0.3333  n=6
	//   MAE           0.7500  n=6
	//   Corr          0.6633  n=6
	// mai-lab
	//   Acc_7         0.3333  n=6
	//   Acc_2         0.7500  n=4
	//   F1            0.7333  n=4
	//   MAE           0.8750  n=4
	//   Corr          0.7202  n=4
}

// A model that answers in words has no MAE, and says why.
func ExampleEvaluate_words() {
	r, err := metric.Evaluate("mmsa", metric.SIMS, metric.Answers{
		Polarity: []sample.Polarity{sample.Positive, sample.Negative, sample.Neutral},
		Truth:    []float64{0.4, -1, 0.2},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range r.Values {
		if v.NA != "" {
			fmt.Printf("%-10s n/a: %s\n", v.Name, v.NA)
		} else {
			fmt.Printf("%-10s %.4f\n", v.Name, v.Value)
		}
	}
	// Output:
	// Mult_acc_2 0.6667
	// Mult_acc_3 n/a: 3 of 3 answers have no score
	// Mult_acc_5 n/a: 3 of 3 answers have no score
	// F1_score   0.6667
	// MAE        n/a: 3 of 3 answers have no score
	// Corr       n/a: 3 of 3 answers have no score
}

// A cascade asks the large model for the clips the small one is unsure of. Its
// accuracy is a mean over a mixture of two per-clip vectors.
func ExampleCorrect() {
	truth := []float64{1, -1, 0, 2}
	small, counted, err := metric.Correct("mmsa", metric.MOSI, metric.Answers{Score: []float64{1, 0.1, 0, -1}, Truth: truth})
	if err != nil {
		fmt.Println(err)
		return
	}
	large, _, err := metric.Correct("mmsa", metric.MOSI, metric.Answers{Score: []float64{1, -1, 0, -1}, Truth: truth})
	if err != nil {
		fmt.Println(err)
		return
	}
	right, n := 0.0, 0
	for i, deferred := range []bool{false, true, true, false} {
		switch {
		case !counted[i]:
			continue
		case deferred:
			right += large[i]
		default:
			right += small[i]
		}
		n++
	}
	fmt.Printf("%.0f of %d right\n", right, n)
	// Output: 2 of 3 right
}

func ExampleAUROC() {
	uncertainty := []float64{0.9, 0.4, 0.4, 0.1}
	wrong := []bool{true, true, false, false}
	auroc, err := metric.AUROC(uncertainty, wrong)
	fmt.Println(auroc, err)
	// Output: 0.875 <nil>
}

func ExampleProfiles() {
	for _, p := range metric.Profiles() {
		fmt.Printf("%-8s %s\n", p.Name, p.Headline(metric.MOSI))
	}
	// Output:
	// mai-lab  Acc_2
	// mmsa     Non0_acc_2
	// mult     Acc_2
	// polarity Acc_2
}
