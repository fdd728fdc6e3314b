package databasetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
)

// endless is a SELECT that ends when it is stopped.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT CASE WHEN i < 9 THEN i + 1 ELSE 1 END FROM n) SELECT count(*) FROM n"

// stop runs a statement until its context is done.
func stop(t *testing.T, ctx context.Context, tx *database.Tx, query string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err := tx.Exec(ctx, query)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a statement that was stopped: %v", err)
	}
	return err
}

// stoppedStatement: a statement whose context is done in a savepoint undoes the
// savepoint, or all of the transaction; never is a part of it stored.
func stoppedStatement(t *testing.T, db *database.DB) {
	createAccount(t, db)
	for name, query := range map[string]string{"read": endless, "write": "INSERT INTO account (name) SELECT 'x' FROM (" + endless + ") s"} {
		before := count(t, db)
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if err := add(ctx, tx, name+" before"); err != nil {
				return err
			}
			if err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return stop(t, ctx, tx, query) }); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: the savepoint gives %v", name, err)
			}
			// What is done about the error decides nothing: if all is undone, all
			// is an error.
			_ = add(ctx, tx, name+" after")
			return nil
		})
		want := int64(2)
		if err != nil {
			want = 0
		}
		if n := count(t, db) - before; n != want || name == "read" && err != nil {
			t.Errorf("%s: %d rows are stored, and the error is %v", name, n, err)
		}
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error { return stop(t, ctx, tx, query) })
		if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(fmt.Sprint(err), "rollback") {
			t.Errorf("%s: the transaction gives %v", name, err)
		}
		exec(t, db, "INSERT INTO account (name) VALUES ('"+name+" later')") // the connection is good
	}
}
