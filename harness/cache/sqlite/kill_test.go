package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"uacs/harness/cache"
	"uacs/harness/cache/cachetest"
	"uacs/harness/sample"
)

// writerPath names, in a child process, the cache to write to.
const writerPath = "UACS_TEST_CACHE_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerPath); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child asks for entries from..to and prints "asked i" before an answer is made
// and "stored i" after Put has returned.
func child(path string) error {
	s, err := Open(path)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(os.Getenv("UACS_TEST_FROM"))
	to, _ := strconv.Atoi(os.Getenv("UACS_TEST_TO"))
	for i := from; i < to; i++ {
		e := cachetest.Entry(i, 1)
		_, hit, err := cache.Ask(context.Background(), s, e.Request, false, func(context.Context) (sample.Prediction, error) {
			fmt.Println("asked", i)
			return e.Prediction, nil
		})
		if err != nil {
			return err
		}
		if !hit {
			fmt.Println("stored", i)
		}
	}
	return s.Close()
}

// start starts a child; its output counts into the maps that wait returns.
func start(t *testing.T, path string, from, to int) (cmd *exec.Cmd, wait func() (asked, stored map[int]int, err error)) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerPath+"="+path, "UACS_TEST_FROM="+strconv.Itoa(from), "UACS_TEST_TO="+strconv.Itoa(to))
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, func() (map[int]int, map[int]int, error) {
		asked, stored := map[int]int{}, map[int]int{}
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			var what string
			var i int
			if n, _ := fmt.Sscan(lines.Text(), &what, &i); n != 2 {
				continue // torn by the kill
			}
			if what == "asked" {
				asked[i]++
			} else {
				stored[i]++
			}
		}
		return asked, stored, cmd.Wait()
	}
}

// TestKill kills writers at seeded moments: what Put acknowledged stays, the file
// stays whole, and only the answer in flight is ever asked for again.
func TestKill(t *testing.T) {
	kills := 60
	if testing.Short() {
		kills = 20
	}
	const total = 100_000
	path := filepath.Join(t.TempDir(), "answers.db")
	rng := rand.New(rand.NewPCG(1, 2))
	asked, stored := map[int]int{}, map[int]int{}
	for kill := range kills {
		cmd, wait := start(t, path, 0, total)
		timer := time.AfterFunc(time.Duration(10+rng.IntN(60))*time.Millisecond, func() { cmd.Process.Kill() })
		a, b, err := wait()
		timer.Stop()
		if err == nil {
			t.Fatalf("kill %d: the writer ended before it", kill)
		}
		for i := range b {
			stored[i]++
		}
		for i, n := range a {
			asked[i] += n
		}
	}
	s := open(t, path)
	rows, wrong, err := s.Check(context.Background())
	if err != nil || len(wrong) > 0 {
		t.Fatalf("Check: %q, %v", wrong, err)
	}
	again := 0
	for i := range stored {
		if _, ok, err := s.Get(context.Background(), cachetest.Entry(i, 1).Key); !ok || err != nil {
			t.Fatalf("acknowledged entry %d: %v, %v", i, ok, err)
		}
		if stored[i] > 1 {
			t.Errorf("entry %d was stored twice", i)
		}
	}
	for _, n := range asked {
		again += n - 1
	}
	if len(stored) == 0 || again > kills {
		t.Errorf("%d stored, %d asked again after %d kills", len(stored), again, kills)
	}
	_, wait := start(t, path, 0, rows)
	if a, _, err := wait(); err != nil || len(a) > 0 {
		t.Errorf("a re-run asked for %d stored answers, %v", len(a), err)
	}
	t.Logf("%d kills, %d rows, %d acknowledged, %d asked again", kills, rows, len(stored), again)
}

// Four processes write overlapping ranges into a file that none of them finds.
func TestFourProcesses(t *testing.T) {
	const each, step = 600, 400
	path := filepath.Join(t.TempDir(), "answers.db")
	var waits []func() (map[int]int, map[int]int, error)
	for p := range 4 {
		_, wait := start(t, path, p*step, p*step+each)
		waits = append(waits, wait)
	}
	for p, wait := range waits {
		if _, _, err := wait(); err != nil {
			t.Errorf("process %d: %v", p, err)
		}
	}
	s := open(t, path)
	if rows, wrong, err := s.Check(context.Background()); rows != 3*step+each || len(wrong) > 0 || err != nil {
		t.Errorf("Check: %d rows, %q, %v", rows, wrong, err)
	}
}
