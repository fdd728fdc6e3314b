package house

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Inits returns the functions named init: what happens when a package is
// imported cannot be chosen by the program that imports it.
func (m *Module) Inits() []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		for _, file := range pkg.Files {
			for _, decl := range file.Syntax.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					found = append(found, m.at(fn.Pos(), "func init is not allowed; let the caller ask for what it does"))
				}
			}
		}
	}
	return found
}

// ContextFields returns the struct fields that hold a context.Context, outside
// tests. A component that has a lifetime of its own may hold it, when the
// field's comment says so in a line that begins with "lifetime:".
func (m *Module) ContextFields() []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		for _, file := range pkg.sources() {
			name := importName(file.Syntax, "context")
			if name == "" {
				continue
			}
			ast.Inspect(file.Syntax, func(n ast.Node) bool {
				structure, ok := n.(*ast.StructType)
				if !ok {
					return true
				}
				for _, field := range structure.Fields.List {
					if isSelector(field.Type, name, "Context") && !says("lifetime:", field.Doc, field.Comment) {
						found = append(found, m.at(field.Pos(), "a struct holds a context.Context; pass it as a parameter, or give the reason in a comment \"// lifetime: ...\""))
					}
				}
				return true
			})
		}
	}
	return found
}

// Printing returns the calls that write to the process's own output or to the
// log of the whole process. Programs may, and tests; libraries are handed a
// writer or a logger.
func (m *Module) Printing() []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		if pkg.Name == "main" {
			continue
		}
		for _, file := range pkg.sources() {
			fmtName, logName, slogName := importName(file.Syntax, "fmt"), importName(file.Syntax, "log"), importName(file.Syntax, "log/slog")
			ast.Inspect(file.Syntax, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				bad := ""
				switch fn := call.Fun.(type) {
				case *ast.Ident:
					if fn.Name == "print" || fn.Name == "println" {
						bad = fn.Name
					}
				case *ast.SelectorExpr:
					switch base, _ := fn.X.(*ast.Ident); {
					case base == nil:
					case base.Name == fmtName && strings.HasPrefix(fn.Sel.Name, "Print"),
						base.Name == logName && fn.Sel.Name != "New",
						base.Name == slogName && slices.Contains(globalLogging(), fn.Sel.Name):
						bad = base.Name + "." + fn.Sel.Name
					}
				}
				if bad != "" {
					found = append(found, m.at(call.Pos(), "a library calls %s; write to an io.Writer or a *slog.Logger that the caller hands over", bad))
				}
				return true
			})
		}
	}
	return found
}

// globalLogging returns the functions of log/slog that use or set the logger
// of the whole process. slog.Default is not among them: it is a fair default.
func globalLogging() []string {
	return []string{
		"Debug", "DebugContext", "Info", "InfoContext", "Warn", "WarnContext", "Error", "ErrorContext",
		"Log", "LogAttrs", "SetDefault", "SetLogLoggerLevel",
	}
}

// importName returns the name under which a file imports a package, or nothing.
func importName(file *ast.File, importPath string) string {
	for _, spec := range file.Imports {
		if target, _ := strconv.Unquote(spec.Path.Value); target == importPath {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return path.Base(importPath)
		}
	}
	return ""
}

func isSelector(expr ast.Expr, base, name string) bool {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	ident, ok := selector.X.(*ast.Ident)
	return ok && ident.Name == base
}

// says reports whether a line of the comments is "word reason".
func says(word string, comments ...*ast.CommentGroup) bool {
	for _, group := range comments {
		if group == nil {
			continue
		}
		for _, comment := range group.List {
			reason, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(comment.Text, "//")), word)
			if ok && strings.TrimSpace(reason) != "" {
				return true
			}
		}
	}
	return false
}
