// Package infer says how sure a number is: bootstrap intervals, standard errors
// and paired tests that respect that clips of one video are not independent.
//
// Clips come in videos: one speaker, one topic, one camera. On MOSI's test split
// 686 clips are 31 videos, and a standard error that treats the clips as
// independent is too small. Everything here therefore takes [Clusters]; one
// cluster per clip ([Singletons]) is the special case of independent clips.
//
// Most readers want [Mean] or [Difference], which give a percentile interval by
// resampling videos, and [SignFlip], the paired test that goes with it. [Resample]
// hands out the multiplicity of each video in each replicate, for statistics
// that are no ratio of sums, such as whole deferral curves. [McNemar] is the
// clip-level test other papers report; [Holm] adjusts for several comparisons.
//
// All of it works from sums per cluster. Random numbers are PCG(Seed, Stream) of
// the [Plan] and nothing else, so that equal inputs give equal bits on every
// machine. Doubts that the reader of a number must know, such as few clusters,
// travel with it as warnings.
//
// The package knows no metric and no model: it gets vectors with one number per
// clip, for example those of metric.Correct.
package infer
