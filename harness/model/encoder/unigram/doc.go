// Package unigram splits text into the pieces of a SentencePiece unigram model,
// as the tokenizer of the Universal Sentence Encoder Lite for TensorFlow.js
// does. ReadVocab reads the vocabulary, Tokenizer.Encode turns a text into
// piece numbers.
//
// The package is not a general SentencePiece reader: it knows no model file, no
// sampling and no normalisation other than NFKC.
package unigram
