package messages

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/placeholder"
	"github.com/volaweb/vola/internal/po"
)

// The packages whose functions take texts.
const (
	i18nPath  = "github.com/volaweb/vola/i18n"
	faultPath = "github.com/volaweb/vola/fault"
	formsPath = "github.com/volaweb/vola/forms"
)

// goFile finds the texts of a Go file.
type goFile struct {
	name   string
	fset   *token.FileSet
	syntax *ast.File
	consts map[string]ast.Expr // of the file, and of the others of its package
	// packages are the paths of those of the packages that the file imports, by what it
	// calls them; dots those whose names it has as its own.
	packages map[string]string
	dots     []string
	source
	errs []error
}

// readGo finds the calls of the methods T, TC and TN, those of i18n.Mark, and the
// messages of errors of package fault, as far as their texts are constants of the package,
// the errors that a file with package forms adds to forms, and the labels and help in tags
// of forms.
// Messages that begin with a lower-case letter are for operators, and left out. The calls are
// found when the constants of the other files are known.
func readGo(name string, data []byte) (source, error) {
	f := &goFile{name: name, fset: token.NewFileSet(), consts: map[string]ast.Expr{}}
	var err error
	if f.syntax, err = parser.ParseFile(f.fset, name, data, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return source{}, err
	}
	f.main, f.file = f.syntax.Name.Name == "main", f
	f.imports()
	for _, decl := range f.syntax.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.CONST {
			f.constants(gen)
		}
	}
	return f.source, nil
}

// find finds the texts of the file.
func (f *goFile) find() ([]found, error) {
	comments := f.forTranslators()
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok && field.Tag != nil {
			f.tag(field.Tag, comments)
			return true
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		line := f.fset.Position(call.Pos()).Line
		if err := f.call(call, found{place: Place{f.name, line}, comment: comments[line]}); err != nil {
			f.errs = append(f.errs, fmt.Errorf("%s:%d: %w", f.name, line, err))
		}
		return true
	})
	return f.texts, joined(f.errs)
}

// share gives the files of each package the constants of all of them. A name that files for
// several systems have with different values stays a constant of those files alone.
func share(files []source) {
	type pkg struct{ dir, name string }
	all := map[pkg]map[string][]ast.Expr{}
	of := func(f source) map[string][]ast.Expr {
		key := pkg{f.dir, f.file.syntax.Name.Name}
		if all[key] == nil {
			all[key] = map[string][]ast.Expr{}
		}
		return all[key]
	}
	for _, f := range files {
		if f.file != nil {
			consts := of(f)
			for name, value := range f.file.consts {
				consts[name] = append(consts[name], value)
			}
		}
	}
	for _, f := range files {
		if f.file == nil {
			continue
		}
		for name, values := range of(f) {
			if f.file.consts[name] == nil && len(values) == 1 {
				f.file.consts[name] = values[0]
			}
		}
	}
}

func (f *goFile) constants(gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range value.Names {
			if i < len(value.Values) {
				f.consts[name.Name] = value.Values[i]
			}
		}
	}
}

// imports notes what the packages are called in the file.
func (f *goFile) imports() {
	f.packages = map[string]string{}
	for _, spec := range f.syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || path != i18nPath && path != faultPath && path != formsPath {
			continue
		}
		switch {
		case spec.Name == nil:
			f.packages[path[strings.LastIndexByte(path, '/')+1:]] = path
		case spec.Name.Name == ".":
			f.dots = append(f.dots, path)
		default:
			f.packages[spec.Name.Name] = path
		}
	}
}

// forTranslators returns the comments for translators by the line that they are for:
// their own, or the one after them.
func (f *goFile) forTranslators() map[int]string {
	out := map[int]string{}
	for _, group := range f.syntax.Comments {
		if text, ok := forTranslators(group.Text()); ok {
			end := f.fset.Position(group.End()).Line
			out[end], out[end+1] = text, text
		}
	}
	return out
}

// forTranslators returns a comment that begins with "Translators:", without that.
func forTranslators(comment string) (string, bool) {
	const mark = "translators:"
	comment = strings.TrimSpace(comment)
	if len(comment) < len(mark) || !strings.EqualFold(comment[:len(mark)], mark) {
		return "", false
	}
	return strings.Join(strings.Fields(comment[len(mark):]), " "), true
}

// tag adds the texts of a field of a form: what it is called, and the help.
func (f *goFile) tag(literal *ast.BasicLit, comments map[int]string) {
	text, err := strconv.Unquote(literal.Value)
	tag := reflect.StructTag(text)
	_, form := tag.Lookup("form")
	if _, model := tag.Lookup("db"); !form && !model || err != nil {
		return
	}
	line := f.fset.Position(literal.Pos()).Line
	for _, key := range []string{"label", "help"} {
		if id := tag.Get(key); id != "" {
			f.texts = append(f.texts, found{key: po.Key{ID: id}, place: Place{f.name, line}, comment: comments[line]})
		}
	}
}

// call adds the text of a call, if it has one.
func (f *goFile) call(call *ast.CallExpr, use found) error {
	args := call.Args
	switch pkg, name := f.function(call); {
	case pkg == i18nPath && name == "Mark" && len(args) == 1:
		use.marked = true
		return f.text(call, 0, 1, use)
	case pkg == faultPath:
		at := slices.Index([]string{"New", "Wrap"}, name) + 1
		if at == 0 || len(args) <= at {
			return nil
		}
		if text, ok := f.constant(args[at]); !ok || !isSentence(text) {
			return nil
		}
		return f.text(call, at, 1, use)
	case pkg != "":
	case name == "T" && len(args) >= 1:
		return f.text(call, 0, 1, use)
	case name == "TC" && len(args) >= 2:
		return f.text(call, 0, 2, use)
	case name == "TN" && len(args) >= 3:
		return f.text(call, 1, 2, use)
	case name == "Add" && len(args) >= 2 && slices.Contains(slices.Collect(maps.Values(f.packages)), formsPath):
		return f.text(call, 1, 1, use)
	}
	return nil
}

// function returns the name of the function or method of a call, and the path of its package
// if it is a function of one of those that take texts; "" for what has no name.
func (f *goFile) function(call *ast.CallExpr) (pkg, name string) {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		if ident, ok := fun.X.(*ast.Ident); ok {
			pkg = f.packages[ident.Name]
		}
		return pkg, fun.Sel.Name
	case *ast.Ident:
		for _, path := range f.dots {
			if fun.Name == "Mark" && path == i18nPath || (fun.Name == "New" || fun.Name == "Wrap") && path == faultPath {
				return path, fun.Name
			}
		}
	}
	return "", ""
}

// isSentence reports whether a message of an error is for visitors.
func isSentence(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && !unicode.IsLower(first)
}

// text adds a call with texts from a place of its arguments on. Two at the first place
// are a context and a text, two at the second one for one and one for many.
func (f *goFile) text(call *ast.CallExpr, from, count int, use found) error {
	var written []string
	for _, arg := range call.Args[from : from+count] {
		text, ok := f.constant(arg)
		if !ok {
			return nil // it is marked where it is written
		}
		written = append(written, text)
	}
	numbered := false
	switch {
	case count == 2 && from == 0:
		use.key = po.Key{Context: written[0], HasContext: true, ID: written[1]}
		written = written[1:]
	case count == 2:
		use.key, use.plural, numbered = po.Key{ID: written[0]}, written[1], true
	default:
		use.key = po.Key{ID: written[0]}
	}
	if use.key.ID == "" {
		return nil
	}
	f.texts = append(f.texts, use)
	if use.marked || call.Ellipsis.IsValid() {
		return nil // the values are not given here
	}
	values := call.Args[from+count:]
	given := make([]placeholder.Argument, len(values))
	for i, v := range values {
		given[i].Text, given[i].Literal = f.constant(v)
	}
	return placeholder.Check(strings.Join(written, " "), given, numbered)
}

// constant returns the text of an expression of literals and constants.
func (f *goFile) constant(expr ast.Expr) (string, bool) {
	const most = 20 // constants that stand for each other
	return f.value(expr, most)
}

func (f *goFile) value(expr ast.Expr, depth int) (string, bool) {
	if depth == 0 {
		return "", false
	}
	switch e := expr.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.ParenExpr:
		return f.value(e.X, depth)
	case *ast.Ident:
		if value := f.consts[e.Name]; value != nil {
			return f.value(value, depth-1)
		}
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, ok := f.value(e.X, depth)
		if !ok {
			return "", false
		}
		right, ok := f.value(e.Y, depth)
		return left + right, ok
	}
	return "", false
}
