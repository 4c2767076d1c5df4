// Package importtest holds the arrows between packages: dependencies point one
// way, and each heavy library has one door.
package importtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// doors are the only packages that may import a library (and what is below it).
var doors = map[string][]string{
	"github.com/go-gota/gota":          {"uacs/harness/frame"},
	"gonum.org/v1/plot":                {"uacs/figures"},
	"github.com/alecthomas/kong":       {"uacs/harness/cmd/uacs"},
	"go.yaml.in/yaml":                  {"uacs/internal/strictyaml"},
	"github.com/google/jsonschema-go":  {"uacs/internal/schema"},
	"github.com/google/renameio":       {"uacs/harness/model/encoder", "uacs/harness/model/ubm/trained", "uacs/figures", "uacs/harness/reproduce", "uacs/harness/cmd/uacs", "uacs/datasets"},
	"github.com/rogpeppe/go-internal":  {}, // tests only
	"github.com/google/go-cmp":         {"uacs/internal/golden", "uacs/harness/cache/cachetest"},
	"codeberg.org/go-fonts/liberation": {"uacs/figures"},
	"github.com/yalue/onnxruntime_go":  {"uacs/harness/model/onnx"},
	"google.golang.org/protobuf":       {"uacs/harness/model/onnxfile"},
	"github.com/openai/openai-go":      {"uacs/harness/model/chat"},
	"github.com/sony/gobreaker":        {"uacs/harness/model/chat"},
	"golang.org/x/time":                {"uacs/harness/model/chat"},
	"gonum.org/v1/hdf5":                {"uacs/harness/features"},
	"modernc.org/sqlite":               {"uacs/harness/cache/sqlite"},
	"github.com/klauspost/compress":    {"uacs/harness/cache/jsonl"},
	"golang.org/x/text":                {"uacs/harness/model/encoder/unigram", "uacs/harness/model/encoder/wordpiece"},
	"github.com/go-zeromq/zmq4":        {"uacs/harness/kernel/wire"},
}

// arrows list, for each package of ours, which other packages of ours it may
// import. internal/… may be imported by all and imports nothing but itself.
var arrows = map[string][]string{
	"uacs/harness/sample":                  {},
	"uacs/harness/frame":                   {"uacs/harness/sample"},
	"uacs/harness/pickle":                  {},
	"uacs/harness/npy":                     {"uacs/harness/pickle"},
	"uacs/harness/cost":                    {},
	"uacs/harness/model/assets":            {},
	"uacs/harness/model/onnxfile":          {},
	"uacs/harness/model/onnx":              {"uacs/harness/model/onnxfile", "uacs/harness/model/assets"},
	"uacs/harness/model/encoder/glove":     {"uacs/harness/model/assets"},
	"uacs/harness/model/encoder/unigram":   {},
	"uacs/harness/model/encoder/wordpiece": {},
	"uacs/harness/model/encoder/uselite":   {"uacs/harness/model/onnxfile", "uacs/harness/model/encoder/unigram"},
	"uacs/harness/model/encoder": {
		"uacs/harness/model/assets", "uacs/harness/model/onnx", "uacs/harness/model/onnxfile", "uacs/harness/model/encoder/glove",
		"uacs/harness/model/encoder/unigram", "uacs/harness/model/encoder/uselite", "uacs/harness/model/encoder/wordpiece",
	},
	"uacs/harness/model/ubm": {
		"uacs/harness/sample", "uacs/harness/calibrate", "uacs/harness/infer", "uacs/harness/metric", "uacs/harness/selective", "uacs/harness/model/onnxfile",
		"uacs/harness/model/ubm/sequence",
	},
	"uacs/harness/model/ubm/sequence": {"uacs/harness/model/onnxfile"},
	"uacs/harness/model/ubm/robust":   {"uacs/harness/infer", "uacs/harness/metric", "uacs/harness/model/ubm", "uacs/harness/model/ubm/sequence"},
	"uacs/harness/model/ubm/trained": {
		"uacs/harness/features", "uacs/harness/metric", "uacs/harness/model/ubm/robust", "uacs/harness/model/ubm/sequence",
		"uacs/datasets", "uacs/datasets/synth", "uacs/figures", "uacs/harness/sample", "uacs/harness/model/encoder", "uacs/harness/model/ubm",
	},
	"uacs/harness/model/answer":        {"uacs/harness/sample"},
	"uacs/harness/model/chat":          {"uacs/harness/sample", "uacs/harness/model/answer"},
	"uacs/harness/model/chat/chattest": {"uacs/harness/sample"},
	"uacs/harness/cache":               {"uacs/harness/sample"},
	"uacs/harness/cache/cachetest":     {"uacs/harness/cache", "uacs/harness/sample"},
	"uacs/harness/cache/jsonl":         {"uacs/harness/cache"},
	"uacs/harness/cache/sqlite":        {"uacs/harness/cache"},
	"uacs/harness/metric":              {"uacs/harness/sample"},
	"uacs/harness/uncertainty":         {"uacs/harness/sample"},
	"uacs/harness/fusion":              {"uacs/harness/sample"},
	"uacs/harness/infer":               {},
	"uacs/harness/route":               {"uacs/harness/infer"},
	"uacs/datasets":                    {"uacs/harness/sample", "uacs/harness/frame", "uacs/harness/npy", "uacs/harness/pickle"},
	"uacs/datasets/synth":              {"uacs/harness/sample"},
	"uacs/harness/importer":            {"uacs/harness/sample", "uacs/harness/npy"},
	"uacs/harness/experiment": {
		"uacs/datasets", "uacs/datasets/synth", "uacs/harness/sample", "uacs/harness/importer", "uacs/harness/cost", "uacs/harness/metric",
		"uacs/harness/uncertainty", "uacs/harness/fusion", "uacs/harness/infer", "uacs/harness/route",
	},
	"uacs/harness/calibrate": {"uacs/harness/sample"},
	"uacs/harness/selective": {},
	"uacs/harness/bootstrap": {"uacs/harness/infer", "uacs/harness/route"},
	"uacs/harness/ablation": {
		"uacs/harness/shard", "uacs/harness/panel", "uacs/harness/bootstrap",
		"uacs/harness/frame",
		"uacs/datasets/synth", "uacs/harness/experiment", "uacs/harness/sample", "uacs/harness/calibrate", "uacs/harness/cost", "uacs/harness/fusion",
		"uacs/harness/infer", "uacs/harness/metric", "uacs/harness/route", "uacs/harness/selective", "uacs/harness/uncertainty",
	},
	"uacs/harness/panel": {
		"uacs/harness/experiment", "uacs/harness/sample", "uacs/harness/calibrate", "uacs/harness/fusion", "uacs/harness/infer",
		"uacs/harness/metric", "uacs/harness/route", "uacs/harness/uncertainty",
	},
	"uacs/harness/policy": {
		"uacs/harness/ablation", "uacs/harness/panel", "uacs/harness/experiment", "uacs/harness/calibrate", "uacs/harness/cost", "uacs/harness/fusion",
		"uacs/harness/infer", "uacs/harness/route", "uacs/harness/uncertainty",
	},
	"uacs/harness/kernel/cell":              {},
	"uacs/harness/kernel/runtime":           {},
	"uacs/harness/kernel/engine":            {"uacs/harness/kernel/cell", "uacs/harness/kernel/runtime"},
	"uacs/harness/kernel/engine/enginetest": {"uacs/harness/kernel/engine"},
	"uacs/harness/kernel/display": {
		"uacs/figures", "uacs/harness/frame", "uacs/harness/experiment", "uacs/harness/ablation", "uacs/harness/policy", "uacs/harness/report",
	},
	"uacs/harness/notebook": {"uacs/harness/kernel/cell"},
	"uacs/harness/shard":    {},
	"uacs/harness/soak":     {},
	"uacs/harness/sensitivity": {
		"uacs/figures", "uacs/harness/experiment", "uacs/harness/fusion", "uacs/harness/metric", "uacs/harness/model/ubm", "uacs/harness/model/ubm/trained",
		"uacs/harness/report", "uacs/harness/sample", "uacs/harness/uncertainty",
	},
	"uacs/harness/model/own": {
		"uacs/harness/features", "uacs/harness/model/encoder", "uacs/harness/model/encoder/wordpiece", "uacs/harness/model/onnx", "uacs/harness/model/onnxfile", "uacs/harness/sample",
	},
	"uacs/datasets/leak":    {"uacs/harness/sample"},
	"uacs/harness/tensor":   {"uacs/harness/pickle"},
	"uacs/harness/features": {"uacs/harness/sample", "uacs/harness/npy", "uacs/harness/pickle", "uacs/harness/tensor"},
	"uacs/harness/cascade": {
		"uacs/datasets", "uacs/harness/sample", "uacs/harness/cache", "uacs/harness/cost", "uacs/harness/experiment", "uacs/harness/fusion", "uacs/harness/infer",
		"uacs/harness/metric", "uacs/harness/uncertainty", "uacs/harness/model/chat", "uacs/harness/model/encoder", "uacs/harness/model/onnx", "uacs/harness/model/onnxfile",
		"uacs/harness/model/ubm/trained",
	},
	"uacs/harness/kernel/wire":        {},
	"uacs/harness/kernel/worker":      {},
	"uacs/harness/kernel/worker/host": {"uacs/harness/frame", "uacs/harness/kernel/display", "uacs/harness/kernel/engine", "uacs/harness/kernel/worker"},
	"uacs/harness/kernel":             {"uacs/harness/kernel/engine", "uacs/harness/kernel/wire", "uacs/harness/kernel/worker", "uacs/harness/notebook"},
	"uacs/figures":                    {},
	"uacs/harness/report": {
		"uacs/datasets", "uacs/datasets/leak",
		"uacs/figures", "uacs/harness/experiment", "uacs/harness/ablation", "uacs/harness/panel", "uacs/harness/policy", "uacs/harness/fusion",
	},
	"uacs/harness/lineage":   {"uacs/datasets", "uacs/harness/experiment", "uacs/harness/report"},
	"uacs/harness/webreport": {"uacs/harness/experiment"},
	"uacs/harness/reproduce": {
		"uacs/figures",
		"uacs/harness/experiment", "uacs/harness/ablation", "uacs/harness/policy", "uacs/harness/report", "uacs/harness/lineage", "uacs/harness/webreport",
		"uacs/harness/sensitivity", "uacs/harness/model/assets", "uacs/harness/model/encoder",
		"uacs/harness/model/ubm/trained",
	},
}

// commands may import every package.
func isCommand(path string) bool { return strings.HasPrefix(path, "uacs/harness/cmd/") }

type pkg struct {
	ImportPath string
	Imports    []string
}

// list reads the imports of every package's own files, tests left out. It reads
// them itself, for the test cache to see which files the result depends on.
func list(t *testing.T) []pkg {
	t.Helper()
	const root = "../.."
	byDir := map[string]*pkg{}
	var all []*pkg
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && name != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		if byDir[dir] == nil {
			byDir[dir] = &pkg{ImportPath: path.Join("uacs", filepath.ToSlash(dir))}
			all = append(all, byDir[dir])
		}
		for _, spec := range parsed.Imports {
			byDir[dir].Imports = append(byDir[dir].Imports, strings.Trim(spec.Path.Value, `"`))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]pkg, len(all))
	for i, p := range all {
		out[i] = *p
	}
	return out
}

func TestEachLibraryHasOneDoor(t *testing.T) {
	for _, p := range list(t) {
		for _, imported := range p.Imports {
			for library, allowed := range doors {
				below := imported == library || strings.HasPrefix(imported, library+"/")
				if below && !slices.Contains(allowed, p.ImportPath) {
					t.Errorf("%s imports %s; only %v may", p.ImportPath, imported, allowed)
				}
			}
		}
	}
}

func TestArrowsPointOneWay(t *testing.T) {
	for _, p := range list(t) {
		if isCommand(p.ImportPath) {
			continue
		}
		allowed, known := arrows[p.ImportPath]
		internal := strings.HasPrefix(p.ImportPath, "uacs/internal/")
		if !known && !internal {
			t.Errorf("%s has no entry: say here what it may import", p.ImportPath)
		}
		for _, imported := range p.Imports {
			ours := strings.HasPrefix(imported, "uacs/") && !strings.HasPrefix(imported, "uacs/internal/")
			if ours && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, against the arrows", p.ImportPath, imported)
			}
		}
	}
}
