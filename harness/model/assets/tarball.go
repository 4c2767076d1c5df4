package assets

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// Bounds of what is read. The digest of the tarball is checked before it is
// opened; these hold even if a manifest pins a bad one.
const (
	largestFile    = 1 << 30
	largestTarball = 2 << 30 // unpacked
	mostMembers    = 100_000
)

// members calls use on each of the wanted files in the order of the tarball.
// The reader fails at its end if the bytes were not the pinned ones.
func (c *cache) members(ctx context.Context, want []File, use func(File, io.Reader) error) error {
	f, err := os.Open(c.tarballPath())
	if err != nil {
		return fmt.Errorf("%s: %w", c.asset.Name, err)
	}
	defer f.Close()
	if err := walk(ctx, f, want, use); err != nil {
		return fmt.Errorf("%s: %s: %w", c.asset.Name, c.asset.tarball(".tgz"), err)
	}
	return nil
}

func walk(ctx context.Context, packed io.Reader, want []File, use func(File, io.Reader) error) error {
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(packed, 1<<20))
	if err != nil {
		return err
	}
	left := make(map[string]File, len(want))
	for _, f := range want {
		left[f.Member] = f
	}
	in := tar.NewReader(&limited{ctx: ctx, r: unzipped, left: largestTarball})
	for n := 0; len(left) > 0; n++ {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			for _, f := range want {
				if _, missing := left[f.Member]; missing {
					return fmt.Errorf("it has no member %s", f.Member)
				}
			}
		}
		if err != nil {
			return err
		}
		if n >= mostMembers {
			return fmt.Errorf("it has more than %d members", mostMembers)
		}
		f, wanted := left[h.Name]
		if !wanted {
			continue // what is not named is never written
		}
		delete(left, h.Name)
		if err := take(h, f, in, use); err != nil {
			return fmt.Errorf("member %s: %w", h.Name, err)
		}
	}
	return nil
}

func take(h *tar.Header, f File, in io.Reader, use func(File, io.Reader) error) error {
	if h.Typeflag != tar.TypeReg {
		return fmt.Errorf("it is no regular file (type %q)", h.Typeflag)
	}
	if h.Size != f.Bytes {
		return fmt.Errorf("it has %d bytes, not %d", h.Size, f.Bytes)
	}
	r := &checked{r: in, sum: sha256.New(), file: f}
	if err := use(f, r); err != nil {
		return err
	}
	if !r.ended {
		return errors.New("it was not read to its end")
	}
	return nil
}

// checked passes bytes on and compares their digest at the end.
type checked struct {
	r     io.Reader
	sum   hash.Hash
	n     int64
	file  File
	ended bool
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	if errors.Is(err, io.EOF) {
		if err := compare(c.n, hex.EncodeToString(c.sum.Sum(nil)), c.file.Bytes, c.file.SHA256); err != nil {
			return n, err
		}
		c.ended = true
	}
	return n, err
}

// limited ends a stream that unpacks to too much, or whose reader is told to stop.
type limited struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.ctx.Err() != nil {
		return 0, context.Cause(l.ctx)
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d bytes", int64(largestTarball))
	}
	return n, err
}

// verify compares a file with its pins.
func verify(path string, bytes int64, sum string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file")
	case info.Size() != bytes:
		return fmt.Errorf("it has %d bytes, not %d", info.Size(), bytes)
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	return compare(n, hex.EncodeToString(h.Sum(nil)), bytes, sum)
}

func compare(n int64, got string, bytes int64, sum string) error {
	switch {
	case n != bytes:
		return fmt.Errorf("it has %d bytes, not %d", n, bytes)
	case got != sum:
		return fmt.Errorf("its SHA-256 is %s, not %s", got, sum)
	}
	return nil
}
