package frame

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/harness/sample"
)

var table = Schema{{Name: "id"}, {Name: "x", Kind: Float, Empty: true}, {Name: "n", Kind: Int, Empty: true}, {Name: "ok", Kind: Bool, Empty: true}}

func TestAccessors(t *testing.T) {
	full := mustRead(t, "id,x,n,ok\na,1.5,7,true\nb,,-2,false\n", table)
	gaps := mustRead(t, "id,x,n,ok\na,,,\n", table)
	try := func(what string, got any, err error, want any, wantErr string) {
		t.Helper()
		if message := fmt.Sprint(err); wantErr != "" && message != wantErr || wantErr == "" && err != nil {
			t.Errorf("%s: error %v, want %q", what, err, wantErr)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); wantErr == "" && diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	strs, err := Strings(full, "id")
	try("strings", strs, err, []string{"a", "b"}, "")
	_, err = Strings(full, "x")
	try("strings of a float", nil, err, nil, `column "x" is float, not string`)
	floats, err := Floats(full, "x")
	try("floats", floats, err, []float64{1.5, math.NaN()}, "")
	floats, err = Floats(full, "n")
	try("floats of an int", floats, err, []float64{7, -2}, "")
	floats, err = Floats(gaps, "n")
	try("floats of a missing int", floats, err, []float64{math.NaN()}, "")
	_, err = Floats(full, "id")
	try("floats of a string", nil, err, nil, `column "id" is string, not float`)
	ints, err := Ints(full, "n")
	try("ints", ints, err, []int{7, -2}, "")
	_, err = Ints(gaps, "n")
	try("missing int", nil, err, nil, `column "n": row 0: missing`)
	bools, err := Bools(full, "ok")
	try("bools", bools, err, []bool{true, false}, "")
	_, err = Bools(gaps, "ok")
	try("missing bool", nil, err, nil, `column "ok": row 0: missing`)
	_, err = Floats(DataFrame{}, "x")
	try("zero frame", nil, err, nil, "frame: no columns")
}

func TestAccessorsCopy(t *testing.T) {
	df := mustRead(t, "x\n1\n", Schema{{Name: "x", Kind: Float}})
	x, err := Floats(df, "x")
	if err != nil {
		t.Fatal(err)
	}
	x[0] = 2
	if again, _ := Floats(df, "x"); again[0] != 1 {
		t.Error("changing the slice changed the frame")
	}
}

// gota's own missing String, made of the text NaN, reads as empty.
func TestMissingStringOfGotaReadsAsEmpty(t *testing.T) {
	df := dataframe.New(series.New([]string{"NaN", "a"}, series.String, "id"))
	wantStrings(t, df, "id", "", "a")
	if got, want := mustWrite(t, df), "id\n\"\"\na\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestAdd(t *testing.T) {
	df := mustRead(t, "id\na\nb\n", texts("id"))
	with, err := AddStrings(df, "text", []string{"NaN", ""})
	if err != nil {
		t.Fatal(err)
	}
	with, err = AddFloats(with, "x", []float64{1, math.NaN()})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mustWrite(t, with), "id,text,x\na,NaN,1\nb,,\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	if df.Ncol() != 1 {
		t.Error("the frame given has changed")
	}
	for _, c := range []struct {
		name   string
		values []float64
		want   string
	}{
		{"id", []float64{1, 2}, `column "id" stands twice`},
		{"", []float64{1, 2}, "column 2 has no name"},
		{"y", []float64{1}, `column "y" has 1 values for 2 rows`},
	} {
		if _, err := AddFloats(df, c.name, c.values); err == nil || err.Error() != c.want {
			t.Errorf("AddFloats(%q, %v): %v, want %q", c.name, c.values, err, c.want)
		}
	}
}

func TestFilter(t *testing.T) {
	df := mustRead(t, "id,x,n,ok\nNaN,1,1,true\nb,,2,true\nc,-1,,true\n", table)
	got, err := Filter(df, "id", func(text string) bool { return text == "NaN" || text == "c" })
	if err != nil {
		t.Fatal(err)
	}
	wantStrings(t, got, "id", "NaN", "c")
	got, err = FilterFloats(df, "n", func(x float64) bool { return x != 1 })
	if err != nil {
		t.Fatal(err)
	}
	wantStrings(t, got, "id", "b", "c")
	none, err := Filter(df, "id", func(string) bool { return false })
	if err != nil || none.Nrow() != 0 || none.Ncol() != 4 {
		t.Errorf("no rows left: %v, %v", none, err)
	}
	if _, err := Filter(df, "x", nil); err == nil {
		t.Error("Filter of a float column: no error")
	}
	if _, err := FilterFloats(df, "id", nil); err == nil {
		t.Error("FilterFloats of a string column: no error")
	}
}

// A frame with zero rows passes through every function.
func TestZeroRows(t *testing.T) {
	none := mustRead(t, "id,x,n,ok\n", table)
	if got := mustWrite(t, none); got != "id,x,n,ok\n" {
		t.Errorf("wrote %q", got)
	}
	other := mustRead(t, "id,y\na,1\n", Schema{{Name: "id"}, {Name: "y", Kind: Int}})
	for name, join := range map[string]func() (DataFrame, error){
		"Join":      func() (DataFrame, error) { return Join(none, other, "id") },
		"LeftJoin":  func() (DataFrame, error) { return LeftJoin(none, other, "id") },
		"Unmatched": func() (DataFrame, error) { return Unmatched(none, other, "id") },
		"Filter":    func() (DataFrame, error) { return Filter(none, "id", func(string) bool { return true }) },
		"Add":       func() (DataFrame, error) { return AddFloats(none, "y", nil) },
	} {
		if df, err := join(); err != nil || df.Nrow() != 0 || df.Ncol() < 4 {
			t.Errorf("%s: %v, %v", name, df.Names(), err)
		}
	}
	left, err := LeftJoin(other, none, "id")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mustWrite(t, left), "id,y,x,n,ok\na,1,,,\n"; got != want {
		t.Errorf("LeftJoin with nothing wrote %q, want %q", got, want)
	}
	if got, want := mustWrite(t, mustAggregate(t, none, "id", Mean("x"))), "id,n,x_mean,x_missing\n"; got != want {
		t.Errorf("aggregate wrote %q, want %q", got, want)
	}
	if samples, err := FromSamples(nil); err != nil || samples.Nrow() != 0 || samples.Ncol() != len(SampleSchema()) {
		t.Errorf("FromSamples(nil): %v, %v", samples, err)
	}
}

// What doc.go promises of gota's own methods.
func TestGuardsSurviveGotaMethods(t *testing.T) {
	df := mustRead(t, "id,x\nb,1e-12\nNaN,\na,2\n", Schema{{Name: "id"}, {Name: "x", Kind: Float, Empty: true}})
	const all = "id,x\nb,1e-12\nNaN,\na,2\n"
	for _, c := range []struct {
		name string
		df   DataFrame
		want string
	}{
		{"Subset", df.Subset([]int{1, 0}), "id,x\nNaN,\nb,1e-12\n"},
		{"Select", df.Select([]string{"x", "id"}), "x,id\n1e-12,b\n,NaN\n2,a\n"},
		{"Arrange", df.Arrange(dataframe.Sort("id")), "id,x\nNaN,\na,2\nb,1e-12\n"},
		{"Arrange, missing last", df.Arrange(dataframe.RevSort("x")), "id,x\na,2\nb,1e-12\nNaN,\n"},
		{"Filter", df.Filter(dataframe.F{Colname: "id", Comparator: series.Neq, Comparando: "a"}), "id,x\nb,1e-12\nNaN,\n"},
		{"Mutate", df.Mutate(series.New([]float64{1, 2, 3}, series.Float, "y")), "id,x,y\nb,1e-12,1\nNaN,,2\na,2,3\n"},
		{"RBind", df.RBind(df.Subset([]int{1})), all + "NaN,\n"},
		{"Rename", df.Rename("key", "id"), "key" + all[2:]},
		{"Copy", df.Copy(), all},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mustWrite(t, c.df); got != c.want {
				t.Errorf("wrote %q, want %q", got, c.want)
			}
		})
	}
}

var drawSample = rapid.Custom(func(t *rapid.T) sample.Sample {
	label := rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Copysign(0, -1)))
	return sample.Sample{
		Dataset: rapid.SampledFrom([]string{"mosi", "sims"}).Draw(t, "dataset"),
		ID:      cellText.Draw(t, "id"),
		Video:   cellText.Draw(t, "video"),
		Clip:    cellText.Draw(t, "clip"),
		Split:   rapid.SampledFrom(sample.Splits).Draw(t, "split"),
		Text:    cellText.Draw(t, "text"),
		TextEN:  cellText.Draw(t, "text_en"),
		Label:   label.Draw(t, "label"),
		LabelT:  label.Draw(t, "label_t"),
		LabelA:  label.Draw(t, "label_a"),
		LabelV:  label.Draw(t, "label_v"),
	}
})

func TestSamplesIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(drawSample, 0, 6).Draw(t, "samples")
		df, err := FromSamples(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := sameSchema(df, SampleSchema()); err != nil {
			t.Fatal(err)
		}
		got, err := ToSamples(df)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		for i := range got { // cmp takes 0 and -0 for equal
			if math.Signbit(got[i].Label) != math.Signbit(want[i].Label) && !math.IsNaN(want[i].Label) {
				t.Fatalf("label %v, want %v", got[i].Label, want[i].Label)
			}
		}
	})
}

// sameSchema says whether df has the names and kinds of want, in that order.
func sameSchema(df DataFrame, want Schema) error {
	got, err := SchemaOf(df)
	if err != nil {
		return err
	}
	same := func(a, b Column) bool { return a.Name == b.Name && a.Kind == b.Kind }
	if !slices.EqualFunc(got, want, same) {
		return fmt.Errorf("schema %v, want %v", got, want)
	}
	return nil
}

func TestToSamplesErrors(t *testing.T) {
	good := sample.Sample{Dataset: "mosi", ID: "v_1", Split: sample.Test, Label: 1}
	df, err := FromSamples([]sample.Sample{good})
	if err != nil {
		t.Fatal(err)
	}
	extra, err := AddFloats(df, "score", []float64{1})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ToSamples(extra); err != nil || got[0] != good {
		t.Errorf("with a further column: %v, %v", got, err)
	}
	for _, c := range []struct {
		name string
		df   DataFrame
		want string
	}{
		{"missing column", df.Drop("clip"), `samples: frame has no column "clip"`},
		{"wrong kind", df.Drop("clip").Mutate(series.New([]int{1}, series.Int, "clip")), `samples: column "clip" is int, not string`},
		{"unknown split", df.Drop("split").Mutate(series.New([]string{"dev"}, series.String, "split")), `row 0: split "dev"`},
		{"broken frame", df.Drop("nope"), "frame: "},
	} {
		if _, err := ToSamples(c.df); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := FromSamples([]sample.Sample{{Split: "dev"}}); err == nil {
		t.Error("FromSamples of an unknown split: no error")
	}
}
