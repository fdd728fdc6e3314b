package migrate

import (
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

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
	// What is computed comes last and goes first: it uses others.
	for _, computed := range []bool{false, true} {
		for _, c := range want.Columns {
			if old, ok := have.Column(c.Name); (c.Generated != "") != computed || ok && old == c {
				continue
			} else if ok {
				d.alterColumn(module, want.Name, old, c)
			} else {
				d.addColumn(module, want.Name, c)
			}
		}
	}
	if !slices.Equal(have.PrimaryKey, want.PrimaryKey) {
		d.do(module, AlterPrimaryKey{Table: want.Name, Columns: want.PrimaryKey})
	}
	for _, computed := range []bool{true, false} {
		for _, c := range have.Columns {
			if _, ok := want.Column(c.Name); !ok && (c.Generated != "") == computed {
				d.do(module, DropColumn{Table: want.Name, Column: c.Name, Restore: distinct(have, c)})
			}
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

func (d *detector) addColumn(module, table string, c schema.Column) {
	d.do(module, AddColumn{Table: table, Column: c, Backfill: d.values[table+"."+c.Name]})
}

func (d *detector) alterColumn(module, table string, old, c schema.Column) {
	op := AlterColumn{Table: table, Column: c}
	value := d.values[table+"."+c.Name]
	if mustConvert(old, c) {
		op.Convert = value
	} else if old.Null && !c.Null {
		op.Backfill = value
	}
	if mustConvert(c, old) {
		// Going back must be possible; what the values were is not known then.
		op.ConvertBack = zero(old)
		if old.Null {
			op.ConvertBack = Same("NULL")
		}
	}
	d.do(module, op)
}

// mustConvert reports whether only an expression can say what becomes of the
// values of a column. A computed one takes none over.
func mustConvert(old, c schema.Column) bool {
	return c.Generated == "" && schema.Convert(old.Type, c.Type) == schema.Foreign
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
