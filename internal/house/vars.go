package house

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Variables returns the package variables that could hold state which changes
// while a program runs: those not set where they are declared, those of a type
// that holds a map, a channel or a type of package sync, in itself or in its
// fields and elements, and every place in the module, tests included, where
// one is assigned to or its address is taken, be it by a method with a pointer
// receiver. It type checks the module for the platform it runs on; the error
// is about source that does not compile. flags are given to go list; those of
// a running go test (-race) let it use what has been built already.
func (m *Module) Variables(flags ...string) ([]Finding, error) {
	loaded, err := packages.Load(&packages.Config{
		// Without NeedDeps, other modules and the standard library are read
		// from the build cache; only this module is checked from source.
		Mode:       packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo,
		Dir:        m.Dir,
		Tests:      true,
		BuildFlags: flags,
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	var problems []error
	v := variables{root: m.Dir, module: m.Path}
	for _, pkg := range loaded {
		for _, problem := range pkg.Errors {
			problems = append(problems, problem)
		}
		if strings.HasSuffix(pkg.ID, ".test") {
			continue // the main package that go test writes
		}
		v.fset, v.info = pkg.Fset, pkg.TypesInfo
		for _, file := range pkg.Syntax {
			v.declarations(file)
			ast.Inspect(file, v.use)
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("house: the module does not compile: %w", errors.Join(problems...))
	}
	// A package is checked again together with its tests.
	slices.SortFunc(v.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(v.found), nil
}

// variables collects what is found, one package after the other.
type variables struct {
	root, module string
	fset         *token.FileSet
	info         *types.Info
	found        []Finding
}

func (v *variables) report(pos token.Pos, format string, args ...any) {
	p := v.fset.Position(pos)
	file := p.Filename
	if root, err := filepath.Abs(v.root); err == nil {
		if rel, err := filepath.Rel(resolved(root), resolved(file)); err == nil {
			file = filepath.ToSlash(rel)
		}
	}
	v.found = append(v.found, Finding{file, p.Line, fmt.Sprintf(format, args...)})
}

// resolved follows symbolic links, such as that of the temporary directory on macOS.
func resolved(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}

// declarations checks the package variables that a file declares.
func (v *variables) declarations(file *ast.File) {
	if strings.HasSuffix(v.fset.Position(file.Package).Filename, "_test.go") {
		return
	}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, name := range spec.Names {
				object := v.info.Defs[name]
				if object == nil || name.Name == "_" {
					continue
				}
				if len(spec.Values) == 0 && !embeds(group.Doc, spec.Doc) {
					v.report(name.Pos(), "package variable %s is not set where it is declared", name.Name)
				}
				if what := holds(object.Type(), nil); what != "" {
					v.report(name.Pos(), "package variable %s holds a %s; use a switch, a slice or a function, or put it into a value that the program makes", name.Name, what)
				}
			}
		}
	}
}

// embeds reports whether a declaration is filled by the compiler from files.
func embeds(comments ...*ast.CommentGroup) bool {
	for _, group := range comments {
		if group != nil && slices.ContainsFunc(group.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	return false
}

// holds returns what mutable thing a value of type t holds without a pointer
// between, or nothing.
func holds(t types.Type, seen []types.Type) string {
	if slices.Contains(seen, t) {
		return ""
	}
	seen = append(seen, t)
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		_, isStruct := named.Underlying().(*types.Struct)
		if home := named.Obj().Pkg().Path(); isStruct && (home == "sync" || home == "sync/atomic") {
			return home + "." + named.Obj().Name()
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return "map"
	case *types.Chan:
		return "channel"
	case *types.Array:
		return holds(u.Elem(), seen)
	case *types.Struct:
		for field := range u.Fields() {
			if what := holds(field.Type(), seen); what != "" {
				return what
			}
		}
	}
	return ""
}

// use looks at one node for a use of a package variable that changes it, or
// that lets others change it.
func (v *variables) use(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, left := range n.Lhs {
				v.forbid(left, "is assigned to")
			}
		}
	case *ast.IncDecStmt:
		v.forbid(n.X, "is assigned to")
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			v.forbid(n.Key, "is assigned to")
			v.forbid(n.Value, "is assigned to")
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			v.forbid(n.X, "has its address taken")
		}
	case *ast.SliceExpr:
		if t := v.info.TypeOf(n.X); t != nil && isArray(t) {
			v.forbid(n.X, "has its address taken by slicing it")
		}
	case *ast.SelectorExpr:
		selection := v.info.Selections[n]
		if selection == nil || selection.Kind() != types.MethodVal || selection.Indirect() {
			break
		}
		method, ok := selection.Obj().(*types.Func)
		if !ok || method.Signature().Recv() == nil {
			break
		}
		_, byPointer := types.Unalias(method.Signature().Recv().Type()).(*types.Pointer)
		if _, isPointer := selection.Recv().Underlying().(*types.Pointer); byPointer && !isPointer {
			v.forbid(n.X, "has its address taken by calling "+method.Name())
		}
	}
	return true
}

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

// forbid reports an expression that reaches into a package variable of this module.
func (v *variables) forbid(expr ast.Expr, what string) {
	for {
		switch e := expr.(type) {
		case *ast.ParenExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.SelectorExpr:
			if v.info.Selections[e] != nil {
				expr = e.X
				continue
			}
			expr = e.Sel // a name of another package
		case *ast.Ident:
			if variable, ok := v.info.Uses[e].(*types.Var); ok && v.ours(variable) {
				v.report(e.Pos(), "package variable %s %s; state belongs in a value that the program makes", variable.Name(), what)
			}
			return
		default:
			return
		}
	}
}

// ours reports whether a variable is a package variable of this module that is
// not declared in a test.
func (v *variables) ours(variable *types.Var) bool {
	pkg := variable.Pkg()
	if pkg == nil || variable.Parent() != pkg.Scope() {
		return false
	}
	inModule := pkg.Path() == v.module || strings.HasPrefix(pkg.Path(), v.module+"/")
	return inModule && !strings.HasSuffix(v.fset.Position(variable.Pos()).Filename, "_test.go")
}
