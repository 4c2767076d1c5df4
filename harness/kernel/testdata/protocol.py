"""What front ends ask beyond the conformance suite: Jupyter Notebook, JupyterLab and VS Code. Exit code 1 if a row fails."""
import os
import signal
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel
from jupyter_client.utils import run_sync

km, kc = start_new_kernel(kernel_name=os.environ.get("UACS_KERNEL", "uacs-go"), startup_timeout=120)
failed = 0


def row(name, ok, got):
    global failed
    failed += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {name}" + ("" if ok else f": {got!r}"), flush=True)


def ask(kind, content, channel=None, timeout=60):
    """Sends any request and returns the reply's type and content."""
    channel = channel or kc.shell_channel
    msg = kc.session.msg(kind, content)
    channel.send(msg)
    while True:
        reply = run_sync(channel.get_msg)(timeout=timeout)
        if reply["parent_header"].get("msg_id") == msg["header"]["msg_id"]:
            return reply["header"]["msg_type"], reply["content"]


def outputs(msg_id, timeout=60):
    """Returns what comes on iopub for a request, until the kernel is idle again."""
    found = []
    while True:
        m = kc.get_iopub_msg(timeout=timeout)
        if m["parent_header"].get("msg_id") != msg_id:
            continue
        if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
            return found
        found.append((m["msg_type"], m["content"]))


def execute(code, **how):
    """Runs a cell and returns the reply's content and the outputs."""
    msg_id = kc.execute(code, **how)
    out = outputs(msg_id)
    while True:
        reply = kc.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == msg_id:
            return reply["content"], out


execute("1")
for name, channel in (("shell", kc.shell_channel), ("control", kc.control_channel)):
    for kind, content, good in (
        ("kernel_info_request", {}, lambda c: c["language_info"]["name"] == "go" and c["debugger"] is False),
        ("comm_info_request", {"target_name": "jupyter.widget"}, lambda c: c["comms"] == {}),
        ("complete_request", {"code": "strings.ToUp", "cursor_pos": 12}, lambda c: "ToUpper" in c["matches"]),
        ("inspect_request", {"code": "strings.ToUpper", "cursor_pos": 15, "detail_level": 0}, lambda c: c["found"]),
        ("is_complete_request", {"code": "for {"}, lambda c: c["status"] == "incomplete"),
        ("history_request", {"hist_access_type": "tail", "n": 1, "output": False, "raw": True}, lambda c: c["history"][-1][2] == "1"),
    ):
        reply, got = ask(kind, content, channel)
        row(f"{kind} on {name}", reply == kind.replace("request", "reply") and got["status"] in ("ok", "incomplete") and good(got), got)
reply, got = ask("debug_request", {"type": "request", "seq": 1, "command": "initialize", "arguments": {"clientID": "vscode"}}, kc.control_channel)
row("debug initialize is declined", reply == "debug_reply" and got["success"] is False and got["request_seq"] == 1, got)
reply, got = ask("execute_request", {"code": "1", "silent": False}, kc.control_channel)
row("execute on control is declined", got["status"] == "error", got)

reply, out = execute("")
row("an empty cell has no output", reply["status"] == "ok" and out == [("status", {"execution_state": "busy"})], (reply, out))
reply, out = execute("2", silent=True)
row("a silent cell has no result", reply["status"] == "ok" and not [o for o in out if o[0] == "execute_result"], out)
order = {"c": "seen = append(seen, 3)", "a": "seen = append(seen, 1)", "b": "seen = append(seen, 2)", "wrong": "undefined"}
reply, out = execute("var seen []int", user_expressions=order)
row("user_expressions: one fails alone", reply["user_expressions"]["wrong"]["status"] == "error" and reply["user_expressions"]["a"]["status"] == "ok", reply)
reply, out = execute("seen")
row("user_expressions run in order", out[-1][1]["data"]["text/plain"] == "[1 2 3]", out)

msg_id = kc.execute('line, err := display.Input("your name: "); line', allow_stdin=True)
prompt = kc.get_stdin_msg(timeout=60)
kc.input("Ada")
out = outputs(msg_id)
row("input", prompt["content"] == {"prompt": "your name: ", "password": False} and out[-1][1].get("data", {}).get("text/plain") == "Ada", (prompt["content"], out))
kc.get_shell_msg(timeout=60)
reply, out = execute('_, err = display.Input("?"); err != nil', allow_stdin=False)
row("input where it is not allowed is an error", out[-1][1].get("data", {}).get("text/plain") == "true", out)
reply, out = execute('bar := display.NewProgress("work", 4); for range 4 { bar.Add(1) }')
ids = {c["transient"].get("display_id") for k, c in out if k in ("display_data", "update_display_data")}
row("update_display_data", len(ids) == 1 and None not in ids and "update_display_data" in [k for k, _ in out], out)
reply, out = execute('fmt.Println("a"); display.ClearOutput(true); fmt.Println("b")')
row("clear_output stands in its place", [k for k, _ in out if k in ("stream", "clear_output")] == ["stream", "clear_output", "stream"], out)

msg = kc.session.msg("comm_open", {"comm_id": "x1", "target_name": "nobody", "data": {}})
kc.shell_channel.send(msg)
out = outputs(msg["header"]["msg_id"])
row("comm_open for nobody is closed", ("comm_close", "x1") in [(k, c.get("comm_id")) for k, c in out], out)

ids = [kc.execute(c) for c in ('panic("stop")', "4", "5")]
status = [kc.get_shell_msg(timeout=60)["content"]["status"] for _ in ids]
row("cells behind a failed one are aborted", status == ["error", "aborted", "aborted"], status)
outputs(ids[-1])
ids = [kc.execute('panic("stop")', stop_on_error=False), kc.execute("4")]
status = [kc.get_shell_msg(timeout=60)["content"]["status"] for _ in ids]
row("unless they are not to be", status == ["error", "ok"], status)
outputs(ids[-1])

process = getattr(km.provisioner, "process", None)
kc.execute("for {}")
time.sleep(4)
process.send_signal(signal.SIGINT)
got = kc.get_shell_msg(timeout=60)["content"]
row("SIGINT interrupts the cell", got["status"] == "error" and got["ename"] == "interrupted", got)
workers = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
process.send_signal(signal.SIGTERM)
for _ in range(50):
    left = [w for w in workers if os.path.exists(f"/proc/{w}")]
    if process.poll() is not None and not left:
        break
    time.sleep(0.1)
row("SIGTERM ends the kernel and its process", process.poll() is not None and workers and not left, (process.poll(), workers, left))
kc.stop_channels()
km.cleanup_resources()
sys.exit(failed > 0)
