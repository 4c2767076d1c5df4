package soak

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"uacs/harness/model/chat/chattest"
	"uacs/internal/mirror"
)

// stage is a command that is killed, and what it makes.
type stage struct {
	name string
	// prepare makes dir ready and returns the command.
	prepare func(t *testing.T, dir string) []string
	made    []string
	// killed, if not nil, is called after each kill.
	killed func(t *testing.T, dir string)
}

// perRun is how often a run is killed before it may end.
const perRun = 5

// Processes are killed at random times in every stage. The next run finishes, and what
// it makes has the bytes of a run that nobody disturbed.
func TestKill(t *testing.T) {
	need(t)
	paid := newPaid()
	defer paid.server.Close()
	stages := []stage{
		{name: "train", prepare: train, made: []string{".cache/models/trained"}},
		{name: "infer", prepare: paid.prepare, made: []string{"out"}, killed: paid.remember},
		{name: "ablate", prepare: ablate, made: []string{"results"}},
		{name: "render", prepare: func(*testing.T, string) []string { return []string{"reproduce", "synth-mosi"} }, made: []string{"results", "figures"}},
	}
	if data := mirror.Folder(); data != "" {
		server := throttled(data)
		defer server.Close()
		stages = append(stages, stage{name: "download", made: []string{"data"}, prepare: func(*testing.T, string) []string {
			return []string{"data", "get", "sims", "--accept-licence", "--dir", "data", "--mirror", server.URL}
		}})
	} else {
		t.Log("no download is killed: the real data is not here")
	}
	for i, s := range stages {
		t.Run(s.name, func(t *testing.T) { s.run(t, rand.New(rand.NewPCG(20250904, uint64(i))), *kills/len(stages)) })
	}
	tally.calls.Add(int64(paid.server.Calls()))
}

func (s *stage) run(t *testing.T, rng *rand.Rand, n int) {
	calm := workplace(t)
	args := s.prepare(t, calm)
	begin := time.Now()
	must(t, calm, args...)
	whole := time.Since(begin)
	want := tree(t, calm, s.made...)
	if len(want) == 0 {
		t.Fatal("nothing was made")
	}
	done := 0
	for done < n {
		dir := workplace(t)
		args := s.prepare(t, dir)
		for range min(perRun, n-done) {
			if !kill(t, dir, args, time.Duration(rng.Float64()*float64(whole))) {
				break // it had ended: what follows would have nothing to do
			}
			done++
			if s.killed != nil {
				s.killed(t, dir)
			}
		}
		must(t, dir, args...)
		compare(t, want, tree(t, dir, s.made...))
	}
	t.Logf("%d kills within %v, %d files each", done, whole.Round(time.Millisecond), len(want))
}

// kill starts the command and kills it after a while. It reports false if the command
// had ended by then.
func kill(t *testing.T, dir string, args []string, after time.Duration) bool {
	t.Helper()
	cmd, out := uacs(dir, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("before it was killed: %v\n%s", err, out)
		}
		return false
	case <-time.After(after):
	}
	if cmd.Process.Kill() != nil {
		<-ended
		return false
	}
	tally.kills.Add(1)
	<-ended
	return true
}

func train(t *testing.T, dir string) []string {
	edit(t, dir, "configs/models/synth-mosi-ubm.yaml", "configs/models/synth-mosi-ubm.yaml", "epochs: 15", "epochs: 4", "[1, 2, 3, 4, 5]", "[1, 2]")
	return []string{"train", "synth-mosi-ubm"}
}

func ablate(t *testing.T, dir string) []string {
	edit(t, dir, "configs/ablations/synth-mosi-grid.yaml", "configs/ablations/synth-mosi-grid.yaml", "replicates: 2000", "replicates: 100",
		"measures: [all]", "measures: [entropy, margin, distance-to-neutral]", "fusions: [all]", "fusions: [replace, mean, uacs-v1]")
	return []string{"ablate", "synth-mosi-grid"}
}

// paid asks a server and watches that it is never asked for what the cache has.
type paid struct {
	server *chattest.Server
	mu     sync.Mutex
	kept   map[string]bool
}

func newPaid() *paid {
	p := &paid{kept: map[string]bool{}}
	p.server = chattest.NewServer(slow(2*time.Millisecond), p.script)
	return p
}

// script counts what is asked although its answer is there; a tenth of the calls fail.
func (p *paid) script(c chattest.Call) chattest.Fault {
	p.mu.Lock()
	if p.kept[fmt.Sprintf("%s %d", c.Clip, c.Round)] {
		tally.twice.Add(1)
	}
	p.mu.Unlock()
	f := chattest.Mix(4, 0.1, chattest.Internal, chattest.Reset, chattest.BadJSON, chattest.TooMany)(c)
	if f != chattest.None {
		tally.faults.Add(1)
	}
	return f
}

func (p *paid) prepare(t *testing.T, dir string) []string {
	p.mu.Lock()
	p.kept = map[string]bool{} // another folder, another cache
	p.mu.Unlock()
	live(t, dir, p.server.URL, 4, 60)
	return []string{"run", "-c", "configs/live/soak.yaml", "--out", "out"}
}

func (p *paid) remember(t *testing.T, dir string) {
	kept := stored(t, dir)
	p.mu.Lock()
	p.kept = kept
	p.mu.Unlock()
}

// throttled serves the files of a folder at some 2 MB a second, with ranges.
func throttled(dir string) *httptest.Server {
	files := http.FileServer(http.Dir(dir))
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		files.ServeHTTP(slowWriter{w}, r)
	}))
}

type slowWriter struct{ http.ResponseWriter }

func (s slowWriter) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		var k int
		k, err = s.ResponseWriter.Write(p[:min(16384, len(p))])
		n, p = n+k, p[k:]
		time.Sleep(8 * time.Millisecond)
	}
	return n, err
}

// Two runs at once in one folder: each ends well or says why not, and what is there
// afterwards is right.
func TestTwoAtOnce(t *testing.T) {
	need(t)
	paid := newPaid()
	defer paid.server.Close()
	for _, s := range []stage{
		{name: "train", prepare: train, made: []string{".cache/models/trained"}},
		{name: "infer", prepare: paid.prepare, made: []string{"out"}},
		{name: "ablate", prepare: ablate, made: []string{"results"}},
		{name: "render", prepare: func(*testing.T, string) []string { return []string{"reproduce", "synth-mosi"} }, made: []string{"results", "figures"}},
	} {
		t.Run(s.name, func(t *testing.T) {
			calm, dir := workplace(t), workplace(t)
			must(t, calm, s.prepare(t, calm)...)
			args := s.prepare(t, dir)
			before := paid.server.Answered()
			first, said := uacs(dir, args...)
			second, alsoSaid := uacs(dir, args...)
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			err2 := second.Run()
			err1 := first.Wait()
			for i, failed := range []error{err1, err2} {
				if failed != nil {
					t.Logf("run %d: %v: %s", i+1, failed, []string{said.String(), alsoSaid.String()}[i])
				}
			}
			if err1 != nil && err2 != nil {
				t.Error("both failed")
			}
			compare(t, tree(t, calm, s.made...), tree(t, dir, s.made...))
			must(t, dir, args...)
			compare(t, tree(t, calm, s.made...), tree(t, dir, s.made...))
			for id, n := range paid.server.Answered() {
				if again := n - before[id] - 1; again > 0 {
					tally.twice.Add(int64(again))
					t.Errorf("%s was answered to both", id)
				}
			}
		})
	}
	tally.calls.Add(int64(paid.server.Calls()))
}

// Files that are dated to come, or long ago, change nothing.
func TestDatedFiles(t *testing.T) {
	need(t)
	dir := workplace(t)
	args := []string{"reproduce", "synth-mosi"}
	must(t, dir, args...)
	want := tree(t, dir, "results", "figures")
	for _, day := range []time.Time{time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)} {
		for _, name := range []string{".cache/experiments/synth-mosi.json", "configs/experiments/synth-mosi.yaml", "results/MANIFEST.sha256"} {
			if err := os.Chtimes(filepath.Join(dir, name), day, day); err != nil {
				t.Fatal(err)
			}
		}
		must(t, dir, args...)
		compare(t, want, tree(t, dir, "results", "figures"))
	}
}
