package datasets

import (
	"math"
	"strings"

	"uacs/harness/sample"
)

// checkTexts looks for clips without a text, more or fewer than are known to
// have none, and for texts that were damaged before they were published.
func (in *inspection) checkTexts() {
	ids := in.idsWhere(func(s *sample.Sample) bool { return !hasText(s) })
	switch want := in.corpus.textless; {
	case len(ids) != want:
		in.find(SeverityDefect, "texts", "", ids, "%s without a text, known are %d", count(len(ids), "clip"), want)
	case want > 0:
		in.find(SeverityNotice, "texts", "", ids, "%s without a text, as known", count(want, "clip"))
	}
	in.defects("texts", "the English text is empty, the other is not", func(s *sample.Sample) bool {
		return hasText(s) && strings.TrimSpace(s.TextEN) == ""
	})
	damaged := in.idsWhere(func(s *sample.Sample) bool { return strings.ContainsRune(s.Text+s.TextEN, '\ufffd') })
	if len(damaged) > 0 {
		in.find(SeverityNotice, "texts", "", damaged, "%s in whose text U+FFFD stands for lost characters", count(len(damaged), "clip"))
	}
}

// checkModalities looks for clips that lack labels from text, audio or video
// alone, where other clips have them, and for such labels off the scale.
func (in *inspection) checkModalities() {
	labels := func(s *sample.Sample) [3]float64 { return [3]float64{s.LabelT, s.LabelA, s.LabelV} }
	absent := func(s *sample.Sample) int {
		n := 0
		for _, x := range labels(s) {
			if math.IsNaN(x) {
				n++
			}
		}
		return n
	}
	if all := 3 * len(in.data.Samples); all > 0 {
		total := 0
		for i := range in.data.Samples {
			total += absent(&in.data.Samples[i])
		}
		if total < all {
			in.defects("modalities", "a label from text, audio or video alone is missing", func(s *sample.Sample) bool { return absent(s) > 0 })
		}
	}
	in.defects("modalities", "a label from text, audio or video alone is off the scale", func(s *sample.Sample) bool {
		for _, x := range labels(s) {
			if x < in.data.Range[0] || x > in.data.Range[1] {
				return true
			}
		}
		return false
	})
	signs := in.idsWhere(func(s *sample.Sample) bool {
		t, a, v := sample.PolarityOf(s.LabelT), sample.PolarityOf(s.LabelA), sample.PolarityOf(s.LabelV)
		return absent(s) == 0 && (t != a || a != v)
	})
	if len(signs) > 0 {
		in.find(SeverityNotice, "modalities", "", signs, "%s whose labels from text, audio and video alone differ in sign", count(len(signs), "clip"))
	}
}

// checkRepeats names clips that say the same, in one split and across two: what
// a model learned by heart in training it may meet again in test.
func (in *inspection) checkRepeats() {
	same := in.groups(func(s *sample.Sample) string { return strings.TrimSpace(s.Text) })
	if len(same) == 0 {
		return
	}
	var crossing, contradicting [][]int
	for _, g := range same {
		first := &in.data.Samples[g[0]]
		splits, signs := false, false
		for _, i := range g {
			s := &in.data.Samples[i]
			splits = splits || s.Split != first.Split
			signs = signs || sample.PolarityOf(s.Label) != sample.PolarityOf(first.Label)
		}
		if splits {
			crossing = append(crossing, g)
		}
		if signs {
			contradicting = append(contradicting, g)
		}
	}
	ids := in.idsOf(same)
	in.find(SeverityNotice, "repeats", "", ids, "%s share %s; of these texts %d are in more than one split, %d have labels of different signs",
		count(len(ids), "clip"), count(len(same), "text"), len(crossing), len(contradicting))
}
