package sample

import "math"

// Split names a part of a dataset.
type Split string

// The three splits that every dataset here has. MERBench and some papers call
// Valid "val" or "dev"; readers translate.
const (
	Train Split = "train"
	Valid Split = "valid"
	Test  Split = "test"
)

// Splits lists the splits in their usual order.
var Splits = []Split{Train, Valid, Test}

// Sample is one utterance (a clip of a video) with its label.
type Sample struct {
	// Dataset is the short name: mosi, mosei, sims, simsv2, synth-mosi, synth-sims.
	Dataset string
	// ID is unique within the dataset. For the public datasets it is
	// Video + "_" + Clip.
	ID string
	// Video is the source video, the cluster of every clustered statistic.
	Video string
	// Clip is the clip's name within its video, a string: "0001" is not "1".
	Clip string
	// Split is the published split that the utterance belongs to.
	Split Split
	// Text is the transcript in the language that was spoken; empty when unknown.
	Text string
	// TextEN is an English transcript: the original for MOSI and MOSEI, a
	// machine translation for SIMS and SIMS v2; empty when unknown.
	TextEN string
	// Label is the annotated sentiment, in [-3,3] (MOSI, MOSEI) or [-1,1] (SIMS).
	Label float64
	// LabelT, LabelA and LabelV are the sentiment annotated from text, audio or
	// video alone; NaN where the dataset has no such label.
	LabelT, LabelA, LabelV float64
}

// Polarity is the sign of a sentiment.
type Polarity int8

// The three polarities. Their integer values are the signs.
const (
	Negative Polarity = -1
	Neutral  Polarity = 0
	Positive Polarity = 1
)

// PolarityOf returns the sign of score. A zero of either sign, and NaN, is Neutral.
func PolarityOf(score float64) Polarity {
	switch {
	case score > 0:
		return Positive
	case score < 0:
		return Negative
	}
	return Neutral
}

// String returns "negative", "neutral" or "positive".
func (p Polarity) String() string {
	switch {
	case p < 0:
		return "negative"
	case p > 0:
		return "positive"
	}
	return "neutral"
}

// ParsePolarity reads the five-class and three-class sentiment words used by
// the datasets and models here ("weakly positive" is Positive). ok is false for
// any other word; callers decide what an unknown word means and count it.
func ParsePolarity(word string) (p Polarity, ok bool) {
	switch word {
	case "negative", "weakly negative":
		return Negative, true
	case "neutral":
		return Neutral, true
	case "positive", "weakly positive":
		return Positive, true
	}
	return Neutral, false
}

// Unknown is the value of a modality label that the dataset does not have.
func Unknown() float64 { return math.NaN() }
