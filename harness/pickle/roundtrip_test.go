package pickle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// write appends the opcodes that build v, as Python's pickler of protocol 4
// would without its memo.
func write(w *bytes.Buffer, v any) {
	sized := func(op byte, b []byte) {
		w.WriteByte(op)
		w.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(b))))
		w.Write(b)
	}
	group := func(open, end string, items []any) {
		w.WriteString(open + "(")
		for _, item := range items {
			write(w, item)
		}
		w.WriteString(end)
	}
	switch v := v.(type) {
	case nil:
		w.WriteByte('N')
	case bool:
		w.WriteByte(map[bool]byte{true: 0x88, false: 0x89}[v])
	case int64:
		w.WriteString("\x8a\x08")
		w.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	case float64:
		w.WriteByte('G')
		w.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case string:
		sized('X', []byte(v))
	case []byte:
		sized('B', v)
	case List:
		group("]", "e", v)
	case Tuple:
		group("", "t", v)
	case [][2]any:
		var items []any
		for _, pair := range v {
			items = append(items, pair[0], pair[1])
		}
		group("}", "u", items)
	default:
		panic(fmt.Sprintf("%T", v))
	}
}

// values draws any plain value, nested at most depth times.
func values(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 9
		if depth == 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return rapid.Int64().Draw(t, "int")
		case 3:
			return rapid.Float64().Draw(t, "float")
		case 4:
			return rapid.String().Draw(t, "str")
		case 5:
			return rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "bytes")
		case 6:
			return List(rapid.SliceOfN(values(depth-1), 0, 5).Draw(t, "list"))
		case 7:
			return Tuple(rapid.SliceOfN(values(depth-1), 0, 5).Draw(t, "tuple"))
		}
		var pairs [][2]any
		for _, key := range rapid.SliceOfNDistinct(rapid.String(), 0, 12, rapid.ID).Draw(t, "keys") {
			pairs = append(pairs, [2]any{key, values(depth-1).Draw(t, "value")})
		}
		return pairs
	})
}

// What was written is read back, whatever it is.
func TestReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := values(3).Draw(t, "value")
		var w bytes.Buffer
		w.WriteString(proto4)
		write(&w, want)
		w.WriteByte('.')
		got, err := Unmarshal(w.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, plain(got)); diff != "" {
			t.Fatalf("value (-want +got):\n%s", diff)
		}
	})
}
