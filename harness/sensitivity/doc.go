// Package sensitivity asks how much a conclusion hangs on what a paper leaves open.
// A plan names an experiment, and values of its unsettled choices; each value is tried
// alone, everything else being as in the experiment. The conclusion is what the
// headline cascade gains over the large model alone, in points of accuracy, with an
// interval from resampling videos: better, worse, or no difference shown.
//
// The steps, in order:
//
//  1. [LoadPlan] reads a plan strictly.
//  2. [Study] trains the small model once for every value that changes its training,
//     plays the cascade for every value, and returns a [Result].
//  3. [Files] makes records, tables and the figure of it.
//
// Choices are varied one at a time: that two of them matter together is not seen. A
// plan has a row for the seeds of training where it has a model, since a choice that
// moves the outcome less than another seed does cannot be told from chance.
package sensitivity
