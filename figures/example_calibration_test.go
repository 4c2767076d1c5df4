package figures

import "math"

// Two made-up forecasters: one that is too sure, and the same calibrated.
func ExampleReliability() {
	raw := ReliabilitySeries{Name: "As stated"}
	calibrated := ReliabilitySeries{Name: "Calibrated"}
	for k, n := range []int{0, 0, 4, 11, 19, 32, 48, 77, 151, 344} {
		lo := float64(k) / 10
		mean := lo + 0.055
		share := mean - 0.22*mean*mean + 0.03
		half := 1.96 * math.Sqrt(share*(1-share)/float64(max(n, 1)))
		raw.Bins = append(raw.Bins, ReliabilityBin{
			Lo: lo, Hi: float64(k+1) / 10, N: n, Mean: mean, Share: share,
			From: math.Max(share-half, 0), To: math.Min(share+half, 1),
		})
	}
	for k, n := range []int{0, 0, 9, 21, 44, 90, 163, 220, 139, 0} {
		mean := float64(k)/10 + 0.05
		calibrated.Bins = append(calibrated.Bins, ReliabilityBin{
			Lo: float64(k) / 10, Hi: float64(k+1) / 10, N: n, Mean: mean, Share: mean + 0.02*math.Cos(float64(9*k)),
		})
	}
	publish(Reliability{
		Page: Page{
			Title:     "Stated confidence of the small model",
			Subtitle:  "10 bins of equal width; bars: 95 % intervals",
			Synthetic: true,
		},
		XLabel: "Stated probability of being right",
		YLabel: "Share of answers that are right",
		Series: []ReliabilitySeries{raw, calibrated},
	})
}

// Made-up uncertainties of right and wrong answers.
func ExampleUncertaintyHistogram() {
	f := UncertaintyHistogram{
		Page: Page{
			Title:     "Uncertainty where the small model is right and wrong",
			Subtitle:  "Dashed: the chosen threshold",
			Synthetic: true,
		},
		XLabel:     "Entropy (nats)",
		YLabel:     "Clips",
		Right:      []int{96, 88, 71, 62, 51, 44, 38, 31, 24, 18, 12, 5},
		Wrong:      []int{3, 5, 8, 9, 12, 14, 16, 18, 20, 18, 14, 9},
		Thresholds: []float64{0.42},
	}
	for k := range 13 {
		f.Edges = append(f.Edges, 0.06*float64(k))
	}
	publish(f)
}

// Made-up quality over two thresholds, which has a ridge.
func ExampleSurface() {
	f := Surface{
		Page: Page{
			Title:     "Both thresholds matter",
			Subtitle:  "n = 686 clips, cross-fitted by video",
			Synthetic: true,
		},
		XLabel: "Threshold of the small model", YLabel: "Threshold of the LLM",
		ValueLabel: "Binary accuracy (%)",
		PathName:   "Pareto hull", ChosenName: "Chosen",
		Path:   []Place{{0.02, 0.5}, {0.12, 0.46}, {0.24, 0.42}, {0.34, 0.4}, {0.5, 0.2}},
		Chosen: Place{0.24, 0.42},
	}
	for k := range 41 {
		f.X = append(f.X, float64(k)/40)
		f.Y = append(f.Y, float64(k)/40)
	}
	for _, y := range f.Y {
		var row []float64
		for _, x := range f.X {
			v := 79.5 + 6*math.Exp(-8*(x-0.35)*(x-0.35)-2*(y-0.4)*(y-0.4)-3*(x-0.35)*(y-0.4))
			if x+y > 1.6 {
				v = math.NaN()
			}
			row = append(row, v)
		}
		f.Value = append(f.Value, row)
	}
	publish(f)
}

// Made-up risks of two measures with their references.
func ExampleRiskCoverage() {
	f := RiskCoverage{
		Page: Page{
			Title:     "Withholding the most uncertain answers",
			Subtitle:  "n = 686 clips",
			Synthetic: true,
		},
		XLabel: "Clips that are answered (%)",
		YLabel: "Answers that are wrong (%)",
		Risk:   18,
	}
	for i, name := range []string{"Entropy", "Margin"} {
		c := Curve{Name: name}
		for k := 5; k <= 100; k++ {
			x := float64(k) / 100
			c.X = append(c.X, x)
			c.Y = append(c.Y, 18*(0.16+0.26*float64(i)+(0.84-0.26*float64(i))*x*x))
		}
		f.Curves = append(f.Curves, c)
	}
	publish(f)
}
