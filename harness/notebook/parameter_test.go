package notebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/internal/hint"
)

// Expected sources are by hand.
func TestSetParameter(t *testing.T) {
	const cell = "name := cmp.Or(os.Getenv(\"X\"), \"synth\") // real data: change it\nn, share := 3, -0.5\nvar (\n\tquick bool = true\n\té = 'x'\n)"
	for _, c := range []struct{ name, value, from, to, err string }{
		{"name", "my \"own\"", `cmp.Or(os.Getenv("X"), "synth")`, `"my \"own\""`, ""},
		{"n", "12", "3, -", "12, -", ""},
		{"n", "1.5", "", "", `cell 2: parameter n: "1.5" is no integer`},
		{"share", "2", "-0.5", "2.0", ""},
		{"share", "-1e-3", "-0.5", "-1e-3", ""},
		{"share", "Inf", "", "", `cell 2: parameter share: "Inf" is no number`},
		{"quick", "false", "true", "false", ""},
		{"quick", "no", "", "", `cell 2: parameter quick: "no" is neither true nor false`},
		{"other", "1", "", "", `cell 2 assigns no parameter "other"`},
	} {
		nb := made(t, "x := 1", cell)
		nb.Cells[1].Metadata = map[string]any{"tags": []any{"parameters"}}
		err := nb.SetParameter(c.name, c.value)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.err {
			t.Errorf("%s=%s: error %q, want %q", c.name, c.value, got, c.err)
		}
		if want := strings.Replace(cell, c.from, c.to, 1); nb.Cells[1].Source != want {
			t.Errorf("%s=%s:\n%s\nwant\n%s", c.name, c.value, nb.Cells[1].Source, want)
		}
	}
	if err := made(t, "name := 1").SetParameter("name", "1"); err == nil || !strings.Contains(hint.Of(err), "add the tag") {
		t.Errorf("no tag: %v", err)
	}
}

// Every notebook of the project says which experiment or dataset stands for the
// public data.
func TestPublic(t *testing.T) {
	files, err := filepath.Glob("../../notebooks/0*.ipynb")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d notebooks, %v", len(files), err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := Read(f, file)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		name := nb.Public()
		_, experiment := os.Stat(filepath.Join("../../configs/experiments", name+".yaml"))
		if name == "" || experiment != nil && name != "simsv2" {
			t.Errorf("%s: %q is no experiment and no dataset", file, name)
		}
		if err := nb.SetParameter("name", name); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if got := (&Notebook{}).Public(); got != "" {
		t.Errorf("no cells: %q", got)
	}
}
