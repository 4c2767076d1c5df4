// Package ablation judges every cascade that a plan spans: pairs of models,
// metric profiles, seeds, uncertainty measures, calibrations, fusions and routing
// rules, crossed with each other. It answers what the parts of a cascade are
// worth, with the sampling error of every number.
//
// The steps, in order:
//
//  1. [LoadPlan] reads a plan strictly.
//  2. [Expand] crosses its lists to a grid of cells in a fixed order. A cell's key
//     is the digest of everything it depends on.
//  3. [Run] judges the cells of one shard that the store does not hold yet and
//     appends each, when finished, as a line of JSON. A run that is killed is
//     resumed by running again.
//  4. [ReadStore] reads what shards have written, and [Merge] puts it in the order
//     of the grid and adds what takes all cells: p-values adjusted for their
//     number, and the spread over seeds.
//
// Cells are independent of each other, so that shards, interruptions and the
// number of processors leave no trace in the results: equal plans and inputs give
// equal bytes.
//
// Package experiment judges one pair with a headline cascade and makes its figures;
// for a cascade that both judge, both give the same numbers. Package report turns
// cells into tables.
package ablation
