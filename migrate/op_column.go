package migrate

import (
	"fmt"
	"slices"

	"github.com/volaweb/vola/schema"
)

// AddColumn adds a column at the end of a table. Undone, it drops the column.
type AddColumn struct {
	Table  string
	Column schema.Column
	// Backfill is the value for the rows there already, as an expression over
	// the table's other columns. A column that may not be NULL and has no
	// default needs one. Defaults to the column's default, or NULL.
	Backfill SQL
	Safe     string
}

// String says what is done.
func (o AddColumn) String() string { return "add column " + o.Column.Name + " to " + o.Table }

func (o AddColumn) change(s *state) (step, error) {
	from, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	c := o.Column
	if !c.Null && c.Default.IsZero() && o.Backfill.IsZero() && c.Generated == "" && !c.Auto {
		return step{}, fmt.Errorf("column %s of %s may not be NULL and needs a value for the rows that are there: give it a Backfill or a Default", c.Name, o.Table)
	}
	to := from.Clone()
	to.Columns = append(to.Columns, c)
	return s.alter(from, to, fillOf(c.Name, o.Backfill, SQL{}), nil)
}

func fillOf(column string, value, convert SQL) []fill {
	if value.IsZero() && convert.IsZero() {
		return nil
	}
	return []fill{{column, value, convert}}
}

// DropColumn drops a column and its values. The indexes and constraints over
// it must be dropped before.
type DropColumn struct {
	Table  string
	Column string // name
	// Restore is the value of the column when the operation is undone, as an
	// expression over the table's other columns. Defaults to the column's
	// default, NULL where it may be NULL, or else what stands for nothing: 0,
	// false, the empty text, 1970. A key of another table's row has no such
	// value: there, a table with rows cannot go back without Restore.
	Restore SQL
	Safe    string
}

// String says what is done.
func (o DropColumn) String() string { return "drop column " + o.Column + " of " + o.Table }

func (o DropColumn) change(s *state) (step, error) {
	from, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	c, ok := from.Column(o.Column)
	if !ok {
		return step{}, fmt.Errorf("the table %q has no column %q", o.Table, o.Column)
	}
	if user := usesColumn(from, o.Column); user != "" {
		return step{}, fmt.Errorf("the column %s.%s is part of %s; drop that first", o.Table, o.Column, user)
	}
	for name, t := range s.tables {
		for _, f := range t.ForeignKeys {
			if f.RefTable == o.Table && slices.Contains(f.RefColumns, o.Column) {
				return step{}, fmt.Errorf("the column %s.%s is referred to by the foreign key %s of %s; drop that first", o.Table, o.Column, f.Name, name)
			}
		}
	}
	to := from.Clone()
	to.Columns = slices.DeleteFunc(to.Columns, func(c schema.Column) bool { return c.Name == o.Column })
	restore := o.Restore
	if restore.IsZero() && !c.Null && c.Default.IsZero() && c.Generated == "" {
		restore = zero(c)
	}
	return s.alter(from, to, nil, fillOf(c.Name, restore, SQL{}))
}

// usesColumn says which index, key or constraint of the table needs the
// column.
func usesColumn(t schema.Table, column string) string {
	if slices.Contains(t.PrimaryKey, column) {
		return "the primary key"
	}
	for _, u := range t.Uniques {
		if slices.Contains(u.Columns, column) {
			return "the unique constraint " + u.Name
		}
	}
	for _, x := range t.Indexes {
		if slices.ContainsFunc(x.Columns, func(c schema.IndexColumn) bool { return c.Column == column }) {
			return "the index " + x.Name
		}
	}
	for _, f := range t.ForeignKeys {
		if slices.Contains(f.Columns, column) {
			return "the foreign key " + f.Name
		}
	}
	return ""
}

// RenameColumn gives a column another name; its values, indexes and
// constraints stay.
type RenameColumn struct {
	Table  string
	Column string // name before
	To     string
	Safe   string
}

// String says what is done.
func (o RenameColumn) String() string {
	return "rename column " + o.Column + " of " + o.Table + " to " + o.To
}

func (o RenameColumn) change(s *state) (step, error) {
	t, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	if _, ok := t.Column(o.Column); !ok {
		return step{}, fmt.Errorf("the table %q has no column %q", o.Table, o.Column)
	}
	if _, ok := t.Column(o.To); ok || o.To == "" {
		return step{}, fmt.Errorf("the column cannot be called %q: the table has one, or the name is empty", o.To)
	}
	rename := func(names []string) {
		for i, n := range names {
			if n == o.Column {
				names[i] = o.To
			}
		}
	}
	for i := range t.Columns {
		if t.Columns[i].Name == o.Column {
			t.Columns[i].Name = o.To
		}
		t.Columns[i].Generated = renameIn(t.Columns[i].Generated, o.Column, o.To)
	}
	rename(t.PrimaryKey)
	for _, u := range t.Uniques {
		rename(u.Columns)
	}
	for i, x := range t.Indexes {
		t.Indexes[i].Where = renameIn(x.Where, o.Column, o.To)
		for i := range x.Columns {
			if x.Columns[i].Column == o.Column {
				x.Columns[i].Column = o.To
			}
			x.Columns[i].Expr = renameIn(x.Columns[i].Expr, o.Column, o.To)
		}
	}
	for i := range t.Checks {
		t.Checks[i].SQL = renameIn(t.Checks[i].SQL, o.Column, o.To)
	}
	for _, f := range t.ForeignKeys {
		rename(f.Columns)
	}
	s.tables[o.Table] = t
	s.redirect(func(f *schema.ForeignKey) {
		if f.RefTable == o.Table {
			rename(f.RefColumns)
		}
	})
	return step{kind: renameColumn, table: o.Table, old: o.Column, new: o.To}, nil
}

// AlterColumn changes the type of a column, whether it may be NULL, or its
// default.
type AlterColumn struct {
	Table  string
	Column schema.Column // as it is to be; the name says which one
	// Backfill is the value that takes the place of NULL where the column may
	// no longer be NULL. Defaults to the column's default.
	Backfill SQL
	// Convert is the new value of each row when the type changes, as an
	// expression over the old columns. Needed where [schema.Convert] says
	// Foreign. Defaults to the value as it is; one that does not fit is
	// refused.
	Convert SQL
	// Restore and ConvertBack are the same for undoing the operation.
	Restore     SQL
	ConvertBack SQL
	Safe        string
}

// String says what is done.
func (o AlterColumn) String() string { return "alter column " + o.Column.Name + " of " + o.Table }

func (o AlterColumn) change(s *state) (step, error) {
	from, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	i := slices.IndexFunc(from.Columns, func(c schema.Column) bool { return c.Name == o.Column.Name })
	if i < 0 {
		return step{}, fmt.Errorf("the table %q has no column %q", o.Table, o.Column.Name)
	}
	old := from.Columns[i]
	if mustConvert(old, o.Column) && o.Convert.IsZero() {
		return step{}, fmt.Errorf("column %s of %s turns from %v into %v: say with Convert what becomes of the values", old.Name, o.Table, old.Type, o.Column.Type)
	}
	if mustConvert(o.Column, old) && o.ConvertBack.IsZero() {
		return step{}, fmt.Errorf("column %s of %s turns from %v into %v: say with ConvertBack what becomes of the values when that is undone", old.Name, o.Table, old.Type, o.Column.Type)
	}
	to := from.Clone()
	to.Columns[i] = o.Column
	restore := o.Restore
	if restore.IsZero() && !old.Null && o.Column.Null && old.Default.IsZero() {
		restore = zero(old)
	}
	return s.alter(from, to, fillOf(old.Name, o.Backfill, o.Convert), fillOf(old.Name, restore, o.ConvertBack))
}
