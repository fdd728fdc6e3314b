package volatest

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/volaweb/vola"
)

// inProject gives a site whose configuration says nothing of templates and
// static files those of the project that the test is part of: a module's
// templates may extend them.
func inProject(cfg vola.Config) vola.Config {
	if cfg.Dir == "" && cfg.Templates == nil && cfg.Static == nil {
		if here, err := os.Getwd(); err == nil {
			cfg.Dir = projectDir(here)
		}
	}
	return cfg
}

// projectDir returns the nearest folder above dir, as far as that of go.mod, that
// has a program and a folder "templates" or "static"; "" if there is none.
// Tests run in the folder of their package.
func projectDir(dir string) string {
	for {
		if isFile(filepath.Join(dir, "go.mod")) {
			return ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
		if (isDir(filepath.Join(dir, "templates")) || isDir(filepath.Join(dir, "static"))) && hasProgram(dir) {
			return dir
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// hasProgram reports whether a Go file of the folder is of package main.
func hasProgram(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return false
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && !strings.HasSuffix(file, "_test.go") && isMain(string(text)) {
			return true
		}
	}
	return false
}

func isMain(source string) bool {
	for line := range strings.Lines(source) {
		if rest, ok := strings.CutPrefix(line, "package "); ok {
			name, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			return name == "main"
		}
	}
	return false
}
