package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// streamUnit keeps the draw of one clip per video apart from others under one seed.
const streamUnit = 0x756e6974

// Unit is what a bound takes to be exchangeable: drawn alike and, for bounds
// with a probability, independently.
type Unit string

// The units of a bound.
const (
	// ByClip takes clips to be exchangeable, which clips of one video are not:
	// they share a speaker and a topic. The bound is then too small.
	ByClip Unit = "clip"
	// OnePerVideo keeps one clip of each video, drawn by the seed, and speaks of
	// a random clip of a new video. It costs most of the clips.
	OnePerVideo Unit = "one-per-video"
	// ByVideo takes the mean over each video as one observation, and speaks of a
	// random clip of a new video. Videos weigh alike, however long.
	ByVideo Unit = "video"
)

// keptLosses returns the loss of keeping each clip.
func (o RuleOptions) keptLosses(c Clips) ([]float64, error) {
	out := make([]float64, len(c.Keep))
	for i, q := range c.Keep {
		if out[i] = 1 - q; o.Loss != nil {
			out[i] = o.Loss(q)
		}
		if !(out[i] >= 0 && out[i] <= 1) {
			return nil, fmt.Errorf("the loss of keeping clip %d is %v, not in [0,1]: give Loss", i, out[i])
		}
		if math.IsInf(c.U[i], -1) {
			return nil, fmt.Errorf("the uncertainty of clip %d is −∞: no threshold can defer it", i)
		}
	}
	return out, nil
}

// calibration is what a bound is computed from.
type calibration struct {
	u, loss []float64
	// video is the place of each clip's video, videos their number.
	video  []int
	videos int
	// size is the number of clips of each video.
	size []float64
}

// calibrate reduces clips to the unit of the bound, with the caveat that goes
// with it, "" for none.
func calibrate(c Clips, o RuleOptions) (cal calibration, caveat string, err error) {
	loss, err := o.keptLosses(c)
	if err != nil {
		return cal, "", err
	}
	cal = calibration{u: c.U, loss: loss}
	if c.Videos == nil {
		if o.Unit == OnePerVideo || o.Unit == ByVideo {
			return cal, "", fmt.Errorf("a bound by video needs the videos of the clips")
		}
		return cal.single(), "no videos were given: the bound holds only if clips are independent", nil
	}
	cal.number(c.Videos)
	switch o.Unit {
	case "", ByClip:
		if cal.videos < len(cal.u) {
			caveat = fmt.Sprintf("the bound takes %d clips of %d videos to be exchangeable; clips of one video depend on each other, so it is too small",
				len(cal.u), cal.videos)
		}
		return cal.single(), caveat, nil
	case OnePerVideo:
		return cal.thin(o.Seed), "", nil
	case ByVideo:
		return cal, "", nil
	}
	return cal, "", fmt.Errorf("unknown unit %q of a bound", o.Unit)
}

// number fills in the videos in the order in which they first appear.
func (cal *calibration) number(videos []string) {
	place := map[string]int{}
	for _, v := range videos {
		k, ok := place[v]
		if !ok {
			k = len(place)
			place[v] = k
			cal.size = append(cal.size, 0)
		}
		cal.video = append(cal.video, k)
		cal.size[k]++
	}
	cal.videos = len(place)
}

// single makes each clip its own video.
func (cal calibration) single() calibration {
	cal.videos = len(cal.u)
	cal.video, cal.size = make([]int, cal.videos), make([]float64, cal.videos)
	for i := range cal.video {
		cal.video[i], cal.size[i] = i, 1
	}
	return cal
}

// thin draws one clip of each video.
func (cal calibration) thin(seed uint64) calibration {
	rng := rand.New(rand.NewPCG(seed, streamUnit))
	members := make([][]int, cal.videos)
	for i, k := range cal.video {
		members[k] = append(members[k], i)
	}
	var out calibration
	for _, clips := range members {
		i := clips[rng.IntN(len(clips))]
		out.u, out.loss = append(out.u, cal.u[i]), append(out.loss, cal.loss[i])
	}
	return out.single()
}

// thresholds returns the thresholds to test, ascending: from the strictest, which
// keeps least, to the loosest.
//
// The m-th rank gives the largest threshold that keeps only clips below the
// (m+1)-th smallest uncertainty v. Given v, the clips below it are a sample of
// the clips with u < v, so a test at a fixed m is exact although v is read off the
// same clips.
func (cal calibration) thresholds(o RuleOptions) ([]float64, error) {
	if o.Grid != nil {
		grid := slices.Compact(slices.Sorted(slices.Values(o.Grid)))
		if len(grid) == 0 || slices.ContainsFunc(grid, math.IsNaN) {
			return nil, fmt.Errorf("a grid of %d thresholds, empty or with a NaN", len(grid))
		}
		return grid, nil
	}
	ranks := o.ranks()
	if ranks < 1 {
		return nil, fmt.Errorf("%d ranks: not positive", ranks)
	}
	sorted := slices.Sorted(slices.Values(cal.u))
	out := make([]float64, ranks)
	for j := range out {
		out[j] = math.Inf(1)
		if m := rank(len(sorted), j, ranks); m < len(sorted) {
			out[j] = below(sorted[m])
		}
	}
	return out, nil
}

func (o RuleOptions) ranks() int {
	if o.Ranks == 0 {
		return 20
	}
	return o.Ranks
}

// rank returns how many of n clips the j-th of the ranks keeps, from 0: at least
// one, all at the last.
func rank(n, j, ranks int) int { return (n*(j+1) + ranks - 1) / ranks }

// below is the largest threshold that defers a clip with uncertainty u.
func below(u float64) float64 { return math.Nextafter(u, math.Inf(-1)) }

// kept returns the number of clips that a threshold keeps and the sum of their
// losses.
func (cal calibration) kept(threshold float64) (n int, sum float64) {
	for i, u := range cal.u {
		if u <= threshold {
			n++
			sum += cal.loss[i]
		}
	}
	return n, sum
}

// byVideo returns the sum over videos of the mean over their clips of the loss,
// counting deferred for a clip that the threshold defers.
func (cal calibration) byVideo(threshold, deferred float64) float64 {
	sum := 0.0
	for i, u := range cal.u {
		x := deferred
		if u <= threshold {
			x = cal.loss[i]
		}
		sum += x / cal.size[cal.video[i]]
	}
	return sum
}
