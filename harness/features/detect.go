package features

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"uacs/internal/hint"
)

// sniffed is how much of a file of text is looked at.
const sniffed = 4096

// Detect says what a file is by how it begins; names do not count. Pickles are
// told apart later, MMSA's from others, and label.csv from other CSV.
func Detect(data []byte) (Format, error) {
	switch {
	case len(data) == 0:
		return "", errors.New("offset 0: the file is empty")
	case len(data) > 1 && data[0] == 0x80 && data[1] >= 2 && data[1] <= 5:
		return Pickle, nil
	case bytes.HasPrefix(data, []byte("\x93NUMPY")):
		return NPY, nil
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return NPZ, nil
	case bytes.HasPrefix(data, []byte("\x89HDF\r\n\x1a\n")):
		return HDF5, nil
	case len(data) > 9 && data[8] == '{' && binary.LittleEndian.Uint64(data) <= uint64(len(data)-8):
		return Safetensors, nil
	}
	return detectText(data)
}

func detectText(data []byte) (Format, error) {
	head := data[:min(len(data), sniffed)]
	// A character may be cut at the end.
	for i := 0; i < utf8.UTFMax && len(head) < len(data) && !utf8.Valid(head); i++ {
		head = head[:len(head)-1]
	}
	if !utf8.Valid(head) || bytes.IndexByte(head, 0) >= 0 {
		return "", hint.Add(errors.New("offset 0: not a feature file of any known format"),
			"known are pickle (protocol 2 to 5), npy, npz, safetensors, HDF5, CSV, TSV and JSON lines")
	}
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\ufeff")), []byte("\n"))
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")):
		return MMLA, nil
	case bytes.IndexByte(line, '\t') >= 0:
		return TSV, nil
	case bytes.IndexByte(line, ',') >= 0:
		return CSV, nil
	}
	return "", errors.New("line 1: text, but neither CSV, TSV nor JSON lines")
}
