// Command uses counts how the files of a package use each other: what share of
// the uses leads from a file to one above it. A package with layers has few; in
// one without, every file uses every other.
//
//	go run ./scripts/uses ./orm ./templates .
//
// What is above what is said by the section "The files of" the package in
// ARCHITECTURE.md: the rows of its table are layers, from the top down. For a
// package without such a section the order of the files is looked for in which
// the fewest uses lead upwards.
//
// A use is a name in one file that is declared in another one of the same
// package: a function, type, variable, constant, method or field. Tests do not
// count. With -v the layers are printed, and the uses that lead upwards.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	verbose := flag.Bool("v", false, "print the order of the files and the uses upwards")
	flag.Parse()
	if err := run(os.Stdout, *verbose, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(w io.Writer, verbose bool, patterns []string) error {
	mode := packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps
	list, err := packages.Load(&packages.Config{Mode: mode}, patterns...)
	if err != nil {
		return err
	}
	for _, p := range list {
		if len(p.Errors) > 0 {
			return p.Errors[0]
		}
		g := usesOf(p)
		layers, err := g.layers("ARCHITECTURE.md", p.PkgPath)
		if err != nil {
			return err
		}
		by := "by its layers"
		if layers == nil {
			by = "in the best order"
			for _, file := range g.order() {
				layers = append(layers, []int{file})
			}
		}
		all, up := g.count(layers)
		fmt.Fprintf(w, "%s %s: %d files, %d uses between them, %d upwards (%.1f %%)\n", p.PkgPath, by, len(g.files), all, up, 100*float64(up)/float64(max(all, 1)))
		if verbose {
			g.print(w, layers)
		}
	}
	return nil
}

// graph says how often a file uses others.
type graph struct {
	files []string
	uses  [][]int // uses[a][b] is how often a uses b
}

func usesOf(p *packages.Package) *graph {
	g := &graph{}
	at := map[string]int{}
	for _, f := range p.Syntax {
		name := filepath.Base(p.Fset.Position(f.Package).Filename)
		at[name] = len(g.files)
		g.files = append(g.files, name)
	}
	g.uses = make([][]int, len(g.files))
	for i := range g.uses {
		g.uses[i] = make([]int, len(g.files))
	}
	for i, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := origin(p.TypesInfo.Uses[id])
			if obj == nil || obj.Pkg() != p.Types {
				return true
			}
			if to := at[filepath.Base(p.Fset.Position(obj.Pos()).Filename)]; to != i {
				g.uses[i][to]++
			}
			return true
		})
	}
	return g
}

// origin returns the declaration of what may be a method or field of an
// instance of a generic type.
func origin(obj types.Object) types.Object {
	switch o := obj.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Var:
		return o.Origin()
	}
	return obj
}

// order returns the files from the top to the bottom. It begins with those that
// use the most and are used the least, and moves files as long as that lessens
// the uses upwards: not always the best order, but never far from it.
func (g *graph) order() []int {
	order := make([]int, len(g.files))
	for i := range order {
		order[i] = i
	}
	balance := func(i int) int {
		sum := 0
		for j := range g.files {
			sum += g.uses[j][i] - g.uses[i][j]
		}
		return sum
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(balance(a), balance(b)) })
	for better := true; better; {
		better = false
		for from := range order {
			best, gain, to := order[from], 0, from
			sum := 0
			for k := from - 1; k >= 0; k-- { // upwards, past those above it
				sum += g.uses[best][order[k]] - g.uses[order[k]][best]
				if sum > gain {
					gain, to = sum, k
				}
			}
			sum = 0
			for k := from + 1; k < len(order); k++ { // downwards
				sum += g.uses[order[k]][best] - g.uses[best][order[k]]
				if sum > gain {
					gain, to = sum, k
				}
			}
			if gain > 0 {
				order = slices.Insert(slices.Delete(order, from, from+1), to, best)
				better = true
			}
		}
	}
	return order
}

// layers returns the files of the layers of a package as a document has them, nil
// if it has none of the package.
func (g *graph) layers(document, pkg string) ([][]int, error) {
	text, err := os.ReadFile(document)
	if err != nil {
		return nil, err
	}
	_, section, ok := strings.Cut(string(text), "### The files of "+path.Base(pkg)+"\n")
	if !ok {
		return nil, nil
	}
	section, _, _ = strings.Cut(section, "\n#")
	named := regexp.MustCompile("`([a-z_]+\\.go)`")
	var layers [][]int
	for line := range strings.Lines(section) {
		var layer []int
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			if file := slices.Index(g.files, m[1]); file >= 0 {
				layer = append(layer, file)
			}
		}
		if layer != nil {
			layers = append(layers, layer)
		}
	}
	return layers, nil
}

// count returns how many uses there are between files, and how many lead upwards.
func (g *graph) count(layers [][]int) (all, up int) {
	for above, layer := range layers {
		for below, other := range layers {
			for _, a := range layer {
				for _, b := range other {
					all += g.uses[a][b]
					if above > below {
						up += g.uses[a][b]
					}
				}
			}
		}
	}
	return all, up
}

func (g *graph) print(w io.Writer, layers [][]int) {
	for i, layer := range layers {
		fmt.Fprintf(w, "  layer %d\n", i+1)
		for _, a := range layer {
			fmt.Fprintf(w, "    %s\n", g.files[a])
			for _, other := range layers[:i] {
				for _, b := range other {
					if n := g.uses[a][b]; n > 0 {
						fmt.Fprintf(w, "      up: %d of %s\n", n, g.files[b])
					}
				}
			}
		}
	}
}
