package metric

import (
	"math/rand/v2"
	"testing"
)

func benchAnswers(n int) Answers {
	rng := rand.New(rand.NewPCG(1, 2))
	a := Answers{Score: make([]float64, n), Truth: make([]float64, n)}
	for i := range n {
		a.Truth[i] = float64(rng.IntN(31)-15) / 5
		a.Score[i] = a.Truth[i] + rng.NormFloat64()
	}
	return a
}

func BenchmarkEvaluate(b *testing.B) {
	a := benchAnswers(4659)
	for b.Loop() {
		if _, err := Evaluate("mmsa", MOSI, a); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAUROC(b *testing.B) {
	a := benchAnswers(4659)
	positive := make([]bool, len(a.Truth))
	for i, y := range a.Truth {
		positive[i] = y > 0
	}
	for b.Loop() {
		if _, err := AUROC(a.Score, positive); err != nil {
			b.Fatal(err)
		}
	}
}
