package onnxfile

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Check reports the first fault that would keep a runtime from loading the
// model for reasons of form: a tensor whose bytes do not fit its shape, a name
// defined twice or used before it is defined, an output that nothing makes, a
// metadata key given twice, a text that is not UTF-8. Whether the operators
// exist and the shapes agree is not looked at; [Count] does that.
func (m *Model) Check() error {
	c := checker{defined: map[string]string{"": "nothing"}}
	for _, step := range []func(*Model) error{c.inputs, c.initializers, c.nodes, c.outputs, c.texts} {
		if err := step(m); err != nil {
			return err
		}
	}
	return nil
}

// checker knows which names are defined, and by what.
type checker struct{ defined map[string]string }

func (c checker) define(name, by string) error {
	if name == "" {
		return fmt.Errorf("%s has no name", by)
	}
	if earlier, ok := c.defined[name]; ok {
		return fmt.Errorf("the name %q is defined twice, by %s and by %s", name, earlier, by)
	}
	c.defined[name] = by
	return nil
}

func (c checker) inputs(m *Model) error {
	for _, v := range m.Inputs {
		if err := c.define(v.Name, "an input"); err != nil {
			return err
		}
		if v.Type.Size() == 0 {
			return fmt.Errorf("input %q: %v is not supported", v.Name, v.Type)
		}
	}
	return nil
}

// initializers allows the name of an input, for which it is then the default.
func (c checker) initializers(m *Model) error {
	seen := make(map[string]bool, len(m.Initializers))
	for _, t := range m.Initializers {
		if seen[t.Name] {
			return fmt.Errorf("the name %q is defined twice, by two initializers", t.Name)
		}
		seen[t.Name] = true
		if _, ok := c.defined[t.Name]; !ok || t.Name == "" {
			if err := c.define(t.Name, "an initializer"); err != nil {
				return err
			}
		}
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) nodes(m *Model) error {
	for i := range m.Nodes {
		n := &m.Nodes[i]
		if err := c.node(n); err != nil {
			return fmt.Errorf("%s: %w", n.label(i), err)
		}
	}
	return nil
}

func (c checker) node(n *Node) error {
	if n.Op == "" {
		return errors.New("it has no operator")
	}
	for _, in := range n.Inputs {
		if _, ok := c.defined[in]; !ok {
			return fmt.Errorf("its input %q is not defined before it", in)
		}
	}
	for _, out := range n.Outputs {
		if out == "" {
			continue
		}
		if err := c.define(out, "a node"); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for _, a := range n.Attrs {
		if a.Name == "" || names[a.Name] {
			return fmt.Errorf("its attribute %q is given twice or has no name", a.Name)
		}
		names[a.Name] = true
		if err := a.check(); err != nil {
			return fmt.Errorf("its attribute %q: %w", a.Name, err)
		}
	}
	return nil
}

func (a Attr) check() error {
	switch a.Type {
	case FloatAttrType, IntAttrType, StringAttrType, FloatsAttrType, IntsAttrType, StringsAttrType:
		return nil
	case TensorAttrType:
		if a.Tensor == nil {
			return errors.New("there is no tensor")
		}
		return a.Tensor.check()
	}
	if len(a.Raw) == 0 {
		return fmt.Errorf("its type %d is not supported", int(a.Type))
	}
	return nil
}

func (c checker) outputs(m *Model) error {
	seen := map[string]bool{}
	for _, v := range m.Outputs {
		if _, ok := c.defined[v.Name]; !ok || v.Name == "" {
			return fmt.Errorf("nothing makes the output %q", v.Name)
		}
		if seen[v.Name] {
			return fmt.Errorf("the output %q is listed twice", v.Name)
		}
		seen[v.Name] = true
	}
	return nil
}

func (c checker) texts(m *Model) error {
	for _, s := range []string{m.Name, m.Producer, m.ProducerVersion, m.Doc} {
		if !utf8.ValidString(s) {
			return fmt.Errorf("the text %q is not UTF-8", s)
		}
	}
	for name := range c.defined {
		if !utf8.ValidString(name) {
			return errors.New("a name in the graph is not UTF-8")
		}
	}
	seen := map[string]bool{}
	for _, e := range m.Metadata {
		switch {
		case e.Key == "" || seen[e.Key]:
			return fmt.Errorf("the metadata key %q is given twice or empty", e.Key)
		case !utf8.ValidString(e.Key) || !utf8.ValidString(e.Value):
			return fmt.Errorf("the metadata of key %q are not UTF-8", e.Key)
		}
		seen[e.Key] = true
	}
	return nil
}

// label names the node for an error: its place, operator and name.
func (n *Node) label(i int) string {
	if n.Name == "" {
		return fmt.Sprintf("node %d (%s)", i, n.Op)
	}
	return fmt.Sprintf("node %d (%s %q)", i, n.Op, n.Name)
}
