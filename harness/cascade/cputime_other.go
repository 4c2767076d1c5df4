//go:build !unix

package cascade

import "time"

// cpuTime is not known on this system.
func cpuTime() (t time.Duration, ok bool) { return 0, false }
