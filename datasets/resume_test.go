package datasets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/internal/hint"
)

// cutBody announces all of body from the asked offset on, sends at most n
// bytes and hangs up.
func cutBody(body []byte, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from := 0
		code := http.StatusOK
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
			code = http.StatusPartialContent
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(body)-1, len(body)))
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(body)-from))
		w.WriteHeader(code)
		_, _ = w.Write(body[from:min(from+n, len(body))])
	}
}

func TestTruncatedBodyIsResumedThenAnError(t *testing.T) {
	body := content(2500)
	for _, c := range []struct {
		name     string
		attempts int
		asked    []string
		part     []byte
	}{
		{"enough attempts", 3, []string{"/data/f.bin", "/data/f.bin bytes=1000-", "/data/f.bin bytes=2000-"}, nil},
		{"too few", 2, []string{"/data/f.bin", "/data/f.bin bytes=1000-"}, body[:2000]},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, cutBody(body, 1000))
			dir := t.TempDir()
			o := quick(dir, srv.URL)
			o.Attempts = c.attempts
			_, err := Get(t.Context(), one(body), o)
			if (err == nil) != (c.part == nil) {
				t.Fatalf("error %v", err)
			}
			if err != nil && (!strings.Contains(err.Error(), "unexpected EOF (after 2 attempts)") || hint.Of(err) == "") {
				t.Errorf("error %v, hint %q", err, hint.Of(err))
			}
			if diff := cmp.Diff(c.asked, srv.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			lies(t, dir, "data/f.bin"+partSuffix, c.part)
			if c.part == nil {
				lies(t, dir, "data/f.bin", body)
			}
		})
	}
}

func TestInterruptedDownloadAsksOnlyForTheRest(t *testing.T) {
	body := content(200_000)
	half := len(body) / 2
	hang := true
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !hang {
			wholeBody(body)(w, r)
			return
		}
		_, _ = w.Write(body[:half])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o := quick(dir, srv.URL)
	o.Progress = func(p Progress) {
		if p.Done == int64(half) {
			cancel()
		}
	}
	results, err := Get(ctx, one(body), o)
	if !errors.Is(err, context.Canceled) || !strings.Contains(hint.Of(err), "continues where it stopped") {
		t.Fatalf("error %v, hint %q", err, hint.Of(err))
	}
	if results[0].Outcome != Failed {
		t.Errorf("outcome %s", results[0].Outcome)
	}
	lies(t, dir, "data/f.bin", nil)
	lies(t, dir, "data/f.bin"+partSuffix, body[:half])

	hang = false
	results, err = Get(t.Context(), one(body), quick(dir, srv.URL))
	if err != nil || results[0].Outcome != Resumed {
		t.Fatalf("%v, error %v", results, err)
	}
	want := []string{"/data/f.bin", fmt.Sprintf("/data/f.bin bytes=%d-", half)}
	if diff := cmp.Diff(want, srv.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	lies(t, dir, "data/f.bin", body)
}

// A server that sends a byte now and then keeps nobody for ever, and what it
// sent is not lost.
func TestSlowDripEndsAtTheDeadline(t *testing.T) {
	body := content(100_000)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for _, b := range body {
			_, _ = w.Write([]byte{b})
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	dir := t.TempDir()
	o := quick(dir, srv.URL)
	o.Attempts, o.Timeout = 1, 60*time.Millisecond
	start := time.Now()
	_, err := Get(t.Context(), one(body), o)
	if err == nil || !strings.Contains(err.Error(), "no end within 60ms") || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
	if info, err := os.Stat(filepath.Join(dir, "data", "f.bin"+partSuffix)); err != nil || info.Size() == 0 {
		t.Errorf("nothing was kept: %v", err)
	}
}

// What lies in the folder from an earlier run may fit or not, and servers may
// or may not know ranges: the file comes out right.
func TestResumeFromAPart(t *testing.T) {
	body := content(5000)
	wrong := append([]byte{body[0] + 1}, body[1:2000]...)
	plain := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }
	otherRange := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") == "" {
			plain(w, r)
			return
		}
		w.Header().Set("Content-Range", "bytes 0-4999/5000")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(body)
	}
	unsatisfiable := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		plain(w, r)
	}
	for _, c := range []struct {
		name     string
		part     []byte
		handle   http.HandlerFunc
		outcome  Outcome
		requests int
	}{
		{"good part", body[:2000], wholeBody(body), Resumed, 1},
		{"whole part needs no request", body, wholeBody(body), Resumed, 0},
		{"part that is no beginning", wrong, wholeBody(body), Downloaded, 2},
		{"whole part with another content", append(wrong, body[2000:]...), wholeBody(body), Downloaded, 1},
		{"part longer than the file", content(6000), wholeBody(body), Downloaded, 1},
		{"server ignores ranges", body[:2000], plain, Downloaded, 1},
		{"server ignores ranges, wrong part", wrong, plain, Downloaded, 1},
		{"server answers another range", body[:2000], otherRange, Downloaded, 2},
		{"server refuses the range", body[:2000], unsatisfiable, Downloaded, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, c.handle)
			dir := t.TempDir()
			write(t, filepath.Join(dir, "data", "f.bin"+partSuffix), string(c.part))
			results, err := Get(t.Context(), one(body), quick(dir, srv.URL))
			if err != nil || results[0].Outcome != c.outcome {
				t.Errorf("%v, error %v; want %s", results, err, c.outcome)
			}
			if n := len(srv.requests()); n != c.requests {
				t.Errorf("%d requests, want %d: %v", n, c.requests, srv.requests())
			}
			lies(t, dir, "data/f.bin", body)
			lies(t, dir, "data/f.bin"+partSuffix, nil)
		})
	}
}

// A part in front of a file that is wrong on the server does not hide the
// server's fault.
func TestWrongFileAfterAPart(t *testing.T) {
	body := content(5000)
	changed := append(content(4999), 0)
	srv := serve(t, wholeBody(changed))
	dir := t.TempDir()
	write(t, filepath.Join(dir, "data", "f.bin"+partSuffix), string(body[:2000]))
	_, err := Get(t.Context(), one(body), quick(dir, srv.URL))
	if err == nil || !strings.Contains(err.Error(), "sha256 is "+digestOf(changed)) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.requests()); n != 2 {
		t.Errorf("%d requests, want 2: the rest, then the whole", n)
	}
	lies(t, dir, "data/f.bin"+partSuffix, nil)
}

// Runs that meet in one folder fetch each file once between them, and all
// succeed.
func TestConcurrentRunsShareTheWork(t *testing.T) {
	files := map[string][]byte{}
	var order []string
	for i := range 12 {
		path := fmt.Sprintf("d/%d", i)
		files[path], order = content(10_000+i), append(order, path)
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { wholeBody(files[r.URL.Path[1:]])(w, r) })
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := Get(t.Context(), pinned(files, order...), quick(dir, srv.URL)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(srv.requests()); n != len(files) {
		t.Errorf("%d requests for %d files", n, len(files))
	}
	for path, body := range files {
		lies(t, dir, path, body)
	}
}

// Waiting for another run ends with the context.
func TestWaitForTheFolderCanBeInterrupted(t *testing.T) {
	dir := t.TempDir()
	unlock, err := GetOptions{Dir: dir}.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	waited := false
	o := quick(dir, t.TempDir())
	o.Progress = func(p Progress) { waited = p.Waiting; cancel() }
	if _, err := Get(ctx, one(content(3)), o); !errors.Is(err, context.Canceled) || !waited {
		t.Errorf("error %v, waited %v", err, waited)
	}
}

// Whatever an earlier run left, and however the server cuts its answers, the
// result is the file as downloaded whole.
func TestResumedFromAnyPrefixEqualsWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(rt, "body")
		part := append([]byte(nil), body[:rapid.IntRange(0, len(body)).Draw(rt, "prefix")]...)
		if len(part) > 0 && rapid.Bool().Draw(rt, "damage") {
			part[rapid.IntRange(0, len(part)-1).Draw(rt, "at")]++
		}
		cut := rapid.IntRange(50, 400).Draw(rt, "cut") // at most 6 pieces of 300 bytes
		handle := cutBody(body, cut)
		if rapid.Bool().Draw(rt, "ignore ranges") {
			handle = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }
		}
		srv := httptest.NewServer(handle)
		defer srv.Close()
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		write(t, filepath.Join(dir, "data", "f.bin"+partSuffix), string(part))
		o := quick(dir, srv.URL)
		o.Attempts = 20
		if _, err := Get(t.Context(), one(body), o); err != nil {
			rt.Fatal(err)
		}
		lies(t, dir, "data/f.bin", body)
	})
}

// Headers are foreign bytes: no value makes the readers fail or go beyond the
// limits their callers count on.
func FuzzResponseHeaders(f *testing.F) {
	f.Add("bytes 3-9/10", "7")
	f.Add("bytes 999999999999999999-9/*", "Fri, 02 Jan 2026 03:04:15 GMT")
	f.Add("bytes 3-9/10, 11-12/13", "-1")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, contentRange, after string) {
		p := &part{file: File{Bytes: 10}, size: 3}
		if checkRange(contentRange, p) == nil && contentRange != "bytes 3-9/10" && contentRange != "bytes 3-9/*" {
			t.Errorf("accepted Content-Range %q", contentRange)
		}
		if retryAfter(after, now) < 0 {
			t.Errorf("Retry-After %q is negative", after)
		}
	})
}
