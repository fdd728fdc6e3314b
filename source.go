package vola

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/volaweb/vola/module"
)

// sourceDir returns the folder with the source of a module, in development and
// where it is part of the program's own source; "" otherwise.
func (s *Site) sourceDir(m module.Module) string {
	return s.devDir(pathOf(m))
}

// projectDirs returns the folders that the project's own "templates" and
// "static" are looked for in: the working directory and, in development, that
// of package main, which the embedded files were made from.
func (s *Site) projectDirs() []string {
	out := []string{s.cfg.Dir}
	if dir := s.devDir("main"); dir != "" && !sameDir(dir, s.cfg.Dir) {
		out = append(out, dir)
	}
	return out
}

// devDir returns the folder of a package of the program's own source, which is
// looked for around the working directory and, for programs that are started
// elsewhere, where they were built. It returns "" in production.
func (s *Site) devDir(path string) string {
	if !s.opts.Dev {
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

// typeName returns the name of the module's type.
func typeName(m module.Module) string {
	inner, _ := module.As[module.Module](m)
	t := reflect.TypeOf(inner)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// packageDir returns the folder of a package of the program's own Go module,
// whose go.mod is in dir or above it; "" for other packages and where there is
// no source.
func packageDir(dir, path string) string {
	root, modulePath := goModule(dir)
	if root == "" {
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

// goModule finds the go.mod in dir or above it, and the path that it declares.
func goModule(dir string) (root, path string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", ""
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			for line := range strings.Lines(string(text)) {
				if p, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
					return dir, strings.Trim(strings.TrimSpace(p), `"`)
				}
			}
			return "", ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", ""
		}
		dir = up
	}
}
