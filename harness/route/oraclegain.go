package route

// OracleGain escalates exactly the clips that gain by it: the ceiling of every
// router of these two answers, at the fewest calls that reach it.
var OracleGain = register(Rule{
	Name:      "oracle",
	Doc:       "Exactly the clips that gain by escalation are escalated.",
	Formula:   "defer if q_L − q_S > 0",
	Citation:  "control; optimal curve of Ong et al., RouteLLM (2024)",
	Guarantee: "none to use: it reads the labels of the clips it routes",
	Reads:     "the labels of the clips it is judged on",
	Control:   true,
	choose: func(variants []Clips, _ RuleOptions) (Choice, error) {
		return prefer(variants, func(c Clips) (Choice, float64, error) {
			p := pointAt(c, gains(c), 0)
			choice := Choice{Signal: Signal{Kind: Gain}, Basis: OracleThreshold, Expected: p}
			return choice, -p.Quality, nil
		})
	},
})
