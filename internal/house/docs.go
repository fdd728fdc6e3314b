package house

import (
	"go/ast"
	"strings"
)

// InterfaceDocs returns the methods of exported interfaces without a comment,
// which linters leave out: it is there that those who implement one look. A
// comment at the end of the line counts, and that of an interface for the methods
// that it names. An interface of one method needs none.
func (m *Module) InterfaceDocs() []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		for name, spec := range typeSpecs(pkg) {
			iface, ok := spec.Type.(*ast.InterfaceType)
			if !ok || !ast.IsExported(name) || len(iface.Methods.List) < 2 {
				continue
			}
			for _, field := range iface.Methods.List {
				for _, method := range field.Names {
					if method.IsExported() && field.Doc == nil && field.Comment == nil && !strings.Contains(spec.doc.Text(), method.Name) {
						found = append(found, m.at(method.Pos(), "%s.%s has no doc comment", name, method.Name))
					}
				}
			}
		}
	}
	return found
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
