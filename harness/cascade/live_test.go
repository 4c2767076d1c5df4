package cascade

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/cache"
	"uacs/harness/fusion"
	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
	"uacs/harness/sample"
	"uacs/internal/golden"
)

// By hand: four clips, the most uncertain first; small-only gets 2 right, large-only 3.
func TestSweep(t *testing.T) {
	s := newSweep([]float64{0.1, 0.9, 0.9, 0.5, 0.7}, [3][]float64{{1, 0, 0, 1, 0}, {1, 1, 0, 1, 0}, {1, 1, 0, 1, 0}}, []bool{true, true, true, true, false})
	want := []stop{{0.9, 2}, {0.5, 3}, {0.1, 3}}
	if diff := cmp.Diff(want, s.stops[:3], cmp.AllowUnexported(stop{})); diff != "" || len(s.stops) != 4 || s.large != 3 || s.counted != 4 {
		t.Errorf("%+v: %s", s, diff)
	}
	if at, err := s.equal(); at != 0.5 || err != nil || s.best() != 0.5 {
		t.Errorf("equal %v (%v), best %v; want 0.5", at, err, s.best())
	}
	s.large = 4
	if _, err := s.equal(); err == nil || !strings.Contains(err.Error(), "at no threshold") {
		t.Errorf("got %v", err)
	}
}

// scripted returns the synthetic cascade with a scripted server as its large model, and
// the bodies of the calls of a round.
func scripted(t *testing.T, variant string) (Config, Parts, []sample.Sample, func(round int) []chattest.Call) {
	t.Helper()
	c, parts, clips, _ := opened(t)
	var mu sync.Mutex
	var calls []chattest.Call
	answer := chattest.Synthetic(func(_ string, round int) sample.Prediction {
		score, confidence := []float64{-1.25, 2.5}[round-1], 0.25
		return sample.Prediction{Score: &score, VerbalConfidence: &confidence}
	})
	server := chattest.NewServer(func(call chattest.Call) chattest.Answer {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call)
		return answer(call)
	}, nil)
	t.Cleanup(server.Close)
	e := chat.EndpointDefaults()
	e.Name, e.Title, e.BaseURL, e.Model, e.Decoding.MaxTokens = "scripted", "scripted server", server.URL, chattest.SyntheticModel, 64
	e.Parts = []string{"image", "audio", "video"}
	prompt, err := chat.LoadPrompt(os.DirFS(project), "configs/prompts/score-en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	runner, err := chat.NewRunner(chat.Options{Endpoint: e, Prompt: prompt, Client: chat.NewClient(e, "")})
	if err != nil {
		t.Fatal(err)
	}
	c.Large, c.Second = Source{Endpoint: "scripted", Prompt: "score-en", Decision: "score"}, &Source{Variant: variant}
	fixed, tau := 0.5, 0.5 // an uncertainty of 0.75 is never confident: conflicts are asked about again
	c.LargeMeasure, c.Threshold, c.TauLarge = "verbal-confidence", Threshold{Fixed: &fixed}, &tau
	parts.Large, parts.Second = &Endpoint{Runner: runner}, &Endpoint{Runner: runner, Variant: variant}
	return c, parts, clips[:60], func(round int) (of []chattest.Call) {
		mu.Lock()
		defer mu.Unlock()
		for _, call := range calls {
			if call.Round == round {
				of = append(of, call)
			}
		}
		return of
	}
}

// The second prompt quotes both answers, and with the first version of the paper both
// uncertainties; a replay has the same bytes and asks nothing.
func TestSecondRound(t *testing.T) {
	for _, tc := range []struct {
		version string
		quoted  *regexp.Regexp // the large model's part is by hand: it said -1.25 with confidence 0.25
		never   string
	}{
		{"uacs-v1", regexp.MustCompile(`Small model: \+[0-3]\.\d\d, uncertainty [01]\.\d\d\.\\nMultimodal language model: -1\.25, uncertainty 0\.75\.`), "they disagree"},
		{"uacs-v2", regexp.MustCompile(`Small model: \+[0-3]\.\d\d\.\\nMultimodal language model: -1\.25\.`), "uncertainty"},
	} {
		t.Run(tc.version, func(t *testing.T) {
			c, parts, clips, calls := scripted(t, tc.version)
			c.Fusion = tc.version
			first, err := Run(context.Background(), c, parts, clips, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(calls(2)) == 0 || len(calls(2)) != first.Asked["second"] {
				t.Fatalf("%d second calls, %d asked", len(calls(2)), first.Asked["second"])
			}
			for _, call := range calls(2) {
				if !tc.quoted.Match(call.Body) || bytes.Contains(call.Body, []byte(tc.never)) {
					t.Fatalf("the second question of %s is %s", call.Clip, call.Body)
				}
			}
			for _, o := range first.Outcomes {
				if o.Stage == string(fusion.Requeried) && (o.Second == nil || o.Score == nil || *o.Score != 2.5) {
					t.Errorf("clip %s was asked again, and is %+v", o.ID, o)
				}
			}
			n := len(calls(1)) + len(calls(2))
			parts.Replay = true
			again, err := Run(context.Background(), c, parts, clips, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(lines(t, first), lines(t, again)); diff != "" || len(calls(1))+len(calls(2)) != n {
				t.Errorf("the replay differs, or asked: %s", diff)
			}
		})
	}
}

// A clip with nothing to show, or whose file is not there, fails alone; a file that is
// there is sent.
func TestMediaOfClips(t *testing.T) {
	c, parts, clips, calls := scripted(t, "uacs-v1")
	below := -1.0
	c.Threshold, c.Fusion, c.Second, parts.Second = Threshold{Fixed: &below}, "replace", nil, nil
	clips = append([]sample.Sample(nil), clips[:3]...)
	clips[1].Text = " "
	run := func(want ...string) {
		t.Helper()
		res, err := Run(context.Background(), c, parts, clips, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			if got := res.Outcomes[i].Large.Error; got != w {
				t.Errorf("clip %d: %q, want %q", i, got, w)
			}
		}
	}
	run("", "missing: the clip has no text, and there is nothing else to show", "")
	root := t.TempDir()
	write := func(name string) {
		path := filepath.Join(root, "m", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("RIFF    WAVE"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(clips[0].ID + ".wav")
	write(clips[1].ID + ".wav")
	e := *parts.Large.(*Endpoint)
	e.Root, e.Media = root, &Media{Folder: "m", Audio: "{id}.wav"}
	parts.Large = &e
	run("", "", "missing: there is no file "+clips[2].ID+".wav")
	write(clips[2].ID + ".wav") // another question now
	run("", "", "")
	if n := len(calls(1)); n != 5 { // two without sound, three with it
		t.Errorf("%d calls", n)
	}
	if _, err := e.Media.of(root, &sample.Sample{ID: "../out"}); err == nil || !strings.Contains(err.Error(), "no path in their folder") {
		t.Errorf("a clip whose name leads out of the folder: %v", err)
	}
}

func TestMediaPatterns(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a[1]/2.jpg", "a[1]/1.jpg", "a1/1.jpg"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m := &Media{Folder: folder, Frames: "{id}/*.jpg"}
	got, err := m.of("", &sample.Sample{ID: "a[1]"})
	want := []string{filepath.Join(folder, "a[1]/1.jpg"), filepath.Join(folder, "a[1]/2.jpg")}
	if diff := cmp.Diff(want, got.Frames); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, tc := range []struct{ name, media, want string }{
		{"no folder", "{audio: '{id}.wav'}", "folder: is required"},
		{"nothing", "{folder: m}", "one of frames, audio and video"},
		{"unknown word", "{folder: m, audio: '{name}.wav'}", "in braces"},
		{"the same for all", "{folder: m, audio: a.wav}", "the same for all clips"},
		{"out of the folder", "{folder: m, audio: '../{id}.wav'}", "leads out"},
		{"a wildcard", "{folder: m, video: '{id}*.mp4'}", "wildcard"},
	} {
		data, err := os.ReadFile(filepath.Join(project, "configs/live/mosi-glove-endpoint.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		fsys := fstest.MapFS{"c.yaml": {Data: append(data, "media: "+tc.media+"\n"...)}}
		if _, err := Load(fsys, "c.yaml"); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

// The committed measurements are complete and of the committed configs; table and text
// are made of the JSON.
func TestCommittedMeasurements(t *testing.T) {
	dir := filepath.Join(project, "results/measured")
	data, err := os.ReadFile(filepath.Join(dir, "live.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadMeasured("live.json", data)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range m.Measurements {
		names = append(names, x.Name)
		c, err := Load(os.DirFS(project), "configs/live/"+x.Name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if x.Config != c.Digest() {
			t.Errorf("%s was measured with another config: make measure", x.Name)
		}
		if len(x.Systems) != 3+len(c.Also) || len(c.Also) == 0 || x.Runs < 5 || x.Machine.CPU == "" || len(x.Small) != 64 || len(x.Large) != 64 {
			t.Errorf("%s: %d systems, %d repetitions, machine %+v", x.Name, len(x.Systems), x.Runs, x.Machine)
		}
		for _, s := range x.Systems {
			if !(s.Least > 0 && s.Least <= s.Median && s.Median <= s.Greatest && s.Accuracy.Value > 0 && s.FLOPs > 0) {
				t.Errorf("%s: %+v", x.Name, s)
			}
		}
	}
	if diff := cmp.Diff([]string{"mosi-glove-uselite", "sims-glove-uselite", "simsv2-glove-uselite"}, names); diff != "" {
		t.Error(diff)
	}
	again, err := m.JSON()
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("live.json is not as the code writes it (%v)", err)
	}
	table, err := m.CSV()
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join(dir, "live.csv"), table)
	golden.Check(t, filepath.Join(dir, "live.md"), []byte(m.Markdown()))
}

// A measurement has a system for each threshold, and goes through JSON unchanged.
func TestMeasure(t *testing.T) {
	c, parts, clips, tune := opened(t)
	c.Fusion, c.Second, parts.Second = "replace", nil, nil
	c.Also = []Threshold{{Equal: true, On: sample.Valid}}
	parts.Store = cache.NewMemory()
	m, err := Measure(context.Background(), c, parts, clips[:45], tune, 2)
	if err != nil {
		t.Fatal(err)
	}
	var systems []string
	for _, s := range m.Systems {
		systems = append(systems, s.System+" "+s.Rule)
	}
	want := []string{"small-only ", "cascade 35 % of valid", "cascade as good as large-only on valid", "large-only "}
	if diff := cmp.Diff(want, systems); diff != "" {
		t.Error(diff)
	}
	if s := m.Systems; !(s[2].Tune >= s[3].Tune) || s[0].Calls != 0 || s[3].Calls != 1 || s[3].Difference.Value != 0 {
		t.Errorf("%+v", s)
	}
	all := new(Measured)
	all.Put(*m)
	all.Put(*m)
	data, err := all.JSON()
	if err != nil || len(all.Measurements) != 1 || !json.Valid(data) {
		t.Fatal(err)
	}
	read, err := ReadMeasured("x", data)
	if err != nil || read.Markdown() == "" {
		t.Fatal(err)
	}
	if again, err := read.JSON(); err != nil || !bytes.Equal(again, data) {
		t.Errorf("changed by reading: %v", err)
	}
}
