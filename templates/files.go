package templates

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// Lister is a [Loader] that can name all of its files. Those of this package
// can; a database may, a web server cannot.
type Lister interface {
	Loader
	// Names returns the names of all files, in any order.
	Names() ([]string, error)
}

// File is one name in a [Chain], with all the files that have it.
type File struct {
	Name string
	// Origins are where files of that name are, as [Source.Origin] says. The
	// first is the one that is used; it overrides the others.
	Origins []string
}

// Files returns the files of all loaders that are a [Lister], by name.
func (c Chain) Files() ([]File, error) {
	origins := make(map[string][]string)
	for _, loader := range c.flat() {
		lister, ok := loader.(Lister)
		if !ok {
			continue
		}
		names, err := lister.Names()
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			src, err := loader.Load(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue // a name that no template can have, or just deleted
			}
			if err != nil {
				return nil, err
			}
			origins[name] = append(origins[name], src.Origin)
		}
	}
	files := make([]File, 0, len(origins))
	for _, name := range slices.Sorted(maps.Keys(origins)) {
		files = append(files, File{name, origins[name]})
	}
	return files, nil
}

// Names returns the names of the files of all loaders that are a [Lister].
func (c Chain) Names() ([]string, error) {
	files, err := c.Files()
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return names, err
}

// fsNames returns the names of the regular files of a file system.
func fsNames(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, path)
		}
		return err
	})
	return names, err
}

// noFiles is the error of a place that cannot be listed; nil for one that does
// not exist.
func noFiles(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Names returns the names of the files below the directory. Symbolic links are
// left out.
func (d dirLoader) Names() ([]string, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, noFiles(err)
	}
	defer root.Close()
	return fsNames(root.FS())
}

// Names returns the names of the files of the file system.
func (l fsLoader) Names() ([]string, error) {
	names, err := fsNames(l.fsys)
	return names, noFiles(err)
}

// Names returns the names of the texts.
func (m Memory) Names() ([]string, error) { return slices.Collect(maps.Keys(m)), nil }
