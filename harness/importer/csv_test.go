package importer

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/sample"
)

// importCSV imports text with the given column map.
func importCSV(text string, columns map[string]string) (Import, error) {
	return CSV.Import(Request{FS: fstest.MapFS{"o.csv": file([]byte(text))}, Path: "o.csv", Clips: clips, Columns: columns})
}

func TestBins(t *testing.T) {
	for _, c := range []struct {
		name, header, row string
		bins, probs       []float64
	}{
		{"negative bins, in no order", "id,p_3,p_-3,p_0", "v_1,0.5,0.25,0.25", []float64{-3, 0, 3}, []float64{0.25, 0.25, 0.5}},
		{"fractions and exponents", "id,p_-0.5,p_1e-1", "v_1,0.5,0.5", []float64{-0.5, 0.1}, []float64{0.5, 0.5}},
		{"a plus sign", "id,p_+1,p_-1", "v_1,1,0", []float64{-1, 1}, []float64{0, 1}},
		{"columns that begin so and are none", "id,p_max,p_,p_1,p_0,p_1_2", "v_1,x,x,1,0,x", []float64{0, 1}, []float64{0, 1}},
		{"byte order mark, quoted header", "\ufeff\"id\",\"p_0\",\"p_1\"", "v_1,1,0", []float64{0, 1}, []float64{1, 0}},
		{"byte order mark, bin first", "\ufeffp_0,p_1,id", "1,0,v_1", []float64{0, 1}, []float64{1, 0}},
		{"a comma in a quoted name", "id,\"p_9,p_8\",p_0,p_1", "v_1,x,1,0", []float64{0, 1}, []float64{1, 0}},
		{"a line break in a quoted name", "id,\"p_9\np_8\",p_0,p_1", "v_1,x,1,0", []float64{0, 1}, []float64{1, 0}},
		{"blank lines above the header", "\r\n\r\nid,p_0,p_1\r", "v_1,1,0", []float64{0, 1}, []float64{1, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			im, err := importCSV(c.header+"\n"+c.row+"\n", map[string]string{"id": "id", "probs": "p_"})
			if err != nil {
				t.Fatal(err)
			}
			conform(t, im, clips)
			if diff := cmp.Diff([][]float64{c.bins, c.probs}, [][]float64{im.Predictions[0].Bins, im.Predictions[0].Probs}); diff != "" {
				t.Errorf("bins and probs (-want +got):\n%s", diff)
			}
		})
	}
}

// What a row means field by field.
func TestCSVRow(t *testing.T) {
	const refused = "refused: policy"
	columns := map[string]string{"id": "id", "score": "y", "label": "l", "probs": "p", "error": "e", "raw": "r"}
	for _, c := range []struct {
		name, row string
		want      sample.Prediction
	}{
		{"score alone", "1e-1,,,,,", sample.Prediction{Score: new(0.1)}},
		{"negative zero", "-0,,,,,", sample.Prediction{Score: new(math.Copysign(0, -1))}},
		{"label in upper case with spaces", `," Weakly Positive ",,,,`, sample.Prediction{Label: "weakly positive"}},
		{"no label word", `,"so, so",,,,`, sample.Prediction{Raw: "so, so", Error: `unparseable: label "so, so"`}},
		{"no label word, but more is said", ",x,,," + refused + ",text", sample.Prediction{Raw: "text", Error: refused}},
		{"no label word beside a score", "1,x,,,,", sample.Prediction{Score: new(1.), Raw: "x", Error: `unparseable: label "x"`}},
		{"an error without an answer", ",,,," + refused + ",", sample.Prediction{Error: refused}},
		{"an error with an answer", "1,,,," + refused + ",", sample.Prediction{Score: new(1.), Error: refused}},
		{"nothing", ",,,,,", sample.Prediction{Error: "missing: the row has no answer"}},
		{"raw text is no answer", ",,,,,text", sample.Prediction{Raw: "text", Error: "missing: the row has no answer"}},
		{"probabilities", ",,1,0,,", sample.Prediction{Bins: []float64{0, 1}, Probs: []float64{1, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			im, err := importCSV("id,y,l,p0,p1,e,r\nv_1,"+c.row+"\n", columns)
			if err != nil {
				t.Fatal(err)
			}
			conform(t, im, clips)
			c.want.Dataset, c.want.Split, c.want.ID, c.want.Model, c.want.Round = "mosi", sample.Test, "v_1", "csv", 1
			if diff := cmp.Diff(c.want, im.Predictions[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Without a model column the answers have the request's name.
func TestCSVModelName(t *testing.T) {
	for _, c := range []struct{ asked, column, want string }{{"", "", "csv"}, {"mine", "", "mine"}, {"mine", "m", "theirs"}} {
		r := Request{
			FS: fstest.MapFS{"o.csv": file([]byte("id,y,m\nv_1,1,theirs\n"))}, Path: "o.csv", Clips: clips,
			Columns: map[string]string{"id": "id", "score": "y"}, Model: c.asked,
		}
		if c.column != "" {
			r.Columns["model"] = c.column
		}
		im, err := CSV.Import(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{c.want}, im.Models()); diff != "" {
			t.Errorf("asked %q, column %q (-want +got):\n%s", c.asked, c.column, diff)
		}
	}
}

// answer draws a prediction of the fields that a CSV file can hold, without
// those that are always the same in a file.
func answer(t *rapid.T, bins []float64) sample.Prediction {
	var p sample.Prediction
	if rapid.Bool().Draw(t, "scored") {
		p.Score = new(rapid.Float64().Draw(t, "score"))
	}
	if bins != nil && rapid.Bool().Draw(t, "spread") {
		weights := rapid.SliceOfN(rapid.IntRange(0, 9), len(bins), len(bins)).Draw(t, "weights")
		weights[0]++ // some weight must be positive
		total := 0
		for _, w := range weights {
			total += w
		}
		p.Bins = bins
		for _, w := range weights {
			p.Probs = append(p.Probs, float64(w)/float64(total))
		}
	}
	p.Label = rapid.SampledFrom([]string{"", "negative", "weakly negative", "neutral", "weakly positive", "positive"}).Draw(t, "label")
	p.Raw = rapid.StringMatching(`[a-z ",;\n好é]{0,6}`).Draw(t, "raw")
	if p.Score == nil && p.Probs == nil && p.Label == "" {
		p.Error = rapid.StringMatching(`refused: [a-z",\n]{1,6}`).Draw(t, "error")
	}
	return p
}

// distinctBins draws no bins, or two to seven of a label scale.
func distinctBins(t *rapid.T) []float64 {
	steps := rapid.SliceOfNDistinct(rapid.IntRange(-30, 30), 0, 7, rapid.ID[int]).Draw(t, "bins")
	if len(steps) < 2 {
		return nil
	}
	slices.Sort(steps)
	var bins []float64
	for _, s := range steps {
		bins = append(bins, float64(s)/10)
	}
	return bins
}

// A CSV file written from random predictions imports back to them, whatever the
// order of its columns and rows, with or without a byte order mark and CRLF.
func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := distinctBins(t)
		header := []string{"id", "score", "label", "error", "raw", "model", "other, column"}
		columns := map[string]string{"id": "id", "score": "score", "label": "label", "error": "error", "raw": "raw", "model": "model"}
		for _, b := range bins {
			header = append(header, "p_"+number(b))
		}
		if bins != nil {
			columns["probs"] = "p_"
		}
		header = rapid.Permutation(header).Draw(t, "header")
		var want []sample.Prediction
		var rows [][]string
		for _, model := range []string{"a", "b"} {
			for _, s := range clips {
				p := answer(t, bins)
				p.Dataset, p.Split, p.ID, p.Model, p.Round = s.Dataset, s.Split, s.ID, model, 1
				want = append(want, p)
				rows = append(rows, cells(p, header))
			}
		}
		var buf bytes.Buffer
		if rapid.Bool().Draw(t, "mark") {
			buf.WriteString("\ufeff")
		}
		w := csv.NewWriter(&buf)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		// Models come in the order of the file, so only the rows of one are shuffled.
		rows = append(rapid.Permutation(rows[:len(clips)]).Draw(t, "a"), rapid.Permutation(rows[len(clips):]).Draw(t, "b")...)
		if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
			t.Fatal(err)
		}
		im, err := importCSV(buf.String(), columns)
		if err != nil {
			t.Fatalf("%v\n%s", err, buf.String())
		}
		if diff := cmp.Diff(want, im.Predictions); diff != "" {
			t.Fatalf("(-written +imported):\n%s", diff)
		}
	})
}

// cells are the cells of p's row, in the order of the header.
func cells(p sample.Prediction, header []string) []string {
	at := map[string]string{"id": p.ID, "label": p.Label, "error": p.Error, "raw": p.Raw, "model": p.Model, "other, column": "x"}
	if p.Score != nil {
		at["score"] = number(*p.Score)
	}
	for i, q := range p.Probs {
		at["p_"+number(p.Bins[i])] = number(q)
	}
	var out []string
	for _, name := range header {
		out = append(out, at[name])
	}
	return out
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// JSON lines written from random predictions import back to them.
func TestJSONLRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []sample.Prediction
		bins := distinctBins(t)
		for _, s := range clips {
			p := answer(t, bins)
			p.Dataset, p.Split, p.ID, p.Model, p.Round = s.Dataset, s.Split, s.ID, "m", rapid.IntRange(1, 2).Draw(t, "round")
			want = append(want, p)
		}
		var buf bytes.Buffer
		if err := sample.WritePredictions(&buf, rapid.Permutation(want).Draw(t, "order")); err != nil {
			t.Fatal(err)
		}
		text := buf.String()
		if rapid.Bool().Draw(t, "crlf") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		im, err := JSONL.Import(Request{FS: fstest.MapFS{"f": file([]byte(text))}, Path: "f", Clips: clips})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, im.Predictions); diff != "" {
			t.Fatalf("(-written +imported):\n%s", diff)
		}
	})
}
