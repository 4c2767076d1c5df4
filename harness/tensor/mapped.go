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
	if len(part) == 0 || len(m.data) == 0 {
		return
	}
	base, at := uintptr(unsafe.Pointer(&m.data[0])), uintptr(unsafe.Pointer(&part[0]))
	if at < base || at-base >= uintptr(len(m.data)) {
		return
	}
	page := uintptr(os.Getpagesize())
	from := (at - base) / page * page
	to := min(uintptr(len(m.data)), at-base+uintptr(len(part)))
	forget(m.data[from:to])
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
