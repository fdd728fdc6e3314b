// Package modelgen writes the typed descriptors of models: what "vola gen"
// does. It reads source text only, so it works on packages that do not
// compile, as those that miss their descriptors do.
package modelgen

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// FileName is the file that is written into each package that declares models.
const FileName = "vola_gen.go"

const (
	ormPath   = "github.com/volaweb/vola/orm"
	civilPath = "github.com/volaweb/vola/civil"
)

// File is what Generate made for one package.
type File struct {
	Path    string // of the generated file
	Text    []byte // nil when the package declares no models and the file is to go
	Models  []string
	Changed bool // the file on disk is different or missing
}

// Generate makes the descriptors of the package in dir. A package without
// models gives a File with no text, unless dir has a generated file left over.
func Generate(dir string) (File, error) {
	out := File{Path: filepath.Join(dir, FileName)}
	old, err := os.ReadFile(out.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return out, err
	}
	p, err := parseDir(dir)
	if err != nil {
		return out, err
	}
	names, err := p.declared()
	if err != nil {
		return out, err
	}
	if len(names) == 0 {
		out.Changed = old != nil
		return out, nil
	}
	var errs []error
	var models []model
	for _, d := range names {
		m, err := p.model(d)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.names[m.plural] = true
		models = append(models, m)
		out.Models = append(out.Models, m.name)
	}
	if err := errors.Join(errs...); err != nil {
		return out, err
	}
	out.Text, err = p.write(models)
	out.Changed = string(out.Text) != string(old)
	return out, err
}

// Write puts the file on disk, or removes it when the package has no models.
func (f File) Write() error {
	switch {
	case !f.Changed:
		return nil
	case f.Text == nil:
		return os.Remove(f.Path)
	}
	return os.WriteFile(f.Path, f.Text, 0o666)
}

// Dirs returns the folders below root that hold Go packages of the same
// module: not testdata, not hidden, not vendored, not other modules.
func Dirs(root string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		name := d.Name()
		if path != root {
			if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return filepath.SkipDir
			}
		}
		if found, _ := filepath.Glob(filepath.Join(path, "*.go")); len(found) > 0 {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs, err
}

// pkg is the source of one package.
type pkg struct {
	dir   string
	name  string
	fset  *token.FileSet
	files []*ast.File
	types map[string]typeDecl
	// names are those of all that the package declares.
	names map[string]bool
	// others are the packages whose types are embedded or named, by path.
	others map[string]*pkg
}

// typeDecl is where a type is declared.
type typeDecl struct {
	spec *ast.TypeSpec
	doc  *ast.CommentGroup
	file *ast.File
	pkg  *pkg
}

// parseDir reads the package's files but tests and what was generated.
// Mistakes in bodies of functions do not matter.
func parseDir(dir string) (*pkg, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	p := &pkg{dir: dir, fset: token.NewFileSet(), types: map[string]typeDecl{}, names: map[string]bool{}, others: map[string]*pkg{}}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == FileName {
			continue
		}
		if match, err := build.Default.MatchFile(dir, name); err != nil || !match {
			continue // for another system, or with a build tag that is not set
		}
		f, err := parser.ParseFile(p.fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if f == nil || f.Name == nil || f.Name.Name == "_" {
			return nil, err
		}
		if p.name != "" && f.Name.Name != p.name {
			continue // a file of another package, such as one with a build tag ignore
		}
		p.name = f.Name.Name
		p.files = append(p.files, f)
		for _, d := range f.Decls {
			p.note(d)
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				ts := s.(*ast.TypeSpec)
				doc := ts.Doc
				if doc == nil {
					doc = g.Doc
				}
				p.types[ts.Name.Name] = typeDecl{ts, doc, f, p}
			}
		}
	}
	return p, nil
}

// note remembers the names that a declaration gives.
func (p *pkg) note(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			p.names[d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				p.names[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, n := range s.Names {
					p.names[n.Name] = true
				}
			}
		}
	}
}

// declaration is one orm.Model[T] call.
type declaration struct {
	name string
	pos  token.Pos
}

// declared finds the package's orm.Model[T] calls, in the order of the source.
func (p *pkg) declared() ([]declaration, error) {
	var out []declaration
	var errs []error
	for _, f := range p.files {
		orm := importName(f, ormPath)
		if orm == "" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			ix, ok := n.(*ast.IndexExpr)
			if !ok || !isSelector(ix.X, orm, "Model") {
				return true
			}
			id, ok := ix.Index.(*ast.Ident)
			if !ok {
				errs = append(errs, fmt.Errorf("%s: orm.Model takes a type of its own package, not %s", p.at(ix.Pos()), exprString(p.fset, ix.Index)))
				return false
			}
			if !slices.ContainsFunc(out, func(d declaration) bool { return d.name == id.Name }) {
				out = append(out, declaration{id.Name, id.Pos()})
			}
			return false
		})
	}
	return out, errors.Join(errs...)
}

// at returns the position as file:line.
func (p *pkg) at(pos token.Pos) string {
	at := p.fset.Position(pos)
	return at.Filename + ":" + strconv.Itoa(at.Line)
}

// importName returns the name under which a file knows the package of that
// path, or "".
func importName(f *ast.File, path string) string {
	for _, s := range f.Imports {
		if p, err := strconv.Unquote(s.Path.Value); err == nil && p == path {
			if s.Name != nil {
				return s.Name.Name
			}
			return baseName(path)
		}
	}
	return ""
}

// baseName guesses a package's name from its path: the last part, without a
// version.
func baseName(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = parts[len(parts)-2]
	}
	last, _, _ = strings.Cut(last, ".")
	return last[strings.LastIndexByte(last, '-')+1:]
}

// importPath returns the path of the package that a file knows under name.
func importPath(f *ast.File, name string) string {
	for _, s := range f.Imports {
		path, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			continue
		}
		if s.Name != nil && s.Name.Name == name || s.Name == nil && baseName(path) == name {
			return path
		}
	}
	return ""
}

func isSelector(e ast.Expr, x, sel string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != sel {
		return false
	}
	id, ok := s.X.(*ast.Ident)
	return ok && id.Name == x
}
