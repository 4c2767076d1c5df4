package fusion

// SmallOnly never listens to the large model.
var SmallOnly = register(Strategy{
	Name:     "small-only",
	Doc:      "The small model answers every clip.",
	Formula:  "ŷ = y_S",
	Citation: "baseline",
	Cost:     "0 calls",
	fuse:     func(c Clip, _ Params) Outcome { return Keep(c.Small) },
})
