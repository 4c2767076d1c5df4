package pickle

// Limits bounds what one reading may build. A field that is zero or negative
// stands for its default.
type Limits struct {
	// Memory is the greatest number of bytes, about, that values may take
	// beside the input. Array data does not count: it is a slice of the input,
	// or is decoded when somebody asks for it. Default 4 GiB.
	Memory int64
	// Values is the greatest number of values that a walk over the result
	// meets; a value with n parents counts n times, an array of numbers once.
	// Default 2^26, about 67 million.
	Values int64
	// Depth is the greatest nesting of lists, tuples, dicts and object arrays.
	// Default 100.
	Depth int
}

func (l Limits) orDefault() Limits {
	if l.Memory <= 0 {
		l.Memory = 4 << 30
	}
	if l.Values <= 0 {
		l.Values = 1 << 26
	}
	if l.Depth <= 0 {
		l.Depth = 100
	}
	return l
}

// Rough sizes, in bytes, of what the machine allocates; see [Limits.Memory].
const (
	slotBytes   = 48  // an interface on the stack, in the memo and in a container
	nodeBytes   = 192 // a container under way and its exported form
	objectBytes = 192 // a dtype or an array
	textBytes   = 64  // a string's header, beside its bytes
)
