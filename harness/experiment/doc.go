// Package experiment runs what a config describes: it loads one dataset and the
// cached answers of two or three predictors, aligns them as columns, makes every
// cascade the config names, and judges each with intervals and paired tests.
//
// The steps, in order:
//
//  1. [LoadConfig] reads an experiment strictly; [LoadPredictors] the list of
//     answer files that experiments refer to by name.
//  2. [Open] loads clips and answers and aligns them by clip. The policy for
//     unusable answers is applied here, and counted.
//  3. [Run] turns the columns into curves, systems and tests, a [Result].
//  4. Package report writes the result's records, tables and figures.
//
// Notebooks begin with [Load], which finds all of that by an experiment's name, and
// may change the cohort by its With methods.
//
// Thresholds are chosen on other videos than those they are judged on. A number
// whose threshold was chosen on its own clips is labelled "oracle threshold".
package experiment
