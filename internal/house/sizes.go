package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// Limits says how large things may be. A type or an interface over its limit is
// allowed when a comment "// size: reason" stands directly above it.
type Limits struct {
	Methods          int                  // exported methods of a type
	InterfaceMethods func(dir string) int // methods of an exported interface in the package at dir
	Names            func(dir string) int // exported names in the package at dir, 0 for no limit
	Depth            int                  // elements in a package's directory
	Spread           []Share              // how the lengths of all files are spread
	SpreadFrom       int                  // number of files from which Spread counts
}

// Share asks that a part of all files be short.
type Share struct {
	Percent int // of the files
	Under   int // lines
}

// Sizes returns what is larger than the limits. Tests and generated files are not
// measured.
func (m *Module) Sizes(limits Limits) []Finding {
	var found []Finding
	var lengths []int
	for _, pkg := range m.Packages {
		for _, file := range pkg.Files {
			if file.Generated {
				continue
			}
			if !file.Test {
				lengths = append(lengths, file.Lines)
			}
		}
		found = append(found, m.wideTypes(pkg, limits)...)
		if pkg.library() {
			found = append(found, manyNames(pkg, limits.Names(pkg.Dir))...)
		}
		if depth := strings.Count(pkg.Dir, "/") + 1; depth > limits.Depth {
			found = append(found, Finding{File: pkg.Dir, Text: fmt.Sprintf("the package lies %d directories deep, the limit is %d", depth, limits.Depth)})
		}
	}
	if len(lengths) >= limits.SpreadFrom {
		found = append(found, spread(lengths, limits.Spread)...)
	}
	return found
}

// wideTypes checks the number of methods of types and interfaces.
func (m *Module) wideTypes(pkg *Package, limits Limits) []Finding {
	methods := make(map[string]int)
	for _, file := range pkg.sources() {
		for _, decl := range file.Syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.IsExported() && !file.Generated {
				methods[receiverName(fn)]++
			}
		}
	}
	specs := typeSpecs(pkg)
	var found []Finding
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		spec := specs[name]
		if says("size:", spec.doc) {
			continue
		}
		if n := methods[name]; n > limits.Methods {
			found = append(found, m.at(spec.Pos(), "type %s has %d exported methods, the limit is %d", name, n, limits.Methods))
		}
		iface, ok := spec.Type.(*ast.InterfaceType)
		if !ok || !pkg.library() || !ast.IsExported(name) {
			continue
		}
		limit := limits.InterfaceMethods(pkg.Dir)
		if n := interfaceMethods(iface, specs, nil); n > limit {
			found = append(found, m.at(spec.Pos(), "interface %s has %d methods, the limit is %d; divide it, or give the reason in a comment \"// size: ...\"", name, n, limit))
		}
	}
	return found
}

// A typeSpec is a type declaration with its comment, which may belong to the
// group around it.
type typeSpec struct {
	*ast.TypeSpec
	doc *ast.CommentGroup
}

func typeSpecs(pkg *Package) map[string]typeSpec {
	specs := make(map[string]typeSpec)
	for _, file := range pkg.sources() {
		for _, decl := range file.Syntax.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok {
					specs[spec.Name.Name] = typeSpec{spec, cmp.Or(spec.Doc, group.Doc)}
				}
			}
		}
	}
	return specs
}

// interfaceMethods counts the methods of an interface, those of embedded
// interfaces of the same package included.
func interfaceMethods(iface *ast.InterfaceType, specs map[string]typeSpec, seen []string) int {
	count := 0
	for _, field := range iface.Methods.List {
		count += len(field.Names)
		name, ok := field.Type.(*ast.Ident)
		if !ok || len(field.Names) > 0 || slices.Contains(seen, name.Name) {
			continue
		}
		if spec, ok := specs[name.Name]; ok {
			if embedded, ok := spec.Type.(*ast.InterfaceType); ok {
				count += interfaceMethods(embedded, specs, append(seen, name.Name))
			}
		}
	}
	return count
}

// manyNames counts what a package exports: its types, functions, constants and
// variables, not methods and fields.
func manyNames(pkg *Package, limit int) []Finding {
	count := 0
	for _, file := range pkg.sources() {
		if file.Generated {
			continue
		}
		for _, decl := range file.Syntax.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil && decl.Name.IsExported() {
					count++
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						if spec.Name.IsExported() {
							count++
						}
					case *ast.ValueSpec:
						count += len(slices.DeleteFunc(slices.Clone(spec.Names), func(n *ast.Ident) bool { return !n.IsExported() }))
					}
				}
			}
		}
	}
	if limit == 0 || count <= limit {
		return nil
	}
	return []Finding{{File: pkg.Dir, Text: fmt.Sprintf("package %s exports %d names, the limit is %d", pkg.Name, count, limit)}}
}

func spread(lengths []int, shares []Share) []Finding {
	var found []Finding
	for _, share := range shares {
		short := 0
		for _, n := range lengths {
			if n < share.Under {
				short++
			}
		}
		if short*100 < share.Percent*len(lengths) {
			found = append(found, Finding{File: ".", Text: fmt.Sprintf("%d of %d files have under %d lines, it should be %d %%", short, len(lengths), share.Under, share.Percent)})
		}
	}
	return found
}
