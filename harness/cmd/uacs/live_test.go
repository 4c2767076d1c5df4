package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"uacs/harness/cache"
	"uacs/harness/cache/sqlite"
	"uacs/harness/experiment"
	"uacs/harness/model/chat/chattest"
	"uacs/harness/sample"
)

// served is a project whose large model is a scripted server.
type served struct {
	t      *testing.T
	dir    string
	server *chattest.Server

	mu sync.Mutex
	// answers counts first and second answers; at calls hit when it reaches a number.
	answers int
	at      int
	hit     func()
	asked   []string
	// hang, if not nil, holds answers back until it is closed.
	hang chan struct{}
}

const servedConfig = `name: served
title: SYNTHETIC MOSI-like clips, a scripted server
dataset: synth-mosi
split: test
small: {synth: small, decision: score, label: text model}
large: {endpoint: scripted, prompt: score-en, decision: score, label: scripted server}
second: {variant: uacs-v1}
measure: distance-to-neutral
large_measure: verbal-confidence
fusion: uacs-v1
threshold: {share: 0.35, on: valid}
tau_large: 0.4
weights: confidence
costs: []
seed: 1
`

// serve starts a server that answers as the generated models do, with a confidence
// that is made up of the score, and misbehaves by script.
func serve(t *testing.T, script chattest.Script) *served {
	t.Helper()
	s := &served{t: t, dir: t.TempDir()}
	known := map[string]sample.Prediction{}
	for round, model := range map[int]string{1: "large", 2: "second"} {
		all := experiment.Predictors{List: []experiment.Predictor{{Name: "x", Dataset: "synth-mosi", Format: "synth", Model: model}}}
		records, err := all.Records("x", nil, sample.Test)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range records {
			known[fmt.Sprint(p.ID, round)] = p
		}
	}
	answer := chattest.Synthetic(func(clip string, round int) sample.Prediction {
		p, ok := known[fmt.Sprint(clip, round)]
		if !ok || p.Score == nil {
			score := 1.5 // a clip that is not generated, or has no answer there
			p.Score = &score
		}
		confidence := math.Round(100*math.Abs(*p.Score)/3) / 100
		return sample.Prediction{Score: p.Score, VerbalConfidence: &confidence}
	})
	s.server = chattest.NewServer(answer, func(c chattest.Call) chattest.Fault {
		fault := chattest.None
		if script != nil {
			fault = script(c)
		}
		s.count(c.ID, fault)
		return fault
	})
	t.Cleanup(s.server.Close)
	s.write("configs/endpoints/scripted.yaml", fmt.Sprintf(`name: scripted
title: a scripted server
base_url: %s
model: %s
parts: [image, audio, video]
decoding: {max_tokens: 64}
limits: {concurrency: 4, deadline_seconds: 20}
retry: {attempts: 60, first_seconds: 0.0005, max_seconds: 2}
breaker: {failures: 60, wait_seconds: 0.001, probes: 9}
price: {in: 1, out: 4, source: made up}
`, s.server.URL, chattest.SyntheticModel))
	prompt, err := os.ReadFile("../../../configs/prompts/score-en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.write("configs/prompts/score-en.yaml", string(prompt))
	s.write("served.yaml", servedConfig)
	return s
}

func (s *served) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// count notes a call and, if it will be answered, counts the answer and holds it back
// while the server hangs.
func (s *served) count(id string, fault chattest.Fault) {
	s.mu.Lock()
	s.asked = append(s.asked, id)
	if fault != chattest.None {
		s.mu.Unlock()
		return
	}
	s.answers++
	if s.answers == s.at && s.hit != nil {
		s.hit()
	}
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		<-hang
	}
}

// after calls hit at the n-th answer from now.
func (s *served) after(n int, hit func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.hit = s.answers+n, hit
}

// command is the program in a process of its own, in the project's folder.
func (s *served) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	s.t.Helper()
	program, err := exec.LookPath("uacs")
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

// run runs the program to its end.
func (s *served) run(args ...string) string {
	s.t.Helper()
	cmd, out := s.command(args...)
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("uacs %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out.String()
}

func (s *served) read(name string) []byte {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return data
}

// same demands that two folders of results have the same bytes.
func (s *served) same(a, b string) {
	s.t.Helper()
	for _, name := range []string{"served.jsonl", "served.summary.json"} {
		if !bytes.Equal(s.read(filepath.Join(a, name)), s.read(filepath.Join(b, name))) {
			s.t.Errorf("%s of %s and %s differ", name, a, b)
		}
	}
}

// stored is what a cache has of the server's answers, by the call's name.
func (s *served) stored(file string) map[string]bool {
	s.t.Helper()
	db, err := sqlite.Open(filepath.Join(s.dir, file))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	out := map[string]bool{}
	err = db.Scan(context.Background(), func(e cache.Entry) error {
		if p := &e.Prediction; p.Model == chattest.SyntheticModel {
			out[fmt.Sprintf("%s/%s/%s/%d/0", p.Dataset, p.Split, p.ID, p.Round)] = true
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// transient are the faults that a run gets over by asking again, but for those that
// say how long to wait.
var transient = []chattest.Fault{
	chattest.TooMany, chattest.Internal, chattest.HTMLError, chattest.Reset, chattest.Cut,
	chattest.BadJSON, chattest.HTML, chattest.ErrorBody, chattest.NoChoices,
}

// Three of ten calls fail, and the process is killed at twelve points while the large
// model's answers come in. What was in the cache is not asked for again, no kill costs
// more answers than were under way, and in the end the results have the bytes of an
// undisturbed run and of its replay.
func TestKilledRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program 15 times")
	}
	s := serve(t, chattest.Mix(7, 0.3, transient...))
	s.run("run", "-c", "served.yaml", "--cache", "base.db", "--out", "base")
	calls := s.answered()
	if len(calls) < 200 || len(calls) != sum(calls) || s.server.Calls() < sum(calls)*5/4 {
		t.Fatalf("%d answers to %d questions in %d calls: the test tests less than it should", sum(calls), len(calls), s.server.Calls())
	}
	s.run("run", "-c", "served.yaml", "--cache", "base.db", "--out", "replay", "--replay")
	s.same("base", "replay")

	rng := rand.New(rand.NewPCG(20250904, 9))
	for point := range 12 {
		s.killAfter(point, 1+rng.IntN(len(calls)/14), "k.db")
	}
	stored := s.stored("k.db")
	s.forget()
	s.run("run", "-c", "served.yaml", "--cache", "k.db", "--out", "killed")
	s.notAgain("the last run", stored)
	s.same("base", "killed")
	twice := 0
	for id, n := range s.server.Answered() {
		twice += n - 1 - calls[id]
	}
	if most := 12 * 4; twice > most {
		t.Errorf("%d answers came twice, at most %d can have been under way", twice, most)
	}
	t.Logf("%d questions, %d answers that came twice over 12 kills", len(calls), twice)
}

// killAfter starts the run and kills it at its n-th answer from the server.
func (s *served) killAfter(point, n int, file string) {
	s.t.Helper()
	stored := map[string]bool{}
	if point > 0 {
		stored = s.stored(file)
	}
	s.forget()
	cmd, out := s.command("run", "-c", "served.yaml", "--cache", file, "--out", "killed")
	s.after(n, func() { _ = cmd.Process.Kill() })
	err := cmd.Run()
	s.after(-1, nil)
	if err == nil || cmd.ProcessState.ExitCode() != -1 {
		s.t.Fatalf("kill %d after %d answers: %v\n%s", point, n, err, out)
	}
	s.notAgain(fmt.Sprintf("run %d", point), stored)
	if more := len(s.stored(file)) - len(stored); more > n+4 || n > 4 && more < n-4 {
		s.t.Errorf("kill %d after %d answers: the cache has %d more", point, n, more)
	}
}

// notAgain demands that no call since forget is among those that were stored.
func (s *served) notAgain(name string, stored map[string]bool) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.asked {
		if stored[id] {
			s.t.Errorf("%s asks again for %s, which is in the cache", name, id)
		}
	}
}

// forget empties the list of calls.
func (s *served) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = nil
}

// answered is how often each question was answered so far.
func (s *served) answered() map[string]int { return s.server.Answered() }

func sum(counts map[string]int) (n int) {
	for _, k := range counts {
		n += k
	}
	return n
}

// A run that is asked to stop while the server hangs ends within two seconds, says how
// to go on, and goes on to the bytes of an undisturbed run.
func TestTerminatedRun(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for answers that do not come")
	}
	s := serve(t, nil)
	s.run("run", "-c", "served.yaml", "--cache", "base.db", "--out", "base")
	cmd, out := s.command("run", "-c", "served.yaml", "--cache", "t.db", "--out", "stopped")
	hang := make(chan struct{})
	var begin time.Time
	s.after(30, func() {
		s.hang, begin = hang, time.Now()
		_ = cmd.Process.Signal(syscall.SIGTERM)
	})
	err := cmd.Run()
	took := time.Since(begin)
	close(hang)
	s.mu.Lock()
	s.hang = nil
	s.mu.Unlock()
	if err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(out.String(), "uacs: hint: run again to go on") {
		t.Errorf("%v\n%s", err, out)
	}
	if took > 2*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	t.Logf("stopped in %v", took)
	stored := s.stored("t.db")
	s.forget()
	s.run("run", "-c", "served.yaml", "--cache", "t.db", "--out", "stopped")
	s.notAgain("the second run", stored)
	s.same("base", "stopped")
}

// Progress tells of tokens, money and of the calls that are saved.
func TestProgressOfAnEndpoint(t *testing.T) {
	s := serve(t, nil)
	var last struct {
		Event, Role, Split string
		Done, All, Asked   int
		TokensIn           int     `json:"tokens_in"`
		TokensOut          int     `json:"tokens_out"`
		USD                float64 `json:"usd"`
		Saved              float64 `json:"calls_saved"`
	}
	var summary struct {
		Summary struct {
			Cost struct {
				First, Second int
				TokensIn      int     `json:"tokens_in"`
				USD           float64 `json:"usd"`
			}
		}
	}
	for line := range strings.Lines(s.run("run", "-c", "served.yaml", "--cache", "a.db", "--json", "--limit", "100")) {
		to := any(&last)
		switch {
		case strings.HasPrefix(line, `{"event":"summary"`):
			to = &summary
		case !strings.HasPrefix(line, `{"event":"step"`):
			continue
		}
		if err := json.Unmarshal([]byte(line), to); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	cost := summary.Summary.Cost
	saved := 1 - float64(cost.First+cost.Second)/100
	if last.Role != "second" || last.TokensIn != cost.TokensIn || math.Abs(last.USD-cost.USD) > 1e-9 || math.Abs(last.Saved-saved) > 1e-9 || cost.Second == 0 {
		t.Errorf("the last step is %+v, the summary's cost %+v", last, cost)
	}
}

// A text goes through the small model and, where that is unsure, to the server; an
// answer that is in the cache costs nothing.
func TestPredictAtAnEndpoint(t *testing.T) {
	trained := filepath.Join("..", "..", "..", ".cache", "models", "trained", "mosi-glove")
	if _, err := os.Stat(trained); err != nil {
		t.Skip("the model mosi-glove is not trained on this machine: uacs train mosi-glove")
	}
	s := serve(t, nil)
	config := servedConfig
	for _, r := range [][2]string{
		{"synth: small", "trained: mosi-glove"},
		{"dataset: synth-mosi", "dataset: mosi"},
		{"{share: 0.35, on: valid}", "{fixed: -1}"},
		{"measure: distance-to-neutral", "measure: polarity-entropy"},
	} {
		config = strings.Replace(config, r[0], r[1], 1)
	}
	s.write("predict.yaml", config)
	s.link(".cache/models")
	for range 2 {
		out := s.run("predict", "-c", "predict.yaml", "--cache", "p.db", "--json", "I did not like it at all")
		var o struct {
			Stage     string
			Escalated bool
			Large     struct{ Score float64 }
			Cost      struct{ First int }
		}
		if err := json.Unmarshal([]byte(out), &o); err != nil || !o.Escalated || o.Large.Score != 1.5 || o.Cost.First != 1 {
			t.Errorf("%v: %s", err, out)
		}
	}
	if n := sum(s.answered()); n == 0 || n != len(s.answered()) || n > 2 {
		t.Errorf("the server answered %d times for one text", n)
	}
}

// link makes a folder of the project visible in s.
func (s *served) link(name string) {
	s.t.Helper()
	from, err := filepath.Abs(filepath.Join("..", "..", "..", name))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o755)
	}
	if err == nil {
		err = os.Symlink(from, filepath.Join(s.dir, name))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
