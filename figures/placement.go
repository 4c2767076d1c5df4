package figures

import (
	"cmp"
	"slices"
)

// A scene is what the names in one panel must keep clear of.
type scene struct {
	area     box // names of dots stay inside
	inner    box // names of curves stay inside
	curves   []polyline
	passable []bool   // curves that leaders to others may cross, at a cost
	bands    []region // names may lie on them, at a cost
	solids   []box    // markers, error bars and names of guides
	hull     polyline // names stay off it
}

// A labelling is a name that wants a place. Its owner is a curve or a solid of
// the scene, by index.
type labelling struct {
	style  style
	blocks [][]string // the name in one line, in two, ...
	curve  int        // -1 if the owner is a solid
	solid  int
	dot    pos // centre of the owner's marker, for a solid
}

// A placed is a possible place for a name.
type placed struct {
	lines  []string
	box    box
	to     pos // the place on the owner that the name belongs to
	leader bool
	from   pos // where the leader to that place begins
	cost   int
}

// Distances in 1/100 pt and costs of the search. A cost of 100 is as bad as
// standing one point farther away.
const (
	clearCurve   = 1.6 * pt // least distance from any curve
	clearSolid   = 1.5 * pt // and from any marker or error bar
	clearName    = 2.5 * pt // and from other names and leaders
	closeEnough  = 8 * pt   // beyond, a name needs a leader
	nearerBy     = 2.5 * pt // a name is nearer to its own curve than to others by this
	clearLed     = 4 * pt   // least distance of a name with a leader from curves of others
	visibleAlone = 2.5 * pt // a leader ends where its curve is at least this far from others
	farthest     = 45 * pt

	costLeader  = 9 * pt
	costLine    = 5 * pt   // of every line after the first
	costCross   = 7 * pt   // of every curve that a leader crosses
	costBand    = 1.2 * pt // of every ninth of the name that lies on a band
	costSlant   = 2 * pt   // of a point's name that is not level with it
	costCrowd   = 12 * pt  // of an anchor where curves touch; falls to 0 with distance
	tooDear     = 34 * pt  // mean cost of a name from which a legend reads better
	bestPlaces  = 90       // places per name that the search combines
	searchNodes = 60000
)

// search places all names, or reports false if it finds no way that is clean.
// The cost is the sum over the names.
func (s *scene) search(names []labelling) ([]placed, int, bool) {
	options := make([][]placed, len(names))
	for i := range names {
		if names[i].curve >= 0 {
			options[i] = s.besideCurve(&names[i])
		} else {
			options[i] = s.besideDot(&names[i])
		}
		if len(options[i]) == 0 {
			return nil, 0, false
		}
		slices.SortStableFunc(options[i], func(a, b placed) int { return cmp.Compare(a.cost, b.cost) })
		options[i] = thin(options[i])
	}
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(options[a]), len(options[b])) })
	b := &branching{options: options, order: order, chosen: make([]int, len(names)), best: -1, left: searchNodes}
	b.descend(0, 0)
	if b.best < 0 {
		return nil, 0, false
	}
	out := make([]placed, len(names))
	for i, k := range b.bestChosen {
		out[i] = options[i][k]
	}
	return out, b.best, true
}

// thin keeps the best places, but of places almost on top of each other only
// the first, so that those kept differ.
func thin(sorted []placed) []placed {
	var kept []placed
	for _, p := range sorted {
		same := func(q placed) bool {
			a, b := p.box.centre(), q.box.centre()
			return len(p.lines) == len(q.lines) && around(a, b).width() < 2*pt && around(a, b).height() < 2*pt
		}
		if !slices.ContainsFunc(kept, same) {
			kept = append(kept, p)
		}
		if len(kept) == bestPlaces {
			break
		}
	}
	return kept
}

// branching is a branch-and-bound search for the cheapest compatible choice.
type branching struct {
	options    [][]placed
	order      []int
	chosen     []int
	bestChosen []int
	best       int // cost of bestChosen, -1 for none yet
	left       int // nodes that may still be visited
}

// descend chooses for the names order[depth:], given the cost so far.
func (b *branching) descend(depth, cost int) {
	if depth == len(b.order) {
		b.best, b.bestChosen = cost, slices.Clone(b.chosen)
		return
	}
	rest := 0
	for _, i := range b.order[depth+1:] {
		rest += b.options[i][0].cost
	}
	i := b.order[depth]
	for k, p := range b.options[i] {
		if b.best >= 0 && cost+p.cost+rest >= b.best || b.left == 0 {
			return
		}
		b.left--
		if b.compatible(depth, p) {
			b.chosen[i] = k
			b.descend(depth+1, cost+p.cost)
		}
	}
}

func (b *branching) compatible(depth int, p placed) bool {
	for _, j := range b.order[:depth] {
		q := b.options[j][b.chosen[j]]
		if p.box.grow(clearName).meets(q.box) ||
			p.leader && q.box.grow(clearName).cut(p.from, p.to) ||
			q.leader && p.box.grow(clearName).cut(q.from, q.to) ||
			p.leader && q.leader && crosses(p.from, p.to, q.from, q.to) {
			return false
		}
	}
	return true
}

// besideCurve lists the places for a curve's name: above and below anchors
// along the curve, and behind its end.
func (s *scene) besideCurve(n *labelling) []placed {
	var out []placed
	own := s.curves[n.curve]
	for _, anchor := range own.along(28) {
		alone := s.alone(n.curve, anchor)
		for _, lines := range n.blocks {
			w, h := n.style.blockSize(lines)
			for _, gap := range []int{2 * pt, 4 * pt, 7 * pt, 12 * pt, 18 * pt, 26 * pt} {
				for _, x := range []int{anchor.X - w/2, anchor.X - w, anchor.X, anchor.X - w - gap, anchor.X + gap} {
					for _, y := range []int{anchor.Y + gap, anchor.Y - gap - h, anchor.Y - h/2} {
						b := box{x, y, x + w, y + h}
						if p, ok := s.rateCurve(n.curve, b, anchor, alone); ok {
							p.lines = lines
							p.cost += (len(lines) - 1) * costLine
							out = append(out, p)
						}
					}
				}
			}
		}
	}
	return out
}

// alone returns the distance from a place on a curve to the nearest other curve.
func (s *scene) alone(curve int, p pos) int {
	least := farthest
	for i, c := range s.curves {
		if i != curve {
			least = min(least, c.distance(p, least))
		}
	}
	return least
}

// rateCurve returns the cost of a curve's name in box b with its leader, if it
// needs one, to the anchor; false if the name must not stand there.
func (s *scene) rateCurve(curve int, b box, anchor pos, alone int) (placed, bool) {
	p := placed{box: b, to: anchor}
	if !s.inner.covers(b) || !s.free(b, -1) || s.hull.meets(b) {
		return p, false
	}
	for _, c := range s.curves {
		if c.meets(b.grow(clearCurve)) {
			return p, false
		}
	}
	own := s.curves[curve].gap(b, closeEnough+1)
	near := own + nearerBy
	for i, c := range s.curves {
		if i != curve {
			near = min(near, c.gap(b, near))
		}
	}
	from := b.nearest(anchor)
	if slices.ContainsFunc(s.solids, func(solid box) bool { return solid.cut(from, anchor) && !solid.holds(anchor) }) {
		return p, false
	}
	if own <= closeEnough && near >= own+nearerBy {
		p.cost = own + s.onBands(b) + max(0, costCrowd-alone)/2
		return p, true
	}
	p.leader, p.from = true, from
	length := distance(p.from, anchor, anchor)
	if alone < visibleAlone || length < 4*pt || length > farthest {
		return p, false
	}
	for i, c := range s.curves {
		if i != curve && c.meets(b.grow(clearLed)) {
			return p, false
		}
	}
	crossed, ok := s.sees(p.from, p.to, curve, -1)
	if !ok {
		return p, false
	}
	p.cost = costLeader + crossed + length + s.onBands(b) + max(0, costCrowd-alone)/2
	return p, true
}

// free reports whether a name may stand in b as far as the area and all solids
// but one are concerned. Its own solid a name may approach more closely.
func (s *scene) free(b box, own int) bool {
	if !s.area.covers(b) {
		return false
	}
	for i, solid := range s.solids {
		if i != own && b.grow(clearSolid).meets(solid) || i == own && b.grow(pt).meets(solid) {
			return false
		}
	}
	return true
}

// sees returns the cost of the curves that the segment from a to b crosses,
// false if it may not: where it meets a solid other than own, a coloured curve,
// or the curve that it leads to before its end.
func (s *scene) sees(a, b pos, curve, own int) (cost int, ok bool) {
	for i, solid := range s.solids {
		if i != own && solid.cut(a, b) {
			return 0, false
		}
	}
	for i, c := range s.curves {
		end := b
		if i == curve { // stop short of the anchor
			end = pos{b.X + (a.X-b.X)/8, b.Y + (a.Y-b.Y)/8}
		}
		if !c.crossed(a, end) {
			continue
		}
		if i == curve || !s.passable[i] {
			return 0, false
		}
		cost += costCross
	}
	return cost, true
}

// onBands returns the cost of the part of b that lies on bands.
func (s *scene) onBands(b box) int {
	cost := 0
	for i := range 3 {
		for j := range 3 {
			p := pos{b.x0 + b.width()*i/2, b.y0 + b.height()*j/2}
			if slices.ContainsFunc(s.bands, func(r region) bool { return r.holds(p) }) {
				cost += costBand
			}
		}
	}
	return cost
}

// besideDot lists the places for the name of a point or mark: around its
// marker and around its whole error bar.
func (s *scene) besideDot(n *labelling) []placed {
	var out []placed
	bar := s.solids[n.solid]
	marker := box{n.dot.X, n.dot.Y, n.dot.X, n.dot.Y}.grow(dotRadius)
	for _, lines := range n.blocks {
		w, h := n.style.blockSize(lines)
		for _, gap := range []int{2.5 * pt, 4 * pt, 6 * pt, 9 * pt, 13 * pt, 18 * pt, 24 * pt, 30 * pt} {
			rows := []int{n.dot.Y - h/2, marker.y1 + gap, marker.y0 - gap - h, bar.y1 + gap, bar.y0 - gap - h}
			columns := []int{marker.x1 + gap, marker.x0 - gap - w, bar.x1 + gap, bar.x0 - gap - w, n.dot.X - w/2, n.dot.X - w*4/5, n.dot.X - w/5}
			for _, y := range rows {
				for _, x := range columns {
					b := box{x, y, x + w, y + h}
					if p, ok := s.rateDot(n, b, y != rows[0]); ok {
						p.lines = lines
						p.cost += (len(lines) - 1) * costLine
						out = append(out, p)
					}
				}
			}
		}
	}
	return out
}

// rateDot returns the cost of a point's name in box b, false if it must not
// stand there. slant says that the name is not level with the marker.
func (s *scene) rateDot(n *labelling, b box, slant bool) (placed, bool) {
	p := placed{box: b, to: n.dot}
	if !s.free(b, n.solid) || s.hull.meets(b) {
		return p, false
	}
	for _, c := range s.curves {
		if c.meets(b.grow(clearCurve)) {
			return p, false
		}
	}
	own := b.apart(s.solids[n.solid])
	near := farthest
	for i, solid := range s.solids {
		if i != n.solid {
			near = min(near, b.apart(solid))
		}
	}
	p.cost = own + s.onBands(b)
	if slant {
		p.cost += costSlant + max(b.centre().X-n.dot.X, n.dot.X-b.centre().X)/8
	}
	if own <= closeEnough && near >= own+nearerBy {
		return p, true
	}
	p.leader, p.from = true, b.nearest(n.dot)
	crossed, ok := s.seesDot(p.from, n)
	p.cost += costLeader + crossed
	return p, ok
}

// seesDot reports whether a leader may run to the named dot. Curves may end in
// the dot, so only the way up to its marker counts.
func (s *scene) seesDot(from pos, n *labelling) (cost int, ok bool) {
	length := distance(from, n.dot, n.dot)
	if length < 4*pt+dotRadius {
		return 0, false
	}
	const reach int = dotRadius + 1.5*pt
	end := pos{n.dot.X + (from.X-n.dot.X)*reach/length, n.dot.Y + (from.Y-n.dot.Y)*reach/length}
	return s.sees(from, end, -1, n.solid)
}

// blockSize returns the size of a block of lines.
func (st style) blockSize(lines []string) (w, h int) {
	for _, l := range lines {
		w = max(w, st.width(l))
	}
	return w, st.height(len(lines))
}
