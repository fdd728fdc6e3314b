package orm

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// source finds where in the source a model is declared. It is only asked when
// there is an error to report, and finds nothing on machines that do not have
// the source.
type source struct {
	caller uintptr // where Model was called
	typ    reflect.Type
}

// mistake returns an error in the declaration of a model, or of one of its
// fields, with the place where it stands if that can be found.
func (m *model) mistake(field string, err error) error {
	what := fmt.Sprintf("module %s, model %s", m.module, m)
	if field != "" {
		what += ", field " + field
	}
	if at := m.source.position(field); at != "" {
		what = at + ": " + what
	}
	return fmt.Errorf("%s: %w", what, err)
}

// position returns "file:line" of the field, or of the type when the field is
// "" or stands in another one, which is embedded. It returns "" when there is
// no source.
func (s *source) position(field string) string {
	frame, _ := runtime.CallersFrames([]uintptr{s.caller}).Next()
	// A model is declared in its own package; if Model was called from
	// another one, nothing says where that of the type is.
	if frame.File == "" || !strings.HasPrefix(frame.Function, s.typ.PkgPath()+".") {
		return ""
	}
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(frame.File), "*.go"))
	for _, name := range files {
		fset := token.NewFileSet()
		file, _ := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if file == nil {
			continue
		}
		if pos := find(file, s.typ.Name(), field); pos.IsValid() {
			at := fset.Position(pos)
			return fmt.Sprintf("%s:%d", fromHere(at.Filename), at.Line)
		}
	}
	return ""
}

// fromHere returns the path relative to the working directory, if that makes
// it shorter.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// find returns the position of a type's field, or of the type.
func find(file *ast.File, typ, field string) token.Pos {
	var pos token.Pos
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != typ {
			return !pos.IsValid()
		}
		pos = spec.Pos()
		st, ok := spec.Type.(*ast.StructType)
		if !ok {
			return false
		}
		for _, f := range st.Fields.List {
			for _, name := range f.Names {
				if name.Name == field {
					pos = name.Pos()
				}
			}
		}
		return false
	})
	return pos
}
