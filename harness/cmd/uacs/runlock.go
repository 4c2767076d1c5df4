package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"uacs/harness/cascade"
	"uacs/internal/hint"
)

// alone opens models and cache as parts does, and keeps a second run of the same
// cascade, or of the same part of it, from asking with the same cache: both would ask
// the same questions at once, and all answers would be paid for twice. done closes them.
func (c *runCmd) alone(a *app, config *cascade.Config, place *cascade.Place) (parts cascade.Parts, done func(), err error) {
	lock, err := c.lock(config.Name)
	if err != nil {
		return parts, nil, err
	}
	parts, closeParts, err := c.parts(a, config, place)
	if err != nil {
		return parts, nil, errors.Join(err, lock.Close())
	}
	return parts, func() {
		closeParts()
		if err := lock.Close(); err != nil {
			a.note(err.Error())
		}
	}, nil
}

// lock takes the lock of a run, which ends with the process. What asks nothing needs
// none, nor does a shard of JSON lines, which has its own.
func (c *runCmd) lock(name string) (*flock.Flock, error) {
	path := c.Cache
	if path == "" {
		path = filepath.Join(c.Root, ".cache", "answers.db")
	}
	if c.Shard != "" {
		name += "-" + strings.ReplaceAll(c.Shard, "/", "-of-")
	}
	path += "." + name + ".lock"
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))
	if c.Replay || c.Measure || isLines(c.Cache) {
		return lock, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = hint.Add(errors.New("another run of it asks with this cache"), "wait for that run to end: what it is answered need not be paid for again")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lock, nil
}
