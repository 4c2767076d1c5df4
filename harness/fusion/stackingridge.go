package fusion

import (
	"fmt"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// StackingRidge learns the label from both answers and their uncertainties by
// ridge regression. The features are both scores, both polarities as −1, 0 and 1,
// both uncertainties, and polarity times uncertainty for either model, by which
// an answer can be trusted less where it is doubted; a feature that a clip lacks
// (a NaN score, an uncertainty that is not finite) is taken at its training mean.
// Features are standardised on the training clips and the intercept is not
// penalised. Until it is fitted the large model's answer stands. The score is not
// cut to the label scale.
var StackingRidge = register(Strategy{
	Name:          "stacking-ridge",
	Doc:           "Ridge regression of the label on both scores, polarities and uncertainties.",
	Formula:       "ŷ = b + w·x, min Σ (y − b − w·z)² + λ|w|², z the standardised x",
	Citation:      "Wolpert, Stacked Generalization (1992); Breiman, Stacked Regressions (1996); the features are a hypothesis",
	Cost:          "1 call",
	NeedsTraining: true,
	needsBoth:     true,
	fuse:          untrained,
	fit:           fitRidge,
	answer: func(value float64) Answer {
		return Answer{Score: value, Polarity: sample.PolarityOf(value), OK: true}
	},
})

func fitRidge(train []Clip, t Training) (*linear, error) {
	if len(train) < 2 {
		return nil, fmt.Errorf("%d usable training clips are fewer than 2", len(train))
	}
	y := make([]float64, len(train))
	for i, c := range train {
		y[i] = c.Truth
	}
	m, columns := standardise(train)
	m.bias = detsum.Mean(y)
	for i := range y {
		y[i] -= m.bias
	}
	gram, right := newSquare(len(columns)), make([]float64, len(columns))
	for j := range columns {
		for k := range j + 1 {
			gram[j][k] = detsum.Dot(columns[j], columns[k])
		}
		gram[j][j] += t.Penalty
		right[j] = detsum.Dot(columns[j], y)
	}
	weights, err := solve(gram, right)
	if err != nil {
		return nil, err
	}
	m.weight = weights
	return m, nil
}
