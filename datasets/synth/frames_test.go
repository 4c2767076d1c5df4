package synth

import (
	"math"
	"slices"
	"testing"
)

// Frames depend on the config and on nothing else, have the documented sizes, and tell the
// cue: the stretch of frames whose mean is longest is mostly about the right centroid.
func TestFrames(t *testing.T) {
	c := MOSI()
	set, err := Generate(c)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Frames(c, set)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Frames(c, set)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i := range set.Samples {
		if !slices.Equal(first.Audio[i], again.Audio[i]) || !slices.Equal(first.Vision[i], again.Vision[i]) || !slices.Equal(first.Text[i], again.Text[i]) {
			t.Fatalf("clip %d differs in a second run", i)
		}
		voice, face := len(first.Audio[i])/AudioDim, len(first.Vision[i])/VisionDim
		if voice < 20 || voice > 60 || face < 8 || face > 30 || len(first.Text[i])%WordDim != 0 || len(first.Text[i]) == 0 {
			t.Fatalf("clip %d has %d frames of voice, %d of face, %d numbers of text", i, voice, face, len(first.Text[i]))
		}
		if loudest(first.Vision[i]) == set.Features.Truth[i].Vision {
			right++
		}
	}
	if share := float64(right) / float64(len(set.Samples)); share < 0.8 {
		t.Errorf("the face's cue is found in %.3f of the clips by the mean of a stretch of frames", share)
	}
	if _, err := Frames(c, &Set{Samples: set.Samples}); err == nil {
		t.Error("a set without its truth got frames")
	}
	if a, b := words("Not bad."), words("bad"); !slices.Equal(a[WordDim:], b) {
		t.Error("a word has two vectors")
	}
}

// loudest returns the cue whose centroid a stretch of five frames comes nearest to.
func loudest(face []float32) Cue {
	best, cue := math.Inf(-1), Cue(0)
	for at := 0; at+5*VisionDim <= len(face); at += VisionDim {
		for k, centroid := range visionCentroids {
			dot := 0.0
			for j, v := range face[at : at+5*VisionDim] {
				dot += float64(v) * centroid[j%VisionDim]
			}
			if dot > best {
				best, cue = dot, Cue(k-cues/2)
			}
		}
	}
	return cue
}
