package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// Squash returns one migration that does the work of those of a module from
// the one named from ("" for the first) to the one named to, for databases
// that have none of them. The old ones stay until every database has passed
// them; then they and the Replaces are deleted. Go code is left out where it
// says Once, and is an error otherwise: move it by hand. A database that has
// some of the migrations but not all must be brought forward before.
func Squash(g *Graph, module, from, to string) (Change, error) {
	list := g.module(module)
	if len(list) == 0 {
		return Change{}, fmt.Errorf("module %q has no migrations", module)
	}
	first := list[0]
	var err error
	if from != "" {
		if first, err = g.Find(module, from); err != nil {
			return Change{}, err
		}
	}
	last, err := g.Find(module, to)
	if err != nil {
		return Change{}, err
	}
	between := g.below([]*Migration{last})
	out := &Migration{Module: module}
	var inner []*Migration
	for _, m := range between {
		if m.Module == module && slices.Contains(g.below([]*Migration{m}), first) {
			inner = append(inner, m)
			out.Replaces = append(out.Replaces, m.Name)
		}
	}
	if len(inner) < 2 {
		return Change{}, fmt.Errorf("there are not two migrations of module %s from %s to %s", module, first.Name, last.Name)
	}
	for _, m := range inner {
		for _, d := range g.depends(m) {
			if !slices.ContainsFunc(inner, func(o *Migration) bool { return o.Ref() == d }) && !slices.Contains(out.Depends, d) {
				out.Depends = append(out.Depends, d)
			}
		}
	}
	if out.Operations, err = g.squashed(inner); err != nil {
		return Change{}, err
	}
	for _, m := range inner {
		ownSQL := slices.ContainsFunc(m.Operations, func(op Operation) bool { _, ok := op.(RunSQL); return ok })
		out.NonAtomic = out.NonAtomic || m.NonAtomic && ownSQL
	}
	if !out.NonAtomic {
		lockFreely(out.Operations)
	}
	number, _, _ := strings.Cut(first.Name, "_")
	out.Name = number + "_squashed_" + last.Name
	return g.addSquashed(out, last)
}

// squashed returns the operations of the migrations, put together where that
// is certainly the same.
func (g *Graph) squashed(list []*Migration) ([]Operation, error) {
	before := newState()
	for _, m := range g.below(list) {
		if !slices.Contains(list, m) {
			if _, err := m.steps(before); err != nil {
				return nil, err
			}
		}
	}
	module := list[0].Module
	had := slices.Contains(slicesOf(before.owner), module)
	after := before.clone()
	var ops []Operation
	plain := true
	for _, m := range list {
		if m.NonAtomic {
			plain = false
		}
		for _, op := range m.Operations {
			switch o := op.(type) {
			case RunGo:
				if !o.Once {
					return nil, fmt.Errorf("migration %s runs Go code (%s): mark it Once: true if a new database does not need it, or move it by hand", m.Ref(), o)
				}
				continue
			case RunSQL:
				plain = false
			case RenameTable:
				plain = plain && o.From == ""
			}
			ops = append(ops, op)
		}
		if _, err := m.steps(after); err != nil {
			return nil, err
		}
	}
	if had || !plain {
		return ops, nil
	}
	// From nothing, the tables as they are in the end are all that counts.
	d := newDetector(g, before, map[string]schema.Schema{module: after.schema(func(owner string) bool { return owner == module })}, []string{module}, MakeOptions{})
	d.tables(module)
	if len(d.errs) > 0 || len(d.later) > 0 || len(d.out) != 1 {
		return ops, nil
	}
	return d.out[0].Operations, nil
}

// lockFreely lets indexes be built inside the transaction: the tables are new.
func lockFreely(ops []Operation) {
	for i, op := range ops {
		switch o := op.(type) {
		case AddIndex:
			o.Concurrently = false
			ops[i] = o
		case DropIndex:
			o.Concurrently = false
			ops[i] = o
		}
	}
}

func slicesOf(owner map[string]string) []string {
	var out []string
	for _, module := range owner {
		out = append(out, module)
	}
	return out
}

// addSquashed checks the migration together with the others and writes it.
func (g *Graph) addSquashed(m *Migration, after *Migration) (Change, error) {
	groups := make([]Group, len(g.groups))
	var names []string
	for i, group := range g.groups {
		group.Migrations = slices.Clone(group.Migrations)
		if group.Module == m.Module {
			at := 1 + slices.IndexFunc(group.Migrations, func(o Migration) bool { return o.Name == after.Name })
			group.Migrations = slices.Insert(group.Migrations, at, *m)
			for _, o := range group.Migrations {
				names = append(names, o.Name)
			}
		}
		groups[i] = group
	}
	if _, err := NewGraph(groups...); err != nil {
		return Change{}, fmt.Errorf("the migrations cannot be squashed: %w", err)
	}
	source, err := m.source()
	if err != nil {
		return Change{}, err
	}
	list, err := listSource(m.Module, names)
	if err != nil {
		return Change{}, err
	}
	return Change{Module: m.Module, Migration: m, File: m.Name + ".go", Source: source, List: list}, nil
}
