// Package pickle reads Python pickles without running them. [Unmarshal] builds
// plain values and numpy arrays, and nothing else: a pickle is a program for
// a small stack machine, and Python's own loader calls whatever function the
// file names; this one has a fixed list of a dozen names, each answered by Go
// code that only arranges bytes. Every other name, and every opcode that would
// make an object in another way, ends the reading with an error that gives the
// byte offset and the name.
//
// Most readers want [Unmarshal], then [Dict.Get] and the accessors of [Array].
//
// # What becomes what
//
//	None                          nil
//	bool, numpy.bool_             bool
//	int, numpy.int8 … uint64      int64; a value beyond 64 bits signed is an error
//	float, numpy.float16 … 64     float64, widened exactly
//	str, numpy.str_, numpy.bytes_ string
//	bytes, bytearray              []byte
//	list, tuple, set, frozenset   [List], [Tuple], [Set], [Set]
//	dict                          [*Dict], in the order of the file
//	numpy.ndarray                 [*Array]
//	numpy.dtype                   [DType]
//
// A str written by Python 2 may be text or raw bytes; it becomes a string of
// exactly those bytes. Text of Python 3 is checked to be UTF-8. Dict keys and
// set elements are nil, bool, int64, float64 or string, and a key that occurs
// twice is an error.
//
// Protocols 2 to 5 are read whole, with the text opcodes that Python 2 still
// writes under protocol 2. Classes, persistent ids, extension codes,
// out-of-band buffers, structured, complex and date dtypes are refused.
//
// # Sharing
//
// The numbers of an array and every []byte are slices of the input wherever
// the file holds them as they are, so reading a mapped file touches its index
// and not its payload. The input must therefore stay in place, unchanged, as
// long as the result is used. Strings are copies. Values that the file shares
// are shared in the result: treat it as read-only.
//
// Python 3 has no opcode for bytes in protocol 2 and spells them as text, which
// is one to two times as long. An array of that kind is decoded where it is
// read, and that its text is well formed and long enough is found out then; see
// [Array.Bytes]. [Reader.Release] helps the owner of mapped memory to keep what
// is resident small.
//
// # Hostile input
//
// Each length is compared with the bytes that remain before anything is
// allocated, so a short file cannot ask for much. Containers that contain
// themselves are errors. [Limits] bounds memory, nesting, and the number of
// values that a walk over the result meets, which shared tuples could
// otherwise make exponential in the size of the file.
//
// The opcodes are those of Python's Lib/pickletools.py, the forms of numpy
// values those of numpy's methods.c and descriptor.c (1.24, and the renamed
// modules of 2.x).
package pickle
