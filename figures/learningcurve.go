package figures

import "fmt"

// LearningCurve is the figure of a training: loss over epochs on the split that was
// learnt from and on the one that was not. It is drawn as [AccuracyCompute] is, and may
// be a panel of a [Grid] by Panel.
type LearningCurve struct {
	Page
	XLabel, YLabel string
	// Train and Valid are the curves. X is the epoch, from 1, and Y the loss, within 0
	// to 100; Lo and Hi may be the least and the greatest of several trainings. Their
	// roles are not looked at.
	Train, Valid Curve
	// Kept is the epoch whose weights were kept, one of Valid's; 0 for none. It is
	// marked with the name KeptName, "kept" if empty.
	Kept     float64
	KeptName string
}

func (f LearningCurve) draw() (*sheet, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	return f.Panel().draw()
}

func (f LearningCurve) check() error {
	for _, c := range []Curve{f.Train, f.Valid} {
		for i, x := range c.X {
			if !(x >= 1) {
				return fmt.Errorf("curve %q: point %d: epoch %g is before the first", c.Name, i, x)
			}
		}
		for i, y := range c.Y {
			if !(y >= 0 && y <= 100) {
				return fmt.Errorf("curve %q: point %d: loss %g is not within 0 to 100", c.Name, i, y)
			}
		}
	}
	if _, ok := f.keptLoss(); f.Kept != 0 && !ok {
		return fmt.Errorf("epoch %g, which was kept, is not one of curve %q", f.Kept, f.Valid.Name)
	}
	return nil
}

// keptLoss returns the valid loss of the epoch that was kept.
func (f LearningCurve) keptLoss() (float64, bool) {
	for i, x := range f.Valid.X {
		if x == f.Kept && i < len(f.Valid.Y) {
			return f.Valid.Y[i], true
		}
	}
	return 0, false
}

// Panel returns the figure as one of curves. Its data are not checked.
func (f LearningCurve) Panel() AccuracyCompute {
	train, valid := f.Train, f.Valid
	train.Role, valid.Role = Other, Measure
	a := AccuracyCompute{
		Title: f.Title, Subtitle: f.Subtitle, Footer: f.Footer, Synthetic: f.Synthetic, Width: f.Width,
		XLabel: f.XLabel, YLabel: f.YLabel, Curves: []Curve{valid, train},
	}
	if y, ok := f.keptLoss(); ok {
		a.Marks = []Mark{{Name: otherwise(f.KeptName, "kept"), X: f.Kept, Y: y}}
	}
	return a
}
