// Package mirror tells tests where the real public data lies. The data is never
// committed; a test that needs it skips, saying so, where it is absent.
package mirror

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Folder returns the local mirror of the public data files: the folder named by
// UACS_MIRROR, else ../shared/data beside the project; "" if there is none.
func Folder() string {
	dir := os.Getenv("UACS_MIRROR")
	if strings.HasPrefix(dir, "http://") || strings.HasPrefix(dir, "https://") {
		return ""
	}
	if dir == "" {
		_, here, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "data")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

// Need returns [Folder], or skips t where there is none.
func Need(t testing.TB) string {
	t.Helper()
	dir := Folder()
	if dir == "" {
		t.Skip("needs the real public data: set UACS_MIRROR to a folder that holds it (uacs data get fills one)")
	}
	return dir
}
