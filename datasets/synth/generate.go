package synth

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"uacs/harness/sample"
)

// Set is one generated dataset. All slices are aligned: element i of each is
// about Samples[i]. The clips stand in the order train, valid, test, then by
// video, then by clip.
type Set struct {
	// Title contains the word SYNTHETIC; print it wherever a number of this set is.
	Title    string
	Samples  []sample.Sample
	Features Features
	// Small and Large are the first answers of the two models, Second the large
	// model's second answer (Round 2).
	Small, Large, Second []sample.Prediction
}

// Features holds what the models see and what they do not.
type Features struct {
	// Audio has [AudioDim] numbers a clip, Vision [VisionDim].
	Audio, Vision [][]float32
	Truth         []Truth
}

// Truth holds the discrete variables of one clip, for checks. Only Text, Audio
// and Vision can be read off the clip; a model that is given more is cheating.
type Truth struct {
	Mood       Mood
	Noisy      bool // the recording
	Grade      int  // of the label, -3 to 3
	Difficulty Difficulty
	Sarcastic  bool
	Text       TextClass
	Audio      Cue
	Vision     Cue
	Look       Cue // seen in the second round only
	Lapse      Lapse
	Refused    bool
}

// The names of the models in the records.
const (
	SmallModel = "synth-small"
	LargeModel = "synth-large"
)

// voteCount is how many votes a large answer has.
const voteCount = 7

// Generate draws the dataset of c. The same config gives the same bytes; configs
// that differ in the seed only give independent draws from one distribution. It
// takes some 10 ms for the sizes of MOSI. An error says which field of c is wrong.
func Generate(c Config) (*Set, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	d := &draw{config: c, model: newModel(c), revision: c.Revision(), clips: map[string]int{}}
	n := c.Clips.Train + c.Clips.Valid + c.Clips.Test
	d.set = &Set{
		Title:   c.Title(),
		Samples: make([]sample.Sample, 0, n),
		Features: Features{
			Audio: make([][]float32, 0, n), Vision: make([][]float32, 0, n), Truth: make([]Truth, 0, n),
		},
		Small: make([]sample.Prediction, 0, n), Large: make([]sample.Prediction, 0, n), Second: make([]sample.Prediction, 0, n),
	}
	d.split(sample.Train, c.Clips.Train, c.Videos.Train, 0)
	d.split(sample.Valid, c.Clips.Valid, c.Videos.Valid, c.Videos.Train)
	d.split(sample.Test, c.Clips.Test, c.Videos.Test, c.Videos.Train+c.Videos.Valid)
	return d.set, nil
}

// draw is the state of one generation.
type draw struct {
	config   Config
	model    *model
	revision string
	set      *Set
	clips    map[string]int // clips so far, by video
	free     []float64      // memory for answers
}

// stream returns the random stream of a name: streams of different names are
// independent, so that a new one disturbs none of the others.
func (d *draw) stream(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(d.config.Name + "/" + name)) // never fails
	return rand.New(rand.NewPCG(d.config.Seed, h.Sum64()))
}

// split draws one split; first is the number of videos in the splits before it.
func (d *draw) split(split sample.Split, clips, videos, first int) {
	if d.config.SharedVideos {
		first = 0
	}
	sizes := clipsPerVideo(d.stream("sizes/"+string(split)), clips, videos)
	rng := d.stream("clips/" + string(split))
	for v, size := range sizes {
		video := fmt.Sprintf("video_%04d", first+v+1) // with '_', as in SIMS: ids split at the last one
		latents := d.stream("video/" + video)
		mood := choose(latents, d.model.mood[:])
		recording := choose(latents, d.model.recording[:])
		for range size {
			d.clips[video]++
			d.clip(rng, split, video, mood, recording)
		}
	}
}

// clipsPerVideo divides n clips unevenly: one for each video, and each further
// one to a video drawn with a weight between 1 and 3.
func clipsPerVideo(rng *rand.Rand, n, videos int) []int {
	sizes, weights := make([]int, videos), make([]float64, videos)
	for v := range videos {
		sizes[v] = 1
		weights[v] = 1 + 2*rng.Float64()
	}
	normalise(weights)
	cumulative := 0.0
	for v, w := range weights {
		cumulative += w
		weights[v] = cumulative
	}
	for range n - videos {
		x := rng.Float64()
		low, high := 0, videos-1
		for low < high {
			if middle := (low + high) / 2; weights[middle] <= x {
				low = middle + 1
			} else {
				high = middle
			}
		}
		sizes[low]++
	}
	return sizes
}

// choose draws an index with the given probabilities.
func choose(rng *rand.Rand, p []float64) int {
	x, last := rng.Float64(), 0
	for i, q := range p {
		if q > 0 {
			if x < q {
				return i
			}
			last = i // what rounding left over goes to the last possible index
		}
		x -= q
	}
	return last
}

// clip draws one clip and the three answers about it, in the order of the
// package comment's steps.
func (d *draw) clip(rng *rand.Rand, split sample.Split, video string, mood, recording int) {
	m := d.model
	g := choose(rng, m.grade[mood][:])
	label := m.labels[d.labelIndex(rng, g)]
	h := choose(rng, m.hardness[recording][:])
	s := 0
	if rng.Float64() < m.sarcasm[g] {
		s = 1
	}
	t := choose(rng, m.text[s][g][h][:])
	a, v, w := choose(rng, m.audio[g][h][:]), choose(rng, m.vision[g][h][:]), choose(rng, m.look[g][h][:])
	truth := Truth{
		Mood: Mood(mood - 1), Noisy: recording == 1, Grade: g - neutralGrade, Difficulty: Difficulty(h),
		Sarcastic: s == 1, Text: textClass(t), Audio: Cue(a - cues/2), Vision: Cue(v - cues/2), Look: Cue(w - cues/2),
	}
	truth.Lapse = Lapse(choose(rng, []float64{
		1 - d.config.NaiveShare - d.config.GlanceShare, d.config.NaiveShare, d.config.GlanceShare,
	}))
	truth.Refused = rng.Float64() < d.config.RefusalShare
	words := newSentence(rng, truth.Text)
	set := d.set
	set.Features.Truth = append(set.Features.Truth, truth)
	set.Features.Audio = append(set.Features.Audio, newFeature(rng, audioCentroids[a]))
	set.Features.Vision = append(set.Features.Vision, newFeature(rng, visionCentroids[v]))
	set.Samples = append(set.Samples, d.sample(split, video, label, words, truth))
	d.answers(rng, t, a, v, w, truth)
}

// labelIndex draws a label of grade index g.
func (d *draw) labelIndex(rng *rand.Rand, g int) int {
	first, n := -1, 0
	for i, x := range d.model.gradeOf {
		if x == g {
			if n++; first < 0 {
				first = i
			}
		}
	}
	return first + rng.IntN(n)
}

func (d *draw) sample(split sample.Split, video string, label float64, words sentence, truth Truth) sample.Sample {
	clip := fmt.Sprintf("%04d", d.clips[video])
	english := words.english()
	text := english
	if d.config.Language == Chinese {
		text = words.chinese()
	}
	s := sample.Sample{
		Dataset: d.config.Name, ID: video + "_" + clip, Video: video, Clip: clip, Split: split,
		Text: text, TextEN: english,
		Label: label, LabelT: sample.Unknown(), LabelA: sample.Unknown(), LabelV: sample.Unknown(),
	}
	if d.config.Grid == GridSIMS {
		s.LabelT, s.LabelA, s.LabelV = textLabel(truth.Text.Apparent), cueLabel(truth.Audio), cueLabel(truth.Vision)
	}
	return s
}

// textLabel and cueLabel are the unimodal labels of a SIMS-like set: what an
// annotator says who sees one modality and takes it at its word.
func textLabel(grade int) float64 {
	return [grades]float64{-1, -0.6, -0.2, 0, 0.2, 0.6, 1}[grade+neutralGrade]
}
func cueLabel(c Cue) float64 { return [cues]float64{-0.8, -0.4, 0, 0.4, 0.8}[c+cues/2] }
