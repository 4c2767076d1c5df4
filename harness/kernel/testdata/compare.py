"""Runs the same cells in several installed kernels and prints a Markdown table of what they do and how long it takes.

compare.py KERNEL... ; each kernel is one that `jupyter kernelspec list` names.
"""
import queue
import statistics
import sys
import threading
import time

from jupyter_client.manager import start_new_kernel

PLAIN = 'import "fmt"\n'
# Cells that both write with their own imports: gophernotes has no others. A row is a name, cells and what the last one must show.
LANGUAGE = [
    ("state kept between cells", ["kept := 41", "kept + 1"], "42"),
    ("a variable of another type", ["v := 1", 'v := "a"', "v"], "a"),
    ("function redefined", ["func two() int { return 1 }", "func two() int { return 2 }", "two()"], "2"),
    ("method in a later cell", ["type sq struct{ a int }", "func (s sq) area() int { return s.a * s.a }", "sq{3}.area()"], "9"),
    ("generic function", ["func gmax[T int | float64](a, b T) T { if a > b { return a }; return b }", "gmax(3, 2)"], "3"),
    ("min and max", ["min(3, 1, 2)"], "1"),
    ("range over an integer", ["n := 0\nfor i := range 4 { n += i }", "n"], "6"),
    ("loop variable of each turn", ["var fs []func() int\nfor i := 0; i < 3; i++ { fs = append(fs, func() int { return i }) }", "fs[0]() + fs[1]() + fs[2]()"], "3"),
    ("package slices", ['import "slices"', "slices.Max([]int{1, 3, 2})"], "3"),
    ("errors.As with a type of a cell", ['import "errors"', "type bad struct{}\nfunc (bad) Error() string { return \"bad\" }", "var target bad", "errors.As(error(bad{}), &target)"], "true"),
    ("import of gonum", ['import "gonum.org/v1/gonum/stat"', "stat.Mean([]float64{1, 2, 6}, nil)"], "3"),
]


class Kernel:
    def __init__(self, name, cell="1 + 1"):
        self.name = name
        begin = time.time()
        self.km, self.kc = start_new_kernel(kernel_name=name, startup_timeout=120)
        self.run(cell)
        self.first = time.time() - begin

    def run(self, code, timeout=60, interrupt=None):
        """Returns what the cell showed, or None for an error, and the seconds it took."""
        shown, failed = [], []

        def hook(m):
            if m["msg_type"] == "execute_result":
                shown.append(m["content"]["data"].get("text/plain", ""))
            elif m["msg_type"] == "stream":
                shown.append(m["content"]["text"])
            elif m["msg_type"] == "error":
                failed.append(m["content"])

        if interrupt:
            threading.Timer(interrupt, self.km.interrupt_kernel).start()
        begin = time.time()
        try:
            self.kc.execute_interactive(code, timeout=timeout, output_hook=hook, allow_stdin=False)
        except (TimeoutError, queue.Empty, RuntimeError):
            failed.append("no answer")
        return None if failed else "".join(shown).strip(), time.time() - begin

    def alive(self):
        return self.km.is_alive() and self.run("20 + 22", timeout=20)[0] == "42"

    def close(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel(now=True)


def survives(name, code, **how):
    k = Kernel(name)
    k.run(code, timeout=20, **how)
    ok = k.alive()
    k.close()
    return "lives" if ok else "dies"


def starts(name):
    """The same session three times: the first time none of its cells was ever seen, and the kernel may keep what it built."""
    new = time.time_ns()
    rows = []
    for _ in range(3):
        k = Kernel(name, f"1 + {new}")
        times = [k.run(f"x{i} := {new + i}")[1] for i in range(20)]
        rows.append([("start to the answer of the first cell", k.first), ("a small cell, median of 20", statistics.median(times))])
        k.close()
    for what, row in (("", rows[0]), (", run before", rows[2])):
        for name, seconds in row:
            yield name + what, f"{1e3 * seconds:.1f} ms"


def column(name):
    rows = list(starts(name))
    k = Kernel(name)
    k.run(PLAIN + 'import "time"\nimport "os"')
    for what, code, timeout in (
        ("1e8 additions at top level", 'begin := time.Now()\ns := 0\nfor i := 0; i < 100000000; i++ { s += i }\nfmt.Println(time.Since(begin).Seconds())', 120),
        ("fib(27)", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\nbeginf := time.Now()\nf27 := fib(27)\nfmt.Println(time.Since(beginf).Seconds())", 120),
    ):
        out, _ = k.run(code, timeout=timeout)
        try:
            rows.append((what, f"{1e3 * float((out or '').split()[0]):.2f} ms"))
        except (ValueError, IndexError):
            rows.append((what, "error"))
    k.close()
    for what, cells, want in LANGUAGE:
        k = Kernel(name)
        got = None
        for c in cells:
            got, _ = k.run(c)
        k.close()
        rows.append((what, "yes" if got == want else "no" if got is None else f"no: {got}"))
    rows.append(("after an interrupt of an endless loop", survives(name, "for { _ = 1 }", interrupt=4)))
    rows.append(("after an interrupt of time.Sleep", survives(name, 'import "time"\ntime.Sleep(time.Minute)', interrupt=4)))
    rows.append(("after a panic in a goroutine", survives(name, 'import "time"\ngo func() { panic("oops") }()\ntime.Sleep(time.Second)')))
    rows.append(("after os.Exit", survives(name, 'import "os"\nos.Exit(3)')))
    return rows


names = sys.argv[1:]
columns = [column(n) for n in names]
print("| | " + " | ".join(names) + " |\n|" + "---|" * (len(names) + 1))
for row in zip(*columns):
    print("| " + row[0][0] + " | " + " | ".join(value for _, value in row) + " |")
