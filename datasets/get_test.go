package datasets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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

	"uacs/internal/hint"
)

// origin is a server of made-up files that keeps what it was asked.
type origin struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // "PATH" or "PATH RANGE"
}

// serve starts a server; each request is noted and then handled.
func serve(t *testing.T, handle http.HandlerFunc) *origin {
	t.Helper()
	o := &origin{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.asked = append(o.asked, strings.TrimSpace(r.URL.Path+" "+r.Header.Get("Range")))
		o.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *origin) requests() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.asked...)
}

// content is a file of n bytes that are not all alike.
func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i/251)
	}
	return b
}

// pinned returns the manifest of one made-up dataset with the given files.
func pinned(files map[string][]byte, order ...string) []Manifest {
	m := Manifest{Name: "made", Title: "Made up", Licence: "none", Homepage: "https://example.org"}
	for _, path := range order {
		sum := sha256.Sum256(files[path])
		m.Files = append(m.Files, File{
			Path: path, Repository: "own/er", Commit: strings.Repeat("c", 40), UpstreamPath: "up/" + path,
			Bytes: int64(len(files[path])), SHA256: hex.EncodeToString(sum[:]), Licence: "none", Tier: "public",
		})
	}
	return []Manifest{m}
}

// one is pinned for a single file named data/f.bin.
func one(body []byte) []Manifest {
	return pinned(map[string][]byte{"data/f.bin": body}, "data/f.bin")
}

func agree(context.Context, string) error { return nil }

// quick are options that agree, never sleep and try three times.
func quick(dir, mirror string) GetOptions {
	return GetOptions{
		Dir: dir, Mirror: mirror, Attempts: 3, Timeout: 5 * time.Second, Consent: agree,
		sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// wholeBody serves body with Range support, as a good server does.
func wholeBody(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}
}

// lies checks what the data folder holds at path; nil means nothing.
func lies(t *testing.T, dir, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, path))
	switch {
	case want == nil && !errors.Is(err, os.ErrNotExist):
		t.Errorf("%s is there (%d bytes, %v), want nothing", path, len(got), err)
	case want != nil && (err != nil || !bytes.Equal(got, want)):
		t.Errorf("%s: %d bytes, %v; want %d bytes", path, len(got), err, len(want))
	}
}

func TestGetFetchesOnceInManifestOrder(t *testing.T) {
	files := map[string][]byte{}
	var order []string
	for i := range 9 {
		path := fmt.Sprintf("d%d/f %d.bin", i%3, 9-i)
		files[path], order = content(1000*i+1), append(order, path)
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		wholeBody(files[strings.TrimPrefix(r.URL.Path, "/base/own/er/"+strings.Repeat("c", 40)+"/up/")])(w, r)
	})
	dir := t.TempDir()
	o := quick(dir, "")
	o.RawBase = srv.URL + "/base"
	var notices []string
	o.Consent = func(_ context.Context, n string) error { notices = append(notices, n); return nil }
	for _, want := range []Outcome{Downloaded, Present} {
		results, err := Get(t.Context(), pinned(files, order...), o)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			if r.File.Path != order[i] || r.Outcome != want || r.Err != nil {
				t.Errorf("result %d: %s %s %v, want %s %s", i, r.File.Path, r.Outcome, r.Err, order[i], want)
			}
			lies(t, dir, r.File.Path, files[r.File.Path])
			lies(t, dir, r.File.Path+partSuffix, nil)
		}
	}
	if n := len(srv.requests()); n != 9 {
		t.Errorf("%d requests for 9 files in two runs", n)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "9 files of own/er") {
		t.Errorf("consent asked %d times: %q; once is right, before the first run", len(notices), notices)
	}
}

func TestGetAsksForConsentOnlyToDownload(t *testing.T) {
	body := content(10)
	srv := serve(t, wholeBody(body))
	o := quick(t.TempDir(), srv.URL)
	o.Consent = nil
	if _, err := Get(t.Context(), one(body), o); !errors.Is(err, ErrLicence) || hint.Of(err) == "" {
		t.Errorf("error %v, hint %q", err, hint.Of(err))
	}
	if n := len(srv.requests()); n != 0 {
		t.Errorf("%d requests without consent", n)
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "data", "f.bin"), string(body))
	o.Mirror = folder
	results, err := Get(t.Context(), one(body), o)
	if err != nil || results[0].Outcome != Copied {
		t.Errorf("from a folder: %v, %v", results, err)
	}
	lies(t, o.Dir, "data/f.bin", body)
}

func TestGetReportsWhatIsWrong(t *testing.T) {
	body := content(3000)
	changed := append([]byte(nil), body...)
	changed[1234]++
	elsewhere := serve(t, wholeBody(body))
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if header != nil {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(code)
		}
	}
	for _, c := range []struct {
		name     string
		handle   http.HandlerFunc
		want     []string // in the error
		hint     string
		requests int
	}{
		{"wrong digest", wholeBody(changed), []string{"data/f.bin: sha256 is " + digestOf(changed), "wants " + digestOf(body)}, "another mirror", 1},
		{"not found", status(404), []string{"URL/data/f.bin", "404 Not Found"}, "set UACS_MIRROR", 1},
		{"forbidden", status(403), []string{"403 Forbidden"}, "", 1},
		{"server error", status(502), []string{"502 Bad Gateway", "after 3 attempts"}, "run the same command again", 3},
		{"asks to wait too long", status(429, "Retry-After", "3600"), []string{"429", "asks to wait 1h0m0s"}, "after that time", 1},
		{"redirect to another host", http.RedirectHandler(elsewhere.URL+"/data/f.bin", http.StatusFound).ServeHTTP, []string{"redirect not followed", elsewhere.URL}, "", 1},
		{"redirect without end", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, []string{"redirect not followed", "eleventh"}, "", 10},
		{"announced too long", wholeBody(content(3001)), []string{"has 3001 bytes, the manifest says 3000"}, "", 1},
		{"announced too short", wholeBody(content(2999)), []string{"has 2999 bytes, the manifest says 3000"}, "", 1},
		{"endless body", endless, []string{"more bytes than the manifest says: over 3000"}, "", 1},
		{"gzip unasked", status(200, "Content-Encoding", "gzip"), []string{`encoding "gzip"`}, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, c.handle)
			dir := t.TempDir()
			results, err := Get(t.Context(), one(body), quick(dir, srv.URL))
			if err == nil || results[0].Outcome != Failed || results[0].Err == nil {
				t.Fatalf("%v, error %v", results, err)
			}
			for _, w := range c.want {
				if w = strings.ReplaceAll(w, "URL/", srv.URL+"/"); !strings.Contains(err.Error(), w) {
					t.Errorf("error %v\nlacks %q", err, w)
				}
			}
			if h := hint.Of(err); !strings.Contains(h, c.hint) || c.hint == "" && h != "" {
				t.Errorf("hint %q, want %q in it", h, c.hint)
			}
			if n := len(srv.requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			lies(t, dir, "data/f.bin", nil)
			lies(t, dir, "data/f.bin"+partSuffix, nil)
		})
	}
	if n := len(elsewhere.requests()); n != 0 {
		t.Errorf("the other host got %d requests", n)
	}
}

// endless writes without announcing a length until the reader hangs up.
func endless(w http.ResponseWriter, _ *http.Request) {
	for {
		if _, err := w.Write(content(1000)); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// One file that fails does not keep the others from coming.
func TestGetGoesOnAfterAFailure(t *testing.T) {
	files := map[string][]byte{"a": content(5), "b": content(6), "c": content(7), "d": content(8)}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.Path[1:]; p == "b" || p == "d" {
			http.NotFound(w, r)
		} else {
			wholeBody(files[p])(w, r)
		}
	})
	results, err := Get(t.Context(), pinned(files, "a", "b", "c", "d"), quick(t.TempDir(), srv.URL))
	if err == nil || !strings.HasPrefix(err.Error(), "b: ") || !strings.HasSuffix(err.Error(), "(2 files in all not fetched)") {
		t.Errorf("error %v", err)
	}
	if got, want := Summary(results), "4 files, 12 bytes: 2 downloaded, 2 failed"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

// A server that cannot be reached is not tried for every file.
func TestGetGivesUpOnAnUnreachableServer(t *testing.T) {
	srv := serve(t, nil)
	srv.Close()
	files := map[string][]byte{}
	var order []string
	for i := range 40 {
		path := fmt.Sprint(i)
		files[path], order = content(i+1), append(order, path)
	}
	retries := 0
	o := quick(t.TempDir(), srv.URL)
	o.Progress = func(Progress) { retries++ }
	results, err := Get(t.Context(), pinned(files, order...), o)
	if err == nil || errors.Is(err, errStopped) || !strings.Contains(err.Error(), "40 files in all not fetched") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(hint.Of(err), "check the network") {
		t.Errorf("hint %q", hint.Of(err))
	}
	if retries > 3*parallel*2 {
		t.Errorf("%d retries for an unreachable server", retries)
	}
	if !errors.Is(results[39].Err, errStopped) {
		t.Errorf("the last file: %v", results[39].Err)
	}
}

// A waiting server is waited for as long as it says, a failing one twice as
// long each time.
func TestGetWaitsBetweenAttempts(t *testing.T) {
	body := content(100)
	answers := []func(http.ResponseWriter){
		func(w http.ResponseWriter) { w.Header().Set("Retry-After", "7"); w.WriteHeader(429) },
		func(w http.ResponseWriter) { w.WriteHeader(503) },
		func(w http.ResponseWriter) { w.WriteHeader(500) },
	}
	n := 0
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n <= len(answers) {
			answers[n-1](w)
			return
		}
		wholeBody(body)(w, r)
	})
	var waits []time.Duration
	o := quick(t.TempDir(), srv.URL)
	o.Attempts = 4
	o.sleep = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	if _, err := Get(t.Context(), one(body), o); err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{7 * time.Second, time.Second, 2 * time.Second} // 0.5 s doubled twice, the first overruled
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name, header string
		want         time.Duration
	}{
		{"absent", "", 0},
		{"seconds", "120", 2 * time.Minute},
		{"date", "Fri, 02 Jan 2026 03:04:15 GMT", 10 * time.Second},
		{"past date", "Fri, 02 Jan 2026 03:04:00 GMT", 0},
		{"negative", "-3", 0},
		{"beyond all sense", "99999999999999999999", 0},
		{"words", "soon", 0},
	} {
		if got := retryAfter(c.header, now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"query", "https://example.org/m?token=secret", "takes no query"},
		{"no host", "https:///m", "needs a host"},
		{"unparseable", "https://user:secret@exa mple.org/", "cannot be parsed"},
		{"password", "https://user:secret@example.org/#f", "user:xxxxx@example.org"},
	} {
		_, err := GetOptions{Mirror: c.in}.source()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: error %v, want %q in it and no password", c.name, err, c.want)
		}
	}
	s, err := GetOptions{}.source()
	if err != nil {
		t.Fatal(err)
	}
	got := s.url(File{Repository: "own/er", Commit: "c0", UpstreamPath: "a b/100%.csv"}).String()
	if want := GitHubRaw + "/own/er/c0/a%20b/100%25.csv"; got != want {
		t.Errorf("url %s, want %s", got, want)
	}
}

func TestCopyFromFolderIsChecked(t *testing.T) {
	body := content(50)
	folder := t.TempDir()
	for _, c := range []struct{ name, there, want string }{
		{"absent", "", "data/f.bin: in the mirror folder: absent"},
		{"other size", "short", "5 bytes, not 50"},
		{"other content", strings.Repeat("x", 50), "sha256 is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.there != "" {
				write(t, filepath.Join(folder, "data", "f.bin"), c.there)
			}
			dir := t.TempDir()
			_, err := Get(t.Context(), one(body), quick(dir, folder))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
			lies(t, dir, "data/f.bin", nil)
			lies(t, dir, "data/f.bin"+partSuffix, nil)
		})
	}
}

// The wait between attempts is as long as asked and ends with the context.
func TestSleep(t *testing.T) {
	start := time.Now()
	if err := sleep(t.Context(), 20*time.Millisecond); err != nil || time.Since(start) < 20*time.Millisecond {
		t.Errorf("slept %v, error %v", time.Since(start), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled sleep: %v", err)
	}
}
