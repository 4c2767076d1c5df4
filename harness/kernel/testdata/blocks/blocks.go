// Package blocks has a C function that does not return soon, as a library of
// models may.
package blocks

// #include <unistd.h>
import "C"

// Sleep sleeps in C.
func Sleep(seconds int) { C.sleep(C.uint(seconds)) }
