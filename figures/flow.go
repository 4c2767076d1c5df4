package figures

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Flow is how clips pass through the stages of a cascade (a Sankey diagram of a
// tree): every ribbon is as thick as the number of clips in it, and ends in an
// exit whose name, count, share and accuracy stand at the right.
//
// The bar of an exit is filled for the clips it has right and empty for those
// it has wrong; it is grey where nobody counted them. Exits that no clip took
// are listed, without a ribbon. Stages run from left to right, at most six, and
// the exits of one stage have one colour.
type Flow struct {
	Page
	// Root holds all clips.
	Root Branch
	// Unit is the plural of what flows, "clips" if empty.
	Unit string
}

// A Branch is clips that went the same way so far.
type Branch struct {
	// Name is unique among its siblings.
	Name string
	// N counts the clips. It is the sum over Into, unless that is empty.
	N int
	// Right counts those that an exit answers rightly, −1 for unknown. It is only
	// looked at in an exit.
	Right int
	// Into is where the clips go next, from top to bottom; none for an exit.
	Into []Branch
}

const deepest = 6 // stages of a flow

func (f Flow) draw() (*sheet, error) { return f.compose(f) }

func (f Flow) check() error {
	if f.Root.N <= 0 {
		return fmt.Errorf("nothing flows: %d %s", f.Root.N, f.unit())
	}
	if len(f.Root.Into) == 0 {
		return fmt.Errorf("%q has no exits", f.Root.Name)
	}
	if err := named("branch", f.Root.Name, map[string]bool{}); err != nil {
		return err
	}
	if err := f.Root.check(1); err != nil {
		return err
	}
	return setAll("unit", f.Unit)
}

func (b *Branch) check(depth int) error {
	switch {
	case b.N < 0:
		return fmt.Errorf("branch %q: %d clips", b.Name, b.N)
	case len(b.Into) == 0 && (b.Right < -1 || b.Right > b.N):
		return fmt.Errorf("exit %q: %d of %d right", b.Name, b.Right, b.N)
	case len(b.Into) == 0:
		return nil
	case depth > deepest:
		return fmt.Errorf("branch %q: more than %d stages", b.Name, deepest)
	}
	sum := 0
	seen := map[string]bool{}
	for i := range b.Into {
		k := &b.Into[i]
		if err := named("branch", k.Name, seen); err != nil {
			return fmt.Errorf("branch %q: %w", b.Name, err)
		}
		if err := k.check(depth + 1); err != nil {
			return err
		}
		sum += k.N
	}
	if sum != b.N {
		return fmt.Errorf("branch %q: %d clips go in and %d out", b.Name, b.N, sum)
	}
	return nil
}

func (f Flow) unit() string {
	if strings.TrimSpace(f.Unit) == "" {
		return "clips"
	}
	return f.Unit
}

// depth returns the number of stages from b on, 0 for an exit.
func (b *Branch) depth() int {
	d := 0
	for i := range b.Into {
		d = max(d, b.Into[i].depth()+1)
	}
	return d
}

// exits lists the leaves from top to bottom.
func (b *Branch) exits() []*Branch {
	if len(b.Into) == 0 {
		return []*Branch{b}
	}
	var out []*Branch
	for i := range b.Into {
		out = append(out, b.Into[i].exits()...)
	}
	return out
}

// Lengths of a flow.
const (
	flowBar  = 6 * pt
	flowGap  = 6 * pt // between an exit and the name of the branch below it
	exitText = 5 * pt // from the bar of an exit to its name
)

// A flowNode is a branch with its place, downwards from the top of the body.
type flowNode struct {
	*Branch
	depth      int
	top, thick int
	text       blocks // beside an exit, above another branch
	textTop    int
	into       []*flowNode
}

// A flowLayout places a flow: a branch is level with its first exit, and the gap
// above it is high enough for its name, so nothing can stand on it.
type flowLayout struct {
	Flow
	root  *flowNode
	pitch int // from stage to stage
	exitX int // where the bars of exits begin
	textX int
	free  int // the depth that is taken
	whole int // thickness of all clips
}

func (f Flow) lay(width int) (layout, error) {
	l := &flowLayout{Flow: f, whole: heightOne}
	if f.Width == DoubleColumn {
		l.whole = heightWide
	}
	wanted := 0
	for _, e := range f.Root.exits() {
		for _, p := range f.exitText(e) {
			wanted = max(wanted, p.style.width(p.text))
		}
	}
	wanted = min(wanted, width*40/100)
	l.textX = width - wanted
	l.exitX = l.textX - exitText - flowBar
	l.pitch = l.exitX / f.Root.depth()
	if err := roomy("a stage", l.pitch, 32*pt); err != nil {
		return layout{}, err
	}
	l.root = l.place(&f.Root, 0, wanted)
	return layout{height: l.free, draw: l.draw}, nil
}

// exitText says what stands beside an exit.
func (f Flow) exitText(e *Branch) []passage {
	counts := fmt.Sprintf("%d (%s)", e.N, percent(e.N, f.Root.N))
	switch {
	case e.N == 0:
		counts = "0"
	case e.Right >= 0:
		counts += fmt.Sprintf(", %s right", percent(e.Right, e.N))
	}
	return []passage{{flowName, e.Name}, {flowCount, counts}}
}

var (
	flowName  = style{bold: true, size: 7.5 * pt, color: ink}
	flowCount = style{size: 7.5 * pt, color: ink}
)

// percent writes k of n in per cent to one decimal.
func percent(k, n int) string {
	tenths := (2000*k + n) / (2 * n)
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

// thickness returns how thick n clips are.
func (l *flowLayout) thickness(n int) int { return (2*l.whole*n + l.Root.N) / (2 * l.Root.N) }

// place lays out b and all after it below what is placed already.
func (l *flowLayout) place(b *Branch, depth, exitWidth int) *flowNode {
	n := &flowNode{Branch: b, depth: depth, thick: l.thickness(b.N)}
	if len(b.Into) == 0 {
		n.text = newBlocks(exitWidth, l.exitText(b)...)
		h := max(n.text.height()-blockGap, n.thick)
		n.top = l.free + (h-n.thick)/2
		n.textTop = l.free + (h-(n.text.height()-blockGap))/2
		l.free += h + flowGap
		return n
	}
	room := l.exitX - depth*l.pitch
	if len(b.Into[0].Into) > 0 { // its name stands to the right of this one
		room = l.pitch
	}
	n.text = newBlocks(room-3*pt, passage{flowName, b.Name}, passage{flowCount, fmt.Sprintf("%d %s", b.N, l.unit())})
	n.textTop = l.free
	start := l.free
	l.free += n.text.height()
	for i := range b.Into {
		if i > 0 && len(b.Into[i].Into) > 0 {
			l.free += flowGap
		}
		child := l.place(&b.Into[i], depth+1, exitWidth)
		if i == 0 && len(child.Into) > 0 {
			// The names of nested branches share one gap.
			n.textTop = max(start, child.textTop+child.text.height()-n.text.height())
		}
		n.into = append(n.into, child)
	}
	n.top = n.into[0].top
	if n.depth == 0 {
		l.free -= flowGap
	}
	return n
}

func (l *flowLayout) draw(s *sheet, b box) {
	c := s.canvas()
	l.drawRibbons(&c, l.root, b)
	l.drawNodes(s, &c, l.root, b)
}

// x returns where the bar of a node begins.
func (l *flowLayout) x(n *flowNode) int {
	if len(n.Into) == 0 {
		return l.exitX
	}
	return n.depth * l.pitch
}

// hue returns the colour of the exits of a stage.
func hue(depth int) look { return palette[(depth-1)%len(palette)] }

// drawRibbons draws the clips that leave n, and so on.
func (l *flowLayout) drawRibbons(c *draw.Canvas, n *flowNode, b box) {
	from := n.top
	for _, child := range n.into {
		shade := translucent(oracleLook.line, 60)
		if len(child.Into) == 0 {
			shade = translucent(hue(child.depth).line, 110)
		}
		if child.N > 0 {
			x0 := b.x0 + l.x(n) + flowBar
			x1 := b.x0 + l.x(child)
			ribbon(c, shade, pos{x0, b.y1 - from}, pos{min(x0+l.pitch-flowBar, x1), b.y1 - child.top}, x1, max(child.thick, 0.4*pt))
		}
		from += child.thick
		l.drawRibbons(c, child, b)
	}
}

// ribbon fills a band whose upper edge bends from one place to another and runs
// level from there to end.
func ribbon(c *draw.Canvas, shade color.Color, from, to pos, end, thick int) {
	half := (from.X + to.X) / 2
	var p vg.Path
	p.Move(at(from))
	p.CubeTo(at(pos{half, from.Y}), at(pos{half, to.Y}), at(to))
	p.Line(at(pos{end, to.Y}))
	p.Line(at(pos{end, to.Y - thick}))
	p.Line(at(pos{to.X, to.Y - thick}))
	p.CubeTo(at(pos{half, to.Y - thick}), at(pos{half, from.Y - thick}), at(pos{from.X, from.Y - thick}))
	p.Close()
	c.SetColor(shade)
	c.Fill(p)
}

// drawNodes draws the bars and names of n and all after it.
func (l *flowLayout) drawNodes(s *sheet, c *draw.Canvas, n *flowNode, b box) {
	x := b.x0 + l.x(n)
	bar := box{x, b.y1 - n.top - n.thick, x + flowBar, b.y1 - n.top}
	switch {
	case len(n.Into) > 0:
		fill(c, ink, bar)
		n.text.draw(s, pos{x, b.y1 - n.textTop})
	default:
		if n.N > 0 {
			drawExit(c, n, bar)
		}
		n.text.draw(s, pos{b.x0 + l.textX, b.y1 - n.textTop})
	}
	for _, child := range n.into {
		l.drawNodes(s, c, child, b)
	}
}

// drawExit draws the bar of an exit, filled from below for the clips it has
// right.
func drawExit(c *draw.Canvas, n *flowNode, bar box) {
	rim := hue(n.depth).text
	bar.y0 = min(bar.y0, bar.y1-0.4*pt)
	if n.Right < 0 {
		fill(c, randomLook.line, bar)
		return
	}
	fill(c, white, bar)
	full := bar
	full.y1 = bar.y0 + bar.height()*n.Right/n.N
	fill(c, rim, full)
	if bar.height() > 1.5*pt {
		outline(c, lineStyle(rim, 0.5*pt), bar.grow(-0.25*pt))
	}
}

func (f Flow) describe() string {
	var parts []string
	for _, e := range f.Root.exits() {
		text := f.exitText(e)
		parts = append(parts, text[0].text+": "+text[1].text)
	}
	return fmt.Sprintf("%s: %d %s. Exits: %s.", f.Root.Name, f.Root.N, f.unit(), strings.Join(parts, "; "))
}
