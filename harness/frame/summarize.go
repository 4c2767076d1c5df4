package frame

import "slices"

// Summarize returns a row for each group of df by the columns by: these columns,
// then n, and mean, min and max of the Float or Int column called name, rows with
// the highest mean first and equal ones in the order of their first rows. Missing
// cells do not count towards the mean; n counts all rows. A group with nothing but
// missing cells stands last.
func Summarize(df DataFrame, name string, by ...string) (DataFrame, error) {
	groups, err := GroupBy(df, by...)
	if err != nil {
		return DataFrame{}, err
	}
	whole, err := groups.Aggregate(Mean(name), Min(name), Max(name))
	if err != nil {
		return DataFrame{}, err
	}
	means, err := Floats(whole, name+"_mean")
	if err != nil {
		return DataFrame{}, err
	}
	rows := make([]int, len(means))
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		switch x, y := means[a], means[b]; {
		case x > y || y != y && x == x: // a missing mean is the lowest
			return -1
		case x < y || x != x && y == y:
			return 1
		}
		return 0
	})
	keep := append(slices.Clone(by), "n", name+"_mean", name+"_min", name+"_max")
	sorted := whole.Subset(rows).Select(keep)
	if sorted.Err != nil {
		return DataFrame{}, sorted.Err
	}
	for _, short := range []string{"mean", "min", "max"} {
		sorted = sorted.Rename(short, name+"_"+short)
	}
	return sorted, sorted.Err
}
