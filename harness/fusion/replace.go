package fusion

// Replace takes the large model's answer as it is: the plain cascade. With every
// clip escalated it is the large model alone.
var Replace = register(Strategy{
	Name:     "replace",
	Doc:      "The large model's answer replaces the small model's.",
	Formula:  "ŷ = y_L",
	Citation: "two-stage cascade: Chen, Zaharia and Zou, FrugalGPT (2023)",
	Cost:     "1 call",
	fuse: func(c Clip, _ Params) Outcome {
		return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
	},
})
