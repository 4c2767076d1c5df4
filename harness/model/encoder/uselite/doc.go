// Package uselite turns the Universal Sentence Encoder Lite, a transformer of
// two layers and 7 million parameters for English, from its TensorFlow.js form
// into an ONNX model. ReadWeights reads the weights, Convert builds the model.
//
// The graph is written out here and not translated node by node: only the
// weights come from the files, and a test compares the outcome with vectors that
// TensorFlow.js computed. Running the model is the job of package encoder.
//
// Source: D. Cer et al., arXiv:1803.11175; weights under the Apache Licence 2.0.
package uselite
