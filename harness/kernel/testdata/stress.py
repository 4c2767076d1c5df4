"""What cells can do to a kernel; each row says what must happen. Exit code 1 if one does not."""
import os
import queue
import sys
import threading
import time

from jupyter_client.manager import start_new_kernel

km, kc = start_new_kernel(kernel_name=os.environ.get("UACS_KERNEL", "uacs-go"), startup_timeout=120)
failed = count = 0


def run(code, interrupt=None, timeout=60):
    """Returns status, all stream text, the error's text and the seconds since the interrupt or the start."""
    out, text, begin = [], [], [time.time()]

    def hook(m):
        kind, c = m["msg_type"], m["content"]
        if kind == "stream":
            text.append(c["text"])
        elif kind == "error":
            out.append("\n".join(c["traceback"]))
        elif kind == "execute_result":
            out.append(c["data"].get("text/plain", ""))

    def stop():
        begin[0] = time.time()
        km.interrupt_kernel()

    if interrupt:
        threading.Timer(interrupt, stop).start()
    global count
    reply = kc.execute_interactive(code, timeout=timeout, output_hook=hook, allow_stdin=False)
    count = reply["content"].get("execution_count", 0)
    return reply["content"]["status"], "".join(text), "\n".join(out), time.time() - begin[0]


def row(name, code, good, **how):
    global failed
    try:
        got = run(code, **how)
        ok = good(*got)
    except (TimeoutError, queue.Empty) as e:
        got, ok = (repr(e), "", "", 0), False
    failed += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {got[3]:6.2f} s  {name}" + ("" if ok else f": {got[0]} {got[1][-200:]!r} {got[2][-400:]!r}"), flush=True)


def lives():
    row("  the kernel answers", "20 + 22", lambda s, t, o, d: s == "ok" and o == "42")


run("kept := 5")
run('names := "declared"\npanic("after a declaration")')
row("interrupt a loop", "for { kept++ }", lambda s, t, o, d: s == "error" and d < 0.5, interrupt=1.5)
row("  state is kept", "kept > 5", lambda s, t, o, d: o == "true")
row("interrupt what looks at ctx", "<-ctx.Done()", lambda s, t, o, d: s == "error" and d < 0.5, interrupt=1.5)
row("  state is kept", "kept > 5", lambda s, t, o, d: o == "true")
row("interrupt Sleep", "time.Sleep(time.Minute)", lambda s, t, o, d: s == "error" and "state is gone" in o and d < 4, interrupt=1.5)
lives()
row("replay", "%replay", lambda s, t, o, d: s == "ok")
row("  state is back", "kept", lambda s, t, o, d: o == "5")
row("  and names of a cell that failed", "names", lambda s, t, o, d: o == "declared")
row("panic", 'panic("oops")', lambda s, t, o, d: s == "error" and "oops" in o)
row("panic in a goroutine", 'go func() { panic("oops") }()\ntime.Sleep(100 * time.Millisecond)', lambda s, t, o, d: s == "ok" and "oops" in t)
lives()
row("recursion without end", "func deep(n int) int { return deep(n+1) + 1 }\ndeep(0)", lambda s, t, o, d: s == "error" and "stack" in o + t)
lives()
row("os.Exit", "os.Exit(3)", lambda s, t, o, d: s == "error" and "exit status 3" in o)
lives()
row("kill -9 of the process", 'import "syscall"\nsyscall.Kill(os.Getpid(), syscall.SIGKILL)\ntime.Sleep(time.Minute)', lambda s, t, o, d: s == "error" and "killed" in o and d < 5)
lives()
row("interrupt a C function", 'import "./harness/kernel/testdata/blocks"\nblocks.Sleep(60)', lambda s, t, o, d: s == "error" and "state is gone" in o and d < 4, interrupt=8)
lives()
row("out of memory", 'import "syscall"\nsyscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: 6 << 30, Max: 6 << 30})\nb := make([]byte, 8<<30); b[1<<32]', lambda s, t, o, d: s == "error" and "out of memory" in o + t)
lives()
row("traceback names the cell", "zero := 0\n1 / zero", lambda s, t, o, d: s == "error" and f"In[{count}]:2" in o)
row("10 MB", 'for i := range 100000 { fmt.Printf("%099d\\n", i) }', lambda s, t, o, d: s == "ok" and len(t) == 10_000_000)
row("a line of 20 MB", 'fmt.Println(strings.Repeat("x", 20_000_000))', lambda s, t, o, d: s == "ok" and len(t) == 20_000_001)
row("the last output is not late", 'fmt.Print("end")', lambda s, t, o, d: t == "end")
start = time.time()
times = []
for i in range(int(os.environ.get("UACS_CELLS", "200"))):
    s, t, o, d = run(f"cell := {i}; cell")
    failed += o != str(i)
    times.append(d)
times.sort()
print(f"{len(times)} cells: median {times[len(times) // 2]:.3f} s, longest {times[-1]:.3f} s, failures in all {failed}")
kc.stop_channels()
km.shutdown_kernel()
sys.exit(failed > 0)
