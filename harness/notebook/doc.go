// Package notebook reads, runs, checks and writes Jupyter notebooks (nbformat 4)
// without Python and without Jupyter.
//
// Most readers want [Read], [Run] and [Notebook.Write]; [Check] runs a notebook
// again and says what has changed, [Lint] names what gophernotes could not run.
//
// # Promises
//
// Written notebooks have the layout of Jupyter's own writer, so that opening and
// saving one there changes nothing: sorted keys, an indent of one space, text in
// lists of lines, characters beyond ASCII as they are. Fields that this package
// does not know are kept. A run leaves no times and no random ids: the same cells
// with the same outputs are the same bytes.
package notebook
