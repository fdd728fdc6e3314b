package jsvendor

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"

	"github.com/volaweb/vola/internal/jslock"
)

// replace makes the folder have the packages of now in place of those of before: first the new files, then
// the list, then what is gone is removed. Nothing is written outside of the folder, also where a
// link in it leads out.
func (f *Folder) replace(before, now jslock.Lock, files map[string][]byte) error {
	text, err := now.Text()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.cfg.Dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(f.cfg.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := write(root, name, files[name]); err != nil {
			return fmt.Errorf("%s cannot be stored: %w", name, err)
		}
	}
	if err := write(root, jslock.Name, text); err != nil {
		return fmt.Errorf("%s cannot be stored: %w", jslock.Name, err)
	}
	kept := map[string]bool{}
	for _, p := range now.Packages {
		for name := range p.Files {
			kept[name] = true
		}
	}
	for _, p := range before.Packages {
		for name := range p.Files {
			if kept[name] {
				continue
			}
			if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			for dir := path.Dir(name); dir != "." && root.Remove(dir) == nil; dir = path.Dir(dir) {
			} // folders that are empty now
		}
	}
	return nil
}

// write writes a whole file or none.
func write(root *os.Root, name string, text []byte) error {
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	whole := name + ".new"
	if err := root.WriteFile(whole, text, 0o666); err != nil {
		return err
	}
	return root.Rename(whole, name)
}
