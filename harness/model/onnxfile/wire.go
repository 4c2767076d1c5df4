package onnxfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// reader walks over the fields of one message. at is the offset of data in the
// file, for errors.
type reader struct {
	data []byte
	at   int
}

// field is one field of a message. body is set for bytes, num for the rest.
type field struct {
	number protowire.Number
	kind   protowire.Type
	num    uint64
	body   reader
	at     int
}

// errAt is an error at an offset of the file.
type errAt struct {
	at  int
	err error
}

func (e errAt) Error() string { return fmt.Sprintf("byte %d: %v", e.at, e.err) }
func (e errAt) Unwrap() error { return e.err }

// at adds the offset, unless a deeper call has.
func at(offset int, err error) error {
	if err == nil || errors.As(err, &errAt{}) {
		return err
	}
	return errAt{offset, err}
}

// each calls f on the fields in order and stops at the first error.
func (r reader) each(f func(field) error) error {
	for pos := 0; pos < len(r.data); {
		number, kind, n := protowire.ConsumeTag(r.data[pos:])
		if n < 0 {
			return at(r.at+pos, wireError(n))
		}
		got := field{number: number, kind: kind, at: r.at + pos}
		pos += n
		n, err := got.consume(r.data[pos:], r.at+pos)
		if err != nil {
			return at(got.at, err)
		}
		pos += n
		if err := f(got); err != nil {
			return at(got.at, err)
		}
	}
	return nil
}

// consume reads the value and returns the number of bytes it took.
func (f *field) consume(data []byte, offset int) (n int, err error) {
	switch f.kind {
	case protowire.VarintType:
		f.num, n = protowire.ConsumeVarint(data)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(data)
		f.num = uint64(v)
	case protowire.Fixed64Type:
		f.num, n = protowire.ConsumeFixed64(data)
	case protowire.BytesType:
		var b []byte
		b, n = protowire.ConsumeBytes(data)
		f.body = reader{data: b, at: offset + n - len(b)}
	default:
		// Groups are no part of proto3.
		return 0, fmt.Errorf("field %d has the wire type %d, which ONNX does not use", f.number, f.kind)
	}
	if n < 0 {
		return 0, wireError(n)
	}
	return n, nil
}

func wireError(n int) error {
	return fmt.Errorf("this is no ONNX file, or it is cut short: %w", protowire.ParseError(n))
}

// want checks the wire type, for the value to be what the caller takes it for.
func (f field) want(kind protowire.Type) error {
	if f.kind != kind {
		return at(f.at, fmt.Errorf("field %d has the wire type %d, not %d", f.number, f.kind, kind))
	}
	return nil
}

func (f field) text(to *string) error {
	if err := f.want(protowire.BytesType); err != nil {
		return err
	}
	*to = string(f.body.data)
	return nil
}

func (f field) texts(to *[]string) error {
	var s string
	err := f.text(&s)
	*to = append(*to, s)
	return err
}

func (f field) int(to *int64) error {
	*to = int64(f.num)
	return f.want(protowire.VarintType)
}

// ints appends one number, or the numbers of a packed field.
func (f field) ints(to *[]int64) error {
	if f.kind != protowire.BytesType {
		var v int64
		err := f.int(&v)
		*to = append(*to, v)
		return err
	}
	for rest := f.body.data; len(rest) > 0; {
		v, n := protowire.ConsumeVarint(rest)
		if n < 0 {
			return at(f.at, wireError(n))
		}
		*to, rest = append(*to, int64(v)), rest[n:]
	}
	return nil
}

func (f field) float(to *float32) error {
	*to = math.Float32frombits(uint32(f.num))
	return f.want(protowire.Fixed32Type)
}

func (f field) floats(to *[]float32) error {
	if f.kind != protowire.BytesType {
		var v float32
		err := f.float(&v)
		*to = append(*to, v)
		return err
	}
	if len(f.body.data)%4 != 0 {
		return at(f.at, fmt.Errorf("field %d has %d bytes of 4-byte numbers", f.number, len(f.body.data)))
	}
	for rest := f.body.data; len(rest) > 0; rest = rest[4:] {
		*to = append(*to, math.Float32frombits(binary.LittleEndian.Uint32(rest)))
	}
	return nil
}

func (f field) doubles(to *[]byte) error {
	if f.kind == protowire.BytesType {
		*to = append(*to, f.body.data...)
		return nil
	}
	*to = binary.LittleEndian.AppendUint64(*to, f.num)
	return f.want(protowire.Fixed64Type)
}

// message calls read on the fields of the message in f.
func (f field) message(read func(field) error) error {
	if err := f.want(protowire.BytesType); err != nil {
		return err
	}
	return f.body.each(read)
}
