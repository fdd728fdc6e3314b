package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/internal/ddl"
	"github.com/volaweb/vola/schema"
)

// editor writes the DDL of SQLite (https://www.sqlite.org/lang_createtable.html).
type editor struct{}

// words are SQLite's. Unique constraints are unique indexes, as Django has them
// where they span several columns: they can be made and dropped without rebuilding
// the table.
var words = ddl.Words{
	Type: columnType, True: "1", False: "0",
	Key:   "integer NOT NULL PRIMARY KEY AUTOINCREMENT",
	Check: jsonCheck, UniqueIndexes: true,
}

func (editor) CreateTable(t schema.Table) ([]string, error) { return words.CreateTable(t) }

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

func (editor) DropTable(t schema.Table) ([]string, error) {
	return []string{"DROP TABLE " + database.Quote(t.Name)}, nil
}

// Columns returns the names of the columns of a table.
func (editor) Columns(ctx context.Context, h database.Handle, table string) ([]string, error) {
	return ddl.Strings(ctx, h, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, table)
}

// Begin returns nothing: a transaction has the only lock from its beginning.
func (editor) Begin(time.Duration) []string { return nil }

// Settle returns nothing: tables are changed with foreign keys off.
func (editor) Settle() []string { return nil }

// Tables returns the names of the tables that are not SQLite's own.
func (editor) Tables(ctx context.Context, h database.Handle) ([]string, error) {
	return ddl.Strings(ctx, h, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`)
}
