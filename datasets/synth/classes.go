package synth

import "fmt"

// The sizes of the discrete alphabets.
const (
	grades        = 7 // -3 to 3
	neutralGrade  = 3 // index of grade 0
	moods         = 3
	recordings    = 2
	difficulties  = 3
	constructions = 3
	cues          = 5 // -2 to 2
	textClasses   = constructions*grades + constructions*3
)

// Difficulty is how noisy a clip's text and cues are.
type Difficulty int8

// The difficulties, in the order of [Levels].
const (
	Easy Difficulty = iota
	Medium
	Hard
)

// String returns "easy", "medium" or "hard".
func (d Difficulty) String() string { return [...]string{"easy", "medium", "hard"}[d] }

// Mood is a video's leaning.
type Mood int8

// The moods; their values are the factor of Config.MoodTilt.
const (
	Grim   Mood = -1
	Level  Mood = 0
	Bright Mood = 1
)

// Cue is what a voice, a face or a second look expresses, from -2 (very
// negative) to 2 (very positive).
type Cue int8

// Construction is the syntax that carries a text's sentiment.
type Construction int8

// The constructions. A text without sentiment is Plain: a statement of fact.
const (
	// Plain states it: "the acting was really good".
	Plain Construction = iota
	// Negated denies the opposite: "the acting was not bad at all".
	Negated
	// Contrast concedes the opposite first: "the plot was dull but the ending was brilliant".
	Contrast
)

// String returns "plain", "negated" or "contrast".
func (c Construction) String() string { return [...]string{"plain", "negated", "contrast"}[c] }

// TextClass is all that a text tells about its label. Two texts of one class
// differ only in words drawn independently of everything else.
type TextClass struct {
	Construction Construction
	// Apparent is the grade that the words express, from -3 to 3.
	Apparent int
	// Marker says that the text opens with a phrase that often, not always,
	// announces sarcasm; only texts with Apparent > 0 have one.
	Marker bool
}

// index numbers the classes 0..29: the unmarked ones by construction and grade,
// then the marked ones.
func (t TextClass) index() int {
	if t.Marker {
		return constructions*grades + int(t.Construction)*3 + t.Apparent - 1
	}
	return int(t.Construction)*grades + t.Apparent + neutralGrade
}

// textClass is the inverse of index.
func textClass(i int) TextClass {
	if i < constructions*grades {
		return TextClass{Construction: Construction(i / grades), Apparent: i%grades - neutralGrade}
	}
	i -= constructions * grades
	return TextClass{Construction: Construction(i / 3), Apparent: i%3 + 1, Marker: true}
}

// String returns for example "contrast +2" or "plain +3 marked".
func (t TextClass) String() string {
	s := fmt.Sprintf("%s %+d", t.Construction, t.Apparent)
	if t.Marker {
		s += " marked"
	}
	return s
}

// Lapse is what the large model overlooks in one clip.
type Lapse int8

// The lapses of the large model.
const (
	// Attentive: the answer is the posterior given text, voice and face.
	Attentive Lapse = iota
	// Naive: it believes that no text is sarcastic.
	Naive
	// Glancing: it judges by the face alone.
	Glancing
)

// String returns "attentive", "naive" or "glancing".
func (l Lapse) String() string { return [...]string{"attentive", "naive", "glancing"}[l] }

// labelGrid returns the labels of g in ascending order, and the index 0..6 of the
// grade of each. The labels are quotients of integers, so they are the doubles
// nearest to their decimals.
func labelGrid(g Grid) (labels []float64, gradeOf []int) {
	last, weak, clear := 15, 4, 9 // in steps of 0.2: 0.2-0.8, 1.0-1.8, 2.0-3.0
	if g == GridSIMS {
		last, weak, clear = 5, 2, 4 // 0.2-0.4, 0.6-0.8, 1.0
	}
	for i := -last; i <= last; i++ {
		size, sign := i, 1
		if i < 0 {
			size, sign = -i, -1
		}
		grade := 3
		switch {
		case size == 0:
			grade = 0
		case size <= weak:
			grade = 1
		case size <= clear:
			grade = 2
		}
		labels = append(labels, float64(i)/5)
		gradeOf = append(gradeOf, neutralGrade+sign*grade)
	}
	return labels, gradeOf
}
