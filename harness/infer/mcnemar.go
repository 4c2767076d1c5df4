package infer

import (
	"fmt"
	"math"
	"math/big"

	"gonum.org/v1/gonum/mathext"
)

// exactBinomial is the largest binomial whose tail is summed in integers; above
// it the cost, quadratic, exceeds a moment, and the incomplete beta function is
// used.
const exactBinomial = 1 << 16

// McNemarTest compares two systems that are right or wrong on the same clips.
type McNemarTest struct {
	// B counts clips that only the first system got right, C those that only the
	// second got right.
	B, C int
	// ExactP is the two-sided p-value of the exact test.
	ExactP float64
	// Chi2 is the chi-square statistic with continuity correction and Chi2P its
	// p-value with one degree of freedom.
	Chi2, Chi2P float64
	// Note says what a reader must know; empty if there is nothing.
	Note string
}

// McNemar tests whether two systems are right equally often, from the numbers of
// clips that only the first (b) and only the second (c) got right.
//
//	ExactP = min(1, 2 P(X <= min(b,c))), X binomial(b+c, 1/2)
//	Chi2   = max(0, |b-c|-1)² / (b+c)
//
// The exact p-value is computed in integers and rounded once (above 65,536
// discordant clips by the incomplete beta function; 0 below 5e-324); report it. The
// chi-square form is the one with Edwards' correction, as R's mcnemar.test has
// it, and is there to compare with papers. Without a discordant clip both p are
// 1, with a note. Both treat clips as independent: see [SignFlip] for clips that
// come in videos. A negative count is an error.
//
// Source: Q. McNemar, Psychometrika 12 (1947) 153; A. L. Edwards, Psychometrika
// 13 (1948) 185.
func McNemar(b, c int) (McNemarTest, error) {
	if b < 0 || c < 0 {
		return McNemarTest{}, fmt.Errorf("McNemar: negative count (%d, %d)", b, c)
	}
	test := McNemarTest{B: b, C: c, ExactP: 1, Chi2P: 1}
	if b+c == 0 {
		test.Note = "the systems never differ; there is nothing to test"
		return test, nil
	}
	test.ExactP = binomialTails(min(b, c), b+c)
	excess := math.Max(0, math.Abs(float64(b)-float64(c))-1)
	test.Chi2 = float64(excess*excess) / (float64(b) + float64(c))
	test.Chi2P = math.Erfc(math.Sqrt(test.Chi2 / 2))
	if b+c < 25 {
		test.Note = fmt.Sprintf("only %d clips tell the systems apart; the chi-square form is rough", b+c)
	}
	return test, nil
}

// binomialTails returns min(1, 2 P(X <= k)) for X binomial(n, 1/2), k <= n/2.
func binomialTails(k, n int) float64 {
	if n > exactBinomial {
		return math.Min(1, 2*mathext.RegIncBeta(float64(n-k), float64(k)+1, 0.5))
	}
	term, sum := big.NewInt(1), big.NewInt(1) // choose(n,0)
	for i := 1; i <= k; i++ {
		term.Mul(term, big.NewInt(int64(n-i+1)))
		term.Quo(term, big.NewInt(int64(i)))
		sum.Add(sum, term)
	}
	p := new(big.Float).SetPrec(64).SetInt(sum)
	f, _ := p.SetMantExp(p, 1-n).Float64() // 2 sum / 2^n
	return math.Min(1, f)
}

// Discordant counts the clips that only a and only b got right. a and b hold 1
// for right and 0 for wrong, one element per clip; clips that counted does not
// mark are left out, a nil counted counts all. Slices of different length and
// other values are errors.
func Discordant(a, b []float64, counted []bool) (onlyA, onlyB int, err error) {
	if len(a) != len(b) || (counted != nil && len(counted) != len(a)) {
		return 0, 0, fmt.Errorf("discordant clips of %d and %d answers, %d counting marks", len(a), len(b), len(counted))
	}
	for i := range a {
		if counted != nil && !counted[i] {
			continue
		}
		if (a[i] != 0 && a[i] != 1) || (b[i] != 0 && b[i] != 1) {
			return 0, 0, fmt.Errorf("clip %d is %v and %v, not 0 or 1", i, a[i], b[i])
		}
		switch {
		case a[i] > b[i]:
			onlyA++
		case a[i] < b[i]:
			onlyB++
		}
	}
	return onlyA, onlyB, nil
}
