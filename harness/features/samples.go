package features

import (
	"math"
	"strings"

	"uacs/harness/sample"
)

// Samples returns the samples of a set that has ids, in the order of the file and
// under the given dataset's name. MMSA's "VIDEO$_$CLIP" becomes "VIDEO_CLIP"; an
// id without either separator is a video of one clip. Labels and texts that
// are not there are NaN and empty; MMSA's regression_labels_T, _A and _V become
// the labels of the modalities. Splits without ids are left out.
func Samples(s *Set, dataset string) []sample.Sample {
	var out []sample.Sample
	for _, p := range s.Splits {
		label := p.Label()
		for i, id := range p.IDs {
			video, clip := splitID(id)
			out = append(out, sample.Sample{
				Dataset: dataset, ID: strings.Replace(id, "$_$", "_", 1), Video: video, Clip: clip, Split: sample.Split(p.Name),
				Text: at(p.Texts, i), Label: numberAt(label, i),
				LabelT: numberAt(p.named(regression+"_T"), i), LabelA: numberAt(p.named(regression+"_A"), i), LabelV: numberAt(p.named(regression+"_V"), i),
			})
		}
	}
	return out
}

func splitID(id string) (video, clip string) {
	if video, clip, ok := strings.Cut(id, "$_$"); ok {
		return video, clip
	}
	if i := strings.LastIndexByte(id, '_'); i > 0 {
		return id[:i], id[i+1:]
	}
	return id, ""
}

func (p *Split) named(name string) []float64 {
	for _, l := range p.Labels {
		if l.Name == name {
			return l.Values
		}
	}
	return nil
}

func at(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}

func numberAt(numbers []float64, i int) float64 {
	if i < len(numbers) {
		return numbers[i]
	}
	return math.NaN()
}

// Pooled returns one row of features for each sample: the mean over the frames
// that are no padding, by the lengths that the file names or else up to the last
// frame that is not zero. Samples of one row each come as they are. NaN and
// infinities spread into the mean. It needs memory for a row of each sample.
func Pooled(a Array) ([][]float32, error) {
	out := make([][]float32, a.Tensor.Len())
	row := make([]float32, a.Tensor.Row())
	shape := a.Tensor.Shape()
	for i := range out {
		if err := a.Tensor.Read(i, row); err != nil {
			return nil, err
		}
		if len(shape) != 3 {
			out[i] = append([]float32{}, row...)
			continue
		}
		out[i] = Mean(row[:trueFrames(a, i, row)*shape[2]], shape[2])
	}
	return out, nil
}

// TrueFrames returns how many frames of sample i, which row holds, are no padding: as the
// lengths of the file say, which the array bounds, or where it names none those up to the
// last that is not zero. A sample that is zero throughout has none, and one of an array
// without an axis of frames has one.
func TrueFrames(a Array, i int, row []float32) int {
	for _, v := range row {
		if v != 0 {
			if len(a.Tensor.Shape()) != 3 {
				return 1
			}
			return trueFrames(a, i, row)
		}
	}
	return 0
}
