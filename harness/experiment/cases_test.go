package experiment

import (
	"context"
	"testing"
)

// By hand, from the comment on fourVideos: a is escalated and corrected, all
// others are kept, and e is not counted.
func TestCasesByHand(t *testing.T) {
	h, err := cohortOf(tinyConfig(), fourVideos)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Cases(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != len(fourVideos) {
		t.Fatalf("%d cases of %d clips", len(cases), len(fourVideos))
	}
	for k, c := range cases {
		clip := "abcdfe"[k%6]
		escalated := clip == 'a'
		if (c.Stage == "replaced") != escalated || c.Counted != (clip != 'e') {
			t.Errorf("clip %c: stage %s, counted %v", clip, c.Stage, c.Counted)
		}
		if right := clip == 'a' || clip == 'c' || clip == 'd' || clip == 'f'; c.Right != right {
			t.Errorf("clip %c: right %v, want %v", clip, c.Right, right)
		}
	}
	if a := cases[0]; a.Small.Right || !a.Large.Right || a.Polarity != "negative" || a.Small.Polarity != "positive" || a.Why == "" {
		t.Errorf("clip a: %+v", a)
	}
}
