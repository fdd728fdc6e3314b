package messages

import (
	"bytes"
	"cmp"
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

// The packages whose functions and types take texts.
const (
	i18nPath     = "github.com/volaweb/vola/i18n"
	faultPath    = "github.com/volaweb/vola/fault"
	formsPath    = "github.com/volaweb/vola/forms"
	ormPath      = "github.com/volaweb/vola/orm"
	ormformsPath = "github.com/volaweb/vola/orm/ormforms"
)

// goFile finds the texts of a Go file.
type goFile struct {
	name   string
	fset   *token.FileSet
	syntax *ast.File
	consts map[string]ast.Expr // of the file, and of the others of its package
	locals map[string]ast.Expr // those of the function that is read
	pkg    *goPackage
	// comments are those for translators, by the line that they are for.
	comments map[int]string
	// packages are the paths of those of the packages that the file imports, by what it
	// calls them; dots those whose names it has as its own.
	packages map[string]string
	dots     []string
	source
	errs []error
}

// readGo reads a file. Its texts are found when the constants and types of the other files
// of its package are known.
func readGo(name string, data []byte) (source, error) {
	f := &goFile{name: name, fset: token.NewFileSet(), consts: map[string]ast.Expr{}}
	var err error
	if f.syntax, err = parser.ParseFile(f.fset, name, data, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return source{}, err
	}
	f.main, f.file = f.syntax.Name.Name == "main", f
	f.comments = f.forTranslators(data)
	f.imports()
	for _, decl := range f.syntax.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.CONST {
			maps.Copy(f.consts, constants(gen))
		}
	}
	return f.source, nil
}

// find finds the texts of the file: those of the calls of the methods T, TC and TN and of
// i18n.Mark, the messages of errors of package fault and the errors of forms, as far as they
// are constants of the package; those in the tags of fields; the labels of choices; and what
// scopes of tokens allow.
// Messages of package fault that begin with a lower-case letter are for operators, and left
// out.
func (f *goFile) find() ([]found, error) {
	for _, decl := range f.syntax.Decls {
		f.locals = localConstants(decl)
		f.scopes(decl)
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				f.tag(n)
			case *ast.FuncDecl:
				f.methodChoices(n)
			case *ast.CallExpr:
				line := f.line(n)
				if err := f.call(n, found{place: Place{f.name, line}, comment: f.comments[line]}); err != nil {
					f.errs = append(f.errs, fmt.Errorf("%s:%d: %w", f.name, line, err))
				}
			}
			return true
		})
	}
	return f.texts, joined(f.errs)
}

// localConstants returns the constants that functions in a declaration have. One that is
// there twice has no value: which of the two it is depends on the block.
func localConstants(in ast.Node) map[string]ast.Expr {
	out := map[string]ast.Expr{}
	ast.Inspect(in, func(n ast.Node) bool {
		stmt, ok := n.(*ast.DeclStmt)
		if !ok {
			return true
		}
		if gen, ok := stmt.Decl.(*ast.GenDecl); ok && gen.Tok == token.CONST {
			for name, value := range constants(gen) {
				if out[name] != nil {
					value = &ast.BadExpr{}
				}
				out[name] = value
			}
		}
		return true
	})
	return out
}

// line returns the line that a node begins in.
func (f *goFile) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

// share gives the files of each package what all of them declare. A constant that files for
// several systems have with different values stays one of those files alone.
func share(files []source) {
	type key struct{ dir, name string }
	type shared struct {
		consts map[string][]ast.Expr
		pkg    *goPackage
	}
	all := map[key]*shared{}
	of := func(f source) *shared {
		k := key{f.dir, f.file.syntax.Name.Name}
		if all[k] == nil {
			all[k] = &shared{map[string][]ast.Expr{}, newGoPackage()}
		}
		return all[k]
	}
	for _, f := range files {
		if f.file != nil {
			s := of(f)
			for name, value := range f.file.consts {
				s.consts[name] = append(s.consts[name], value)
			}
			s.pkg.declare(f.file)
		}
	}
	for _, f := range files {
		if f.file == nil {
			continue
		}
		f.file.pkg = of(f).pkg
		for name, values := range of(f).consts {
			if f.file.consts[name] == nil && len(values) == 1 {
				f.file.consts[name] = values[0]
			}
		}
	}
}

// constants returns the constants of a declaration, with how they are written.
func constants(gen *ast.GenDecl) map[string]ast.Expr {
	out := map[string]ast.Expr{}
	for _, spec := range gen.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range value.Names {
			if i < len(value.Values) {
				out[name.Name] = value.Values[i]
			}
		}
	}
	return out
}

// imports notes what the packages are called in the file.
func (f *goFile) imports() {
	f.packages = map[string]string{}
	for _, spec := range f.syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !slices.Contains([]string{i18nPath, faultPath, formsPath, ormPath, ormformsPath, authPath}, path) {
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

// forTranslators returns the comments for translators by the line that they are for: their
// own, or the one after them if theirs has nothing else or opens a bracket.
func (f *goFile) forTranslators(data []byte) map[int]string {
	out, above := map[int]string{}, map[int]string{} // all, and those that have lines of their own
	for _, group := range f.syntax.Comments {
		for _, list := range splitNotes(group.List) {
			text, ok := forTranslators((&ast.CommentGroup{List: list}).Text())
			if !ok {
				continue
			}
			begin, end := f.fset.Position(list[0].Pos()), f.end(list[len(list)-1], data)
			before := bytes.TrimSpace(data[1+bytes.LastIndexByte(data[:begin.Offset], '\n') : begin.Offset])
			after, _, _ := bytes.Cut(data[end.Offset:], []byte("\n"))
			switch {
			case len(before) > 0 && !bytes.ContainsAny(before[len(before)-1:], "([{"):
				out[begin.Line] = text
			case len(bytes.TrimSpace(after)) > 0:
				out[end.Line] = text
			default:
				text = strings.TrimSpace(above[begin.Line] + " " + text)
				out[begin.Line], out[end.Line+1], above[end.Line+1] = text, text, text
			}
		}
	}
	return out
}

// splitNotes splits the comments of lines that follow each other before each one for
// translators.
func splitNotes(list []*ast.Comment) [][]*ast.Comment {
	var out [][]*ast.Comment
	from := 0
	for i, c := range list {
		if _, begins := forTranslators((&ast.CommentGroup{List: []*ast.Comment{c}}).Text()); begins && i > from {
			out, from = append(out, list[from:i]), i
		}
	}
	return append(out, list[from:])
}

// end returns where a comment ends. Its own End does not count the carriage returns in it.
func (f *goFile) end(c *ast.Comment, data []byte) token.Position {
	file := f.fset.File(c.Pos())
	at := file.Offset(c.Pos())
	if strings.HasPrefix(c.Text, "/*") {
		at += 2
		return f.fset.Position(file.Pos(at + bytes.Index(data[at:], []byte("*/")) + 2))
	}
	return f.fset.Position(file.Pos(at + len(c.Text)))
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

// tag adds the texts in the tag of a field: what people call it and one of its rows, and the
// help. Any struct may be a form or a model, so the tag need not say that it is one. A field
// without a label is in no form that people see: its help is for others, such as that of
// settings for operators.
func (f *goFile) tag(field *ast.Field) {
	if field.Tag == nil {
		return
	}
	text, err := strconv.Unquote(field.Tag.Value)
	tag := reflect.StructTag(text)
	if err != nil || tag.Get("label") == "" {
		return
	}
	line := f.line(field.Tag)
	for _, key := range []string{"label", "help", "row"} {
		if id := tag.Get(key); id != "" {
			f.texts = append(f.texts, found{
				key: po.Key{ID: id}, place: Place{f.name, line}, comment: cmp.Or(f.comments[line], f.comments[f.line(field)]),
			})
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
	case name == "Add" && len(args) >= 2 && f.isOfForm(args[0]):
		return f.text(call, 1, 1, use)
	}
	return nil
}

// isOfForm reports whether the first argument of a method Add may be what an error of a form
// is about: a pointer to a field, or nil. A text is none: it is the name of a header or a
// parameter. A file need not import forms itself to use a form of its package.
func (f *goFile) isOfForm(about ast.Expr) bool {
	if _, isText := f.constant(about); isText {
		return false
	}
	if f.hasForms() {
		return true
	}
	pointer, isUnary := ast.Unparen(about).(*ast.UnaryExpr)
	name, isName := ast.Unparen(about).(*ast.Ident)
	return f.pkg.forms && (isUnary && pointer.Op == token.AND || isName && name.Name == "nil")
}

// hasForms reports whether the file imports a package with forms.
func (f *goFile) hasForms() bool {
	for _, path := range append(slices.Collect(maps.Values(f.packages)), f.dots...) {
		if path == formsPath || path == ormformsPath {
			return true
		}
	}
	return false
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
		if value := cmp.Or(f.locals[e.Name], f.consts[e.Name]); value != nil {
			return f.value(value, depth-1)
		}
	case *ast.CallExpr: // a conversion
		if fun, ok := ast.Unparen(e.Fun).(*ast.Ident); ok && len(e.Args) == 1 && f.isType(fun.Name) {
			return f.value(e.Args[0], depth)
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

// isType reports whether a name is that of the type string, or of one that the package
// declares, such as one made of it.
func (f *goFile) isType(name string) bool {
	return name == "string" || slices.ContainsFunc(f.pkg.declared[name], func(d declaration) bool {
		_, ok := d.node.(*ast.TypeSpec)
		return ok
	})
}
