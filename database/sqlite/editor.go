package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// editor writes the DDL of SQLite (https://www.sqlite.org/lang_createtable.html).
type editor struct{}

func (editor) CreateTable(t schema.Table) ([]string, error) {
	sql, err := createTable(t)
	if err != nil {
		return nil, err
	}
	return append([]string{sql}, indexes(t)...), nil
}

func createTable(t schema.Table) (string, error) {
	var parts []string
	inlineKey := false
	for _, c := range t.Columns {
		def, err := columnDef(t, c)
		if err != nil {
			return "", err
		}
		inlineKey = inlineKey || c.Auto
		parts = append(parts, def)
	}
	if len(t.PrimaryKey) > 0 && !inlineKey {
		parts = append(parts, "PRIMARY KEY ("+names(t.PrimaryKey)+")")
	}
	for _, c := range t.Checks {
		parts = append(parts, "CONSTRAINT "+database.Quote(c.Name)+" CHECK ("+c.SQL+")")
	}
	for _, f := range t.ForeignKeys {
		parts = append(parts, foreignKey(f))
	}
	return "CREATE TABLE " + database.Quote(t.Name) + " (" + strings.Join(parts, ", ") + ")", nil
}

func columnDef(t schema.Table, c schema.Column) (string, error) {
	typ, err := columnType(c.Type)
	if err != nil {
		return "", fmt.Errorf("column %s.%s: %w", t.Name, c.Name, err)
	}
	if c.Auto {
		if len(t.PrimaryKey) != 1 || t.PrimaryKey[0] != c.Name {
			return "", fmt.Errorf("column %s.%s is numbered by the database, but is not the primary key", t.Name, c.Name)
		}
		return database.Quote(c.Name) + " integer NOT NULL PRIMARY KEY AUTOINCREMENT", nil
	}
	def := database.Quote(c.Name) + " " + typ
	if !c.Null {
		def += " NOT NULL"
	}
	if !c.Default.IsZero() {
		lit, err := literal(c.Default)
		if err != nil {
			return "", fmt.Errorf("column %s.%s: %w", t.Name, c.Name, err)
		}
		def += " DEFAULT " + lit
	}
	if c.Type.Kind == schema.JSON {
		def += jsonCheck(c.Name)
	}
	if c.Generated != "" {
		def += " GENERATED ALWAYS AS (" + c.Generated + ") STORED"
	}
	return def, nil
}

// columnType returns the declared type: Django's words, which decide the
// column's affinity.
func columnType(t schema.Type) (string, error) {
	switch t.Kind {
	case schema.Bool:
		return "bool", nil
	case schema.Int16:
		return "smallint", nil
	case schema.Int32:
		return "integer", nil
	case schema.Int64, schema.Duration:
		return "bigint", nil
	case schema.Float64:
		return "real", nil
	case schema.Text:
		if t.Size > 0 {
			return "varchar(" + strconv.Itoa(t.Size) + ")", nil
		}
		return "text", nil
	case schema.Bytes:
		return "BLOB", nil
	case schema.Time:
		return "datetime", nil
	case schema.Date:
		return "date", nil
	case schema.Clock:
		return "time", nil
	case schema.Decimal:
		if longDecimal(t) {
			return fmt.Sprintf("decimaltext(%d,%d)", t.Precision, t.Scale), nil
		}
		return "decimal", nil
	case schema.UUID:
		return "char(32)", nil
	case schema.JSON:
		return "text", nil
	}
	return "", fmt.Errorf("sqlite has no column type for %v", t)
}

func literal(d schema.Default) (string, error) {
	if d.SQL != "" {
		return "(" + d.SQL + ")", nil
	}
	switch v := d.Value.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'", nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case bool:
		if v {
			return "1", nil
		}
		return "0", nil
	}
	return "", fmt.Errorf("a default must be a string, int64, float64 or bool, not %T", d.Value)
}

func foreignKey(f schema.ForeignKey) string {
	return "CONSTRAINT " + database.Quote(f.Name) + " FOREIGN KEY (" + names(f.Columns) + ")" + target(f)
}

// references returns the foreign key as a part of its column's definition.
func references(f schema.ForeignKey) string {
	return " CONSTRAINT " + database.Quote(f.Name) + target(f)
}

func target(f schema.ForeignKey) string {
	s := " REFERENCES " + database.Quote(f.RefTable) + " (" + names(f.RefColumns) + ")"
	if f.OnDelete != schema.NoAction {
		s += " ON DELETE " + strings.ToUpper(string(f.OnDelete))
	}
	if f.Deferred {
		s += " DEFERRABLE INITIALLY DEFERRED"
	}
	return s
}

// indexes returns the statements that make the table's indexes. Unique
// constraints are unique indexes, as Django has them where they span several
// columns: they can be made and dropped without rebuilding the table.
func indexes(t schema.Table) []string {
	var out []string
	for _, u := range t.Uniques {
		out = append(out, createUnique(t.Name, u))
	}
	for _, x := range t.Indexes {
		out = append(out, createIndex(t.Name, x))
	}
	return out
}

func createUnique(table string, u schema.Unique) string {
	return "CREATE UNIQUE INDEX " + database.Quote(u.Name) + " ON " + database.Quote(table) + " (" + names(u.Columns) + ")"
}

func createIndex(table string, x schema.Index) string {
	var cols []string
	for _, c := range x.Columns {
		s := database.Quote(c.Column)
		if c.Expr != "" {
			s = c.Expr
		}
		if c.Desc {
			s += " DESC"
		}
		cols = append(cols, s)
	}
	unique, where := "", ""
	if x.Unique {
		unique = "UNIQUE "
	}
	if x.Where != "" {
		where = " WHERE " + x.Where
	}
	return "CREATE " + unique + "INDEX " + database.Quote(x.Name) + " ON " + database.Quote(table) + " (" + strings.Join(cols, ", ") + ")" + where
}

func names(columns []string) string {
	var quoted []string
	for _, c := range columns {
		quoted = append(quoted, database.Quote(c))
	}
	return strings.Join(quoted, ", ")
}

func (editor) DropTable(t schema.Table) ([]string, error) {
	return []string{"DROP TABLE " + database.Quote(t.Name)}, nil
}

// Tables returns the names of the tables that are not SQLite's own.
// Columns returns the names of the columns of a table.
func (editor) Columns(ctx context.Context, h database.Handle, table string) ([]string, error) {
	return listNames(ctx, h, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, table)
}

// Begin returns nothing: a transaction has the only lock from its beginning.
func (editor) Begin(time.Duration) []string { return nil }

// Settle returns nothing: tables are changed with foreign keys off.
func (editor) Settle() []string { return nil }

func (editor) Tables(ctx context.Context, h database.Handle) ([]string, error) {
	return listNames(ctx, h, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`)
}

// listNames returns the names that a query finds.
func listNames(ctx context.Context, h database.Handle, query string, args ...any) ([]string, error) {
	rows, err := h.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Close()
}
