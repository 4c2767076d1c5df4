package frame

import "math"

// Round returns df with every Float column rounded to so many decimals, halves away
// from zero, for reading: a mean of labels has no sixteen digits. Missing cells stay
// missing. A frame that carries an error of gota's is returned as it is.
func Round(df DataFrame, decimals int) DataFrame {
	if df.Err != nil {
		return df
	}
	scale := math.Pow10(decimals)
	columns := columnsOf(df)
	for _, c := range columns {
		for i, x := range c.floats {
			if r := math.Round(x * scale); !math.IsInf(r, 0) {
				c.floats[i] = r / scale
			}
		}
	}
	out, err := frameOf(columns)
	if err != nil {
		return DataFrame{Err: err}
	}
	return out
}
