package fusion

// Func makes a strategy of your own from what it does with one escalated clip
// whose large answer is usable; [Strategy.Apply] has dealt with the others. The
// outcome must say how many calls it took, at least one, and its stage. The
// strategy is not registered: what takes strategies by name does not know it.
func Func(name string, fuse func(c Clip, p Params) Outcome) Strategy {
	return Strategy{Name: name, Doc: "Own strategy.", Formula: "own", Citation: "own", Cost: "as it counts", fuse: fuse}
}
