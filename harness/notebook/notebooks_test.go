package notebook

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// committed are the notebooks of the project, with their outputs.
const committed = "../../notebooks/*.ipynb"

// mostBytes is how large a notebook may be: a reader's browser and a reviewer's
// diff have to bear it.
const mostBytes = 1 << 20

// The notebooks that are committed are what a run would leave: in the project's own
// layout, whole, without an error, and plain about what is synthetic.
func TestCommittedNotebooks(t *testing.T) {
	files, err := filepath.Glob(committed)
	if err != nil || len(files) == 0 {
		t.Fatalf("notebooks: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".ipynb"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) > mostBytes {
				t.Errorf("%d bytes are more than %d", len(data), mostBytes)
			}
			nb, err := Read(bytes.NewReader(data), file)
			if err != nil {
				t.Fatal(err)
			}
			again, err := nb.Write()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(again, data) {
				t.Error("the file is not as Write writes it: uacs nb run --inplace does")
			}
			checkCells(t, nb)
		})
	}
}

// chapter matches the names of the notebooks that show results.
var chapter = regexp.MustCompile(`^\d\d-`)

// checkCells checks every cell of a notebook, and the outputs of one that shows
// results.
func checkCells(t *testing.T, nb *Notebook) {
	t.Helper()
	shows := chapter.MatchString(filepath.Base(t.Name()))
	count := 0
	for _, c := range nb.Cells {
		if c.Kind != "code" {
			continue
		}
		if got, err := format.Source([]byte(c.Source)); err != nil || string(got) != c.Source {
			t.Errorf("cell %s is not formatted as gofmt does: %v\n%s", c.ID, err, got)
		}
		for _, o := range c.Outputs {
			if o["output_type"] == "error" {
				t.Errorf("cell %s ended with an error: %v", c.ID, o["evalue"])
			}
		}
		if !shows {
			continue
		}
		if count++; c.Count != count {
			t.Errorf("cell %s has count %d, not %d: the notebook has not run from top to bottom", c.ID, c.Count, count)
		}
		for _, o := range c.Outputs {
			checkOutput(t, c.ID, o)
		}
	}
	if shows && (count == 0 || !slices.ContainsFunc(nb.Cells, hasParameters)) {
		t.Error("no cell has the tag parameters, which says where to put in other data")
	}
}

func hasParameters(c *Cell) bool {
	tags, _ := c.Metadata["tags"].([]any)
	return slices.Contains(tags, any("parameters"))
}

// machine matches what an output must not betray: folders of a machine, and
// addresses of memory.
var machine = regexp.MustCompile(`/(work|tmp|root|home|Users)/|0xc0[0-9a-f]{8}`)

// checkOutput checks that a figure or a table says that it is synthetic, for what is
// committed is, and that nothing in it is of this machine.
func checkOutput(t *testing.T, id string, o Output) {
	t.Helper()
	data, _ := o["data"].(map[string]any)
	for _, kind := range []string{"image/svg+xml", "text/html"} {
		text, ok := data[kind].(string)
		if ok && !strings.Contains(text, "SYNTHETIC") && !strings.Contains(text, "synth-") {
			t.Errorf("cell %s: the output %s does not say that it is synthetic", id, kind)
		}
	}
	for kind, content := range data {
		if text, ok := content.(string); ok && strings.HasPrefix(kind, "text/") && machine.MatchString(text) {
			t.Errorf("cell %s: the output %s names %q", id, kind, machine.FindString(text))
		}
	}
}
