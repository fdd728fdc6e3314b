package modelgen

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// model is what is written for one struct type.
type model struct {
	name   string
	plural string
	fields []field
}

// field is one descriptor.
type field struct {
	name string
	kind string   // Column, Ordered, Number, Text, ForeignKey, ManyToMany; with Null before it
	args []string // type arguments after the model
	typ  string   // the field's whole type, for errors
	uses []use
}

// use is a package that the printed types name.
type use struct{ name, path string }

// model reads the struct type that d names.
func (p *pkg) model(d declaration) (model, error) {
	decl, ok := p.types[d.name]
	if !ok {
		return model{}, fmt.Errorf("%s: orm.Model[%s]: this package declares no type %s", p.at(d.pos), d.name, d.name)
	}
	st, ok := decl.spec.Type.(*ast.StructType)
	if !ok {
		return model{}, fmt.Errorf("%s: orm.Model[%s]: %s is not a struct", p.at(d.pos), d.name, d.name)
	}
	m := model{name: d.name, plural: plural(d.name)}
	if s := directive(decl.doc, "//vola:plural "); s != "" {
		m.plural = s
	}
	if p.names[m.plural] || !token.IsIdentifier(m.plural) {
		return m, fmt.Errorf("%s: the descriptors of %s cannot be called %s; name them in a comment above the type: //vola:plural NAME", p.at(decl.spec.Pos()), m.name, m.plural)
	}
	var err error
	m.fields, err = p.fieldsOf(st, decl.file, p)
	return m, err
}

// directive returns what follows prefix on a line of the comment.
func directive(doc *ast.CommentGroup, prefix string) string {
	if doc == nil {
		return ""
	}
	for _, c := range doc.List {
		if s, ok := strings.CutPrefix(c.Text, prefix); ok {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// fieldsOf returns the descriptors for a struct declared in file of package
// from; p is the package that is written for.
func (p *pkg) fieldsOf(st *ast.StructType, file *ast.File, from *pkg) ([]field, error) {
	var out []field
	for _, f := range st.Fields.List {
		if dbTag(f) == "-" {
			continue
		}
		t := typeIn{p, file, from, f.Type}
		tag := storage(f)
		if len(f.Names) == 0 && tag == "" {
			if path, name := t.named(); path == ormPath && name == "Partial" {
				continue // it has no column
			}
			decl, ok, err := t.embedded()
			if err != nil {
				return nil, err
			}
			if ok {
				inner, err := p.fieldsOf(decl.spec.Type.(*ast.StructType), decl.file, decl.pkg)
				if err != nil {
					return nil, err
				}
				out = append(out, inner...)
				continue
			}
		}
		for _, name := range fieldNames(f) {
			if !token.IsExported(name) {
				continue
			}
			d, err := t.describe(name, tag)
			if err != nil {
				return nil, fmt.Errorf("%s: field %s: %w", from.at(f.Pos()), name, err)
			}
			out = append(out, d)
		}
	}
	return out, nil
}

func fieldNames(f *ast.Field) []string {
	if len(f.Names) == 0 {
		e := f.Type
		if s, ok := e.(*ast.StarExpr); ok {
			e = s.X
		}
		switch e := e.(type) {
		case *ast.Ident:
			return []string{e.Name}
		case *ast.SelectorExpr:
			return []string{e.Sel.Name}
		}
		return nil
	}
	var out []string
	for _, n := range f.Names {
		out = append(out, n.Name)
	}
	return out
}

func dbTag(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	s, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(s).Get("db")
}

// storage returns which descriptor the field's tag asks for by saying how the
// field is stored, or "".
func storage(f *ast.Field) string {
	for option := range strings.SplitSeq(dbTag(f), ",") {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "json":
			return "Column"
		case "decimal", "duration":
			return "Number"
		case "type":
			if value == "bool" || value == "bytes" {
				return "Column"
			}
			return "Ordered"
		}
	}
	return ""
}

// typeIn is a type expression where it stands.
type typeIn struct {
	p    *pkg // written for
	file *ast.File
	from *pkg
	expr ast.Expr
}

func (t typeIn) with(e ast.Expr) typeIn { t.expr = e; return t }

// named returns the package path and name of a named type; path "" is the
// package that it stands in.
func (t typeIn) named() (path, name string) {
	switch e := t.expr.(type) {
	case *ast.Ident:
		return "", e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return importPath(t.file, x.Name), e.Sel.Name
		}
	}
	return "", ""
}

// generic takes a generic type apart.
func generic(e ast.Expr) (ast.Expr, []ast.Expr) {
	switch e := e.(type) {
	case *ast.IndexExpr:
		return e.X, []ast.Expr{e.Index}
	case *ast.IndexListExpr:
		return e.X, e.Indices
	}
	return e, nil
}

// embedded returns the struct whose fields an embedded field adds; ok is false
// for types that are stored as one value.
func (t typeIn) embedded() (typeDecl, bool, error) {
	base, args := generic(t.expr)
	path, name := t.with(base).named()
	if path == "time" || path == "database/sql" || path == ormPath || path == civilPath || len(args) > 0 || name == "" {
		return typeDecl{}, false, nil
	}
	decl, err := t.lookup(path, name)
	if err != nil {
		return typeDecl{}, false, err
	}
	if decl.spec == nil {
		return typeDecl{}, false, nil
	}
	_, isStruct := decl.spec.Type.(*ast.StructType)
	return decl, isStruct, nil
}

// lookup finds the declaration of a type; a zero typeDecl is a predeclared
// type.
func (t typeIn) lookup(path, name string) (typeDecl, error) {
	from := t.from
	if path != "" {
		var err error
		if from, err = t.p.other(path, t.from.dir); err != nil {
			return typeDecl{}, err
		}
	}
	return from.types[name], nil
}

// other reads the package of that import path.
func (p *pkg) other(path, dir string) (*pkg, error) {
	if o := p.others[path]; o != nil {
		return o, nil
	}
	cmd := exec.Command("go", "list", "-find", "-f", "{{.Dir}}", path)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("find package %s: %w", path, err)
	}
	o, err := parseDir(filepath.Clean(strings.TrimSpace(string(out))))
	if err != nil {
		return nil, err
	}
	p.others[path] = o
	return o, nil
}

// describe returns the descriptor of a field of the type; kind is the one that
// its tag asks for, if any.
func (t typeIn) describe(name, kind string) (field, error) {
	f := field{name: name}
	typ, err := t.print(new([]use))
	if err != nil {
		return f, err
	}
	f.typ = typ
	value, null := t, ""
	if s, ok := t.expr.(*ast.StarExpr); ok {
		value, null = t.with(s.X), "Null"
	} else if base, args := generic(t.expr); len(args) == 1 {
		if path, n := t.with(base).named(); path == "database/sql" && n == "Null" {
			value, null = t.with(args[0]), "Null"
		}
	}
	base, args := generic(value.expr)
	if path, n := t.with(base).named(); path == ormPath {
		return value.relation(f, null, n, args)
	}
	v, err := value.print(&f.uses)
	if err != nil {
		return f, err
	}
	if kind == "" {
		if kind, err = value.category(0); err != nil {
			return f, err
		}
	}
	f.kind, f.args = null+kind, []string{v}
	return f, nil
}

// relation returns the descriptor of a field of one of orm's own types.
func (t typeIn) relation(f field, null, name string, args []ast.Expr) (field, error) {
	for i, a := range args {
		s, err := t.with(a).print(&f.uses)
		if err != nil {
			return f, err
		}
		if i == 0 { // the model
			s = "*" + s
		}
		f.args = append(f.args, s)
	}
	switch {
	case name == "Ref" && len(args) == 1:
		f.kind = null + "ForeignKey"
		f.args = append(f.args, "int64")
	case name == "RefKey" && len(args) == 2:
		f.kind = null + "ForeignKey"
	case name == "Many" && len(args) == 1 && null == "":
		f.kind = "ManyToMany"
	case (name == "HasMany" || name == "HasOne") && len(args) == 1 && null == "":
		f.kind = "Reverse"
	default:
		return f, fmt.Errorf("type %s is not one that a model can have", f.typ)
	}
	return f, nil
}

// category says which descriptor fits the type: by its underlying type where
// the source of that is at hand, else the plain Column.
func (t typeIn) category(depth int) (string, error) {
	path, name := t.named()
	switch {
	case path == "time" && name == "Time", path == civilPath && (name == "Date" || name == "Clock"):
		return "Ordered", nil
	case path == "time" && name == "Duration":
		return "Number", nil
	case name == "" || depth > 20:
		return "Column", nil
	}
	decl, err := t.lookup(path, name)
	if err != nil {
		return "", err
	}
	if decl.spec != nil {
		return typeIn{t.p, decl.file, decl.pkg, decl.spec.Type}.category(depth + 1)
	}
	if path != "" {
		return "Column", nil
	}
	switch name {
	case "string":
		return "Text", nil
	case "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
		"byte", "rune", "float32", "float64":
		return "Number", nil
	}
	return "Column", nil
}

// print returns the type as it is written in the generated file, and notes the
// packages that it names.
func (t typeIn) print(uses *[]use) (string, error) {
	switch e := t.expr.(type) {
	case *ast.Ident:
		if _, declared := t.from.types[e.Name]; declared && t.from != t.p {
			if !token.IsExported(e.Name) {
				return "", fmt.Errorf("type %s of package %s is not exported", e.Name, t.from.name)
			}
			for path, o := range t.p.others {
				if o == t.from {
					*uses = append(*uses, use{t.from.name, path})
				}
			}
			return t.from.name + "." + e.Name, nil
		}
		return e.Name, nil
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			break
		}
		path := importPath(t.file, x.Name)
		if path == "" {
			return "", fmt.Errorf("package %s is not imported", x.Name)
		}
		if path == ormPath { // imported already, under its own name
			return "orm." + e.Sel.Name, nil
		}
		*uses = append(*uses, use{x.Name, path})
		return x.Name + "." + e.Sel.Name, nil
	case *ast.StarExpr:
		s, err := t.with(e.X).print(uses)
		return "*" + s, err
	case *ast.ArrayType:
		s, err := t.with(e.Elt).print(uses)
		length := ""
		if e.Len != nil {
			length = exprString(t.from.fset, e.Len)
		}
		return "[" + length + "]" + s, err
	case *ast.MapType:
		k, err := t.with(e.Key).print(uses)
		if err != nil {
			return "", err
		}
		v, err := t.with(e.Value).print(uses)
		return "map[" + k + "]" + v, err
	case *ast.IndexExpr, *ast.IndexListExpr:
		base, args := generic(e)
		s, err := t.with(base).print(uses)
		if err != nil {
			return "", err
		}
		var list []string
		for _, a := range args {
			as, err := t.with(a).print(uses)
			if err != nil {
				return "", err
			}
			list = append(list, as)
		}
		return s + "[" + strings.Join(list, ", ") + "]", nil
	case *ast.InterfaceType:
		if len(e.Methods.List) == 0 {
			return "any", nil
		}
	case *ast.StructType:
		return "", errors.New("a type without a name cannot be described; declare it: type NAME struct {...}")
	case *ast.FuncType, *ast.ChanType:
		return "", fmt.Errorf("a field of type %s cannot be stored; leave it out with `db:\"-\"`", exprString(t.from.fset, t.expr))
	}
	return "", fmt.Errorf("type %s is not understood", exprString(t.from.fset, t.expr))
}
