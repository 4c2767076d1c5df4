//go:build unix

package cascade

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that this process has had, in user and system mode; ok
// is false where the system does not say.
func cpuTime() (t time.Duration, ok bool) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0, false
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), true
}
