package fusion

import (
	"fmt"
	"math"
)

// Check reports the first thing that s needs and that clips or p lack, naming
// the clip by its place and key; nil if there is nothing. Apply works all the
// same, by falling back clip by clip: Check is for those who would rather know.
//
// Clips without two usable first-round answers are passed over. For second
// answers and those of other clips it is enough that one clip has one, since a
// cascade asks only where it must.
func (s Strategy) Check(clips []Clip, p Params) error {
	switch {
	case s.NeedsTraining:
		return fmt.Errorf("fusion %s: it must be fitted to training clips first", s.Name)
	case s.NeedsTau && math.IsNaN(p.TauLarge):
		return fmt.Errorf("fusion %s: the threshold on the large model is NaN", s.Name)
	case p.SecondShare < 0 || p.SecondShare > 1 || math.IsNaN(p.SecondShare):
		return fmt.Errorf("fusion %s: a share of %v second rounds is outside [0,1]", s.Name, p.SecondShare)
	}
	seen := map[string]int{}
	second, other := false, false
	for i, c := range clips {
		second, other = second || c.Second.OK, other || c.Other.OK
		if lack := s.lack(c); lack != "" {
			return fmt.Errorf("fusion %s: clip %d %q: %s", s.Name, i, c.Key, lack)
		}
		if j, twice := seen[c.Key]; twice && s.NeedsKey {
			return fmt.Errorf("fusion %s: clips %d and %d have the same key %q", s.Name, j, i, c.Key)
		}
		seen[c.Key] = i
	}
	switch {
	case s.NeedsSecond && !second:
		return fmt.Errorf("fusion %s: no clip has a second answer", s.Name)
	case s.NeedsOther && !other:
		return fmt.Errorf("fusion %s: no clip has another clip's second answer", s.Name)
	}
	return nil
}

// lack returns what c lacks, "" if nothing.
func (s Strategy) lack(c Clip) string {
	switch {
	case s.NeedsKey && c.Key == "":
		return "no key"
	case !c.Small.OK || !c.Large.OK:
		return ""
	case s.NeedsScores && (math.IsNaN(c.Small.Score) || math.IsNaN(c.Large.Score)):
		return "an answer without a score"
	case s.NeedsProbs && !poolable(c):
		return "no probabilities over the same bins"
	case s.NeedsVariance && (!hasVariance(c.Small) || !hasVariance(c.Large)):
		return "an answer without a variance"
	}
	return ""
}
