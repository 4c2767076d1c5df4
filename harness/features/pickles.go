package features

import (
	"fmt"
	"strconv"

	"uacs/harness/npy"
	"uacs/harness/pickle"
)

// wide is the number of keys above which a dict holds samples rather than
// fields.
const wide = 64

// splitNames are the names of splits, in order, and what MMSA calls them.
var splitNames = []struct{ key, name string }{{"train", "train"}, {"valid", "valid"}, {"val", "valid"}, {"dev", "valid"}, {"test", "test"}}

func (s *Set) readPickle(data []byte) error {
	root, err := pickle.Reader{Limits: pickle.Limits{Memory: 1 << 30}, Release: s.mapped.Release}.Unmarshal(data)
	if err != nil {
		return err
	}
	if d, ok := root.(*pickle.Dict); ok {
		if train, ok := d.Get("train"); ok {
			if _, ok := train.(*pickle.Dict); ok {
				s.Format = MMSA
				s.readMMSA(d)
				return nil
			}
		}
	}
	p := &Split{Name: "all"}
	s.Splits = []*Split{p}
	s.fields(p, root)
	return nil
}

// fields files the parts of a value that knows no splits.
func (s *Set) fields(p *Split, v any) {
	var items []any
	switch v := v.(type) {
	case *pickle.Dict:
		if v.Len() > wide {
			p.Others = append(p.Others, "the file: "+describe(v))
			return
		}
		for key, value := range v.All() {
			s.field(p, fmt.Sprint(key), value)
		}
		return
	case pickle.List:
		items = v
	case pickle.Tuple:
		items = v
	default:
		s.field(p, "the file", v)
		return
	}
	if len(items) > wide {
		p.Others = append(p.Others, "the file: "+describe(v))
		return
	}
	for i, item := range items {
		s.field(p, strconv.Itoa(i), item)
	}
}

// readMMSA reads train, valid and test; other keys are noted.
func (s *Set) readMMSA(root *pickle.Dict) {
	used := map[string]bool{"config": true}
	for _, n := range splitNames {
		v, ok := root.Get(n.key)
		if !ok {
			continue
		}
		used[n.key] = true
		part, ok := v.(*pickle.Dict)
		if !ok {
			s.problem("%s is %s, not a dict", n.key, describe(v))
			continue
		}
		p := &Split{Name: n.name}
		for key, value := range part.All() {
			s.field(p, fmt.Sprint(key), value)
		}
		s.Splits = append(s.Splits, p)
	}
	for _, name := range []string{"train", "valid", "test"} {
		if _, ok := s.Split(name); !ok {
			s.problem("the file has no %s", name)
		}
	}
	for key, v := range root.All() {
		if k := fmt.Sprint(key); !used[k] {
			s.note("key %s is left out: %s", k, describe(v))
		}
	}
	if v, ok := root.Get("config"); ok {
		s.compareConfig(v)
	}
}

// compareConfig notes where a config that came with the arrays says another
// sequence length than they have.
func (s *Set) compareConfig(v any) {
	config, ok := v.(*pickle.Dict)
	if !ok || len(s.Splits) == 0 {
		return
	}
	v, _ = config.Get("seq_lens")
	if t, ok := v.(pickle.Tuple); ok {
		v = pickle.List(t)
	}
	lens, ok := asNumbers(v)
	if !ok || len(lens) != 3 {
		return
	}
	for i, name := range []string{"text", "audio", "vision"} {
		a, ok := s.Splits[0].Array(name)
		if !ok || len(a.Tensor.Shape()) < 3 {
			continue
		}
		if frames := a.Tensor.Shape()[1]; float64(frames) != lens[i] {
			s.note("the file's config says %v frames of %s, the array has %d; the array counts", lens[i], name, frames)
		}
	}
}

func (s *Set) readNPY(data []byte) error {
	a, err := npy.Read(data)
	if err != nil {
		return err
	}
	p := &Split{Name: "all"}
	s.Splits = []*Split{p}
	s.item(p, "the array", a)
	return nil
}

func (s *Set) readNPZ(data []byte) error {
	archive, err := npy.ReadNPZWithin(data, npy.Limits{Member: 1 << 29, Total: 1 << 30})
	if err != nil {
		return err
	}
	s.verify = archive.Verify
	p := &Split{Name: "all"}
	s.Splits = []*Split{p}
	for _, name := range archive.Names() {
		a, err := archive.Mapped(name)
		if err != nil {
			return err
		}
		s.item(p, name, a)
	}
	return nil
}

// item files an array; one object, which np.save wraps in one, counts as that
// object.
func (s *Set) item(p *Split, key string, a *pickle.Array) {
	if a.DType == "|O" && len(a.Shape) == 0 {
		if v, err := a.Item(); err == nil {
			s.field(p, key, v)
			return
		}
	}
	s.field(p, key, a)
}
