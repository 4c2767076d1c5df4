package report

import (
	"fmt"

	"uacs/harness/experiment"
)

// provenance is what the footer of every figure about one experiment ends with: the
// tier, the metric profile, where the numbers stand and the digest of the config. what
// names further choices, or is empty.
func provenance(s experiment.Setup, what, numbers string) string {
	text := tierLine(s.Tier) + " Profile " + s.Profile
	if what != "" {
		text += "; " + what
	}
	if len(s.Changes) > 0 { // the record on disk has other numbers
		return text + ". " + changed(s)
	}
	return fmt.Sprintf("%s. Numbers: results/%s. Config %.12s.", text, numbers, s.ConfigSHA256)
}

// byVideo says what an interval is.
func byVideo(s experiment.Setup, what string) string {
	return fmt.Sprintf("%s: %s %% bootstrap by video.", what, trim(100*float64(s.Level)))
}
