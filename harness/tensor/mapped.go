package tensor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"
	"unsafe"
)

// Mapped is a file whose bytes are in memory as far as they were used lately.
// It is safe for concurrent use, but for Close.
type Mapped struct {
	name string
	data []byte
	once sync.Once
	err  error // of Close
}

// Open maps a file for reading. Nothing of it is read yet. A folder, a pipe and
// a file of more bytes than the machine can address are errors; an empty file is
// none. The file must stay as it is until Close: see [Mapped.Guard].
func Open(name string) (*Mapped, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "map", Path: name, Err: errors.New("not a regular file")}
	}
	size := info.Size()
	if size != int64(int(size)) {
		return nil, &fs.PathError{Op: "map", Path: name, Err: fmt.Errorf("%d bytes are beyond this machine", size)}
	}
	m := &Mapped{name: name}
	if size > 0 {
		if m.data, err = mapFile(f, int(size)); err != nil {
			return nil, &fs.PathError{Op: "map", Path: name, Err: err}
		}
	}
	return m, nil
}

// Name returns the name the file was opened by.
func (m *Mapped) Name() string { return m.name }

// Bytes returns the bytes of the file, not to be written and not to be used
// after Close.
func (m *Mapped) Bytes() []byte { return m.data }

// Close gives the memory back. Slices of Bytes and tensors over them must not
// be used afterwards. A second Close does nothing and returns the same error.
func (m *Mapped) Close() error {
	m.once.Do(func() {
		if m.data != nil {
			m.err = unmap(m.data)
			m.data = nil
		}
	})
	return m.err
}

// Release tells that a part of Bytes is not needed soon, so that reading a file
// through holds a piece of it in memory and not all. The part may be used again
// and costs a new reading then. What is no part of Bytes is left alone.
func (m *Mapped) Release(part []byte) {
	if pages := m.pages(part, aroundFault); pages != nil {
		forget(pages)
	}
}

// aroundFault is the most that Linux maps around a page that is missing, aligned at such
// a size: 64 KiB, or all of a large folio, as big as a huge page. It was brought in by
// reading a part, so all of it is given back; else the part that is read next, in the
// same folio, would bring back what was released before it.
const aroundFault = 1 << 21

// worthFetching is the size from which a part is brought in at once.
const worthFetching = 1 << 15

// fetch tells that a part of Bytes is about to be read from end to end.
func (m *Mapped) fetch(part []byte) {
	if len(part) < worthFetching {
		return
	}
	if pages := m.pages(part, uintptr(os.Getpagesize())); pages != nil {
		fetch(pages)
	}
}

// pages returns part with what is around it up to multiples of unit, a multiple of
// the page's size, within Bytes; nil if part is no part of Bytes.
func (m *Mapped) pages(part []byte, unit uintptr) []byte {
	if len(part) == 0 || len(m.data) == 0 {
		return nil
	}
	base, at := uintptr(unsafe.Pointer(&m.data[0])), uintptr(unsafe.Pointer(&part[0]))
	if at < base || at-base >= uintptr(len(m.data)) {
		return nil
	}
	from := (at - base) / unit * unit
	to := (at - base + uintptr(len(part)) + unit - 1) / unit * unit
	return m.data[from:min(uintptr(len(m.data)), to)]
}

// Guard runs f, which reads the mapped bytes, and returns its error. If the file
// was cut short meanwhile, or the disk fails, f ends there and Guard returns an
// error; without it the process would end. That holds for what f does on the
// goroutine that called Guard.
func (m *Mapped) Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface {
			error
			Addr() uintptr
		}:
			err = fmt.Errorf("%s: the file changed or cannot be read any more (%w)", m.name, r)
		default:
			panic(r)
		}
	}()
	return f()
}
