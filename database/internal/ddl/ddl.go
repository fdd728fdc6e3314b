// Package ddl writes what the drivers of package database say alike in the
// statements that make and change tables. What they say differently is in
// [Words].
package ddl

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Words are what one database says in its own way. The zero value is not usable:
// Type, True and False are needed. It is safe for concurrent use.
type Words struct {
	// Type returns the type of a column, or an error that names the kind.
	Type func(schema.Type) (string, error)
	// True and False are the literals.
	True, False string
	// Key is the whole definition, after its name, of a column that the database
	// numbers, where such a column must be the primary key.
	Key string
	// Numbered makes the database number a column, where any column may be one.
	Numbered string
	// Check returns the check that a type brings along. Nil is none.
	Check func(schema.Column) string
	// Nulls returns where NULL stands in a part of an index. Nil says nothing.
	Nulls func(schema.Table, schema.IndexColumn) string
	// UniqueIndexes makes unique constraints indexes, apart from the table.
	UniqueIndexes bool
}

// CreateTable returns the statements that make the table and its indexes.
func (w Words) CreateTable(t schema.Table) ([]string, error) {
	sql, err := w.Table(t)
	if err != nil {
		return nil, err
	}
	return append([]string{sql}, w.Indexes(t)...), nil
}

// Table returns the statement that makes the table, without its indexes.
func (w Words) Table(t schema.Table) (string, error) {
	var parts []string
	keyed := len(t.PrimaryKey) == 0
	for _, c := range t.Columns {
		def, err := w.Column(t, c)
		if err != nil {
			return "", err
		}
		keyed = keyed || c.Auto && w.Key != ""
		parts = append(parts, def)
	}
	if !keyed {
		parts = append(parts, "PRIMARY KEY ("+Names(t.PrimaryKey)+")")
	}
	if !w.UniqueIndexes {
		for _, u := range t.Uniques {
			parts = append(parts, Unique(u))
		}
	}
	for _, c := range t.Checks {
		parts = append(parts, Check(c))
	}
	for _, f := range t.ForeignKeys {
		parts = append(parts, ForeignKey(f))
	}
	return "CREATE TABLE " + database.Quote(t.Name) + " (" + strings.Join(parts, ", ") + ")", nil
}

// Column returns the definition of a column of the table.
func (w Words) Column(t schema.Table, c schema.Column) (string, error) {
	typ, err := w.Type(c.Type)
	if err != nil {
		return "", fmt.Errorf("column %s.%s: %w", t.Name, c.Name, err)
	}
	if c.Auto && w.Key != "" {
		if len(t.PrimaryKey) != 1 || t.PrimaryKey[0] != c.Name {
			return "", fmt.Errorf("column %s.%s is numbered by the database, but is not the primary key", t.Name, c.Name)
		}
		return database.Quote(c.Name) + " " + w.Key, nil
	}
	def := database.Quote(c.Name) + " " + typ
	if !c.Null {
		def += " NOT NULL"
	}
	if c.Auto {
		def += " " + w.Numbered
	}
	if !c.Default.IsZero() {
		lit, err := w.Literal(c.Default)
		if err != nil {
			return "", fmt.Errorf("column %s.%s: %w", t.Name, c.Name, err)
		}
		def += " DEFAULT " + lit
	}
	if w.Check != nil {
		def += w.Check(c)
	}
	if c.Generated != "" {
		def += " GENERATED ALWAYS AS (" + c.Generated + ") STORED"
	}
	return def, nil
}

// Literal returns a default as SQL.
func (w Words) Literal(d schema.Default) (string, error) {
	if d.SQL != "" {
		return "(" + d.SQL + ")", nil
	}
	switch v := d.Value.(type) {
	case string:
		return Text(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case bool:
		if v {
			return w.True, nil
		}
		return w.False, nil
	}
	return "", fmt.Errorf("a default must be a string, int64, float64 or bool, not %T", d.Value)
}

// Indexes returns the statements that make the table's indexes.
func (w Words) Indexes(t schema.Table) []string {
	var out []string
	if w.UniqueIndexes {
		for _, u := range t.Uniques {
			out = append(out, UniqueIndex(t.Name, u))
		}
	}
	for _, x := range t.Indexes {
		out = append(out, w.Index(t, x))
	}
	return out
}

// Index returns the statement that makes an index of the table.
func (w Words) Index(t schema.Table, x schema.Index) string {
	create, where := "CREATE INDEX ", ""
	if x.Unique {
		create = "CREATE UNIQUE INDEX "
	}
	if x.Where != "" {
		where = " WHERE " + x.Where
	}
	return create + database.Quote(x.Name) + " ON " + database.Quote(t.Name) + " (" + w.IndexColumns(t, x) + ")" + where
}

// IndexColumns returns the list of columns and expressions of an index.
func (w Words) IndexColumns(t schema.Table, x schema.Index) string {
	var out []string
	for _, part := range x.Columns {
		s := part.Expr
		if s == "" {
			s = database.Quote(part.Column)
		}
		if part.Desc {
			s += " DESC"
		}
		if w.Nulls != nil {
			s += w.Nulls(t, part)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// UniqueIndex returns the statement that makes a unique constraint an index.
func UniqueIndex(table string, u schema.Unique) string {
	return "CREATE UNIQUE INDEX " + database.Quote(u.Name) + " ON " + database.Quote(table) + " (" + Names(u.Columns) + ")"
}

// Unique returns a unique constraint as a part of a table.
func Unique(u schema.Unique) string {
	return constraint(u.Name) + " UNIQUE (" + Names(u.Columns) + ")"
}

// Check returns a check as a part of a table.
func Check(c schema.Check) string { return constraint(c.Name) + " CHECK (" + c.SQL + ")" }

// ForeignKey returns a foreign key as a part of a table.
func ForeignKey(f schema.ForeignKey) string {
	return constraint(f.Name) + " FOREIGN KEY (" + Names(f.Columns) + ")" + references(f)
}

// ColumnForeignKey returns a foreign key as a part of its column's definition.
func ColumnForeignKey(f schema.ForeignKey) string { return " " + constraint(f.Name) + references(f) }

func constraint(name string) string { return "CONSTRAINT " + database.Quote(name) }

func references(f schema.ForeignKey) string {
	s := " REFERENCES " + database.Quote(f.RefTable) + " (" + Names(f.RefColumns) + ")"
	if f.OnDelete != schema.NoAction {
		s += " ON DELETE " + strings.ToUpper(string(f.OnDelete))
	}
	if f.Deferred {
		s += " DEFERRABLE INITIALLY DEFERRED"
	}
	return s
}

// Names returns a list of quoted names.
func Names(columns []string) string {
	var b []byte
	for i, c := range columns {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = database.AppendQuoted(b, c)
	}
	return string(b)
}

// Text returns a text as a literal.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
