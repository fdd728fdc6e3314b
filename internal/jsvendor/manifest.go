package jsvendor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// manifest is a package.json.
type manifest struct {
	Name             string            `json:"name"`
	Licence          json.RawMessage   `json:"license"`
	Exports          target            `json:"exports"`
	Imports          target            `json:"imports"`
	Browser          target            `json:"browser"`
	Module           string            `json:"module"`
	Main             string            `json:"main"`
	Dependencies     map[string]string `json:"dependencies"`
	PeerDependencies map[string]string `json:"peerDependencies"`
	Optional         map[string]string `json:"optionalDependencies"`
}

// target is a value of exports, imports or browser: a path, a list, or an object in the order in which it is
// written, as the first condition that holds counts.
type target struct {
	path   string
	list   []target
	object []field
	kind   byte // 's', '[', '{', 'n' for null, 'f' for false; 0 where there is nothing
}

type field struct {
	name  string
	value target
}

// UnmarshalJSON reads a target.
func (t *target) UnmarshalJSON(text []byte) error {
	*t = target{}
	text = bytes.TrimSpace(text)
	switch text[0] {
	case '"':
		t.kind = 's'
		return json.Unmarshal(text, &t.path)
	case '[':
		t.kind = '['
		return json.Unmarshal(text, &t.list)
	case '{':
		t.kind = '{'
		d := json.NewDecoder(bytes.NewReader(text))
		d.Token()
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			var value target
			if err := d.Decode(&value); err != nil {
				return err
			}
			t.object = append(t.object, field{name.(string), value})
		}
	case 'n', 'f':
		t.kind = text[0]
	}
	return nil
}

// find returns the value of a name in an object.
func (t target) find(name string) (target, bool) {
	for _, f := range t.object {
		if f.name == name {
			return f.value, true
		}
	}
	return target{}, false
}

// choose returns the path for a browser that imports a module: the first condition of "browser",
// "import" and "default", in the order of the package; "" for none.
func (t target) choose() string {
	switch t.kind {
	case 's':
		return t.path
	case '[':
		for _, one := range t.list {
			if p := one.choose(); p != "" {
				return p
			}
		}
	case '{':
		for _, f := range t.object {
			if f.name == "browser" || f.name == "import" || f.name == "default" {
				if p := f.value.choose(); p != "" || f.value.kind == 'n' {
					return p
				}
			}
		}
	}
	return ""
}

// lookup finds a name, or the pattern with one star that fits it most closely, and returns its path.
func (t target) lookup(name string) string {
	if found, ok := t.find(name); ok && !strings.Contains(name, "*") {
		return found.choose()
	}
	best, star := field{}, ""
	for _, f := range t.object {
		before, after, ok := strings.Cut(f.name, "*")
		if !ok || len(name) < len(before)+len(after) || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
			continue
		}
		if had, _, _ := strings.Cut(best.name, "*"); best.name == "" || len(before) > len(had) {
			best, star = f, name[len(before):len(name)-len(after)]
		}
	}
	return strings.ReplaceAll(best.value.choose(), "*", star)
}

// readManifest reads the package.json of an archive.
func readManifest(files map[string][]byte) (manifest, error) {
	var m manifest
	text, ok := files["package.json"]
	if !ok {
		return m, errors.New("it has no package.json")
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("its package.json cannot be read: %w", err)
	}
	return m, nil
}

// licence returns what the package says of its licence.
func (m *manifest) licence() string {
	var name string
	var old struct{ Type string }
	if json.Unmarshal(m.Licence, &name) == nil {
		return name
	}
	json.Unmarshal(m.Licence, &old) // its form of before npm 2
	return old.Type
}

// entry returns the file that a subpath means, "." for the package itself; "" for none.
func (m *manifest) entry(subpath string) string {
	if m.Exports.kind != 0 && m.Exports.kind != 'n' {
		exports := m.Exports
		if len(exports.object) == 0 || !strings.HasPrefix(exports.object[0].name, ".") {
			exports = target{kind: '{', object: []field{{".", m.Exports}}}
		}
		return clean(exports.lookup(subpath))
	}
	if subpath != "." {
		return clean(subpath)
	}
	for _, p := range []string{m.Module, m.Browser.path, m.Main} {
		if p != "" {
			return clean(p)
		}
	}
	return "index.js"
}

// range of a package that it needs; false if it does not say that it needs it.
func (m *manifest) needs(name string) (string, bool) {
	for _, list := range []map[string]string{m.Dependencies, m.PeerDependencies, m.Optional} {
		if r, ok := list[name]; ok {
			return r, true
		}
	}
	return "", false
}

// clean returns a path of a package.json without "./" in front; "" if it leads out of the package.
func clean(p string) string {
	if p == "" {
		return ""
	}
	if p = path.Clean(p); !fs.ValidPath(p) || p == "." {
		return ""
	}
	return p
}
