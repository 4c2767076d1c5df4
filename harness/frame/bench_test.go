package frame

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"uacs/harness/sample"
)

// As many rows as the largest dataset here, MOSEI, has clips.
const benchRows = 23_000

var benchSchema = Schema{
	{Name: "id"},
	{Name: "video"},
	{Name: "clip"},
	{Name: "split"},
	{Name: "text"},
	{Name: "label", Kind: Float},
	{Name: "label_t", Kind: Float},
	{Name: "label_a", Kind: Float},
	{Name: "label_v", Kind: Float},
	{Name: "row", Kind: Int},
}

// benchTable is a table of 10 columns with transcripts of 3 to 30 words.
func benchTable(rows int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("id,video,clip,split,text,label,label_t,label_a,label_v,row\n")
	for i := range rows {
		video, clip := fmt.Sprintf("vid%05d", i/7), fmt.Sprintf("%04d", i%7)
		text := strings.Repeat("some, words ", 1+rng.IntN(14))
		fmt.Fprintf(&b, "%s_%s,%s,%s,%s,%q,%.4f,%.4f,%.4f,%.4f,%d\n", video, clip, video, clip,
			sample.Splits[i%3], text, rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), i)
	}
	return b.Bytes()
}

func BenchmarkLoad(b *testing.B) {
	data := benchTable(benchRows)
	types := map[string]series.Type{}
	for _, c := range benchSchema {
		types[c.Name] = kinds[c.Kind]
	}
	b.Run("frame", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadCSV(bytes.NewReader(data), "bench.csv", benchSchema); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gota", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if df := dataframe.ReadCSV(bytes.NewReader(data), dataframe.WithTypes(types)); df.Err != nil {
				b.Fatal(df.Err)
			}
		}
	})
}

// benchSides returns two tables of 10 and 2 columns that share every id, the
// second in another order.
func benchSides(b *testing.B, rows int) (left, right DataFrame) {
	left = mustRead(b, string(benchTable(rows)), benchSchema)
	right = left.Select([]string{"id"}).Subset(rand.New(rand.NewPCG(3, 4)).Perm(rows))
	right, err := AddFloats(right, "score", make([]float64, rows))
	if err != nil {
		b.Fatal(err)
	}
	return left, right
}

func BenchmarkJoin(b *testing.B) {
	for _, rows := range []int{4_000, benchRows} {
		left, right := benchSides(b, rows)
		b.Run(fmt.Sprintf("frame/%d", rows), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if df, err := Join(left, right, "id"); err != nil || df.Nrow() != rows {
					b.Fatal(df.Nrow(), err)
				}
			}
		})
	}
	left, right := benchSides(b, 4_000) // quadratic: 33 times as long for 23,000
	b.Run("gota/4000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if df := left.InnerJoin(right, "id"); df.Err != nil || df.Nrow() != 4_000 {
				b.Fatal(df.Nrow(), df.Err)
			}
		}
	})
}

func BenchmarkGroupMean(b *testing.B) {
	df, _ := benchSides(b, benchRows)
	b.Run("frame", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mustAggregate(b, df, "video", Mean("label"))
		}
	})
	b.Run("gota", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			df.GroupBy("video").Aggregation([]dataframe.AggregationType{dataframe.Aggregation_MEAN}, []string{"label"})
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	df, _ := benchSides(b, benchRows)
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteCSV(io.Discard, df); err != nil {
			b.Fatal(err)
		}
	}
}
