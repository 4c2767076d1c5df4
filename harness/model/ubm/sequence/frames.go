package sequence

import (
	"fmt"
	"math"
)

// Frames are the true frames of some clips, back to back: clip i has the frames from
// Starts[i] to Starts[i+1], each of Width numbers. A clip may have none.
type Frames struct {
	Width  int
	Data   []float32
	Starts []int
}

// NewFrames returns the frames of no clip.
func NewFrames(width int) Frames { return Frames{Width: width, Starts: []int{0}} }

// Add appends a clip with the given frames, whole ones.
func (f *Frames) Add(frames []float32) {
	f.Data = append(f.Data, frames...)
	f.Starts = append(f.Starts, len(f.Data)/max(f.Width, 1))
}

// Clips returns the number of clips.
func (f Frames) Clips() int { return len(f.Starts) - 1 }

// Len returns the number of frames of a clip.
func (f Frames) Len(clip int) int { return f.Starts[clip+1] - f.Starts[clip] }

// Clip returns the frames of a clip, not to be changed.
func (f Frames) Clip(clip int) []float32 {
	return f.Data[f.Starts[clip]*f.Width : f.Starts[clip+1]*f.Width]
}

// Check reports sizes that do not fit each other and the first number that is not finite.
func (f Frames) Check(clips int) error {
	if f.Clips() != clips || f.Width < 1 || f.Starts[0] != 0 || f.Starts[clips]*f.Width != len(f.Data) {
		return fmt.Errorf("frames of %d clips, width %d, %d numbers; %d clips are expected", f.Clips(), f.Width, len(f.Data), clips)
	}
	for i := range clips {
		for k, v := range f.Clip(i) {
			if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
				return fmt.Errorf("clip %d, frame %d, column %d is %v", i, k/f.Width, k%f.Width, v)
			}
		}
	}
	return nil
}

// Input are clips as a network takes them: the frames of each stream, and which modalities
// a clip has.
type Input struct {
	Clips   int
	Streams []Frames
	// Has[k] says of each clip, in turn, which modalities of stream k it has.
	Has [][]bool
}

// NewInput puts the frames of modalities side by side in streams; streams names the
// modalities of each by index. In a stream of several modalities a clip is as long as the
// longest of them, and what the others lack is 0.
func NewInput(frames []Frames, streams [][]int) *Input {
	in := &Input{Clips: frames[0].Clips()}
	for _, of := range streams {
		has := make([]bool, 0, in.Clips*len(of))
		for i := range in.Clips {
			for _, m := range of {
				has = append(has, frames[m].Len(i) > 0)
			}
		}
		in.Has = append(in.Has, has)
		if len(of) == 1 {
			in.Streams = append(in.Streams, frames[of[0]])
			continue
		}
		in.Streams = append(in.Streams, together(frames, of))
	}
	return in
}

// together puts modalities side by side.
func together(frames []Frames, of []int) Frames {
	width := 0
	for _, m := range of {
		width += frames[m].Width
	}
	out := NewFrames(width)
	for i := range frames[of[0]].Clips() {
		long := 0
		for _, m := range of {
			long = max(long, frames[m].Len(i))
		}
		clip := make([]float32, long*width)
		at := 0
		for _, m := range of {
			w := frames[m].Width
			for t := range frames[m].Len(i) {
				copy(clip[t*width+at:t*width+at+w], frames[m].Clip(i)[t*w:])
			}
			at += w
		}
		out.Add(clip)
	}
	return out
}

// Drops is the chance in a pass. A nil Drops drops nothing.
type Drops interface {
	// Keep returns the factor of an element that is dropped with probability p: 0 or 1/(1−p).
	Keep(p float64) float32
	// Stays takes away some of the modalities that are there, and leaves one at least.
	Stays(has []bool)
}
