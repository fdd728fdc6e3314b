package assets

import (
	"io/fs"
	"os"
	"path"
	"reflect"
)

// folder is a layer of files on disk. Links in it are followed as long as they
// lead to something in it. A folder that does not exist has no files.
type folder string

// layerOf returns the layer as it is served: one made by [os.DirFS] would follow
// links to anywhere.
func layerOf(layer fs.FS) fs.FS {
	if v := reflect.ValueOf(layer); v.IsValid() && v.Type() == reflect.TypeOf(os.DirFS("")) {
		return folder(v.String())
	}
	return layer
}

// Open opens a file, which stays open without the folder.
func (f folder) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.FS().Open(name)
}

// Stat follows links in the folder.
func (f folder) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return fs.Stat(root.FS(), name)
}

// ReadDir lists what is in the folder, links as links.
func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return fs.ReadDir(root.FS(), name)
}

// regular reports whether a name is that of a file that can be served: reading
// anything else could take for ever. In layers other than folders a link is
// not followed, as nothing keeps it inside.
func regular(layer fs.FS, name string) (bool, error) {
	if _, ok := layer.(folder); !ok {
		for part := name; part != "." && part != "/"; part = path.Dir(part) {
			info, err := fs.Lstat(layer, part)
			if err != nil {
				return false, err
			}
			if info.Mode()&fs.ModeSymlink != 0 {
				return false, nil
			}
		}
	}
	info, err := fs.Stat(layer, name)
	return err == nil && info.Mode().IsRegular(), err
}
