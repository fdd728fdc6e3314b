package jsvendor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/cssrefs"
	"github.com/volaweb/vola/internal/jsimports"
	"github.com/volaweb/vola/internal/jslock"
)

// Limits of what is stored.
const (
	maxPackages = 200
	maxFiles    = 5_000
	maxHeld     = 256 << 20 // bytes of all archives, unpacked
	maxStored   = 16 << 20  // bytes of all files
	maxLicence  = 256 << 10
)

// resolver finds the files that packages need of each other.
type resolver struct {
	registry *registry
	lock     jslock.Lock
	packages map[string]*unpacked // by name and version
	queue    []work
	files    map[string][]byte // that are to be stored
	stored   int               // bytes of those
	held     int               // bytes of all archives
}

// unpacked is a package with its archive.
type unpacked struct {
	jslock.Package
	manifest manifest
	archive  map[string][]byte
}

// work is a file whose imports have not been looked at.
type work struct {
	of   *unpacked
	file string
}

func newResolver(r *registry, lock jslock.Lock) *resolver {
	return &resolver{registry: r, lock: lock, packages: map[string]*unpacked{}, files: map[string][]byte{}}
}

// add resolves a package that is asked for, with those of its parts that were asked for before.
func (r *resolver) add(ctx context.Context, name, version string, subpaths []string) (*unpacked, error) {
	p, err := r.load(ctx, name, version)
	if err != nil {
		return nil, err
	}
	p.Direct, p.Imports = true, map[string]string{}
	names := []string{name}
	for _, subpath := range subpaths {
		names = append(names, name+"/"+strings.TrimPrefix(path.Clean(subpath), "/"))
	}
	asked, had := len(names), ""
	for _, old := range r.lock.Packages {
		if old.Name == name && old.Direct {
			had = old.Dir()
			names = slices.AppendSeq(names, slices.Values(slices.Sorted(maps.Keys(old.Imports))))
		}
	}
	for i, specifier := range names {
		p.Imports[specifier], err = r.enter(p, specifier)
		if err != nil && i >= asked && !slices.Contains(names[:asked], specifier) {
			return nil, fmt.Errorf("%w; it was added with %s, so if it is not needed any more, run vola js remove %s, and then add %s with the parts that are needed",
				err, had, name, p.Dir())
		}
		if err != nil {
			return nil, err
		}
	}
	return p, r.work(ctx)
}

// load fetches a package. That of the list must be the same still.
func (r *resolver) load(ctx context.Context, name, version string) (*unpacked, error) {
	dir := name + "@" + version
	if p := r.packages[dir]; p != nil {
		return p, nil
	}
	if len(r.packages) >= maxPackages {
		return nil, fmt.Errorf("it needs more than %d packages, the limit", maxPackages)
	}
	text, integrity, err := r.registry.archive(ctx, name, version)
	if err != nil {
		return nil, err
	}
	for _, old := range r.lock.Packages {
		if old.Dir() == dir && old.Integrity != integrity {
			return nil, fmt.Errorf("the registry has another archive for %s than when it was added: %s, not %s; nothing was stored", dir, integrity, old.Integrity)
		}
	}
	p := &unpacked{Package: jslock.Package{Name: name, Version: version, Integrity: integrity, Files: map[string]string{}}}
	if p.archive, err = unpack(text); err != nil {
		return nil, fmt.Errorf("the archive of %s: %w", dir, err)
	}
	for _, text := range p.archive {
		r.held += len(text)
	}
	if r.held > maxHeld {
		return nil, fmt.Errorf("the packages that it needs unpack to more than %d MiB, the limit", maxHeld>>20)
	}
	if p.manifest, err = readManifest(p.archive); err != nil {
		return nil, fmt.Errorf("the archive of %s: %w", dir, err)
	}
	if p.manifest.Name != name {
		return nil, fmt.Errorf("the archive of %s is that of a package %q", dir, p.manifest.Name)
	}
	p.Licence = p.manifest.licence()
	for file, text := range p.archive { // the licences ask for it
		base := strings.ToUpper(file)
		for _, word := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE"} {
			if strings.HasPrefix(base, word) && !strings.Contains(file, "/") && len(text) <= maxLicence && path.Ext(base) != ".JS" {
				if err := r.keep(p, file); err != nil {
					return nil, err
				}
			}
		}
	}
	r.packages[dir] = p
	return p, nil
}

// enter returns the file, with its package, that a specifier of the package itself means, and stores it.
func (r *resolver) enter(p *unpacked, specifier string) (string, error) {
	subpath := "." + strings.TrimPrefix(specifier, p.Name)
	file := p.manifest.entry(subpath)
	if file == "" {
		return "", fmt.Errorf("%s has no %q for browsers; see exports in its package.json", p.Dir(), specifier)
	}
	find := p.find
	if p.manifest.Exports.kind != 0 {
		find = p.forBrowsers // exports name whole files
	}
	found, ok := find(file)
	if !ok {
		return "", fmt.Errorf("%s has no file %q: %w", p.Dir(), file, errMissing)
	}
	return p.Dir() + "/" + found, r.keep(p, found)
}

// find returns the file that a path in a package means: as bundlers do it, also without the end of its
// name. A package may have another file for browsers.
func (p *unpacked) find(file string) (string, bool) {
	for _, end := range []string{"", ".js", ".mjs", "/index.js", "/index.mjs"} {
		if _, ok := p.archive[file+end]; ok {
			return p.forBrowsers(file + end)
		}
	}
	return "", false
}

// forBrowsers returns what the field "browser" has in place of a file.
func (p *unpacked) forBrowsers(file string) (string, bool) {
	for _, f := range p.manifest.Browser.object {
		if clean(f.name) != file {
			continue
		}
		file = clean(f.value.path)
		break
	}
	_, ok := p.archive[file]
	return file, ok
}

// keep stores a file of a package, and notes that its imports are to be looked at.
func (r *resolver) keep(p *unpacked, file string) error {
	name := p.Dir() + "/" + file
	if p.Files[name] != "" {
		return nil
	}
	if path.Base(file) == jslock.Name {
		return fmt.Errorf("%s has a file %s, which would be taken for the list of packages", p.Dir(), file)
	}
	text := p.archive[file]
	r.stored += len(text)
	if r.stored > maxStored || len(r.files) >= maxFiles {
		return fmt.Errorf("%s needs more than %d MiB or %d files, the limits", p.Dir(), maxStored>>20, maxFiles)
	}
	p.Files[name] = hashOf(text)
	r.files[name] = text
	r.queue = append(r.queue, work{p, file})
	return nil
}

// work goes through all files that are reached.
func (r *resolver) work(ctx context.Context) error {
	for len(r.queue) > 0 {
		next := r.queue[0]
		r.queue = r.queue[1:]
		var err error
		switch path.Ext(next.file) {
		case ".js", ".mjs":
			err = r.module(ctx, next.of, next.file)
		case ".cjs":
			err = notForBrowsers(next.of, next.file)
		case ".css":
			err = r.sheet(next.of, next.file)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func notForBrowsers(p *unpacked, file string) error {
	return fmt.Errorf("%s is for Node.js (CommonJS, in %s), and browsers cannot load it; look for a version or a package with ES modules, "+
		"or make one file of it with a bundler such as esbuild, and put that into the folder static", p.Dir(), file)
}

// sheet stores what a style sheet refers to in its package.
func (r *resolver) sheet(p *unpacked, file string) error {
	for _, ref := range cssrefs.Find(p.archive[file]) {
		url, _, _ := strings.Cut(ref.URL, "#")
		url, _, _ = strings.Cut(url, "?")
		target := path.Join(path.Dir(file), url)
		if _, ok := p.archive[target]; ok && url != "" && !strings.HasPrefix(url, "/") {
			if err := r.keep(p, target); err != nil {
				return err
			}
		}
	}
	return nil
}

// module stores what a module imports.
func (r *resolver) module(ctx context.Context, p *unpacked, file string) error {
	found := jsimports.Find(p.archive[file])
	if found.CommonJS && !found.Module {
		return notForBrowsers(p, file)
	}
	for _, i := range found.Imports {
		if err := r.imported(ctx, p, file, i.Specifier); err != nil {
			if i.Dynamic && errors.Is(err, errMissing) {
				continue // it may be tried, and do without
			}
			return err
		}
	}
	return nil
}

// errMissing is a file that a package does not have.
var errMissing = errors.New("missing")

// imported stores what one import of a module means.
func (r *resolver) imported(ctx context.Context, p *unpacked, file, specifier string) error {
	switch {
	case strings.HasPrefix(specifier, "./") || strings.HasPrefix(specifier, "../") || specifier == "." || specifier == "..":
		return r.relative(p, file, specifier)
	case strings.HasPrefix(specifier, "#"):
		inside := p.manifest.Imports.lookup(specifier)
		switch {
		case inside == "":
			return fmt.Errorf("%s: %s imports %q, which is not in its package.json: %w", p.Dir(), file, specifier, errMissing)
		case strings.HasPrefix(inside, "./"):
			return r.inside(p, file, specifier, clean(inside))
		}
		return r.other(ctx, p, file, specifier, inside)
	case strings.HasPrefix(specifier, "/"):
		return fmt.Errorf("%s: %s imports %q, which is not in the package", p.Dir(), file, specifier)
	case strings.HasPrefix(specifier, "node:"):
		return fmt.Errorf("%s: %s imports %q of Node.js, so it does not work in browsers", p.Dir(), file, specifier)
	case strings.Contains(specifier, ":"):
		return nil // a URL
	}
	return r.other(ctx, p, file, specifier, specifier)
}

// relative stores a file of the same package.
func (r *resolver) relative(p *unpacked, file, specifier string) error {
	url, _, _ := strings.Cut(specifier, "?")
	if base := url[strings.LastIndexByte(url, '/')+1:]; base == "" || base == "." || base == ".." {
		return fmt.Errorf("%s: %s imports %q, a folder, which browsers find no file for", p.Dir(), file, specifier)
	}
	target := path.Join(path.Dir(file), url)
	if target == ".." || strings.HasPrefix(target, "../") {
		return fmt.Errorf("%s: %s imports %q, which leads out of the package", p.Dir(), file, specifier)
	}
	found, ok := p.find(target)
	if !ok {
		return fmt.Errorf("%s: %s imports %q, and there is no such file: %w", p.Dir(), file, specifier, errMissing)
	}
	if found != target {
		if p.Redirects == nil {
			p.Redirects = map[string]string{}
		}
		p.Redirects[p.Dir()+"/"+target] = p.Dir() + "/" + found
	}
	return r.keep(p, found)
}

// inside stores a file of the same package that has a name.
func (r *resolver) inside(p *unpacked, file, specifier, target string) error {
	found, ok := p.find(target)
	if !ok {
		return fmt.Errorf("%s: %s imports %q, and there is no such file: %w", p.Dir(), file, specifier, errMissing)
	}
	p.use(specifier, p.Dir()+"/"+found)
	return r.keep(p, found)
}

func (p *unpacked) use(specifier, target string) {
	if p.Uses == nil {
		p.Uses = map[string]string{}
	}
	p.Uses[specifier] = target
}

// other stores a file of another package, or of this one by its name.
func (r *resolver) other(ctx context.Context, p *unpacked, file, specifier, meant string) error {
	if replacement, ok := p.manifest.Browser.find(meant); ok && meant != p.Name {
		if replacement.kind != 's' {
			return fmt.Errorf("%s: %s imports %q, which the package leaves out for browsers", p.Dir(), file, specifier)
		}
		if meant = replacement.path; strings.HasPrefix(meant, ".") {
			return r.inside(p, file, specifier, clean(meant))
		}
	}
	name := jslock.PackageOf(meant)
	if name == p.Name {
		target, err := r.enter(p, meant)
		p.use(specifier, target)
		return err
	}
	if !isPackageName(name) {
		return fmt.Errorf("%s: %s imports %q, which is no name of a package", p.Dir(), file, specifier)
	}
	wanted, ok := p.manifest.needs(name)
	if !ok {
		return fmt.Errorf("%s: %s imports %q, and its package.json does not say that it needs that; perhaps it is a part of Node.js", p.Dir(), file, specifier)
	}
	version, err := r.choose(ctx, name, wanted)
	if err != nil {
		return fmt.Errorf("%s needs %s, version %q: %w", p.Dir(), name, wanted, err)
	}
	q, err := r.load(ctx, name, version)
	if err != nil {
		return err
	}
	target, err := r.enter(q, meant)
	if err != nil {
		return err
	}
	p.use(specifier, target)
	if p.Requires == nil {
		p.Requires = map[string]string{}
	}
	p.Requires[name] = version
	return nil
}

// choose returns the version of a package for a range: one that is there already, or else the newest.
func (r *resolver) choose(ctx context.Context, name, wanted string) (string, error) {
	within, err := parseRange(wanted)
	if err != nil {
		return "", err
	}
	var have []string
	for _, p := range r.packages {
		if p.Name == name {
			have = append(have, p.Version)
		}
	}
	if found := newest(have, within.has); found != "" {
		return found, nil
	}
	for _, p := range r.lock.Packages {
		if p.Name == name {
			have = append(have, p.Version)
		}
	}
	if found := newest(have, within.has); found != "" {
		return found, nil
	}
	d, err := r.registry.document(ctx, name)
	if err != nil {
		return "", err
	}
	if found := newest(d.versions(), within.has); found != "" {
		return found, nil
	}
	return "", errors.New("the registry has no version in that range")
}

// result returns the list with the package that was added, and the files to store.
func (r *resolver) result(direct *unpacked) (jslock.Lock, map[string][]byte) {
	var all []jslock.Package
	for _, old := range r.lock.Packages {
		if old.Name == direct.Name && old.Direct {
			old.Direct, old.Imports = false, nil
		}
		if p := r.packages[old.Dir()]; p != nil {
			p.join(old)
			continue
		}
		all = append(all, old)
	}
	for _, p := range r.packages {
		all = append(all, p.Package)
	}
	return jslock.Lock{Packages: needed(all)}, r.files
}

// join adds what the list had of the same version: other packages may need more of it.
func (p *unpacked) join(old jslock.Package) {
	p.Direct = p.Direct || old.Direct
	p.Imports = joined(p.Imports, old.Imports)
	p.Uses = joined(p.Uses, old.Uses)
	p.Redirects = joined(p.Redirects, old.Redirects)
	p.Requires = joined(p.Requires, old.Requires)
	p.Files = joined(p.Files, old.Files)
}

func joined(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	out := maps.Clone(b)
	maps.Copy(out, a)
	return out
}
