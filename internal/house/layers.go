package house

import (
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Layers returns the imports that the policy does not allow. A test file may
// import every package of the module, but other modules only where the policy
// lists them for its package or for [TestFiles].
func (m *Module) Layers(policy *Policy) []Finding {
	var found []Finding
	graph := m.importGraph()
	for _, pkg := range m.Packages {
		allowed, placed := policy.Allowed(pkg.Dir)
		if !placed && len(pkg.sources()) > 0 {
			found = append(found, Finding{File: pkg.Dir, Text: "the policy does not speak of this package; give it a place in deps_test.go"})
		}
		for _, file := range pkg.Files {
			for _, spec := range file.Syntax.Imports {
				target, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					continue // the parser has refused it already
				}
				if dir, ok := m.inside(target); ok {
					if placed && !file.Test && !policy.Allows(pkg.Dir, dir) {
						found = append(found, m.at(spec.Pos(), "%s imports %s; the policy allows %s only: %s",
							named(policy, pkg.Dir), named(policy, dir), named(policy, pkg.Dir), listOr(allowed, "nothing of this module")))
					}
				} else if foreign(target) {
					prefixes := policy.foreignAllowed(pkg.Dir, file.Test)
					if !slices.ContainsFunc(prefixes, func(prefix string) bool { return covers(prefix+"/...", target) }) {
						found = append(found, m.at(spec.Pos(), "%s imports %s; of other modules the policy allows here: %s",
							named(policy, pkg.Dir), target, listOr(prefixes, "none")))
					}
				}
			}
		}
		found = append(found, m.refusedImports(policy, pkg, graph)...)
	}
	return found
}

// refusedImports checks the refusals that concern one package.
func (m *Module) refusedImports(policy *Policy, pkg *Package, graph map[string][]edge) []Finding {
	var found []Finding
	name := named(policy, pkg.Dir)
	for _, refusal := range policy.refused {
		if !covers(refusal.importer, name) {
			continue
		}
		if chain := reach(policy, graph, pkg.Dir, refusal); chain != nil {
			var steps []string
			for _, e := range chain[1:] {
				steps = append(steps, named(policy, e.to))
			}
			text := name + " imports " + named(policy, chain[0].to)
			if len(steps) > 0 {
				text += ", which imports " + strings.Join(steps, ", which imports ")
			}
			found = append(found, m.at(chain[0].pos, "%s; the policy refuses %s to %s", text, refusal.imported, refusal.importer))
		}
	}
	return found
}

// An edge is one import: of a package of the module by its directory, of any
// other by its import path.
type edge struct {
	to  string
	pos token.Pos
}

// importGraph returns, for the directory of each package, what its files other
// than tests import.
func (m *Module) importGraph() map[string][]edge {
	graph := make(map[string][]edge)
	for _, pkg := range m.Packages {
		for _, file := range pkg.sources() {
			for _, spec := range file.Syntax.Imports {
				target, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					continue
				}
				if dir, ok := m.inside(target); ok {
					target = dir
				}
				graph[pkg.Dir] = append(graph[pkg.Dir], edge{target, spec.Pos()})
			}
		}
	}
	return graph
}

// reach returns the shortest chain of imports from a package to what it is
// refused, or nil.
func reach(policy *Policy, graph map[string][]edge, from string, r refusal) []edge {
	chains := [][]edge{nil}
	seen := []string{from}
	for len(chains) > 0 {
		chain := chains[0]
		chains = chains[1:]
		at := from
		if len(chain) > 0 {
			at = chain[len(chain)-1].to
		}
		for _, e := range graph[at] {
			next := append(slices.Clone(chain), e)
			if covers(r.imported, named(policy, e.to)) {
				return next
			}
			if r.through && !slices.Contains(seen, e.to) {
				seen = append(seen, e.to)
				chains = append(chains, next)
			}
		}
	}
	return nil
}

// inside returns the directory of an imported package of this module.
func (m *Module) inside(importPath string) (string, bool) {
	if importPath == m.Path {
		return ".", true
	}
	dir, ok := strings.CutPrefix(importPath, m.Path+"/")
	return path.Clean(dir), ok
}

// foreign reports whether an import path belongs to neither this module nor
// the standard library, whose first element has no dot.
func foreign(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// named returns a package as the policy writes it.
func named(policy *Policy, dir string) string {
	if dir == "." {
		return policy.root
	}
	return dir
}

func listOr(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}
