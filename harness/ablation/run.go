package ablation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"uacs/harness/bootstrap"
	"uacs/harness/experiment"
	"uacs/harness/panel"
	"uacs/harness/shard"
	"uacs/harness/uncertainty"
)

// Shard is a part of a grid, whose cells are dealt out by their keys. The zero value
// is the whole grid.
type Shard = shard.Part

// ParseShard reads "i/n" with i from 1 to n, as people count.
func ParseShard(text string) (Shard, error) { return shard.Parse(text) }

// shardFile is the name of a shard's file in a store.
func shardFile(s Shard) string {
	return fmt.Sprintf("cells-%d-of-%d.jsonl", s.I+1, max(s.N, 1))
}

// Options say what to run, and where.
type Options struct {
	Shard Shard
	// Store is the folder that cells are kept in; each shard has a file of its own.
	Store string
	// SyncEvery is the number of cells after which a file is forced to the disk; 0
	// means 64.
	SyncEvery int
	// Predictors and Data are those that the grid was expanded with.
	Predictors experiment.Predictors
	Data       fs.FS
	// Progress is told about every cell when it is in the store; it may be nil.
	Progress func(done, total int)
}

// Summary counts the cells of a run's shard.
type Summary struct {
	// Total is how many there are, Stored how many the store held already, Run how
	// many were judged now, NotApplicable how many of all have no numbers.
	Total, Stored, Run, NotApplicable int
}

// Run judges the cells of a shard that the store does not hold and appends them to
// the shard's file in the order of the grid. Cells already in the store, whichever
// shard wrote them, are not judged again. It ends early with ctx's error; what it
// has written stays, and another Run goes on from there.
func Run(ctx context.Context, grid Grid, o Options) (sum Summary, err error) {
	if o.SyncEvery == 0 {
		o.SyncEvery = 64
	}
	j, err := openJournal(filepath.Join(o.Store, shardFile(o.Shard)), o.SyncEvery)
	if err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	stored, err := ReadStore(o.Store) // with the file held: what an earlier run did is there
	if err != nil {
		return Summary{}, err
	}
	have := map[string]bool{}
	na := map[string]bool{}
	for _, c := range stored {
		have[c.Key] = true
		na[c.Key] = c.NA != ""
	}
	r := &runner{grid: grid, o: o, journal: j}
	var todo []Spec
	for _, s := range grid.Cells {
		if !o.Shard.Holds(s.Key) {
			continue
		}
		r.sum.Total++
		if have[s.Key] {
			r.sum.Stored++
			r.sum.NotApplicable += b2i(na[s.Key])
			continue
		}
		todo = append(todo, s)
	}
	err = r.all(ctx, todo)
	return r.sum, err
}

type runner struct {
	grid    Grid
	o       Options
	journal *journal
	sum     Summary
}

// all judges panel after panel: one panel's draws are in memory at a time.
func (r *runner) all(ctx context.Context, todo []Spec) error {
	var h *experiment.Cohort
	for start := 0; start < len(todo); {
		s := todo[start]
		if start == 0 || todo[start-1].Pair != s.Pair {
			var err error
			if h, err = experiment.Open(r.grid.Plan.Config(s.Pair, s.Profile, s.Seed), r.o.Predictors, r.o.Data); err != nil {
				return err
			}
		}
		end := start
		for end < len(todo) && samePanel(todo[end], s) {
			end++
		}
		b, err := newJudged(&r.grid.Plan, s.Pair, h, s.Profile, s.Seed)
		if err != nil {
			return err
		}
		if err := r.panel(ctx, b, units(todo[start:end])); err != nil {
			return err
		}
		start = end
	}
	return nil
}

func samePanel(a, b Spec) bool {
	return a.Pair == b.Pair && a.Profile == b.Profile && a.Seed == b.Seed
}

// units cuts a panel's cells into runs that share a ranking.
func units(specs []Spec) [][]Spec {
	var out [][]Spec
	for i, s := range specs {
		last := len(out) - 1
		if i == 0 || !sameRanking(specs[i-1], s) {
			out = append(out, nil)
			last++
		}
		out[last] = append(out[last], s)
	}
	return out
}

func sameRanking(a, b Spec) bool {
	m, err := uncertainty.ByName(a.Measure)
	return a.Uncertainty == b.Uncertainty && a.Measure == b.Measure && a.Calibration == b.Calibration &&
		err == nil && !panel.ReadsGain(m)
}

// panel judges units side by side and writes their cells in order. Each worker has
// a kernel of its own.
func (r *runner) panel(ctx context.Context, b *judged, units [][]Spec) error {
	workers := min(runtime.GOMAXPROCS(0), len(units))
	results := make([]chan []Cell, len(units))
	for i := range results {
		results[i] = make(chan []Cell, 1)
	}
	next := make(chan int)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(next)
		for i := range units {
			select {
			case next <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range workers {
		group.Go(func() error {
			k := bootstrap.NewKernel(b.reps, b.keepReps, b.largeReps, b.plan.Rates, b.plan.Level)
			for i := range next {
				cells, err := b.judge(k, units[i])
				if err != nil {
					return fmt.Errorf("pair %s: %w", b.pair.Name, err)
				}
				results[i] <- cells
			}
			return nil
		})
	}
	group.Go(func() error { return r.write(ctx, results) })
	return group.Wait()
}

// write appends cells in the order of the grid, as they come.
func (r *runner) write(ctx context.Context, results []chan []Cell) error {
	for _, result := range results {
		select {
		case cells := <-result:
			for i := range cells {
				if err := r.journal.append(&cells[i]); err != nil {
					return err
				}
				r.sum.Run++
				r.sum.NotApplicable += b2i(cells[i].NA != "")
				if r.o.Progress != nil {
					r.o.Progress(r.sum.Stored+r.sum.Run, r.sum.Total)
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
