package bootstrap

// places say where the deferral rates fall in replicates of some number of clips.
type places struct {
	total int
	// scale turns units into a share of all clips.
	scale float64
	// rate is, by clips deferred, the first rate that needs as many.
	rate []uint16
	// need is how many clips each rate defers, fine the same in 1024ths, rounded down.
	need []float64
	fine []int32
}

// mostKnown bounds the clips in the places that a kernel keeps from one walk to the next.
const mostKnown = 1 << 20

// placesOf returns the places in replicates of so many clips, until it is called again.
func (k *Kernel) placesOf(total int) *places {
	p := k.known[total]
	switch {
	case p != nil:
		return p
	case (len(k.known)+1)*k.reps.most <= mostKnown:
		p = &places{}
		k.known[total] = p
	default:
		p = &k.passing
	}
	p.set(total, k.reps.unit, k.rates)
	return p
}

func (p *places) set(total, unit int, rates []float64) {
	p.total, p.scale = total, 1/float64(total*unit)
	p.rate = grow(p.rate, total+1)
	p.need, p.fine = grow(p.need, len(rates)), grow(p.fine, len(rates))
	d := 0
	for r, rate := range rates {
		p.need[r] = float64(rate * float64(total))
		p.fine[r] = int32(p.need[r] * 1024)
		for ; d <= total && float64(d) <= p.need[r]; d++ {
			p.rate[d] = uint16(r)
		}
	}
	for ; d <= total; d++ {
		p.rate[d] = uint16(len(rates))
	}
}

// find finds, for the replicate in a lane of the block, how many points each rate passes
// with all their clips.
func (k *Kernel) find(lane int) {
	word, shift := k.reps.at(lane)
	done, rate, mask := k.done, k.places.rate, k.reps.mask
	clear(done)
	// The last of the points that a rate is the first to pass counts.
	for i, point := range k.move.points {
		after := k.prefix[point.end][word] >> (shift & 63) & mask
		done[rate[after]] = uint32(i) + 1
	}
	last := uint32(0)
	for r := range done {
		last = max(last, done[r])
		done[r] = last
	}
}
