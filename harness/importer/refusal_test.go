package importer

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

const (
	gptHeader = "name,gt,gpt4v\n"
	regHeader = "video_id,clip_id,y_true,pred_v,pred_a,pred_t\n"
)

var scoreColumns = map[string]string{"id": "id", "score": "y"}

// A refusal names the file and, in a text file, the line. Lines were counted by
// hand.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name, format, path, content string
		columns                     map[string]string
		want                        string
		hint                        string // a part of it, "" for none
	}{
		{
			"gpt4v: clip twice", "gpt4v-ranking", "g-text.csv", gptHeader + "v_1,0.5,neutral\nx_1,0,neutral\nv_1,0.5,neutral\n", nil,
			"g-text.csv:4: clip v_1 stands in line 2 too", "",
		},
		{
			"gpt4v: wrong header", "gpt4v-ranking", "g-text.csv", "name,gt,gemini\n", nil,
			`g-text.csv:1: header "name,gt,gemini": unknown column "gemini"`, "name, gt, gpt4v",
		},
		{
			"gpt4v: label of another dataset", "gpt4v-ranking", "g-text.csv", gptHeader + "v_1,0.5,neutral\nv_2,1,neutral\n", nil,
			"g-text.csv:3: gt: 1, but the label of clip v_2 is -1", "another version of its labels",
		},
		{
			"gpt4v: label empty", "gpt4v-ranking", "g-text.csv", gptHeader + "v_1,,neutral\n", nil,
			"g-text.csv:2: gt: the cell is empty", "",
		},
		{
			"gpt4v: label no number", "gpt4v-ranking", "g-text.csv", gptHeader + "v_1,high,neutral\n", nil,
			`g-text.csv:2: gt: "high" is not a number`, "",
		},
		{
			"gpt4v: ranking without quotes", "gpt4v-ranking", "g-text.csv", gptHeader + "v_1,0.5,neutral,positive\n", nil,
			"g-text.csv:2: 4 fields where the header has 3", "double quotes",
		},
		{
			"gpt4v: another dataset", "gpt4v-ranking", "g-text.csv", gptHeader + "x_1,0.5,neutral\n", nil,
			"g-text.csv: no answer is about a clip of mosi/test", `about "x_1", the first clip of the split is "v_1"`,
		},
		{
			"gpt4v: only a header", "gpt4v-ranking", "g-text.csv", gptHeader, nil,
			"g-text.csv: no answer is about a clip of mosi/test: there is none at all", "",
		},
		{
			"gpt4v: empty file", "gpt4v-ranking", "g-text.csv", "", nil,
			"g-text.csv:1: the file is empty, without even a header", "",
		},
		{
			"gpt4v: junk", "gpt4v-ranking", "g-text.csv", "\x00\x01\n\xff\xfe", nil,
			"g-text.csv:2: byte 3 of the file, 0xff, is not UTF-8", "iconv",
		},
		{
			"gpt4v: a name that does not say the modality", "gpt4v-ranking", "label.csv", gptHeader, nil,
			"label.csv: the name does not end in -text.csv, -video.csv or -multi.csv", "label-gpt4v-multi.csv",
		},
		{
			"gpt4v: a folder", "gpt4v-ranking", "d-text.csv", "/", nil,
			"d-text.csv: a folder where a file belongs", "one of the files",
		},

		{
			"regressors: clip twice", "simsv2-regressors", "r.csv", regHeader + "v,1,0.5,1,1,1\nv,1,0.5,1,1,1\n", nil,
			"r.csv:3: clip v_1 stands in line 2 too", "",
		},
		{
			"regressors: wrong header", "simsv2-regressors", "r.csv", "video_id,clip_id,y_true,pred_v,pred_a\n", nil,
			`r.csv:1: header "video_id,clip_id,y_true,pred_v,pred_a": no column "pred_t"`, "pred_t",
		},
		{
			"regressors: label differs", "simsv2-regressors", "r.csv", regHeader + "v,1,0.4,1,1,1\n", nil,
			"r.csv:2: y_true: 0.4, but the label of clip v_1 is 0.5", "another dataset",
		},
		{
			"regressors: score no number", "simsv2-regressors", "r.csv", regHeader + "v,1,0.5,1,high,1\n", nil,
			`r.csv:2: pred_a: "high" is not a number`, "",
		},
		{
			"regressors: score NaN", "simsv2-regressors", "r.csv", regHeader + "v,1,0.5,nan,1,1\n", nil,
			"r.csv:2: pred_v: NaN is not a finite number", "",
		},
		{
			"regressors: another dataset", "simsv2-regressors", "r.csv", regHeader + "x,0001,0.5,1,1,1\n", nil,
			"r.csv: no answer is about a clip of mosi/test", `about "x_0001"`,
		},
		{
			"regressors: 0001 is not 1", "simsv2-regressors", "r.csv", regHeader + "v,0001,0.5,1,1,1\n", nil,
			"r.csv: no answer is about a clip of mosi/test", `about "v_0001"`,
		},
		{
			"regressors: empty file", "simsv2-regressors", "r.csv", "", nil,
			"r.csv:1: the file is empty, without even a header", "",
		},
		{
			"regressors: junk", "simsv2-regressors", "r.csv", "a,\"b\n", nil,
			`r.csv:1: column 6: extraneous or missing " in quoted-field`, "close every quote",
		},

		{
			"csv: clip twice", "csv", "o.csv", "id,y\nv_1,1\nv_2,1\nv_1,2\n", scoreColumns,
			"o.csv:4: clip v_1 stands in line 2 too", "",
		},
		{
			"csv: wrong header", "csv", "o.csv", "id,pred\nv_1,1\n", scoreColumns,
			`o.csv:1: header "id,pred": no column "y"`, "id, y",
		},
		{
			"csv: id empty", "csv", "o.csv", "id,y\nv_1,1\n,\n", scoreColumns,
			"o.csv:3: id: the cell is empty", "",
		},
		{
			"csv: model empty", "csv", "o.csv", "id,y,m\nv_1,1,\n",
			map[string]string{"id": "id", "score": "y", "model": "m"},
			"o.csv:2: m: the cell is empty", "",
		},
		{
			"csv: score no number", "csv", "o.csv", "id,y\nv_1,\"0,5\"\n", scoreColumns,
			`o.csv:2: y: "0,5" is not a number`, "",
		},
		{
			"csv: probabilities do not sum to one", "csv", "o.csv", "id,p_-1,p_1\nv_1,0.5,0.4\n",
			map[string]string{"id": "id", "probs": "p_"},
			"o.csv:2: probs: sum is 0.9, not 1", "",
		},
		{
			"csv: one probability absent", "csv", "o.csv", "id,p_-1,p_1\nv_1,1,\n",
			map[string]string{"id": "id", "probs": "p_"},
			"o.csv:2: p_1: the cell is empty", "",
		},
		{
			"csv: other clips", "csv", "o.csv", "id,y\nsample_0,1\n", scoreColumns,
			"o.csv: no answer is about a clip of mosi/test", `about "sample_0"`,
		},
		{
			"csv: empty file", "csv", "o.csv", "", scoreColumns,
			"o.csv:1: the file is empty, without even a header", "",
		},
		{
			"csv: junk", "csv", "o.csv", "PK\x03\x04\xff", scoreColumns,
			"o.csv:1: byte 4 of the file, 0xff, is not UTF-8", "iconv",
		},

		{
			"columns: none", "csv", "o.csv", "id,y\n", nil,
			"o.csv: columns: id and one of score, label, probs must be mapped", "id to sample_id",
		},
		{
			"columns: no answer", "csv", "o.csv", "id,y\n",
			map[string]string{"id": "id", "raw": "y"},
			"o.csv: columns: id and one of score, label, probs must be mapped", "id to sample_id",
		},
		{
			"columns: unknown fields", "csv", "o.csv", "id,y\n",
			map[string]string{"id": "id", "score": "y", "text": "t", "gold": "g"},
			`o.csv: columns: "gold" is not one of id, score, label, probs, model, error, raw`, "",
		},
		{
			"columns: empty name", "csv", "o.csv", "id,y\n",
			map[string]string{"id": "id", "score": "y", "raw": ""},
			"o.csv: columns: raw: the name of the column is empty", "",
		},
		{
			"columns: one for two fields", "csv", "o.csv", "id,y\n",
			map[string]string{"id": "id", "score": "y", "label": "y"},
			`o.csv: columns: label and score are both mapped to "y"`, "",
		},
		{
			"columns: no bin", "csv", "o.csv", "id,p_neg,p_pos\n",
			map[string]string{"id": "id", "probs": "p_"},
			"o.csv: columns: probs: fewer than two columns have a name of p_ and a number", "the columns are id, p_neg, p_pos",
		},
		{
			"columns: bin twice", "csv", "o.csv", "id,p_1,p_1.0\n",
			map[string]string{"id": "id", "probs": "p_"},
			`o.csv: columns: probs: columns "p_1" and "p_1.0" are of one bin`, "",
		},
		{
			"columns: bin not finite", "csv", "o.csv", "id,p_1,p_inf\n",
			map[string]string{"id": "id", "probs": "p_"},
			`o.csv: columns: probs: column "p_inf": a bin is a finite number`, "",
		},
		{
			"columns: for a format that has its own", "jsonl", "o.jsonl", "", scoreColumns,
			"o.jsonl: columns: format jsonl has its own columns; a map is for format csv", "",
		},

		{
			"jsonl: record twice", "jsonl", "o.jsonl", jsonLine("m", "v_1", `"score":1`) + "\n" + jsonLine("m", "v_1", `"score":1`), nil,
			"o.jsonl:3: a second answer of m, round 1, for mosi/test/v_1; the first is in line 1", "",
		},
		{
			"jsonl: two revisions of one answer", "jsonl", "o.jsonl", "\n" + jsonLine("m", "v_1", `"score":1`) + strings.Replace(jsonLine("m", "v_1", `"score":1`), "r1", "r2", 1), nil,
			"o.jsonl:3: clip v_1 has an answer of m in line 2 too, of another revision, round or prompt", "a model name of its own",
		},
		{
			"jsonl: an absent clip and then its answer", "jsonl", "o.jsonl", jsonLine("m", "v_1", `"error":"`+absent+`"`) + strings.Replace(jsonLine("m", "v_1", `"score":1`), "r1", "r2", 1), nil,
			"o.jsonl:2: clip v_1 has an answer of m in line 1 too, of another revision, round or prompt", "a model name of its own",
		},
		{
			"jsonl: wrong key", "jsonl", "o.jsonl", jsonLine("m", "v_1", `"score":1`) + jsonLine("m", "v_2", `"pred":1`), nil,
			`o.jsonl:2: unknown key "pred"`, "",
		},
		{
			"jsonl: another dataset", "jsonl", "o.jsonl", strings.Replace(jsonLine("m", "v_1", `"score":1`), "mosi", "mosei", 1), nil,
			"o.jsonl: no answer is about a clip of mosi/test", `about "mosei/test/v_1"`,
		},
		{
			"jsonl: empty file", "jsonl", "o.jsonl", "\n", nil,
			"o.jsonl:1: the file is empty, without a record", "",
		},
		{
			"jsonl: junk", "jsonl", "o.jsonl", "junk\n", nil,
			"o.jsonl:1: byte 1: invalid character 'j' looking for beginning of value", "",
		},
		{
			"jsonl: a folder", "jsonl", "d.jsonl", "/", nil,
			"d.jsonl: a folder where a file belongs", "one of the files",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := fstest.MapFS{c.path: file([]byte(c.content))}
			if c.content == "/" {
				files = fstest.MapFS{c.path + "/x": file(nil)}
			}
			refuse(t, c.format, Request{FS: files, Path: c.path, Clips: clips, Columns: c.columns}, "import: "+c.want, c.hint)
		})
	}
}

// refuse fails t unless the import fails with that error, and a hint that holds
// the part given.
func refuse(t *testing.T, format string, r Request, want, part string) {
	t.Helper()
	m, err := ByName(format)
	if err != nil {
		t.Fatal(err)
	}
	im, err := m.Import(r)
	if err == nil {
		t.Fatalf("no error; notes %q", im.Notes)
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if h := hint.Of(err); !strings.Contains(h, part) || part == "" && h != "" {
		t.Errorf("hint %q, want %q in it", h, part)
	}
}

func TestAffectGPTRefusals(t *testing.T) {
	const c5, c10 = checkpoint5, checkpoint10
	good := words(t, "v_1", "positive")
	list := npyStrings("v_1")
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  string
		hint  string
	}{
		{
			"clip twice",
			map[string][]byte{c5: words(t, "v_1 x_1 v_1", "positive positive positive")},
			c5 + ": filenames[2]: clip v_1 stands at filenames[0] too", "",
		},
		{
			"another dataset",
			map[string][]byte{c5: words(t, "x_1 x_2", "positive positive"), c10: words(t, "x_3", "positive")},
			"agpt: no answer is about a clip of mosi/test", `about "x_1"`,
		},
		{
			"no file in the folder",
			map[string][]byte{"agpt/checkpoint_5_loss_1-openset.npz": good},
			"agpt: no checkpoint_*-openset-sentiment.npz in the folder: file does not exist", "uacs data get",
		},
		{"no folder", map[string][]byte{"x": nil}, "open agpt: file does not exist", ""},
		{"a file", map[string][]byte{"agpt": good}, "agpt: a file where a folder belongs", "the folder of the *-openset-sentiment.npz files"},
		{
			"name without a step",
			map[string][]byte{"agpt/checkpoint_final-openset-sentiment.npz": good},
			"agpt/checkpoint_final-openset-sentiment.npz: the name is not checkpoint_STEP_loss_LOSS-openset-sentiment.npz", "",
		},
		{
			"step twice",
			map[string][]byte{c5: good, "agpt/checkpoint_5_loss_1-openset-sentiment.npz": good},
			"agpt/checkpoint_5_loss_1-openset-sentiment.npz: checkpoint 5 is in " + c5 + " too", "",
		},
		{"empty file", map[string][]byte{c5: {}}, c5 + ": not an .npz file: zip: not a valid zip file", ""},
		{"junk", map[string][]byte{c5: []byte("junk")}, c5 + ": not an .npz file: zip: not a valid zip file", ""},
		{"cut file after a good one", map[string][]byte{c5: good, c10: good[:len(good)-9]}, c10 + ": not an .npz file: zip: not a valid zip file", ""},
		{
			"array missing",
			map[string][]byte{c5: npz(t, "filenames.npy", list, "words.npy", list)},
			c5 + `: no array "fileitems" in the archive`, "filenames, words",
		},
		{
			"numbers for words",
			map[string][]byte{c5: npz(t, "filenames.npy", list, "fileitems.npy", npyFile("<f4", "(1,)", "\x00\x00\x00\x00"))},
			c5 + `: fileitems: an array of dtype "<f4" holds no strings`, "",
		},
		{
			"one word for a list",
			map[string][]byte{c5: npz(t, "filenames.npy", list, "fileitems.npy", npyFile("<U1", "()", "x\x00\x00\x00"))},
			c5 + ": fileitems: an array of shape [] where a list belongs", "",
		},
		{
			"lists of different length",
			map[string][]byte{c5: words(t, "v_1 v_2", "positive")},
			c5 + ": 2 filenames but 1 fileitems", "",
		},
		{
			"bytes that are not UTF-8",
			map[string][]byte{c5: npz(t, "filenames.npy", list, "fileitems.npy", npyFile("|S2", "(1,)", "\xc4\xe3"))},
			c5 + `: fileitems[0]: "\xc4\xe3" is not UTF-8`, "",
		},
		{
			"junk in the archive",
			map[string][]byte{c5: npz(t, "filenames.npy", "junk")},
			c5 + `: member "filenames.npy": offset 0: not an .npy file: it does not begin with \x93NUMPY and a version`, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, data := range c.files {
				files[name] = file(data)
			}
			refuse(t, "affectgpt", Request{FS: files, Path: "agpt", Clips: clips}, "import: "+c.want, c.hint)
		})
	}
}

// Callers tell data that is not on this machine from data that is broken.
func TestAbsentFiles(t *testing.T) {
	for _, m := range All() {
		r := specimens(t)[m.Name].request()
		r.FS = fstest.MapFS{}
		if _, err := m.Import(r); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

func TestClipsAskedFor(t *testing.T) {
	other := clips[0]
	other.Split = sample.Valid
	for _, c := range []struct {
		name  string
		clips []sample.Sample
		want  string
	}{
		{"none", nil, "import: own.csv: no clips are asked for"},
		{"twice", []sample.Sample{clips[0], clips[1], clips[0]}, "import: own.csv: clip v_1 is asked for twice"},
		{"two splits", []sample.Sample{clips[0], other}, "import: own.csv: clips of mosi/test and of mosi/valid are asked for; one import is about one split"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := specimens(t)["csv"].request()
			r.Clips = c.clips
			refuse(t, "csv", r, c.want, "")
		})
	}
}
