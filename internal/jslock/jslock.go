// Package jslock is the form of vola-js.json: which packages of npm a folder has, and under which
// names their modules are imported. The command "vola js" writes it, the static files read it.
package jslock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Name is what the file is called in its folder.
const Name = "vola-js.json"

// MaxSize is how large a lock file may be, in bytes.
const MaxSize = 4 << 20

// format is the version of the form.
const format = 1

// Lock lists packages in the order of their names and versions. All paths are below the folder of the
// file, with slashes. The zero value is that of a folder without packages.
type Lock struct {
	Format   int       `json:"format"`
	Packages []Package `json:"packages"`
}

// Package is one version of a package.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Direct says that it was asked for, and is not only here because another needs it.
	Direct bool `json:"direct,omitempty"`
	// Integrity is the SHA-512 of the registry's archive, as Subresource Integrity writes it.
	Integrity string `json:"integrity"`
	Licence   string `json:"licence,omitempty"`
	// Imports are the names that the site's own modules import it by.
	Imports map[string]string `json:"imports,omitempty"`
	// Uses are the names that its own modules import others by.
	Uses map[string]string `json:"uses,omitempty"`
	// Redirects are paths that its modules import without the end of the file's name.
	Redirects map[string]string `json:"redirects,omitempty"`
	// Requires are the versions of the packages that it needs, by their names.
	Requires map[string]string `json:"requires,omitempty"`
	// Files are the stored files, each with its SHA-256 in hexadecimal digits.
	Files map[string]string `json:"files"`
}

// Dir is the folder of the package.
func (p Package) Dir() string { return p.Name + "@" + p.Version }

// Parse reads a lock file. The error is about its form, or a path in it that leads out of its
// package.
func Parse(text []byte) (Lock, error) {
	var l Lock
	if len(text) > MaxSize {
		return l, errTooLong()
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return Lock{}, fmt.Errorf("%s cannot be read: %w", Name, err)
	}
	if l.Format != format {
		return Lock{}, fmt.Errorf("%s has the format %d, and this program knows %d; use the version of Vola that wrote it", Name, l.Format, format)
	}
	for _, p := range l.Packages {
		if err := p.check(); err != nil {
			return Lock{}, fmt.Errorf("%s: package %s: %w", Name, p.Dir(), err)
		}
	}
	return l, nil
}

func errTooLong() error { return fmt.Errorf("%s has more than %d bytes, the limit", Name, MaxSize) }

// check refuses paths that are not below the folder of the file, and files that are not
// in that of the package.
func (p Package) check() error {
	if p.Name == "" || p.Version == "" || !fs.ValidPath(p.Dir()) || strings.Contains(p.Version, "/") {
		return fmt.Errorf("the name or the version is none")
	}
	for _, paths := range []map[string]string{p.Imports, p.Uses, p.Redirects} {
		for name, path := range paths {
			if !fs.ValidPath(path) {
				return fmt.Errorf("%q leads to %q, which is not in its folder", name, path)
			}
		}
	}
	for path := range p.Files {
		if !fs.ValidPath(path) || !strings.HasPrefix(path, p.Dir()+"/") {
			return fmt.Errorf("the file %q is not in the folder of the package", path)
		}
	}
	return nil
}

// Text returns the text of a lock file, with the packages in order. The error is about its length.
func (l Lock) Text() ([]byte, error) {
	l.Format = format
	l.Packages = slices.SortedFunc(slices.Values(l.Packages), func(a, b Package) int { return strings.Compare(a.Dir(), b.Dir()) })
	text, err := json.MarshalIndent(l, "", "\t")
	if err != nil {
		return nil, err
	}
	if len(text) >= MaxSize {
		return nil, errTooLong()
	}
	return append(text, '\n'), nil
}

// Names are the names that modules are imported by: those for all modules, and those for modules
// in a folder, whose path ends with a slash.
type Names struct {
	All    map[string]string
	Folder map[string]map[string]string
}

// Names returns what an import map says of the packages.
func (l Lock) Names() Names {
	n := Names{All: map[string]string{}, Folder: map[string]map[string]string{}}
	for _, p := range l.Packages {
		maps.Copy(n.All, p.Imports)
	}
	for _, p := range l.Packages {
		for name, path := range p.Uses {
			if n.All[name] == path {
				continue
			}
			if n.Folder[p.Dir()+"/"] == nil {
				n.Folder[p.Dir()+"/"] = map[string]string{}
			}
			n.Folder[p.Dir()+"/"][name] = path
		}
	}
	return n
}

// PackageOf returns the package of a specifier: "@a/b" of "@a/b/c".
func PackageOf(specifier string) string {
	parts := strings.SplitN(specifier, "/", 3)
	if strings.HasPrefix(specifier, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}
