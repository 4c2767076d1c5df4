package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"uacs/harness/pickle"
	"uacs/internal/hint"
)

// Limits bounds what an archive may decompress to; members that are stored
// without compression do not count. A field that is zero or negative stands for
// its default.
type Limits struct {
	// Member is the greatest size of one array file in bytes. Default 1 GiB.
	Member int64
	// Total is the greatest sum of the sizes of all of them. Default 4 GiB.
	Total int64
	// Objects bounds what the objects of an object array may take.
	Objects pickle.Limits
}

func (l Limits) orDefault() Limits {
	if l.Member <= 0 {
		l.Member = 1 << 30
	}
	if l.Total <= 0 {
		l.Total = 4 << 30
	}
	return l
}

// Archive is an .npz file. It is safe for concurrent use.
type Archive struct {
	data    []byte
	names   []string
	members map[string]*zip.File
	limits  Limits
}

// ReadNPZ opens an .npz file within the default [Limits]. It reads the directory
// of the archive only, so that [Archive.Array] pays for the arrays that are
// used; data must stay in place, unchanged, as long as the Archive is used. A
// member that is not an .npy file, a name given twice, and sizes that exceed
// the limits are errors.
func ReadNPZ(data []byte) (Archive, error) {
	return ReadNPZWithin(data, Limits{})
}

// ReadNPZWithin is [ReadNPZ] within the given limits.
func ReadNPZWithin(data []byte, limits Limits) (Archive, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Archive{}, fmt.Errorf("not an .npz file: %w", err)
	}
	a := Archive{data: data, members: map[string]*zip.File{}, limits: limits.orDefault()}
	var total uint64
	for _, f := range z.File {
		name, err := a.check(f)
		if err != nil {
			return Archive{}, err
		}
		// Each term is at most Limits.Member, so the sum does not overflow before
		// it exceeds the limit.
		if f.Method != zip.Store {
			total += f.UncompressedSize64
		}
		if total > uint64(a.limits.Total) {
			return Archive{}, fmt.Errorf("the members decompress to more than %d bytes", a.limits.Total)
		}
		a.names = append(a.names, name)
		a.members[name] = f
	}
	return a, nil
}

// check returns the array name of a member that can be read.
func (a Archive) check(f *zip.File) (string, error) {
	name, ok := strings.CutSuffix(f.Name, ".npy")
	if !ok {
		return "", fmt.Errorf("member %.80q is not an .npy file", f.Name)
	}
	if _, twice := a.members[name]; twice {
		return "", fmt.Errorf("member %.80q occurs twice", f.Name)
	}
	if f.Flags&1 != 0 {
		return "", fmt.Errorf("member %.80q is encrypted", f.Name)
	}
	if f.Method == zip.Store && f.UncompressedSize64 > uint64(len(a.data)) {
		return "", fmt.Errorf("member %.80q is said to hold %d bytes, more than the whole archive", f.Name, f.UncompressedSize64)
	}
	if f.Method != zip.Store && f.UncompressedSize64 > uint64(a.limits.Member) {
		return "", fmt.Errorf("member %.80q decompresses to %d bytes, more than %d", f.Name, f.UncompressedSize64, a.limits.Member)
	}
	return name, nil
}

// Names returns the names of the arrays, which are those of the members without
// ".npy", in the order of the archive's directory.
func (a Archive) Names() []string { return append([]string(nil), a.names...) }

// Array decompresses and reads one array, each time anew. The hint of the error
// for an unknown name lists the known ones.
func (a Archive) Array(name string) (*pickle.Array, error) {
	f, ok := a.members[name]
	if !ok {
		return nil, hint.Add(fmt.Errorf("no array %q in the archive", name), "its arrays are: %s", strings.Join(a.names, ", "))
	}
	data, err := inflate(f)
	if err != nil {
		return nil, fmt.Errorf("member %q: %w", f.Name, err)
	}
	array, err := read(data, a.limits.Objects)
	if err != nil {
		return nil, fmt.Errorf("member %q: %w", f.Name, err)
	}
	return array, nil
}

// Mapped is [Archive.Array] without reading the elements: those of a member that
// is stored without compression, as np.savez writes, are a slice of the
// archive's data, and the member's checksum is not verified, see
// [Archive.Verify]. Any other member is read whole.
func (a Archive) Mapped(name string) (*pickle.Array, error) {
	f, ok := a.members[name]
	if !ok || f.Method != zip.Store {
		return a.Array(name)
	}
	offset, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("member %q: %w", f.Name, err)
	}
	size := f.UncompressedSize64
	if rest := uint64(len(a.data)) - uint64(offset); uint64(offset) > uint64(len(a.data)) || size > rest || size != f.CompressedSize64 {
		return nil, fmt.Errorf("member %q: %d bytes at offset %d of an archive of %d", f.Name, size, offset, len(a.data))
	}
	end := uint64(offset) + size
	array, err := read(a.data[offset:end:end], a.limits.Objects)
	if err != nil {
		return nil, fmt.Errorf("member %q at offset %d: %w", f.Name, offset, err)
	}
	return array, nil
}

// Verify reads the members that are stored without compression and compares their
// checksums, which [Archive.Mapped] does not. It holds little of them at a time.
func (a Archive) Verify() error {
	for _, name := range a.names {
		f := a.members[name]
		if f.Method != zip.Store {
			continue
		}
		offset, err := f.DataOffset()
		if err == nil {
			err = discard(f)
		}
		if err != nil {
			return fmt.Errorf("member %q at offset %d: %w", f.Name, offset, err)
		}
	}
	return nil
}

func discard(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// inflate returns the bytes of a member, whose checksum package zip verifies.
func inflate(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The announced size may be a lie in both directions. So the buffer starts at
	// what the compressed bytes make likely, grows with what really comes, and what
	// comes beyond the announcement is refused.
	var buf bytes.Buffer
	likely := 16*min(f.CompressedSize64, 1<<30) + 1024
	buf.Grow(int(min(f.UncompressedSize64, likely)) + bytes.MinRead)
	n, err := io.Copy(&buf, io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return nil, err
	}
	if uint64(n) != f.UncompressedSize64 {
		return nil, errors.New("it does not decompress to the announced size")
	}
	return buf.Bytes(), nil
}
