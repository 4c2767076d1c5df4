package tensor

import "syscall"

// forget gives the pages of a mapped part back; they are read anew when they are
// used again. That it fails changes nothing but the memory used.
func forget(part []byte) { _ = syscall.Madvise(part, syscall.MADV_DONTNEED) }

// populateRead is MADV_POPULATE_READ of Linux 5.14, which package syscall lacks.
const populateRead = 22

// fetch brings the pages of a mapped part in with one call, which costs less than
// a fault for every few of them. That it fails, as on an older kernel and for a
// file cut short, changes nothing but the time.
func fetch(part []byte) { _ = syscall.Madvise(part, populateRead) }
