package house

import (
	"go/ast"
	"strings"
)

// Examples returns the functions Example that have an output which is never
// compared: go test runs an example only if the last comment in it begins with
// "Output:".
func (m *Module) Examples() []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		for _, file := range pkg.Files {
			for _, decl := range file.Syntax.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok || !file.Test || !strings.HasPrefix(fn.Name.Name, "Example") {
					continue
				}
				for _, group := range file.Syntax.Comments {
					if group.Pos() < fn.Pos() || group.End() > fn.End() {
						continue
					}
					if hasOutput(group) && !beginsWithOutput(group) {
						found = append(found, m.at(group.Pos(), "%s is not run: Output begins no comment; put an empty line before it", fn.Name.Name))
					}
				}
			}
		}
	}
	return found
}

// hasOutput reports whether a line of a comment says "Output:".
func hasOutput(group *ast.CommentGroup) bool {
	for _, c := range group.List {
		line := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(c.Text, "//")))
		if strings.HasPrefix(strings.TrimPrefix(line, "unordered "), "output:") {
			return true
		}
	}
	return false
}

func beginsWithOutput(group *ast.CommentGroup) bool {
	text := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(group.Text())), "unordered ")
	return strings.HasPrefix(text, "output:")
}
