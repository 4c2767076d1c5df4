package figures

// Made-up effects of taking parts of a cascade away.
func ExampleForest() {
	publish(Forest{
		Page: Page{
			Title:     "What each part of the cascade is worth",
			Subtitle:  "n = 686 clips of 31 videos; bars: 95 % intervals, clustered by video",
			Footer:    "Made-up data, no experiment.",
			Synthetic: true,
		},
		XLabel:      "Change of accuracy against the full system (points)",
		Adjustment:  "Holm, 7 tests, 5 %",
		NumbersHead: "points [95 %]",
		Groups: []ForestGroup{
			{"Uncertainty", []Effect{
				{Name: "Entropy in place of the variance", Value: -0.4, Lo: -1.5, Hi: 0.6},
				{Name: "Random", Value: -3.1, Lo: -4.6, Hi: -1.7, Significant: true},
			}},
			{"Routing", []Effect{
				{Name: "No confidence test", Value: -1.3, Lo: -2.2, Hi: -0.5, Significant: true},
				{Name: "No averaging", Value: 0.2, Lo: -0.5, Hi: 0.9},
				{Name: "No second call", Value: -0.7, Lo: -1.6, Hi: 0.1},
			}},
			{"Models", []Effect{
				{Name: "Small model only", Value: -5.2, Lo: -7.4, Hi: -3.1, Significant: true},
				{Name: "LLM only", Value: -1.9, Lo: -3.8, Hi: 0.1},
				{Name: "Two LLMs", NA: "one on record"},
			}},
		},
	})
}

// Made-up clips on their way through a cascade of two models.
func ExampleFlow() {
	publish(Flow{
		Page: Page{
			Title:     "Where the answers come from",
			Subtitle:  "Bars of exits: filled for right answers",
			Footer:    "Made-up data, no experiment.",
			Synthetic: true,
			Width:     DoubleColumn,
		},
		Root: cascadeFlow(),
	})
}

// The same in single width.
func ExampleFlow_narrow() {
	f := drawn(ExampleFlow).(Flow)
	f.Width = SingleColumn
	publish(f)
}

func cascadeFlow() Branch {
	return Branch{Name: "Small model", N: 686, Into: []Branch{
		{Name: "Kept", N: 412, Right: 377},
		{Name: "LLM", N: 274, Into: []Branch{
			{Name: "Confident", N: 138, Right: 119},
			{Name: "Compared", N: 136, Into: []Branch{
				{Name: "Agreed", N: 61, Right: 52},
				{Name: "Averaged", N: 0, Right: 0},
				{Name: "Second call", N: 75, Into: []Branch{
					{Name: "Requeried", N: 72, Right: 45},
					{Name: "Fell back", N: 3, Right: 1},
				}},
			}},
		}},
	}}
}

// Made-up changes of right and wrong.
func ExampleFlipMatrix() {
	publish(FlipMatrix{
		Page:      Page{Title: "What the cascade changes", Subtitle: "n = 686 clips", Synthetic: true},
		BothRight: 512, Broken: 21, Corrected: 68, BothWrong: 85,
	})
}

// Made-up answers by polarity.
func ExampleConfusion() {
	publish(Confusion{
		Page:   Page{Title: "Answers of the cascade by polarity", Subtitle: "Shares of the row", Synthetic: true},
		Labels: []string{"negative", "neutral", "positive"},
		Counts: [][]int{{301, 12, 66}, {9, 6, 15}, {48, 11, 218}},
	})
}

// Made-up outcomes of what the paper leaves open.
func ExampleSensitivity() {
	publish(Sensitivity{
		Page:        Page{Title: "What the result hangs on", Subtitle: "One hypothesis changed at a time", Synthetic: true},
		XLabel:      "Binary accuracy (%)",
		Outcome:     84.1,
		NumbersHead: "range",
		Rows: []Hypothesis{
			{"Scale of the uncertainty", []HypothesisValue{{"z-score", 84.1, true}, {"min-max", 83.2, false}, {"rank", 84.6, false}}},
			{"Ties at the threshold", []HypothesisValue{{"keep", 84.1, true}, {"escalate", 84.3, false}}},
			{"Zero labels", []HypothesisValue{{"left out", 84.1, true}, {"positive", 81.9, false}}},
			{"Failed answers", []HypothesisValue{{"small model's", 84.1, true}}},
		},
	})
}

// Made-up videos.
func ExamplePerVideo() {
	f := PerVideo{
		Page:   Page{Title: "Accuracy by video", Subtitle: "Area of a dot: clips of the video", Synthetic: true},
		XLabel: "Binary accuracy (%)",
	}
	for k := range 14 {
		n := 8 + (k*37)%41
		f.Videos = append(f.Videos, Video{
			Name: "Video " + string(rune('A'+k)), N: n, From: n * (58 + (k*17)%37) / 100, To: n * (66 + (k*23)%35) / 100,
		})
	}
	publish(f)
}

// Made-up costs.
func ExampleCostBreakdown() {
	publish(CostBreakdown{
		Page:    Page{Title: "Where the time goes", Subtitle: "Mean of 686 clips", Synthetic: true},
		XLabel:  "Seconds per clip",
		Parts:   []string{"Features", "Small model", "LLM, first call", "LLM, second call", "Network"},
		SumHead: "s",
		Systems: []SystemCost{
			{Name: "Small model only", Costs: []float64{0.31, 0.04, 0, 0, 0}},
			{Name: "Cascade", Costs: []float64{0.31, 0.04, 1.12, 0.35, 0.21}},
			{Name: "LLM only", Costs: []float64{0, 0, 2.81, 0, 0.52}},
		},
	})
}

// The same made-up answers before and after the cascade, side by side.
func ExampleMultiples() {
	before := drawn(ExampleConfusion).(Confusion)
	before.Title, before.Subtitle = "Small model", ""
	after := before
	after.Title = "Cascade"
	before.Counts = [][]int{{270, 21, 88}, {10, 5, 15}, {63, 17, 197}}
	flips := drawn(ExampleFlipMatrix).(FlipMatrix)
	flips.Title, flips.Subtitle = "Changes", ""
	publish(Multiples{
		Page:   Page{Title: "Answers before and after", Subtitle: "n = 686 clips; shares of the row", Width: DoubleColumn},
		Panels: []Panel{before, after, flips},
	})
}
