// Package ziploader loads templates from a zip archive, such as a theme that
// is one file. It is a package of its own so that sites without one do not
// link archive/zip.
package ziploader

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/volaweb/vola/templates"
)

// New returns a loader of the files in the zip archive at path. The archive is
// opened for every Load, so that Reload sees another one that was put in its
// place. An archive that does not exist has no files; one that cannot be read
// is an error. The loader may be used by several goroutines.
func New(path string) templates.Lister { return loader(path) }

type loader string

func (l loader) label() string { return filepath.ToSlash(string(l)) }

// open returns the archive as a loader of its files. One that does not exist
// is one without files.
func (l loader) open() (templates.Lister, func(), error) {
	archive, err := zip.OpenReader(string(l))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return templates.FS(l.label(), emptyFS{}), func() {}, nil
	case err != nil:
		return nil, nil, fmt.Errorf("archive %s: %w", l.label(), err)
	}
	return templates.FS(l.label(), archive), func() { archive.Close() }, nil
}

func (l loader) Load(name string) (templates.Source, error) {
	files, done, err := l.open()
	if err != nil {
		return templates.Source{}, err
	}
	defer done()
	return files.Load(name)
}

// Names returns the names of the archive's files.
func (l loader) Names() ([]string, error) {
	files, done, err := l.open()
	if err != nil {
		return nil, err
	}
	defer done()
	return files.Names()
}

// emptyFS is a file system without files.
type emptyFS struct{}

func (emptyFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
