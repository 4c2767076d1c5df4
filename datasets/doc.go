// Package datasets finds, fetches, reads and checks the public sentiment
// datasets: CMU-MOSI (mosi), CMU-MOSEI (mosei), CH-SIMS (sims) and the
// supervised part of CH-SIMS v2 (simsv2).
//
// Most readers want [Open], which finds the files on this machine, and [Load],
// which makes a [Dataset] of samples from them; [Dataset.Frame] turns a split
// into a dataframe. [Check] compares a dataset with what was published about it,
// and [Get] fetches the files that the [Manifests] pin by commit and digest.
//
// The package knows labels, splits and texts. What models said about the clips
// is read by harness/importer; generated data is in datasets/synth. No file of a
// dataset is part of this project.
package datasets
