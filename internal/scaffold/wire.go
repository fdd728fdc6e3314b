package scaffold

import (
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// ErrNoModules is the error of [Wire] for a file in which no list of modules
// is written out.
var ErrNoModules = errors.New("no vola.Config with a list of Modules")

// Wire adds a module to the list Modules of the vola.Config in the Go source
// src, and its package to the imports; everything else stays as it is. The
// error is [ErrNoModules] where src holds no such list, and says what is wrong
// where it cannot be changed; filename is for its text.
func Wire(filename string, src []byte, m Module) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filename, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	lists := moduleLists(file)
	if len(lists) == 0 {
		return nil, ErrNoModules
	}
	at := func(pos token.Pos) string {
		p := fset.Position(pos)
		return filename + ":" + strconv.Itoa(p.Line)
	}
	if len(lists) > 1 {
		return nil, fmt.Errorf("%s: a second list of Modules; it is not clear which is meant", at(lists[1].Pos()))
	}
	if pos := nameUsed(file, m); pos.IsValid() {
		return nil, fmt.Errorf("%s: the name %s means something else here", at(pos), m.Name)
	}
	offset := func(pos token.Pos) int { return fset.Position(pos).Offset }
	importAt, importText := importEdit(file, src, offset, m.Path)
	listAt, listText := listEdit(src, offset, lists[0], m.Name+".New()")
	// The list stands after the imports, so the edits are made from the end.
	var b strings.Builder
	b.Write(src[:importAt])
	b.WriteString(importText)
	b.Write(src[importAt:listAt])
	b.WriteString(listText)
	b.Write(src[listAt:])
	return format.Source([]byte(b.String()))
}

// moduleLists returns the lists that are given to the field Modules of
// vola.Config.
func moduleLists(file *ast.File) []*ast.CompositeLit {
	vola := importedAs(file, VolaPath, "vola")
	var out []*ast.CompositeLit
	if vola == "" {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		config, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		sel, ok := config.Type.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Config" || !isIdent(sel.X, vola) {
			return true
		}
		for _, e := range config.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, "Modules") {
				if list, ok := kv.Value.(*ast.CompositeLit); ok {
					out = append(out, list)
				}
			}
		}
		return true
	})
	return out
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// importedAs returns the name under which a file knows a package, "" if it
// does not import it. name is what the package calls itself.
func importedAs(file *ast.File, path, name string) string {
	for _, s := range file.Imports {
		if p, err := strconv.Unquote(s.Path.Value); err == nil && p == path {
			if s.Name != nil {
				return s.Name.Name
			}
			return name
		}
	}
	return ""
}

// nameUsed returns where the file uses the module's name already; an invalid
// position if nowhere.
func nameUsed(file *ast.File, m Module) token.Pos {
	for _, s := range file.Imports {
		path, _ := strconv.Unquote(s.Path.Value)
		if path == m.Path || s.Name == nil && path[strings.LastIndexByte(path, '/')+1:] == m.Name {
			return s.Pos()
		}
	}
	behindDot := map[*ast.Ident]bool{}
	var found token.Pos
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr: // is seen before what it consists of
			behindDot[n.Sel] = true
		case *ast.Ident:
			if n.Name == m.Name && n != file.Name && !behindDot[n] && !found.IsValid() {
				found = n.Pos()
			}
		}
		return true
	})
	return found
}

// importEdit returns where and what to insert to import path: after the last
// package from the same folder, else as a group of its own at the end.
func importEdit(file *ast.File, src []byte, offset func(token.Pos) int, path string) (at int, text string) {
	own := path[:strings.LastIndexByte(path, '/')+1]
	var last *ast.GenDecl
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		last = g
		for i := len(g.Specs) - 1; i >= 0 && g.Lparen.IsValid(); i-- {
			p, _ := strconv.Unquote(g.Specs[i].(*ast.ImportSpec).Path.Value)
			if own != "" && strings.HasPrefix(p, own) {
				return lineEnd(src, offset(g.Specs[i].End())), "\n\t" + strconv.Quote(path)
			}
		}
	}
	if last.Lparen.IsValid() {
		return offset(last.Rparen), "\n\t" + strconv.Quote(path) + "\n"
	}
	return lineEnd(src, offset(last.End())), "\nimport " + strconv.Quote(path)
}

// lineEnd returns the offset of the end of the line, so that what is inserted
// there stands after a comment on it.
func lineEnd(src []byte, at int) int {
	for at < len(src) && src[at] != '\n' {
		at++
	}
	return at
}

// listEdit returns where and what to insert to have one more element at the
// end of the list.
func listEdit(src []byte, offset func(token.Pos) int, list *ast.CompositeLit, element string) (at int, text string) {
	at = offset(list.Rbrace)
	end := list.Lbrace + 1
	if n := len(list.Elts); n > 0 {
		end = list.Elts[n-1].End()
	}
	between := string(src[offset(end):at])
	switch {
	case strings.Contains(between, "\n"):
		return at, element + ",\n"
	case len(list.Elts) == 0:
		return at, element
	case strings.Contains(between, ","):
		return at, " " + element
	}
	return at, ", " + element
}
