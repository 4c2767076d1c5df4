// Package trained makes the small models of configs/models: it loads the clips,
// encodes their texts, trains, and keeps the model with all that belongs to it in one
// folder.
//
// Most readers want [Make]. A folder holds
//
//	model.onnx          the model, see ubm.Model.ONNX
//	card.md             its model card
//	metrics.json        its quality on valid and test, see ubm.Quality
//	history.csv         the epochs of all members
//	learningcurve.svg   the same as a figure
//	predictions.jsonl   its answers about all clips of its own dataset
//	robustness.json     missing and noisy modalities, where the config asks: see package robust
//	training.json       the training digest, and the SHA-256 of each other file
//
// A model of frames reads them from a file of features, see [Source].Features, or generates
// them; its clips and labels come from there too.
//
// A model whose config, data, encoders and processor architecture are those of
// training.json, and whose files have the bytes listed there, is not trained again.
package trained
