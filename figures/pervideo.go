package figures

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PerVideo compares two systems video by video: a hollow dot for the small
// model and a full one for the cascade, joined by a line. The area of a dot is
// in proportion to the clips of its video.
//
// Videos stand in order of the cascade's accuracy, the best on top, those equal
// in order of the small model's and then of their names. More than thirty stand
// closer. A figure higher than a page, some sixty videos, is an error: divide
// them.
type PerVideo struct {
	Page
	XLabel string
	// From and To name the systems in the key, "Small model" and "Cascade" if empty.
	From, To string
	Videos   []Video // at least one, of different names
}

// A Video is one video's clips: N of them, of which the systems have From and
// To right.
type Video struct {
	Name        string
	N, From, To int
}

func (f PerVideo) draw() (*sheet, error) { return f.compose(f) }

func (f PerVideo) check() error {
	if len(f.Videos) == 0 {
		return fmt.Errorf("no videos")
	}
	seen := map[string]bool{}
	for _, v := range f.Videos {
		if err := named("video", v.Name, seen); err != nil {
			return err
		}
		if v.N <= 0 || v.From < 0 || v.From > v.N || v.To < 0 || v.To > v.N {
			return fmt.Errorf("video %q: %d and %d right of %d clips", v.Name, v.From, v.To, v.N)
		}
	}
	return setAll("text", f.XLabel, f.From, f.To)
}

// sorted returns the videos from top to bottom.
func (f PerVideo) sorted() []Video {
	out := slices.Clone(f.Videos)
	slices.SortStableFunc(out, func(a, b Video) int {
		return cmp.Or(cmp.Compare(b.To*a.N, a.To*b.N), cmp.Compare(b.From*a.N, a.From*b.N), strings.Compare(a.Name, b.Name))
	})
	return out
}

const (
	manyVideos     = 30
	fewestRadius   = 1.4 * pt
	greatestRadius = 4.2 * pt
)

func (f PerVideo) lay(width int) (layout, error) {
	most := 0
	for _, v := range f.Videos {
		most = max(most, v.N)
	}
	chart := rowChart{
		xLabel: f.XLabel, head: "clips", axis: percentAxis,
		keys: []key{
			{otherwise(f.From, "Small model"), videoKey(true)},
			{otherwise(f.To, "Cascade"), videoKey(false)},
		},
		dense: len(f.Videos) > manyVideos,
	}
	for _, v := range f.sorted() {
		chart.see = append(chart.see, v.accuracy(v.From), v.accuracy(v.To))
		chart.rows = append(chart.rows, chartRow{
			name: v.Name, numbers: fmt.Sprint(v.N),
			draw: func(c *draw.Canvas, at func(float64) pos) { v.draw(c, at, v.radius(most)) },
		})
	}
	return chart.lay(width)
}

func (v Video) accuracy(right int) float64 { return 100 * float64(right) / float64(v.N) }

// radius returns the radius of a dot if that of most clips is the greatest.
func (v Video) radius(most int) int {
	return max(isqrt(float64(greatestRadius*greatestRadius*v.N/most)), fewestRadius)
}

func (v Video) draw(c *draw.Canvas, at func(float64) pos, radius int) {
	from, to := at(v.accuracy(v.From)), at(v.accuracy(v.To))
	if gap := to.X - from.X; gap > 2*radius || gap < -2*radius {
		inwards := radius * sign(gap)
		stroke(c, lineStyle(randomLook.line, 0.9*pt), pos{from.X + inwards, from.Y}, pos{to.X - inwards, to.Y})
	}
	dotOf(c, to, radius, false)
	dotOf(c, from, radius, true)
}

// dotOf draws a dot that another of the same place shows through.
func dotOf(c *draw.Canvas, p pos, radius int, hollow bool) {
	if !hollow {
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: translucent(palette[0].line, 200), Radius: points(radius), Shape: draw.CircleGlyph{}}, at(p))
		return
	}
	var ring vg.Path
	centre := at(p)
	r := points(radius - 0.4*pt)
	ring.Move(vg.Point{X: centre.X + r, Y: centre.Y})
	ring.Arc(centre, r, 0, 2*math.Pi)
	ring.Close()
	c.SetLineStyle(lineStyle(palette[1].text, 0.9*pt))
	c.Stroke(ring)
}

func videoKey(hollow bool) func(*draw.Canvas, pos) {
	return func(c *draw.Canvas, left pos) { dotOf(c, pos{left.X + keyWidth/2, left.Y}, 3*pt, hollow) }
}

// percentAxis is a linear axis within 0 and 100.
func percentAxis(lo, hi float64, length int) plot.Axis {
	a := linearAxis(lo, hi, length)
	a.Min, a.Max = max(a.Min, 0), min(a.Max, 100)
	chooseX(&a, stepKinds(a.Min, a.Max, 0), length)
	return a
}

func (f PerVideo) describe() string {
	better, worse := 0, 0
	for _, v := range f.Videos {
		switch {
		case v.To > v.From:
			better++
		case v.To < v.From:
			worse++
		}
	}
	return fmt.Sprintf("x axis: %s. %d videos: %s is better than %s in %d and worse in %d.",
		f.XLabel, len(f.Videos), otherwise(f.To, "Cascade"), otherwise(f.From, "Small model"), better, worse)
}
