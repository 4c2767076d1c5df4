//go:build hdf5

package features

import (
	"errors"
	"fmt"
	"path"
	"strconv"

	"gonum.org/v1/hdf5"

	"uacs/harness/pickle"
)

// What is read of an HDF5 file is held in memory and bounded by these.
const (
	largestHDF5 = 1 << 31 // bytes of all arrays
	mostObjects = 1 << 17
	deepest     = 8
)

// readHDF5 reads a .csd file of the CMU SDK, NAME/data/VIDEO/{features,intervals}:
// all videos' segments one after the other, with the ids VIDEO[0], VIDEO[1], …
// Words become texts. Any other file is read as its arrays, named by their paths.
//
// The C library reads the file, so what this package promises of hostile bytes
// does not hold here. On Debian, libhdf5-dev needs CGO_CFLAGS with
// -I/usr/include/hdf5/serial and CGO_LDFLAGS with
// -L/usr/lib/x86_64-linux-gnu/hdf5/serial to build.
func readHDF5(s *Set) (err error) {
	// Its own report goes to stderr, twenty lines for an error that is returned too.
	if err := hdf5.DisplayErrors(false); err != nil {
		return err
	}
	f, err := hdf5.OpenFile(s.Name, hdf5.F_ACC_RDONLY)
	if err != nil {
		return fmt.Errorf("offset 0: not an HDF5 file that the library reads: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &hdf5Walk{arrays: map[string]*pickle.Array{}}
	if err := w.group(&f.CommonFG, "", 0); err != nil {
		return err
	}
	p := &Split{Name: "all"}
	s.Splits = []*Split{p}
	if root, videos := w.csd(); videos != nil {
		s.note("computational sequence %q of %d videos", root, len(videos))
		return s.csd(p, w, root, videos)
	}
	for _, name := range w.names {
		s.item(p, name, w.arrays[name])
	}
	p.Others = append(p.Others, w.others...)
	return nil
}

// hdf5Walk collects the arrays of a file, in the order of names.
type hdf5Walk struct {
	names   []string
	arrays  map[string]*pickle.Array
	others  []string
	objects int
	bytes   int
}

func (w *hdf5Walk) group(g *hdf5.CommonFG, at string, depth int) error {
	if depth > deepest {
		return fmt.Errorf("%s: groups nested deeper than %d levels", at, deepest)
	}
	n, err := g.NumObjects()
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	for i := range n {
		if w.objects++; w.objects > mostObjects {
			return fmt.Errorf("more than %d objects", mostObjects)
		}
		name, err := g.ObjectNameByIndex(i)
		if err != nil {
			return fmt.Errorf("%s: object %d: %w", at, i, err)
		}
		kind, err := g.ObjectTypeByIndex(i)
		if err != nil {
			return fmt.Errorf("%s: %w", path.Join(at, name), err)
		}
		if err := w.object(g, kind, name, path.Join(at, name), depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *hdf5Walk) object(g *hdf5.CommonFG, kind hdf5.GType, name, at string, depth int) error {
	switch kind {
	case hdf5.H5G_GROUP:
		inner, err := g.OpenGroup(name)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		return errors.Join(w.group(&inner.CommonFG, at, depth+1), inner.Close())
	case hdf5.H5G_DATASET:
		d, err := g.OpenDataset(name)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		err = w.dataset(d, at)
		return errors.Join(err, d.Close())
	}
	w.others = append(w.others, at+": "+kind.String())
	return nil
}

// numpyTypes are the types of the library that have a name in numpy.
var numpyTypes = []struct {
	h *hdf5.Datatype
	d pickle.DType
}{
	{hdf5.T_IEEE_F32LE, "<f4"},
	{hdf5.T_IEEE_F64LE, "<f8"},
	{hdf5.T_IEEE_F32BE, ">f4"},
	{hdf5.T_IEEE_F64BE, ">f8"},
	{hdf5.T_STD_I8LE, "|i1"},
	{hdf5.T_STD_I16LE, "<i2"},
	{hdf5.T_STD_I32LE, "<i4"},
	{hdf5.T_STD_I64LE, "<i8"},
	{hdf5.T_STD_U8LE, "|u1"},
	{hdf5.T_STD_U16LE, "<u2"},
	{hdf5.T_STD_U32LE, "<u4"},
	{hdf5.T_STD_U64LE, "<u8"},
}

// dtypeOf returns numpy's name of a type, "" if it has none or its values are
// pointers.
func dtypeOf(t *hdf5.Datatype) pickle.DType {
	for _, known := range numpyTypes {
		if t.Equal(known.h) {
			return known.d
		}
	}
	if t.Class() == hdf5.T_STRING && !(&hdf5.VarLenType{Datatype: *t}).IsVariableStr() {
		return pickle.DType("|S" + strconv.Itoa(int(t.Size())))
	}
	return ""
}

func (w *hdf5Walk) dataset(d *hdf5.Dataset, at string) error {
	t, err := d.Datatype()
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	defer t.Close()
	space := d.Space()
	defer space.Close()
	dims, _, err := space.SimpleExtentDims()
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	dtype := dtypeOf(t)
	if dtype == "" {
		w.others = append(w.others, at+": values of a type that is not read")
		return nil
	}
	shape, size := make([]int, len(dims)), uint64(t.Size())
	for i, n := range dims {
		shape[i] = int(n)
		if n > largestHDF5 {
			n = largestHDF5 + 1
		}
		size = min(size*uint64(n), largestHDF5+1)
	}
	if uint64(w.bytes)+size > largestHDF5 {
		return fmt.Errorf("%s: the arrays hold more than %d bytes", at, largestHDF5)
	}
	w.bytes += int(size)
	data := make([]byte, size)
	if size > 0 {
		if err := d.Read(&data); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	a, err := pickle.NewArray(dtype, shape, false, data)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	w.names, w.arrays[at] = append(w.names, at), a
	return nil
}

// csd returns the one root and the videos of a computational sequence, nil if
// the file is none.
func (w *hdf5Walk) csd() (root string, videos []string) {
	for _, name := range w.names {
		video, what := path.Split(name)
		video = path.Clean(video)
		data, id := path.Split(video)
		if what != "features" || path.Base(path.Clean(data)) != "data" {
			continue
		}
		at := path.Dir(path.Clean(data))
		if w.arrays[video+"/intervals"] == nil || root != "" && at != root {
			return "", nil
		}
		root, videos = at, append(videos, id)
	}
	return root, videos
}

// csd files the segments of all videos.
func (s *Set) csd(p *Split, w *hdf5Walk, root string, videos []string) error {
	for _, what := range []string{"features", "intervals"} {
		var words []string
		var data []byte
		rows, width, dtype := 0, 0, pickle.DType("")
		for _, video := range videos {
			at := root + "/data/" + video + "/" + what
			a := w.arrays[at]
			if len(a.Shape) != 2 {
				return fmt.Errorf("%s: shape %v, not segments by columns", at, a.Shape)
			}
			if a.DType[1] == 'S' {
				part, err := a.Strings()
				if err != nil {
					return fmt.Errorf("%s: %w", at, err)
				}
				words = append(words, part...)
			} else {
				if dtype != "" && (a.DType != dtype || a.Shape[1] != width) {
					return fmt.Errorf("%s: %d columns of %s, the videos before have %d of %s", at, a.Shape[1], a.DType, width, dtype)
				}
				dtype, width, data = a.DType, a.Shape[1], append(data, a.Data...)
			}
			rows += a.Shape[0]
			if what == "features" {
				for i := range a.Shape[0] {
					p.IDs = append(p.IDs, fmt.Sprintf("%s[%d]", video, i))
				}
			}
		}
		if words != nil {
			p.Texts = words
			continue
		}
		a, err := pickle.NewArray(dtype, []int{rows, width}, false, data)
		if err != nil {
			return err
		}
		s.field(p, what, a)
	}
	return nil
}
