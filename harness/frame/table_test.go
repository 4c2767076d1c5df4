package frame

import (
	"math"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
)

func TestLook(t *testing.T) {
	df := dataframe.New(
		series.New([]string{"a", "NA text", "c", "d"}, series.String, "s"),
		series.New([]float64{1e-12, math.NaN(), 3, 4}, series.Float, "f"),
	)
	got, ok := Look(&df, 3, 1)
	// The third row is left out; a missing float is NA.
	want := Preview{
		Names: []string{"s", "f"}, Kinds: []string{"string", "float"}, Number: []bool{false, true},
		Rows: [][]string{{"a", "1e-12"}, {"NA text", "NA"}, {"d", "4"}}, Total: 4,
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("Look (-want +got):\n%s", diff)
	}
	if got, ok := Look(df.Col("f"), 9, 1); !ok || got.Total != 4 || got.Rows[0][0] != "1e-12" || got.Rows[1][0] != "NA" {
		t.Errorf("Look of a series: %v", got)
	}
	for _, v := range []any{nil, 3, (*DataFrame)(nil), (*Series)(nil)} {
		if _, ok := Look(v, 9, 1); ok {
			t.Errorf("Look took %T", v)
		}
	}
}
