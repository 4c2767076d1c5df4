package datasets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"uacs/internal/hint"
)

// partSuffix marks a file on its way.
const partSuffix = ".part"

// part is a file on its way into the data folder: PATH.part, an opening piece
// of the file as far as anybody knows. Whether it really is one only the digest
// of the whole can tell, so a part that a run did not write itself gets one
// second chance from the first byte.
type part struct {
	root *os.Root
	file File
	f    *os.File
	size int64
	// pieces counts the responses and earlier runs that the bytes came from.
	pieces int
	// inherited is true if an earlier run's bytes are still in use.
	inherited bool
}

// openPart opens or creates the part of f. A part longer than the file cannot
// be its beginning and is emptied.
func openPart(root *os.Root, f File) (*part, error) {
	if err := root.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
		return nil, err
	}
	file, err := root.OpenFile(f.Path+partSuffix, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	p := &part{root: root, file: f, f: file}
	if p.size, err = file.Seek(0, io.SeekEnd); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if p.size > f.Bytes {
		if err := p.reset(); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	if p.size > 0 {
		p.pieces, p.inherited = 1, true
	}
	return p, nil
}

// reset empties the part.
func (p *part) reset() error {
	p.size, p.pieces, p.inherited = 0, 0, false
	if err := p.f.Truncate(0); err != nil {
		return err
	}
	_, err := p.f.Seek(0, io.SeekStart)
	return err
}

// spliced reports whether the bytes come from more than one place, so that a
// wrong digest may mean that the pieces do not fit rather than that the file is
// wrong.
func (p *part) spliced() bool { return p.pieces > 1 || p.inherited }

// complete reports whether all bytes are there.
func (p *part) complete() bool { return p.size == p.file.Bytes }

// errTooLong is a body that goes on after the last byte the manifest allows.
var errTooLong = errors.New("more bytes than the manifest says")

// readError is a failure of the reader that fills a part, as opposed to one of
// the disk.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

// fill appends what r holds. It reads at most one byte more than the file may
// have and returns errTooLong for it; a premature end is a readError of
// io.ErrUnexpectedEOF. report is told the size as it grows.
func (p *part) fill(r io.Reader, report func(done int64)) error {
	p.pieces++
	r = io.LimitReader(r, p.file.Bytes-p.size+1)
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if p.size+int64(n) > p.file.Bytes {
			return errTooLong
		}
		if n > 0 {
			if _, err := p.f.Write(buf[:n]); err != nil {
				return err
			}
			p.size += int64(n)
			report(p.size)
		}
		switch {
		case err == io.EOF && p.complete():
			return nil
		case err == io.EOF:
			return readError{io.ErrUnexpectedEOF}
		case err != nil:
			return readError{err}
		}
	}
}

// digest returns the SHA-256 of the part as it lies on disk.
func (p *part) digest() (string, error) {
	return digest(io.NewSectionReader(p.f, 0, p.size))
}

// commit gives the part the file's name, after its bytes have reached the disk:
// a crash leaves either no file or the whole one.
func (p *part) commit() error {
	if err := errors.Join(p.f.Sync(), p.f.Close()); err != nil {
		return err
	}
	return p.root.Rename(p.file.Path+partSuffix, p.file.Path)
}

// close closes the part and keeps its bytes for another run; an empty part is
// removed.
func (p *part) close() error {
	err := p.f.Close()
	if p.size == 0 {
		err = errors.Join(err, p.root.Remove(p.file.Path+partSuffix))
	}
	return err
}

// mismatch is the error of a whole file with another digest than the manifest's.
func mismatch(f File, got string) error {
	return hint.Add(fmt.Errorf("%s: sha256 is %s, the manifest wants %s", f.Path, got, f.SHA256),
		"what was fetched is not the pinned file and was removed; try another mirror")
}
