package messages

import "go/ast"

// What a token may do is said on the page where people make one: by the field Help of
// auth.Scope, the second one.
const (
	authPath = "github.com/volaweb/vola/contrib/auth"
	helpAt   = 1
)

// scopes adds what the scopes of tokens in a declaration allow.
func (f *goFile) scopes(in ast.Node) {
	elided := map[ast.Expr]bool{} // literals of scopes that do not write their type
	ast.Inspect(in, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		switch elem, isList := element(typeIn{f, lit.Type}); {
		case elided[lit], isScope(typeIn{f, lit.Type}):
			f.scopeHelp(lit)
		case isList && isScope(elem):
			for _, value := range lit.Elts {
				if pair, ok := value.(*ast.KeyValueExpr); ok {
					value = pair.Value
				}
				if inner, ok := value.(*ast.CompositeLit); ok && inner.Type == nil {
					elided[inner] = true
				}
			}
		}
		return true
	})
}

// scopeHelp adds the help of a scope.
func (f *goFile) scopeHelp(lit *ast.CompositeLit) {
	for i, value := range lit.Elts {
		pair, isPair := value.(*ast.KeyValueExpr)
		switch {
		case isPair:
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Help" {
				f.label(f, pair.Value, lit)
			}
		case i == helpAt:
			f.label(f, value, lit)
		}
	}
}

// isScope reports whether a type is auth.Scope.
func isScope(t typeIn) bool {
	if t.expr == nil {
		return false
	}
	t = underlying(t)
	switch e := t.expr.(type) {
	case *ast.SelectorExpr:
		pkg, ok := e.X.(*ast.Ident)
		return ok && e.Sel.Name == "Scope" && t.file.packages[pkg.Name] == authPath
	case *ast.Ident:
		for _, path := range t.file.dots {
			if e.Name == "Scope" && path == authPath {
				return true
			}
		}
	}
	return false
}
