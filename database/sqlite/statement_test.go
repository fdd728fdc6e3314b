package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
)

// A query that writes is run by the writer, however it is written; one that only
// reads does not wait for the writer.
func TestWhoRunsAQuery(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (1)")
	first := func(ctx context.Context, query string) (n int64, err error) {
		return n, database.QueryRow(ctx, db, []any{&n}, query)
	}
	for _, query := range []string{
		"INSERT INTO t VALUES (7) RETURNING n",
		"/* SELECT */ INSERT INTO t VALUES (7) RETURNING n",
		"-- SELECT\nINSERT INTO t VALUES (7) RETURNING n",
		"WITH x AS (SELECT 7 AS n) INSERT INTO t SELECT n FROM x RETURNING n",
		`WITH "select" AS (VALUES (7)) INSERT INTO t SELECT * FROM "select" RETURNING n`,
		"WITH [select] AS (VALUES (7)), `values`(n) AS (SELECT ')') INSERT INTO t SELECT * FROM [select] RETURNING n",
		"REPLACE INTO t VALUES (7) RETURNING n",
		"\n update t SET n = 7 RETURNING n",
	} {
		if n, err := first(t.Context(), query); err != nil || n != 7 {
			t.Errorf("%s: %d, %v", query, n, err)
		}
	}
	err := db.InTx(t.Context(), func(context.Context, *database.Tx) error { // has the writer
		for _, query := range []string{
			"SELECT 7",
			"VALUES (7)",
			"/* INSERT */ -- UPDATE\n SELECT 7",
			"WITH x AS (SELECT 7 AS n) SELECT n FROM x",
			"WITH insert_x AS (SELECT 7 AS n) SELECT n FROM insert_x",
			`WITH "insert" AS (SELECT 7 AS n), [update] AS (SELECT ')'' delete') SELECT n FROM "insert"`,
		} {
			if n, err := first(t.Context(), query); err != nil || n != 7 {
				t.Errorf("%s: %d, %v", query, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Rows that are not read to their end give their connection back, and so do
// queries that fail, at any moment.
func TestConnectionsComeBack(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), database.Config{URL: databasetest.SQLiteURL(t), Create: true, MaxConns: 1, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run(t, db, "CREATE TABLE t (n integer UNIQUE)", "INSERT INTO t VALUES (1), (2), (3)")
	for range 3 {
		rows, err := db.Query(t.Context(), "SELECT n FROM t")
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Next() {
			t.Error(rows.Err())
		}
		for range 2 {
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
		}
		if rows.Next() {
			t.Error("a row after the end")
		}
		for _, query := range []string{"SELECT nonsense", "SELECT n FROM nowhere", "INSERT INTO t VALUES (1) RETURNING n", "SELECT abs(-9223372036854775808)"} {
			if rows, err := db.Query(t.Context(), query); err == nil {
				for rows.Next() {
				}
				if err = rows.Close(); err == nil {
					t.Errorf("%s: no error", query)
				}
			}
		}
		if _, err := db.Query(t.Context(), "SELECT ?", struct{}{}); err == nil {
			t.Error("a struct as an argument")
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (?)"); err == nil {
			t.Error("no argument for a placeholder")
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (1)"); !errors.Is(err, database.ErrUnique) {
			t.Error(err)
		}
	}
	// Waiting for the only reader ends with the context.
	rows, err := db.Query(t.Context(), "SELECT n FROM t")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		_, err := db.Query(ctx, "SELECT 1")
		waited <- err
	}()
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// Who waits gets it when it comes back.
	go func() {
		var n int64
		waited <- database.QueryRow(context.WithoutCancel(ctx), db, []any{&n}, "SELECT 1")
	}()
	rows.Close()
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

// Prepared statements are as many as there may be, and know what became of the
// table since.
func TestPreparedStatements(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (1)")
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		held, err := tx.Query(ctx, "SELECT n FROM t UNION ALL SELECT 2")
		if err != nil {
			return err
		}
		defer held.Close()
		held.Next()
		for round := range 2 {
			for i := range 600 { // more than are kept
				var n int64
				if err := database.QueryRow(ctx, tx, []any{&n}, fmt.Sprintf("SELECT n + %d FROM t WHERE n > ?", i), 0); err != nil || n != int64(i+1) {
					return fmt.Errorf("statement %d, round %d: %d, %w", i, round, n, err)
				}
			}
		}
		var n int64
		if !held.Next() || held.Scan(&n) != nil || n != 2 {
			t.Errorf("the rows of a statement meanwhile: %d, %v", n, held.Err())
		}
		return held.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, change := range []string{"ALTER TABLE t ADD COLUMN a", "ALTER TABLE t ADD COLUMN b", "ALTER TABLE t DROP COLUMN a"} {
		run(t, db, change, "UPDATE t SET n = 1")
		rows, err := db.Query(t.Context(), "SELECT * FROM t")
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if want := []int{2, 3, 2}[i]; err != nil || len(columns) != want {
			t.Errorf("after %s: %q, %v", change, columns, err)
		}
		var n int64
		dest := []any{&n, new(any), new(any)}[:len(columns)]
		if !rows.Next() || rows.Scan(dest...) != nil || n != 1 {
			t.Errorf("after %s: %d, %v", change, n, rows.Err())
		}
		rows.Close()
	}
	run(t, db, "DROP TABLE t")
	if _, err := db.Query(t.Context(), "SELECT * FROM t"); err == nil || !strings.Contains(err.Error(), "no such table") {
		t.Errorf("after it is gone: %v", err)
	}
}

// Another process that has the write lock is waited for; for how long, the
// engine decides, and then the error says that one can try again.
func TestAnotherWriter(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	db, err := open(t, url, true)
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "CREATE TABLE t (n integer)")
	other, err := open(t, url, false)
	if err != nil {
		t.Fatal(err)
	}
	began, waited := make(chan struct{}), make(chan error)
	go func() {
		<-began
		_, err := other.Exec(context.Background(), "INSERT INTO t VALUES (2)")
		waited <- err
	}()
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
			return err
		}
		close(began)
		// Readers of the other process see the state before.
		if got := one(t, other, "SELECT count(*) FROM t"); got != "0" {
			t.Errorf("%s rows before the commit", got)
		}
		return nil
	})
	if err := errors.Join(err, <-waited); err != nil {
		t.Error(err)
	}
	run(t, other, "PRAGMA busy_timeout = 1")
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, execErr := other.Exec(context.WithoutCancel(t.Context()), "INSERT INTO t VALUES (3)")
		beginErr := other.InTxWith(t.Context(), database.TxOptions{Retry: 2}, func(context.Context, *database.Tx) error {
			t.Error("a second transaction began")
			return nil
		})
		for _, err := range []error{execErr, beginErr} {
			if !errors.Is(err, database.ErrSerialization) {
				t.Errorf("locked: %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	run(t, other, "INSERT INTO t VALUES (4)")
	if got := one(t, db, "SELECT group_concat(n) FROM t"); got != "1,2,4" {
		t.Errorf("rows: %s", got)
	}
}

// TestRowsOfOneStatement: rows of a statement that is run again while they are read
// are their own, and there are none after Close.
func TestRowsOfOneStatement(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		const query = "SELECT value, 'text ' || value FROM json_each(?)"
		outer, err := tx.Query(ctx, query, "[1, 2, 3]")
		if err != nil {
			return err
		}
		defer outer.Close()
		var n int64
		var text string
		for want := int64(1); outer.Next(); want++ {
			if err := database.QueryRow(ctx, tx, []any{&n, &text}, query, fmt.Sprintf("[%d]", 10*want)); err != nil || n != 10*want {
				t.Errorf("inner row %d: %d, %v", want, n, err)
			}
			if err := outer.Scan(&n, &text); err != nil || n != want || text != fmt.Sprintf("text %d", want) {
				t.Errorf("outer row %d: %d, %q, %v", want, n, text, err)
			}
		}
		if err := outer.Close(); err != nil {
			return err
		}
		if err := outer.Scan(&n, &text); err == nil {
			t.Error("Scan after Close gives no error")
		}
		return database.QueryRow(ctx, tx, []any{&n}, "SELECT count(*) FROM (VALUES (1), (2))")
	})
	if err != nil {
		t.Error(err)
	}
}
