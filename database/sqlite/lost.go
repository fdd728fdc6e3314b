package sqlite

import (
	"context"
	"fmt"
)

// check finds out, after an error of a statement, whether SQLite has rolled the
// transaction back by itself, as it does when a statement that writes is
// interrupted, or the disk is full (https://www.sqlite.org/lang_transaction.html,
// section 3.1). What came then would be stored at once, and stay. If it has, an
// empty transaction is left open in place of the one that is lost, and takes no
// statements.
func (t *tx) check(err error) {
	if err == nil || t.lost != nil {
		return
	}
	// Inside a transaction it is an error.
	if _, inside := t.conn.sql.ExecContext(context.Background(), "BEGIN"); inside == nil {
		t.lost = fmt.Errorf("SQLite has rolled all of the transaction back, because a statement in it was ended: %w", err)
	}
}
