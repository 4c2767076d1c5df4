package kernel_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"uacs/internal/browser"
)

// TestClassicJupyter opens a notebook in Debian's classic Jupyter, runs all cells
// and looks whether figures and formulas are there. It needs Jupyter, Chromium
// and the kernel installed as UACS_KERNEL, so it runs only with UACS_JUPYTER, the
// folder for screenshots.
func TestClassicJupyter(t *testing.T) {
	shots := os.Getenv("UACS_JUPYTER")
	if shots == "" {
		t.Skip("UACS_JUPYTER names no folder for screenshots")
	}
	address := jupyter(t)
	page := browser.Open(t, address+"/notebooks/notebooks/05-accuracy-versus-compute.ipynb?kernel_name="+os.Getenv("UACS_KERNEL"), 1100, 1500)
	page.Wait(`window.Jupyter && Jupyter.notebook && Jupyter.notebook._fully_loaded && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()`)
	page.Eval(`Jupyter.notebook.clear_all_output(), Jupyter.notebook.execute_all_cells(), 0`)
	begin := time.Now()
	for page.Eval(`Jupyter.notebook.get_cells().some(c => c.cell_type == "code" && typeof c.input_prompt_number != "number")`) != "false" {
		if time.Since(begin) > 90*time.Second {
			t.Error("some cells have not run")
			break
		}
		time.Sleep(300 * time.Millisecond)
	}
	t.Logf("all cells ran in %v", time.Since(begin).Round(100*time.Millisecond))
	for _, c := range []struct{ what, expression, want string }{
		{"errors", `document.querySelectorAll(".output_error").length`, "0"},
		{"figures", `document.querySelectorAll(".output_subarea img, .output_subarea svg").length > 0`, "true"},
		{"tables", `document.querySelectorAll(".output_subarea table").length > 0`, "true"},
		{"prompts", `document.querySelector(".output_prompt") != null`, "true"},
	} {
		if got := page.Eval(c.expression); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	page.Screenshot(filepath.Join(shots, "top.png"))
	for i, scroll := range []string{"0.35", "0.7", "1"} {
		page.Eval(`(s => { s.scrollTop = ` + scroll + ` * (s.scrollHeight - s.clientHeight) })(document.querySelector("#site")), 0`)
		time.Sleep(500 * time.Millisecond)
		page.Screenshot(filepath.Join(shots, fmt.Sprintf("part%d.png", i+1)))
	}
}

// project returns a folder that looks like the project, with a copy of the
// notebooks: Jupyter saves what it has run.
func project(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, e := range entries {
		if e.Name() != "notebooks" && e.Name() != ".git" {
			if err := os.Symlink(filepath.Join(root, e.Name()), filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "notebooks"), os.DirFS(filepath.Join(root, "notebooks"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// jupyter starts a server in the folder of the notebooks, that ends with the test,
// and returns its address.
func jupyter(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	dir := project(t)
	cmd := exec.Command("/usr/bin/jupyter", "notebook", "--allow-root", "--no-browser", "--ip=127.0.0.1", fmt.Sprintf("--port=%d", port), "--NotebookApp.token=", "--notebook-dir="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	for range 120 {
		if r, err := http.Get(address + "/api"); err == nil {
			_ = r.Body.Close()
			return address
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Fatal("Jupyter does not answer")
	return ""
}
