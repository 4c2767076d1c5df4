package synth

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// WordDim is the length of a word's vector among [Sequences].
const WordDim = 24

// The numbers of frames of a voice and of a face: the least, and how many more at most.
const (
	leastVoice, moreVoice = 20, 40
	leastFace, moreFace   = 8, 22
)

// frameNoise is the standard deviation of the noise in each number of a frame. It is ten
// times that of the features of a clip: one frame alone tells little.
const frameNoise = 0.5

// Sequences are the frames of a set's clips, back to back in each clip, for networks that
// read sequences. They have no padding: the number of a clip's frames is the length of its
// slice divided by the width.
type Sequences struct {
	// Text has a frame of [WordDim] numbers for each word of TextEN, Audio frames of
	// [AudioDim] and Vision of [VisionDim].
	Text, Audio, Vision [][]float32
}

// Frames generates the frames of a set that [Generate] drew for c. A word's vector is
// standard normal and depends on its spelling alone, in lower case, ends of punctuation
// cut off. A voice has 20 to 60 frames and a face 8 to 30. A fifth to a half of them, at one
// stretch, are the centroid of the clip's cue with normal noise of deviation 0.5, the
// others noise alone: what a clip tells, it tells at some moment. Frames have random
// streams of their own and change nothing else of the set. They hold no more than the
// cues do, so the posteriors of the package comment bound what they can tell.
func Frames(c Config, s *Set) (*Sequences, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if len(s.Features.Truth) != len(s.Samples) {
		return nil, fmt.Errorf("frames: %d clips with %d truths", len(s.Samples), len(s.Features.Truth))
	}
	d := &draw{config: c}
	out := &Sequences{}
	for i := range s.Samples {
		clip, truth := &s.Samples[i], &s.Features.Truth[i]
		out.Text = append(out.Text, words(clip.TextEN))
		out.Audio = append(out.Audio, burst(d.stream("voice/"+clip.ID), leastVoice, moreVoice, audioCentroids[truth.Audio+cues/2]))
		out.Vision = append(out.Vision, burst(d.stream("face/"+clip.ID), leastFace, moreFace, visionCentroids[truth.Vision+cues/2]))
	}
	return out, nil
}

// words returns the vectors of the words of a text.
func words(text string) []float32 {
	var out []float32
	for _, word := range strings.Fields(text) {
		h := fnv.New64a()
		h.Write([]byte(strings.ToLower(strings.Trim(word, ".,!?;:\"'"))))
		r := rand.New(rand.NewPCG(h.Sum64(), WordDim))
		for range WordDim {
			out = append(out, float32(r.NormFloat64()))
		}
	}
	return out
}

// burst draws frames of noise, some of which, side by side, are about a centroid.
func burst(r *rand.Rand, least, more int, centroid []float64) []float32 {
	n := least + r.IntN(more+1)
	long := n/5 + r.IntN(n/2-n/5+1)
	first := r.IntN(n - long + 1)
	out := make([]float32, 0, n*len(centroid))
	for t := range n {
		for _, c := range centroid {
			if t < first || t >= first+long {
				c = 0
			}
			out = append(out, float32(c+float64(frameNoise*r.NormFloat64())))
		}
	}
	return out
}
