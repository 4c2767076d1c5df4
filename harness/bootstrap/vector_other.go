//go:build !amd64 || purego

package bootstrap

// haveVectors says that there is no vector_amd64.s here: nothing below is called.
const haveVectors = false

func sumPrefixes(prefix, weights *row, cluster, clips *uint32, n int) {}

func sumClass(t *tally, weights, prefix, twice *row, movers *mover, class *int32, n int) {}

func sumShares(t, classes *tally, shares *share, n int) {}

func accumulate(sums, first *row, weights *uint16, movers *stirring, gains *row, n int) {}

func arrivals(at, aims *[len(CPTShares)]row, sums *row, n int) {}

func passPoints(done *uint32, rate, prefix *uint16, points *point, n int) {}

func siftRates(hits *hit, sums *row, prefix *uint16, points *point, done *uint32, fine *int32, inverse *uint32, edges *edges, n int, total, margin uint16, lanes uint32) int {
	return 0
}
