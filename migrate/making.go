package migrate

import "slices"

// draft is a migration that is being made and has no name yet.
type draft struct {
	*Migration
	// needs is what it depends on, in order: migrations of the graph, or
	// drafts.
	needs []need
}

type need struct {
	ref   Ref
	draft *draft
}

// reaches reports whether a must come after b: it is b, or depends on it.
func (a *draft) reaches(b *draft) bool {
	return a == b || slices.ContainsFunc(a.needs, func(n need) bool { return n.draft != nil && n.draft.reaches(b) })
}

// making is the migrations that are being made.
type making struct {
	graph *Graph
	out   []*draft
	made  map[string]*draft // by module: the one to which operations are added
	last  map[string]*draft // by module: the newest one
}

func newMaking(g *Graph) making {
	return making{graph: g, made: map[string]*draft{}, last: map[string]*draft{}}
}

// add makes the operation part of the module's migration, which must come after
// the newest ones of other modules, "" being none. Where one of these must come
// after that migration itself, the operation begins another.
func (k *making) add(module string, op Operation, after []string) {
	m := k.made[module]
	if m != nil && slices.ContainsFunc(after, func(other string) bool {
		return other != module && k.last[other] != nil && k.last[other].reaches(m)
	}) {
		m = nil
	}
	if m == nil {
		m = &draft{Migration: &Migration{Module: module}}
		m.needNewest(k, module)
		k.made[module], k.last[module] = m, m
		k.out = append(k.out, m)
	}
	m.Operations = append(m.Operations, op)
	for _, other := range after {
		if other != "" && other != module {
			m.needNewest(k, other)
		}
	}
}

// needNewest makes the draft depend on the newest migration of the module.
func (a *draft) needNewest(k *making, module string) {
	if newest := k.last[module]; newest != nil {
		if newest != a && !slices.ContainsFunc(a.needs, func(n need) bool { return n.draft == newest }) {
			a.needs = append(a.needs, need{draft: newest})
		}
		return
	}
	for _, r := range k.graph.tip(module) {
		if !slices.ContainsFunc(a.needs, func(n need) bool { return n.ref == r }) {
			a.needs = append(a.needs, need{ref: r})
		}
	}
}

// finish closes the module's migration.
func (k *making) finish(module string) { delete(k.made, module) }

// finished returns the migrations, each after those it depends on, with names.
func (k *making) finished(name string) []*Migration {
	var sorted []*draft
	var visit func(*draft)
	visit = func(m *draft) {
		if slices.Contains(sorted, m) {
			return
		}
		for _, n := range m.needs {
			if n.draft != nil {
				visit(n.draft)
			}
		}
		sorted = append(sorted, m)
	}
	for _, m := range k.out {
		visit(m)
	}
	var out []*Migration
	for _, m := range sorted {
		out = append(out, m.Migration)
	}
	k.graph.nameAll(out, name)
	for _, m := range out {
		// A program without the module's tables is not stopped by its first one.
		m.Compatible = compatible(m.Operations) && k.graph.nextNumber(m.Module) > 1
	}
	for _, m := range sorted {
		m.Depends = nil
		for _, n := range m.needs {
			if n.draft != nil {
				n.ref = n.draft.Ref()
			}
			m.Depends = append(m.Depends, n.ref)
		}
	}
	return out
}
