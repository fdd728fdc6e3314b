package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/volaweb/vola/database"
)

// enforce switches the enforcement of foreign keys on the connection, outside
// a transaction. What changes of tables may have left switched on goes too.
func (c *conn) enforce(ctx context.Context, on bool) error {
	query := "PRAGMA foreign_keys = 0"
	if on {
		query = "PRAGMA foreign_keys = 1"
	}
	for _, q := range [...]string{"PRAGMA legacy_alter_table = 0", query} {
		if _, err := c.sql.ExecContext(ctx, q); err != nil {
			return mapError(err)
		}
	}
	return nil
}

// maxNamed is how many rows an error about foreign keys names.
const maxNamed = 5

// checkForeignKeys returns an error that names rows which refer to rows that
// are not there.
func (c *conn) checkForeignKeys(ctx context.Context) error {
	rows, err := c.sql.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return mapError(err)
	}
	defer rows.Close()
	var named []string
	n := 0
	out := &database.Error{Kind: database.ForeignKey}
	for rows.Next() {
		var table, parent string
		var rowid *int64 // NULL in a table without row numbers
		var id int64
		if err := rows.Scan(&table, &rowid, &parent, &id); err != nil {
			return mapError(err)
		}
		if n++; n > maxNamed {
			continue
		}
		row := "a row of " + table
		if rowid != nil {
			row = fmt.Sprintf("row %d of %s", *rowid, table)
		}
		named = append(named, row+" refers to one of "+parent+" that is not there")
		out.Table = table
	}
	if err := rows.Err(); err != nil {
		return mapError(err)
	}
	if n == 0 {
		return nil
	}
	if n > maxNamed {
		named = append(named, fmt.Sprintf("and %d more", n-maxNamed))
	}
	out.Cause = fmt.Errorf("%s", strings.Join(named, "; "))
	return out
}
