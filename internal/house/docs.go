package house

import (
	"go/ast"
	"go/token"
	"strings"
)

// Docs returns the packages and exported names without a doc comment, or with
// one that does not begin as godoc expects: "Package x", or the name itself,
// which for a type may follow an article. A comment on a group of constants or
// variables counts for all in it, a comment at the end of a line for that line,
// and the comment of an interface for the methods that it names. Methods of
// unexported types need none, nor the method of an interface that has only one.
// In package main only the package comment is asked for.
func (m *Module) Docs() []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		if pkg.Name == "" {
			continue
		}
		found = append(found, packageDoc(pkg)...)
		if pkg.Name == "main" {
			continue
		}
		for _, file := range pkg.sources() {
			for _, decl := range file.Syntax.Decls {
				switch decl := decl.(type) {
				case *ast.FuncDecl:
					found = append(found, m.funcDoc(decl)...)
				case *ast.GenDecl:
					found = append(found, m.genDoc(decl)...)
				}
			}
		}
	}
	return found
}

func packageDoc(pkg *Package) []Finding {
	for _, file := range pkg.sources() {
		if file.Syntax.Doc == nil {
			continue
		}
		text := file.Syntax.Doc.Text()
		if pkg.Name != "main" && !begins(text, "Package "+pkg.Name) {
			return []Finding{{File: file.Name, Text: "the package comment should begin with \"Package " + pkg.Name + "\""}}
		}
		return nil
	}
	return []Finding{{File: pkg.Dir, Text: "package " + pkg.Name + " has no package comment"}}
}

func (m *Module) funcDoc(decl *ast.FuncDecl) []Finding {
	name := decl.Name.Name
	if !decl.Name.IsExported() {
		return nil
	}
	label := name
	if decl.Recv != nil {
		receiver := receiverName(decl)
		if !ast.IsExported(receiver) {
			return nil
		}
		label = receiver + "." + name
	}
	return m.doc(decl.Pos(), label, decl.Doc, name)
}

func (m *Module) genDoc(decl *ast.GenDecl) []Finding {
	var found []Finding
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if !spec.Name.IsExported() {
				continue
			}
			doc := spec.Doc
			if doc == nil && len(decl.Specs) == 1 {
				doc = decl.Doc
			}
			name := spec.Name.Name
			found = append(found, m.doc(spec.Pos(), name, doc, name, "A "+name, "An "+name, "The "+name)...)
			if iface, ok := spec.Type.(*ast.InterfaceType); ok {
				found = append(found, m.interfaceDoc(name, doc.Text(), iface)...)
			}
		case *ast.ValueSpec:
			found = append(found, m.valueDoc(decl, spec)...)
		}
	}
	return found
}

func (m *Module) interfaceDoc(name, doc string, iface *ast.InterfaceType) []Finding {
	var found []Finding
	if len(iface.Methods.List) < 2 {
		return nil
	}
	for _, field := range iface.Methods.List {
		for _, method := range field.Names {
			if method.IsExported() && field.Doc == nil && field.Comment == nil && !strings.Contains(doc, method.Name) {
				found = append(found, m.at(method.Pos(), "%s.%s has no doc comment", name, method.Name))
			}
		}
	}
	return found
}

func (m *Module) valueDoc(decl *ast.GenDecl, spec *ast.ValueSpec) []Finding {
	var found []Finding
	for _, name := range spec.Names {
		if !name.IsExported() || spec.Comment != nil {
			continue
		}
		switch {
		case decl.Lparen != token.NoPos && decl.Doc != nil:
		case spec.Doc != nil:
			found = append(found, m.doc(name.Pos(), name.Name, spec.Doc)...)
		default:
			found = append(found, m.doc(name.Pos(), name.Name, decl.Doc, name.Name)...)
		}
	}
	return found
}

// doc checks one comment: that it is there and begins with one of the starts,
// when there are any.
func (m *Module) doc(pos token.Pos, name string, doc *ast.CommentGroup, starts ...string) []Finding {
	if doc == nil || strings.TrimSpace(doc.Text()) == "" {
		return []Finding{m.at(pos, "%s has no doc comment", name)}
	}
	for _, start := range starts {
		if begins(doc.Text(), start) {
			return nil
		}
	}
	if len(starts) == 0 {
		return nil
	}
	return []Finding{m.at(pos, "the comment of %s should begin with %q", name, starts[0])}
}

// begins reports whether text begins with the words of start.
func begins(text, start string) bool {
	rest, ok := strings.CutPrefix(strings.Join(strings.Fields(text), " "), start)
	return ok && (rest == "" || strings.ContainsAny(rest[:1], " ,.:;('["))
}

// receiverName returns the name of a method's type.
func receiverName(decl *ast.FuncDecl) string {
	if len(decl.Recv.List) == 0 {
		return ""
	}
	expr := decl.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}
