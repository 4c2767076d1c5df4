package fusion

// LargeOnly asks the large model about every clip, the doubted and the others:
// route gives it every clip as escalated.
var LargeOnly = register(Strategy{
	Name:     "large-only",
	Doc:      "The large model answers every clip.",
	Formula:  "ŷ = y_L",
	Citation: "baseline",
	Cost:     "1 call for every clip",
	fuse: func(c Clip, _ Params) Outcome {
		return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
	},
})
