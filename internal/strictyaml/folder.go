package strictyaml

import (
	"fmt"
	"io/fs"
	"path"
)

// Folder loads every *.yaml in dir of fsys, in order of name. It is an error if two of
// them go by the same name. A folder without one gives none.
func Folder[T any](fsys fs.FS, dir string, load func(fs.FS, string) (T, error), name func(T) string) ([]T, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []T
	taken := map[string]string{}
	for _, file := range files {
		v, err := load(fsys, file)
		if err != nil {
			return nil, err
		}
		if first, ok := taken[name(v)]; ok {
			return nil, fmt.Errorf("%s: name: %s is taken by %s", file, name(v), first)
		}
		taken[name(v)] = file
		out = append(out, v)
	}
	return out, nil
}
