package frame

// Filter returns the rows of df, in their order, whose text in a String column
// makes keep true. It may return zero rows.
func Filter(df DataFrame, name string, keep func(text string) bool) (DataFrame, error) {
	texts, err := Strings(df, name)
	if err != nil {
		return DataFrame{}, err
	}
	return where(df, texts, keep)
}

// FilterFloats returns the rows of df, in their order, whose number in a Float or
// Int column makes keep true. keep sees missing cells as NaN: x != 0 keeps them,
// as in Go, and unlike in gota's Filter.
func FilterFloats(df DataFrame, name string, keep func(x float64) bool) (DataFrame, error) {
	x, err := Floats(df, name)
	if err != nil {
		return DataFrame{}, err
	}
	return where(df, x, keep)
}

func where[T any](df DataFrame, values []T, keep func(T) bool) (DataFrame, error) {
	var rows []int
	for i, v := range values {
		if keep(v) {
			rows = append(rows, i)
		}
	}
	return subset(df, rows)
}

// subset is gota's Subset with its error returned.
func subset(df DataFrame, rows []int) (DataFrame, error) {
	out := df.Subset(rows)
	if out.Err != nil {
		return DataFrame{}, out.Err
	}
	return out, nil
}
