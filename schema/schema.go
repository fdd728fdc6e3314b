// Package schema describes the tables of a database as plain data: columns,
// keys, indexes, constraints. It knows neither Go structs (package orm makes a
// Schema from them) nor SQL dialects (the drivers turn one into statements),
// so that two schemas can be compared anywhere, without a database.
//
// Values of this package are compared and printed field by field; a zero
// Schema is an empty database.
package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Schema is a set of tables. The order of Tables has no meaning; [Normalize]
// sorts it.
type Schema struct {
	Tables []Table
}

// Table is one table.
type Table struct {
	Name        string
	Columns     []Column // in the order in which they stand in the table
	PrimaryKey  []string // column names; never empty for a table of Vola's own
	Uniques     []Unique
	Indexes     []Index
	ForeignKeys []ForeignKey
	Checks      []Check
}

// Column is one column of a table.
type Column struct {
	Name string
	Type Type
	Null bool // may hold NULL; false is NOT NULL
	// Auto makes the database number new rows: an integer primary key only.
	Auto bool
	// Default is what the database puts where an INSERT names no value.
	// The zero value means none.
	Default Default
	// Generated is the SQL expression of a stored generated column; "" for an
	// ordinary one.
	Generated string
}

// Default is the default of a column in the database: a literal or an
// expression. The zero value is no default at all.
type Default struct {
	// Value is a literal: string, int64, float64 or bool. Nil means none.
	Value any
	// SQL is an expression, taken as it stands; it wins over Value.
	SQL string
}

// IsZero reports whether the column has no default.
func (d Default) IsZero() bool { return d.Value == nil && d.SQL == "" }

// Unique is a constraint that no two rows have the same values in Columns.
type Unique struct {
	Name    string
	Columns []string
}

// Index speeds up conditions and orders on its columns.
type Index struct {
	Name    string
	Columns []IndexColumn
	Unique  bool
	// Where makes the index partial: an SQL condition, "" for all rows.
	Where string
}

// IndexColumn is one part of an index: a column or an expression.
type IndexColumn struct {
	Column string // the column's name, or "" when Expr is given
	Expr   string // an SQL expression
	Desc   bool
}

// ForeignKey says that Columns hold the key of a row of another table.
type ForeignKey struct {
	Name       string
	Columns    []string
	RefTable   string
	RefColumns []string
	OnDelete   Action
	// Deferred checks the constraint at the end of the transaction.
	Deferred bool
}

// Action is what happens to a row when the row that it refers to is deleted.
type Action string

// The actions. The zero value is NoAction.
const (
	NoAction Action = ""         // refuse, at the latest at the end of the transaction
	Restrict Action = "restrict" // refuse at once
	Cascade  Action = "cascade"  // delete the referring row too
	SetNull  Action = "set null" // put NULL into the referring columns
)

// Check is a condition that every row of the table fulfils.
type Check struct {
	Name string
	SQL  string
}

// Table returns the table of that name.
func (s Schema) Table(name string) (Table, bool) {
	for _, t := range s.Tables {
		if t.Name == name {
			return t, true
		}
	}
	return Table{}, false
}

// Normalize sorts the tables, and within each the constraints and indexes, by
// name, so that two equal schemas are equal values. Columns keep their order.
func (s *Schema) Normalize() {
	slices.SortFunc(s.Tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	for i := range s.Tables {
		t := &s.Tables[i]
		slices.SortFunc(t.Uniques, func(a, b Unique) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Indexes, func(a, b Index) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.ForeignKeys, func(a, b ForeignKey) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Checks, func(a, b Check) int { return strings.Compare(a.Name, b.Name) })
	}
}

// Column returns the column of that name.
func (t Table) Column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Clone returns a copy that shares nothing with t.
func (t Table) Clone() Table {
	t.Columns = slices.Clone(t.Columns)
	t.PrimaryKey = slices.Clone(t.PrimaryKey)
	t.Checks = slices.Clone(t.Checks)
	t.Uniques = slices.Clone(t.Uniques)
	for i := range t.Uniques {
		t.Uniques[i].Columns = slices.Clone(t.Uniques[i].Columns)
	}
	t.Indexes = slices.Clone(t.Indexes)
	for i := range t.Indexes {
		t.Indexes[i].Columns = slices.Clone(t.Indexes[i].Columns)
	}
	t.ForeignKeys = slices.Clone(t.ForeignKeys)
	for i := range t.ForeignKeys {
		t.ForeignKeys[i].Columns = slices.Clone(t.ForeignKeys[i].Columns)
		t.ForeignKeys[i].RefColumns = slices.Clone(t.ForeignKeys[i].RefColumns)
	}
	return t
}

// Clone returns a copy that shares nothing with s.
func (s Schema) Clone() Schema {
	out := Schema{Tables: make([]Table, len(s.Tables))}
	for i, t := range s.Tables {
		out.Tables[i] = t.Clone()
	}
	return out
}

// Validate reports every error in the table that no database would accept:
// names that are missing or doubled, keys over columns that are not there.
func (t Table) Validate() []error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("table %q: "+format, append([]any{t.Name}, args...)...))
	}
	if t.Name == "" {
		bad("has no name")
	}
	if len(t.Columns) == 0 {
		bad("has no columns")
	}
	for i, c := range t.Columns {
		if c.Name == "" {
			bad("column %d has no name", i+1)
		}
		if slices.ContainsFunc(t.Columns[:i], func(o Column) bool { return strings.EqualFold(o.Name, c.Name) }) {
			bad("two columns are called %q", c.Name)
		}
	}
	known := func(what string, columns []string) {
		if len(columns) == 0 {
			bad("%s names no column", what)
		}
		for _, name := range columns {
			if _, ok := t.Column(name); !ok {
				bad("%s names the column %q, which the table does not have", what, name)
			}
		}
	}
	if len(t.PrimaryKey) > 0 {
		known("the primary key", t.PrimaryKey)
	}
	for _, u := range t.Uniques {
		known("unique constraint "+u.Name, u.Columns)
	}
	for _, x := range t.Indexes {
		if len(x.Columns) == 0 {
			bad("index %s names no column", x.Name)
		}
		for _, c := range x.Columns {
			if c.Expr == "" {
				known("index "+x.Name, []string{c.Column})
			}
		}
	}
	for _, f := range t.ForeignKeys {
		known("foreign key "+f.Name, f.Columns)
		if len(f.Columns) != len(f.RefColumns) {
			bad("foreign key %s has %d columns for %d", f.Name, len(f.Columns), len(f.RefColumns))
		}
	}
	return errs
}
