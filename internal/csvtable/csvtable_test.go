package csvtable

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/internal/hint"
)

// ab is the header of most tests.
var ab = Columns{Required: []string{"a", "b"}}

// read returns "line a|b" for each row. A line break in a cell is shown as ⏎.
func read(data string, want Columns) (rows []string, err error) {
	t, err := Open("f.csv", []byte(data), want)
	if err != nil {
		return nil, err
	}
	err = t.Each(func(r Row) error {
		cells := fmt.Sprintf("%d %s|%s", r.Line, r.Text("a"), r.Text("b"))
		rows = append(rows, strings.ReplaceAll(cells, "\n", "⏎"))
		return nil
	})
	return rows, err
}

// What the cells are follows from RFC 4180, which line they stand on was counted
// by hand.
func TestReads(t *testing.T) {
	for _, c := range []struct {
		name, in string
		columns  Columns
		want     []string
	}{
		{"plain", "a,b\n1,2\n3,4\n", ab, []string{"2 1|2", "3 3|4"}},
		{"no line end at the end", "a,b\n1,2", ab, []string{"2 1|2"}},
		{"only a header", "a,b\n", ab, nil},
		{"byte order mark", "\ufeffa,b\n1,2\n", ab, []string{"2 1|2"}},
		{"byte order mark before a quoted header", "\ufeff\"a\",\"b\"\n1,2\n", ab, []string{"2 1|2"}},
		{"byte order mark elsewhere is text", "a,b\n\ufeff1,2\n", ab, []string{"2 \ufeff1|2"}},
		{"CRLF", "a,b\r\n1,2\r\n3,4\r\n", ab, []string{"2 1|2", "3 3|4"}},
		{"bare LF in quotes among CRLF", "a,b\r\n\"1\n2\",3\r\n4,5\r\n", ab, []string{"2 1⏎2|3", "4 4|5"}},
		{"CRLF in quotes becomes LF", "a,b\r\n\"1\r\n2\",3\r\n", ab, []string{"2 1⏎2|3"}},
		{"comma and quote in quotes", "a,b\n\"x, \"\"y\"\"\",2\n", ab, []string{`2 x, "y"|2`}},
		{"blank lines", "\n\na,b\n\n1,2\n\n\n3,4\n", ab, []string{"5 1|2", "8 3|4"}},
		{"spaces stay", "a,b\n 1 ,\t2\n", ab, []string{"2  1 |\t2"}},
		{"other order", "b,a\n1,2\n", ab, []string{"2 2|1"}},
		{"optional column absent", "a\n1\n", Columns{Required: []string{"a"}, Optional: []string{"b"}}, []string{"2 1|"}},
		{"spare last column", "a,b,x\n1,2,3\n", Columns{Required: []string{"a", "b"}, Spare: true}, []string{"2 1|2"}},
		{"any other columns, two of a name", "x,a,x,b,\n9,1,9,2,9\n", Columns{Required: []string{"a", "b"}, Any: true}, []string{"2 1|2"}},
		{"a column not asked for reads as empty", "a,b\n1,2\n", Columns{Required: []string{"a"}, Any: true}, []string{"2 1|"}},
		{"Chinese", "a,b\n好,不好\n", ab, []string{"2 好|不好"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(c.in, c.columns)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

const (
	headerHint = "the first line must name the columns a, b"
	cellHint   = "a cell that holds a comma, a quote or a line break must stand in double quotes"
	quoteHint  = "write a quote inside a quoted cell as two quotes, and close every quote"
	codeHint   = "convert the file to UTF-8, for instance with iconv -f gb18030 -t utf-8"
)

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, in, want, hint string }{
		{"empty file", "", "f.csv:1: the file is empty, without even a header", ""},
		{"only a byte order mark", "\ufeff", "f.csv:1: the file is empty, without even a header", ""},
		{"only blank lines", "\r\n\n", "f.csv:1: the file is empty, without even a header", ""},
		{"unknown column", "a,b,c\n", `f.csv:1: header "a,b,c": unknown column "c"`, headerHint},
		{"column missing", "a\n", `f.csv:1: header "a": no column "b"`, headerHint},
		{"column twice", "a,b,a\n", `f.csv:1: header "a,b,a": column "a" stands twice`, headerHint},
		{"case of a column", "A,b\n", `f.csv:1: header "A,b": unknown column "A"`, headerHint},
		{"header below blank lines", "\n\na,c\n", `f.csv:3: header "a,c": unknown column "c"`, headerHint},
		{"header with an open quote", "a,\"b\n1,2\n", `f.csv:1: column 5 of line 2: extraneous or missing " in quoted-field`, quoteHint},
		{"row too short", "a,b\n1,2\n3\n", "f.csv:3: 1 fields where the header has 2", cellHint},
		{"row too long, after a cell of two lines", "a,b\n\"1\n2\",3\n4,5,6\n", "f.csv:4: 3 fields where the header has 2", cellHint},
		{"row too long that begins with a cell of two lines", "a,b\n\"1\n2\",3,4\n", "f.csv:2: 3 fields where the header has 2", cellHint},
		{"stray quote", "a,b\n1,2\"3\n", `f.csv:2: column 4: bare " in non-quoted-field`, quoteHint},
		{"text after a closing quote", "a,b\n\"1\"2,3\n", `f.csv:2: column 3: extraneous or missing " in quoted-field`, quoteHint},
		{"open quote to the end of the file", "a,b\n1,\"2\n3,4\n5,6\n", `f.csv:2: column 5 of line 4: extraneous or missing " in quoted-field`, quoteHint},
		{"open quote that swallows rows", "a,b\n1,\"2\n3,\"4\"\n", `f.csv:2: column 3 of line 3: extraneous or missing " in quoted-field`, quoteHint},
		{"not UTF-8", "a,b\n1,2\n3,\xc4\xe3\n", "f.csv:3: byte 10 of the file, 0xc4, is not UTF-8", codeHint},
		{"not UTF-8 after a byte order mark", "\ufeffa,b\n\xff,2\n", "f.csv:2: byte 7 of the file, 0xff, is not UTF-8", codeHint},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x00", "f.csv:1: byte 0 of the file, 0xff, is not UTF-8", codeHint},
		{"cut character at the end", "a,b\n1,好\xe5\xa5", "f.csv:2: byte 9 of the file, 0xe5, is not UTF-8", codeHint},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.in, ab)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if got := hint.Of(err); got != c.hint {
				t.Errorf("hint %q, want %q", got, c.hint)
			}
		})
	}
}

// Rows before a broken one have been handed out when the error comes, and the
// caller's own error ends the reading.
func TestEachStops(t *testing.T) {
	got, err := read("a,b\n1,2\n3\n4,5\n", ab)
	if diff := cmp.Diff([]string{"2 1|2"}, got); diff != "" || err == nil {
		t.Errorf("rows %v, error %v", got, err)
	}
	table, err := Open("f.csv", []byte("a,b\n1,2\n3,4\n"), ab)
	if err != nil {
		t.Fatal(err)
	}
	err = table.Each(func(r Row) error { return r.Errorf("a: %s", r.Text("a")) })
	if err == nil || err.Error() != "f.csv:2: a: 1" {
		t.Errorf("error %v", err)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		name, cell string
		want       float64
		err        string
	}{
		{"integer", "-3", -3, ""},
		{"exponent", "1e-3", 1e-3, ""},
		{"too small for a float", "1e-999", 0, ""},
		{"too large for a float", "1e999", 0, "f.csv:2: a: +Inf is not a finite number"},
		{"infinity", "-inf", 0, "f.csv:2: a: -Inf is not a finite number"},
		{"NaN", "nan", 0, "f.csv:2: a: NaN is not a finite number"},
		{"decimal comma", `"0,5"`, 0, `f.csv:2: a: "0,5" is not a number`},
		{"space", " 1", 0, `f.csv:2: a: " 1" is not a number`},
		{"underscore", "1_2", 0, `f.csv:2: a: "1_2" is not a number`},
		{"hexadecimal", "0x1p2", 0, `f.csv:2: a: "0x1p2" is not a number`},
		{"word", "high", 0, `f.csv:2: a: "high" is not a number`},
		{"empty", "", 0, "f.csv:2: a: the cell is empty"},
		{"blank", "  ", 0, "f.csv:2: a: the cell is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := Open("f.csv", []byte("a,b\n"+c.cell+",\n"), ab)
			if err != nil {
				t.Fatal(err)
			}
			var got float64
			message := ""
			err = table.Each(func(r Row) (err error) {
				got, err = r.Number("a")
				return err
			})
			if err != nil {
				message = err.Error()
			}
			if got != c.want || message != c.err {
				t.Errorf("%v, %q; want %v, %q", got, message, c.want, c.err)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	got, err := Header("f.csv", []byte("\ufeff\"p,1\",x,x,\r\n1,2,3,4\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"p,1", "x", "x", ""}, got); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if _, err = Header("f.csv", []byte("a,\"b")); err == nil || !strings.HasPrefix(err.Error(), "f.csv:1: ") {
		t.Errorf("error %v", err)
	}
}

// Cells that encoding/csv writes are the cells that are read, but for CRLF in a
// cell, and each record begins where its number of line breaks says.
func TestWrittenCellsAreRead(t *testing.T) {
	cell := rapid.StringMatching(`[a-z0-9,"' ;\n\t好é]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 0, 8).Draw(t, "records")
		crlf := rapid.Bool().Draw(t, "crlf")
		var buf bytes.Buffer
		if rapid.Bool().Draw(t, "mark") {
			buf.WriteString("\ufeff")
		}
		w := csv.NewWriter(&buf)
		w.UseCRLF = crlf
		if err := w.Write([]string{"a", "b"}); err != nil {
			t.Fatal(err)
		}
		var want []string
		line := 2
		for _, r := range records {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("%d %s|%s", line, strings.ReplaceAll(r[0], "\n", "⏎"), strings.ReplaceAll(r[1], "\n", "⏎")))
			line += 1 + strings.Count(r[0]+r[1], "\n")
		}
		w.Flush()
		got, err := read(buf.String(), ab)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("rows (-want +got):\n%s", diff)
		}
	})
}

// FuzzOpen: whatever the bytes, reading ends; rows come in the order of their
// lines with the header's number of cells, and every error names file and line.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		"", "\ufeff", "a,b\n1,2\n", "\ufeff\"a\",b\r\n\"1\n2\",\"\"\"\"\r\n", "a,b\n1,\"2\n3,4\n", "a,b\n\xff\n", "a,b,c\n1\n", "\n\na\n\n1\n", "a\r1\r2",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Open("f.csv", data, Columns{Required: []string{"a"}, Optional: []string{"b"}, Any: true})
		line := 0
		if err == nil {
			err = table.Each(func(r Row) error {
				if r.Line <= line || len(r.cells) != len(table.header) {
					t.Errorf("row in line %d after line %d, %d cells", r.Line, line, len(r.cells))
				}
				line = r.Line
				_, err := r.Number("a")
				return err
			})
		}
		if err == nil {
			return
		}
		var n int
		if _, scan := fmt.Sscanf(err.Error(), "f.csv:%d: ", &n); scan != nil || n < 1 || n > 1+bytes.Count(data, []byte("\n")) {
			t.Errorf("error without a line of the file: %v", err)
		}
	})
}
