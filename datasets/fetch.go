package datasets

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"uacs/internal/hint"
)

// Waits between attempts: the first, doubled each time, up to the longest. A
// server that asks for more than the longest is not waited for.
const (
	firstWait   = 500 * time.Millisecond
	longestWait = time.Minute
)

// getter fetches single files into a data folder.
type getter struct {
	root *os.Root
	src  supply
	o    GetOptions
}

// fetch brings f, which is not there, into the data folder.
func (g *getter) fetch(ctx context.Context, f File) (Outcome, error) {
	if ctx.Err() != nil {
		return Failed, fmt.Errorf("%s: %w", f.Path, context.Cause(ctx))
	}
	p, err := openPart(g.root, f)
	if err != nil {
		return Failed, fmt.Errorf("%s: %w", f.Path, err)
	}
	outcome := Copied
	if g.src.remote() {
		outcome, err = g.download(ctx, p)
	} else {
		err = g.copy(p)
	}
	if err != nil {
		return Failed, errors.Join(err, p.close())
	}
	if err := p.commit(); err != nil {
		return Failed, fmt.Errorf("%s: %w", f.Path, err)
	}
	return outcome, nil
}

// copy fills p from the mirror folder, from the first byte.
func (g *getter) copy(p *part) error {
	if err := p.reset(); err != nil {
		return fmt.Errorf("%s: %w", p.file.Path, err)
	}
	r, err := g.src.open(p.file)
	if err != nil {
		return hint.Add(err, "unset UACS_MIRROR to fetch the file from its public repository")
	}
	defer r.Close()
	if err := p.fill(r, g.reporter(p.file)); err != nil {
		return fmt.Errorf("%s: in the mirror folder: %w", p.file.Path, err)
	}
	_, err = g.accept(p)
	return err
}

// download fills p from the server in at most Attempts requests.
func (g *getter) download(ctx context.Context, p *part) (Outcome, error) {
	wait := firstWait
	for attempt := 1; ; attempt++ {
		err := g.request(ctx, p)
		if err == nil {
			outcome := Downloaded
			if p.inherited {
				outcome = Resumed
			}
			again, err := g.accept(p)
			if err == nil {
				return outcome, nil
			}
			if !again || attempt >= g.o.Attempts {
				return Failed, err
			}
			continue
		}
		var t transient
		if !errors.As(err, &t) {
			return Failed, err
		}
		if attempt >= g.o.Attempts {
			return Failed, gaveUp(err, attempt)
		}
		g.o.Progress(Progress{File: p.file, Done: p.size, Retry: err})
		if err := g.o.sleep(ctx, max(wait, t.after)); err != nil {
			return Failed, fmt.Errorf("%s: %w", p.file.Path, err)
		}
		wait = min(2*wait, longestWait)
	}
}

// gaveUp is the error of a file whose last attempt failed with err.
func gaveUp(err error, attempts int) error {
	advice := "run the same command again later: it continues where it stopped"
	if unreachable(err) {
		advice = "check the network and HTTPS_PROXY, or set UACS_MIRROR to a folder or URL that has the files"
	}
	return hint.Add(fmt.Errorf("%w (after %s)", err, count(attempts, "attempt")), "%s", advice)
}

// accept checks the digest of a complete part and empties a part that fails.
// again is true if that was put together from pieces: fetched anew in one piece
// it may be right.
func (g *getter) accept(p *part) (again bool, err error) {
	got, err := p.digest()
	switch {
	case err != nil:
		return false, fmt.Errorf("%s: %w", p.file.Path, err)
	case got == p.file.SHA256:
		return false, nil
	}
	again = p.spliced()
	return again, errors.Join(mismatch(p.file, got), p.reset())
}

// transient is a failure that another attempt may not meet.
type transient struct {
	error
	after time.Duration // what the server asked to wait, 0 if nothing
}

func (t transient) Unwrap() error { return t.error }

// errRedirect is a redirect that leaves the host the user agreed to ask, or
// leads nowhere.
var errRedirect = errors.New("redirect not followed")

// request asks the server once for what p lacks. A part that is complete needs
// no request.
func (g *getter) request(ctx context.Context, p *part) error {
	if p.complete() {
		return nil
	}
	u := g.src.url(p.file)
	timed, cancel := context.WithTimeout(ctx, g.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(timed, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", p.file.Path, err)
	}
	// Without this the transport would ask for gzip and count other bytes.
	req.Header.Set("Accept-Encoding", "identity")
	if p.size > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
	}
	client := http.Client{Transport: g.o.Transport, CheckRedirect: sameHost}
	resp, err := client.Do(req)
	if err == nil {
		defer resp.Body.Close()
		err = g.receive(resp, p)
	}
	return g.explain(ctx, p.file, u, err)
}

// explain adds file and address to err and sorts it into transient or not. The
// user's own interruption is never transient.
func (g *getter) explain(ctx context.Context, f File, u *url.URL, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", f.Path, context.Cause(ctx))
	}
	// The client wraps its errors in the address, which is added here once.
	var ue *url.Error
	sent := errors.As(err, &ue)
	if sent {
		err = ue.Err
	}
	var read readError
	var cert *tls.CertificateVerificationError
	if (sent || errors.As(err, &read)) && !errors.Is(err, errRedirect) && !errors.As(err, &cert) {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no end within %v: %w", g.o.Timeout, err)
		}
		err = transient{error: err}
	}
	return fmt.Errorf("%s: %s: %w", f.Path, u.Redacted(), err)
}

// sameHost is the client's redirect rule.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme && req.URL.Scheme != "https" {
		return fmt.Errorf("%w: it leads to another host, %s://%s", errRedirect, req.URL.Scheme, req.URL.Host)
	}
	if len(via) >= 10 {
		return fmt.Errorf("%w: it is the eleventh in a row", errRedirect)
	}
	return nil
}

// receive appends the body of resp to p, or says why not.
func (g *getter) receive(resp *http.Response, p *part) error {
	switch resp.StatusCode {
	case http.StatusOK: // the whole file, asked for or not
		if err := p.reset(); err != nil {
			return err
		}
	case http.StatusPartialContent:
		if err := checkRange(resp.Header.Get("Content-Range"), p); err != nil {
			return errors.Join(err, p.reset())
		}
	default:
		return g.refused(resp, p)
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return fmt.Errorf("the server answers with encoding %q, which was not asked for", e)
	}
	if n := resp.ContentLength; n >= 0 && p.size+n != p.file.Bytes {
		return errors.Join(fmt.Errorf("the server's file has %d bytes, the manifest says %d", p.size+n, p.file.Bytes), p.reset())
	}
	err := p.fill(resp.Body, g.reporter(p.file))
	if errors.Is(err, errTooLong) {
		return errors.Join(fmt.Errorf("%w: over %d", err, p.file.Bytes), p.reset())
	}
	return err
}

// checkRange reports a partial answer that does not continue p up to the
// manifest's last byte, or is of a file of another size. It is transient: the next
// attempt asks for the whole.
func checkRange(header string, p *part) error {
	want := fmt.Sprintf("bytes %d-%d/", p.size, p.file.Bytes-1)
	if header == want+"*" || header == want+strconv.FormatInt(p.file.Bytes, 10) {
		return nil
	}
	return transient{error: fmt.Errorf("asked for bytes %d-%d, the server answers with Content-Range %q",
		p.size, p.file.Bytes-1, header)}
}

// refused turns a status without content into an error.
func (g *getter) refused(resp *http.Response, p *part) error {
	err := fmt.Errorf("the server answers %s", resp.Status)
	switch code := resp.StatusCode; {
	case code == http.StatusRequestedRangeNotSatisfiable && p.size > 0:
		return errors.Join(transient{error: err}, p.reset())
	case code == http.StatusNotFound || code == http.StatusGone:
		return hint.Add(err, "the file may have been moved or taken down; set UACS_MIRROR to a folder or URL that has it")
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		after := retryAfter(resp.Header.Get("Retry-After"), time.Now())
		if after > longestWait {
			return hint.Add(fmt.Errorf("%w and asks to wait %v", err, after.Round(time.Second)),
				"run the same command again after that time")
		}
		return transient{error: err, after: after}
	}
	return err
}

// retryAfter returns the wait that a Retry-After header asks for, in seconds or
// as a date; 0 if it is absent, past or malformed.
func retryAfter(header string, now time.Time) time.Duration {
	if s, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(s) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

// reporter returns the function that tells Progress how far f is.
func (g *getter) reporter(f File) func(int64) {
	return func(done int64) { g.o.Progress(Progress{File: f, Done: done}) }
}
