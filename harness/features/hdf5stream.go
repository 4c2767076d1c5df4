package features

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"uacs/harness/pickle"
)

// A process that reads an HDF5 file for another writes a stream to it:
//
//	magic, then records: kind (1 byte), length of the head (4), length of the data (8),
//	head (JSON), data, CRC-32 of all before it in the record (4)
//
// Numbers are little-endian. The last record is an end, which counts those before
// it, or a failure. A stream without either was cut short.
const hdf5Magic = "uacs-hdf5/1\n"

// The kinds of records.
const (
	recordNext    = 'n' // the path that is read now
	recordArray   = 'a' // path, dtype and shape; the data are the elements
	recordOther   = 'o' // path and what is there
	recordFailure = 'f' // what is wrong with the file
	recordEnd     = '.'
)

// longestHead bounds the head of a record: a path and a shape, or an error.
const longestHead = 1 << 16

// hdf5Head is the head of a record. Paths and texts are any bytes.
type hdf5Head struct {
	Path, Text []byte       `json:",omitempty"`
	DType      pickle.DType `json:",omitempty"`
	Shape      []int        `json:",omitempty"`
	Records    int          `json:",omitempty"`
}

// hdf5Writer writes the stream; it is the sink of a walk.
type hdf5Writer struct {
	to      *bufio.Writer
	records int
}

func newHDF5Writer(w io.Writer) (*hdf5Writer, error) {
	b := bufio.NewWriter(w)
	_, err := b.WriteString(hdf5Magic)
	return &hdf5Writer{to: b}, err
}

func (w *hdf5Writer) record(kind byte, head hdf5Head, data []byte) error {
	encoded, err := json.Marshal(head)
	if err != nil {
		return err
	}
	begin := []byte{kind}
	begin = binary.LittleEndian.AppendUint32(begin, uint32(len(encoded)))
	begin = binary.LittleEndian.AppendUint64(begin, uint64(len(data)))
	begin = append(begin, encoded...)
	sum := crc32.Update(crc32.ChecksumIEEE(begin), crc32.IEEETable, data)
	w.records++
	for _, part := range [][]byte{begin, data, binary.LittleEndian.AppendUint32(nil, sum)} {
		if _, err := w.to.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// next writes the path that is read now, at once: it says where the process was if it goes no further.
func (w *hdf5Writer) next(at string) error {
	return errors.Join(w.record(recordNext, hdf5Head{Path: []byte(at)}, nil), w.to.Flush())
}

func (w *hdf5Writer) array(at string, a *pickle.Array) error {
	return w.record(recordArray, hdf5Head{Path: []byte(at), DType: a.DType, Shape: a.Shape}, a.Data)
}

func (w *hdf5Writer) other(at, what string) error {
	return w.record(recordOther, hdf5Head{Path: []byte(at), Text: []byte(what)}, nil)
}

// end ends the stream, by failure unless that is nil.
func (w *hdf5Writer) end(failure error) error {
	if failure != nil {
		text := failure.Error()
		return errors.Join(w.record(recordFailure, hdf5Head{Text: []byte(text[:min(len(text), longestHead/4)])}, nil), w.to.Flush())
	}
	return errors.Join(w.record(recordEnd, hdf5Head{Records: w.records}, nil), w.to.Flush())
}

// hdf5Content is what a file holds, in the order of the file.
type hdf5Content struct {
	names  []string
	arrays map[string]*pickle.Array
	others []string // each a path and what is there
}

func newHDF5Content() *hdf5Content { return &hdf5Content{arrays: map[string]*pickle.Array{}} }

func (c *hdf5Content) array(at string, a *pickle.Array) error {
	if c.arrays[at] != nil {
		return fmt.Errorf("%s: twice in the file", at)
	}
	c.names, c.arrays[at] = append(c.names, at), a
	return nil
}

func (c *hdf5Content) other(at, what string) error {
	c.others = append(c.others, at+": "+what)
	return nil
}

// hdf5Failure is what the stream says is wrong with the file; any other error of
// [hdf5Content.readStream] is about the stream itself.
type hdf5Failure string

func (f hdf5Failure) Error() string { return string(f) }

// readStream reads a stream to its end. At most the given bytes of arrays are
// accepted. at is the path that the last whole record was about.
func (c *hdf5Content) readStream(from io.Reader, most uint64) (at string, err error) {
	r := bufio.NewReaderSize(from, 1<<16)
	magic := make([]byte, len(hdf5Magic))
	if _, err := io.ReadFull(r, magic); err != nil {
		return "", io.ErrUnexpectedEOF
	}
	if string(magic) != hdf5Magic {
		return "", errors.New("what it wrote is not a stream of arrays")
	}
	for n := 0; ; n++ {
		kind, head, data, err := readRecord(r, most)
		if err != nil {
			return at, fmt.Errorf("record %d of what it wrote: %w", n, err)
		}
		most -= uint64(len(data))
		if len(head.Path) > 0 {
			at = string(head.Path)
		}
		switch kind {
		case recordEnd:
			if _, err := r.ReadByte(); head.Records != n || !errors.Is(err, io.EOF) {
				return at, fmt.Errorf("it wrote %d records and says %d, or more follows the end", n, head.Records)
			}
			return at, nil
		case recordFailure:
			return at, hdf5Failure(head.Text)
		}
		if err := c.take(kind, head, data); err != nil {
			return at, fmt.Errorf("record %d of what it wrote: %w", n, err)
		}
	}
}

func (c *hdf5Content) take(kind byte, head hdf5Head, data []byte) error {
	switch kind {
	case recordNext:
		return nil
	case recordOther:
		return c.other(string(head.Path), string(head.Text))
	case recordArray:
		a, err := pickle.NewArray(head.DType, head.Shape, false, data)
		if err != nil {
			return err
		}
		return c.array(string(head.Path), a)
	}
	return fmt.Errorf("unknown kind %q", kind)
}

// readRecord reads one record, whose data must not be longer than most.
func readRecord(r io.Reader, most uint64) (kind byte, head hdf5Head, data []byte, err error) {
	fail := func(err error) (byte, hdf5Head, []byte, error) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, hdf5Head{}, nil, err
	}
	sum := crc32.NewIEEE()
	summed := io.TeeReader(r, sum)
	begin := make([]byte, 13)
	if _, err := io.ReadFull(summed, begin); err != nil {
		return fail(err)
	}
	headLen, dataLen := binary.LittleEndian.Uint32(begin[1:]), binary.LittleEndian.Uint64(begin[5:])
	if headLen > longestHead || dataLen > most {
		return fail(fmt.Errorf("a head of %d bytes and data of %d, of which %d are allowed", headLen, dataLen, most))
	}
	encoded := make([]byte, headLen)
	if _, err := io.ReadFull(summed, encoded); err != nil {
		return fail(err)
	}
	data = make([]byte, dataLen)
	if _, err := io.ReadFull(summed, data); err != nil {
		return fail(err)
	}
	want := make([]byte, 4)
	if _, err := io.ReadFull(r, want); err != nil {
		return fail(err)
	}
	if got := sum.Sum32(); got != binary.LittleEndian.Uint32(want) {
		return fail(fmt.Errorf("checksum %08x, want %08x", got, want))
	}
	if err := json.Unmarshal(encoded, &head); err != nil {
		return fail(err)
	}
	return begin[0], head, data, nil
}
