package main

import (
	"testing"
	"time"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/reproduce"
)

// By hand: four of ten in eight seconds are 0.5/s, which leaves twelve seconds.
func TestDoneLine(t *testing.T) {
	l := &doneLine{done: 4}
	l.plan(reproduce.Plan{Configs: make([]experiment.Config, 8), Ablations: make([]ablation.Plan, 2)})
	if got, want := l.text(8*time.Second), "4 of 10 done, 0.5/s, 12s left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if l.width != 18 {
		t.Errorf("names have %d columns, want 18", l.width)
	}
}
