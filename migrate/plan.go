package migrate

import (
	"fmt"
	"slices"
)

// plan returns what it takes to reach the target, in order.
func (r *Runner) plan(h *history, target Target) ([]Move, error) {
	g := r.Graph
	if target.Module == "" {
		if target.Name != "" {
			return nil, fmt.Errorf("migration %q is named without its module", target.Name)
		}
		return h.forward(g.order), nil
	}
	if !slices.Contains(g.modules(), target.Module) {
		_, err := g.Find(target.Module, "")
		return nil, err
	}
	switch target.Name {
	case "":
		return h.forward(g.below(g.module(target.Module))), nil
	case zeroName:
		return h.back(g.module(target.Module)), nil
	}
	m, err := g.Find(target.Module, target.Name)
	if err != nil {
		return nil, err
	}
	if g.replaced(m.Ref()) {
		return nil, fmt.Errorf("migration %s was replaced by %s; name that", m.Ref(), g.stands[m.Ref()])
	}
	if !h.begun(m) {
		return h.forward(g.below([]*Migration{m})), nil
	}
	var later []*Migration
	for _, o := range g.module(target.Module) {
		if o != m && slices.Contains(g.below([]*Migration{o}), m) {
			later = append(later, o)
		}
	}
	// A migration that was left half done is finished on the way.
	return append(h.back(later), h.forward([]*Migration{m})...), nil
}

// module returns the module's migrations in order.
func (g *Graph) module(name string) []*Migration {
	var out []*Migration
	for _, m := range g.order {
		if m.Module == name {
			out = append(out, m)
		}
	}
	return out
}

// below returns the migrations and all those that they depend on, in order.
func (g *Graph) below(list []*Migration) []*Migration {
	want := map[*Migration]bool{}
	for _, m := range list {
		want[m] = true
	}
	for _, m := range slices.Backward(g.order) {
		if want[m] {
			for _, d := range g.depends(m) {
				want[g.byRef[d]] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(g.order), func(m *Migration) bool { return !want[m] })
}

// forward returns how to apply those of the migrations that are not.
func (h *history) forward(list []*Migration) []Move {
	var out []Move
	for _, m := range list {
		if !h.applied(m) {
			out = append(out, Move{Migration: m})
		}
	}
	return out
}

// back returns how to undo those of the migrations that are applied, and all
// that depend on them, the last one first.
func (h *history) back(list []*Migration) []Move {
	gone := map[*Migration]bool{}
	for _, m := range list {
		gone[m] = true
	}
	for _, m := range h.graph.order {
		for _, d := range h.graph.depends(m) {
			gone[m] = gone[m] || gone[h.graph.byRef[d]]
		}
	}
	var out []Move
	for _, m := range slices.Backward(h.graph.order) {
		if gone[m] && h.begun(m) {
			out = append(out, Move{Migration: m, Back: true})
		}
	}
	return out
}
