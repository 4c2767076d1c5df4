// Package frame makes gota dataframes safe for research data. It is the only
// package that imports github.com/go-gota/gota; everything else names the type
// as [DataFrame] and comes through here.
//
// Most readers want [ReadCSV], which loads a table under a declared [Schema],
// and [FromSamples], which turns a loaded split into a frame. [Join],
// [LeftJoin], [GroupBy] and [Filter] do what their gota namesakes do, but in
// linear time and in a fixed order; [Floats] and [Strings] hand a column to the
// mathematics, which never works on frames.
//
// # What is guarded
//
// gota v0.12.0 is unmaintained and changes data without saying so: it reads the
// id 1_2 as the number 12 and 0001 as 1, turns the text "NaN" into a missing
// value, prints 1e-12 as 0.000000, orders groups at random, joins in quadratic
// time, calls an empty table an error and panics on a misspelt column.
// TestGotaFaults lists each fault, checks the guard, and checks that bare gota
// still needs it; when that second half fails, the guard may go. gota's Err
// fields come back as errors from every function here.
//
// gota's own methods remain available on a frame. Subset, Select, Filter,
// Arrange, Mutate and RBind keep what this package guards. Avoid its ReadCSV,
// ReadJSON, WriteCSV, Records of floats, GroupBy, joins, Describe and column
// means: JSON lines are the business of package sample, statistics that of the
// maths packages.
//
// # Missing cells
//
// A missing cell is NaN in a Float column, NA in an Int or Bool column, and the
// empty string in a String column; CSV writes each as an empty cell. A text
// that reads "NaN" or "NA" is that text.
//
// # Empty frames
//
// A table with a header and no rows is a frame with all its columns and zero
// rows. gota's Names, Types, Dims and Subset work on it; gota prints it as
// "Empty DataFrame".
//
// Row numbers in errors count from 0, as gota prints them; line numbers of
// files count from 1.
package frame
