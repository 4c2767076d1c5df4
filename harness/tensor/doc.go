// Package tensor gives access to features that are larger than memory should
// be: a [Mapped] file, whose bytes the system reads when they are used, and a
// [Tensor] over it, N samples of which one at a time is decoded to float32.
// Safetensors files, the form in which this project keeps features, are read
// with [ReadSafetensors] and written with [WriteSafetensors]; package pickle and
// package npy give arrays out of other formats, and [New] makes a Tensor of one.
//
// Most readers want [Open] and [Tensor.Read]. What the features mean is not this
// package's business; see package features.
package tensor
