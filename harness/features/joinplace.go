package features

import (
	"fmt"
	"slices"

	"uacs/internal/hint"
)

// place returns the rows of each clip in the order of the sequence, and notes what is
// of no clip. It is an error if no row is of any.
func (j *join) place(modality string, q *sequence) ([][]int, error) {
	rows := make([][]int, len(j.Clips))
	var err error
	switch {
	case q.clips:
		j.byClip(modality, q, rows)
	case j.segments != nil:
		err = j.byTime(modality, q, rows)
	default:
		err = j.byCount(q, rows)
	}
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(rows, func(r []int) bool { return len(r) > 0 }) {
		err := fmt.Errorf("nothing in it is of a clip of %s: the first of %d names is %.80q", j.Dataset, len(q.groups), first(q.groups))
		return nil, hint.Add(err, "ids are spelt as in uacs data show %s", j.Dataset)
	}
	return rows, nil
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// byClip places groups that are clips.
func (j *join) byClip(modality string, q *sequence, rows [][]int) {
	none := 0
	for _, group := range q.groups {
		video, k, _ := cutIndex(group)
		if i := j.clip(video, k); i >= 0 {
			rows[i] = q.rows[group]
		} else {
			none++
		}
	}
	if none > 0 {
		j.s.note("%s: %d of %d segments are no clips of %s and left out", modality, none, len(q.groups), j.Dataset)
	}
}

// byTime places each row in the segments that its middle is in. A row of a video
// that the segments do not have, or in none of them, is left out.
func (j *join) byTime(modality string, q *sequence, rows [][]int) error {
	if q.intervals == nil {
		return fmt.Errorf("no times of its rows, which segments need")
	}
	total, outside, several, unknown, strange := 0, 0, 0, 0, 0
	for _, video := range q.groups {
		total += len(q.rows[video])
		segments := j.segments[video]
		if segments == nil {
			unknown++
			outside += len(q.rows[video])
			continue
		}
		for _, row := range q.rows[video] {
			times, err := q.intervals.Float64s(row)
			if err != nil {
				return err
			}
			middle, in := (times[0]+times[1])/2, 0
			for k, s := range segments {
				if !(middle >= s.from && middle < s.to) {
					continue
				}
				in++
				if i := j.clip(video, k); i >= 0 {
					rows[i] = append(rows[i], row)
				} else {
					strange++
				}
			}
			if in == 0 {
				outside++
			} else if in > 1 {
				several++
			}
		}
	}
	j.s.note("%s: %d rows of %d videos, cut by the times of the segments: %d are in none, %d in more than one, as segments overlap", modality, total, len(q.groups), outside, several)
	if unknown > 0 {
		j.s.note("%s: %d of %d videos have no segments and are left out", modality, unknown, len(q.groups))
	}
	if strange > 0 {
		j.s.note("%s: %d rows are in segments that are no clips of %s, and left out", modality, strange, j.Dataset)
	}
	return nil
}

// byCount places the rows of a video that has one for each clip.
func (j *join) byCount(q *sequence, rows [][]int) error {
	none := 0
	for _, video := range q.groups {
		have, want := len(q.rows[video]), j.ofVideo[video]
		if want == 0 {
			none++
			continue
		}
		if have != want {
			err := fmt.Errorf("video %.80q has %d rows, and %d clips in %s: nothing says which row is of which clip", video, have, want, j.Dataset)
			return hint.Add(err, "--segments names the .csd of the labels, which says when each clip is")
		}
		for k, row := range q.rows[video] {
			i := j.clip(video, k)
			if i < 0 {
				return fmt.Errorf("video %.80q of %s has no clip %d", video, j.Dataset, k+1)
			}
			rows[i] = []int{row}
		}
	}
	if none > 0 {
		j.s.note("%d of %d videos are none of %s and left out", none, len(q.groups), j.Dataset)
	}
	return nil
}
