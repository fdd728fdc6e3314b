// Package jsvendor keeps packages of npm for browsers in a folder of static files, without Node.js: it
// takes an archive from the registry, checks it, resolves what its modules import, and
// stores only the files that are reached. The list of what is there is [jslock.Name].
//
// Nothing of a package is run. What the folder has is replaced only when everything has been fetched and
// resolved.
package jsvendor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/internal/jslock"
	"github.com/volaweb/vola/internal/nearest"
)

// Config says where a folder is and where its packages come from.
type Config struct {
	// Dir is the folder. Add makes it.
	Dir string
	// Registry is the address of a registry of npm. Defaults to [DefaultRegistry].
	Registry string
	// Client asks the registry. Defaults to one that gives up after 60 seconds.
	Client *http.Client
}

// Folder is a folder of packages. It is for one goroutine.
type Folder struct {
	cfg      Config
	registry *registry
}

// New makes a Folder. Nothing is read or written.
func New(cfg Config) *Folder {
	if cfg.Registry == "" {
		cfg.Registry = DefaultRegistry
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: time.Minute}
	}
	return &Folder{cfg, &registry{url: strings.TrimRight(cfg.Registry, "/"), client: cfg.Client, known: map[string]*document{}}}
}

// Lock returns the list of the packages in the folder.
func (f *Folder) Lock() (jslock.Lock, error) {
	text, err := os.ReadFile(path.Join(f.cfg.Dir, jslock.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return jslock.Lock{}, nil
	}
	if err != nil {
		return jslock.Lock{}, err
	}
	return jslock.Parse(text)
}

// existing is Lock for what needs a list.
func (f *Folder) existing() (jslock.Lock, error) {
	if _, err := os.Stat(path.Join(f.cfg.Dir, jslock.Name)); errors.Is(err, fs.ErrNotExist) {
		return jslock.Lock{}, fmt.Errorf("there is no %s in %s; add a package first, with: vola js add NAME@VERSION", jslock.Name, f.cfg.Dir)
	}
	return f.Lock()
}

// Add stores a version of a package, "NAME@VERSION", with what it needs, in place of another version that was
// asked for before. Subpaths are further parts of it that modules or pages name, such as
// "ext/sse.js" or "dist/style.css". It returns the packages that are new in the folder.
func (f *Folder) Add(ctx context.Context, spec string, subpaths []string) (added []jslock.Package, err error) {
	name, wanted := cutVersion(spec)
	if !isPackageName(name) {
		return nil, fmt.Errorf("%q is no name of a package; write NAME@VERSION", spec)
	}
	if _, ok := parseVersion(wanted); !ok {
		return nil, f.noVersion(ctx, name, wanted)
	}
	lock, err := f.Lock()
	if err != nil {
		return nil, err
	}
	if err := f.changed(lock); err != nil {
		return nil, err
	}
	r := newResolver(f.registry, lock)
	direct, err := r.add(ctx, name, wanted, subpaths)
	if err != nil {
		return nil, err
	}
	now, files := r.result(direct)
	for _, p := range now.Packages {
		if !slices.ContainsFunc(lock.Packages, func(old jslock.Package) bool { return old.Dir() == p.Dir() }) {
			added = append(added, p)
		}
	}
	return added, f.replace(lock, now, files)
}

// noVersion is the error where a version is not a whole one.
func (f *Folder) noVersion(ctx context.Context, name, wanted string) error {
	d, err := f.registry.document(ctx, name)
	if err != nil {
		return err
	}
	newest := d.newest()
	if wanted == "" {
		return fmt.Errorf("name a version, as what is newest changes: the newest of %s is %s, so write %s@%s", name, newest, name, newest)
	}
	return fmt.Errorf("%q is no whole version: the newest of %s is %s, so write %s@%s", wanted, name, newest, name, newest)
}

// Remove takes a package out, with what only that needed. It returns the packages that are gone.
func (f *Folder) Remove(name string) (removed []jslock.Package, err error) {
	name, _ = cutVersion(name)
	lock, err := f.existing()
	if err != nil {
		return nil, err
	}
	var names []string
	now := jslock.Lock{Packages: slices.Clone(lock.Packages)}
	found := false
	for i, p := range now.Packages {
		if p.Direct {
			names = append(names, p.Name)
		}
		if p.Direct && p.Name == name {
			now.Packages[i].Direct, now.Packages[i].Imports, found = false, nil, true
		}
	}
	switch {
	case found:
	case slices.ContainsFunc(lock.Packages, func(p jslock.Package) bool { return p.Name == name }):
		return nil, fmt.Errorf("%s is only there because another package needs it; it goes with that", name)
	default:
		return nil, fmt.Errorf("there is no package %s in %s%s", name, f.cfg.Dir, nearest.Hint(name, names))
	}
	now.Packages = needed(now.Packages)
	for _, p := range lock.Packages {
		if !slices.ContainsFunc(now.Packages, func(q jslock.Package) bool { return q.Dir() == p.Dir() }) {
			removed = append(removed, p)
		}
	}
	return removed, f.replace(lock, now, nil)
}

// needed returns the packages that were asked for, and those that these need.
func needed(all []jslock.Package) []jslock.Package {
	byDir := map[string]jslock.Package{}
	for _, p := range all {
		byDir[p.Dir()] = p
	}
	reached := map[string]bool{}
	var reach func(p jslock.Package)
	reach = func(p jslock.Package) {
		if reached[p.Dir()] {
			return
		}
		reached[p.Dir()] = true
		for name, version := range p.Requires {
			if q, ok := byDir[name+"@"+version]; ok {
				reach(q)
			}
		}
	}
	for _, p := range all {
		if p.Direct {
			reach(p)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p jslock.Package) bool { return !reached[p.Dir()] })
}

// Outdated is a package of which there is a newer version.
type Outdated struct {
	Name, Have string
	// Compatible is the newest version that does not change the interface by Semantic Versioning, Newest the one that
	// the registry recommends.
	Compatible, Newest string
	// Deprecated is what the authors say against the version that is there.
	Deprecated string
}

// Outdated asks the registry for newer versions of the packages that were asked for.
func (f *Folder) Outdated(ctx context.Context) ([]Outdated, error) {
	lock, err := f.existing()
	if err != nil {
		return nil, err
	}
	var out []Outdated
	for _, p := range lock.Packages {
		if !p.Direct {
			continue
		}
		d, err := f.registry.document(ctx, p.Name)
		if err != nil {
			return nil, err
		}
		same, err := parseRange("^" + p.Version)
		if err != nil {
			return nil, err
		}
		o := Outdated{Name: p.Name, Have: p.Version, Compatible: newest(d.versions(), same.has), Newest: d.newest()}
		o.Deprecated, _ = d.Versions[p.Version].Deprecated.(string)
		if o.Compatible == "" {
			o.Compatible = p.Version
		}
		if o.Compatible != o.Have || o.Newest != o.Have || o.Deprecated != "" {
			out = append(out, o)
		}
	}
	return out, nil
}

// Verify compares the folder with the list. The errors name files that are missing or were changed, and those in
// the folder of a package that it does not have.
func (f *Folder) Verify() (files int, errs []error) {
	lock, err := f.existing()
	if err != nil {
		return 0, []error{err}
	}
	root, err := os.OpenRoot(f.cfg.Dir)
	if err != nil {
		return 0, []error{err}
	}
	defer root.Close()
	for _, p := range lock.Packages {
		for name, want := range p.Files {
			files++
			if err := check(root, name, want); err != nil {
				errs = append(errs, err)
			}
		}
		err := fs.WalkDir(root.FS(), p.Dir(), func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && p.Files[name] == "" {
				errs = append(errs, fmt.Errorf("%s is of no package; remove it", name))
			}
			return nil
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return files, errs
}

// errChanged is a file that is another than what was stored.
var errChanged = errors.New("is not what was stored")

// check compares a file with its SHA-256.
func check(root *os.Root, name, want string) error {
	text, err := root.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is %w; add its package again", name, errMissing)
	case err != nil:
		return err
	case hashOf(text) != want:
		return fmt.Errorf("%s %w; add its package again", name, errChanged)
	}
	return nil
}

// changed refuses to go on where a file was changed by hand, as that would be lost.
func (f *Folder) changed(lock jslock.Lock) error {
	if len(lock.Packages) == 0 {
		return nil
	}
	root, err := os.OpenRoot(f.cfg.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, p := range lock.Packages {
		for name, want := range p.Files {
			switch err := check(root, name, want); {
			case errors.Is(err, errChanged):
				return fmt.Errorf("%s was changed by hand, and would be replaced; remove it, or its package, first", name)
			case err != nil && !errors.Is(err, errMissing):
				return err
			}
		}
	}
	return nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// cutVersion splits NAME@VERSION; a name may begin with "@".
func cutVersion(spec string) (name, version string) {
	at := strings.LastIndexByte(spec, '@')
	if at <= 0 {
		return spec, ""
	}
	return spec[:at], spec[at+1:]
}

// isPackageName reports whether a name can be that of a package.
func isPackageName(name string) bool {
	scope, rest, scoped := strings.Cut(name, "/")
	if !scoped {
		scope, rest = "@x", name
	}
	part := func(s string) bool {
		return s != "" && s[0] != '.' && s[0] != '_' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~") == ""
	}
	return len(name) <= 214 && strings.HasPrefix(scope, "@") && part(scope[1:]) && part(rest)
}
