// Package gomod finds and reads go.mod files, as far as their module line.
package gomod

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Find returns the folder of the go.mod in dir or the nearest folder above it,
// and the path that it declares. The error is [fs.ErrNotExist] if there is no
// go.mod; one that declares no module is another error.
func Find(dir string) (root, path string, err error) {
	if root, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	for {
		path, err = Read(filepath.Join(root, "go.mod"))
		up := filepath.Dir(root)
		if !errors.Is(err, fs.ErrNotExist) || up == root {
			return root, path, err
		}
		root = up
	}
}

// Read returns the path that the go.mod of that name declares. It is an error
// if it declares none.
func Read(name string) (string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	path := Path(text)
	if path == "" {
		return "", fmt.Errorf("%s declares no module", name)
	}
	return path, nil
}

// Path returns the path that the text of a go.mod declares, "" if it declares
// none. See https://go.dev/ref/mod#go-mod-file-module.
func Path(text []byte) string {
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "//")
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "module" {
			if s, err := strconv.Unquote(fields[1]); err == nil {
				return s
			}
			return fields[1]
		}
	}
	return ""
}
