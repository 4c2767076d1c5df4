package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"uacs/harness/cache"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// predictions writes the answers of a cache as uacs import jsonl reads them: one of each
// model about each clip, in the order of dataset, split, model and clip.
func (c cacheExport) predictions(a *app, chosen cache.Source) error {
	if !strings.HasSuffix(c.Out, ".jsonl") {
		return fmt.Errorf("%s: a file of predictions ends in .jsonl", c.Out)
	}
	var all []sample.Prediction
	err := chosen(a.Ctx, func(e cache.Entry) error {
		all = append(all, e.Prediction)
		return nil
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return hint.Add(fmt.Errorf("%s: no answer is chosen", c.Cache), "uacs cache stat says what it has")
	}
	slices.SortStableFunc(all, func(a, b sample.Prediction) int {
		return cmp.Or(strings.Compare(a.Dataset, b.Dataset), strings.Compare(string(a.Split), string(b.Split)),
			strings.Compare(a.Model, b.Model), strings.Compare(a.ID, b.ID), cmp.Compare(a.Round, b.Round))
	})
	for i := 1; i < len(all); i++ {
		p, q := &all[i-1], &all[i]
		if p.Dataset == q.Dataset && p.Split == q.Split && p.Model == q.Model && p.ID == q.ID {
			return hint.Add(fmt.Errorf("%s: %s has two answers about clip %s: rounds %d and %d, revisions %q and %q",
				c.Cache, p.Model, p.ID, p.Round, q.Round, p.Revision, q.Revision), "choose with --round and --revision")
		}
	}
	var buf bytes.Buffer
	if err := sample.WritePredictions(&buf, all); err != nil {
		return err
	}
	if err := whole(c.Out, buf.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Stdout, "%d answers in %s\n", len(all), c.Out)
	return err
}
