package bootstrap

// Flips are what escalating each clip does to its answer under one cell: +1 if it
// corrects it, -1 if it breaks it, 0 if the answer stays right or stays wrong.
type Flips []int8

// movers are the entries of a ranking whose clips matter to a set of cells: all
// others are wrong or right whatever happens to them.
type movers struct {
	list []mover
	// classes group the movers that are alike in all cells; what is summed over
	// movers is summed over a class first.
	classes [][]int32
	// plus, minus and wrong say how often a class counts in a cell's sums over
	// corrected clips, broken clips, and clips that the small model gets wrong.
	plus, minus [][]share
	wrong       []share

	// stirring are the movers that escalation changes in some cell, gains what it
	// does: a row of corrected minus broken clips, in units.
	stirring []stirring
	gains    []row
	// points are the groups with a stirring mover: where the curves have a corner. An
	// empty one comes after the last.
	points []point
}

// mover is one entry with a stake: where its cluster's weights stand, and the
// clips deferred before its group and after it, as numbers of rows.
type mover struct{ cluster, first, end uint32 }

// stirring is a mover's cluster, and whether the mover is the last of its group.
type stirring struct{ cluster, last uint32 }

// point are the entries of a group.
type point struct{ first, end uint32 }

// share is a class with a number of clips.
type share struct{ class, clips uint32 }

// stake is what an entry's clips do in each cell.
type stake struct {
	plus, minus [maxLanes]uint16
	wrong       uint16
}

// newMovers gathers the movers of at most as many cells as a row has lanes. wrong
// marks the clips that the small model gets wrong.
func newMovers(r *Ranking, cells []Flips, wrong []bool, l *layout) *movers {
	m := &movers{plus: make([][]share, len(cells)), minus: make([][]share, len(cells))}
	class := map[stake]uint32{}
	for e, s := range stakes(r, cells, wrong) {
		if s == (stake{}) {
			continue
		}
		k, known := class[s]
		if !known {
			k = uint32(len(m.classes))
			class[s] = k
			m.classes = append(m.classes, nil)
			m.addShares(k, s)
		}
		m.classes[k] = append(m.classes[k], int32(len(m.list)))
		m.list = append(m.list, mover{r.cluster[e], uint32(r.first[e]), uint32(r.end[e])})
		m.stir(s, l)
	}
	m.points = append(m.points, point{})[:len(m.points)]
	return m
}

// stakes returns the stake of each entry.
func stakes(r *Ranking, cells []Flips, wrong []bool) []stake {
	out := make([]stake, len(r.cluster))
	for clip, e := range r.entry {
		s := &out[e]
		if wrong[clip] {
			s.wrong++
		}
		for cell, f := range cells {
			switch {
			case f[clip] > 0:
				s.plus[cell]++
			case f[clip] < 0:
				s.minus[cell]++
			}
		}
	}
	return out
}

// stir adds the last mover to the stirring ones if it is one.
func (m *movers) stir(s stake, l *layout) {
	if s.plus == s.minus {
		return
	}
	var gain row
	for cell := range m.plus {
		l.add(&gain, cell, (int(s.plus[cell])-int(s.minus[cell]))*l.unit)
	}
	at := m.list[len(m.list)-1]
	if n := len(m.points); n > 0 && m.points[n-1].first == at.first {
		m.stirring[len(m.stirring)-1].last = 0
	} else {
		m.points = append(m.points, point{at.first, at.end})
	}
	m.stirring, m.gains = append(m.stirring, stirring{at.cluster, 1}), append(m.gains, gain)
}

func (m *movers) addShares(class uint32, s stake) {
	for cell := range m.plus {
		if s.plus[cell] > 0 {
			m.plus[cell] = append(m.plus[cell], share{class, uint32(s.plus[cell])})
		}
		if s.minus[cell] > 0 {
			m.minus[cell] = append(m.minus[cell], share{class, uint32(s.minus[cell])})
		}
	}
	if s.wrong > 0 {
		m.wrong = append(m.wrong, share{class, uint32(s.wrong)})
	}
}
