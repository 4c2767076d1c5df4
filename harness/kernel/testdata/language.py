"""The language, one construct a cell, against an installed kernelspec. Values by hand from the Go specification."""
import os
import sys

from jupyter_client.manager import start_new_kernel

CELLS = [
    ("1 + 2", "3"), ("7 / 2", "3"), ("7.0 / 2", "3.5"), ('"a" + "b"', "ab"), ("x := 3; x * x", "9"), ("x", "3"), ("x = 4; x", "4"),
    ("const big = 1 << 62; big >> 60", "4"), ("var a, b = 1, \"two\"; b", "two"), ("a, b = 5, \"six\"; a", "5"), ("[]int{1, 2, 3}", "[1 2 3]"),
    ("[...]string{2: \"c\"}[2]", "c"), ("m := map[string]int{\"b\": 2, \"a\": 1}; fmt.Sprint(m)", "map[a:1 b:2]"), ("m[\"zz\"]", "0"), ("delete(m, \"a\"); len(m)", "1"),
    ("v, ok := m[\"b\"]; ok", "true"), ("v", "2"), ("func double(n int) int { return 2 * n }; double(4)", "8"), ("double(x)", "8"),
    ("func pair() (int, error) { return 1, nil }; p, err := pair(); err == nil", "true"), ("p", "1"), ("f := func(n int) int { return n + x }; f(1)", "5"),
    ("type point struct{ X, Y int }; point{1, 2}.Y", "2"), ("func (p point) sum() int { return p.X + p.Y }; point{1, 2}.sum()", "3"),
    ("q := &point{3, 4}; q.X = 9; q.sum()", "13"), ("type shape interface{ sum() int }; var s shape = q; s.sum()", "13"),
    ("type named struct{ point; name string }; named{point{1, 1}, \"n\"}.sum()", "2"), ("_, is := s.(*point); is", "true"),
    ("kind := \"\"; switch any(x).(type) { case int: kind = \"int\"; default: kind = \"?\" }; kind", "int"),
    ("if n := 3; n > 2 { kind = \"more\" } else { kind = \"less\" }; kind", "more"), ("t := 0; for i := 0; i < 4; i++ { t += i }; t", "6"),
    ("t = 0; for i := range 4 { t += i }; t", "6"), ("t = 0; for _, n := range []int{5, 6} { t += n }; t", "11"), ("for t > 3 { t-- }; t", "3"),
    ("t = 0; outer: for i := range 9 { for j := range 9 { if j == 2 { continue outer }; if i == 2 { break outer }; t++ } }; t", "4"),
    ("var fs []func() int; for i := range 3 { fs = append(fs, func() int { return i }) }; fs[0]() + fs[1]()", "1"),
    ("t = 0; for _, r := range \"aé\" { t += int(r) }; t", "330"), ("switch { case t > 1: t = 1; fallthrough; case false: t++ }; t", "2"),
    ("func gmax[T int | float64](a, b T) T { if a > b { return a }; return b }; gmax(1.5, 2)", "2"), ("gmax(3, 2)", "3"),
    ("type stack[T any] struct{ items []T }; func (s *stack[T]) push(v T) { s.items = append(s.items, v) }; var st stack[int]; st.push(7); st.items[0]", "7"),
    ("min(3, 1, 2)", "1"), ("max(2.5, 1)", "2.5"), ("clear(m); len(m)", "0"), ("slices.Sorted(maps.Keys(map[int]bool{2: true, 1: true}))", "[1 2]"),
    ("func count(n int) iter.Seq[int] { return func(yield func(int) bool) { for i := range n { if !yield(i) { return } } } }; t = 0; for i := range count(5) { t += i }; t", "10"),
    ("c := make(chan int, 1); c <- 4; <-c", "4"), ("done := make(chan bool); go func() { done <- true }(); <-done", "true"),
    ("select { case c <- 1: t = 21; default: t = 22 }; t", "21"), ("var wg sync.WaitGroup; wg.Go(func() { t = 50 }); wg.Wait(); t", "50"),
    ("func safe() (r any) { defer func() { r = recover() }(); panic(\"p\") }; safe()", "p"), ("errors.Is(fmt.Errorf(\"w: %w\", os.ErrNotExist), os.ErrNotExist)", "true"),
    ("type bad struct{}; func (bad) Error() string { return \"bad\" }; var target bad; errors.As(error(bad{}), &target)", "true"),
    ("const ( red = iota; green; blue ); blue", "2"), ("type color int; func (c color) String() string { return \"colour\" }; fmt.Sprint(color(1))", "colour"),
    ("strings.Repeat(\"ab\", 2)", "abab"), ("math.Sqrt(16)", "4"), ("string([]rune{233})", "é"), ("[]byte(\"hi\")[1]", "105"), ("0x_ff & 0b1010 | 0o7", "15"),
    ("uint8(200) + uint8(x)*25", "44"), ("real(complex(1, 2) * complex(1, 2))", "-3"), ("arr := [3]int{1, 2, 3}; sl := arr[1:2:3]; cap(sl)", "2"),
    ("copy(arr[:], []int{9}); arr[0]", "9"), ("new(int) != nil", "true"), ("func varargs(n ...int) int { return len(n) }; varargs([]int{1, 2}...)", "2"),
    ("x := \"another type\"; x", "another type"), ("i := 0\nloop:\n\tif i < 3 { i++; goto loop }\ni", "3"), ("import str \"strings\"; str.ToUpper(\"a\")", "A"),
]

km, kc = start_new_kernel(kernel_name=os.environ.get("UACS_KERNEL", "uacs-go"), startup_timeout=120)
failed = 0
for code, want in CELLS:
    got = []

    def hook(m):
        if m["msg_type"] == "execute_result":
            got.append(m["content"]["data"]["text/plain"])
        elif m["msg_type"] == "error":
            got.append(" | ".join(m["content"]["traceback"]))

    kc.execute_interactive(code, timeout=60, output_hook=hook, allow_stdin=False)
    if got != [want]:
        failed += 1
        print(f"FAIL {code!r}: {got}, want {want!r}", flush=True)
print(f"{len(CELLS) - failed} of {len(CELLS)} constructs")
kc.stop_channels()
km.shutdown_kernel()
sys.exit(failed > 0)
