package frame

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/internal/detsum"
)

func TestJoin(t *testing.T) {
	left := mustRead(t, "id,clip,x\nb,01,1\na,1,2\nb,1,3\nNaN,1,4\n",
		Schema{{Name: "id"}, {Name: "clip"}, {Name: "x", Kind: Float}})
	right := mustRead(t, "text,id,clip,n\nfirst,b,1,1\nsecond,b,1,2\nnan,NaN,1,3\nother,b,001,4\n",
		Schema{{Name: "text"}, {Name: "id"}, {Name: "clip"}, {Name: "n", Kind: Int}})
	for _, c := range []struct {
		name string
		join func() (DataFrame, error)
		want string // by hand
	}{
		{
			"inner", func() (DataFrame, error) { return Join(left, right, "id", "clip") },
			"id,clip,x,text,n\nb,1,3,first,1\nb,1,3,second,2\nNaN,1,4,nan,3\n",
		},
		{
			"left", func() (DataFrame, error) { return LeftJoin(left, right, "clip", "id") },
			"id,clip,x,text,n\nb,01,1,,\na,1,2,,\nb,1,3,first,1\nb,1,3,second,2\nNaN,1,4,nan,3\n",
		},
		{
			"unmatched", func() (DataFrame, error) { return Unmatched(left, right, "id", "clip") },
			"id,clip,x\nb,01,1\na,1,2\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			df, err := c.join()
			if err != nil {
				t.Fatal(err)
			}
			if got := mustWrite(t, df); got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

// Two texts are two keys, wherever the border between them lies.
func TestJoinKeysDoNotRunTogether(t *testing.T) {
	left := mustRead(t, "a,b\nab,c\n", texts("a", "b"))
	right := mustRead(t, "a,b\na,bc\n", texts("a", "b"))
	if df, err := Join(left, right, "a", "b"); err != nil || df.Nrow() != 0 {
		t.Errorf("%d rows, %v; want none", df.Nrow(), err)
	}
}

func TestJoinErrors(t *testing.T) {
	left := mustRead(t, "id,n,x,ok\na,,1,true\n", table4())
	right := mustRead(t, "id,n,x,ok\na,1,1,true\n", table4())
	numbers := mustRead(t, "id\n1\n", Schema{{Name: "id", Kind: Int}})
	for _, c := range []struct {
		name        string
		left, right DataFrame
		on          []string
		want        string
	}{
		{"no keys", left, right, nil, "no key columns given"},
		{"a key twice", left, right, []string{"id", "id"}, `keys: column "id" stands twice`},
		{"unknown key", left, numbers, []string{"ok"}, `join on ok: right: frame has no column "ok"; it has id`},
		{"kinds differ", left, numbers, []string{"id"}, `column "id" is string on the left, int on the right`},
		{"float key", left, right, []string{"x"}, `left: column "x" is float, and floats are no keys`},
		{"missing key", left, right, []string{"n"}, `left: column "n": row 0: missing`},
		{"a column on both sides", left, right, []string{"id"}, `both sides have a column "n"`},
		{"broken frame", left.Select("nope"), right, []string{"id"}, "left: frame: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Join(c.left, c.right, c.on...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func table4() Schema {
	return Schema{
		{Name: "id"},
		{Name: "n", Kind: Int, Empty: true},
		{Name: "x", Kind: Float},
		{Name: "ok", Kind: Bool},
	}
}

// drawTable draws few keys, so that they meet and repeat, and numbers its rows.
func drawTable(t *rapid.T, name string) (ids []string, flags []int, df DataFrame) {
	n := rapid.IntRange(0, 12).Draw(t, name)
	cols := []column{{name: "id"}, {name: "flag", kind: Bool}, {name: name, kind: Int}}
	for i := range n {
		cols[0].texts = append(cols[0].texts, rapid.SampledFrom([]string{"", "1", "01", "a,", "NaN"}).Draw(t, "id"))
		cols[1].addInt(rapid.IntRange(0, 1).Draw(t, "flag"), false)
		cols[2].addInt(i, false)
	}
	df, err := frameOf(cols)
	if err != nil {
		t.Fatal(err)
	}
	return cols[0].texts, cols[1].ints, df
}

func TestJoinAgreesWithNestedLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leftIDs, leftFlags, left := drawTable(t, "i")
		rightIDs, rightFlags, right := drawTable(t, "j")
		var inner, outer, alone []string
		for i := range leftIDs {
			found := false
			for j := range rightIDs {
				if leftIDs[i] == rightIDs[j] && leftFlags[i] == rightFlags[j] {
					found = true
					inner = append(inner, fmt.Sprint(i, " ", j))
					outer = append(outer, fmt.Sprint(i, " ", j))
				}
			}
			if !found {
				outer = append(outer, fmt.Sprint(i, " NaN"))
				alone = append(alone, fmt.Sprint(i))
			}
		}
		check := func(what string, df DataFrame, err error, want []string, names ...string) {
			if err != nil {
				t.Fatal(err)
			}
			got := make([]string, df.Nrow())
			for _, name := range names {
				x, err := Floats(df, name)
				if err != nil {
					t.Fatal(err)
				}
				for k := range got {
					got[k] = strings.TrimSpace(got[k] + " " + fmt.Sprint(x[k]))
				}
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", what, diff)
			}
		}
		df, err := Join(left, right, "id", "flag")
		check("Join", df, err, inner, "i", "j")
		df, err = LeftJoin(left, right, "flag", "id")
		check("LeftJoin", df, err, outer, "i", "j")
		df, err = Unmatched(left, right, "id", "flag")
		check("Unmatched", df, err, alone, "i")
	})
}

func TestGroupBy(t *testing.T) {
	df := mustRead(t, "split,k,x,n\ntest,1,1.5,3\ntrain,,,1\ntest,1,0.5,\ntrain,,-1,2\ntest,,7,0\nNaN,0,,5\n",
		Schema{{Name: "split"}, {Name: "k", Kind: Int, Empty: true}, {Name: "x", Kind: Float, Empty: true}, {Name: "n", Kind: Int, Empty: true}})
	got := mustAggregate(t, df, "split", Mean("x"), Sum("x"), Min("x"), Max("n"), Median("x"))
	want := "split,n,x_mean,x_sum,x_min,n_max,x_median,x_missing,n_missing\n" + // by hand
		"test,3,3,9,0.5,3,1.5,0,1\n" +
		"train,2,-1,-1,-1,2,-1,1,0\n" +
		"NaN,1,,0,,5,,1,0\n"
	if text := mustWrite(t, got); text != want {
		t.Errorf("got\n%s, want\n%s", text, want)
	}
	if text, want := mustWrite(t, mustAggregate(t, df, "k")), "k,n\n1,2\n,3\n0,1\n"; text != want {
		t.Errorf("missing keys: got\n%s, want\n%s", text, want)
	}
	g, err := GroupBy(df, "split", "k")
	if err != nil || g.Len() != 4 {
		t.Errorf("two keys: %d groups, %v; want 4", g.Len(), err)
	}
}

func TestGroupByFloat(t *testing.T) {
	df, err := AddFloats(DataFrame{}, "x", []float64{math.Copysign(0, -1), math.NaN(), 0, -math.NaN(), 1})
	if err != nil {
		t.Fatal(err)
	}
	if text, want := mustWrite(t, mustAggregate(t, df, "x")), "x,n\n-0,2\n,2\n1,1\n"; text != want {
		t.Errorf("got\n%s, want\n%s", text, want)
	}
}

func TestMedianOfEvenCount(t *testing.T) { wantAggregate(t, Median("x"), 2.5, 4, 1, 2, 3) }

func TestGroupByErrors(t *testing.T) {
	df := mustRead(t, "n,id\n1,a\n", Schema{{Name: "n", Kind: Int}, {Name: "id"}})
	if _, err := GroupBy(df, "nope"); err == nil || !strings.Contains(err.Error(), `no column "nope"`) {
		t.Errorf("unknown column: %v", err)
	}
	for _, c := range []struct {
		by   string
		a    Aggregation
		want string
	}{
		{"id", Mean("id"), `mean: column "id" is string, not float`},
		{"id", Sum("nope"), `sum: frame has no column "nope"`},
		{"n", Sum("n"), `column "n" stands twice`},
	} {
		g, err := GroupBy(df, c.by)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Aggregate(c.a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("group by %s: %v, want %q", c.by, err, c.want)
		}
	}
	if _, err := (Groups{}).Aggregate(); err == nil {
		t.Error("the zero Groups: no error")
	}
}

// Groups agree with a map, and twenty runs with each other.
func TestGroupByAgreesWithMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOf(rapid.SampledFrom([]string{"", "a", "b", "NaN", "aa"})).Draw(t, "keys")
		x := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Just(math.NaN())), len(keys), len(keys)).Draw(t, "x")
		df, err := AddStrings(DataFrame{}, "key", keys)
		if err == nil {
			df, err = AddFloats(df, "x", x)
		}
		if err != nil {
			t.Fatal(err)
		}
		values, missing, rows := map[string][]float64{}, map[string]float64{}, map[string]float64{}
		for i, k := range keys {
			if rows[k]++; math.IsNaN(x[i]) {
				missing[k]++
			} else {
				values[k] = append(values[k], x[i])
			}
		}
		out := mustAggregate(t, df, "key", Mean("x"))
		names, _ := Strings(out, "key")
		for column, want := range map[string]func(k string) float64{
			"n":         func(k string) float64 { return rows[k] },
			"x_mean":    func(k string) float64 { return detsum.Mean(values[k]) },
			"x_missing": func(k string) float64 { return missing[k] },
		} {
			got, err := Floats(out, column)
			if err != nil || len(got) != len(rows) {
				t.Fatalf("%d groups, %v; want %d", len(got), err, len(rows))
			}
			for i, k := range names {
				if !cmp.Equal(got[i], want(k), cmpopts.EquateNaNs()) {
					t.Fatalf("%s of %q is %v, want %v", column, k, got[i], want(k))
				}
			}
		}
		first := mustWrite(t, out)
		for range 19 {
			if again := mustWrite(t, mustAggregate(t, df, "key", Mean("x"))); again != first {
				t.Fatalf("two runs differ:\n%s\n%s", first, again)
			}
		}
	})
}
