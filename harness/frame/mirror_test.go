package frame

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"uacs/internal/mirror"
)

// Real tables with quoted commas, CRLF, a bare LF in a quoted cell and Chinese.
// Row counts are those that a scan with Python's csv module gave.
func TestRealTables(t *testing.T) {
	dir := mirror.Need(t)
	transcripts := Schema{{Name: "name"}, {Name: "chinese", Empty: true}, {Name: "english", Empty: true}}
	for _, c := range []struct {
		file   string
		schema Schema
		rows   int
	}{
		{"merbench/sims-process/transcription-engchi-polish.csv", transcripts, 2281},
		{"merbench/simsv2-process/transcription-engchi-polish.csv", transcripts, 4403},
		{"merbench/cmumosi-process/transcription-engchi-polish.csv", transcripts, 2199},
		{"mosei/ailiwood/label.csv", Schema{
			{Name: "video_id"}, {Name: "clip_id"}, {Name: "text"}, {Name: "label", Kind: Float}, {Name: "mode"},
		}, 22788},
	} {
		t.Run(c.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.file))
			if err != nil {
				t.Fatal(err)
			}
			df, err := ReadCSV(bytes.NewReader(data), c.file, c.schema)
			if err != nil {
				t.Fatal(err)
			}
			if df.Nrow() != c.rows {
				t.Errorf("%d rows, want %d", df.Nrow(), c.rows)
			}
			first := mustWrite(t, df)
			if second := mustWrite(t, mustRead(t, first, c.schema)); second != first {
				t.Error("written twice, two results")
			}
			compareSplitters(t, string(bytes.TrimPrefix(data, []byte(byteOrderMark))))
		})
	}
}
