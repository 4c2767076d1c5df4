//go:build amd64 && !purego

package bootstrap

import "golang.org/x/sys/cpu"

// haveVectors says whether this processor has the instructions of vector_amd64.s. All
// functions below are for rows of 16 lanes, and for numbers below 2^15 where nothing else
// is said. Each does what the Go code beside its call does, but for siftRates, which may
// note more than the Go code finds. Pointers to uint16 are to a replicate's lane in the
// first row.
var haveVectors = cpu.X86.HasAVX2

// sumPrefixes sums the weights of n entries down a ranking.
//
//go:noescape
func sumPrefixes(prefix, weights *row, cluster, clips *uint32, n int)

// sumClass sums the weights and the a of n movers, given by their numbers. twice is
// below 2^16.
//
//go:noescape
func sumClass(t *tally, weights, prefix, twice *row, movers *mover, class *int32, n int)

// sumShares sums n classes.
//
//go:noescape
func sumShares(t, classes *tally, shares *share, n int)

// accumulate adds to first, for each of n stirring movers, its gains times its weight,
// and notes the sum after each point in sums.
//
//go:noescape
func accumulate(sums, first *row, weights *uint16, movers *stirring, gains *row, n int)

// arrivals counts, for each lane and aim, the rows of sums before the first that
// reaches it.
//
//go:noescape
func arrivals(at, aims *[len(CPTShares)]row, sums *row, n int)

// passPoints notes, for each of n points, its number from 1 at the first rate that passes it.
//
//go:noescape
func passPoints(done *uint32, rate, prefix *uint16, points *point, n int)

// siftRates makes running maxima of what passPoints notes at n rates. It notes in hits the rates
// at which some of the lanes are not by more than the margin between the edges, and
// returns how many there are; hits has room for one more than n.
//
//go:noescape
func siftRates(hits *hit, sums *row, prefix *uint16, points *point, done *uint32, fine *int32, inverse *uint32, edges *edges, n int, total, margin uint16, lanes uint32) int
