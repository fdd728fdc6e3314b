package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
)

// TestAlteredTable: a connection has prepared statements on a table that is then
// altered. Outside a transaction they run again by themselves, inside one the
// error says why it cannot go on, and that it can be run again.
func TestAlteredTable(t *testing.T) {
	t.Parallel()
	raw := databasetest.PostgresURL(t)
	for _, mode := range append(databasetest.PostgresModes(), "cache_statement") {
		t.Run(mode, func(t *testing.T) {
			db := openMode(t, withParam(t, raw, "pool_max_conns", "1"), mode)
			table := database.Quote(mode)
			exec := func(h database.Handle, query string, args ...any) error {
				_, err := h.Exec(t.Context(), strings.ReplaceAll(query, "%", table), args...)
				return err
			}
			if err := errors.Join(exec(db, "CREATE TABLE % (n int, s varchar(5))"), exec(db, "INSERT INTO % VALUES (1, 'a')")); err != nil {
				t.Fatal(err)
			}
			other := openMode(t, raw, "exec")
			alter := func(query string) {
				t.Helper()
				if err := exec(other, query); err != nil {
					t.Fatal(err)
				}
			}
			read := func(h database.Handle) (n int64, err error) {
				var s string
				err = database.QueryRow(t.Context(), h, []any{&n, &s}, "SELECT n, s FROM "+table+" WHERE n > $1", 0)
				return n, err
			}
			write := func(h database.Handle) error {
				return exec(h, "INSERT INTO % (n) SELECT n FROM % WHERE n > $1 LIMIT 1 RETURNING n, s", 5)
			}
			inTx := func(fn func(tx *database.Tx) error) error {
				return db.InTxWith(t.Context(), database.TxOptions{}, func(_ context.Context, tx *database.Tx) error { return fn(tx) })
			}
			for _, change := range []string{"ALTER TABLE % ALTER n TYPE bigint", "ALTER TABLE % ALTER s TYPE varchar(9)", "ALTER TABLE % ALTER n TYPE int"} {
				if _, err := read(db); err != nil {
					t.Fatal(err)
				}
				if err := write(db); err != nil {
					t.Fatal(err)
				}
				alter(change)
				if n, err := read(db); err != nil || n != 1 {
					t.Errorf("a read after %s: %d, %v", change, n, err)
				}
				if err := write(db); err != nil {
					t.Errorf("a write after %s: %v", change, err)
				}
			}
			alter("ALTER TABLE % ALTER n TYPE bigint")
			err := inTx(func(tx *database.Tx) error { _, err := read(tx); return err })
			if mode == "cache_statement" && (!errors.Is(err, database.ErrSerialization) || fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "was altered")) {
				t.Errorf("a transaction after the change: %v", err)
			}
			if err := inTx(func(tx *database.Tx) error { _, err := read(tx); return err }); err != nil {
				t.Errorf("the transaction, again: %v", err)
			}
			if mode != "cache_statement" {
				return
			}
			alter("ALTER TABLE % ALTER n TYPE int")
			err = db.InTxWith(t.Context(), database.TxOptions{Retry: 1}, func(_ context.Context, tx *database.Tx) error { _, err := read(tx); return err })
			if err != nil {
				t.Errorf("a transaction that may be tried again: %v", err)
			}
		})
	}
}
