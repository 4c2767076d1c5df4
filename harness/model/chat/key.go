package chat

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"uacs/internal/hint"
)

// redacted stands where an API key was.
const redacted = "[API key]"

// Read returns the API key, "" if k names no place. getenv is os.Getenv. A variable
// that is not set, a file that others than its owner can read, and a key with
// spaces or control characters in it are errors; no error quotes the key.
func (k Key) Read(getenv func(string) string) (string, error) {
	switch {
	case k.Env != "":
		key := strings.TrimSpace(getenv(k.Env))
		if key == "" {
			return "", hint.Add(fmt.Errorf("API key: the environment variable %s is not set", k.Env), "set %s to the key", k.Env)
		}
		return checkKey(key, k.Env)
	case k.File != "":
		return readKeyFile(k.File)
	}
	return "", nil
}

func readKeyFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("API key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("API key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("API key: %s is no regular file", name)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", hint.Add(fmt.Errorf("API key: %s has mode %04o: others than its owner can use it", name, mode), "run chmod 600 %s", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return "", fmt.Errorf("API key: %w", err)
	}
	key := strings.TrimSpace(string(data))
	if key == "" {
		return "", fmt.Errorf("API key: %s is empty", name)
	}
	return checkKey(key, name)
}

func checkKey(key, from string) (string, error) {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("API key: what " + from + " holds has spaces, line breaks or other characters that no key has")
	}
	return key, nil
}
