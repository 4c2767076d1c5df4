package bootstrap

import (
	"fmt"
	"math"
	"testing"
	"time"

	"uacs/harness/experiment"
	"uacs/harness/infer"
)

// benchPlan is what the benchmarks resample by.
var benchPlan = infer.Plan{Replicates: 10_000, Level: 0.95, Seed: 20250904, Stream: 0x626f6f74}

// BenchmarkMeasure bootstraps one measure with ten fusions over 10,000 replicates,
// on as many clips as the test split of SIMS v2 has.
func BenchmarkMeasure(b *testing.B) {
	tr := newTrial(1034, 20, 10, 5)
	k := tr.kernel(b, benchPlan, experiment.CurveRates())
	m := 0
	for b.Loop() {
		tr.boot(k, m%len(tr.u))
		m++
	}
}

// BenchmarkDraws draws and packs 10,000 replicates.
func BenchmarkDraws(b *testing.B) {
	tr := newTrial(1034, 1, 1, 5)
	for b.Loop() {
		if _, err := NewReplicates(tr.clusters, benchPlan); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplicates shows that the cost is linear in replicates.
func BenchmarkReplicates(b *testing.B) {
	tr := newTrial(1034, 1, 10, 5)
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			plan := benchPlan
			plan.Replicates = n
			k := tr.kernel(b, plan, experiment.CurveRates())
			for b.Loop() {
				tr.boot(k, 0)
			}
		})
	}
}

// TestScaling prints how the time grows with the number of clips: the exponent of
// a power law through the times, about 1 for n log n. It asserts nothing of the
// machine.
func TestScaling(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	var logN, logT []float64
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		tr := newTrial(n, 1, 2, 5)
		plan := benchPlan
		plan.Replicates = 100
		start := time.Now()
		tr.boot(tr.kernel(t, plan, experiment.CurveRates()), 0)
		took := time.Since(start)
		logN, logT = append(logN, math.Log(float64(n))), append(logT, math.Log(took.Seconds()))
		t.Logf("%7d clips, %6d videos: %v", n, tr.clusters.Len(), took.Round(time.Microsecond))
	}
	t.Logf("time grows as n^%.2f", slope(logN, logT))
}

// slope is that of the least-squares line.
func slope(x, y []float64) float64 {
	var mx, my, xy, xx float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
	}
	return xy / xx
}
