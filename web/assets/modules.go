package assets

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/volaweb/vola/internal/jsimports"
	"github.com/volaweb/vola/internal/jslock"
)

// modules is an import map (HTML, section 8.1.5.4), as it is written in JSON.
type modules struct {
	Imports   map[string]string            `json:"imports,omitempty"`
	Scopes    map[string]map[string]string `json:"scopes,omitempty"`
	Integrity map[string]string            `json:"integrity,omitempty"`
}

// ImportMap returns the import map of the modules in the Set, in JSON that can stand in a page as it is; "" where
// nothing has to be said. A browser resolves the names in a module by it, relative ones too: so
// modules get the hashed names of those that they import, each with its integrity, and the packages
// of vola-js.json are found by their names. In development it has only the packages, and errors are
// about a lock file.
func (s *Set) ImportMap() (string, error) {
	if !s.cfg.Dev {
		return s.importMap, nil
	}
	m := modules{Imports: map[string]string{}, Scopes: map[string]map[string]string{}}
	for _, name := range s.lockNames() {
		f, _, err := s.openAny(name)
		if err != nil {
			continue // it was removed
		}
		text, err := io.ReadAll(io.LimitReader(f, jslock.MaxSize+1))
		f.Close()
		if err != nil {
			return "", fmt.Errorf("static file %s: %w", name, err)
		}
		lock, err := jslock.Parse(text)
		if err != nil {
			return "", fmt.Errorf("static file %s: %w", name, err)
		}
		m.add(s.cfg.Prefix, path.Dir(name), lock, inURL)
	}
	return m.write()
}

// lockNames are the lock files that there may be in development: one can be made while the site runs.
func (s *Set) lockNames() []string {
	names := s.locks
	for _, name := range names {
		if name == "vendor/"+jslock.Name {
			return names
		}
	}
	return append([]string{"vendor/" + jslock.Name}, names...)
}

// add adds the names of a lock file in a folder. A name that is there already stays: that of
// the project goes before those of its modules.
func (m *modules) add(prefix, dir string, lock jslock.Lock, current func(string) string) {
	names := lock.Names()
	url := func(name string) string { return prefix + current(path.Join(dir, name)) }
	for name, to := range names.All {
		if _, taken := m.Imports[name]; !taken {
			m.Imports[name] = url(to)
		} else if m.Imports[name] != url(to) { // for its own packages at least
			for _, p := range lock.Packages {
				if p.Uses[name] == to {
					m.scope(prefix+path.Join(dir, p.Dir())+"/", name, url(to))
				}
			}
		}
	}
	for folder, uses := range names.Folder {
		for name, to := range uses {
			m.scope(prefix+path.Join(dir, folder)+"/", name, url(to))
		}
	}
	for _, p := range lock.Packages {
		for from, to := range p.Redirects {
			m.Imports[prefix+inURL(path.Join(dir, from))] = url(to)
		}
	}
}

func (m *modules) scope(folder, name, to string) {
	if m.Scopes[folder] == nil {
		m.Scopes[folder] = map[string]string{}
	}
	m.Scopes[folder][name] = to
}

// write returns the map as JSON in which no "<" stands.
func (m *modules) write() (string, error) {
	if len(m.Imports)+len(m.Scopes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(m)
	return string(text), err
}

// mapModules makes the import map from what modules import.
func (s *Set) mapModules(locks []*file) error {
	m := modules{Imports: map[string]string{}, Scopes: map[string]map[string]string{}, Integrity: map[string]string{}}
	for _, f := range locks {
		lock, err := jslock.Parse(f.content)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		m.add(s.cfg.Prefix, path.Dir(f.name), lock, func(name string) string {
			if to := s.byName[name]; to != nil {
				s.target(&m, to)
				return to.url
			}
			s.problem(f, 0, "there is no static file %q; run: vola js verify", name)
			return inURL(name)
		})
	}
	for _, f := range s.files {
		if !isScript(f.name) || f.content == nil {
			continue
		}
		for _, i := range jsimports.Find(f.content).Imports {
			s.mapImport(&m, f, i)
		}
	}
	var err error
	s.importMap, err = m.write()
	return err
}

// target notes the integrity of a module that others import.
func (s *Set) target(m *modules, f *file) {
	m.Integrity[s.cfg.Prefix+f.url] = "sha256-" + base64.StdEncoding.EncodeToString(f.sum[:])
}

// mapImport gives an imported module its hashed name.
func (s *Set) mapImport(m *modules, in *file, i jsimports.Import) {
	if !isPath(i.Specifier) {
		if !m.knows(s.cfg.Prefix+in.name, i.Specifier) && !strings.Contains(i.Specifier, ":") {
			s.problem(in, i.At, "import %q: no package in %s has that name; run: vola js add %s@VERSION", i.Specifier, jslock.Name, jslock.PackageOf(i.Specifier))
		}
		return
	}
	name, ok := s.resolve(in.name, i.Specifier)
	if !ok {
		return
	}
	from := s.cfg.Prefix + inURL(name)
	to := s.byName[name]
	switch {
	case to != nil && !strings.ContainsAny(i.Specifier, "?#"):
		m.Imports[from] = s.cfg.Prefix + to.url
		s.target(m, to)
	case to == nil && m.Imports[from] == "":
		s.lost(in, i.At, fmt.Sprintf("import %q", i.Specifier), name)
	}
}

// isPath reports whether a specifier is a path, not a name.
func isPath(specifier string) bool {
	return strings.HasPrefix(specifier, "/") || strings.HasPrefix(specifier, "./") || strings.HasPrefix(specifier, "../")
}

// knows reports whether a module finds a name.
func (m *modules) knows(module, name string) bool {
	if m.Imports[name] != "" {
		return true
	}
	for folder, names := range m.Scopes {
		if strings.HasPrefix(module, folder) && names[name] != "" {
			return true
		}
	}
	return false
}
