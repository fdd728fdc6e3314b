package vola

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/internal/gomod"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web/ajax"
)

// sources says where the files of a site come from.
type sources struct {
	cfg Config
	dev bool // in development
}

// sourceDir returns the folder with the source of a module, in development and
// where it is part of the program's own source; "" otherwise.
func (s sources) sourceDir(m module.Module) string {
	return s.devDir(pathOf(m))
}

// projectDirs returns the folders that the project's own "templates" and
// "static" are looked for in: the working directory and, in development, that
// of package main, which the embedded files were made from.
func (s sources) projectDirs() []string {
	out := []string{s.cfg.Dir}
	if dir := s.devDir("main"); dir != "" && !sameDir(dir, s.cfg.Dir) {
		out = append(out, dir)
	}
	return out
}

// devDir returns the folder of a package of the program's own source, which is
// looked for around the working directory and, for programs that are started
// elsewhere, where they were built. It returns "" in production.
func (s sources) devDir(path string) string {
	if !s.dev {
		return ""
	}
	if dir := packageDir(s.cfg.Dir, path); dir != "" {
		return dir
	}
	built := mainSource()
	if built == "" {
		return ""
	}
	return packageDir(built, path)
}

// mainSource returns the folder that package main was built from, when it is
// still there; "" when it is not, when paths were trimmed, and in tests.
func mainSource() string {
	pcs := make([]uintptr, 128)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.Function != "main.main" {
			continue
		}
		if _, err := os.Stat(f.File); err != nil || !filepath.IsAbs(f.File) {
			return ""
		}
		return filepath.Dir(f.File)
	}
	return ""
}

// sameDir reports whether both names lead to the same folder.
func sameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(filepath.Join(b, "."))
	return err == nil && os.SameFile(x, y)
}

// pathOf returns the import path of the package that declares the module's
// type.
func pathOf(m module.Module) string {
	inner, _ := module.As[module.Module](m)
	t := reflect.TypeOf(inner)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath()
}

// packageDir returns the folder of a package of the program's own Go module,
// whose go.mod is in dir or above it; "" for other packages and where there is
// no source.
func packageDir(dir, path string) string {
	root, modulePath, err := gomod.Find(dir)
	if err != nil {
		return ""
	}
	if path == "main" || strings.HasSuffix(path, ".test") {
		// The program's own package has no path at run time.
		if info, ok := debug.ReadBuildInfo(); ok {
			path = info.Path
		}
	}
	rest, ok := strings.CutPrefix(path, modulePath)
	if !ok || rest != "" && rest[0] != '/' {
		return ""
	}
	out := filepath.Join(root, filepath.FromSlash(rest))
	if info, err := os.Stat(out); err != nil || !info.IsDir() {
		return ""
	}
	return out
}

// loaders returns where template files come from: loaders of modules, then the
// project's files, then those of modules. In development the folders that
// embedded files were made from go before those.
func (s sources) loaders(h *module.Host) []templates.Loader {
	var out []templates.Loader
	for _, m := range s.cfg.Modules {
		if has, ok := module.As[module.HasLoaders](m); ok {
			out = append(out, has.Loaders(h)...)
		}
	}
	for _, dir := range s.projectDirs() {
		out = append(out, templates.Dir(filepath.Join(dir, "templates")))
	}
	if s.cfg.Templates != nil {
		out = append(out, templates.FS("the project (embedded)", folder(s.cfg.Templates, "templates")))
	}
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasTemplates](m)
		if !ok {
			continue
		}
		if dir := s.sourceDir(m); dir != "" {
			out = append(out, templates.Dir(filepath.Join(dir, "templates")))
		}
		out = append(out, templates.FS("module "+m.Name()+" (embedded)", folder(has.Templates(), "templates")))
	}
	out = append(out, templates.FS("Vola's forms (embedded)", forms.Templates()), templates.FS("Vola's lists (embedded)", templates.Builtin()))
	return out
}

// projectHas reports whether a template is one of the project's own files.
func (s sources) projectHas(template string) bool {
	for _, dir := range s.projectDirs() {
		if _, err := os.Stat(filepath.Join(dir, "templates", filepath.FromSlash(template))); err == nil {
			return true
		}
	}
	if s.cfg.Templates == nil {
		return false
	}
	_, err := fs.Stat(folder(s.cfg.Templates, "templates"), template)
	return err == nil
}

// folder returns the folder of that name in an embed.FS, which begins with the
// folders that it embeds, and a file system without one as it is.
func folder(fsys fs.FS, name string) fs.FS {
	if info, err := fs.Stat(fsys, name); err != nil || !info.IsDir() {
		return fsys
	}
	sub, err := fs.Sub(fsys, name)
	if err != nil {
		return fsys
	}
	return sub
}

// layers returns where static files come from, in the order of the templates.
func (s sources) layers() []fs.FS {
	var layers []fs.FS
	for _, dir := range s.projectDirs() {
		layers = append(layers, os.DirFS(filepath.Join(dir, "static")))
	}
	if s.cfg.Static != nil {
		layers = append(layers, folder(s.cfg.Static, "static"))
	}
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasStatic](m)
		if !ok {
			continue
		}
		if dir := s.sourceDir(m); dir != "" {
			layers = append(layers, os.DirFS(filepath.Join(dir, "static")))
		}
		layers = append(layers, folder(has.Static(), "static"))
	}
	layers = append(layers, forms.Static(), ajax.Static())
	return layers
}
