package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/scaffold"
)

// completeGoMod has the go command add to go.mod what Vola itself needs, as
// far as the site does, for every system that it may be built for. "go mod
// tidy" would do that too, but it asks for the tests of all modules, which are
// not on every machine that has Vola: with the checksums of the source that
// Vola comes from, and its modules in the cache, this needs no network.
func (e env) completeGoMod(ctx context.Context, dir string, mod scaffold.GoMod) error {
	if mod.Replace != "" {
		sums, err := os.ReadFile(filepath.Join(mod.Replace, "go.sum"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o666); err != nil {
			return err
		}
	}
	for _, goos := range []string{"linux", "darwin", "windows", "freebsd"} {
		if err := e.goTool(ctx, dir, []string{"GOOS=" + goos}, "list", "-mod=mod", "-deps", "-test", "./..."); err != nil {
			return fmt.Errorf("find the modules that the site needs: %w", err)
		}
	}
	return nil
}

// goTool runs the go command in dir, with some variables of its own. Its error is what the command says.
func (e env) goTool(ctx context.Context, dir string, environ []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// The site is a module for itself, also where it is made inside another.
	cmd.Env = slices.Concat(e.environ, []string{"GOWORK=off"}, environ)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("the go command is not on the PATH; install Go from https://go.dev/dl/")
	}
	return fmt.Errorf("go %s: %s", strings.Join(args, " "), strings.TrimSpace(stderr.String()))
}
