// Package encoder turns utterances into vectors of fixed width. Text is the
// interface; there are three encoders: glove, which looks words up, use-lite, a
// small transformer, and onnx, a model of the BERT family that the user brings.
//
// Most readers want Open, which makes an encoder from files on this machine, and
// Cached, which keeps the features of a dataset on disk. Fetch brings and
// converts the files. Files lie in the cache folder of package assets; none of
// them is part of this project.
//
// The package splits texts, batches them and runs models. It trains nothing; the
// layers on top of the vectors are the business of the models that use them.
package encoder
