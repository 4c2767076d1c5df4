package soak

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/ablation"
)

// merged are the cells that come of parts, and the keys of those that are missing.
func merged(t *rapid.T, g ablation.Grid, parts ...[]ablation.Cell) string {
	table, err := ablation.Merge(g, parts...)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := ablation.WriteCells(&b, table.Cells); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%+v", table.Counts)
	for _, s := range table.Missing {
		fmt.Fprintf(&b, " without %s", s.Key)
	}
	return b.String()
}

// However cells are dealt out to parts, in whatever order these come and how often, and
// whether or not some were merged before, the same table comes of it.
func TestMergeOfCellsDoesNotCare(t *testing.T) {
	known, _, err := ablation.ReadCells(strings.NewReader(bytesOf(t, first+"/cells.jsonl")), "cells.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var g ablation.Grid
		var all []ablation.Cell
		for i := range rapid.IntRange(1, 8).Draw(t, "cells") {
			c := known[i%len(known)]
			c.Key = fmt.Sprintf("%064d", i)
			g.Cells = append(g.Cells, ablation.Spec{Key: c.Key})
			if rapid.Bool().Draw(t, "done") {
				all = append(all, c)
			}
		}
		want := merged(t, g, all)
		parts := make([][]ablation.Cell, rapid.IntRange(1, 4).Draw(t, "parts"))
		for _, c := range all {
			for _, k := range append(rapid.SliceOfN(rapid.IntRange(0, len(parts)-1), 0, 2).Draw(t, "again"), rapid.IntRange(0, len(parts)-1).Draw(t, "part")) {
				parts[k] = append(parts[k], c)
			}
		}
		for k := range parts {
			if len(parts[k]) > 1 {
				parts[k] = rapid.Permutation(parts[k]).Draw(t, "order within")
			}
		}
		if diff := cmp.Diff(want, merged(t, g, parts...)); diff != "" {
			t.Error(diff)
		}
		table, err := ablation.Merge(g, parts[0])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, merged(t, g, append(parts[1:], table.Cells)...)); diff != "" {
			t.Errorf("a part that was merged before: %s", diff)
		}
	})
}
