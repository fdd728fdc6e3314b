package templates

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// maxSource is the size at which a template is taken for a mistake. It also
// bounds how deep the parser can be made to recurse.
const maxSource = 1 << 20

// Dir returns a loader of the files below a directory, read again at every
// Load, so that Reload sees what was edited. A directory that does not exist
// has no files. Symbolic links are followed as long as they stay below the
// directory; one that leads out of it is an error.
func Dir(root string) Lister { return dirLoader(root) }

type dirLoader string

func (d dirLoader) Load(name string) (Source, error) {
	origin := path.Join(filepath.ToSlash(string(d)), name) + " on disk"
	if err := checkName(name); err != nil {
		return Source{}, err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return Source{}, missing(origin, err)
	}
	defer root.Close()
	text, err := readRegular(root.FS(), name)
	if err != nil {
		return Source{}, missing(origin, err)
	}
	return Source{Name: name, Text: text, Origin: origin}, nil
}

// missing keeps the error of a file that could not be read, or replaces it by
// the place alone when the file is simply not there.
func missing(origin string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return notFound(origin)
	}
	return err
}

// readRegular reads a regular file of at most maxSource bytes. Directories are
// not there; pipes and devices, which might block for ever, are refused.
func readRegular(fsys fs.FS, name string) (string, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return "", err
	}
	switch {
	case info.IsDir():
		return "", fs.ErrNotExist
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file", name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	// One byte more than allowed: whoever checks the size can tell.
	text, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	return string(text), err
}
