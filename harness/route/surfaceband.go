package route

import (
	"fmt"

	"uacs/harness/infer"
)

// SurfaceBand bounds the quality of every cell of a surface.
type SurfaceBand struct {
	columns int
	lo, hi  []float64 // by row, then column
}

// At returns the bounds of the cell of a row and a column. It panics when there is
// no such cell.
func (b SurfaceBand) At(row, column int) (lo, hi float64) {
	i := row*b.columns + column
	return b.lo[i], b.hi[i]
}

// Band resamples clusters of clips and returns the percentile interval of every
// cell's quality, pointwise. s are the columns that the surface was made of. Both
// thresholds stay where they are in all replicates, so that the interval of a cell
// is that of [infer.Mean] for the clips as the cell's thresholds treat them. This
// differs from [NewBand], where a share of clips is what stays.
//
// The cost is one addition per cell and replicate and one per clip and replicate;
// the memory that of the replicates of one row, and of the clusters' weights in all
// replicates.
func (f Surface) Band(s Stages, clusters *infer.Clusters, plan infer.Plan) (SurfaceBand, error) {
	if err := s.validate(); err != nil {
		return SurfaceBand{}, err
	}
	if len(s.Small) != f.N || clusters.Clips() != f.N {
		return SurfaceBand{}, fmt.Errorf("route: a surface of %d clips, columns of %d, clusters of %d", f.N, len(s.Small), clusters.Clips())
	}
	w, err := newSurfaceWalker(f, s, clusters, plan)
	if err != nil {
		return SurfaceBand{}, err
	}
	band := SurfaceBand{columns: len(f.Large)}
	tail := (1 - level(plan)) / 2
	for row := range f.Small {
		w.next(row)
		for _, q := range w.quality {
			band.lo, band.hi = append(band.lo, quantile(q, tail)), append(band.hi, quantile(q, 1-tail))
		}
	}
	return band, nil
}

// surfaceWalker takes all replicates from row to row, as [Surface.fill] takes the
// clips as they are.
type surfaceWalker struct {
	rows     [][]surfaceStep // what each row adds to the one before
	clusters int
	weight   []int32   // by replicate, then cluster
	total    []float64 // clips of each replicate
	accepted []float64 // of each replicate, its sum of qualities with all answers accepted
	settle   []float64 // by replicate, then column: by how much the column differs from the one before
	quality  [][]float64
}

// surfaceStep escalates one clip: what that adds to the sum of qualities if the
// large model's answer is accepted, and from which column on it is settled.
type surfaceStep struct {
	cluster, column int
	accept, settle  float64
}

func newSurfaceWalker(f Surface, s Stages, clusters *infer.Clusters, plan infer.Plan) (*surfaceWalker, error) {
	replicates, columns := replicatesOf(plan), len(f.Large)
	w := &surfaceWalker{
		rows: make([][]surfaceStep, len(f.Small)), clusters: clusters.Len(),
		total: make([]float64, replicates), accepted: make([]float64, replicates),
		settle: make([]float64, replicates*columns), quality: make([][]float64, columns),
	}
	for column := range w.quality {
		w.quality[column] = make([]float64, replicates)
	}
	order, at := ByUncertainty(s.Small), 0
	for row, tau := range f.Small {
		for ; at < f.N && s.Small[order[at]] > tau; at++ {
			clip := order[at]
			w.rows[row] = append(w.rows[row], surfaceStep{
				cluster: clusters.Of(clip), column: f.firstSettled(s.Large[clip]),
				accept: s.Accept[clip] - s.Keep[clip], settle: s.Settle[clip] - s.Accept[clip],
			})
		}
	}
	size, keep := make([]float64, clusters.Len()), make([]float64, clusters.Len())
	for clip, q := range s.Keep {
		size[clusters.Of(clip)]++
		keep[clusters.Of(clip)] += q
	}
	err := infer.Resample(clusters.Len(), plan, func(b int, weight []int32) {
		w.weight = append(w.weight, weight...)
		for k, m := range weight {
			w.total[b] += float64(float64(m) * size[k])
			w.accepted[b] += float64(float64(m) * keep[k])
		}
	})
	return w, err
}

// next goes to a row, which must follow the one before, and sets quality: by
// column, then replicate, in any order since the quantiles of the row before.
func (w *surfaceWalker) next(row int) {
	columns := len(w.quality)
	for b, total := range w.total {
		weight, settle := w.weight[b*w.clusters:(b+1)*w.clusters], w.settle[b*columns:(b+1)*columns]
		for _, s := range w.rows[row] {
			m := float64(weight[s.cluster])
			w.accepted[b] += float64(m * s.accept)
			if s.column < columns { // an answer that every threshold accepts is never settled
				settle[s.column] += float64(m * s.settle)
			}
		}
		quality := w.accepted[b]
		for column, step := range settle {
			quality += step
			w.quality[column][b] = quality / total
		}
	}
}
