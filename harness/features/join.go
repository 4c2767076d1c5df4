package features

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"unicode"

	"uacs/harness/pickle"
	"uacs/harness/sample"
	"uacs/harness/tensor"
	"uacs/internal/hint"
)

// Joined is the format of what [Join] makes.
const Joined Format = "joined .csd"

// Stream is a computational sequence, CMU's .csd, of one modality: text, audio or
// vision.
type Stream struct {
	Modality string
	Set      *Set
}

// JoinOptions say which clips [Join] makes of streams.
type JoinOptions struct {
	Dataset string
	// Clips are those of the dataset, with their splits and labels.
	Clips []sample.Sample
	// Segments is the sequence of the labels, whose times say when each clip is; nil
	// if there is none.
	Segments *Set
	// Frames is the most that a clip keeps, each then the mean of a stretch; 0 for
	// all frames.
	Frames int
	// NegInf replaces -inf in audio by 0 before frames are averaged.
	NegInf bool
}

// Join makes one set of the streams of a dataset's clips: the splits, ids and labels
// of the dataset, and for each modality an array of clips × frames × columns with
// its lengths. Words are no features; they become texts, without the pauses "sp".
// Every clip of the dataset is there, in its order; one without frames of a
// modality has none.
//
// Segment k of a video, counted from 0, is the clip VIDEO_k+1. That is so for every
// segment of MOSI's published labels; for another dataset the segments must have
// labels. Labels of segments are compared with the dataset's, and more than a
// tenth unlike is an error. A stream says in one of three ways which clip a row is
// of:
//
//   - its groups are clips, "VIDEO[k]": all rows are frames of that clip;
//   - its groups are videos, and there are segments: a row is a frame of each
//     segment that its middle is in;
//   - its groups are videos, without segments: each video has as many rows as
//     clips, one frame each. Anything else is an error.
//
// What does not match is counted in Notes. Join reads the features into memory. The
// sets stay in use only until it returns.
func Join(streams []Stream, o JoinOptions) (*Set, error) {
	j := &join{JoinOptions: o, at: map[string]int{}, ofVideo: map[string]int{}, s: &Set{Format: Joined}}
	for i := range o.Clips {
		j.at[o.Clips[i].ID] = i
		j.ofVideo[o.Clips[i].Video]++
	}
	if err := j.identify(streams); err != nil {
		return nil, err
	}
	if err := j.readSegments(); err != nil {
		return nil, err
	}
	for i := range o.Clips {
		p, ok := j.s.Split(string(o.Clips[i].Split))
		if !ok {
			p = &Split{Name: string(o.Clips[i].Split), Labels: []Labels{{Name: "label"}}}
			j.s.Splits = append(j.s.Splits, p)
		}
		p.IDs = append(p.IDs, o.Clips[i].ID)
		p.Labels[0].Values = append(p.Labels[0].Values, o.Clips[i].Label)
	}
	for _, st := range streams {
		if err := j.stream(st); err != nil {
			return nil, fmt.Errorf("%s: %w", st.Set.Name, err)
		}
	}
	j.s.check()
	return j.s, nil
}

// join is a Join under way.
type join struct {
	JoinOptions
	at       map[string]int // of a clip by id
	ofVideo  map[string]int // number of clips
	segments map[string][]span
	s        *Set
}

// span is the time of a segment in seconds.
type span struct{ from, to float64 }

// identify names the set after its sources, whose digests make its own.
func (j *join) identify(streams []Stream) error {
	h := sha256.New()
	fmt.Fprintf(h, "%s of %d clips, frames %d\n", j.Dataset, len(j.Clips), j.Frames)
	for i := range j.Clips {
		c := &j.Clips[i]
		fmt.Fprintf(h, "%s %s %v\n", c.ID, c.Split, c.Label)
	}
	if j.Segments != nil {
		streams = append([]Stream{{"segments", j.Segments}}, streams...)
	}
	var names []string
	for _, st := range streams {
		digest, err := st.Set.Digest()
		if err != nil {
			return err
		}
		fmt.Fprintln(h, st.Modality, digest)
		names = append(names, st.Modality+" "+st.Set.Name)
		j.s.size += st.Set.Size()
		j.s.note("%s: %s, SHA-256 %s", st.Modality, filepath.Base(st.Set.Name), digest)
	}
	j.s.Name, j.s.digest = strings.Join(names, ", "), hex.EncodeToString(h.Sum(nil))
	return nil
}

// sequence is what a .csd holds, group by group.
type sequence struct {
	groups []string
	rows   map[string][]int // of each group, in order
	// clips says that the groups are clips, not videos.
	clips     bool
	values    *tensor.Tensor // nil for words
	words     []string
	intervals *tensor.Tensor // nil if there are none
}

// sequenceOf reads the ids "GROUP[N]" of a set.
func sequenceOf(s *Set) (*sequence, error) {
	if err := s.Usable(); err != nil {
		return nil, err
	}
	p, ok := s.Split("all")
	if !ok || p.IDs == nil {
		return nil, hint.Add(fmt.Errorf("it has no ids such as VIDEO[0], so it is no computational sequence"), "--text, --audio and --vision take CMU's .csd; other files train as they are")
	}
	q := &sequence{rows: map[string][]int{}, words: p.Texts}
	indexed := 0
	for i, id := range p.IDs {
		group, n, ok := cutIndex(id)
		if !ok || n != len(q.rows[group]) {
			return nil, fmt.Errorf("id %.80q is not that of row %d of a video", id, len(q.rows[group]))
		}
		if n == 0 {
			q.groups = append(q.groups, group)
			if _, _, ok := cutIndex(group); ok {
				indexed++
			}
		}
		q.rows[group] = append(q.rows[group], i)
	}
	if q.clips = indexed > 0; q.clips && indexed < len(q.groups) {
		return nil, fmt.Errorf("%d of %d groups are clips such as VIDEO[0], the others videos", indexed, len(q.groups))
	}
	if a, ok := p.Array("features"); ok {
		if q.values = a.Tensor; len(q.values.Shape()) != 2 || q.values.Row() == 0 {
			return nil, fmt.Errorf("features have shape %s, not rows × columns", times(a.Tensor.Shape()))
		}
	}
	if q.values == nil && q.words == nil {
		return nil, fmt.Errorf("it has neither features nor words")
	}
	if a, ok := p.Array("intervals"); ok && a.Tensor.Row() == 2 {
		q.intervals = a.Tensor
	}
	return q, nil
}

// cutIndex cuts "NAME[3]".
func cutIndex(id string) (name string, n int, ok bool) {
	open := strings.LastIndexByte(id, '[')
	if open < 1 || !strings.HasSuffix(id, "]") {
		return "", 0, false
	}
	digits := id[open+1 : len(id)-1]
	if len(digits) == 0 || len(digits) > 9 {
		return "", 0, false
	}
	for _, r := range digits {
		if r < '0' || r > '9' {
			return "", 0, false
		}
		n = 10*n + int(r-'0')
	}
	return id[:open], n, true
}

// clip returns the clip that segment k of a video is, -1 if the dataset has none.
func (j *join) clip(video string, k int) int {
	if i, ok := j.at[fmt.Sprintf("%s_%d", video, k+1)]; ok {
		return i
	}
	return -1
}

// readSegments reads the times of the clips, and compares the labels.
func (j *join) readSegments() error {
	if j.Segments == nil {
		return j.known()
	}
	q, err := sequenceOf(j.Segments)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", j.Segments.Name, err)
	case q.clips || q.intervals == nil:
		return fmt.Errorf("%s: no times of the segments of videos", j.Segments.Name)
	}
	j.segments = map[string][]span{}
	total, found, unlike := 0, 0, 0
	for _, video := range q.groups {
		for k, row := range q.rows[video] {
			times, err := q.intervals.Float64s(row)
			if err != nil {
				return fmt.Errorf("%s: %w", j.Segments.Name, err)
			}
			j.segments[video] = append(j.segments[video], span{times[0], times[1]})
			total++
			i := j.clip(video, k)
			if i < 0 {
				continue
			}
			found++
			same, err := q.labelled(row, j.Clips[i].Label)
			if err != nil {
				return fmt.Errorf("%s: %w", j.Segments.Name, err)
			}
			if !same {
				unlike++
			}
		}
	}
	return j.order(q, total, found, unlike)
}

// labelled reports whether the first number of a row is the label, as far as 32 bits
// tell, or there is none.
func (q *sequence) labelled(row int, label float64) (bool, error) {
	if q.values == nil {
		return true, nil
	}
	numbers, err := q.values.Float64s(row)
	return err == nil && math.Abs(numbers[0]-label) < 1e-4, err
}

// order notes how the segments match the clips; that they do not is an error.
func (j *join) order(q *sequence, total, found, unlike int) error {
	j.s.note("segments: %d of %d are clips of %s, which has %d: VIDEO[k] is VIDEO_k+1", found, total, j.Dataset, len(j.Clips))
	switch {
	case found == 0:
		return fmt.Errorf("%s: none of its %d segments is a clip of %s: the first video is %.80q", j.Segments.Name, total, j.Dataset, first(q.groups))
	case q.values == nil:
		return j.known()
	case 10*unlike > found:
		return fmt.Errorf("%s: %d of %d labels are not those of %s: its segments are not in the order of the clips' numbers", j.Segments.Name, unlike, found, j.Dataset)
	}
	j.s.note("segments: %d of %d labels are those of %s", found-unlike, found, j.Dataset)
	return nil
}

// known is an error unless the order of the segments was found to be that of the
// clips' numbers.
func (j *join) known() error {
	if j.Dataset == "mosi" { // 2199 of 2199 labels agree so, and 112 with the number before or behind
		return nil
	}
	return hint.Add(fmt.Errorf("nothing shows that VIDEO[k] is clip k+1 of a video of %s", j.Dataset), "--segments names the .csd of its labels, which are compared")
}

// stream adds one modality to all splits.
func (j *join) stream(st Stream) error {
	q, err := sequenceOf(st.Set)
	if err != nil {
		return err
	}
	if q.values == nil && st.Modality != "text" {
		return fmt.Errorf("%s is words, not numbers", st.Modality)
	}
	rows, err := j.place(st.Modality, q)
	if err != nil {
		return err
	}
	if q.values == nil {
		j.texts(st.Modality, q, rows)
		return nil
	}
	have, longest := 0, 0
	for _, r := range rows {
		if len(r) > 0 {
			have++
		}
		longest = max(longest, len(r))
	}
	j.s.note("%s: %d of %d clips of %s have frames, %d at most", st.Modality, have, len(rows), j.Dataset, longest)
	if j.Frames > 0 && longest > j.Frames {
		j.s.note("%s: clips of more than %d frames became %d, each the mean of a stretch", st.Modality, j.Frames, j.Frames)
		longest = j.Frames
	}
	width := q.values.Row()
	if size := 4 * int64(longest) * int64(width) * int64(len(rows)); size > largestJoined {
		err := fmt.Errorf("%s: %d clips of %d frames of %d columns take %d bytes, padding counted; this command takes %d", st.Modality, len(rows), longest, width, size, int64(largestJoined))
		return hint.Add(err, "--frames 50 averages longer clips over 50 stretches")
	}
	return j.arrays(st.Modality, q, rows, longest)
}

// largestJoined bounds one modality of what is joined, in bytes.
const largestJoined = 1 << 30

// arrays writes the frames of each clip, of which the rows are given, side by side.
func (j *join) arrays(modality string, q *sequence, rows [][]int, longest int) error {
	width, replaced := q.values.Row(), 0
	data, lengths := map[string][]byte{}, map[string][]int{}
	for _, p := range j.s.Splits {
		data[p.Name] = make([]byte, 0, 4*len(p.IDs)*longest*width)
	}
	for i, r := range rows {
		frames := make([]float32, len(r)*width, max(len(r), longest)*width)
		for k, row := range r {
			if err := q.values.Read(row, frames[k*width:(k+1)*width]); err != nil {
				return err
			}
		}
		if j.NegInf && isAudio(modality) {
			replaced += ZeroNegInf(frames)
		}
		frames = shorten(frames, width, j.Frames)
		split := string(j.Clips[i].Split)
		lengths[split] = append(lengths[split], len(frames)/width)
		frames = append(frames, make([]float32, longest*width-len(frames))...)
		data[split] = appendFloats(data[split], frames)
	}
	if replaced > 0 {
		j.s.note("%s: %d values of -inf became 0 before anything else", modality, replaced)
	}
	for _, p := range j.s.Splits {
		a, err := pickle.NewArray("<f4", []int{len(p.IDs), longest, width}, false, data[p.Name])
		if err != nil {
			return err
		}
		t, err := tensor.New(a, nil)
		if err != nil {
			return err
		}
		p.Arrays = append(p.Arrays, Array{Name: modality, Tensor: t, Lengths: lengths[p.Name]})
	}
	return nil
}

// shorten averages frames over n stretches if there are more; n 0 keeps them.
func shorten(frames []float32, width, n int) []float32 {
	long := len(frames) / width
	if n == 0 || long <= n {
		return frames
	}
	out := make([]float32, 0, n*width)
	for k := range n {
		out = append(out, Mean(frames[k*long/n*width:(k+1)*long/n*width], width)...)
	}
	return out
}

// texts joins the words of each clip, and says how many are the dataset's texts, and
// whether more would be if words stood a row away: a published sequence of MOSI's words
// has each word beside the time of the one before.
func (j *join) texts(modality string, q *sequence, rows [][]int) {
	pauses := 0
	for _, r := range rows {
		for _, row := range r {
			if q.words[row] == pause {
				pauses++
			}
		}
	}
	for i, text := range q.texts(rows, 0) {
		p, _ := j.s.Split(string(j.Clips[i].Split))
		p.Texts = append(p.Texts, text)
	}
	have, same := j.sameTexts(q.texts(rows, 0))
	j.s.note("%s: words, %d of %d clips have some, and %d pauses (sp) are left out; they become raw_text, which no stream of a model reads", modality, have, len(rows), pauses)
	j.s.note("%s: the words of %d of %d clips are the text of %s, but for case and punctuation", modality, same, have, j.Dataset)
	for _, by := range []int{1, -1} {
		if _, moved := j.sameTexts(q.texts(rows, by)); moved > same {
			j.s.note("%s: with the words of row n%+d at the times of row n it would be %d: words and times may be a row apart in the file", modality, by, moved)
		}
	}
}

// pause stands for silence between words.
const pause = "sp"

// texts are the words of each clip, those of the rows given or, moved, so many rows
// behind in the same group.
func (q *sequence) texts(rows [][]int, moved int) []string {
	next := make(map[int]int, len(q.words))
	for _, group := range q.rows {
		for k, row := range group {
			if k+moved >= 0 && k+moved < len(group) {
				next[row] = group[k+moved]
			}
		}
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		var words []string
		for _, row := range r {
			if at, ok := next[row]; ok && q.words[at] != pause {
				words = append(words, q.words[at])
			}
		}
		out[i] = strings.Join(words, " ")
	}
	return out
}

// sameTexts counts the clips that have a text, and those of the dataset's text.
func (j *join) sameTexts(texts []string) (have, same int) {
	for i, text := range texts {
		if text == "" {
			continue
		}
		have++
		if letters(text) == letters(j.Clips[i].Text) {
			same++
		}
	}
	return have, same
}

// letters are the letters and digits of a text, in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
