// Package own runs a model of the user's own: an ONNX file that takes any of text,
// audio, vision and token numbers and gives a score, class probabilities or
// probabilities of bins, described by a few lines of YAML.
//
// Most readers want [LoadConfig], then [Match], which says in words what of the file
// and of the description does not fit together, [Check], which runs the file on made-up
// inputs of several sizes, and [Predict], which answers the clips of a dataset.
//
// Clips are run one at a time: a clip's answer does not depend on those beside it, and
// nothing is padded unless the file has a fixed number of frames. The package trains
// nothing; docs/export-pytorch.py shows how such a file is made.
package own
