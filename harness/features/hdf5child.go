//go:build hdf5

package features

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"uacs/internal/hint"
)

// readerCommand is the first argument of a process that reads a file for another.
const readerCommand = "internal-read-hdf5"

// startsAnew says that main called HDF5Main: the program may be started to read a
// file.
var startsAnew atomic.Bool

// HDF5Main lets [Open] read HDF5 files in a process of their own: damage in such a
// file can end the process whose C library reads it. Call it at the beginning of
// main, and of TestMain, before the arguments are looked at. In a process that
// Open started for that purpose it reads, writes what it found to standard output
// and exits. In any other it only remembers that Open may start this program, and
// returns.
//
// In a program that does not call it, Open reads HDF5 files in the program's own
// process, says so in Notes, and a damaged file can end the program. Without
// the build tag hdf5 it does nothing.
func HDF5Main() {
	if len(os.Args) == 4 && os.Args[1] == readerCommand {
		os.Exit(serveHDF5(os.Args[2], os.Args[3]))
	}
	startsAnew.Store(true)
}

// serveHDF5 reads a file and writes the stream of its arrays to standard output.
func serveHDF5(name, limit string) int {
	most, err := strconv.ParseUint(limit, 10, 64)
	if err != nil {
		return 2
	}
	// Damage that makes the library ask for any amount of memory ends in its own error
	// then, and a loop ends also where the parent, which looks at the time, has gone.
	for resource, limit := range map[int]uint64{
		syscall.RLIMIT_DATA: hdf5Bounds{bytes: most}.memory(), syscall.RLIMIT_CPU: mostSeconds,
	} {
		if err := restrict(resource, limit); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	}
	w, err := newHDF5Writer(os.Stdout)
	if err == nil {
		err = w.end(walkHDF5(name, most, w))
	}
	if err != nil { // the parent has gone
		return 1
	}
	return 0
}

// restrict sets a limit of this process, or leaves a lower one.
func restrict(resource int, limit uint64) error {
	var now syscall.Rlimit
	if err := syscall.Getrlimit(resource, &now); err != nil {
		return err
	}
	limit = min(limit, now.Max)
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit})
}

// mostSeconds is the processor time of a reading process whose parent has gone.
const mostSeconds = 1800

// hdf5Bounds are what the reading of a file may take.
type hdf5Bounds struct {
	bytes uint64 // of all arrays
	time  time.Duration
}

// boundsOf returns the bounds for a file of the given size. Compression makes
// features a few times smaller, never a hundred; a damaged file can name any
// sizes.
func boundsOf(size int64) hdf5Bounds {
	return hdf5Bounds{
		bytes: uint64(min(16<<20+100*size, 2<<30)),
		time:  30*time.Second + time.Duration(size>>20)*time.Second/2,
	}
}

// memory is what the reading process may allocate: it holds one array at a time,
// which is as large as all at the most, and twice while the old one is cleared.
func (b hdf5Bounds) memory() uint64 { return 1<<30 + 2*b.bytes }

// selfLinux is the running program on Linux.
const selfLinux = "/proc/self/exe"

// hdf5Content reads the file in a process of its own if it can.
func (s *Set) hdf5Content(b hdf5Bounds) (*hdf5Content, error) {
	if startsAnew.Load() {
		program, err := os.Executable()
		if _, still := os.Stat(selfLinux); still == nil {
			program, err = selfLinux, nil // also where the file was replaced meanwhile
		}
		if err != nil {
			return nil, err
		}
		return readApart(program, s.Name, b)
	}
	s.note("read by the HDF5 library in this process, which damage in the file can end; see HDF5Main")
	c := newHDF5Content()
	return c, walkHDF5(s.Name, b.bytes, c)
}

// readApart starts program to read a file. What happens to that process, its end
// by a signal, more time than allowed, a stream that is cut or is none, is an
// error about the file.
func readApart(program, name string, b hdf5Bounds) (*hdf5Content, error) {
	ctx, stop := context.WithTimeout(context.Background(), b.time)
	defer stop()
	cmd := exec.CommandContext(ctx, program, readerCommand, name, strconv.FormatUint(b.bytes, 10))
	// Filters that a file names are not loaded, and a trace of our own code says nothing.
	cmd.Env = append(os.Environ(), "HDF5_PLUGIN_PRELOAD=::", "GOTRACEBACK=none")
	cmd.WaitDelay = time.Second
	var said keptHead
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a process to read HDF5: %w", err)
	}
	c := newHDF5Content()
	at, err := c.readStream(out, b.bytes)
	cut := errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !cut {
		stop() // it may still be writing
	}
	late := errors.Is(ctx.Err(), context.DeadlineExceeded)
	ended := cmd.Wait()
	switch failure := hdf5Failure(""); {
	case errors.As(err, &failure):
		err, at = failure, "" // it names the path itself
	case late:
		err = fmt.Errorf("the HDF5 library was not done after %v", b.time)
	case cut && said.cause() != "":
		err = fmt.Errorf("the HDF5 library ended its process: %s", said.cause())
	case cut:
		err = fmt.Errorf("the process of the HDF5 library ended early (%v): %w", ended, err)
	case err != nil:
		err = fmt.Errorf("the process of the HDF5 library: %w", err)
	case ended != nil:
		err = fmt.Errorf("the process of the HDF5 library: %w", ended)
	default:
		return c, nil
	}
	if at != "" {
		err = fmt.Errorf("%s: %w", at, err)
	}
	return nil, hint.Add(err, "the file may be damaged: compare its checksum with the publisher's; or convert it with h5py and np.savez")
}

// keptHead keeps the beginning of what is written to it.
type keptHead struct{ text []byte }

func (k *keptHead) Write(p []byte) (int, error) {
	k.text = append(k.text, p[:min(len(p), 4096-len(k.text))]...)
	return len(p), nil
}

// A Go program whose C code fails dies by itself, not by the signal, and names it
// in its last words.
var (
	signalName = regexp.MustCompile(`SIG[A-Z]+: [a-z ]+`)
	fatalLine  = regexp.MustCompile(`(?m)^(?:fatal error|runtime|panic): (.*)$`)
)

// cause returns why the process ended, "" if it did not say.
func (k *keptHead) cause() string {
	if m := signalName.Find(k.text); m != nil {
		return string(m)
	}
	if m := fatalLine.FindSubmatch(k.text); m != nil {
		return string(m[1])
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(k.text)), "\n")
	return line
}
