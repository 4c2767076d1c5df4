package soak

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/cache"
	"uacs/harness/cache/jsonl"
	"uacs/harness/model/chat/chattest"
)

// A run of the program itself against a server that quotes the key in every answer and
// error leaves it in no file below the project and prints it nowhere: cache, shard,
// export, outcomes, records, tables, figures and messages. A copy of all connections has
// it, as it must be sent; the program makes none.
func TestKeyIsInNoFile(t *testing.T) {
	need(t)
	const key = "sk-hand-made-9876543210fedcba"
	t.Setenv("UACS_SOAK_KEY", key)
	quoting := func(c chattest.Call) chattest.Answer {
		a := scored(c)
		a.Raw = nil
		a.Text = `{"score": 1, "confidence": 0.5, "why": "` + c.Authorization + `"}`
		a.Tokens = []chattest.Token{{Text: a.Text, Top: []chattest.Token{{Text: key}}}}
		a.Model = key
		return a
	}
	dir := workplace(t)
	var said strings.Builder
	for i, script := range []chattest.Script{
		chattest.Sequence(chattest.Unauthorized), chattest.Sequence(chattest.Redirect), chattest.Sequence(chattest.NotFound),
		chattest.Mix(7, 0.2, chattest.BadRequest, chattest.ErrorBody, chattest.BadJSON, chattest.Internal, chattest.HTMLError),
	} {
		server := chattest.NewServer(quoting, script)
		live(t, dir, server.URL, 4, 60)
		edit(t, dir, "configs/endpoints/soak.yaml", "configs/endpoints/soak.yaml", "model: SYNTHETIC", "key: {env: UACS_SOAK_KEY}\nmodel: SYNTHETIC")
		cmd, out := uacs(dir, "run", "-c", "configs/live/soak.yaml", "--out", "out")
		if err := cmd.Run(); (err == nil) != (i == 3) {
			t.Errorf("run %d: %v: %s", i, err, out)
		}
		said.WriteString(out.String())
		if i == 3 {
			shard, more := uacs(dir, "run", "-c", "configs/live/soak.yaml", "--shard", "1/2", "--json")
			if err := shard.Run(); err != nil {
				t.Errorf("%v: %s", err, more)
			}
			said.WriteString(more.String())
			if !strings.Contains(server.Last().Authorization, key) {
				t.Error("the key was not sent, and so nothing was tested")
			}
		}
		server.Close()
	}
	for _, args := range [][]string{
		{"cache", "export", "export.jsonl"}, {"reproduce", "synth-mosi"}, {"version", "--json"}, {"doctor"},
	} {
		cmd, out := uacs(dir, args...)
		if err := cmd.Run(); err != nil && args[0] != "doctor" {
			t.Errorf("%v: %v: %s", args, err, out)
		}
		said.WriteString(out.String())
	}
	files := tree(t, dir, ".")
	files["what was printed"] = []byte(said.String())
	var exported bytes.Buffer // which is compressed
	if _, err := jsonl.Read(t.Context(), filepath.Join(dir, "export.jsonl.zst"), func(e cache.Entry) error {
		return json.NewEncoder(&exported).Encode(e.Prediction)
	}); err != nil {
		t.Error(err)
	}
	files["what was exported"] = exported.Bytes()
	if len(files) < 50 || files[filepath.Join(".cache", "answers.db")] == nil || exported.Len() == 0 {
		t.Errorf("only %d files were looked at", len(files))
	}
	for name, data := range files {
		for _, form := range []string{key, base64.StdEncoding.EncodeToString([]byte(key)), key[:len(key)-4]} {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("%s has the key", name)
			}
		}
	}
}

// A file with the key that others can read is refused, before anything is sent.
func TestKeyFileOfOthersIsRefused(t *testing.T) {
	need(t)
	dir := workplace(t)
	server := chattest.NewServer(scored, nil)
	defer server.Close()
	live(t, dir, server.URL, 4, 60)
	file := filepath.Join(dir, "key")
	if err := os.WriteFile(file, []byte("sk-hand-made-42"), 0o644); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "configs/endpoints/soak.yaml", "configs/endpoints/soak.yaml", "model: SYNTHETIC", "key: {file: "+file+"}\nmodel: SYNTHETIC")
	cmd, out := uacs(dir, "run", "-c", "configs/live/soak.yaml")
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "chmod 600") || server.Calls() > 0 {
		t.Errorf("%v, %d calls: %s", err, server.Calls(), out)
	}
}
