package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"uacs/internal/hint"
)

// GetOptions says from where, to where and how files are fetched. Dir is
// required; the zero value of every other field has a default.
type GetOptions struct {
	// Dir is the data folder. It is created; files lie in it under their paths.
	Dir string
	// Mirror is a folder, or an http(s) URL of one, that holds the files under
	// their paths. If it is set nothing else is asked. "" means the public
	// repositories.
	Mirror string
	// RawBase is where the public repositories' raw files are served as
	// RawBase/OWNER/NAME/COMMIT/PATH. "" means [GitHubRaw].
	RawBase string
	// Transport carries the requests; nil means [http.DefaultTransport].
	Transport http.RoundTripper
	// Consent is called once, with [Notice]'s text, before the first request to
	// a server; an error from it ends Get. nil refuses with [ErrLicence]. It is
	// not called if all files are there or Mirror is a folder.
	Consent func(ctx context.Context, notice string) error
	// Attempts is how often one file is tried in all; 0 means 5.
	Attempts int
	// Timeout ends one request, its body included; 0 means 2 minutes. What came
	// until then is kept and the next attempt asks for the rest.
	Timeout time.Duration
	// Progress, if not nil, is told what happens. Calls do not overlap.
	Progress func(Progress)

	sleep func(context.Context, time.Duration) error // tests replace it
}

// GitHubRaw serves the raw files of GitHub repositories.
const GitHubRaw = "https://raw.githubusercontent.com"

// parallel is how many files are fetched at a time: enough to hide latency on
// small files, few enough to be a polite guest.
const parallel = 4

// lockName is the file in the data folder that keeps two runs apart.
const lockName = ".lock"

// Progress is one event of [Get].
type Progress struct {
	// Waiting is true while another run holds the data folder; the other fields
	// are then empty.
	Waiting bool
	File    File
	// Done counts the bytes of File that are here, resumed ones included.
	Done int64
	// Retry, if not nil, is why an attempt failed; another follows.
	Retry error
}

// Outcome is what [Get] did about a file.
type Outcome string

// The outcomes of a file.
const (
	Present    Outcome = "present"    // was there with the right digest
	Copied     Outcome = "copied"     // from a mirror folder
	Downloaded Outcome = "downloaded" // whole, in this run
	Resumed    Outcome = "resumed"    // an earlier run's part was completed
	Failed     Outcome = "failed"     // see Err
)

// Fetched is the result for one file.
type Fetched struct {
	File    File
	Outcome Outcome
	// Err is not nil exactly if Outcome is Failed.
	Err error
}

// Get brings all files of the manifests into a data folder. What is there with
// the right SHA-256 is left alone; everything else is fetched, a few files at a
// time, checked for size while it arrives and for SHA-256 before it gets its
// name, so that a file under its own path is always whole. An interrupted file
// stays beside it as PATH.part and the next run asks for the rest only.
//
// The results are in the order of the manifests, one per file, also when Get
// returns an error; that is the first file's that failed. One file's failure
// does not stop the others, but an unreachable server and a cancelled ctx do.
// A second Get on one folder, in any process, waits for the first.
func Get(ctx context.Context, manifests []Manifest, o GetOptions) ([]Fetched, error) {
	src, err := o.source()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	unlock, err := o.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	root, err := os.OpenRoot(o.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()

	files := FilesOf(manifests)
	out, absent, err := survey(root.FS(), files)
	if err != nil || absent == 0 {
		return out, err
	}
	if src.remote() {
		if err := o.consent(ctx, Notice(manifests)); err != nil {
			return nil, err
		}
	}
	fetchAll(ctx, out, &getter{root: root, src: src, o: o.defaults()})
	return out, firstFailure(ctx, out)
}

// survey returns a result for every file, [Present] or the zero Outcome, and
// how many are not present.
func survey(fsys fs.FS, files []File) (out []Fetched, absent int, err error) {
	out = make([]Fetched, len(files))
	for i, f := range files {
		out[i].File = f
		problem, err := fullProblem(fsys, f)
		if err != nil {
			return nil, 0, err
		}
		if problem == "" {
			out[i].Outcome = Present
			continue
		}
		absent++
	}
	return out, absent, nil
}

// fetchAll fills in the results that are not there yet.
func fetchAll(ctx context.Context, out []Fetched, g *getter) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group errgroup.Group
	group.SetLimit(parallel)
	for i := range out {
		if out[i].Outcome == Present {
			continue
		}
		group.Go(func() error {
			out[i].Outcome, out[i].Err = g.fetch(ctx, out[i].File)
			if unreachable(out[i].Err) {
				stop(errStopped)
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return nil; errors lie in out
}

// errStopped is why files were given up after the server proved unreachable.
var errStopped = errors.New("stopped: the server cannot be reached")

// unreachable reports whether err says that no connection came about, which
// will be the same for every other file.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// firstFailure sums up the failures as the error of the first file that was
// tried and failed, and how many others there are.
func firstFailure(ctx context.Context, out []Fetched) error {
	var first error
	failed := 0
	for _, r := range out {
		if r.Err == nil {
			continue
		}
		failed++
		if first == nil || errors.Is(first, errStopped) {
			first = r.Err
		}
	}
	if err := ctx.Err(); err != nil && failed > 0 {
		err = fmt.Errorf("%d of %s not fetched: %w", failed, count(len(out), "file"), context.Cause(ctx))
		return hint.Add(err, "run the same command again: it continues where it stopped")
	}
	if failed > 1 {
		return fmt.Errorf("%w (%s in all not fetched)", first, count(failed, "file"))
	}
	return first
}

// Summary counts results in one line: "29 files, 1936412 bytes: 20 downloaded,
// 1 resumed, 8 present".
func Summary(results []Fetched) string {
	counts := map[Outcome]int{}
	var bytes int64
	for _, r := range results {
		counts[r.Outcome]++
		if r.Outcome != Failed {
			bytes += r.File.Bytes
		}
	}
	s := fmt.Sprintf("%s, %d bytes", count(len(results), "file"), bytes)
	sep := ": "
	for _, o := range []Outcome{Downloaded, Resumed, Copied, Present, Failed} {
		if counts[o] > 0 {
			s += fmt.Sprintf("%s%d %s", sep, counts[o], o)
			sep = ", "
		}
	}
	return s
}

// lock takes the data folder for this run. The kernel drops the lock when the
// process ends, however it ends, so none is ever left behind.
func (o GetOptions) lock(ctx context.Context) (unlock func(), err error) {
	l := flock.New(filepath.Join(o.Dir, lockName))
	ok, err := l.TryLock()
	if err == nil && !ok {
		if o.Progress != nil {
			o.Progress(Progress{Waiting: true})
		}
		_, err = l.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil {
		return nil, hint.Add(fmt.Errorf("lock the data folder: %w", err),
			"use a folder on a file system with locks, such as a local disk")
	}
	return func() { _ = l.Close() }, nil // nothing was written through it
}

func (o GetOptions) consent(ctx context.Context, notice string) error {
	if o.Consent == nil {
		return licenceRefused()
	}
	return o.Consent(ctx, notice)
}

// defaults returns o with the documented defaults in place of zeros, and with a
// Progress that may be called from several goroutines.
func (o GetOptions) defaults() GetOptions {
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Attempts <= 0 {
		o.Attempts = 5
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Minute
	}
	if o.sleep == nil {
		o.sleep = sleep
	}
	tell := o.Progress
	var mu sync.Mutex
	o.Progress = func(p Progress) {
		if tell != nil {
			mu.Lock()
			defer mu.Unlock()
			tell(p)
		}
	}
	return o
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// supply is where files come from: a folder, or a base URL with the paths of
// the mirror or those of the public repositories below it.
type supply struct {
	folder   string
	base     *url.URL
	upstream bool
}

func (s supply) remote() bool { return s.base != nil }

func (o GetOptions) source() (supply, error) {
	if o.Mirror != "" && !isURL(o.Mirror) {
		if info, err := os.Stat(o.Mirror); err != nil || !info.IsDir() {
			return supply{}, hint.Add(fmt.Errorf("UACS_MIRROR: %q is no folder", o.Mirror),
				"set it to a folder or an http(s) URL, or unset it")
		}
		return supply{folder: o.Mirror}, nil
	}
	base, upstream := o.Mirror, false
	if base == "" {
		base, upstream = o.RawBase, true
	}
	if base == "" {
		base = GitHubRaw
	}
	u, err := url.Parse(base)
	if err != nil {
		return supply{}, errors.New("the base URL of the files cannot be parsed") // err repeats the URL, password and all
	}
	if u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return supply{}, fmt.Errorf("base URL %s: it needs a host and takes no query or fragment", u.Redacted())
	}
	return supply{base: u, upstream: upstream}, nil
}

// url returns the address of f.
func (s supply) url(f File) *url.URL {
	path := f.Path
	if s.upstream {
		path = f.Repository + "/" + f.Commit + "/" + f.UpstreamPath
	}
	return s.base.JoinPath((&url.URL{Path: path}).EscapedPath())
}

// open opens f in the mirror folder.
func (s supply) open(f File) (io.ReadCloser, error) {
	// Only a regular file is opened: a pipe would block for ever.
	problem, err := quickProblem(os.DirFS(s.folder), f)
	if err != nil {
		return nil, err
	}
	if problem != "" {
		return nil, fmt.Errorf("%s: in the mirror folder: %s", f.Path, problem)
	}
	return os.DirFS(s.folder).Open(f.Path)
}
