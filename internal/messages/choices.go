package messages

import (
	"cmp"
	"go/ast"
	"go/token"

	"github.com/volaweb/vola/internal/po"
)

// goPackage is what the files of a package declare.
type goPackage struct {
	// declared are the types, variables and functions by their names, and the methods by
	// theirs after a dot. Files for several systems may declare a name more than once.
	declared map[string][]declaration
	forms    bool                 // one of its files imports a package with forms
	read     map[declaration]bool // what choices were found in
}

func newGoPackage() *goPackage {
	return &goPackage{declared: map[string][]declaration{}, read: map[declaration]bool{}}
}

// declaration is one that a file has at the top: a *ast.TypeSpec, *ast.ValueSpec or
// *ast.FuncDecl.
type declaration struct {
	file *goFile
	node ast.Node
}

// typeIn is a type as a file writes it.
type typeIn struct {
	file *goFile
	expr ast.Expr
}

// maxNamed is how many names of types may stand for each other, which in a file that does
// not compile may be a circle.
const maxNamed = 20

// declare adds what a file declares.
func (p *goPackage) declare(f *goFile) {
	p.forms = p.forms || f.hasForms()
	add := func(name string, node ast.Node) {
		p.declared[name] = append(p.declared[name], declaration{f, node})
	}
	for _, decl := range f.syntax.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				add("."+d.Name.Name, d)
			} else {
				add(d.Name.Name, d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					add(s.Name.Name, s)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						if d.Tok == token.VAR {
							add(name.Name, s)
						}
					}
				}
			}
		}
	}
}

// methodChoices adds the labels of the values that a type has, if a function is the method
// that returns them. The type is not looked at, so that the method may be one of a pointer,
// or of a type that others embed.
func (f *goFile) methodChoices(fun *ast.FuncDecl) {
	if fun.Recv == nil || fun.Name.Name != "Choices" || fun.Type.Params.NumFields() > 0 || fun.Type.Results.NumFields() != 1 {
		return
	}
	if elem, ok := element(typeIn{f, fun.Type.Results.List[0].Type}); ok && labelOf(elem) >= 0 {
		f.choicesIn(declaration{f, fun})
	}
}

// choicesIn adds the labels of the choices that a declaration writes, and those of the
// variables and functions of the package that it uses.
func (f *goFile) choicesIn(d declaration) {
	if f.pkg.read[d] {
		return
	}
	f.pkg.read[d] = true
	outer := d.file.locals
	d.file.locals = localConstants(d.node)
	defer func() { d.file.locals = outer }()
	elided := map[ast.Expr]typeIn{}  // the types of literals that do not write theirs
	isField := map[*ast.Ident]bool{} // names of fields, methods and what is in other packages
	ast.Inspect(d.content(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			f.choiceLiteral(d.file, n, elided)
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if field, ok := to.(*ast.SelectorExpr); ok && field.Sel.Name == "Label" && len(n.Rhs) == len(n.Lhs) {
					f.label(d.file, n.Rhs[i], n)
				}
			}
		case *ast.SelectorExpr:
			isField[n.Sel] = true
			for _, used := range f.pkg.declared["."+n.Sel.Name] {
				if used.returnsChoices() {
					f.choicesIn(used)
				}
			}
		case *ast.Ident:
			for _, used := range f.pkg.declared[n.Name] {
				if _, isVar := used.node.(*ast.ValueSpec); !isField[n] && (isVar || used.returnsChoices()) {
					f.choicesIn(used)
				}
			}
		}
		return true
	})
}

// content returns what it says, without its name.
func (d declaration) content() ast.Node {
	block := &ast.BlockStmt{}
	switch n := d.node.(type) {
	case *ast.FuncDecl:
		if n.Body != nil { // it is written in Go
			return n.Body
		}
	case *ast.ValueSpec:
		for _, value := range n.Values {
			block.List = append(block.List, &ast.ExprStmt{X: value})
		}
	}
	return block
}

// returnsChoices reports whether it is a function or method with a result that is a choice,
// or has some.
func (d declaration) returnsChoices() bool {
	fun, ok := d.node.(*ast.FuncDecl)
	if !ok || fun.Type.Results == nil {
		return false
	}
	for _, result := range fun.Type.Results.List {
		t := typeIn{d.file, result.Type}
		if elem, ok := element(t); ok {
			t = elem
		}
		if labelOf(t) >= 0 {
			return true
		}
	}
	return false
}

// choiceLiteral adds the label of a literal that is a choice, and notes the types of those
// in it that do not write theirs.
func (f *goFile) choiceLiteral(file *goFile, lit *ast.CompositeLit, elided map[ast.Expr]typeIn) {
	t, ok := elided[lit]
	if lit.Type != nil {
		t, ok = typeIn{file, lit.Type}, true
	}
	if !ok {
		return
	}
	elem, isList := element(t)
	at := labelOf(t)
	for i, value := range lit.Elts {
		pair, isPair := value.(*ast.KeyValueExpr)
		if isPair {
			value = pair.Value
		}
		switch {
		case isList:
			if inner, ok := value.(*ast.CompositeLit); ok && inner.Type == nil {
				elided[inner] = elem
			}
		case at < 0:
		case isPair:
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Label" {
				f.label(file, value, lit)
			}
		case i == at:
			f.label(file, value, lit)
		}
	}
}

// label adds a label, if it is a constant. A comment for translators is next to it or to
// what it is in.
func (f *goFile) label(file *goFile, value ast.Expr, in ast.Node) {
	id, ok := file.constant(value)
	if !ok || id == "" {
		return
	}
	line := file.line(value)
	f.texts = append(f.texts, found{
		key: po.Key{ID: id}, place: Place{file.name, line}, comment: cmp.Or(file.comments[line], file.comments[file.line(in)]),
	})
}

// element returns the type of the elements of a slice, array or map; pointers to them are
// left out, as literals write them without.
func element(t typeIn) (typeIn, bool) {
	if t.expr == nil {
		return t, false
	}
	t = underlying(t)
	switch e := t.expr.(type) {
	case *ast.ArrayType:
		t.expr = e.Elt
	case *ast.MapType:
		t.expr = e.Value
	default:
		return t, false
	}
	if pointer, ok := t.expr.(*ast.StarExpr); ok {
		t.expr = pointer.X
	}
	return t, true
}

// labelOf returns which field of a type is the label of a choice; -1 for other types. Package
// forms takes any struct with a value and a label.
func labelOf(t typeIn) int {
	t = underlying(t)
	switch e := t.expr.(type) {
	case *ast.SelectorExpr:
		if pkg, ok := e.X.(*ast.Ident); ok && e.Sel.Name == "Choice" && isChoicePackage(t.file.packages[pkg.Name]) {
			return 1
		}
	case *ast.Ident: // of a package whose names the file has as its own
		for _, path := range t.file.dots {
			if e.Name == "Choice" && isChoicePackage(path) {
				return 1
			}
		}
	case *ast.StructType:
		at, label, value := 0, -1, false
		for _, field := range e.Fields.List {
			for _, name := range field.Names {
				value = value || name.Name == "Value"
				if text, ok := field.Type.(*ast.Ident); ok && name.Name == "Label" && text.Name == "string" {
					label = at
				}
				at++
			}
			if field.Names == nil { // it is embedded
				at++
			}
		}
		if value {
			return label
		}
	}
	return -1
}

func isChoicePackage(path string) bool { return path == formsPath || path == ormPath }

// underlying returns what the names of types that the package declares stand for.
func underlying(t typeIn) typeIn {
	for range maxNamed {
		t.expr = ast.Unparen(t.expr)
		name, ok := t.expr.(*ast.Ident)
		if !ok {
			break
		}
		var of *ast.TypeSpec
		for _, d := range t.file.pkg.declared[name.Name] {
			if spec, ok := d.node.(*ast.TypeSpec); ok {
				of, t.file = spec, d.file
			}
		}
		if of == nil {
			break
		}
		t.expr = of.Type
	}
	return t
}
