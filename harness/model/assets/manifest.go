package assets

import (
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"uacs/internal/hint"
	"uacs/internal/strictyaml"
)

// Asset is one package and the files wanted from it. The assets of this package
// lie in manifests/*.yaml.
type Asset struct {
	// Name is the short name used everywhere: onnxruntime, use-lite, glove.
	Name string `yaml:"name"`
	// Title says what it is.
	Title string `yaml:"title"`
	// Package and Version name the npm package.
	Package string `yaml:"package"`
	Version string `yaml:"version"`
	// Licence is that of the files, Citation how to cite them, Homepage where
	// their authors publish them.
	Licence  string `yaml:"licence"`
	Citation string `yaml:"citation"`
	Homepage string `yaml:"homepage"`
	// Bytes and SHA256 are what the package's tarball is checked against.
	Bytes  int64  `yaml:"bytes"`
	SHA256 string `yaml:"sha256"`
	// Files are what is taken from it.
	Files []File `yaml:"files"`
}

// File is one file of a package.
type File struct {
	// Name is where the file lies in the asset's folder, with slashes.
	Name string `yaml:"name"`
	// Member is its path in the tarball.
	Member string `yaml:"member"`
	// Platform is GOOS/GOARCH of the only machines that need it, "" for all.
	Platform string `yaml:"platform,omitempty"`
	// Bytes and SHA256 are what the file is checked against.
	Bytes  int64  `yaml:"bytes"`
	SHA256 string `yaml:"sha256"`
	// Stream marks a file that is not kept: the tarball is kept in its stead
	// until [Derive] has made of it what is needed.
	Stream bool `yaml:"stream,omitempty"`
	// Holds says what is in it.
	Holds string `yaml:"holds"`
}

//go:embed manifests/*.yaml
var manifests embed.FS

var all = sync.OnceValues(func() ([]Asset, error) {
	entries, err := manifests.ReadDir("manifests")
	if err != nil {
		return nil, err
	}
	out := make([]Asset, len(entries))
	for i, e := range entries {
		name := path.Join("manifests", e.Name())
		if err := strictyaml.ReadFile(manifests, name, &out[i]); err != nil {
			return nil, err
		}
		if err := out[i].check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	slices.SortFunc(out, func(a, b Asset) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
})

// All returns the assets in the order of their names. It panics if a manifest
// of this package is wrong.
func All() []Asset {
	list, err := all()
	if err != nil {
		panic("assets: " + err.Error())
	}
	return slices.Clone(list)
}

// Find returns the asset of that name.
func Find(name string) (Asset, error) {
	var names []string
	for _, a := range All() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Asset{}, hint.Add(fmt.Errorf("asset %q is not known", name), "the assets are %s", strings.Join(names, ", "))
}

// Folder is the name of the asset's folder in the cache.
func (a Asset) Folder() string { return a.tarball("") }

// tarball is the name that npm gives the package's tarball, less its extension.
func (a Asset) tarball(extension string) string {
	return strings.ReplaceAll(strings.TrimPrefix(a.Package, "@"), "/", "-") + "-" + a.Version + extension
}

// For returns the files that a machine of that platform (GOOS/GOARCH) needs.
func (a Asset) For(platform string) []File {
	var out []File
	for _, f := range a.Files {
		if f.Platform == "" || f.Platform == platform {
			out = append(out, f)
		}
	}
	return out
}

var (
	packageName = regexp.MustCompile(`^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$`)
	versionName = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)
)

// check refuses what could make npm or the extraction do anything else than
// fetch one version and write below the asset's folder.
func (a Asset) check() error {
	switch {
	case a.Name == "" || a.Title == "" || a.Licence == "" || a.Citation == "":
		return errors.New("name, title, licence and citation are needed")
	case !packageName.MatchString(a.Package):
		return fmt.Errorf("package %q is no name of an npm package", a.Package)
	case !versionName.MatchString(a.Version):
		return fmt.Errorf("version %q is not exact", a.Version)
	case len(a.Files) == 0:
		return errors.New("no files")
	}
	if err := checkPin("the tarball", a.Bytes, a.SHA256); err != nil {
		return err
	}
	names, members := map[string]bool{}, map[string]bool{}
	for _, f := range a.Files {
		if !local(f.Name) || !local(f.Member) {
			return fmt.Errorf("file %q of member %q: a path that leads outside", f.Name, f.Member)
		}
		if names[f.Name] || members[f.Member] {
			return fmt.Errorf("file %q of member %q is listed twice", f.Name, f.Member)
		}
		names[f.Name], members[f.Member] = true, true
		if err := checkPin(f.Name, f.Bytes, f.SHA256); err != nil {
			return err
		}
	}
	return nil
}

func checkPin(what string, bytes int64, sum string) error {
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != 32 || strings.ToLower(sum) != sum {
		return fmt.Errorf("%s: sha256 %q is not 64 lower-case hex digits", what, sum)
	}
	if bytes < 1 || bytes > largestFile {
		return fmt.Errorf("%s: %d bytes", what, bytes)
	}
	return nil
}

// local reports whether p is a clean slash path that stays below where it begins.
func local(p string) bool {
	return p != "" && p != "." && path.Clean(p) == p && !path.IsAbs(p) && p != ".." && !strings.HasPrefix(p, "../") &&
		!strings.ContainsAny(p, "\\\x00")
}
