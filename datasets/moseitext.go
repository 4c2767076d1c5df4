package datasets

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

// startTime is a clip_id that is a start time in seconds with "_" for ".".
var startTime = regexp.MustCompile(`^-?[0-9]+_[0-9]+$`)

// timedClip is a text whose clip is known by its start in the video.
type timedClip struct {
	labelRow
	seconds float64
}

// readTimedTexts reads a MOSEI label.csv (see [ReadLabelCSV]) whose clip_id is
// the start time: 82_7645 is 82.7645 s. An empty text is an error here.
//
// Source: ailiwood/mme_0621, data/mosei/label.csv of its first commit.
func readTimedTexts(file string, data []byte, rng [2]float64) ([]timedClip, error) {
	rows, _, err := readLabelRows(file, data, "mosei", rng)
	if err != nil {
		return nil, err
	}
	clips := make([]timedClip, len(rows))
	for i, r := range rows {
		if !startTime.MatchString(r.Clip) {
			return nil, hint.Add(fmt.Errorf("%s:%d: clip_id: %q is not a start time such as 82_7645", file, r.line, r.Clip),
				"MMSA's own label.csv numbers its clips and needs no join by time; read it with ReadLabelCSV")
		}
		if !hasText(&r.Sample) {
			return nil, fmt.Errorf("%s:%d: text: the cell is empty", file, r.line)
		}
		seconds, err := strconv.ParseFloat(strings.Replace(r.Clip, "_", ".", 1), 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: clip_id: %w", file, r.line, err)
		}
		clips[i] = timedClip{r, seconds}
	}
	return clips, nil
}

// timeJoin is the outcome of [addTimedTexts].
type timeJoin struct {
	// videos is how many videos have labels, joined how many of them got texts.
	videos, joined int
	// without are the ids of samples that got no text, in sample order.
	without []string
	// unused counts the texts that went to no sample.
	unused int
}

// addTimedTexts gives samples, whose clips are numbered, the texts of clips that
// are known by their start time. A video's samples in the order of their numbers
// and its texts in the order of time are taken to belong together one by one, if
// there are equally many, no two texts start together, no two samples have one
// number, and all labels agree as float32. Otherwise the video is left without
// texts: a part of it cannot be placed.
//
// Text and TextEN are set to the same string. A clip number that is no whole
// number is an error, and so is a pair whose splits differ.
func addTimedTexts(samples []sample.Sample, file string, texts []timedClip) (timeJoin, error) {
	var join timeJoin
	byVideo := map[string][]timedClip{}
	for _, t := range texts {
		byVideo[t.Video] = append(byVideo[t.Video], t)
	}
	videos, clips, err := numberedClips(samples)
	if err != nil {
		return join, fmt.Errorf("%s: %w", file, err)
	}
	used := 0
	for _, video := range videos {
		pairs := byVideo[video]
		slices.SortStableFunc(pairs, func(a, b timedClip) int { return cmp.Compare(a.seconds, b.seconds) })
		if !samePlaces(samples, clips[video], pairs) {
			continue
		}
		for k, i := range clips[video] {
			s, t := &samples[i], pairs[k]
			if s.Split != t.Split {
				return join, hint.Add(fmt.Errorf("%s:%d: the clip is in %s, but %q is in %s", file, t.line, t.Split, s.ID, s.Split), mixedFiles)
			}
			s.Text, s.TextEN = t.Text, t.Text
		}
		join.joined++
		used += len(pairs)
	}
	for i := range samples {
		if !hasText(&samples[i]) {
			join.without = append(join.without, samples[i].ID)
		}
	}
	join.videos, join.unused = len(videos), len(texts)-used
	return join, nil
}

// numberedClips returns the videos in order of appearance and, for each, the
// indices of its samples in the order of their clip numbers.
func numberedClips(samples []sample.Sample) (videos []string, clips map[string][]int, err error) {
	number := make([]int, len(samples))
	clips = map[string][]int{}
	for i := range samples {
		s := &samples[i]
		if number[i], err = strconv.Atoi(s.Clip); err != nil {
			return nil, nil, fmt.Errorf("%q: the clip %q is not a whole number", s.ID, s.Clip)
		}
		if _, ok := clips[s.Video]; !ok {
			videos = append(videos, s.Video)
		}
		clips[s.Video] = append(clips[s.Video], i)
	}
	for _, of := range clips {
		slices.SortStableFunc(of, func(a, b int) int { return cmp.Compare(number[a], number[b]) })
	}
	return videos, clips, nil
}

// samePlaces reports whether texts, in the order of time, can only belong to the
// samples at the indices clips, one by one.
func samePlaces(samples []sample.Sample, clips []int, texts []timedClip) bool {
	if len(clips) != len(texts) {
		return false
	}
	for k, i := range clips {
		if k > 0 && (texts[k].seconds == texts[k-1].seconds || sameNumber(samples[i].Clip, samples[clips[k-1]].Clip)) {
			return false
		}
		if float32(samples[i].Label) != float32(texts[k].Label) {
			return false
		}
	}
	return true
}

// sameNumber reports whether two clip numbers differ by leading zeros at most.
func sameNumber(a, b string) bool { return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0") }
