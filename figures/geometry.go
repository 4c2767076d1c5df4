package figures

import (
	"cmp"
	"math"
)

// pt is one typographic point in the package's unit of length, 1/100 pt.
const pt = 100

// A pos is a place on the page in 1/100 pt. The origin is the lower left
// corner of the page and y points up.
type pos struct{ X, Y int }

// snap converts a length in points to 1/100 pt. Rounding to a millionth first
// makes values that should be ties, such as half of an odd number of 1/100 pt,
// ties on every architecture, whatever their last bits.
func snap(points float64) int {
	return int(math.Round(math.Round(points*1e6) / 1e4))
}

// isqrt returns the square root of n, rounded to the nearest integer.
func isqrt(n float64) int { return int(math.Sqrt(n) + 0.5) }

// distance returns the distance between p and the segment from a to b. The
// products are of integers: floating point would fuse them on some machines.
func distance(p, a, b pos) int {
	dx, dy := b.X-a.X, b.Y-a.Y
	px, py := p.X-a.X, p.Y-a.Y
	length2 := dx*dx + dy*dy
	along := px*dx + py*dy
	switch {
	case along <= 0 || length2 == 0:
		return isqrt(float64(px*px + py*py))
	case along >= length2:
		qx, qy := p.X-b.X, p.Y-b.Y
		return isqrt(float64(qx*qx + qy*qy))
	}
	across := px*dy - py*dx
	if across < 0 {
		across = -across
	}
	return int(float64(across)/math.Sqrt(float64(length2)) + 0.5)
}

// side says on which side of the line from a to b the place p lies: positive
// for left, negative for right, zero for on it.
func side(p, a, b pos) int {
	return (b.X-a.X)*(p.Y-a.Y) - (b.Y-a.Y)*(p.X-a.X)
}

// crosses reports whether the segments ab and cd have a point in common.
// Segments that lie on one line do not count.
func crosses(a, b, c, d pos) bool {
	s1, s2 := sign(side(a, c, d)), sign(side(b, c, d))
	s3, s4 := sign(side(c, a, b)), sign(side(d, a, b))
	return (s1 != 0 || s2 != 0) && s1*s2 <= 0 && s3*s4 <= 0
}

func sign(n int) int { return cmp.Compare(n, 0) }

// A box is an upright rectangle, edges included.
type box struct{ x0, y0, x1, y1 int }

func (b box) width() int  { return b.x1 - b.x0 }
func (b box) height() int { return b.y1 - b.y0 }
func (b box) centre() pos { return pos{(b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2} }

// grow returns b with every edge moved outwards by d.
func (b box) grow(d int) box { return box{b.x0 - d, b.y0 - d, b.x1 + d, b.y1 + d} }

// holds reports whether p lies in b.
func (b box) holds(p pos) bool {
	return p.X >= b.x0 && p.X <= b.x1 && p.Y >= b.y0 && p.Y <= b.y1
}

// covers reports whether all of c lies in b.
func (b box) covers(c box) bool {
	return c.x0 >= b.x0 && c.x1 <= b.x1 && c.y0 >= b.y0 && c.y1 <= b.y1
}

// meets reports whether b and c have a point in common.
func (b box) meets(c box) bool {
	return b.x0 <= c.x1 && c.x0 <= b.x1 && b.y0 <= c.y1 && c.y0 <= b.y1
}

// union returns the smallest box that covers b and c.
func (b box) union(c box) box {
	return box{min(b.x0, c.x0), min(b.y0, c.y0), max(b.x1, c.x1), max(b.y1, c.y1)}
}

// nearest returns the point of b nearest to p.
func (b box) nearest(p pos) pos {
	return pos{min(max(p.X, b.x0), b.x1), min(max(p.Y, b.y0), b.y1)}
}

func (b box) corners() [4]pos {
	return [4]pos{{b.x0, b.y0}, {b.x1, b.y0}, {b.x1, b.y1}, {b.x0, b.y1}}
}

// around returns the box of the segment from a to c.
func around(a, c pos) box {
	return box{min(a.X, c.X), min(a.Y, c.Y), max(a.X, c.X), max(a.Y, c.Y)}
}

// cut reports whether the segment from a to c has a point in b.
func (b box) cut(a, c pos) bool {
	if !b.meets(around(a, c)) {
		return false
	}
	if b.holds(a) || b.holds(c) {
		return true
	}
	k := b.corners()
	return crosses(a, c, k[0], k[2]) || crosses(a, c, k[1], k[3])
}

// gap returns the distance between b and the segment from a to c, 0 if they meet.
func (b box) gap(a, c pos) int {
	if b.cut(a, c) {
		return 0
	}
	na, nc := b.nearest(a), b.nearest(c)
	least := min(distance(a, na, na), distance(c, nc, nc))
	for _, k := range b.corners() {
		least = min(least, distance(k, a, c))
	}
	return least
}

// apart returns the distance between two boxes, 0 if they meet.
func (b box) apart(c box) int {
	dx := max(b.x0-c.x1, c.x0-b.x1, 0)
	dy := max(b.y0-c.y1, c.y0-b.y1, 0)
	return isqrt(float64(dx*dx + dy*dy))
}

// A polyline is a chain of places, or a polygon where the context says so.
type polyline []pos

// gap returns the distance between the chain and b, or far if that is less.
func (l polyline) gap(b box, far int) int {
	near, least := b.grow(far), far
	if len(l) == 1 {
		return min(far, b.gap(l[0], l[0]))
	}
	for i := 1; i < len(l); i++ {
		if near.meets(around(l[i-1], l[i])) {
			least = min(least, b.gap(l[i-1], l[i]))
		}
	}
	return least
}

// meets reports whether the chain has a point in b.
func (l polyline) meets(b box) bool {
	if len(l) == 1 {
		return b.holds(l[0])
	}
	for i := 1; i < len(l); i++ {
		if b.cut(l[i-1], l[i]) {
			return true
		}
	}
	return false
}

// distance returns the distance between the chain and p, or far if that is less.
func (l polyline) distance(p pos, far int) int {
	return l.gap(box{p.X, p.Y, p.X, p.Y}, far)
}

// crossed reports whether the segment from a to b crosses the chain.
func (l polyline) crossed(a, b pos) bool {
	near := around(a, b)
	for i := 1; i < len(l); i++ {
		if near.meets(around(l[i-1], l[i])) && crosses(a, b, l[i-1], l[i]) {
			return true
		}
	}
	return false
}

// encloses reports whether p lies in the polygon l, by the even-odd rule.
func (l polyline) encloses(p pos) bool {
	inside := false
	for i, a := range l {
		b := l[(i+1)%len(l)]
		if (a.Y > p.Y) == (b.Y > p.Y) {
			continue
		}
		if (side(p, a, b) > 0) == (b.Y > a.Y) {
			inside = !inside
		}
	}
	return inside
}

// A region is a polygon with the box around it.
type region struct {
	edge polyline
	box  box
}

func newRegion(polygon polyline) region {
	r := region{edge: polygon, box: around(polygon[0], polygon[0])}
	for _, p := range polygon {
		r.box = r.box.union(around(p, p))
	}
	return r
}

func (r region) holds(p pos) bool { return r.box.holds(p) && r.edge.encloses(p) }

// along returns n places spread evenly over the length of the chain, both ends
// among them; a chain without length has one.
func (l polyline) along(n int) []pos {
	total := 0
	lengths := make([]int, len(l))
	for i := 1; i < len(l); i++ {
		lengths[i] = distance(l[i-1], l[i], l[i])
		total += lengths[i]
	}
	if total == 0 || n < 2 {
		return l[:1]
	}
	places := make([]pos, 0, n)
	seg, done := 1, 0
	for k := range n {
		want := total * k / (n - 1)
		for seg < len(l)-1 && done+lengths[seg] < want {
			done += lengths[seg]
			seg++
		}
		a, b, w := l[seg-1], l[seg], max(lengths[seg], 1)
		t := min(max(want-done, 0), w)
		places = append(places, pos{a.X + (b.X-a.X)*t/w, a.Y + (b.Y-a.Y)*t/w})
	}
	return places
}

// simplify drops the inner points of a chain that lie within tolerance of the
// chain without them (Douglas and Peucker 1973). The ends stay.
func (l polyline) simplify(tolerance int) polyline {
	if len(l) < 3 {
		return l
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	stack := [][2]int{{0, len(l) - 1}}
	for len(stack) > 0 {
		span := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		at, worst := 0, tolerance
		for i := span[0] + 1; i < span[1]; i++ {
			if d := distance(l[i], l[span[0]], l[span[1]]); d > worst {
				at, worst = i, d
			}
		}
		if at > 0 {
			keep[at] = true
			stack = append(stack, [2]int{span[0], at}, [2]int{at, span[1]})
		}
	}
	var out polyline
	for i, k := range keep {
		if k {
			out = append(out, l[i])
		}
	}
	return out
}
