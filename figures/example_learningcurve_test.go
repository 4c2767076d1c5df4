package figures

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"uacs/internal/golden"
)

// A made-up training that begins to learn by heart after its twelfth epoch.
func ExampleLearningCurve() {
	f := LearningCurve{
		Page: Page{
			Title:     "Loss of the small model over its training",
			Subtitle:  "Mean of 5 seeds; bands: least to greatest",
			Synthetic: true,
		},
		XLabel: "Epoch", YLabel: "Loss (nats)",
		Train: Curve{Name: "Train"}, Valid: Curve{Name: "Valid"},
		Kept: 12,
	}
	add := func(c *Curve, epoch, loss, half float64) {
		c.X, c.Y = append(c.X, epoch), append(c.Y, loss)
		c.Lo, c.Hi = append(c.Lo, loss-half), append(c.Hi, loss+half)
	}
	for k := range 30 {
		e := float64(k + 1)
		add(&f.Train, e, 0.9+1.1*math.Exp(-e/9), 0.02)
		add(&f.Valid, e, 1.45+0.6*math.Exp(-e/4)+0.0006*(e-8)*(e-8), 0.04)
	}
	publish(f)
}

func TestLearningCurve(t *testing.T) {
	if inspect(t, drawn(ExampleLearningCurve)) == nil {
		t.Fatal("nothing is drawn")
	}
	got, err := Render(drawn(ExampleLearningCurve), "svg")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join("testdata", "learningcurve.svg"), got)
}

func TestLearningCurveRefuses(t *testing.T) {
	cases := []struct {
		name, want string
		change     func(*LearningCurve)
	}{
		{"an epoch before the first", "before the first", func(f *LearningCurve) { f.Train.X[0] = 0 }},
		{"a loss that is not a number", "not within 0 to 100", func(f *LearningCurve) { f.Valid.Y[3] = math.NaN() }},
		{"a kept epoch that there was not", "which was kept", func(f *LearningCurve) { f.Kept = 99 }},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := drawn(ExampleLearningCurve).(LearningCurve)
			tc.change(&f)
			if _, err := Render(f, "svg"); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}
