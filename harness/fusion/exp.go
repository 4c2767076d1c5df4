package fusion

import "math"

// The natural logarithm of 2 in two parts: ln2Hi has 21 zero bits at its end, so
// that its product with an exponent is exact.
const (
	ln2Hi = 0x1.62e42fee00000p-1
	ln2Lo = math.Ln2 - ln2Hi
)

// exp returns e^x, within two units in the last place. math.Exp is as good and
// faster, but its bits differ between amd64 and arm64, and on amd64 between
// processors with and without fused multiplication.
//
// x = k ln 2 + r with |r| ≤ ln(2)/2, and e^r by its series to the power 13, whose
// rest is below 2⁻⁵⁷.
func exp(x float64) float64 {
	x = min(max(x, -800), 800) // beyond, the result is 0 or +Inf all the same
	k := math.RoundToEven(x / math.Ln2)
	r := x - float64(k*ln2Hi) - float64(k*ln2Lo)
	sum := 1.0
	for n := 13; n > 0; n-- {
		sum = 1 + float64(sum*r)/float64(n)
	}
	return math.Ldexp(sum, int(k))
}
