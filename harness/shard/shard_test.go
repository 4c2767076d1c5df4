package shard_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/shard"
	"uacs/internal/hint"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if key, value, _ := strings.Cut(p, "="); key == name {
				return value
			}
		}
		return ""
	}
}

// Expected parts are by hand, from what the batch systems document.
func TestOf(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		env        []string
		want       string
	}{
		{"nothing said", "", []string{"SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_COUNT=9"}, "1/1"},
		{"command line", "2/3", nil, "2/3"},
		{"slurm from 0", "auto", []string{"SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_COUNT=9", "SLURM_ARRAY_TASK_MIN=0"}, "4/9"},
		{"slurm from 1", "auto", []string{"SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_COUNT=9", "SLURM_ARRAY_TASK_MIN=1"}, "3/9"},
		{"slurm in steps", "auto", []string{"SLURM_ARRAY_TASK_ID=8", "SLURM_ARRAY_TASK_COUNT=3", "SLURM_ARRAY_TASK_MIN=0", "SLURM_ARRAY_TASK_STEP=4"}, "3/3"},
		{"slurm, one task again", "auto", []string{"SLURM_ARRAY_TASK_ID=7", "SLURM_ARRAY_TASK_COUNT=1", "SLURM_ARRAY_TASK_MIN=7", "UACS_SHARDS=10"}, "8/10"},
		{"kubernetes", "auto", []string{"JOB_COMPLETION_INDEX=0", "UACS_SHARDS=4"}, "1/4"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := shard.Of(tc.text, environment(tc.env...))
			if err != nil || p.String() != tc.want {
				t.Errorf("%v, %v; want %s", p, err, tc.want)
			}
		})
	}
}

func TestOfRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		env        []string
		want       string
	}{
		{"zero", "0/3", nil, "not i/n"},
		{"beyond", "4/3", nil, "not i/n"},
		{"sign", "+1/3", nil, "not i/n"},
		{"rest", "1/3x", nil, "not i/n"},
		{"no system", "auto", nil, "neither"},
		{"two systems", "auto", []string{"SLURM_ARRAY_TASK_ID=0", "JOB_COMPLETION_INDEX=0"}, "both"},
		{"no count", "auto", []string{"JOB_COMPLETION_INDEX=0"}, "UACS_SHARDS"},
		{"not a number", "auto", []string{"SLURM_ARRAY_TASK_ID=x", "SLURM_ARRAY_TASK_COUNT=2"}, "not a number"},
		{"beyond the count", "auto", []string{"SLURM_ARRAY_TASK_ID=2", "SLURM_ARRAY_TASK_COUNT=2"}, "part 2"},
		{"between steps", "auto", []string{"SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_STEP=2"}, "steps"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := shard.Of(tc.text, environment(tc.env...))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q in it", err, tc.want)
			}
			if tc.text == shard.Auto && hint.Of(err) == "" {
				t.Error("no hint")
			}
		})
	}
}

// Every name is in one part, whatever their number.
func TestPartsPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, n := rapid.String().Draw(t, "name"), rapid.IntRange(1, 50).Draw(t, "n")
		in := 0
		for i := range n {
			if (shard.Part{I: i, N: n}).Holds(name) {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%q is in %d of %d parts", name, in, n)
		}
	})
}

// Parts are of like size: 10,000 names in 10 parts, each of which then has 1000 with
// a standard deviation of 30.
func TestPartsAreEven(t *testing.T) {
	count := make([]int, 10)
	for k := range 10000 {
		for i := range count {
			if (shard.Part{I: i, N: len(count)}).Holds(fmt.Sprintf("clip-%d", k)) {
				count[i]++
			}
		}
	}
	for i, n := range count {
		if n < 850 || n > 1150 {
			t.Errorf("part %d has %d of 10000", i, n)
		}
	}
}
