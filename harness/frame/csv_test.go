package frame

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/internal/hint"
)

// mixed has one column of each kind, all of which may be empty.
var mixed = Schema{
	{Name: "id", Empty: true},
	{Name: "x", Kind: Float, Empty: true},
	{Name: "n", Kind: Int, Empty: true},
	{Name: "ok", Kind: Bool, Empty: true},
}

// What the file holds and the cells it should have, by RFC 4180, by hand.
func TestReadCSVCells(t *testing.T) {
	for _, c := range []struct {
		name, csv string
		want      [][]string // rows of columns a and b
	}{
		{"plain", "a,b\n1,2\n", [][]string{{"1", "2"}}},
		{"no line end at the end", "a,b\n1,2", [][]string{{"1", "2"}}},
		{"CRLF", "a,b\r\n1,2\r\n", [][]string{{"1", "2"}}},
		{"columns in another order", "b,a\n2,1\n", [][]string{{"1", "2"}}},
		{"quoted comma and quote", "a,b\n\"x,y\",\"say \"\"no\"\"\"\n", [][]string{{"x,y", `say "no"`}}},
		{"only a quote", "a,b\n\"\"\"\",x\n", [][]string{{`"`, "x"}}},
		{"LF, CRLF and CR in quotes", "a,b\n\"1\n2\",\"3\r\n4\r5\"\r\n", [][]string{{"1\n2", "3\r\n4\r5"}}},
		{"empty, quoted and not", "a,b\n,\"\"\n", [][]string{{"", ""}}},
		{"empty last cell at the end of the file", "a,b\nx,", [][]string{{"x", ""}}},
		{"spaces count", "a,b\n x , \n", [][]string{{" x ", " "}}},
		{"Chinese", "a,b\n你好，世界,\"我不知道,\"\n", [][]string{{"你好，世界", "我不知道,"}}},
		{"blank lines", "\n\r\na,b\n\n1,2\n\n\n", [][]string{{"1", "2"}}},
		{"header only", "a,b\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			df := mustRead(t, c.csv, Schema{{Name: "a", Empty: true}, {Name: "b", Empty: true}})
			var a, b []string
			for _, row := range c.want {
				a, b = append(a, row[0]), append(b, row[1])
			}
			wantStrings(t, df, "a", a...)
			wantStrings(t, df, "b", b...)
		})
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, c := range []struct{ name, csv, want string }{
		{"empty file", "", "t.csv: no header line"},
		{"only blank lines", "\n\n", "t.csv: no header line"},
		{"missing column", "id,x,n\n", `t.csv:1: column "ok" is missing; the header has ["id" "x" "n"]`},
		{"extra column", "id,x,n,ok,y\n", `t.csv:1: column "y" is not in the schema`},
		{"duplicate column", "id,x,n,ok,x\n", `t.csv:1: column "x" stands twice`},
		{"too few fields", "id,x,n,ok\na,1,2\n", "t.csv:2: 3 fields, the header has 4"},
		{"too many fields", "id,x,n,ok\na,1,2,true,\n", "t.csv:2: more than 4 fields"},
		{"not a number", "id,x,n,ok\n\"a\n\",1,2,true\nb,one,2,true\n", `t.csv:4: column "x": "one" is not a number`},
		{"line within a row", "id,x,n,ok\n\"a\n\n\",one,2,true\n", `t.csv:4: column "x": "one" is not a number`},
		{"NaN as text", "id,x,n,ok\na,NaN,2,true\n", `t.csv:2: column "x": "NaN" is not a number`},
		{"underscore", "id,x,n,ok\na,1_2,2,true\n", `"1_2" is not a number`},
		{"hexadecimal", "id,x,n,ok\na,0x1p4,2,true\n", `"0x1p4" is not a number`},
		{"too large", "id,x,n,ok\na,1e999,2,true\n", `"1e999" is not a number: value out of range`},
		{"space", "id,x,n,ok\na, 1,2,true\n", `" 1" is not a number`},
		{"leading zeros", "id,x,n,ok\na,1,0001,true\n", `column "n": "0001" is not a plain integer`},
		{"plus", "id,x,n,ok\na,1,+1,true\n", `"+1" is not a plain integer`},
		{"minus zero", "id,x,n,ok\na,-0,-0,true\n", `"-0" is not a plain integer`},
		{"bool", "id,x,n,ok\na,1,2,1\n", `column "ok": "1" is not true or false`},
		{"open quote", "id,x,n,ok\na,1,2,\"true\n", "t.csv:2: field 4: the closing quote is missing"},
		{"quote inside a cell", "id,x,n,ok\na\"b,1,2,true\n", "t.csv:2: field 1: a quote inside a cell"},
		{"byte after a quote", "id,x,n,ok\n\"a\"b,1,2,true\n", "t.csv:2: field 1: 'b' after the closing quote"},
		{"bare CR", "id,x,n,ok\ra,1,2,true\r", "t.csv:1: field 4: a carriage return without line feed"},
		{"not UTF-8", "id,x,n,ok\na,1,2,true\n\xc4\xe3,1,2,true\n", "t.csv:3: not valid UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, c.csv, mixed, c.want) })
	}
	wantError(t, "id\n\"\"\n", texts("id"), `t.csv:2: column "id": the cell is empty`)
	wantError(t, "id\nx\n", nil, "t.csv: schema: no columns")
	wantError(t, "id\nx\n", texts("id", "id"), `t.csv: schema: column "id" stands twice`)
	wantError(t, "id\nx\n", texts("id", ""), "t.csv: schema: column 2 has no name")
	wantError(t, "id\nx\n", Schema{{Name: "id", Kind: 9}}, `t.csv: schema: column "id": unknown kind Kind(9)`)
}

func TestReadCSVHints(t *testing.T) {
	_, err := ReadCSV(strings.NewReader("n\n0001\n"), "t.csv", Schema{{Name: "n", Kind: Int}})
	if got, want := hint.Of(err), "declare a column of ids as String"; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
}

func TestReadCSVReturnsReaderErrors(t *testing.T) {
	_, err := ReadCSV(io.MultiReader(strings.NewReader("id\na"), failing{}), "t.csv", texts("id"))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want %v", err, io.ErrClosedPipe)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, io.ErrClosedPipe }
func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestReadCSVNumbers(t *testing.T) {
	for text, want := range map[string]float64{
		"1": 1, "-1.5": -1.5, "+2": 2, ".5": .5, "1e-12": 1e-12, "1E+06": 1e6, "0001": 1,
		"inf": math.Inf(1), "-Inf": math.Inf(-1), "-0": math.Copysign(0, -1), "": math.NaN(),
		"1.7976931348623157e308": math.MaxFloat64, "5e-324": math.SmallestNonzeroFloat64,
	} {
		df := mustRead(t, "id,x\na,"+text+"\n", Schema{{Name: "id"}, {Name: "x", Kind: Float, Empty: true}})
		got, err := Floats(df, "x")
		if err != nil || math.Float64bits(got[0]) != math.Float64bits(want) {
			t.Errorf("%q read as %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	df := mustRead(t, "id,x,n,ok\r\n\"b,\"\"\r\n\",1.50,-7,True\r\n,,,\r\nNaN,1e6,0,false\r\n", mixed)
	want := "id,x,n,ok\n\"b,\"\"\r\n\",1.5,-7,true\n,,,\nNaN,1e+06,0,false\n" // by hand
	if got := mustWrite(t, df); got != want {
		t.Errorf("wrote\n%q, want\n%q", got, want)
	}
	if err := WriteCSV(failing{}, df); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want %v", err, io.ErrClosedPipe)
	}
	bad, err := AddStrings(DataFrame{}, "text", []string{"ok", "\xff"})
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(io.Discard, bad); err == nil || !strings.Contains(err.Error(), `column "text": row 1: not valid UTF-8`) {
		t.Errorf("error %v", err)
	}
	if err := WriteCSV(io.Discard, DataFrame{}); err == nil {
		t.Error("a frame without columns was written")
	}
	if err := WriteCSV(io.Discard, df.Rename("id", "x")); err == nil || !strings.Contains(err.Error(), `"id" stands twice`) {
		t.Errorf("two columns of one name: error %v", err)
	}
}

// cellText draws texts that have broken CSV code before.
var cellText = rapid.OneOf(
	rapid.StringOf(rapid.SampledFrom([]rune("a1,\"\n\r \t我，\ufeff;'\\.\x00"))),
	rapid.SampledFrom([]string{"", "NaN", "NA", "1_2", "0001", "1e5", "true", `""`, "\r\n", `\.`}),
	rapid.String(),
)

// foreign spells a cell as some other program might: quoted at need or at whim.
func foreign(t *rapid.T, text string, alone bool) string {
	needs := strings.ContainsAny(text, ",\"\r\n") || strings.HasPrefix(text, byteOrderMark) || alone && text == ""
	if needs || rapid.Bool().Draw(t, "quoted") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// Any spelling of any table of texts reads back as those texts; written again
// and read again it is the same, and from then on in the same bytes.
func TestCSVTextIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(cellText, width, width), 0, 8).Draw(t, "rows")
		schema := Schema{{Name: "\ufeffa", Empty: true}, {Name: "b,\"", Empty: true}, {Name: "ç\r\n", Empty: true}, {Name: "d", Empty: true}}[:width]
		end := rapid.SampledFrom([]string{"\n", "\r\n"})
		var b strings.Builder
		for j, c := range schema {
			b.WriteString(strings.Repeat(",", min(j, 1)) + foreign(t, c.Name, false))
		}
		b.WriteString(end.Draw(t, "end"))
		for _, row := range rows {
			for j, text := range row {
				b.WriteString(strings.Repeat(",", min(j, 1)) + foreign(t, text, width == 1))
			}
			b.WriteString(end.Draw(t, "end"))
		}
		first := readAgain(t, b.String(), schema, rows)
		if second := readAgain(t, first, schema, rows); second != first {
			t.Fatalf("written twice, two results:\n%q\n%q", first, second)
		}
	})
}

// readAgain reads csv, compares its cells with rows, and returns it written.
func readAgain(t *rapid.T, text string, schema Schema, rows [][]string) string {
	df, err := ReadCSV(strings.NewReader(text), "t.csv", schema)
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	for j, c := range schema {
		got, err := Strings(df, c.Name)
		if err != nil || len(got) != len(rows) {
			t.Fatalf("%d rows, %v; want %d", len(got), err, len(rows))
		}
		for i := range rows {
			if got[i] != rows[i][j] {
				t.Fatalf("row %d, column %d: %q, want %q", i, j, got[i], rows[i][j])
			}
		}
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, df); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A frame of every kind, written and read, has the same bits in every cell.
func TestCSVMixedIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 8).Draw(t, "rows")
		cols := []column{{name: "id"}, {name: "x", kind: Float}, {name: "n", kind: Int}, {name: "ok", kind: Bool}}
		for range n {
			cols[0].texts = append(cols[0].texts, cellText.Draw(t, "id"))
			cols[1].floats = append(cols[1].floats, rapid.OneOf(
				rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(-1))).Draw(t, "x"))
			for j, v := range []int{rapid.Int().Draw(t, "n"), rapid.IntRange(0, 1).Draw(t, "ok")} {
				missing := rapid.Bool().Draw(t, "missing")
				if missing {
					v = 0
				}
				cols[2+j].addInt(v, missing)
			}
		}
		df, err := frameOf(cols)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, df); err != nil {
			t.Fatal(err)
		}
		schema, err := SchemaOf(df)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadCSV(&b, "t.csv", schema)
		if err != nil {
			t.Fatal(err)
		}
		sameBits := cmp.Comparer(func(a, b float64) bool {
			return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
		})
		for _, got := range [][]column{columnsOf(df), columnsOf(back)} {
			if diff := cmp.Diff(cols, got, cmp.AllowUnexported(column{}), cmpopts.EquateEmpty(), sameBits); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
	})
}

// FuzzReadCSV feeds arbitrary bytes. No input may crash; what is accepted must
// survive writing and reading; and on files that both are meant to read, the
// record splitter must agree with encoding/csv, up to its CRLF in quotes.
func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "b,a\r\n\"x\r\ny\",\"\"\"\"\r\n", "\ufeffa,b\n,\n", "a,b\n\n\n\"\",x", "a,b\rc", "a,b\n\"x",
		"a,b\n1,2,3\n", "a,b\n1\n", "\"a\"x,b\n", "a,b\n\xff,1\n", "a,b\nx\"y,1e999\n", "", "\n", "a,b\nNaN,inf\n",
	} {
		f.Add([]byte(seed))
	}
	schema := Schema{{Name: "a", Empty: true}, {Name: "b", Kind: Float, Empty: true}}
	f.Fuzz(func(t *testing.T, data []byte) {
		compareSplitters(t, string(data))
		df, err := ReadCSV(bytes.NewReader(data), "t.csv", schema)
		if err != nil {
			return
		}
		first := mustWrite(t, df)
		if second := mustWrite(t, mustRead(t, first, schema)); second != first {
			t.Errorf("written twice, two results:\n%q\n%q", first, second)
		}
	})
}

func compareSplitters(t *testing.T, text string) {
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") || !utf8.ValidString(text) {
		return // encoding/csv lets a bare CR and broken UTF-8 pass
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord = -1
	want, wantErr := reader.ReadAll()
	rec := &records{file: "t.csv", rest: text, line: 1}
	var got [][]string
	for {
		fields, err := rec.next(nil, math.MaxInt)
		if err == io.EOF {
			break
		}
		if err != nil {
			if wantErr == nil {
				t.Errorf("%q: %v, encoding/csv accepts it", text, err)
			}
			return
		}
		row := make([]string, len(fields))
		for i, f := range fields {
			row[i] = strings.ReplaceAll(f.text, "\r\n", "\n")
		}
		got = append(got, row)
	}
	if wantErr != nil {
		t.Errorf("%q: accepted, encoding/csv says %v", text, wantErr)
	} else if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-encoding/csv +records):\n%s", text, diff)
	}
}

// A hostile line must fail before it is stored.
func TestReadCSVStopsAtTheFirstFieldTooMany(t *testing.T) {
	wantError(t, "id,x\n"+strings.Repeat(",", 1<<20), texts("id", "x"), "t.csv:2: more than 2 fields")
	wantError(t, strings.Repeat(",", 1<<20), texts("id"), "t.csv:1: more than "+strconv.Itoa(maxHeader)+" fields")
}
