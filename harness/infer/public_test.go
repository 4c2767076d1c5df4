package infer

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"uacs/internal/mirror"
)

// gpt4v holds, by clip id, whether GPT-4V got the sign of a non-zero label: the
// first of its ranked classes that is not neutral counts, and a ranking cut off
// before that is wrong.
func gpt4v(t *testing.T, set, mode string) (right map[string]float64, order []string) {
	t.Helper()
	f, err := os.Open(filepath.Join(mirror.Need(t), "gpt4v-emotion", "results", set, "label-gpt4v-"+mode+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	right = map[string]float64{}
	for _, row := range rows[1:] {
		label, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if label == 0 {
			continue
		}
		order = append(order, row[0])
		right[row[0]] = 0
		for word := range strings.SplitSeq(row[2], ",") {
			word = strings.TrimSpace(word)
			if strings.HasSuffix(word, "positive") || strings.HasSuffix(word, "negative") {
				if strings.HasSuffix(word, "positive") == (label > 0) {
					right[row[0]] = 1
				}
				break
			}
		}
	}
	return right, order
}

// GPT-4V's accuracies, their standard errors by clip and by video, and the
// McNemar counts of text against multi on the clips that all three modalities
// answered. Expected values were computed from the same files by another program,
// in Python. (In SIMS it is 24 against 93, chi-square 39.5, where the one ranking
// cut off as "neutral,weak" is read as negative.)
func TestGPT4VOutputs(t *testing.T) {
	for _, c := range []struct {
		set                        string
		clips, clusters            int
		accuracy, naive, clustered float64 // per cent
		onlyText, onlyMulti        int
		chi2                       float64
	}{
		{"cmumosi", 652, 31, 85.28, 1.39, 1.59, 56, 71, 1.54},
		{"sims", 385, 58, 85.97, 1.77, 2.00, 23, 93, 41.04},
	} {
		t.Run(c.set, func(t *testing.T) {
			multi, order := gpt4v(t, c.set, "multi")
			text, _ := gpt4v(t, c.set, "text")
			vision, _ := gpt4v(t, c.set, "video")
			var x, a, b []float64
			var video []string
			for _, id := range order {
				x = append(x, multi[id])
				video = append(video, id[:strings.LastIndexByte(id, '_')])
				r, inText := text[id]
				if _, inVideo := vision[id]; inText && inVideo {
					a, b = append(a, r), append(b, multi[id])
				}
			}
			se, err := MeanSE(NewClusters(video), x, nil)
			if err != nil {
				t.Fatal(err)
			}
			percent := func(v float64) float64 { return math.Round(v*1e4) / 100 }
			if se.Clips != c.clips || se.Clusters != c.clusters || percent(se.Mean) != c.accuracy ||
				percent(se.Naive) != c.naive || percent(se.Clustered) != c.clustered {
				t.Errorf("%+v, want %+v", se, c)
			}
			onlyA, onlyB, err := Discordant(a, b, nil)
			if err != nil {
				t.Fatal(err)
			}
			test, err := McNemar(onlyA, onlyB)
			if err != nil || onlyA != c.onlyText || onlyB != c.onlyMulti || math.Abs(test.Chi2-c.chi2) > 0.005 {
				t.Errorf("%+v, %v, want %+v", test, err, c)
			}
		})
	}
}
