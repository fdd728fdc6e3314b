package migrate

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// Graph is the migrations of all modules, checked and put in order. It is safe
// for concurrent use.
type Graph struct {
	groups []Group
	order  []*Migration // each after those it depends on
	byRef  map[Ref]*Migration
	// stands says which migration does the work of one that was replaced.
	stands map[Ref]Ref
	final  *state
}

// LeavesError says that a module has two migrations that none depends on: two
// people wrote one at a time. [Merge] fixes it.
type LeavesError struct {
	Module string
	Leaves []string // names, two at least
}

// Error names the migrations and says what to do.
func (e *LeavesError) Error() string {
	return fmt.Sprintf("module %s has %d migrations that stand side by side, %s; run: makemigrations --merge",
		e.Module, len(e.Leaves), strings.Join(e.Leaves, " and "))
}

// NewGraph checks the migrations and puts them in order. The error names every
// error that was found, one a line; two migrations side by side are a
// [*LeavesError] in it.
func NewGraph(groups ...Group) (*Graph, error) { return newGraph(groups, false) }

func newGraph(groups []Group, leavesAllowed bool) (*Graph, error) {
	g := &Graph{byRef: map[Ref]*Migration{}, stands: map[Ref]Ref{}}
	errs := g.add(groups)
	errs = append(errs, g.link()...)
	if len(errs) == 0 {
		errs = append(errs, g.sort()...)
	}
	if len(errs) == 0 {
		errs = append(errs, g.replay()...)
	}
	if !leavesAllowed {
		for _, group := range g.groups {
			if leaves := g.leaves(group.Module); len(leaves) > 1 {
				errs = append(errs, &LeavesError{group.Module, leaves})
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return g, nil
}

// names are those that make good file names and Go names.
var names = regexp.MustCompile(`^[0-9]{4,}_[a-z0-9_]+$`)

// add takes over the migrations.
func (g *Graph) add(groups []Group) []error {
	var errs []error
	for _, group := range groups {
		if slices.ContainsFunc(g.groups, func(o Group) bool { return o.Module == group.Module }) {
			errs = append(errs, fmt.Errorf("module %s has two lists of migrations", group.Module))
			continue
		}
		group.Migrations = slices.Clone(group.Migrations)
		for i := range group.Migrations {
			m := &group.Migrations[i]
			m.Module = group.Module
			switch {
			case !names.MatchString(m.Name):
				errs = append(errs, fmt.Errorf("migration %s: a name is four digits, an underscore and words of small letters, such as 0002_post_subtitle", m.Ref()))
			case g.byRef[m.Ref()] != nil:
				errs = append(errs, fmt.Errorf("migration %s is in the list twice", m.Ref()))
			}
			g.byRef[m.Ref()] = m
			for i, op := range m.Operations {
				if err := allowed(m, op); err != nil {
					errs = append(errs, fmt.Errorf("migration %s, operation %d (%s): %w", m.Ref(), i+1, op, err))
				}
			}
		}
		g.groups = append(g.groups, group)
	}
	return errs
}

// allowed reports what an operation must not do in its migration.
func allowed(m *Migration, op Operation) error {
	concurrently := false
	switch o := op.(type) {
	case AddIndex:
		concurrently = o.Concurrently
	case DropIndex:
		concurrently = o.Concurrently
	case nil:
		return errors.New("the operation is nil")
	}
	if concurrently && !m.NonAtomic {
		return errors.New("an index cannot be built or dropped concurrently inside a transaction: give it a migration of its own with NonAtomic: true")
	}
	return nil
}

// link finds out which migrations stand for others, and that all exist that
// are depended on.
func (g *Graph) link() []error {
	var errs []error
	for _, m := range g.all() {
		for _, name := range m.Replaces {
			old := Ref{m.Module, name}
			if other, ok := g.stands[old]; ok {
				errs = append(errs, fmt.Errorf("migrations %s and %s both replace %s", other, m.Ref(), old))
			}
			g.stands[old] = m.Ref()
		}
	}
	for _, m := range g.all() {
		for _, d := range m.Depends {
			if g.byRef[d] == nil && g.stands[d] == (Ref{}) {
				errs = append(errs, fmt.Errorf("migration %s depends on %s, which does not exist", m.Ref(), d))
			}
		}
	}
	return errs
}

// all returns the migrations in the order of their lists.
func (g *Graph) all() []*Migration {
	var out []*Migration
	for i := range g.groups {
		for j := range g.groups[i].Migrations {
			out = append(out, &g.groups[i].Migrations[j])
		}
	}
	return out
}

// replaced reports whether another migration of the graph does the work of m.
func (g *Graph) replaced(r Ref) bool { return g.stands[r] != (Ref{}) }

// depends returns the migrations that m depends on, those that were replaced
// taken for those that stand for them.
func (g *Graph) depends(m *Migration) []Ref {
	var out []Ref
	add := func(list []Ref) {
		for _, d := range list {
			for g.replaced(d) {
				d = g.stands[d]
			}
			if d != m.Ref() && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	add(m.Depends)
	return out
}

// leaves returns the names of the module's migrations that no other one of the
// module depends on.
func (g *Graph) leaves(module string) []string {
	needed := map[Ref]bool{}
	var out []string
	for _, m := range g.all() {
		if m.Module == module && !g.replaced(m.Ref()) {
			for _, d := range g.depends(m) {
				needed[d] = true
			}
		}
	}
	for _, m := range g.all() {
		if m.Module == module && !g.replaced(m.Ref()) && !needed[m.Ref()] {
			out = append(out, m.Name)
		}
	}
	return out
}

// sort puts the migrations in order: each after those it depends on, and
// otherwise as their modules and lists stand.
func (g *Graph) sort() []error {
	const (
		unseen = iota
		open
		done
	)
	var errs []error
	mark := map[Ref]int{}
	var visit func(m *Migration, path []string)
	visit = func(m *Migration, path []string) {
		path = append(path, m.Ref().String())
		switch mark[m.Ref()] {
		case open:
			errs = append(errs, fmt.Errorf("migrations depend on each other in a circle: %s", strings.Join(path, " -> ")))
			return
		case done:
			return
		}
		mark[m.Ref()] = open
		deps := g.depends(m)
		slices.SortFunc(deps, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Name, b.Name)) })
		for _, d := range deps {
			visit(g.byRef[d], path)
		}
		mark[m.Ref()] = done
		g.order = append(g.order, m)
	}
	for _, m := range g.all() {
		if !g.replaced(m.Ref()) {
			visit(m, nil)
		}
	}
	return errs
}

// replay finds out what the tables look like in the end.
func (g *Graph) replay() []error {
	var errs []error
	g.final = newState()
	for _, m := range g.order {
		if _, err := m.steps(g.final); err != nil {
			return append(errs, err) // what follows would only be confused by it
		}
	}
	return errs
}

// State returns the tables as they are when all migrations are applied.
func (g *Graph) State() schema.Schema { return g.final.schema(nil) }

// Owner returns the module whose migrations made the table, or "".
func (g *Graph) Owner(table string) string { return g.final.owner[table] }

// Migrations returns all migrations in the order in which they are applied,
// without those that others replace. They must not be changed.
func (g *Graph) Migrations() []*Migration { return slices.Clone(g.order) }

// Find returns the migration of the module whose name is the one given or
// begins with it, such as "0002".
func (g *Graph) Find(module, name string) (*Migration, error) {
	var found []*Migration
	var names []string
	for _, m := range g.all() {
		if m.Module == module {
			names = append(names, m.Name)
		}
		if m.Module == module && m.Name == name {
			return m, nil
		}
		if m.Module == module && strings.HasPrefix(m.Name, name) {
			found = append(found, m)
		}
	}
	switch {
	case names == nil:
		return nil, fmt.Errorf("there is no module %q with migrations; there are %s", module, strings.Join(g.modules(), ", "))
	case len(found) == 0:
		return nil, fmt.Errorf("module %s has no migration %q; it has %s", module, name, strings.Join(names, ", "))
	case len(found) > 1:
		return nil, fmt.Errorf("module %s has several migrations that begin with %q: %s and %s", module, name, found[0].Name, found[1].Name)
	}
	return found[0], nil
}

func (g *Graph) modules() []string {
	var out []string
	for _, group := range g.groups {
		out = append(out, group.Module)
	}
	return out
}
