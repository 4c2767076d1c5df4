package features

import (
	"fmt"
	"strings"

	"uacs/harness/pickle"
	"uacs/harness/tensor"
)

// The names that files give to the same things.
var (
	idNames   = map[string]bool{"id": true, "ids": true}
	textNames = map[string]bool{"raw_text": true, "text": true, "sentence": true, "transcript": true}
	// modalities must be numbers where they are in an MMSA file.
	modalities = map[string]bool{"text": true, "audio": true, "vision": true, "text_bert": true}
)

const lengthsSuffix = "_lengths"

// field files one key of a split by what it holds.
func (s *Set) field(p *Split, key string, v any) {
	if words, ok := asStrings(v); ok {
		switch {
		case idNames[key] && p.IDs == nil:
			p.IDs = words
		case key == "raw_text" || textNames[key] && p.Texts == nil && s.Format != MMSA:
			p.Texts = words
		default:
			s.other(p, key, v)
		}
		return
	}
	if numbers, ok := asNumbers(v); ok && !frames(key, v) {
		if strings.HasSuffix(key, lengthsSuffix) {
			s.lengths(p, key, numbers)
			return
		}
		p.Labels = append(p.Labels, Labels{key, numbers})
		return
	}
	if a, ok := v.(*pickle.Array); ok {
		if t, err := tensor.New(a, s.mapped); err == nil {
			p.Arrays = append(p.Arrays, Array{Name: key, Tensor: t})
			return
		}
	}
	s.other(p, key, v)
}

// frames reports whether an array of one number for each sample is a modality of
// one column all the same: by its name, if it has the axes.
func frames(key string, v any) bool {
	a, ok := v.(*pickle.Array)
	return ok && len(a.Shape) > 1 && !strings.Contains(key, "label")
}

// other keeps a key that is none of samples' features, labels, ids and texts.
func (s *Set) other(p *Split, key string, v any) {
	if s.Format == MMSA && modalities[key] {
		s.problem("%s: %s is %s, not an array of numbers", p.Name, key, describe(v))
	}
	p.Others = append(p.Others, key+": "+describe(v))
}

// lengths attaches the lengths of NAME_lengths to the features NAME when all
// keys are known; see attach.
func (s *Set) lengths(p *Split, key string, numbers []float64) {
	p.Labels = append(p.Labels, Labels{key, numbers})
}

// attach moves the lengths among the labels to the features they belong to.
func (s *Set) attach(p *Split) {
	kept := p.Labels[:0]
	for _, l := range p.Labels {
		name, ok := strings.CutSuffix(l.Name, lengthsSuffix)
		if !ok || !s.attachOne(p, name, l.Values) {
			kept = append(kept, l)
		}
	}
	p.Labels = kept
}

func (s *Set) attachOne(p *Split, name string, values []float64) bool {
	for i := range p.Arrays {
		a := &p.Arrays[i]
		if a.Name != name || len(a.Tensor.Shape()) < 3 {
			continue
		}
		there, long := a.Tensor.Shape()[1], 0
		a.Lengths = make([]int, len(values))
		for k, v := range values {
			if v != float64(int32(v)) || v < 0 {
				s.problem("%s: %s: row %d is %v, no number of frames", p.Name, name+lengthsSuffix, k, v)
				v = 0
			}
			if a.Lengths[k] = int(v); a.Lengths[k] > there {
				long++
			}
		}
		if long > 0 {
			s.note("%s: %s%s exceed the %d frames of the array in %d samples; the array counts", p.Name, name, lengthsSuffix, there, long)
		}
		return true
	}
	return false
}

// mostSamples bounds what is read into memory when a file is opened: a file of a
// few bytes on disk can have any number of zeros.
const mostSamples = 1 << 22

// asStrings returns a list or array of strings.
func asStrings(v any) ([]string, bool) {
	switch v := v.(type) {
	case pickle.List:
		words := make([]string, len(v))
		for i, item := range v {
			word, ok := item.(string)
			if !ok {
				return nil, false
			}
			words[i] = word
		}
		return words, len(v) > 0
	case *pickle.Array:
		if len(v.Shape) != 1 || v.Len() > mostSamples {
			return nil, false
		}
		words, err := v.Strings()
		return words, err == nil
	}
	return nil, false
}

// asNumbers returns a list of numbers, or an array of one for each sample.
func asNumbers(v any) ([]float64, bool) {
	switch v := v.(type) {
	case pickle.List:
		numbers := make([]float64, len(v))
		for i, item := range v {
			switch x := item.(type) {
			case float64:
				numbers[i] = x
			case int64:
				numbers[i] = float64(x)
			default:
				return nil, false
			}
		}
		return numbers, len(v) > 0
	case *pickle.Array:
		if len(v.Shape) == 0 || v.Len() != v.Shape[0] || v.Len() > mostSamples {
			return nil, false
		}
		for _, n := range v.Shape[1:] {
			if n != 1 {
				return nil, false
			}
		}
		numbers, err := v.Float64s()
		return numbers, err == nil
	}
	return nil, false
}

// describe says what a value is, without its content.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case pickle.List:
		return fmt.Sprintf("a list of %d", len(v))
	case pickle.Tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case pickle.Set:
		return fmt.Sprintf("a set of %d", len(v))
	case *pickle.Dict:
		return fmt.Sprintf("a dict of %d", v.Len())
	case *pickle.Array:
		return fmt.Sprintf("an array of dtype %s and shape %v", v.DType, v.Shape)
	case string:
		return "a string"
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case bool:
		return "a bool"
	}
	return "a number"
}
