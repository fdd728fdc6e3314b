package vola

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"strings"

	"github.com/volaweb/vola/module"
)

// sourceDir returns the folder with the source of a module, in development and
// where it is part of the program's own source below the working directory;
// "" otherwise.
func (s *Site) sourceDir(m module.Module) string {
	if !s.opts.Dev {
		return ""
	}
	return packageDir(s.cfg.Dir, pathOf(m))
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
