// Package display shows values in a notebook: pictures, tables, formulas and
// progress instead of text. Its constructors have the names of gophernotes'
// package of the same name, so that a cell with display.HTML or Display runs in
// both kernels.
//
// Most readers want [Display], which shows a value while the cell runs, and the
// rule for the value of a cell's last expression: [Render] shows it in the same
// way, so that a plot alone on the last line is the plot.
//
// # What is shown how
//
// A figure of package figures and a gonum plot become SVG and PNG of the [Size]
// and [DPI] that are set; an image.Image becomes PNG; a data frame, a series, a
// result table, a slice of structs or of maps, and a map become a table; a
// policy of an ablation becomes a diagram of the way of the clips; an error is
// shown with its hint. A type of your own may have one of the methods of
// [Displayer], [Renderer], [SimpleRenderer], [HTMLer] and the like. Everything
// else is plain text.
//
// # Promises
//
// Equal values give equal bytes: maps are sorted, pointers are followed and never
// printed as addresses. Text from data is escaped before it becomes HTML; only
// what a constructor such as [HTML] or a method such as HTMLer is given goes out
// as it is. What is longer than the limits is cut, and the output says so.
package display
