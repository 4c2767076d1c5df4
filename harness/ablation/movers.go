package ablation

// flips are what escalating each clip does to its answer under one cell: +1 if it
// corrects it, -1 if it breaks it, 0 if the answer stays right or stays wrong.
type flips []int8

// movers are the entries of a ranking whose clips matter to a set of cells: all
// others are wrong or right whatever happens to them. Cells stand in lanes, as
// replicates do in package-wide words: two words hold them all.
type movers struct {
	list []mover
	// stirring are those of the list that escalation changes in some lane.
	stirring []mover
	// classes group the movers that are alike in all lanes; what is summed over
	// movers is summed over a class first.
	classes [][]int32
	// plus, minus and wrong say how often a class counts in a lane's sums over
	// corrected clips, broken clips, and clips that the small model gets wrong.
	plus, minus [][]share
	wrong       []share
}

// mover is one entry with a stake.
type mover struct {
	cluster    uint32
	first, end int32 // the entries of its group
	last       bool  // the last mover of its group
	single     bool  // its group is one clip
	// gain holds, in each lane, corrected minus broken clips, as one signed sum of
	// lanes: times a weight it adds to a word of sums that are never negative.
	gain step
}

// share is a class with a number of clips.
type share struct {
	class int32
	clips uint64
}

// stake is what an entry's clips do in each lane.
type stake struct {
	plus, minus [maxLanes]uint16
	wrong       uint16
}

// maxPer bounds the lanes of a word, maxLanes those of two: lanes may be wider
// than sums need.
const (
	maxPer   = 8
	maxLanes = 2 * maxPer
)

// newMovers gathers the movers of at most as many cells as two words have lanes.
// wrong marks the clips that the small model gets wrong.
func newMovers(r *ranking, cells []flips, wrong []bool, width int) *movers {
	stakes := make([]stake, len(r.cluster))
	for clip, e := range r.entry {
		s := &stakes[e]
		if wrong[clip] {
			s.wrong++
		}
		for lane, f := range cells {
			switch {
			case f[clip] > 0:
				s.plus[lane]++
			case f[clip] < 0:
				s.minus[lane]++
			}
		}
	}
	m := &movers{plus: make([][]share, len(cells)), minus: make([][]share, len(cells))}
	class := map[stake]int32{}
	for e, s := range stakes {
		if s == (stake{}) {
			continue
		}
		k, known := class[s]
		if !known {
			k = int32(len(m.classes))
			class[s] = k
			m.classes = append(m.classes, nil)
			m.addShares(k, s)
		}
		m.classes[k] = append(m.classes[k], int32(len(m.list)))
		m.list = append(m.list, mover{cluster: r.cluster[e], first: r.first[e], end: r.end[e], gain: s.gain(width)})
	}
	for i := range m.list {
		at := &m.list[i]
		at.last = i+1 == len(m.list) || m.list[i+1].first != at.first
		if at.gain != (step{}) {
			m.stirring = append(m.stirring, *at)
		}
		at.single = at.end == at.first+1 && r.clips[at.first] == 1
	}
	for i := range m.stirring {
		m.stirring[i].last = i+1 == len(m.stirring) || m.stirring[i+1].first != m.stirring[i].first
	}
	return m
}

func (m *movers) addShares(class int32, s stake) {
	for lane := range m.plus {
		if s.plus[lane] > 0 {
			m.plus[lane] = append(m.plus[lane], share{class, uint64(s.plus[lane])})
		}
		if s.minus[lane] > 0 {
			m.minus[lane] = append(m.minus[lane], share{class, uint64(s.minus[lane])})
		}
	}
	if s.wrong > 0 {
		m.wrong = append(m.wrong, share{class, uint64(s.wrong)})
	}
}

// gain packs corrected minus broken clips into lanes.
func (s stake) gain(width int) (g step) {
	per := min(64/width, maxPer)
	for lane := range per {
		shift := uint(lane * width)
		g.a += uint64(int64(s.plus[lane])-int64(s.minus[lane])) << shift
		g.b += uint64(int64(s.plus[per+lane])-int64(s.minus[per+lane])) << shift
	}
	return g
}

// lanes is how many cells two words hold.
func lanes(width int) int { return 2 * min(64/width, maxPer) }
