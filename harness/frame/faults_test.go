package frame

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A fault is something gota v0.12.0 does to data. bare reports whether it still
// does; guarded checks that this package does not.
type fault struct {
	name    string
	bare    func() bool
	guarded func(t *testing.T)
}

var faults = []fault{
	idFault("id 1_2 becomes the float 12", "1_2", "3_4"),
	idFault("id 0001 becomes the integer 1", "0001", "0002"),
	idFault("id 1e5 becomes a float", "1e5"),
	idFault("id Inf becomes a float", "Inf"),
	idFault("id nan becomes a float", "nan", "1"),
	idFault("id of 20 digits becomes a float", "12345678901234567890"),
	idFault("true and 0 become bools", "true", "0"),
	textFault("text NA becomes missing", "NA"),
	textFault("text NaN becomes missing", "NaN"),
	textFault("text <nil> becomes missing", "<nil>"),
	{
		"text NaN is lost even without NaN values",
		func() bool { return bareText("NaN", dataframe.NaNValues([]string{})).Col("text").Elem(0).IsNA() },
		func(t *testing.T) {
			df := mustRead(t, "id,text\nx,NaN\n", texts("id", "text"))
			if e := df.Col("text").Elem(0); e.IsNA() || e.String() != "NaN" {
				t.Errorf("the text NaN became %v (missing %v)", e, e.IsNA())
			}
		},
	},
	{
		"byte order mark is part of the first name",
		func() bool { return bareRead("\ufeffid\na\n").Names()[0] == "\ufeffid" },
		func(t *testing.T) { wantStrings(t, mustRead(t, "\ufeffid\na\n", texts("id")), "id", "a") },
	},
	{
		"byte order mark before a quoted header is a parse error",
		func() bool { return bareRead("\ufeff\"id\"\na\n").Err != nil },
		func(t *testing.T) { wantStrings(t, mustRead(t, "\ufeff\"id\"\na\n", texts("id")), "id", "a") },
	},
	{
		"CRLF in quotes becomes LF",
		func() bool { return bareRead("id,text\nx,\"a\r\nb\"\n").Col("text").Elem(0).String() == "a\nb" },
		func(t *testing.T) {
			wantStrings(t, mustRead(t, "id,text\nx,\"a\r\nb\"\n", texts("id", "text")), "text", "a\r\nb")
		},
	},
	intFault("1.9 in an Int column becomes missing", "1.9"),
	intFault("junk in an Int column becomes missing", "junk"),
	{
		"a header without rows is an error",
		func() bool { return bareRead("id,text\n").Err != nil },
		func(t *testing.T) {
			df := mustRead(t, "id,text\n", texts("id", "text"))
			if df.Nrow() != 0 || !slices.Equal(df.Names(), []string{"id", "text"}) {
				t.Errorf("got %d rows of %v", df.Nrow(), df.Names())
			}
		},
	},
	{
		"a type for a column that is not there passes",
		func() bool {
			types := map[string]series.Type{"label": series.Float}
			return bareRead("id\na\n", dataframe.WithTypes(types)).Err == nil
		},
		func(t *testing.T) { wantError(t, "id\na\n", texts("id", "label"), `column "label" is missing`) },
	},
	{
		"a name used twice is changed",
		func() bool { return bareRead("id,id\na,b\n").Names()[0] == "id_0" },
		func(t *testing.T) { wantError(t, "id,id\na,b\n", texts("id"), `column "id" stands twice`) },
	},
	{
		"floats are written with six decimals",
		func() bool { return strings.Contains(bareWrite(1e-12, 1./3), "0.000000\n0.333333\n") },
		func(t *testing.T) {
			df, err := AddFloats(DataFrame{}, "x", []float64{1e-12, 1. / 3})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := mustWrite(t, df), "x\n1e-12\n0.3333333333333333\n"; got != want {
				t.Errorf("wrote %q, want %q", got, want)
			}
		},
	},
	{
		"the mean of a column with NaN is NaN",
		func() bool { return math.IsNaN(series.Floats([]float64{1, math.NaN(), 3}).Mean()) },
		func(t *testing.T) { wantAggregate(t, Mean("x"), 2, 1, math.NaN(), 3) },
	},
	{
		"the median of a column with NaN depends on where it stands",
		func() bool {
			a := series.Floats([]float64{math.NaN(), 1, 2, 3, 4}).Median()
			b := series.Floats([]float64{4, 3, 2, 1, math.NaN()}).Median()
			return a != 2.5 || b != 2.5
		},
		func(t *testing.T) { wantAggregate(t, Median("x"), 2.5, 4, 3, 2, 1, math.NaN()) },
	},
	{
		"the filter != drops NaN",
		func() bool {
			df := dataframe.New(series.New([]float64{1, 2, math.NaN()}, series.Float, "x"))
			return df.Filter(dataframe.F{Colname: "x", Comparator: series.Neq, Comparando: 1.}).Nrow() == 1
		},
		func(t *testing.T) {
			df, err := AddFloats(DataFrame{}, "x", []float64{1, 2, math.NaN()})
			if err != nil {
				t.Fatal(err)
			}
			df, err = FilterFloats(df, "x", func(x float64) bool { return x != 1 })
			if err != nil || df.Nrow() != 2 {
				t.Errorf("%d rows, %v; want 2", df.Nrow(), err)
			}
		},
	},
	{
		"groups come in random order",
		func() bool {
			orders := map[string]bool{}
			for range 50 {
				orders[bareGroups()] = true
			}
			return len(orders) > 1
		},
		func(t *testing.T) {
			df := mustRead(t, "k\nb\na\nc\nb\n", texts("k"))
			for range 20 {
				wantStrings(t, mustAggregate(t, df, "k"), "k", "b", "a", "c")
			}
		},
	},
	{
		"JSON id 0001 becomes 1", // the guard: no JSON reader here, and ReadCSV keeps it
		func() bool {
			return dataframe.ReadJSON(strings.NewReader(`[{"id":"0001"}]`)).Col("id").Elem(0).String() == "1"
		},
		func(t *testing.T) { wantStrings(t, mustRead(t, "id\n0001\n", texts("id")), "id", "0001") },
	},
	{
		"a join matches the integer 1 with the text 1",
		func() bool {
			a := dataframe.New(series.New([]int{1}, series.Int, "id"))
			return a.InnerJoin(dataframe.New(series.New([]string{"1"}, series.String, "id")), "id").Nrow() == 1
		},
		func(t *testing.T) {
			_, err := Join(mustRead(t, "id\n1\n", Schema{{Name: "id", Kind: Int}}), mustRead(t, "id\n1\n", texts("id")), "id")
			if err == nil || !strings.Contains(err.Error(), "int on the left, string on the right") {
				t.Errorf("Join: %v", err)
			}
		},
	},
	{
		"a misspelt column is a nil pointer",
		func() (panicked bool) {
			defer func() { panicked = recover() != nil }()
			bareRead("id\na\n").Col("nope").Float()
			return
		},
		func(t *testing.T) {
			_, err := Floats(mustRead(t, "id\na\n", texts("id")), "nope")
			if err == nil || err.Error() != `frame has no column "nope"; it has id` {
				t.Errorf("Floats: %v", err)
			}
		},
	},
	{
		"an error hides in a field",
		func() bool { return bareRead("").Err != nil },
		func(t *testing.T) {
			broken := bareRead("")
			if _, err := Strings(broken, "id"); err == nil {
				t.Error("Strings of a broken frame: no error")
			}
			if err := WriteCSV(&bytes.Buffer{}, broken); err == nil {
				t.Error("WriteCSV of a broken frame: no error")
			}
		},
	},
}

func TestGotaFaults(t *testing.T) {
	for _, f := range faults {
		t.Run("guarded/"+f.name, f.guarded)
		t.Run("bare/"+f.name, func(t *testing.T) {
			if !f.bare() {
				t.Error("gota no longer does this: the guard may go")
			}
		})
	}
}

// idFault is a column that gota's type detection takes for something else.
func idFault(name string, ids ...string) fault {
	csv := "id\n" + strings.Join(ids, "\n") + "\n"
	return fault{
		name,
		func() bool { return bareRead(csv).Types()[0] != series.String },
		func(t *testing.T) { wantStrings(t, mustRead(t, csv, texts("id")), "id", ids...) },
	}
}

// textFault is a text that gota takes for a missing value in a String column.
func textFault(name, text string) fault {
	return fault{
		name,
		func() bool { return bareText(text).Col("text").Elem(0).IsNA() },
		func(t *testing.T) {
			df := mustRead(t, "id,text\nx,"+text+"\n", texts("id", "text"))
			wantStrings(t, df, "text", text)
			if df.Col("text").HasNaN() {
				t.Error("the text is missing")
			}
		},
	}
}

// intFault is a cell that gota turns into a missing integer without an error.
func intFault(name, text string) fault {
	return fault{
		name,
		func() bool {
			df := bareRead("n\n"+text+"\n", dataframe.WithTypes(map[string]series.Type{"n": series.Int}))
			return df.Err == nil && df.Col("n").Elem(0).IsNA()
		},
		func(t *testing.T) {
			want := fmt.Sprintf(`t.csv:2: column "n": %q is not an integer`, text)
			wantError(t, "n\n"+text+"\n", Schema{{Name: "n", Kind: Int, Empty: true}}, want)
		},
	}
}

func bareRead(csv string, options ...dataframe.LoadOption) DataFrame {
	return dataframe.ReadCSV(strings.NewReader(csv), options...)
}

func bareText(text string, options ...dataframe.LoadOption) DataFrame {
	options = append(options, dataframe.DetectTypes(false), dataframe.DefaultType(series.String))
	return bareRead("id,text\nx,"+text+"\n", options...)
}

func bareWrite(x ...float64) string {
	var b bytes.Buffer
	if err := dataframe.New(series.New(x, series.Float, "x")).WriteCSV(&b); err != nil {
		return err.Error()
	}
	return b.String()
}

func bareGroups() string {
	df := dataframe.New(series.New(strings.Fields("a b c d e f g h"), series.String, "k"),
		series.New([]float64{1, 2, 3, 4, 5, 6, 7, 8}, series.Float, "x"))
	out := df.GroupBy("k").Aggregation([]dataframe.AggregationType{dataframe.Aggregation_MEAN}, []string{"x"})
	return strings.Join(out.Col("k").Records(), "")
}

// tester is what testing.T and rapid.T have in common and is used here.
type tester interface {
	Helper()
	Fatal(args ...any)
}

// texts is a schema of String columns that may not be empty.
func texts(names ...string) Schema {
	var s Schema
	for _, name := range names {
		s = append(s, Column{Name: name})
	}
	return s
}

func mustRead(t tester, csv string, schema Schema) DataFrame {
	t.Helper()
	df, err := ReadCSV(strings.NewReader(csv), "t.csv", schema)
	if err != nil {
		t.Fatal(err)
	}
	return df
}

func mustWrite(t tester, df DataFrame) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteCSV(&b, df); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func mustAggregate(t tester, df DataFrame, by string, a ...Aggregation) DataFrame {
	t.Helper()
	g, err := GroupBy(df, by)
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Aggregate(a...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantStrings(t testing.TB, df DataFrame, name string, want ...string) {
	t.Helper()
	got, err := Strings(df, name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("column %s (-want +got):\n%s", name, diff)
	}
}

func wantError(t testing.TB, csv string, schema Schema, want string) {
	t.Helper()
	_, err := ReadCSV(strings.NewReader(csv), "t.csv", schema)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("ReadCSV(%q): error %v, want %q in it", csv, err, want)
	}
}

// wantAggregate checks the aggregate of a single column x as one group.
func wantAggregate(t testing.TB, a Aggregation, want float64, x ...float64) {
	t.Helper()
	df, err := AddFloats(DataFrame{}, "x", x)
	if err != nil {
		t.Fatal(err)
	}
	g, err := GroupBy(df)
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Aggregate(a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Floats(out, "x_"+a.name)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal([]float64{want}, got, cmpopts.EquateNaNs()) {
		t.Errorf("%s of %v is %v, want %v", a.name, x, got, want)
	}
}
