// Package report turns an experiment's result into the files a reader sees:
// records as JSON lines, tables as Markdown, CSV, LaTeX and HTML, the figure as SVG,
// PDF and PNG, and a manifest with the digest of each. It computes nothing: every
// number is the result's, or one that others have published and that says so.
//
// Most readers want [Files] for one experiment and [Manifest] for the list of all.
package report
