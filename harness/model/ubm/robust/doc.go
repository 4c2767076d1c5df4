// Package robust asks what a model of frames is worth when a clip lacks a modality or its
// recording is noisy: faces that are not found, sound that is not there.
//
// Most readers want [Compare], which judges two models side by side under the
// [Conditions], and [Table.Markdown].
//
// # The conditions
//
// "no M" takes all frames of modality M from every clip. "M noise x dB" adds white normal
// noise to the frames of M, feature by feature: with s the standard deviation of the feature
// over the true frames of train, the noise has the deviation s·10^(−x/20), so that x is the
// ratio of the power of the signal about its mean to that of the noise, in dB. The noise
// depends on the seed, the condition and the clip's id, and on nothing else.
package robust
