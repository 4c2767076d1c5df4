package jsonl

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"uacs/harness/cache"
)

// largePlain is the size in bytes above which an export is compressed.
const largePlain = 1 << 20

// Write writes an export of source, whose entries must come in order of keys, as
// the Scan of a store does. It reads source twice, first for the header, and
// fails if it changed meanwhile. A path that ends in .zst is compressed; a larger
// export than 1 MiB is compressed always, and .zst added to its path. Write
// returns the path and the number of entries. The file is there whole or not at all.
//
// Equal entries make equal bytes; compressed ones with the same release of the
// compressor.
func Write(ctx context.Context, path string, source cache.Source) (written string, n int, err error) {
	sum := sha256.New()
	size := &counter{w: sum}
	if n, err = lines(ctx, size, source); err != nil {
		return "", 0, err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	if size.n > largePlain && !compressed(path) {
		path += ".zst"
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return "", 0, err
	}
	defer os.Remove(part.Name()) // fails after the rename
	err = errors.Join(export(ctx, part, compressed(path), source, n, digest), part.Chmod(0o644), part.Sync(), part.Close())
	if err != nil {
		return "", 0, fmt.Errorf("write %s: %w", path, err)
	}
	return path, n, os.Rename(part.Name(), path)
}

// export writes header and lines, and checks that they are those expected.
func export(ctx context.Context, w io.Writer, compress bool, source cache.Source, n int, digest string) error {
	out := bufio.NewWriterSize(w, 256<<10)
	var body io.Writer = out
	var z *zstd.Encoder
	if compress {
		var err error
		if z, err = zstd.NewWriter(out, zstd.WithEncoderConcurrency(1)); err != nil {
			return err
		}
		body = z
	}
	if _, err := body.Write(marshal(header{exportFormat, cache.SchemaVersion, &n, digest})); err != nil {
		return err
	}
	sum := sha256.New()
	again, err := lines(ctx, io.MultiWriter(body, sum), source)
	if err == nil && (again != n || hex.EncodeToString(sum.Sum(nil)) != digest) {
		err = fmt.Errorf("the cache changed while it was written; try again when no process uses it")
	}
	if z != nil {
		err = errors.Join(err, z.Close())
	}
	return errors.Join(err, out.Flush())
}

// lines writes the line of each entry.
func lines(ctx context.Context, w io.Writer, source cache.Source) (n int, err error) {
	var buf []byte
	var last cache.Key
	err = source(ctx, func(e cache.Entry) error {
		c, err := e.Encode()
		if err != nil {
			return err
		}
		if n > 0 && string(c.Key[:]) <= string(last[:]) {
			return fmt.Errorf("entry %s is not after the one before", c.Key)
		}
		n, last = n+1, c.Key
		if buf = appendLine(buf[:0], c); len(buf) > maxLine {
			return fmt.Errorf("entry %s is longer than %d bytes", c.Key, maxLine)
		}
		_, err = w.Write(buf)
		return err
	})
	return n, err
}
