package migrate

import (
	"fmt"
	"slices"

	"github.com/volaweb/vola/schema"
)

// detector finds the operations that lead from one set of tables to another.
// Every operation that it finds is made in its state at once, so that what it
// compares next is what will be there.
type detector struct {
	graph   *Graph
	opts    MakeOptions
	want    map[string]schema.Schema
	modules []string
	state   *state

	out  []*Migration
	made map[string]*Migration // by module: the one being made
	// later are foreign keys between modules that need each other: they come
	// in a second migration.
	later []AddForeignKey
	// users are, for a module, the other modules whose tables refer to tables
	// that it does not want any more.
	users map[string][]string
	open  []string // modules being worked on, outermost first
	errs  []error
}

func (d *detector) fail(format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf(format, args...))
}

func (d *detector) detect() {
	d.refuseMoves()
	d.users = map[string][]string{}
	for _, module := range d.modules {
		d.users[module] = d.referringModules(module)
	}
	for _, module := range d.modules {
		d.module(module)
	}
	for _, op := range d.later {
		module := d.state.owner[op.Table]
		if d.made[module] != nil {
			d.finish(module)
		}
		d.do(module, op)
	}
	for _, module := range d.modules {
		d.finish(module)
	}
}

// refuseMoves refuses what would drop the rows of a table that only changed
// its module.
func (d *detector) refuseMoves() {
	for _, module := range d.modules {
		for _, t := range d.want[module].Tables {
			owner := d.graph.Owner(t.Name)
			if _, wanted := d.want[owner].Table(t.Name); owner != "" && owner != module && !wanted {
				d.fail("table %s moved from module %s to module %s, which a migration cannot do; leave the model where it was, or rename its table", t.Name, owner, module)
			}
		}
	}
}

// module finds the operations for one module, after those for the modules
// whose new tables it refers to.
func (d *detector) module(module string) {
	if slices.Contains(d.open, module) || d.finished(module) {
		return
	}
	d.open = append(d.open, module)
	for _, t := range d.want[module].Tables {
		for _, f := range t.ForeignKeys {
			if other := d.wanting(f.RefTable); other != "" && other != module && !d.exists(f.RefTable) {
				d.module(other)
			}
		}
	}
	// What refers to a table that goes must go before.
	var before []string
	for _, other := range d.users[module] {
		if !slices.Contains(d.open, other) {
			d.module(other)
		}
		if d.finished(other) {
			before = append(before, other)
		}
	}
	d.tables(module)
	if m := d.made[module]; m != nil {
		for _, other := range before {
			if r := (Ref{Module: other}); !slices.Contains(m.Depends, r) {
				m.Depends = append(m.Depends, r)
			}
		}
	}
	d.finish(module)
}

// referringModules returns the other modules whose tables refer to tables that
// the module does not want any more.
func (d *detector) referringModules(module string) []string {
	var out []string
	for name, t := range d.state.tables {
		other := d.state.owner[name]
		for _, f := range t.ForeignKeys {
			_, wanted := d.want[module].Table(f.RefTable)
			if !wanted && other != module && d.state.owner[f.RefTable] == module && slices.Contains(d.modules, other) && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	slices.Sort(out)
	return out
}

// wanting returns the module that wants the table.
func (d *detector) wanting(table string) string {
	for _, module := range d.modules {
		if _, ok := d.want[module].Table(table); ok {
			return module
		}
	}
	return ""
}

func (d *detector) exists(table string) bool {
	_, ok := d.state.tables[table]
	return ok
}

func (d *detector) finished(module string) bool {
	return slices.ContainsFunc(d.out, func(m *Migration) bool { return m.Module == module })
}

// finish closes the module's migration.
func (d *detector) finish(module string) { delete(d.made, module) }

// do makes an operation part of the module's migration.
func (d *detector) do(module string, op Operation) {
	m := d.made[module]
	if m == nil {
		m = &Migration{Module: module}
		if d.finished(module) {
			m.Depends = []Ref{{Module: module}} // the one before, still without a name
		} else {
			m.Depends = d.graph.tip(module)
		}
	}
	d.state.module = module
	if _, err := op.change(d.state); err != nil {
		d.fail("module %s: %s: %w", module, op, err)
		return
	}
	if d.made[module] == nil {
		d.made[module] = m
		d.out = append(d.out, m)
	}
	m.Operations = append(m.Operations, op)
	for _, table := range refersTo(op) {
		d.dependOn(m, table)
	}
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

// dependOn makes the migration depend on that of another module which made the
// table.
func (d *detector) dependOn(m *Migration, table string) {
	other := d.state.owner[table]
	if other == "" || other == m.Module {
		return
	}
	refs := d.graph.tip(other)
	if d.finished(other) {
		refs = []Ref{{Module: other}} // being made now, still without a name
	}
	for _, r := range refs {
		if !slices.Contains(m.Depends, r) {
			m.Depends = append(m.Depends, r)
		}
	}
}

// tables finds the operations for the tables of a module.
func (d *detector) tables(module string) {
	want := d.want[module].Clone()
	want.Normalize()
	d.renameTables(module, want)
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
