package calibrate_test

import (
	"fmt"

	"uacs/harness/calibrate"
)

// An honest column of error probabilities where there is no validation split: each
// fold's come from the other one.
func ExampleCrossFit() {
	u := []float64{.1, .2, .7, .9, .1, .3, .6, .8}
	wrong := []bool{false, false, true, true, false, true, false, true}
	folds := []int{0, 0, 0, 0, 1, 1, 1, 1}
	p, err := calibrate.CrossFit(calibrate.Isotonic, u, wrong, folds)
	fmt.Println(p, err)
	// Output: [0 0 0.5 1 0 0 0 1] <nil>
}
