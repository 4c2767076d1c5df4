package onnxfile

// AttrType is the type of an attribute, numbered as in AttributeProto.
type AttrType int

// The types of attributes. Those from GraphAttr on are kept as bytes only.
const (
	FloatAttrType   AttrType = 1
	IntAttrType     AttrType = 2
	StringAttrType  AttrType = 3
	TensorAttrType  AttrType = 4
	GraphAttrType   AttrType = 5
	FloatsAttrType  AttrType = 6
	IntsAttrType    AttrType = 7
	StringsAttrType AttrType = 8
)

// Attr is an attribute of a node. Type tells which of the fields holds its
// value; the others are zero. Raw is the encoded AttributeProto of a type that
// this package does not look into.
type Attr struct {
	Name    string
	Type    AttrType
	Float   float32
	Int     int64
	Str     string
	Tensor  *Tensor
	Floats  []float32
	Ints    []int64
	Strings []string
	Raw     []byte
}

// FloatAttr returns an attribute that is a number.
func FloatAttr(name string, v float32) Attr { return Attr{Name: name, Type: FloatAttrType, Float: v} }

// IntAttr returns an attribute that is a whole number.
func IntAttr(name string, v int64) Attr { return Attr{Name: name, Type: IntAttrType, Int: v} }

// StringAttr returns an attribute that is a text.
func StringAttr(name, v string) Attr { return Attr{Name: name, Type: StringAttrType, Str: v} }

// TensorAttr returns an attribute that is a tensor.
func TensorAttr(name string, v Tensor) Attr {
	return Attr{Name: name, Type: TensorAttrType, Tensor: &v}
}

// FloatsAttr returns an attribute that is a list of numbers.
func FloatsAttr(name string, v ...float32) Attr {
	return Attr{Name: name, Type: FloatsAttrType, Floats: v}
}

// IntsAttr returns an attribute that is a list of whole numbers.
func IntsAttr(name string, v ...int64) Attr { return Attr{Name: name, Type: IntsAttrType, Ints: v} }

// StringsAttr returns an attribute that is a list of texts.
func StringsAttr(name string, v ...string) Attr {
	return Attr{Name: name, Type: StringsAttrType, Strings: v}
}
