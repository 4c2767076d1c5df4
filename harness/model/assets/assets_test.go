package assets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"uacs/internal/hint"
)

// member is one entry of a tarball made for a test.
type member struct {
	name, data string
	kind       byte
}

func pack(t *testing.T, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: m.kind, Size: int64(len(m.data)), Mode: 0o644}
		if m.kind != tar.TypeReg {
			h.Size, h.Linkname = 0, m.data
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if m.kind == tar.TypeReg {
			if _, err := io.WriteString(w, m.data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// counted is a Packer that writes the given bytes and counts its calls.
type counted struct {
	data  []byte
	calls atomic.Int32
	err   error
}

func (c *counted) Pack(_ context.Context, _, _, into string) (string, error) {
	c.calls.Add(1)
	if c.err != nil {
		return "", c.err
	}
	to := filepath.Join(into, "x.tgz")
	return to, os.WriteFile(to, c.data, 0o644)
}

// toy is an asset of two files, one of them for this machine only, and its
// tarball, which has more members than are wanted.
func toy(t *testing.T) (Asset, *counted) {
	t.Helper()
	data := pack(
		t, member{"package/other.txt", "other", tar.TypeReg}, member{"package/a.txt", "alpha", tar.TypeReg},
		member{"../../escape", "no", tar.TypeReg}, member{"package/link", "/etc/passwd", tar.TypeSymlink}, member{"package/lib/b.bin", "beta", tar.TypeReg},
	)
	return Asset{
		Name: "toy", Title: "Toy", Package: "@scope/toy", Version: "1.0.0", Licence: "MIT", Citation: "none",
		Bytes: int64(len(data)), SHA256: sum(data),
		Files: []File{
			{Name: "a.txt", Member: "package/a.txt", Bytes: 5, SHA256: sum([]byte("alpha"))},
			{Name: "here/b.bin", Member: "package/lib/b.bin", Platform: platform, Bytes: 4, SHA256: sum([]byte("beta"))},
			{Name: "there/b.bin", Member: "package/lib/c.bin", Platform: "plan9/mips", Bytes: 4, SHA256: sum([]byte("beta"))},
		},
	}, &counted{data: data}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestManifests(t *testing.T) {
	for _, name := range []string{"onnxruntime", "use-lite", "glove"} {
		a, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(a.Folder(), "/") || a.Folder()[0] == '@' {
			t.Errorf("%s: folder %q", name, a.Folder())
		}
	}
	_, err := Find("onnx")
	if err == nil || err.Error() != `asset "onnx" is not known` || !strings.HasPrefix(hint.Of(err), "the assets are glove, ") {
		t.Error(err, hint.Of(err))
	}
}

func TestEnsure(t *testing.T) {
	a, packer := toy(t)
	dir := t.TempDir()
	if _, err := Locate(dir, a); !errors.Is(err, ErrAbsent) {
		t.Errorf("Locate in an empty folder: %v", err)
	}
	var steps []string
	o := Options{Packer: packer, Progress: func(p Progress) { steps = append(steps, string(p.Step)+" "+p.File) }}
	paths, err := Ensure(t.Context(), dir, a, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, paths["a.txt"]) + read(t, paths["here/b.bin"]); got != "alphabeta" || len(paths) != 2 {
		t.Errorf("%q of %v", got, paths)
	}
	if got := strings.Join(steps, ", "); got != "fetching scope-toy-1.0.0.tgz, extracting a.txt, extracting here/b.bin" {
		t.Error(got)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(left) != 3 { // a.txt, here and the lock
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(dir), "escape")); err == nil {
		t.Error("a member was written outside")
	}

	// A second call finds all; a damaged file is fetched again.
	if _, err := Ensure(t.Context(), dir, a, o); err != nil || packer.calls.Load() != 1 {
		t.Errorf("%d calls, %v", packer.calls.Load(), err)
	}
	if err := os.WriteFile(paths["a.txt"], []byte("alphx"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Ensure(t.Context(), dir, a, Options{Packer: packer, Offline: true}); !errors.Is(err, ErrAbsent) {
		t.Errorf("offline: %v", err)
	}
	if _, err := Ensure(t.Context(), dir, a, o); err != nil || read(t, paths["a.txt"]) != "alpha" {
		t.Errorf("not repaired: %v", err)
	}
}

func TestEnsureRefuses(t *testing.T) {
	link := []member{{"package/a.txt", "/etc/passwd", tar.TypeSymlink}, {"package/lib/b.bin", "beta", tar.TypeReg}}
	for name, c := range map[string]struct {
		members []member // nil: those of toy
		spoil   func(*Asset, *counted)
		want    string
	}{
		"other tarball":  {nil, func(a *Asset, _ *counted) { a.SHA256 = sum(nil) }, "the tarball of @scope/toy 1.0.0 is not the pinned one: its SHA-256 is "},
		"other size":     {nil, func(a *Asset, _ *counted) { a.Bytes++ }, "is not the pinned one: it has "},
		"link":           {link, func(*Asset, *counted) {}, `member package/a.txt: it is no regular file (type '2')`},
		"member missing": {nil, func(a *Asset, _ *counted) { a.Files[0].Member = "package/none" }, "it has no member package/none"},
		"member digest":  {nil, func(a *Asset, _ *counted) { a.Files[0].SHA256 = sum(nil) }, "member package/a.txt: its SHA-256 is "},
		"member size":    {nil, func(a *Asset, _ *counted) { a.Files[0].Bytes = 1 }, "member package/a.txt: it has 5 bytes, not 1"},
		"no gzip":        {nil, func(a *Asset, p *counted) { p.data = []byte("a text, no tarball"); a.Bytes, a.SHA256 = 18, sum(p.data) }, "gzip: invalid header"},
		"traversal":      {nil, func(a *Asset, _ *counted) { a.Files[0].Name = "../a.txt" }, "a path that leads outside"},
		"option":         {nil, func(a *Asset, _ *counted) { a.Package = "--registry=x" }, "is no name of an npm package"},
		"version range":  {nil, func(a *Asset, _ *counted) { a.Version = "^1.0.0" }, "is not exact"},
		"packer":         {nil, func(_ *Asset, p *counted) { p.err = errors.New("no way") }, "toy: no way"},
		"platform":       {nil, func(a *Asset, _ *counted) { a.Files = a.Files[2:] }, "has no files for " + platform},
	} {
		t.Run(name, func(t *testing.T) {
			a, packer := toy(t)
			if c.members != nil {
				packer.data = pack(t, c.members...)
				a.Bytes, a.SHA256 = int64(len(packer.data)), sum(packer.data)
			}
			c.spoil(&a, packer)
			dir := t.TempDir()
			if _, err := Ensure(t.Context(), dir, a, Options{Packer: packer}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if _, err := os.Lstat(filepath.Join(dir, a.Folder(), "a.txt")); err == nil {
				t.Error("a file was left that is not as pinned")
			}
			if temp, _ := filepath.Glob(filepath.Join(dir, "*", ".[fp]*")); len(temp) > 0 {
				t.Errorf("left behind: %v", temp)
			}
		})
	}
}

// TestBomb ends a stream that unpacks to more than the bound.
func TestBomb(t *testing.T) {
	zeros := io.LimitReader(zero{}, largestTarball+1)
	_, err := io.Copy(io.Discard, &limited{ctx: t.Context(), r: zeros, left: 1 << 20})
	if err == nil || !strings.Contains(err.Error(), "it unpacks to more than") {
		t.Error(err)
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { return len(p), nil }

func TestManyAtOnce(t *testing.T) {
	a, packer := toy(t)
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := Ensure(t.Context(), dir, a, Options{Packer: packer}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := packer.calls.Load(); n != 1 {
		t.Errorf("the package was fetched %d times", n)
	}
}

func TestWaitingEndsWithContext(t *testing.T) {
	a, packer := toy(t)
	dir := t.TempDir()
	c, err := open(t.Context(), dir, a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	ctx, cancel := context.WithCancel(t.Context())
	waits := false
	_, err = Ensure(ctx, dir, a, Options{Packer: packer, Progress: func(p Progress) { waits = p.Step == Waiting; cancel() }})
	if !errors.Is(err, context.Canceled) || !waits {
		t.Errorf("waits %v, error %v", waits, err)
	}
}

// TestInterrupted leaves the tarball of a run that was broken off before it
// extracted: the next run does not fetch it again.
func TestInterrupted(t *testing.T) {
	a, packer := toy(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Ensure(ctx, dir, a, Options{Packer: packer, Progress: func(p Progress) {
		if p.Step == Fetching {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := Ensure(t.Context(), dir, a, Options{Packer: packer}); err != nil || packer.calls.Load() != 1 {
		t.Errorf("%d calls, %v", packer.calls.Load(), err)
	}
}

func TestDerive(t *testing.T) {
	a, packer := toy(t)
	a.Files[0].Stream = true
	dir := t.TempDir()
	o := Options{Packer: packer}
	paths, err := Ensure(t.Context(), dir, a, o)
	if _, kept := paths["a.txt"]; err != nil || kept {
		t.Fatalf("%v, %v", paths, err)
	}
	// A maker that fails leaves nothing.
	bad := errors.New("no vector")
	if _, err := Derive(t.Context(), dir, a, "a.txt", "short-v1", o, func(io.Reader, io.Writer) error { return bad }); !errors.Is(err, bad) {
		t.Error(err)
	}
	head := func(r io.Reader, w io.Writer) error { _, err := io.CopyN(w, r, 2); return err }
	for range 2 {
		path, err := Derive(t.Context(), dir, a, "a.txt", "short-v1", o, head)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != "al" {
			t.Errorf("made %q", got)
		}
	}
	if packer.calls.Load() != 1 {
		t.Errorf("%d calls", packer.calls.Load())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*.tgz")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// The digest is that of the whole file, also beyond what the maker read.
	a.Files[0].SHA256 = sum([]byte("alphx"))
	if _, err := Derive(t.Context(), dir, a, "a.txt", "short-v2", o, head); err == nil || !strings.Contains(err.Error(), "its SHA-256 is") {
		t.Error(err)
	}
	if _, err := Derive(t.Context(), dir, a, "none", "x", o, head); err == nil {
		t.Error("a file that is not listed was read")
	}
	if _, err := Derive(t.Context(), dir, a, "a.txt", "../x", o, head); err == nil {
		t.Error("a name that leads outside was taken")
	}
}

func TestTarballs(t *testing.T) {
	a, packer := toy(t)
	from := t.TempDir()
	_, err := Ensure(t.Context(), t.TempDir(), a, Options{Packer: Tarballs(from)})
	if !errors.Is(err, os.ErrNotExist) || hint.Of(err) != "put it there with: npm pack @scope/toy@1.0.0 --ignore-scripts" {
		t.Error(err, hint.Of(err))
	}
	if err := os.WriteFile(filepath.Join(from, "scope-toy-1.0.0.tgz"), packer.data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Ensure(t.Context(), t.TempDir(), a, Options{Packer: Tarballs(from)}); err != nil {
		t.Error(err)
	}
}

// TestNPM runs programs that stand in for npm.
func TestNPM(t *testing.T) {
	script := func(text string) NPM {
		path := filepath.Join(t.TempDir(), "npm")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
		return NPM{Program: path}
	}
	for name, c := range map[string]struct {
		npm        NPM
		want, hint string
	}{
		"absent":     {NPM{Program: filepath.Join(t.TempDir(), "npm")}, "npm, which fetches toy, is not installed", "install Node.js with npm"},
		"no version": {script(`echo '{"error":{"code":"E404"}}'; exit 1`), "npm pack toy@1.0.0: E404", "npm's registry"},
		"offline":    {script(`echo '{"error":{"code":"ENOTFOUND"}}'; exit 1`), "npm pack toy@1.0.0: ENOTFOUND", "check the network"},
		"other":      {script("exit 3"), "npm pack toy@1.0.0: exit: exit status 3", "run it by hand"},
		"nothing":    {script("exit 0"), "made 0 tarballs instead of 1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.npm.Pack(t.Context(), "toy", "1.0.0", t.TempDir())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(hint.Of(err), c.hint) {
				t.Errorf("error %v, hint %q", err, hint.Of(err))
			}
		})
	}
	into := t.TempDir()
	path, err := script(`for last; do :; done; echo "$@" > "$last/toy-1.0.0.tgz"`).Pack(t.Context(), "toy", "1.0.0", into)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, path), "pack toy@1.0.0 --ignore-scripts --silent --json --pack-destination "+into+"\n"; got != want {
		t.Errorf("npm was called with %q, want %q", got, want)
	}
}

func TestDirAndLibrary(t *testing.T) {
	env := map[string]string{"UACS_MODELS": "models"}
	getenv := func(key string) string { return env[key] }
	if got := Dir(getenv, ""); got != "models" {
		t.Error(got)
	}
	away := t.TempDir()
	if got := Dir(func(string) string { return "" }, away); got != filepath.Join(away, ".cache", "models") {
		t.Error(got)
	}
	env["UACS_MODELS"] = away
	if _, err := Library(getenv); err == nil || !strings.Contains(hint.Of(err), "ONNXRUNTIME_LIB") {
		t.Error(err, hint.Of(err))
	}
	env["ONNXRUNTIME_LIB"] = filepath.Join(away, "lib.so")
	if _, err := Library(getenv); err == nil || !strings.Contains(err.Error(), "which is no file") {
		t.Error(err)
	}
	if err := os.WriteFile(env["ONNXRUNTIME_LIB"], nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Library(getenv); got != env["ONNXRUNTIME_LIB"] || err != nil {
		t.Error(got, err)
	}
}
