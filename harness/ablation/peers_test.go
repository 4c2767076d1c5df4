package ablation

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"uacs/harness/experiment"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

var peers = flag.Bool("peers", false, "run numpy and scikit-learn on the same numbers and compare")

func writeColumns(t *testing.T, dir string, tr trial, reps *replicates, plan infer.Plan) {
	t.Helper()
	write := func(name string, v any) {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	flat := func(x [][]float64) (out []float64) {
		for _, row := range x {
			out = append(out, row...)
		}
		return out
	}
	cluster := make([]int64, len(tr.cluster))
	for i, c := range tr.cluster {
		cluster[i] = int64(c)
	}
	weight := make([]float64, len(reps.total)*reps.clusters)
	for at, b := range reps.drawn {
		for c, w := range reps.weights(at) {
			weight[b*reps.clusters+c] = float64(w)
		}
	}
	write("u.f64", flat(tr.u))
	write("keep.f64", tr.keep)
	write("large.f64", tr.large)
	write("fused.f64", flat(tr.fused))
	write("cluster.i64", cluster)
	write("weight.f64", weight)
	meta, err := json.Marshal(map[string]any{
		"n": len(tr.keep), "measures": len(tr.u), "fusions": len(tr.fused), "clusters": reps.clusters,
		"replicates": len(reps.total), "rates": experiment.CurveRates(), "level": plan.Level,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "meta.json"), meta, 0o644); err != nil {
		t.Fatal(err)
	}
}

// answers computes what the peer computes, in its layout.
func answers(t testing.TB, tr trial, plan infer.Plan) []float64 {
	reps, err := newReplicates(tr.clusters, plan)
	if err != nil {
		t.Fatal(err)
	}
	keep, large := reps.sums(tr.counts(tr.keep)), reps.sums(tr.counts(tr.large))
	fl, wrong := tr.flips(), tr.wrong()
	rows := make([][]float64, len(tr.u))
	var group errgroup.Group
	group.SetLimit(2)
	for worker := range 2 {
		group.Go(func() error {
			k := newKernel(reps, keep, large, experiment.CurveRates(), plan.Level)
			for m := worker; m < len(tr.u); m += 2 {
				u := tr.u[m]
				booted, errs := k.bootstrap(newRanking(u, tr.cluster, tr.clusters.Len()), fl, wrong)
				aurocError, err := metric.AUROC(u, wrong)
				if err != nil {
					return err
				}
				for f, q := range tr.fused {
					up := make([]bool, len(q))
					for i := range q {
						up[i] = q[i] > tr.keep[i]
					}
					curve, err := route.NewCurve(route.Clips{U: u, Keep: tr.keep, Defer: q, First: q, Second: q})
					if err != nil {
						return err
					}
					apgr, _ := curve.APGR()
					gain, err := metric.AUROC(u, up)
					if err != nil {
						return err
					}
					b := booted[f]
					row := []float64{curve.AUDC(), apgr, aurocError, gain}
					for _, s := range []span{b.audc, b.apgr, errs, b.aurocGain, b.vsSmall, b.vsLarge, b.vsRandom} {
						row = append(row, s.lo, s.hi)
					}
					for _, r := range experiment.CurveRates() {
						row = append(row, curve.At(r).Quality)
					}
					rows[m] = append(append(append(rows[m], row...), b.lo...), b.hi...)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	var out []float64
	for _, row := range rows {
		out = append(out, row...)
	}
	return out
}

func TestBenchPeers(t *testing.T) {
	if !*peers {
		t.Skip("runs with -peers")
	}
	tr := newTrial(1034, 20, 10, 5)
	plan := infer.Plan{Replicates: 10_000, Level: 0.95, Seed: 3, Stream: 7}
	best := math.Inf(1)
	var got []float64
	for range 3 {
		start := time.Now()
		got = answers(t, tr, plan)
		best = min(best, time.Since(start).Seconds())
	}
	fmt.Println("go", best)
	reps, err := newReplicates(tr.clusters, plan)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeColumns(t, dir, tr, reps, plan)
	out, err := exec.Command("/usr/bin/python3", "testdata/peers/numpy_peer.py", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fmt.Println(string(out))
	raw, err := os.ReadFile(filepath.Join(dir, "answers.f64"))
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, len(raw)/8)
	if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, want); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	if len(got) != len(want) {
		t.Fatal(len(got), len(want))
	}
	for i := range got {
		d := math.Abs(got[i] - want[i])
		if !(d < 1e-9) && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			t.Errorf("%d: %v %v", i%(len(got)/200), got[i], want[i])
			if i > 100 {
				break
			}
		}
		if d > worst {
			worst = d
		}
	}
	fmt.Println("max", worst)
}
