// Package wordpiece splits text into BERT's WordPiece tokens, so that an encoder
// of that family can be used with its own vocabulary. ReadVocab reads a
// vocab.txt, ReadTokenizerJSON a tokenizer.json; New makes a Tokenizer of
// either, and Tokenizer.Encode turns a text into token numbers.
//
// The package follows the basic tokenizer and the greedy matching of BERT's
// authors. It is not for byte-level BPE or SentencePiece vocabularies, and it
// reads special tokens such as [SEP] inside a text as ordinary characters: a
// transcript cannot steer the model.
package wordpiece
