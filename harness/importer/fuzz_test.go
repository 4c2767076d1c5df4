package importer

import (
	"maps"
	"strings"
	"testing"
)

// checkAny fails t if an import breaks its promises on any bytes: it returns
// records as [conform] wants them, or an error that names the file.
func checkAny(t *testing.T, m Importer, r Request) {
	im, err := m.Import(r)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "import: "+r.Path) {
			t.Errorf("error without the file: %v", err)
		}
		return
	}
	conform(t, im, clips)
}

// seed adds the content of a format's specimen, and broken pieces of it.
func seed(f *testing.F, format string, add func(content string)) {
	s := specimens(f)[format]
	content := string(s.files[s.path].Data)
	add(content)
	add(content[:len(content)*2/3])
	add(strings.ReplaceAll(content, "\n", "\r\n"))
	add(strings.ReplaceAll(content, ",", "\""))
	add("")
	add("\ufeff")
}

func FuzzGPT4V(f *testing.F) {
	seed(f, "gpt4v-ranking", func(content string) { f.Add(content) })
	f.Fuzz(func(t *testing.T, content string) {
		checkAny(t, GPT4V, Request{FS: fsOf("g-text.csv", content), Path: "g-text.csv", Clips: clips})
	})
}

func FuzzRegressors(f *testing.F) {
	seed(f, "simsv2-regressors", func(content string) { f.Add(content) })
	f.Fuzz(func(t *testing.T, content string) {
		checkAny(t, Regressors, Request{FS: fsOf("r.csv", content), Path: "r.csv", Clips: clips})
	})
}

func FuzzJSONL(f *testing.F) {
	seed(f, "jsonl", func(content string) { f.Add(content) })
	f.Fuzz(func(t *testing.T, content string) {
		checkAny(t, JSONL, Request{FS: fsOf("o.jsonl", content), Path: "o.jsonl", Clips: clips})
	})
}

// FuzzCSV varies the column map too: every field is mapped to a name, those that
// are empty to nothing.
func FuzzCSV(f *testing.F) {
	seed(f, "csv", func(content string) { f.Add(content, "clip", "pred", "word", "p_", "by") })
	f.Add("id,-1,1,0x1p2\nv_1,0.5,0.5,0\n", "id", "", "", "-", "")
	f.Add("a,1,2\nv_1,0.5,0.5\n", "a", "1", "2", "", "")
	f.Fuzz(func(t *testing.T, content, id, score, label, probs, model string) {
		columns := map[string]string{"id": id, "score": score, "label": label, "probs": probs, "model": model}
		maps.DeleteFunc(columns, func(_, name string) bool { return name == "" })
		checkAny(t, CSV, Request{FS: fsOf("o.csv", content), Path: "o.csv", Clips: clips, Columns: columns})
	})
}

func FuzzAffectGPT(f *testing.F) {
	f.Add(words(f, "v_2 v_1 w_1 x_9", "Negative positive mixed positive"))
	f.Add(npz(f, "filenames.npy", npyFile("|S3", "(1,)", "v_1"), "fileitems.npy", npyFile("|S2", "(1,)", "\xc4\xe3")))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, content []byte) {
		checkAny(t, AffectGPT, Request{FS: fsOf(checkpoint5, string(content)), Path: "agpt", Clips: clips})
	})
}
