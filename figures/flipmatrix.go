package figures

import "fmt"

// FlipMatrix is the table of what a cascade changes: the small model right or
// wrong against the cascade right or wrong, with shares of all clips. The two
// fields in which they differ, corrected and broken, are outlined.
type FlipMatrix struct {
	Page
	// From and To name the systems, "Small model" and "Cascade" if empty.
	From, To string
	// BothRight to BothWrong count the clips; Broken were right and are wrong,
	// Corrected were wrong and are right.
	BothRight, Broken, Corrected, BothWrong int
}

func (f FlipMatrix) draw() (*sheet, error) { return f.compose(f) }

func (f FlipMatrix) n() int { return f.BothRight + f.Broken + f.Corrected + f.BothWrong }

func (f FlipMatrix) check() error {
	if min(f.BothRight, f.Broken, f.Corrected, f.BothWrong) < 0 || f.n() == 0 {
		return fmt.Errorf("%d, %d, %d and %d clips: counts are not negative, and not all 0", f.BothRight, f.Broken, f.Corrected, f.BothWrong)
	}
	return setAll("system", f.From, f.To)
}

func (f FlipMatrix) matrix() *matrix {
	n := f.n()
	return &matrix{
		rowsAre: otherwise(f.From, "Small model"), columnsAre: otherwise(f.To, "Cascade"),
		rows: []string{"right", "wrong"}, columns: []string{"right", "wrong"},
		fields: [][]field{
			{{n: f.BothRight, of: n, note: "both right"}, {n: f.Broken, of: n, note: "broken", heavy: true}},
			{{n: f.Corrected, of: n, note: "corrected", heavy: true}, {n: f.BothWrong, of: n, note: "both wrong"}},
		},
	}
}

func (f FlipMatrix) lay(width int) (layout, error) { return f.matrix().lay(width) }

func (f FlipMatrix) describe() string { return f.matrix().describe() }
