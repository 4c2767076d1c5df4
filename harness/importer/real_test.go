package importer

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/datasets"
	"uacs/harness/sample"
	"uacs/internal/detsum"
	"uacs/internal/mirror"
)

// The tests of this file count the published answers. Expected values were
// counted on the same files with Python 3.11's csv module and numpy 1.24.2
// (np.load), without this package.

// published imports a published file for one split.
func published(t *testing.T, m Importer, path, dataset string, split sample.Split) (Import, []sample.Sample) {
	t.Helper()
	root := os.DirFS(mirror.Need(t))
	d, err := datasets.Load(root, dataset)
	if err != nil {
		t.Fatal(err)
	}
	asked := d.Split(split)
	im, err := m.Import(Request{FS: root, Path: path, Clips: asked})
	if err != nil {
		t.Fatal(err)
	}
	conform(t, im, asked)
	return im, asked
}

// of returns the records of a model that must be there.
func of(t *testing.T, im Import, model string) []sample.Prediction {
	t.Helper()
	out, err := im.Of(model)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unusable(records []sample.Prediction) (n int) {
	for i := range records {
		if !records[i].OK() {
			n++
		}
	}
	return n
}

var checkpointNames = []string{"affectgpt-30", "affectgpt-35", "affectgpt-40", "affectgpt-45", "affectgpt-50", "affectgpt-55", "affectgpt-60"}

func TestPublishedAffectGPT(t *testing.T) {
	for _, c := range []struct {
		dataset, folder string
		clips           int
		// unusable counts the words that are no polarity, by checkpoint.
		unusable [7]int
		// votes are the words of all checkpoints: negative, neutral, positive.
		votes [3]int
		// unanimous counts the clips with seven equal words.
		unanimous int
		// other are the words that are no polarity: over all four sets 302 times
		// "mixed" and once each of the six others.
		other map[string]int
	}{
		{"mosi", "results-cmumosi", 686, [7]int{3, 5, 7, 6, 3, 6, 7}, [3]int{2127, 301, 2337}, 423, map[string]int{"mixed": 34, "contradictory": 1, "dramatic": 1, "complex": 1}},
		{"mosei", "results-cmumosei", 4659, [7]int{17, 32, 28, 32, 29, 29, 43}, [3]int{9561, 4868, 17974}, 2695, map[string]int{"mixed": 207, "anxious": 1, "excitement": 1, "uncertain": 1}},
		{"sims", "results-sims", 457, [7]int{1, 2, 1, 3, 0, 4, 2}, [3]int{1833, 126, 1227}, 319, map[string]int{"mixed": 13}},
		{"simsv2", "results-simsv2", 1034, [7]int{4, 3, 10, 9, 5, 9, 8}, [3]int{3517, 208, 3465}, 743, map[string]int{"mixed": 48}},
	} {
		t.Run(c.dataset, func(t *testing.T) {
			im, asked := published(t, AffectGPT, "affectgpt/3FEmotionResearch/"+c.folder, c.dataset, sample.Test)
			if len(asked) != c.clips {
				t.Errorf("%d clips, want %d", len(asked), c.clips)
			}
			if diff := cmp.Diff(append(checkpointNames[:7:7], "affectgpt-vote"), im.Models()); diff != "" {
				t.Fatalf("models (-want +got):\n%s", diff)
			}
			for _, note := range im.Notes {
				if !strings.Contains(note, "unparseable") {
					t.Errorf("note %q", note)
				}
			}
			var bad [7]int
			for i, name := range checkpointNames {
				bad[i] = unusable(of(t, im, name))
			}
			if diff := cmp.Diff(c.unusable, bad); diff != "" {
				t.Errorf("unusable by checkpoint (-want +got):\n%s", diff)
			}
			votes, unanimous, other := countVotes(t, of(t, im, "affectgpt-vote"))
			if votes != c.votes || unanimous != c.unanimous {
				t.Errorf("votes %v, %d unanimous; want %v, %d", votes, unanimous, c.votes, c.unanimous)
			}
			if diff := cmp.Diff(c.other, other); diff != "" {
				t.Errorf("words that are no polarity (-want +got):\n%s", diff)
			}
		})
	}
}

// countVotes adds up votes by polarity and the other words, and counts the clips
// on which all checkpoints agree. Every clip must have a vote of each.
func countVotes(t *testing.T, records []sample.Prediction) (polar [3]int, unanimous int, other map[string]int) {
	t.Helper()
	other = map[string]int{}
	for _, p := range records {
		total := 0
		for word, n := range p.Votes {
			total += n
			if polarity, ok := sample.ParsePolarity(word); ok {
				polar[polarity+1] += n
			} else {
				other[word] += n
			}
			if n == len(checkpointNames) {
				unanimous++
			}
		}
		if total != len(checkpointNames) {
			t.Errorf("a clip has %d votes", total)
		}
	}
	return polar, unanimous, other
}

func TestPublishedGPT4V(t *testing.T) {
	for _, c := range []struct {
		dataset, path            string
		clips, missing           int
		partial                  int
		neutral, weakly, certain int // rankings by their first class
	}{
		{"mosi", "cmumosi/label-gpt4v-text.csv", 686, 1, 2, 153, 114, 418},
		{"mosi", "cmumosi/label-gpt4v-video.csv", 686, 1, 0, 470, 53, 162},
		{"mosi", "cmumosi/label-gpt4v-multi.csv", 686, 4, 0, 248, 143, 291},
		{"sims", "sims/label-gpt4v-text.csv", 457, 0, 2, 155, 50, 252},
		{"sims", "sims/label-gpt4v-video.csv", 457, 1, 0, 256, 50, 150},
		{"sims", "sims/label-gpt4v-multi.csv", 457, 4, 0, 208, 74, 171},
	} {
		t.Run(c.path, func(t *testing.T) {
			im, asked := published(t, GPT4V, "gpt4v-emotion/results/"+c.path, c.dataset, sample.Test)
			partial, first := 0, map[string]int{}
			for _, p := range im.Predictions {
				if p.OK() {
					first[p.Ranking[0]]++
				} else if p.Error != absent {
					t.Errorf("an answer is unusable: %s", p.Error)
				}
				if n := len(p.Ranking); 0 < n && n < classes {
					partial++
				}
			}
			got := []int{len(asked), unusable(im.Predictions), partial, first["neutral"], first["weakly negative"] + first["weakly positive"], first["negative"] + first["positive"]}
			if diff := cmp.Diff([]int{c.clips, c.missing, c.partial, c.neutral, c.weakly, c.certain}, got); diff != "" {
				t.Errorf("clips, missing, partial, and neutral, weak, strong in the first place (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPublishedRegressors(t *testing.T) {
	for _, c := range []struct {
		dataset string
		split   sample.Split
		clips   int
		// empty counts the empty cells of pred_v; those of pred_t and pred_a are full.
		empty int
		notes []string
		// mae are the mean absolute errors of text, audio, video and mean over the
		// clips that have the score; nil where they were not computed.
		mae []float64
	}{
		{
			"simsv2", sample.Train, 2722, 10,
			[]string{"spp72kimo-video: 10 of 2722 answers are unusable (10 missing)", "1681 of 4403 answers are left out, about clips outside simsv2/train", "spp72kimo-mean: 10 of 2722 means lack a member"},
			[]float64{0.3184010591522647, 0.23355737568949303, 0.3198455972173924, 0.21755520119936902},
		},
		{
			"simsv2", sample.Valid, 647, 2,
			[]string{"spp72kimo-video: 2 of 647 answers are unusable (2 missing)", "3756 of 4403 answers are left out, about clips outside simsv2/valid", "spp72kimo-mean: 2 of 647 means lack a member"},
			[]float64{0.40821575589191567, 0.356450423381762, 0.44683051756186076, 0.33868864055012565},
		},
		{
			"simsv2", sample.Test, 1034, 4,
			[]string{"spp72kimo-video: 4 of 1034 answers are unusable (4 missing)", "3369 of 4403 answers are left out, about clips outside simsv2/test", "spp72kimo-mean: 4 of 1034 means lack a member"},
			[]float64{0.3854592374484307, 0.3563896595981625, 0.40879319855310386, 0.3043339650120671},
		},
		{"sims", sample.Test, 457, 0, []string{"3946 of 4403 answers are left out, about clips outside sims/test"}, nil},
	} {
		t.Run(c.dataset+"/"+string(c.split), func(t *testing.T) {
			im, asked := published(t, Regressors, "chsims_v2/spp72kimo/fusion_Video_videoMAE_with_labels.csv", c.dataset, c.split)
			if diff := cmp.Diff(c.notes, im.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			got := []int{len(asked)}
			for k, name := range []string{"spp72kimo-text", "spp72kimo-audio", "spp72kimo-video", "spp72kimo-mean"} {
				records := of(t, im, name)
				got = append(got, unusable(records))
				if c.mae == nil {
					continue
				}
				if mae := meanAbsoluteError(records, asked); math.Abs(mae-c.mae[k]) > 1e-12 {
					t.Errorf("%s: mean absolute error %v, want %v", name, mae, c.mae[k])
				}
			}
			if diff := cmp.Diff([]int{c.clips, 0, 0, c.empty, 0}, got); diff != "" {
				t.Errorf("clips, unusable of text, audio, video and mean (-want +got):\n%s", diff)
			}
		})
	}
}

func meanAbsoluteError(records []sample.Prediction, asked []sample.Sample) float64 {
	var off []float64
	for i, p := range records {
		if p.OK() {
			off = append(off, math.Abs(*p.Score-asked[i].Label))
		}
	}
	return detsum.Mean(off)
}

// An answer file imports for the subset SIMS of the clips it is about; asked for
// another dataset, it is refused.
func TestPublishedAnswersOfOtherClips(t *testing.T) {
	im, _ := published(t, AffectGPT, "affectgpt/3FEmotionResearch/results-simsv2", "sims", sample.Test)
	// 7 checkpoints × (1034 clips of SIMS v2 − 457 of SIMS).
	const want = "4039 of 7238 answers are left out, about clips outside sims/test"
	if got := im.Notes[len(im.Notes)-1]; got != want {
		t.Errorf("note %q, want %q", got, want)
	}
	root := os.DirFS(mirror.Need(t))
	d, err := datasets.Load(root, "mosi")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		m    Importer
		path string
	}{
		{AffectGPT, "affectgpt/3FEmotionResearch/results-sims"},
		{GPT4V, "gpt4v-emotion/results/sims/label-gpt4v-text.csv"},
		{Regressors, "chsims_v2/spp72kimo/fusion_Video_videoMAE_with_labels.csv"},
	} {
		_, err := r.m.Import(Request{FS: root, Path: r.path, Clips: d.Split(sample.Test)})
		if err == nil || err.Error() != "import: "+r.path+": no answer is about a clip of mosi/test" {
			t.Errorf("%s: %v", r.path, err)
		}
	}
}
