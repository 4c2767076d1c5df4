package datasets

import (
	"fmt"

	"uacs/harness/sample"
)

// overlap says how far splits share videos, and with them speakers: what a model
// was trained on and is tested on.
type overlap struct {
	// videos counts all videos, trainTest those with clips in train and in test.
	videos, trainTest int
	// crossing are the videos with clips in more than one split, in order of
	// first appearance.
	crossing []string
}

func overlapOf(samples []sample.Sample) overlap {
	splits := map[string]map[sample.Split]bool{}
	var videos []string
	for i := range samples {
		s := &samples[i]
		if splits[s.Video] == nil {
			splits[s.Video] = map[sample.Split]bool{}
			videos = append(videos, s.Video)
		}
		splits[s.Video][s.Split] = true
	}
	o := overlap{videos: len(videos)}
	for _, v := range videos {
		if len(splits[v]) > 1 {
			o.crossing = append(o.crossing, v)
		}
		if splits[v][sample.Train] && splits[v][sample.Test] {
			o.trainTest++
		}
	}
	return o
}

// String says it in words.
func (o overlap) String() string {
	return fmt.Sprintf("%d of %d videos have clips in more than one split, %d in train and test", len(o.crossing), o.videos, o.trainTest)
}
