// Package figures draws the project's figures: plain numbers in, SVG, PDF or
// PNG out. It knows no dataset, model or experiment, and it is the only
// importer of gonum.org/v1/plot.
//
// Most readers want [AccuracyCompute], one panel of accuracy against compute,
// or [Grid], several of them with one y axis; [Render] turns either into bytes
// and [Save] into a file.
//
// # How a figure is made
//
//  1. The figure checks its data and lays itself out. Lengths are integers,
//     hundredths of a point, so that no decision hangs on the last bit of a sum.
//  2. Names are placed beside what they name by a search ([AccuracyCompute]
//     says when a legend takes over).
//  3. Everything is drawn once, on a recording canvas. The encoders of the
//     three formats replay the same record, so they cannot disagree.
//
// # Promises
//
// The same figure gives the same SVG bytes on every machine and architecture:
// the SVG is the artefact to compare, PDF and PNG are views of it. No font need
// be installed, since text is drawn as outlines of the embedded Liberation
// Sans; the words are repeated in the SVG's title and desc elements. A
// character the font lacks is an error, never a gap.
//
// # Why gonum's own SVG and PDF canvases are not used
//
// At v0.17.0 the PDF canvas encodes text as code page 1252, cannot select a
// bold face, darkens translucent colours and stamps the date; neither canvas
// can ask for round line joins, without which a noisy curve grows spikes. The
// recording canvas implements vg.Canvas, so any gonum plotter can draw on it.
package figures
