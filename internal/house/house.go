// Package house checks the house rules of a Go module: which package may
// import which, what must be documented, what may be held in a package
// variable, how large things may grow, and that the documentation's links lead
// somewhere. The rules are stated, and run as tests, in the root of this
// module; here is only how they are checked.
//
// A rule is a method of [Module] that returns what it found. No finding means
// that the rule is kept. Every rule has a module in testdata that breaks it.
package house

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/gomod"
)

// Finding is one place where a rule is broken.
type Finding struct {
	File string // relative to the module's root, with slashes; a directory when it is about a whole package
	Line int    // 0 when it is about the file or the package as a whole
	Text string // what is wrong and what to do about it
}

// String returns the finding as "file:line: text".
func (f Finding) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Module is the parsed source of a Go module. It is not changed after [Load]
// and safe for concurrent use.
type Module struct {
	Dir      string     // its root directory
	Path     string     // its module path
	Packages []*Package // sorted by Dir

	fset *token.FileSet
}

// Package is one directory with Go files.
type Package struct {
	Dir   string // relative to the module's root, with slashes; "." for the root itself
	Name  string // from the package clause of the files that are not tests; empty when there are none
	Files []*File
}

// File is one parsed Go file.
type File struct {
	Name      string // relative to the module's root, with slashes
	Test      bool   // its name ends in _test.go
	Generated bool   // it has the comment "Code generated ... DO NOT EDIT."
	Lines     int
	Syntax    *ast.File
}

// Load parses every Go file of the module whose go.mod lies in dir, for every
// platform, without type checking it. Like the go command it leaves out nested
// modules, directories named testdata or vendor and those whose name begins
// with a dot or an underscore; it also leaves out files that the constraint
// "ignore" keeps out of every build. A file that does not parse is an error.
func Load(dir string) (*Module, error) {
	modulePath, err := gomod.Read(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	m := &Module{Dir: dir, Path: modulePath, fset: token.NewFileSet()}
	packages := make(map[string]*Package)
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since its directory was read
		}
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != dir && outsideBuild(name, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(entry.Name(), "_") || strings.HasPrefix(entry.Name(), ".") {
			return nil
		}
		file, err := m.parse(name)
		if err != nil || file == nil {
			return err
		}
		pkg := packages[path.Dir(file.Name)]
		if pkg == nil {
			pkg = &Package{Dir: path.Dir(file.Name)}
			packages[pkg.Dir] = pkg
			m.Packages = append(m.Packages, pkg)
		}
		pkg.Files = append(pkg.Files, file)
		if !file.Test {
			pkg.Name = file.Syntax.Name.Name
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("house: load module %s: %w", modulePath, err)
	}
	slices.SortFunc(m.Packages, func(a, b *Package) int { return cmp.Compare(a.Dir, b.Dir) })
	return m, nil
}

// outsideBuild reports whether the go command's "./..." leaves out a directory.
func outsideBuild(dir, base string) bool {
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// parse reads one file. It returns nil for a file that is in no build.
func (m *Module) parse(name string) (*File, error) {
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(m.Dir, name)
	if err != nil {
		return nil, err
	}
	rel = filepath.ToSlash(rel)
	syntax, err := parser.ParseFile(m.fset, rel, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if ignored(syntax) {
		return nil, nil
	}
	return &File{
		Name:      rel,
		Test:      strings.HasSuffix(rel, "_test.go"),
		Generated: ast.IsGenerated(syntax),
		Lines:     strings.Count(string(src), "\n"),
		Syntax:    syntax,
	}, nil
}

// ignored reports whether a build constraint asks for the tag "ignore", the
// custom for programs that are only ever named on a command line.
func ignored(file *ast.File) bool {
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, comment := range group.List {
			expr, err := constraint.Parse(comment.Text)
			if err == nil && !expr.Eval(func(tag string) bool { return tag != "ignore" }) {
				return true
			}
		}
	}
	return false
}

// library reports whether the package is meant to be imported by users.
func (p *Package) library() bool {
	return p.Name != "" && p.Name != "main" && !slices.Contains(strings.Split(p.Dir, "/"), "internal")
}

// sources returns the files of the package that are not tests.
func (p *Package) sources() []*File {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f *File) bool { return f.Test })
}

// at makes a finding about the source at pos.
func (m *Module) at(pos token.Pos, format string, args ...any) Finding {
	p := m.fset.Position(pos)
	return Finding{File: p.Filename, Line: p.Line, Text: fmt.Sprintf(format, args...)}
}
