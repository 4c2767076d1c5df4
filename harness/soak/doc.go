// Package soak has no code but tests, which do to the program what time does: servers
// that misbehave, processes that are killed, disks that are full, folders that cannot
// be written, clocks that go back, and two runs at once in one folder.
//
// They take minutes and are skipped unless the flag -soak is given:
//
//	go test -count=1 -timeout 30m ./harness/soak -soak
//
// All is bounded and on loopback. The last line counts what was done:
//
//	soak: N calls, F faults, L lost, D paid twice, K kills, B differing bytes
//
// A call is lost if it has neither an answer nor a record of why not, and paid
// twice if it is asked again although its answer had arrived, or was on the disk,
// or was being asked for by another run. An answer that is still on its way when
// the deadline passes has not arrived: a server may charge for it, the program asks
// again and says how often it did, and a longer deadline is the remedy; the test
// logs how many there were. Bytes are compared with those of a run that nobody
// disturbed. L, D and B must be 0.
//
// testdata/slurm.sh runs a job array under a real Slurm.
package soak
