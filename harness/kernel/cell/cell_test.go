package cell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Expected kinds are by hand.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []Item
	}{
		{"empty", " \n// only a comment\n", nil},
		{"statements on a line", "a := 1; b()", []Item{{Stmt, "a := 1", 0, 1, 1}, {Stmt, "b()", 8, 1, 9}}},
		{"header semicolons", "for i := 0; i < 3; i++ { f(); g() }\nx", []Item{{Stmt, "for i := 0; i < 3; i++ { f(); g() }", 0, 1, 1}, {Stmt, "x", 36, 2, 1}}},
		{"labelled loop", "l: for i := 0; ; { break l }", []Item{{Stmt, "l: for i := 0; ; { break l }", 0, 1, 1}}},
		{"method", "func (s *T[K]) f() {}", []Item{{Func, "func (s *T[K]) f() {}", 0, 1, 1}}},
		{"called literal", "func(x int) { }(3)", []Item{{Stmt, "func(x int) { }(3)", 0, 1, 1}}},
		{"magic", "%time\nvar x int", []Item{{Magic, "%time", 0, 1, 1}, {Var, "var x int", 6, 2, 1}}},
		{"raw string", "s := `a\n;b`", []Item{{Stmt, "s := `a\n;b`", 0, 1, 1}}},
		{"declarations", "import \"fmt\"\ntype T int\nconst c = 1", []Item{{Import, "import \"fmt\"", 0, 1, 1}, {Type, "type T int", 13, 2, 1}, {Const, "const c = 1", 24, 3, 1}}},
		{"unfinished", "f(1,\n", []Item{{Stmt, "f(1,", 0, 1, 1}}},
	} {
		if diff := cmp.Diff(c.want, Split(c.src)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// FuzzSplit holds Split to its promise: items in order, each where it says.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a := 1; b()", "%time\nx", "func (t T) f() {}\n}", "\"open", "/* open", "x\r\ny", "`a\r\nb`; c", "\ufeffx", "if x { ; }; y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		end := 0
		for _, it := range Split(src) {
			if it.Off < end || !strings.HasPrefix(src[it.Off:], it.Src) || it.Src == "" {
				t.Fatalf("item %+v of %q after %d", it, src, end)
			}
			end = it.Off + len(it.Src)
		}
	})
}
