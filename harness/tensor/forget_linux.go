package tensor

import "syscall"

// forget gives the pages of a mapped part back; they are read anew when they are
// used again. That it fails changes nothing but the memory used.
func forget(part []byte) { _ = syscall.Madvise(part, syscall.MADV_DONTNEED) }
