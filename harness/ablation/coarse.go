package ablation

// walkCoarse is walkFine with sumUp for rankings of few groups: most rates fall
// inside one, so the sums are taken apart at once, per group and not per rate.
func (k *kernel) walkCoarse(weights []uint64, i, slot int) {
	l, mask, shift := &k.lane[i], k.reps.mask, uint(i*k.reps.width)&63
	area := k.areas.a[slot+i:]
	sum := step{l.kept, l.kept}
	var now, next [maxLanes]float64
	k.apart(sum, &now)
	r, slot, total, scale := 0, slot+i, float64(l.total), 1/float64(l.total)
	for j := range k.move.list {
		m := &k.move.list[j]
		w := weights[m.cluster] >> shift & mask
		before, after := k.prefix[m.first]>>shift&mask, k.prefix[m.end]>>shift&mask
		sum.a += w * m.gain.a
		sum.b += w * m.gain.b
		area[j*k.slots] = uint32(w * (l.twice - before - after))
		if !m.last {
			continue
		}
		k.apart(sum, &next)
		for ; r < int(l.place[before].rate); r++ {
			k.put(r, slot, &now, &now, 0, scale)
		}
		for ; r < int(l.place[after].rate); r++ {
			part := (float64(k.rates[r]*total) - float64(before)) / float64(after-before)
			k.put(r, slot, &now, &next, part, scale)
		}
		now = next
	}
	for ; r < len(k.rates); r++ {
		k.put(r, slot, &now, &now, 0, scale)
	}
}

// apart takes the lanes of the sums apart.
func (k *kernel) apart(sum step, dst *[maxLanes]float64) {
	width, largest := uint(k.reps.width)&63, k.reps.mask>>1
	word := sum.a
	for cell := range k.cells {
		if cell == k.reps.per {
			word = sum.b
		}
		dst[cell] = float64(word & largest)
		word >>= width
	}
}

// put notes all cells' accuracy at a rate, a part of the way from a to b.
func (k *kernel) put(r, slot int, a, b *[maxLanes]float64, part, scale float64) {
	dst := k.block.values[(r*k.slots+slot)*k.cells:][:k.cells]
	for i := range dst {
		dst[i] = (a[i] + float64(part*(b[i]-a[i]))) * scale
	}
}

// fileCoarse files n slots of the block, rate by rate.
func (k *kernel) fileCoarse(n int) {
	for r := range k.rates {
		tails := k.tails[r*k.cells:][:k.cells]
		below, above := k.below[r*k.cells:][:len(tails)], k.above[r*k.cells:][:len(tails)]
		values := k.block.values[r*k.slots*k.cells:]
		for range n {
			row := values[:len(tails)]
			for i, v := range row {
				if v <= below[i] || v >= above[i] {
					tails[i].push(v)
				}
			}
			values = values[len(tails):]
		}
	}
}
