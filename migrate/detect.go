package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
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

// table finds the operations that turn a table into the one that is wanted.
// The foreign keys in put off are added by the caller.
func (d *detector) table(module string, want schema.Table, putOff []AddForeignKey) {
	have := d.state.tables[want.Name]
	for _, f := range have.ForeignKeys {
		if !slices.ContainsFunc(want.ForeignKeys, f.Equal) {
			d.do(module, DropForeignKey{Table: want.Name, ForeignKey: f.Name})
		}
	}
	for _, c := range have.Checks {
		if !slices.Contains(want.Checks, c) {
			d.do(module, DropCheck{Table: want.Name, Check: c.Name})
		}
	}
	for _, u := range have.Uniques {
		if !slices.ContainsFunc(want.Uniques, u.Equal) {
			d.do(module, DropUnique{Table: want.Name, Unique: u.Name})
		}
	}
	for _, x := range have.Indexes {
		if !slices.ContainsFunc(want.Indexes, x.Equal) {
			d.do(module, DropIndex{Table: want.Name, Index: x.Name})
		}
	}
	for _, c := range want.Columns {
		if old, ok := have.Column(c.Name); !ok {
			d.addColumn(module, want, c)
		} else if old != c {
			d.alterColumn(module, want, old, c)
		}
	}
	if !slices.Equal(have.PrimaryKey, want.PrimaryKey) {
		d.do(module, AlterPrimaryKey{Table: want.Name, Columns: want.PrimaryKey})
	}
	for _, c := range have.Columns {
		if _, ok := want.Column(c.Name); !ok {
			d.do(module, DropColumn{Table: want.Name, Column: c.Name, Restore: distinct(have, c)})
		}
	}
	d.addConstraints(module, have, want, putOff)
}

// distinct returns the value that a column gets when it is restored, where all
// values must be different: the row's key.
func distinct(t schema.Table, c schema.Column) SQL {
	in := slices.ContainsFunc(t.Uniques, func(u schema.Unique) bool { return slices.Contains(u.Columns, c.Name) }) ||
		slices.ContainsFunc(t.Indexes, func(x schema.Index) bool {
			return x.Unique && slices.ContainsFunc(x.Columns, func(part schema.IndexColumn) bool { return part.Column == c.Name })
		})
	if !in || c.Null || len(t.PrimaryKey) != 1 || refersFrom(t, c.Name) != "" {
		return SQL{}
	}
	switch c.Type.Kind {
	case schema.Int16, schema.Int32, schema.Int64:
		return Same(database.Quote(t.PrimaryKey[0]))
	case schema.Text:
		return Same("CAST(" + database.Quote(t.PrimaryKey[0]) + " AS text)")
	}
	return SQL{}
}

func (d *detector) addConstraints(module string, have, want schema.Table, putOff []AddForeignKey) {
	for _, u := range want.Uniques {
		if !slices.ContainsFunc(have.Uniques, u.Equal) {
			d.do(module, AddUnique{Table: want.Name, Unique: u})
		}
	}
	for _, x := range want.Indexes {
		if !slices.ContainsFunc(have.Indexes, x.Equal) {
			d.do(module, AddIndex{Table: want.Name, Index: x})
		}
	}
	for _, c := range want.Checks {
		if !slices.Contains(have.Checks, c) {
			d.do(module, AddCheck{Table: want.Name, Check: c})
		}
	}
	for _, f := range want.ForeignKeys {
		if slices.ContainsFunc(have.ForeignKeys, f.Equal) ||
			slices.ContainsFunc(putOff, func(o AddForeignKey) bool { return o.Table == want.Name && o.ForeignKey.Name == f.Name }) {
			continue
		}
		d.addForeignKey(module, AddForeignKey{Table: want.Name, ForeignKey: f})
	}
}

func (d *detector) addColumn(module string, t schema.Table, c schema.Column) {
	op := AddColumn{Table: t.Name, Column: c}
	if !c.Null && c.Default.IsZero() && c.Generated == "" && !c.Auto {
		value, ok := d.value(t.Name, c, WhichValue,
			fmt.Sprintf("column %s of %s is new and may not be NULL: which value do the rows get that are there already? (an SQL expression, such as %s)", c.Name, t.Name, example(c)),
			fmt.Sprintf("column %s of %s is new and may not be NULL, so the rows that are there need a value: give one with --value %s.%s=EXPRESSION (such as %s), give the field a default, or make it a pointer",
				c.Name, t.Name, t.Name, c.Name, example(c)))
		if !ok {
			return
		}
		op.Backfill = value
	} else if v, ok := d.given(t.Name, c.Name); ok {
		op.Backfill = v
	}
	d.do(module, op)
}

func (d *detector) alterColumn(module string, t schema.Table, old, c schema.Column) {
	op := AlterColumn{Table: t.Name, Column: c}
	if schema.Convert(old.Type, c.Type) == schema.Foreign {
		value, ok := d.value(t.Name, c, HowToConvert,
			fmt.Sprintf("column %s of %s turns from %v into %v: what becomes of the values? (an SQL expression over the old columns)", c.Name, t.Name, old.Type, c.Type),
			fmt.Sprintf("column %s of %s turns from %v into %v: say what becomes of the values with --value %s.%s=EXPRESSION, or add a new column instead",
				c.Name, t.Name, old.Type, c.Type, t.Name, c.Name))
		if !ok {
			return
		}
		op.Convert = value
	}
	if schema.Convert(c.Type, old.Type) == schema.Foreign {
		// Going back must be possible; what the values were is not known then.
		op.ConvertBack = zero(old)
		if old.Null {
			op.ConvertBack = Same("NULL")
		}
	}
	if old.Null && !c.Null && c.Default.IsZero() && op.Convert.IsZero() {
		value, ok := d.value(t.Name, c, WhichValue,
			fmt.Sprintf("column %s of %s may no longer be NULL: what takes the place of NULL? (an SQL expression, such as %s)", c.Name, t.Name, example(c)),
			fmt.Sprintf("column %s of %s may no longer be NULL: say what takes the place of NULL with --value %s.%s=EXPRESSION (such as %s), or give the field a default",
				c.Name, t.Name, t.Name, c.Name, example(c)))
		if !ok {
			return
		}
		op.Backfill = value
	}
	d.do(module, op)
}

// example returns an expression of the column's type.
func example(c schema.Column) string {
	if v := zero(c).SQLite; v != "" {
		return v
	}
	return "0"
}

// value returns the value of a column: the one given, or that which is
// answered. Without one, it reports what to write.
func (d *detector) value(table string, c schema.Column, kind QuestionKind, question, refusal string) (SQL, bool) {
	if v, ok := d.given(table, c.Name); ok {
		return v, true
	}
	if d.opts.Ask != nil {
		answer, err := d.opts.Ask(Question{Kind: kind, Table: table, Column: c.Name, Text: question})
		if err != nil {
			d.errs = append(d.errs, err)
			return SQL{}, false
		}
		if answer = strings.TrimSpace(answer); answer != "" {
			return Same(answer), true
		}
	}
	d.errs = append(d.errs, fmt.Errorf("%s", refusal))
	return SQL{}, false
}

func (d *detector) given(table, column string) (SQL, bool) {
	for _, v := range d.opts.Values {
		if namesTable(v.Table, table) && namesColumn(v.Column, column) {
			return v.SQL, true
		}
	}
	return SQL{}, false
}

// namesTable reports whether a person who writes name means the table: it is
// the table's name, or that of its model.
func namesTable(name, table string) bool {
	name = strings.ToLower(name)
	return name == table || strings.HasSuffix(table, "_"+name)
}

// namesColumn reports whether a person who writes name means the column: it is
// the column's name, or that of its field.
func namesColumn(name, column string) bool {
	flat := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "") }
	return name == column || flat(name) == flat(column) || flat(name)+"id" == flat(column)
}
