// Package sample holds the two facts everything else is computed from: a
// [Sample], one labelled utterance of a dataset, and a [Prediction], one
// model's answer about one utterance. Predictions have one canonical encoding,
// a JSON line; [ReadPredictions] and [WritePredictions] are its codec.
//
// The package knows no dataset, no model and no metric. Readers of foreign
// files live in datasets and harness/importer, the mathematics in metric,
// uncertainty, fusion, route and infer.
package sample
