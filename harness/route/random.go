package route

// Random escalates at random: the line that every router must beat.
var Random = register(Rule{
	Name:      "random",
	Doc:       "Each clip is escalated with the same probability, whatever it is.",
	Formula:   "defer if r > 1 − Share, r uniform on [0,1)",
	Citation:  "control; random router of Ong et al., RouteLLM (2024)",
	Guarantee: "the expected share is Share on any clips; nothing about quality",
	Reads:     "nothing; with several variants, the quality picks one",
	Control:   true,
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if err := o.checkShare(); err != nil {
			return Choice{}, err
		}
		choice, err := prefer(variants, func(c Clips) (Choice, float64, error) {
			curve, err := NewCurve(c)
			if err != nil {
				return Choice{}, 0, err
			}
			p := curve.Random().At(o.Share)
			p.Threshold = 1 - o.Share
			signal := Signal{Kind: Drawn, Seed: o.Seed}
			return Choice{Signal: signal, Threshold: p.Threshold, Expected: p}, -p.Quality, nil
		})
		if len(variants) == 1 {
			choice.Basis = Given
		}
		return choice, err
	},
})
