// Package bootstrap resamples videos and says how sure everything is that is read off
// deferral curves: many cascades at once, all thresholds, thousands of replicates.
//
// A replicate draws videos with replacement, and with a video all of its clips. Package
// infer has that for any statistic, clip by clip. Here the statistics are known: the
// accuracy at given deferral rates, the area under the curve and what it exceeds, APGR,
// CPT and AUROC of package route. All of them are sums over clips of small numbers, so
// that a ranking is sorted once, clips that no cascade answers differently are left out,
// and sixteen replicates, or sixteen cascades, are added at a time.
//
//  1. [NewReplicates] draws the replicates. All cascades on the same clips share them,
//     which makes differences between cascades sharper.
//  2. [NewKernel] makes what walks them; each goroutine has its own.
//  3. [NewRanking] sorts the clips by an uncertainty, and [Kernel.Bands] walks all
//     replicates down that ranking, for any number of cascades that differ in what
//     escalation does to a clip ([Flips]).
//
// All sums are integers and exact, and intervals are the percentiles of [infer.Quantile],
// so that results do not depend on the order of work, nor on whether the processor has
// vector instructions.
package bootstrap
