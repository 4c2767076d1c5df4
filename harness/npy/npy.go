// Package npy reads numpy's array files: .npy, one array, with [Read]; .npz, a
// zip archive of them, with [ReadNPZ]. Both give a [pickle.Array], whose
// accessors decode the elements. Arrays of Python objects, such as the dict
// that np.save wraps, are read by package pickle, which builds plain data only
// and runs nothing; [pickle.Array.Item] returns such a dict.
//
// The formats are those of numpy/lib/format.py, versions 1.0 to 3.0. Structured,
// complex and date dtypes are refused. All lengths are checked against the
// bytes at hand, and decompressed sizes against [Limits], before anything is
// allocated.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"uacs/harness/pickle"
)

// magic begins each .npy file; two bytes of version follow.
const magic = "\x93NUMPY"

// longestHeader is numpy's own limit (max_header_size).
const longestHeader = 10000

// Read reads the one array of an .npy file. The array's Data is a slice of data,
// which must stay in place, unchanged, as long as the array is used. Bytes after
// the array are an error. Errors name the byte offset.
func Read(data []byte) (*pickle.Array, error) {
	return read(data, pickle.Limits{})
}

func read(data []byte, limits pickle.Limits) (*pickle.Array, error) {
	text, start, err := split(data)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(text, start-len(text))
	if err != nil {
		return nil, err
	}
	if h.objects() {
		return readObjects(h, data[start:], start, limits)
	}
	array, err := pickle.NewArray(h.descr, h.shape, h.fortran, data[start:])
	if err != nil {
		return nil, fmt.Errorf("offset %d: %w", start, err)
	}
	return array, nil
}

// split returns the text of the header and the offset at which it ends and the
// elements start.
func split(data []byte) (text string, start int, err error) {
	if len(data) < len(magic)+2 || string(data[:len(magic)]) != magic {
		return "", 0, errors.New("offset 0: not an .npy file: it does not begin with \\x93NUMPY and a version")
	}
	major, minor := data[6], data[7]
	if major < 1 || major > 3 || minor != 0 {
		return "", 0, fmt.Errorf("offset 6: .npy version %d.%d; this reader knows 1.0, 2.0 and 3.0", major, minor)
	}
	width := 4
	if major == 1 {
		width = 2
	}
	start = len(magic) + 2 + width
	if len(data) < start {
		return "", 0, errors.New("offset 8: the file ends before its header")
	}
	field := data[start-width : start]
	length := uint64(binary.LittleEndian.Uint16(field))
	if width == 4 {
		length = uint64(binary.LittleEndian.Uint32(field))
	}
	if rest := uint64(len(data) - start); length > rest || length > longestHeader {
		return "", 0, fmt.Errorf("offset 8: a header of %d bytes; %d remain, and numpy allows %d", length, rest, longestHeader)
	}
	end := start + int(length)
	return string(data[start:end]), end, nil
}

// readObjects reads the pickle that holds the elements of an object array.
func readObjects(h header, data []byte, start int, limits pickle.Limits) (*pickle.Array, error) {
	v, err := pickle.UnmarshalWithin(data, limits)
	if err != nil {
		return nil, fmt.Errorf("pickle at offset %d: %w", start, err)
	}
	array, ok := v.(*pickle.Array)
	if !ok || array.DType != "|O" {
		return nil, fmt.Errorf("pickle at offset %d: the header announces an object array, found %T", start, v)
	}
	if !slices.Equal(array.Shape, h.shape) {
		return nil, fmt.Errorf("pickle at offset %d: an array of shape %v, but the header says %v", start, array.Shape, h.shape)
	}
	return array, nil
}
