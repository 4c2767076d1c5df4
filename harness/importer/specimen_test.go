package importer

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"uacs/harness/sample"
)

// clips are what the specimens answer: made by hand, as is everything below.
var clips = []sample.Sample{
	{Dataset: "mosi", Split: sample.Test, ID: "v_1", Video: "v", Clip: "1", Label: 0.5},
	{Dataset: "mosi", Split: sample.Test, ID: "v_2", Video: "v", Clip: "2", Label: -1},
	{Dataset: "mosi", Split: sample.Test, ID: "v_3", Video: "v", Clip: "3", Label: 0},
	{Dataset: "mosi", Split: sample.Test, ID: "w_1", Video: "w", Clip: "1", Label: -2. / 3},
}

// specimen is an input of one format and what must come of it. The input answers
// all clips but v_3, in another order, and others that are not asked for. The
// records that must come of it are in testdata/NAME.jsonl, reviewed by hand.
type specimen struct {
	path    string
	columns map[string]string
	files   fstest.MapFS
	models  []string
	read    []string
	notes   []string
}

func (s specimen) request() Request {
	return Request{FS: s.files, Path: s.path, Clips: clips, Columns: s.columns}
}

const (
	checkpoint5  = "agpt/checkpoint_000005_loss_0.602-openset-sentiment.npz"
	checkpoint10 = "agpt/checkpoint_10_loss_0.5-openset-sentiment.npz"
)

// specimens holds one for each format; [TestConformance] fails for a registered
// format that has none.
func specimens(t testing.TB) map[string]specimen {
	return map[string]specimen{
		"affectgpt": {
			path: "agpt/",
			files: fstest.MapFS{
				checkpoint10: file(words(t, "w_1 x_9 v_2 v_1", "negative positive negative neutral")),
				checkpoint5:  file(words(t, "v_2 v_1 w_1 x_9", "Negative positive mixed positive")),
				// The other two files of a checkpoint are not read.
				"agpt/checkpoint_10_loss_0.5-openset.npz": file([]byte("junk")),
				"agpt/checkpoint_10_loss_0.5.npz":         file([]byte("junk")),
			},
			models: []string{"affectgpt-5", "affectgpt-10", "affectgpt-vote"},
			read:   []string{checkpoint5, checkpoint10},
			notes: []string{
				"affectgpt-5: no answer for 1 of 4 clips",
				"affectgpt-5: 1 of 3 answers are unusable (1 unparseable)",
				"affectgpt-10: no answer for 1 of 4 clips",
				"affectgpt-vote: no answer for 1 of 4 clips",
				"2 of 8 answers are left out, about clips outside mosi/test",
			},
		},
		"csv": {
			path:    "own.csv",
			columns: map[string]string{"id": "clip", "score": "pred", "label": "word", "probs": "p_", "model": "by", "error": "why", "raw": "said"},
			files: fstest.MapFS{"own.csv": file([]byte("\ufeff\"clip\",by,\"p_1\",p_-1,p_0,pred,word,why,said,p_max\r\n" +
				"w_1,m,0.25,0.5,0.25,-0.5,Negative,,\"well, bad\",x\r\n" +
				"v_2,n,,,,,,refused: policy,,\r\n" +
				"v_1,m,0.5,0,0.5,0.75,,,,\r\n" +
				"v_2,m,,,,,mixed,,,\r\n" +
				"x_9,m,,,,junk,,,,\r\n" +
				"v_1,n,,,,1,,,,\r\n" +
				"w_1,n,,,,,,,,\r\n"))},
			models: []string{"m", "n"},
			notes: []string{
				"m: no answer for 1 of 4 clips",
				"m: 1 of 3 answers are unusable (1 unparseable)",
				"n: no answer for 1 of 4 clips",
				"n: 2 of 3 answers are unusable (1 missing, 1 refused)",
				"1 of 7 answers are left out, about clips outside mosi/test",
			},
		},
		"gpt4v-ranking": {
			path: "g/label-gpt4v-multi.csv",
			files: fstest.MapFS{"g/label-gpt4v-multi.csv": file([]byte("name,gt,gpt4v\n" +
				"x_9,1.0,\"positive\"\n" +
				"w_1,-0.66666669,\"negative,weakly\"\n" +
				"v_1,0.5,\"positive,weakly positive,neutral,weakly negative,negative\"\n" +
				"v_2,-1.0,\n"))},
			models: []string{"gpt4v-multi"},
			notes: []string{
				"gpt4v-multi: no answer for 1 of 4 clips",
				"gpt4v-multi: 1 of 3 answers are unusable (1 missing)",
				"1 of 4 answers are left out, about clips outside mosi/test",
				"gpt4v-multi: 1 of 3 rankings are partial",
			},
		},
		"jsonl": {
			path: "own.jsonl",
			files: fstest.MapFS{"own.jsonl": file([]byte("\ufeff" + jsonLine("m", "w_1", `"score":-0.5`) + "\n" +
				jsonLine("n", "v_2", `"error":"timeout after 30 s"`) +
				jsonLine("m", "v_2", `"label":"negative"`) +
				strings.Replace(jsonLine("m", "v_3", `"label":"negative"`), "test", "train", 1) +
				strings.Replace(jsonLine("m", "v_1", `"score":1`), `"r1"`, `"r2"`, 1) +
				jsonLine("n", "w_1", `"bins":[-1,1],"probs":[0.5,0.5]`) +
				jsonLine("n", "v_1", `"score":0`) +
				`{"dataset":"mosi","split":"te`))},
			models: []string{"m", "n"},
			notes: []string{
				"m: no answer for 1 of 4 clips",
				"n: no answer for 1 of 4 clips",
				"n: 1 of 3 answers are unusable (1 other)",
				"1 of 7 answers are left out, about clips outside mosi/test",
				"m: the answers are of 2 different revisions or rounds",
				"own.jsonl:9: torn last line dropped (byte 29: unexpected end of JSON input)",
			},
		},
		"simsv2-regressors": {
			path: "reg.csv",
			files: fstest.MapFS{"reg.csv": file([]byte("video_id,clip_id,y_true,pred_v,pred_a,pred_t,mode\n" +
				"w,1,-0.66666669,-1,-0.5,-0.75,test\n" +
				"v,2,-1,,,,test\n" +
				"x,9,0,0,0,0,train\n" +
				"v,1,0.5,,0.25,0.75,test\n"))},
			models: []string{"spp72kimo-text", "spp72kimo-audio", "spp72kimo-video", "spp72kimo-mean"},
			notes: []string{
				"spp72kimo-text: no answer for 1 of 4 clips",
				"spp72kimo-text: 1 of 3 answers are unusable (1 missing)",
				"spp72kimo-audio: no answer for 1 of 4 clips",
				"spp72kimo-audio: 1 of 3 answers are unusable (1 missing)",
				"spp72kimo-video: no answer for 1 of 4 clips",
				"spp72kimo-video: 2 of 3 answers are unusable (2 missing)",
				"spp72kimo-mean: no answer for 1 of 4 clips",
				"spp72kimo-mean: 1 of 3 answers are unusable (1 missing)",
				"1 of 4 answers are left out, about clips outside mosi/test",
				"spp72kimo-mean: 1 of 3 means lack a member",
			},
		},
	}
}

func fsOf(path, content string) fstest.MapFS { return fstest.MapFS{path: file([]byte(content))} }

func file(data []byte) *fstest.MapFile { return &fstest.MapFile{Data: data} }

// jsonLine is a record of mosi/test with the given answer.
func jsonLine(model, id, answer string) string {
	return fmt.Sprintf(`{"dataset":"mosi","split":"test","id":%q,"model":%q,"revision":"r1","round":1,"modalities":["text"],%s}`+"\n", id, model, answer)
}

// words is an .npz file of the arrays filenames and fileitems, given as words
// separated by spaces.
func words(t testing.TB, ids, items string) []byte {
	t.Helper()
	return npz(t, "filenames.npy", npyStrings(strings.Fields(ids)...), "fileitems.npy", npyStrings(strings.Fields(items)...))
}

// npz zips members, given as name and content in turn.
func npz(t testing.TB, members ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// npyStrings is an .npy file of version 1.0 with a list of strings, dtype <U.
func npyStrings(items ...string) string {
	width := 1
	for _, s := range items {
		width = max(width, utf8.RuneCountInString(s))
	}
	var data bytes.Buffer
	for _, s := range items {
		cell := make([]byte, 4*width)
		for i, r := range []rune(s) {
			binary.LittleEndian.PutUint32(cell[4*i:], uint32(r))
		}
		data.Write(cell)
	}
	return npyFile(fmt.Sprintf("<U%d", width), fmt.Sprintf("(%d,)", len(items)), data.String())
}

// npyFile is an .npy file of version 1.0.
func npyFile(dtype, shape, data string) string {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", dtype, shape)
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header + data
}
