package bootstrap

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
	"uacs/internal/mirror"
)

// The peers are scripts for Python with numpy and scikit-learn; -python names the
// interpreter.
var (
	peers  = flag.Bool("peers", false, "run numpy and scikit-learn on the same numbers, compare, and print how much faster this is")
	python = flag.String("python", "/usr/bin/python3", "Python with numpy and scikit-learn")
)

// Sizes of the comparison: those of the project's target.
const (
	peerMeasures = 20
	peerFusions  = 10
	loopReplicas = 20
)

// peerTrial is the test split of SIMS v2 with its cached answers, if the data are
// there, else a made-up trial of its size. Measures and fusions that do not apply
// to these answers are replaced by noisy copies of those that do.
func peerTrial(t testing.TB) (trial, string) {
	t.Helper()
	dir := mirror.Folder()
	if dir == "" {
		return newTrial(1034, peerMeasures, peerFusions, 5), "made-up clips"
	}
	root := os.DirFS("../..")
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config, err := experiment.LoadConfig(root, "configs/experiments/simsv2-affectgpt.yaml")
	if err != nil {
		t.Fatal(err)
	}
	h, err := experiment.Open(config, predictors, os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	config.Profile = "mmsa" // counts all 1034 clips
	p, err := panel.New(h, config, panel.Options{Shuffle: config.Measures})
	if err != nil {
		t.Fatal(err)
	}
	return panelTrial(t, p), "CH-SIMS v2, test"
}

// panelTrial are a panel's columns.
func panelTrial(t testing.TB, p *panel.Panel) trial {
	t.Helper()
	tr := trial{clusters: p.Clusters, keep: p.Keep, large: p.Large}
	for i := range p.Counted {
		tr.cluster = append(tr.cluster, int32(p.Clusters.Of(i)))
	}
	var routed panel.Signals
	for _, m := range uncertainty.All() {
		s, err := p.Signals(panel.Signal{Measure: m.Name, Uncertainty: panel.Own, Calibration: panel.Uncalibrated, Fusion: fusion.Replace.Name})
		if panel.IsNotApplicable(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		tr.u = append(tr.u, counted(p, s.Route))
		if m.Name == uncertainty.DistanceToNeutral.Name {
			routed = s
		}
	}
	for _, s := range fusion.All() {
		f, err := p.Fuse(s, routed)
		if panel.IsNotApplicable(err) || s.Name == fusion.SmallOnly.Name {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		q := counted(p, f.Right[0])
		if !slices.ContainsFunc(tr.fused, func(o []float64) bool { return slices.Equal(o, q) }) {
			tr.fused = append(tr.fused, q)
		}
	}
	t.Logf("%d measures and %d fusions apply and differ; the rest are noisy copies", len(tr.u), len(tr.fused))
	return tr.filled()
}

// counted are the counted clips of a column of all.
func counted(p *panel.Panel, all []float64) (out []float64) {
	for _, i := range p.Counted {
		out = append(out, all[i])
	}
	return out
}

// filled cuts or fills up measures and fusions to the sizes of the comparison.
func (t trial) filled() trial {
	rng := rand.New(rand.NewPCG(1, 1))
	t.u, t.fused = t.u[:min(len(t.u), peerMeasures)], t.fused[:min(len(t.fused), peerFusions)]
	for m := 0; len(t.u) < peerMeasures; m++ {
		u := make([]float64, len(t.keep))
		for i := range u {
			u[i] = t.u[m][i] + 0.05*rng.NormFloat64()
		}
		t.u = append(t.u, u)
	}
	for f := 0; len(t.fused) < peerFusions; f++ {
		q := make([]float64, len(t.keep))
		for i := range q {
			q[i] = t.fused[f][i]
			if rng.IntN(20) == 0 {
				q[i] = t.keep[i]
			}
		}
		t.fused = append(t.fused, q)
	}
	return t
}

// write lays the columns out for the peers.
func (t trial) write(tb testing.TB, dir string, plan infer.Plan) {
	tb.Helper()
	var weight []float64
	err := infer.Resample(t.clusters.Len(), plan, func(_ int, w []int32) {
		for _, v := range w {
			weight = append(weight, float64(v))
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	cluster := make([]int64, len(t.cluster))
	for i, c := range t.cluster {
		cluster[i] = int64(c)
	}
	meta, err := json.Marshal(map[string]any{
		"n": len(t.keep), "measures": len(t.u), "fusions": len(t.fused), "clusters": t.clusters.Len(),
		"replicates": plan.Replicates, "rates": experiment.CurveRates(), "level": plan.Level,
	})
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string]any{
		"u.f64": flat(t.u), "keep.f64": t.keep, "large.f64": t.large, "fused.f64": flat(t.fused),
		"cluster.i64": cluster, "weight.f64": weight, "meta.json": meta,
	}
	for name, v := range files {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}

func flat(x [][]float64) (out []float64) {
	for _, row := range x {
		out = append(out, row...)
	}
	return out
}

// answers computes what the peers compute, draws and sorting included, in their
// layout: per measure and fusion the estimates, then their intervals, then the
// curve and its band.
func (t trial) answers(tb testing.TB, plan infer.Plan) []float64 {
	tb.Helper()
	reps, err := NewReplicates(t.clusters, plan)
	if err != nil {
		tb.Fatal(err)
	}
	keep, large := reps.Count(t.keep), reps.Count(t.large)
	rows := make([][]float64, len(t.u))
	next := make(chan int, len(t.u))
	for m := range t.u {
		next <- m
	}
	close(next)
	var group errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			k := NewKernel(reps, keep, large, experiment.CurveRates(), plan.Level)
			for m := range next {
				if rows[m], err = t.row(k, m); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		tb.Fatal(err)
	}
	return flat(rows)
}

// row is one measure's answers.
func (t trial) row(k *Kernel, m int) (out []float64, err error) {
	cells, errs := t.boot(k, m)
	auroc, err := metric.AUROC(t.u[m], t.wrong())
	if err != nil {
		return nil, err
	}
	up := make([]bool, len(t.keep))
	for f, b := range cells {
		curve, err := route.NewCurve(t.clips(m, f))
		if err != nil {
			return nil, err
		}
		for i, q := range t.fused[f] {
			up[i] = q > t.keep[i]
		}
		gain, err := metric.AUROC(t.u[m], up)
		if err != nil {
			return nil, err
		}
		apgr, _ := curve.APGR() // NaN without a gap
		out = append(out, curve.AUDC(), apgr, auroc, gain)
		for _, share := range CPTShares {
			v, _ := curve.CPT(share)
			out = append(out, v)
		}
		for _, s := range []Span{b.AUDC, b.APGR, errs, b.AUROCGain, b.CPT[0], b.CPT[1], b.CPT[2], b.VsSmall, b.VsLarge, b.VsRandom} {
			out = append(out, s.Lo, s.Hi)
		}
		for _, r := range k.rates {
			out = append(out, curve.At(r).Quality)
		}
		out = append(append(out, b.Lo...), b.Hi...)
	}
	return out, nil
}

// script runs a peer and returns the seconds it says it took.
func script(t *testing.T, args ...string) float64 {
	t.Helper()
	out, err := exec.Command(*python, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %v\n%s", args, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var took struct{ Seconds float64 }
	if err := json.Unmarshal(out, &took); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return took.Seconds
}

// TestBenchPeers measures the whole ablation of SIMS v2's size, 20 measures by 10
// fusions by all thresholds by 10,000 replicates of videos, against the same
// numbers by vectorised numpy and scikit-learn on as many cores in the same run,
// and holds them equal to 1e-9. Neither side's time includes reading its input; this
// one's includes the draws, which the other is given.
func TestBenchPeers(t *testing.T) {
	if !*peers {
		t.Skip("runs with -peers")
	}
	if err := exec.Command(*python, "-c", "import numpy, sklearn").Run(); err != nil {
		t.Skipf("%s has no numpy and scikit-learn: %v", *python, err)
	}
	tr, what := peerTrial(t)
	plan := benchPlan
	dir := t.TempDir()
	tr.write(t, dir, plan)

	best := math.Inf(1)
	var got []float64
	for range 5 {
		start := time.Now()
		got = tr.answers(t, plan)
		best = min(best, time.Since(start).Seconds())
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	loop := script(t, "testdata/peers/loop_peer.py", dir, strconv.Itoa(loopReplicas))
	numpy := math.Inf(1)
	for range 2 {
		numpy = min(numpy, script(t, "testdata/peers/numpy_peer.py", dir))
	}
	worst := furthest(t, filepath.Join(dir, "answers.f64"), got)
	loop *= float64(plan.Replicates) / loopReplicas * peerMeasures * peerFusions / float64(runtime.GOMAXPROCS(0))
	fmt.Printf("%s: %d clips in %d videos, %d measures, %d fusions, %d replicates, %d cores\n",
		what, len(tr.keep), tr.clusters.Len(), len(tr.u), len(tr.fused), plan.Replicates, runtime.GOMAXPROCS(0))
	fmt.Printf("this: %.3f s (best of 5), %.0f MB from the system\n", best, float64(memory.Sys)/1e6)
	fmt.Printf("numpy, vectorised: %.2f s (best of 2), %.1f times as long\n", numpy, numpy/best)
	fmt.Printf("a loop over replicates and thresholds: %.0f s scaled from %d replicates of one cell, without CPT and differences, %.0f times as long\n",
		loop, loopReplicas, loop/best)
	fmt.Printf("ablation: %.1f times faster, max abs difference %.1e\n", numpy/best, worst)
}

// furthest is the largest difference to the peer's answers; numbers that do not
// exist must be the same ones.
func furthest(t *testing.T, file string, got []float64) float64 {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, len(data)/8)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, want); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d numbers, the peer has %d", len(got), len(want))
	}
	worst := 0.0
	for i := range got {
		d := math.Abs(got[i] - want[i])
		if math.IsNaN(got[i]) && math.IsNaN(want[i]) {
			d = 0
		}
		if !(d <= 1e-9) {
			t.Fatalf("number %d of each cell is %v, the peer's %v", i%(len(got)/peerMeasures/peerFusions), got[i], want[i])
		}
		worst = max(worst, d)
	}
	return worst
}

// BenchmarkPeerTask is the work of the comparison with the peers.
func BenchmarkPeerTask(b *testing.B) {
	tr, _ := peerTrial(b)
	for b.Loop() {
		tr.answers(b, benchPlan)
	}
}
