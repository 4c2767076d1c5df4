package selective

import "math"

// The natural logarithm of 2 in two parts: ln2Hi has 21 zero bits at its end, so
// that its product with an exponent is exact.
const (
	ln2Hi = 0x1.62e42fee00000p-1
	ln2Lo = math.Ln2 - ln2Hi
)

// atanhTerms is enough for ln: 0.1716²²/23 is below 2⁻⁶⁰.
const atanhTerms = 11

// ln returns the natural logarithm of x ≥ 0, −Inf for 0, within two units in the
// last place. math.Log is as good but does not give the same bits on amd64 and
// arm64, where the compiler fuses what it does in Go.
//
// x = m 2^k with m next to 1, and ln m = 2 artanh((m−1)/(m+1)) by its series.
func ln(x float64) float64 {
	if x == 0 {
		return math.Inf(-1)
	}
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, k = 2*m, k-1
	}
	s := (m - 1) / (m + 1)
	square, series := float64(s*s), 0.0
	for j := atanhTerms; j > 0; j-- {
		series = float64(square * (series + 1/float64(2*j+1)))
	}
	low := float64(2*s*series) + float64(float64(k)*ln2Lo)
	return float64(float64(k)*ln2Hi) + (2*s + low)
}
