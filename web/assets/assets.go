// Package assets serves a site's style sheets, scripts and pictures under
// names that change with their content, so that browsers may keep them for
// ever and still see every change at once.
//
// References in style sheets get these names too, and an import map has them for the
// modules that other modules import.
package assets

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/volaweb/vola/internal/jslock"
	"github.com/volaweb/vola/internal/nearest"
)

// Config says which files there are.
type Config struct {
	// Layers are the folders of files; the first that has a name wins. Links in
	// one that [os.DirFS] made are followed inside of it, and are an error where
	// they lead out of it. Links in others are left out.
	Layers []fs.FS
	// Prefix is where the Set is mounted. Defaults to "/static/".
	Prefix string
	// Dev serves files as they are now, under their plain names, so that an
	// edit shows at the next request.
	Dev bool
	// Codings are used in place of gzip for clients that accept them, the best first. See
	// [Set.Compress].
	Codings []Coding
}

// Set serves files. It is safe for concurrent use.
type Set struct {
	cfg       Config
	byName    map[string]*file // plain and hashed names; empty in development
	files     []*file          // in the order of their names
	locks     []string         // the names of lock files, in development
	importMap string
	problems  []Problem
}

// Problem is something in a file that browsers will probably not find. The site works without it.
type Problem struct {
	File         string // its plain name
	Line, Column int    // from 1; a column is that of a byte
	Message      string
}

// String says what is wrong, after the place.
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// New reads the files of all layers.
func New(cfg Config) (*Set, error) {
	if cfg.Prefix == "" {
		cfg.Prefix = "/static/"
	}
	layers := make([]fs.FS, len(cfg.Layers))
	for i, layer := range cfg.Layers {
		layers[i] = layerOf(layer)
	}
	cfg.Layers = layers
	s := &Set{cfg: cfg, byName: map[string]*file{}}
	locks, err := s.read()
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	if cfg.Dev {
		return s, nil
	}
	s.nameSheets()
	for _, f := range s.files {
		f.setNames()
		f.better = make([]atomic.Pointer[encoded], len(cfg.Codings))
		s.byName[f.hashed] = f
	}
	if err := s.mapModules(locks); err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	slices.SortFunc(s.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Message, b.Message))
	})
	s.problems = slices.Compact(s.problems)
	return s, nil
}

// read reads the files of all layers, and returns the lock files among them; in development it
// only notes where those are.
func (s *Set) read() (locks []*file, err error) {
	for _, layer := range s.cfg.Layers {
		err := fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && name == ".":
				return fs.SkipAll // a layer without a folder has no files
			case err != nil && s.cfg.Dev:
				return fs.SkipDir // shown when it is asked for
			case err != nil || d.IsDir() || dotted(name) || s.byName[name] != nil:
				return err
			case s.cfg.Dev:
				if isLock(name) && !slices.Contains(s.locks, name) {
					s.locks = append(s.locks, name)
				}
				return nil
			}
			if ok, err := regular(layer, name); err != nil {
				return fmt.Errorf("%s cannot be read: %w", name, err)
			} else if !ok {
				return nil
			}
			f, err := read(layer, name)
			if err != nil {
				return err
			}
			if isLock(name) {
				if !slices.ContainsFunc(locks, func(l *file) bool { return l.name == name }) {
					locks = append(locks, f)
				}
				return nil
			}
			s.byName[name] = f
			s.files = append(s.files, f)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.files, func(a, b *file) int { return strings.Compare(a.name, b.name) })
	return locks, nil
}

// hidden reports whether a name is one that is never served.
func hidden(name string) bool { return dotted(name) || isLock(name) }

// dotted reports whether a part of a name begins with a dot.
func dotted(name string) bool { return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") }

// isLock reports whether a name is that of a list of packages.
func isLock(name string) bool {
	return name == jslock.Name || strings.HasSuffix(name, "/"+jslock.Name)
}

// URL returns the path of a file by its plain name. The error says that there
// is no such file.
func (s *Set) URL(name string) (string, error) {
	if s.cfg.Dev {
		f, _, err := s.open(name)
		if err != nil {
			return "", fmt.Errorf("no static file %q", name)
		}
		f.Close()
		return s.cfg.Prefix + inURL(name), nil
	}
	f := s.byName[name]
	if f == nil {
		return "", fmt.Errorf("no static file %q%s", name, s.hint(name))
	}
	return s.cfg.Prefix + f.url, nil
}

// hint names the file that was probably meant.
func (s *Set) hint(name string) string {
	names := make([]string, len(s.files))
	for i, f := range s.files {
		names[i] = f.name
	}
	return nearest.Hint(name, names)
}

// Problems returns what was found in style sheets and modules that names no file, in the order
// of the files. In development nothing is looked for.
func (s *Set) Problems() []Problem { return slices.Clone(s.problems) }
