// Package cascade runs a cascade of two models live: the small model answers every
// clip, its uncertainty decides which clips the large model is asked about, and a
// fusion strategy makes one answer of theirs, asking a second time where it wants
// to. Most readers want Load, which reads a config, and Run.
//
// Every answer goes through a cache.Store before it is used. A question whose answer
// is there is not asked, so a run that was interrupted or killed goes on where it
// stopped, and the outcomes depend on the stored answers alone: serial, concurrent,
// resumed and replayed runs of one cache have the same bytes.
//
// Models are told apart by the question's cache.Request: what an answer depends on
// is in there. A trained network is run clip by clip, never in batches, because the
// last bits of a batch's rows may depend on the rows beside them.
//
// The package judges one cascade at one threshold. Comparing cascades is the business
// of package experiment, which reads cached answers.
package cascade
