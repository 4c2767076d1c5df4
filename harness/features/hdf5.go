//go:build hdf5

package features

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"path"
	"runtime/debug"
	"strconv"

	"gonum.org/v1/hdf5"

	"uacs/harness/pickle"
)

// What is read of an HDF5 file is bounded by these, and by [boundsOf].
const (
	mostObjects = 1 << 17
	deepest     = 8
)

// readHDF5 reads a .csd file of the CMU SDK, NAME/data/VIDEO/{features,intervals}:
// all videos' segments one after the other, with the ids VIDEO[0], VIDEO[1], …
// Words become texts. Any other file is read as its arrays, named by their paths.
//
// Where the C compiler does not find libhdf5 by itself, as on Debian, CGO_CFLAGS
// and CGO_LDFLAGS must hold what pkg-config says of hdf5; the Makefile sets them.
func readHDF5(s *Set) error {
	c, err := s.hdf5Content(boundsOf(s.Size()))
	if err != nil {
		return err
	}
	p := &Split{Name: "all"}
	s.Splits = []*Split{p}
	if root, videos := c.csd(); videos != nil {
		s.note("computational sequence %q of %d videos", root, len(videos))
		err := s.csd(p, c, root, videos)
		if s.Size() > 64<<20 {
			debug.FreeOSMemory() // of the videos, of which there is one array now
		}
		return err
	}
	for _, name := range c.names {
		s.item(p, name, c.arrays[name])
	}
	p.Others = append(p.Others, c.others...)
	return nil
}

// hdf5Sink takes what [walkHDF5] finds.
type hdf5Sink interface {
	// next is called before the array of that path is read.
	next(at string) error
	array(at string, a *pickle.Array) error
	other(at, what string) error
}

// next, array and other make hdf5Content the sink of a walk in this process.
func (c *hdf5Content) next(string) error { return nil }

// walkHDF5 reads a file by the C library in this process, most bytes of arrays at
// the most. What is wrong with the file is an error, but damage can also end the
// process.
func walkHDF5(name string, most uint64, to hdf5Sink) (err error) {
	defer func() {
		if v := recover(); v != nil { // of the Go side, for sizes that cannot be
			err = fmt.Errorf("the HDF5 library: %v", v)
		}
	}()
	// Its own report goes to stderr, twenty lines for an error that is returned too.
	if err := hdf5.DisplayErrors(false); err != nil {
		return err
	}
	f, err := hdf5.OpenFile(name, hdf5.F_ACC_RDONLY)
	if err != nil {
		return fmt.Errorf("offset 0: not an HDF5 file that the library reads: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &hdf5Walk{to: to, left: most, most: most}
	return w.group(&f.CommonFG, "", 0)
}

// hdf5Walk visits the objects of a file in the order of their names.
type hdf5Walk struct {
	to         hdf5Sink
	objects    int
	left, most uint64 // bytes of arrays
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
	return w.to.other(at, kind.String())
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
	if err := w.to.next(at); err != nil {
		return err
	}
	t, err := d.Datatype()
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	defer t.Close()
	space := d.Space()
	if space == nil {
		return fmt.Errorf("%s: no shape that the library reads", at)
	}
	defer space.Close()
	dtype := dtypeOf(t)
	if dtype == "" || space.SimpleExtentType() == hdf5.S_NULL {
		return w.to.other(at, "values of a type that is not read")
	}
	var dims []uint // none for a single value, of which the binding cannot be asked
	if space.SimpleExtentNDims() > 0 {
		if dims, _, err = space.SimpleExtentDims(); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	shape, size, err := w.size(dims, uint64(t.Size()))
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
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
	return w.to.array(at, a)
}

// size returns the shape of an array and its bytes, if they may still be read.
func (w *hdf5Walk) size(dims []uint, each uint64) ([]int, uint64, error) {
	shape, size := make([]int, len(dims)), each
	for i, n := range dims {
		shape[i] = int(n)
		high, low := bits.Mul64(size, uint64(n))
		if size = low; high > 0 {
			size = math.MaxUint64
		}
	}
	if size > w.left {
		return nil, 0, fmt.Errorf("shape %v: the arrays hold more than %d bytes, the most that is read of a file of this size", dims, w.most)
	}
	w.left -= size
	return shape, size, nil
}

// csd returns the one root and the videos of a computational sequence, nil if
// the file is none.
func (w *hdf5Content) csd() (root string, videos []string) {
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
func (s *Set) csd(p *Split, c *hdf5Content, root string, videos []string) error {
	for _, what := range []string{"features", "intervals"} {
		var g segments
		for _, video := range videos {
			g.bytes += len(c.arrays[root+"/data/"+video+"/"+what].Data)
		}
		for _, video := range videos {
			at := root + "/data/" + video + "/" + what
			a := c.arrays[at]
			if err := g.add(a); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
			delete(c.arrays, at) // what was copied need not stay
			for i := range a.Shape[0] {
				if what == "features" {
					p.IDs = append(p.IDs, fmt.Sprintf("%s[%d]", video, i))
				}
			}
		}
		if g.words != nil || g.dtype == "" {
			p.Texts = g.words
			continue
		}
		a, err := pickle.NewArray(g.dtype, []int{g.rows, g.width}, false, g.data)
		if err != nil {
			return err
		}
		s.field(p, what, a)
	}
	return nil
}

// segments are those of several videos, one after the other.
type segments struct {
	rows, width int
	dtype       pickle.DType
	bytes       int // of all arrays
	data        []byte
	words       []string
}

func (g *segments) add(a *pickle.Array) error {
	if len(a.Shape) != 2 {
		return fmt.Errorf("shape %v, not segments by columns", a.Shape)
	}
	if g.rows += a.Shape[0]; a.Shape[0] > mostSamples || g.rows > mostSamples {
		return fmt.Errorf("shape %v: more than %d segments", a.Shape, mostSamples)
	}
	if a.DType[1] == 'S' {
		words, err := a.Strings()
		if err == nil && len(words) != a.Shape[0] {
			err = fmt.Errorf("shape %v: not one word for each segment", a.Shape)
		}
		g.words = append(g.words, words...)
		return err
	}
	if g.dtype != "" && (a.DType != g.dtype || a.Shape[1] != g.width) {
		return fmt.Errorf("%d columns of %s, the videos before have %d of %s", a.Shape[1], a.DType, g.width, g.dtype)
	}
	if g.data == nil {
		g.data = make([]byte, 0, g.bytes)
	}
	g.dtype, g.width, g.data = a.DType, a.Shape[1], append(g.data, a.Data...)
	return nil
}
