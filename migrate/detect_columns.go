package migrate

import (
	"fmt"
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
		answer, err := d.ask(Question{Kind: kind, Table: table, Column: c.Name, Text: question})
		if err != nil {
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
	for i, v := range d.opts.Values {
		if namesTable(v.Table, table) && namesColumn(v.Column, column) {
			d.used[i] = true
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
