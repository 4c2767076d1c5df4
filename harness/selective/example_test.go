package selective_test

import (
	"fmt"

	"uacs/harness/selective"
)

// Five clips, of which the two least sure are wrong.
func ExampleDefinitions() {
	u, loss := []float64{0.1, 0.2, 0.5, 0.7, 0.9}, []float64{0, 0, 0, 1, 1}
	for _, d := range selective.Definitions() {
		if d.OfRanking == nil {
			continue
		}
		v, err := d.OfRanking(u, loss)
		if err != nil {
			fmt.Println(d.Name, "n/a:", err)
			continue
		}
		fmt.Printf("%-16s %.3f\n", d.Name, v)
	}
	// Output:
	// auprc            1.000
	// aurc             0.090
	// e-aurc           -0.004
	// e-aurc-finite    0.000
	// aurc-mean-risk   0.130
	// e-aurc-mean-risk 0.000
	// augrc            0.080
	// e-augrc          0.000
	// prr              1.000
	// prr-0.5          1.000
	// spearman         0.866
	// kendall-tau-b    0.775
}
