package migrate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/volaweb/vola/schema"
)

// detector finds the operations that lead from one set of tables to another.
// First it finds out everything that a person must say; then it makes the
// operations. Each is made in its state at once, so that what it compares next
// is what will be there.
type detector struct {
	graph   *Graph
	opts    MakeOptions
	want    map[string]schema.Schema
	modules []string // those at hand
	state   *state

	// before and after are the tables of all modules that are wanted, as they
	// are in the migrations and as they are wanted, and wantedBy says by which
	// module.
	before, after []schema.Table
	wantedBy      map[string]string
	origins       *successors            // of tables
	columns       map[string]*successors // by the table's name now
	values        map[string]SQL         // by "table.column"
	used          []bool                 // which of opts.Values a column got
	unanswered    []error                // questions without an answer
	stopped       bool                   // nobody answers any more

	making
	// later are foreign keys between modules that need each other: they come
	// in a second migration.
	later []AddForeignKey
	// users are, for a module, the other modules whose tables refer to tables
	// that it does not want any more.
	users map[string][]string
	// loosened are, by module, the migrations that drop what would keep tables
	// of others from going.
	loosened map[string]*draft
	open     []string // modules being worked on, outermost first
	done     []string // modules that were worked on
	errs     []error
}

func newDetector(g *Graph, state *state, want map[string]schema.Schema, modules []string, opts MakeOptions) *detector {
	return &detector{graph: g, opts: opts, want: want, modules: modules, state: state, used: make([]bool, len(opts.Values)),
		values: map[string]SQL{}, making: newMaking(g), users: map[string][]string{}, loosened: map[string]*draft{}}
}

// find finds the migrations. The error names all that is wrong, or else all that
// needs an answer.
func (d *detector) find() error {
	d.readTables()
	for _, ask := range []func(){d.checkNames, d.checkValues, d.planTables, d.planColumns, d.planValues} {
		ask()
		if d.stopped || len(d.errs) > 0 {
			return errors.Join(append(d.errs, d.unanswered...)...)
		}
	}
	if err := errors.Join(d.unanswered...); err != nil {
		return err
	}
	d.detect()
	if len(d.errs) == 0 {
		d.checkValuesUsed()
	}
	return errors.Join(d.errs...)
}

func (d *detector) fail(format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf(format, args...))
}

func (d *detector) exists(table string) bool {
	_, ok := d.state.tables[table]
	return ok
}

// do makes an operation part of the module's migration.
func (d *detector) do(module string, op Operation) {
	needs := slices.Clone(d.state.users[takesAway(d.state, op)])
	switch o := op.(type) {
	case CreateTable:
		needs = append(needs, d.state.freed[o.Table.Name])
	case RenameTable:
		needs = append(needs, d.state.freed[o.To], o.From)
	}
	before := indexNames(d.state.tables[changes(op)])
	d.state.module = module
	if _, err := op.change(d.state); err != nil {
		d.fail("module %s: %s: %w", module, op, err)
		return
	}
	for _, table := range refersTo(op) {
		needs = append(needs, d.state.owner[table])
	}
	for _, name := range indexNames(d.state.tables[changes(op)]) {
		if !slices.Contains(before, name) {
			needs = append(needs, d.state.freed[name])
		}
	}
	d.add(module, op, needs)
}

// changes returns the table that gets an index by the operation.
func changes(op Operation) string {
	switch o := op.(type) {
	case CreateTable:
		return o.Table.Name
	case AddIndex:
		return o.Table
	case AddUnique:
		return o.Table
	case RenameConstraint:
		return o.Table
	}
	return ""
}

// refersTo returns the tables that an operation needs beside its own.
func refersTo(op Operation) []string {
	var out []string
	switch o := op.(type) {
	case CreateTable:
		for _, f := range o.Table.ForeignKeys {
			out = append(out, f.RefTable)
		}
	case AddForeignKey:
		out = append(out, o.ForeignKey.RefTable)
	}
	return out
}

// takesAway returns the table of which a migration from before can no longer
// say that something refers to it after the operation.
func takesAway(s *state, op Operation) string {
	switch o := op.(type) {
	case DropTable:
		return o.Table
	case RenameTable:
		return o.Table
	case AlterPrimaryKey:
		return o.Table
	case RenameColumn:
		if slices.Contains(s.tables[o.Table].PrimaryKey, o.Column) {
			return o.Table
		}
	}
	return ""
}

// tables finds the operations for the tables of a module.
func (d *detector) tables(module string) {
	want := d.want[module].Clone()
	want.Normalize()
	for _, t := range want.Tables {
		if d.owns(module, t.Name) {
			d.renameColumns(module, t)
		}
	}
	for _, t := range want.Tables {
		if d.owns(module, t.Name) {
			d.renameConstraints(module, t)
		}
	}
	// New tables come first: columns of others may refer to them.
	var circular []AddForeignKey
	for _, t := range d.creationOrder(want.Tables) {
		if d.owns(module, t.Name) {
			continue
		}
		if d.exists(t.Name) {
			d.fail("module %s wants the table %s, which belongs to module %s", module, t.Name, d.state.owner[t.Name])
			continue
		}
		t = t.Clone()
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
			if f.RefTable == t.Name || d.exists(f.RefTable) {
				return false
			}
			circular = append(circular, AddForeignKey{Table: t.Name, ForeignKey: f})
			return true
		})
		d.do(module, CreateTable{Table: t})
	}
	for _, t := range want.Tables {
		if d.owns(module, t.Name) {
			d.table(module, t, circular)
		}
	}
	for _, op := range circular {
		d.addForeignKey(module, op)
	}
	d.dropTables(module, want)
}

func (d *detector) owns(module, table string) bool {
	return d.exists(table) && d.state.owner[table] == module
}

// addForeignKey adds a foreign key now, or later when the table that it refers
// to is made by a module that waits for this one.
func (d *detector) addForeignKey(module string, op AddForeignKey) {
	if op.ForeignKey.RefTable != op.Table && !d.exists(op.ForeignKey.RefTable) {
		if d.wanting(op.ForeignKey.RefTable) == "" {
			d.fail("foreign key %s of %s refers to the table %s, which no module has", op.ForeignKey.Name, op.Table, op.ForeignKey.RefTable)
			return
		}
		d.later = append(d.later, op)
		return
	}
	d.do(module, op)
}

// dropTables drops what the module does not want any more, those first that
// refer to others. Those that refer to each other lose their foreign keys
// before.
func (d *detector) dropTables(module string, want schema.Schema) {
	var gone []string
	for name, owner := range d.state.owner {
		if _, ok := want.Table(name); !ok && owner == module {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	for len(gone) > 0 {
		i := slices.IndexFunc(gone, func(name string) bool { return len(d.state.referring(name)) == 0 })
		if i < 0 {
			if !d.breakCircle(module, gone) {
				d.do(module, DropTable{Table: gone[0]}) // reports who still refers to it
				return
			}
			continue
		}
		d.do(module, DropTable{Table: gone[i]})
		gone = slices.Delete(gone, i, i+1)
	}
}

// breakCircle drops a foreign key between tables that are going to be dropped.
func (d *detector) breakCircle(module string, gone []string) bool {
	for _, name := range gone {
		for _, f := range d.state.tables[name].ForeignKeys {
			if f.RefTable != name && slices.Contains(gone, f.RefTable) {
				d.do(module, DropForeignKey{Table: name, ForeignKey: f.Name})
				return true
			}
		}
	}
	return false
}

// creationOrder sorts tables so that each comes after those it refers to,
// where there is such an order.
func (d *detector) creationOrder(tables []schema.Table) []schema.Table {
	var out []schema.Table
	var path []string
	done := map[string]bool{}
	var add func(t schema.Table)
	add = func(t schema.Table) {
		if done[t.Name] || slices.Contains(path, t.Name) {
			return
		}
		path = append(path, t.Name)
		for _, f := range t.ForeignKeys {
			if i := slices.IndexFunc(tables, func(o schema.Table) bool { return o.Name == f.RefTable }); i >= 0 {
				add(tables[i])
			}
		}
		path = path[:len(path)-1]
		if !done[t.Name] {
			done[t.Name] = true
			out = append(out, t)
		}
	}
	for _, t := range tables {
		add(t)
	}
	return out
}
