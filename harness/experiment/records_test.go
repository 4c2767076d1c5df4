package experiment

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// By hand: six decimals below a million, halves to even, six digits from there on.
func TestNumber(t *testing.T) {
	for _, c := range []struct {
		x          float64
		text, json string
	}{
		{math.NaN(), "n/a", "null"},
		{math.Inf(1), "+Inf", "null"},
		{0, "0", "0"},
		{math.Copysign(0, -1), "0", "0"},
		{-1e-9, "0", "0"},
		{0.1234567, "0.123457", "0.123457"},
		{-0.1234564, "-0.123456", "-0.123456"},
		{0.0000005, "0", "0"},
		{0.0000015, "0.000002", "0.000002"},
		{2.5, "2.5", "2.5"},
		{123456.7890123, "123456.789012", "123456.789012"},
		{999999.9999994, "999999.999999", "999999.999999"},
		{999999.9999997, "1e+06", "1e+06"},
		{1e6, "1e+06", "1e+06"},
		{1234567.8, "1.23457e+06", "1.23457e+06"},
		{-4.9e14, "-4.9e+14", "-4.9e+14"},
		{4.9e14, "4.9e+14", "4.9e+14"},
		{1e300, "1e+300", "1e+300"},
	} {
		if got := Number(c.x).String(); got != c.text {
			t.Errorf("%v prints as %s, want %s", c.x, got, c.text)
		}
		data, err := json.Marshal(Number(c.x))
		if err != nil || string(data) != c.json {
			t.Errorf("%v is %s in JSON (err %v), want %s", c.x, data, err, c.json)
		}
	}
}

// What is printed reads back as a number that prints the same.
func TestNumberRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := Number(rapid.OneOf(rapid.Float64(), rapid.Float64Range(-2, 2), rapid.Float64Range(999_999, 1_000_001)).Draw(t, "x"))
		data, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var back Number
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		if !bytes.Equal(data, again) {
			t.Fatalf("%v is %s, then %s", float64(x), data, again)
		}
	})
}

// By hand: numbers are rounded wherever they stand, strings are left alone.
func TestRoundNumbers(t *testing.T) {
	const in = `{"a 0.12345678":[1,-0.00000001,4.9e14,"x 0.12345678 \" 1e-9"],"b":{"c":0.12345678,"d":null,"e":true}}`
	const want = `{"a 0.12345678":[1,0,4.9e+14,"x 0.12345678 \" 1e-9"],"b":{"c":0.123457,"d":null,"e":true}}`
	if got := string(roundNumbers([]byte(in))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

var (
	anyNumber = rapid.Custom(func(t *rapid.T) Number {
		if rapid.IntRange(0, 9).Draw(t, "na") == 0 {
			return notANumber
		}
		return Number(math.RoundToEven(rapid.Float64Range(-5, 5).Draw(t, "number")*1e6) / 1e6)
	})
	anyEstimate = rapid.Custom(func(t *rapid.T) Estimate {
		return Estimate{anyNumber.Draw(t, "value"), anyNumber.Draw(t, "lo"), anyNumber.Draw(t, "hi")}
	})
	anyText   = rapid.StringN(0, 12, -1)
	anyPaired = rapid.Custom(func(t *rapid.T) *Paired {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		return &Paired{
			Difference: anyEstimate.Draw(t, "difference"), Corrected: rapid.IntRange(0, 99).Draw(t, "corrected"),
			McNemarP: anyNumber.Draw(t, "p"), FlipP: anyNumber.Draw(t, "p"), HolmP: anyNumber.Draw(t, "p"),
		}
	})
	anySystem = rapid.Custom(func(t *rapid.T) System {
		return System{
			Name: anyText.Draw(t, "name"), Measure: anyText.Draw(t, "measure"), Fusion: anyText.Draw(t, "fusion"), Threshold: OracleTau,
			Control: rapid.Bool().Draw(t, "control"), Right: rapid.IntRange(0, 9999).Draw(t, "right"), Accuracy: anyEstimate.Draw(t, "accuracy"),
			Costs: rapid.SliceOfN(anyNumber, 0, 3).Draw(t, "costs"), VsSmall: anyPaired.Draw(t, "small"), VsLarge: anyPaired.Draw(t, "large"),
			Stages: []StageCount{{anyText.Draw(t, "stage"), 2, 1}},
		}
	})
	anyCurve = rapid.Custom(func(t *rapid.T) Curve {
		c := Curve{Name: anyText.Draw(t, "name"), Role: "measure"}
		for range rapid.IntRange(0, 4).Draw(t, "points") {
			c.Points = append(c.Points, CurvePoint{Rate: anyNumber.Draw(t, "rate"), Lo: anyNumber.Draw(t, "lo"), Costs: []Number{anyNumber.Draw(t, "cost")}})
		}
		return c
	})
	anyResult = rapid.Custom(func(t *rapid.T) *Result {
		r := &Result{
			Setup: Setup{
				Name: rapid.StringMatching("[a-z]{1,8}").Draw(t, "name"), Title: anyText.Draw(t, "title"), N: rapid.IntRange(0, 9999).Draw(t, "n"),
				Seed: rapid.Uint64().Draw(t, "seed"), Warnings: rapid.SliceOfN(anyText, 0, 3).Draw(t, "warnings"),
				Axes: []Axis{{Name: anyText.Draw(t, "axis"), Log: true}}, Inputs: []Input{{"a", "b"}},
			},
			Systems: rapid.SliceOfN(anySystem, 0, 3).Draw(t, "systems"), Curves: rapid.SliceOfN(anyCurve, 0, 2).Draw(t, "curves"),
			Measures: []Measure{{Name: anyText.Draw(t, "measure"), NA: anyText.Draw(t, "na"), AUDC: anyEstimate.Draw(t, "audc")}},
			Profiles: []Profile{{System: "s", Metrics: []MetricValue{{Name: "m", Value: anyNumber.Draw(t, "value")}}, Warnings: []string{anyText.Draw(t, "w")}}},
		}
		if rapid.Bool().Draw(t, "exact") {
			r.Exact = json.RawMessage(`{"small":{"value":0.78}}`)
		}
		return r
	})
)

func TestRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult.Draw(t, "result")
		var first bytes.Buffer
		if err := WriteRecords(&first, r); err != nil {
			t.Fatal(err)
		}
		back, err := ReadRecords(bytes.NewReader(first.Bytes()), "r.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, back, approximately); diff != "" {
			t.Fatalf("records (-written +read):\n%s", diff)
		}
		var second bytes.Buffer
		if err := WriteRecords(&second, back); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("written again the records differ (err = %v)", err)
		}
	})
}

func TestReadRecordsErrors(t *testing.T) {
	const setup = `{"experiment":"a","record":"setup","data":{"name":"a"}}` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "r.jsonl: no setup"},
		{"no setup", `{"experiment":"a","record":"curve","data":{"name":"x"}}`, `r.jsonl:1: a record of experiment "a" after the setup of ""`},
		{"another experiment", setup + `{"experiment":"b","record":"curve","data":{"name":"x"}}`, `r.jsonl:2: a record of experiment "b" after the setup of "a"`},
		{"setup of another name", `{"experiment":"b","record":"setup","data":{"name":"a"}}`, `r.jsonl:1: a record of experiment "b" after the setup of "a"`},
		{"two setups", setup + "\n" + setup, "r.jsonl:3: a second setup"},
		{"unknown record", setup + `{"experiment":"a","record":"poem","data":{}}`, `r.jsonl:2: unknown record "poem"`},
		{"unknown key", setup + `{"experiment":"a","record":"curve","data":{"nmae":1}}`, `r.jsonl:2: json: unknown field "nmae"`},
		{"unknown key outside", setup + `{"experiment":"a","record":"curve","dat":{}}`, `r.jsonl:2: json: unknown field "dat"`},
		{"two values", setup + `{"experiment":"a","record":"curve","data":{}} {}`, "r.jsonl:2: more than one JSON value"},
		{"torn", setup + `{"experiment":"a","rec`, "r.jsonl:2: unexpected EOF"},
		{"no data", setup + `{"experiment":"a","record":"curve"}`, "r.jsonl:2: EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadRecords(strings.NewReader(c.text), "r.jsonl")
			if err == nil || err.Error() != c.want {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
}

// What reads as records can be written and read again, and never crashes.
func FuzzReadRecords(f *testing.F) {
	var b bytes.Buffer
	if err := WriteRecords(&b, mustRun(f, tinyConfig(), fourVideos)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"experiment":"a","record":"setup","data":{"name":"a"}}`))
	f.Add([]byte(`{"experiment":"a","record":"exact","data":1e999}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadRecords(bytes.NewReader(data), "r.jsonl")
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteRecords(&out, r); err != nil {
			t.Fatalf("cannot be written: %v", err)
		}
		if _, err := ReadRecords(&out, "again.jsonl"); err != nil {
			t.Fatalf("cannot be read again: %v", err)
		}
	})
}
