package experiment

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var someRows = rapid.Custom(func(t *rapid.T) []row {
	score := rapid.Custom(func(t *rapid.T) float64 {
		if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
			return none
		}
		return float64(rapid.IntRange(-6, 6).Draw(t, "score")) / 2
	})
	rows := []row{{"v0", 1, 1, 1, 1}, {"v1", -1, 1, -1, 1}} // two videos that count
	for i := range rapid.IntRange(2, 12).Draw(t, "clips") {
		rows = append(rows, row{
			video: fmt.Sprintf("v%d", rapid.IntRange(0, 4).Draw(t, "video")), label: float64(rapid.IntRange(-3, 3).Draw(t, fmt.Sprint("label", i))),
			small: score.Draw(t, "small"), large: score.Draw(t, "large"), second: score.Draw(t, "second"),
		})
	}
	return rows
})

// fullConfig judges many fusions, of which some ask twice.
func fullConfig() Config {
	c := tinyConfig()
	c.Second = &Role{Predictor: "2", Label: "second"}
	c.Fusions = []string{"replace", "replace-unless-neutral", "confidence-weighted-mean", "uacs-v1", "uacs-v2"}
	c.LargeMeasure, c.TauLarge = "distance-to-neutral", []float64{0.4, 0.8}
	c.Replicates = 100
	return c
}

// records are those of a run, nil where the clips cannot be judged.
func records(t *rapid.T, c Config, rows []row) []byte {
	h, err := cohortOf(c, rows)
	if err != nil {
		return nil
	}
	r, err := Run(context.Background(), h)
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	if err := WriteRecords(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// byVideo puts the rows of each video together, videos in order of their first.
func byVideo(rows []row) map[string][]row {
	groups := map[string][]row{}
	for _, r := range rows {
		groups[r.video] = append(groups[r.video], r)
	}
	return groups
}

func videosOf(rows []row) []string {
	var videos []string
	for _, r := range rows {
		if !slices.Contains(videos, r.video) {
			videos = append(videos, r.video)
		}
	}
	return videos
}

// The order of the clips within their videos, and how videos mix, changes
// nothing: ties move together. (The order in which videos first appear does: they
// are dealt to folds and drawn in it. Random controls go by place, too.)
func TestOrderOfClipsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := someRows.Draw(t, "rows")
		c := fullConfig()
		c.Failures = rapid.SampledFrom([]Failures{FallbackSmall, Wrong, Drop}).Draw(t, "failures")
		var sorted []row
		groups := byVideo(rows)
		for _, video := range videosOf(rows) {
			sorted = append(sorted, rapid.Permutation(groups[video]).Draw(t, video)...)
		}
		// Under drop the first clip of a video may leave, and the order of videos with it.
		before, after := rows, sorted
		if c.Failures == Drop {
			before, after = usable(rows), usable(sorted)
		}
		if !slices.Equal(videosOf(before), videosOf(after)) {
			t.Skip("the order of the videos changes")
		}
		if !slices.Equal(videosOf(counted(before)), videosOf(counted(after))) {
			t.Skip("the order of the counted videos changes")
		}
		if diff := cmp.Diff(string(records(t, c, rows)), string(records(t, c, sorted))); diff != "" {
			t.Fatalf("records (-in order +permuted):\n%s", diff)
		}
	})
}

func usable(rows []row) []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.small == none || r.large == none })
}

func counted(rows []row) []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.label == 0 })
}

// Whatever the clips: an accuracy is Right over N, flows add up to N and Right,
// differences to counts, calls are within their bounds, a random line is straight,
// and no cascade that selects is above the selecting oracle.
func TestResultsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fullConfig()
		c.Failures = rapid.SampledFrom([]Failures{FallbackSmall, Wrong, Drop}).Draw(t, "failures")
		data := records(t, c, someRows.Draw(t, "rows"))
		if data == nil {
			t.Skip("cannot be judged")
		}
		r, err := ReadRecords(bytes.NewReader(data), "r.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		small, large, ceiling := r.Alone("small-only"), r.Alone("large-only"), r.Alone("oracle-select")
		for _, s := range r.Systems {
			clips, right := 0, 0
			for _, stage := range s.Stages {
				clips, right = clips+stage.Clips, right+stage.Right
			}
			share := func(k int) string { return Number(float64(k) / float64(r.Setup.N)).String() }
			switch {
			case clips != r.Setup.N || right != s.Right:
				t.Fatalf("%s: the flow has %d clips and %d right; %d and %d", s.Name, clips, right, r.Setup.N, s.Right)
			case s.Accuracy.Value.String() != share(s.Right):
				t.Fatalf("%s: accuracy %v is not %d/%d", s.Name, s.Accuracy.Value, s.Right, r.Setup.N)
			case s.First > 1 || s.Second > s.First || s.Deferred != s.First:
				t.Fatalf("%s: deferred %v, calls %v and %v", s.Name, s.Deferred, s.First, s.Second)
			case s.VsSmall != nil && s.VsSmall.Corrected-s.VsSmall.Broken != s.Right-small.Right,
				s.VsLarge != nil && s.VsLarge.Corrected-s.VsLarge.Broken != s.Right-large.Right:
				t.Fatalf("%s: %d right, %d and %d alone, %+v, %+v", s.Name, s.Right, small.Right, large.Right, s.VsSmall, s.VsLarge)
			case s.Fusion == "replace" && s.Right > ceiling.Right:
				t.Fatalf("%s: %d right, above the %d of the selecting oracle", s.Name, s.Right, ceiling.Right)
			}
		}
		for _, curve := range r.Curves {
			first, last := curve.Points[0], curve.Points[len(curve.Points)-1]
			if first.Accuracy != small.Accuracy.Value || curve.Fusion == "replace" && curve.Role != "oracle" && last.Accuracy != large.Accuracy.Value {
				t.Fatalf("curve %s goes from %v to %v", curve.Name, first.Accuracy, last.Accuracy)
			}
			if curve.Role == "oracle" && last.Accuracy != ceiling.Accuracy.Value {
				t.Fatalf("the oracle's curve ends at %v, either is right in %v", last.Accuracy, ceiling.Accuracy.Value)
			}
		}
	})
}
